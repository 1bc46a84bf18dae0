"""One teacher at two schools of one group: asked about, unless the portal has them at both."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.forms.records import box_of
from hubportal.dashboards.rules.choices import AT_TWO, BOTH, FIRST, SECOND
from schools import roles
from schools.models import Role
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, counts, done, look_at, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Participant

pytestmark = pytest.mark.django_db
HILL, VALE = "Hill Top Primary School", "Vale Junior School"
TEXT = f"North, 2026/27: Tess Fox, tess@hill.example, is at {HILL} and at {VALE}"


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        for name in (HILL, VALE):
            make.SchoolFactory(name=name, authority=made.school.authority)
        yield made


def _look(
    side: Side, *, other: str = "tess@hill.example", group: str = "", both: str = "North", year: str = "2026/27"
) -> Upload:
    head = ["Work Group", "Programme", "Year", "Leader", "School", "Teacher", "E-mail", "Teacher 2", "E-mail 2"]
    said = [side.offer.phase.name, year, "Lee Leader"]
    table = [
        head,
        [both, *said, HILL, "Tess Fox", "tess@hill.example", "Ugo Bell", "ugo@hill.example"],
        [group or both, *said, VALE, "Carl Eve", "carl@vale.example", "Tess Fox", other],
    ]
    return look_at("groups", table, hub=side.hub, by=side.users["hub_lead"])


def _takers() -> dict[str, set[str]]:
    rows = Participant.objects.filter(place__group__name="North")
    found: dict[str, set[str]] = {HILL: set(), VALE: set()}
    for school, name in rows.values_list("place__enrolment__school__name", "person__name"):
        found[school].add(name)
    return found


@pytest.mark.parametrize(
    ("answer", "at_hill", "at_vale"),
    [(BOTH, True, True), (FIRST, True, False), (SECOND, False, True), ("", False, False)],
)
def test_teacher_at_two_schools_of_a_group_is_asked_about(
    side: Side, answer: str, at_hill: bool, at_vale: bool
) -> None:
    upload = _look(side)
    asked, words = outcomes(upload), upload.unknown["words"]

    uploads.answer(upload=upload, words={AT_TWO: {TEXT: answer}}, schools={}, by=upload.by, now=NOW)
    done(work.READ)
    upload.refresh_from_db()
    bring_in(upload)

    assert asked == [("ask", f"{TEXT}. Say which of the two is meant, or both.")] * 2
    assert words == {AT_TWO: {TEXT: 2}}
    tess = {"Tess Fox"}
    assert _takers() == {
        HILL: {"Ugo Bell"} | (tess if at_hill else set()),
        VALE: {"Carl Eve"} | (tess if at_vale else set()),
    }
    held = Role.objects.filter(person__name="Tess Fox", kind=roles.TEACHER).values_list("school__name", flat=True)
    assert set(held) == {name for name, is_there in ((HILL, at_hill), (VALE, at_vale)) if is_there}
    left_out = ["Tess Fox is left out of this line" in what for _outcome, what in outcomes(upload)]
    assert left_out == [not at_hill, not at_vale]


def test_page_of_words_asks_it_in_full(side: Side) -> None:
    browser, upload = side.browser("hub_lead"), _look(side)

    shown = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text
    asked = browser.get(reverse("dashboards:record-words", args=[upload.pk])).text

    assert "1 teacher at two schools of one group" in shown
    assert f"“{TEXT}”" in asked
    labels = ("At both", "Only at the first school", "Only at the second school", "At neither: leave them out")
    assert all(label in asked for label in labels)
    box = box_of(AT_TWO, TEXT)
    answered = browser.post(reverse("dashboards:record-words", args=[upload.pk]), {"shown": box, f"word_{box}": SECOND})
    done(work.READ)
    assert (answered.status_code, counts(Upload.objects.get(pk=upload.pk))) == (302, {"create": 2})


def test_answer_goes_for_its_group_and_year_alone(side: Side) -> None:
    """The same two schools may have the same teacher in another group, or next year: nobody has said so."""
    before = _look(side)
    uploads.answer(upload=before, words={AT_TWO: {TEXT: FIRST}}, schools={}, by=before.by, now=NOW)
    done(work.READ)

    again, others = _look(side), [_look(side, both="South"), _look(side, both="North", year="2025/26")]

    assert again.unknown["words"] == {}
    assert [list(one.unknown["words"][AT_TWO]) for one in others] == [
        [TEXT.replace("North", "South")],
        [TEXT.replace("2026/27", "2025/26")],
    ]


def test_answer_is_shown_where_it_counts_and_can_be_changed(side: Side) -> None:
    browser, upload = side.browser("hub_lead"), _look(side)
    urls = [reverse(f"dashboards:record-{name}", args=[upload.pk]) for name in ("detail", "words")]
    uploads.answer(upload=upload, words={AT_TWO: {TEXT: FIRST}}, schools={}, by=upload.by, now=NOW)
    done(work.READ)

    detail, words = (browser.get(url).text for url in urls)
    box = box_of(AT_TWO, TEXT)
    browser.post(urls[1], {"shown": box, f"word_{box}": SECOND})
    done(work.READ)
    upload.refresh_from_db()
    bring_in(upload)

    assert f'<a href="{urls[1]}">1 answer about a teacher at two schools of one group</a>' in detail
    assert f"“{TEXT}”" in words
    assert '<option value="first" selected>Only at the first school</option>' in words
    assert "Decide later" not in words
    assert _takers() == {HILL: {"Ugo Bell"}, VALE: {"Carl Eve", "Tess Fox"}}


def test_line_tells_of_the_other_school_from_which_somebody_takes_part_already(side: Side) -> None:
    head = ["Work Group", "Programme", "Year", "Leader", "School", "Teacher", "E-mail"]
    said = ["North", side.offer.phase.name, "2026/27", "Lee Leader"]
    files = [[head, [*said, name, "Tess Fox", "tess@hill.example"]] for name in (HILL, VALE)]

    bring_in(look_at("groups", files[0], hub=side.hub, by=side.users["hub_lead"]))
    ((_outcome, words),) = outcomes(look_at("groups", files[1], hub=side.hub, by=side.users["hub_lead"]))

    assert f"Tess Fox takes part in North from {HILL}, too." in words


def test_namesakes_other_groups_and_who_is_known_at_both_are_not_asked_about(side: Side) -> None:
    plain = [_look(side, other="other@vale.example"), _look(side, other=""), _look(side, group="South")]
    asked = [upload.unknown["words"] for upload in plain]
    bring_in(plain[2])

    assert [*asked, _look(side).unknown["words"]] == [{}] * 4
