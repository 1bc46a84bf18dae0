"""The picture of a school's journey: which years, which bars, where."""

import re
from pathlib import Path

import pytest

from programmes.rules.journey import BAR, COLUMN, GAP, HEAD, KEY, LANE, WORDS, Stay, draw_journey, years_taken

ROOT = Path(__file__).resolve().parent.parent.parent


def _years(*stays: Stay, this_year: int = 2026) -> list[str]:
    return [column.label for column in draw_journey(stays, this_year=this_year).columns]


def test_journey_of_a_new_school_has_years_and_no_bars() -> None:
    found = draw_journey([], this_year=2026)

    assert [column.label for column in found.columns] == [f"{year}/{year - 1999}" for year in range(2026, 2032)]
    assert found.bars == ()
    assert found.width == 6 * COLUMN + 1


def test_journey_runs_from_the_first_year_to_this_one_or_the_last() -> None:
    early = Stay(2021, "Readying", 1, "completed")
    late = Stay(2027, "Growing", 2, "applied")

    assert _years(early) == ["2021/22", "2022/23", "2023/24", "2024/25", "2025/26", "2026/27"]
    assert _years(early, late)[-1] == "2027/28"


@pytest.mark.parametrize(("first", "is_long"), [(2018, False), (2017, True)])
def test_picture_of_more_than_nine_years_keeps_the_width_of_each(first: int, is_long: bool) -> None:
    journey = draw_journey([Stay(first, "Development", 2, "completed")], this_year=2026)

    assert (journey.is_long, len(journey.columns)) == (is_long, 2026 - first + 1)


def test_years_of_one_phase_in_a_row_are_one_bar() -> None:
    stays = [Stay(year, "Lasting", 4, "completed") for year in (2023, 2024)] + [Stay(2025, "Lasting", 4, "paused")]

    found = draw_journey(stays, this_year=2026)

    assert [(bar.x, bar.width, bar.css, bar.note) for bar in found.bars] == [
        (GAP, 2 * COLUMN - 2 * GAP, "step-4", "✓ completed"),
        (2 * COLUMN + GAP, COLUMN - 2 * GAP, "open", "paused"),
    ]
    assert found.bars[0].words == "2023/24 to 2024/25: Lasting, ✓ completed"


def test_years_in_the_programme_are_those_taken_part_in_until_now() -> None:
    taken = [Stay(2024, "Growing", 2, "completed"), Stay(2026, "Lasting", 4, "active"), Stay(2026, "More", 3, "active")]
    not_taken = [(2023, "withdrawn"), (2022, "paused"), (2025, "accepted"), (2027, "active"), (2021, "applied")]
    others = [Stay(year, "Growing", 2, state) for year, state in not_taken]

    assert years_taken([*taken, *others], this_year=2026) == 2


def test_what_happens_in_the_same_year_stands_one_under_the_other() -> None:
    stays = [
        Stay(2026, "Growing", 2, "withdrawn"),
        Stay(2026, "Growing", 2, "active"),
        Stay(2027, "Next", 3, "applied"),
    ]

    found = draw_journey(stays, this_year=2026)

    assert [bar.y for bar in found.bars] == [HEAD, HEAD + LANE, HEAD]
    assert found.height == HEAD + 2 * LANE + GAP
    assert BAR < LANE


@pytest.mark.parametrize(
    ("step", "state", "css", "text_css"),
    [
        (1, "completed", "step-1", "on-1"),
        (2, "completed", "step-2", "white"),
        (3, "active", "step-3", "white"),
        (2, "accepted", "step-2 light", "on-1"),
        (4, "applied", "step-4 outline", "on-1"),
        (4, "waiting", "step-4 outline", "on-1"),
        (2, "paused", "open", "on-1"),
        (2, "withdrawn", "gone", "on-1"),
    ],
)
def test_bar_says_its_state_by_shape_and_words(step: int, state: str, css: str, text_css: str) -> None:
    bar = draw_journey([Stay(2026, "Growing", step, state)], this_year=2026).bars[0]

    assert (bar.css, bar.text_css) == (css, text_css)
    assert bar.note


def test_key_tells_every_state_apart_by_shape_and_words() -> None:
    """Also for whoever sees no colours: how a box is drawn, without the number of its step, is its own."""
    bars = [draw_journey([Stay(2026, "Growing", 3, state)], this_year=2026).bars[0] for state in WORDS]
    drawn = {(one.css, one.sign) for one in KEY}

    assert {(bar.css, bar.sign) for bar in bars} == drawn
    assert len(drawn) == len({one.words for one in KEY}) == len(KEY)
    assert len({("dashed" if css in ("open", "step-3 outline") else css, sign) for css, sign in drawn}) == len(KEY)


def test_edges_and_texts_of_the_picture_stand_out() -> None:
    """3 to 1 for what is drawn, 4.5 to 1 for what is written, as WCAG counts it."""
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", (ROOT / "static/scss/_tokens.scss").read_text()))
    edges = [tokens[name] for name in ("step-1-edge", "step-2", "step-3", "step-4")]

    assert [edge for edge in edges if _contrast(edge, "#ffffff") < 3] == []
    assert [step for step in edges[1:] if _contrast(step, "#ffffff") < 4.5] == []
    assert _contrast(tokens["ink"], tokens["step-1"]) > 4.5


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_long_names_are_shortened_in_the_picture_and_whole_in_words() -> None:
    bar = draw_journey(
        [Stay(2026, "A phase with a very long name", 2, "active", "since September")], this_year=2026
    ).bars[0]

    assert bar.title == "A phase with…"
    assert bar.words == "2026/27: A phase with a very long name, since September"
