"""What sheets call programmes."""

import pytest

from hubportal.core import clock
from hubportal.dashboards.rules.choices import names_of_step
from tests import factories as make
from tests.dashboards.records.bringing import look_at, outcomes
from tests.world import NOW, make_side


@pytest.mark.once
def test_step_is_known_with_its_ladder_and_without_but_not_by_the_name_of_the_whole_programme() -> None:
    assert names_of_step("Primary Mastery Readiness", "Readiness", "Primary") == {
        "Primary Mastery Readiness", "Mastery Readiness", "Readiness", "Primary Readiness",
    }  # fmt: skip
    assert "Teaching for Mastery" not in names_of_step("Primary Teaching for Mastery", "Lasting groups", "Primary")


@pytest.mark.django_db
def test_readiness_is_not_asked_about_however_a_sheet_calls_it() -> None:
    with clock.fixed(NOW):
        side = make_side()
        ladder = make.PathwayFactory(name="Primary")
        make.OfferFactory(
            phase=make.PhaseFactory(pathway=ladder, name="Primary Mastery Readiness", short_name="Readiness")
        )
        years = [f"{year}/{year - 1999}" for year in (2022, 2023, 2024)]
        said = ["Mastery Readiness", "primary readiness", "Readiness"]

        upload = look_at(
            "past", [["School", *years], [side.school.name, *said]], hub=side.hub, by=side.users["hub_lead"]
        )

    assert [outcome for outcome, _words in outcomes(upload)] == ["create"]
    assert upload.unknown.get("words", {}) == {}
