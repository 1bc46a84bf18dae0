"""What goes on makes awards: the preview of a file says which, and that payments come next."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from funding.actions import reconcile_awards
from funding.models import Award
from hubportal.core import clock
from schools.models import School
from tests import factories as make
from tests.dashboards.records.bringing import bring, bring_in, look_at, outcomes
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
HEADINGS = ["Work Group", "Programme", "Year", "Leader", "School"]
SAID = "is awarded, as the group has started: Teacher release £1,000.00."


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        side = make_side()
        make.RateFactory(offer=side.offer, amount=1_000, label="Teacher release")
        reconcile_awards(now=NOW)
        yield side


def _line(side: Side, school: str, year: str = "2026/27", group: str = "North") -> list[str]:
    name = make.SchoolFactory(name=school, authority=side.school.authority).name
    return [group, side.offer.phase.name, year, "Lee Leader", name]


def test_preview_of_groups_says_what_is_awarded_and_all_of_it_is(side: Side) -> None:
    hub, lead, browser = side.hub, side.users["hub_lead"], side.browser("hub_lead")
    lines = [_line(side, "Hill Top"), _line(side, "Vale Junior"), _line(side, "Old Mill", "2024/25", "Old")]
    before = set(Award.objects.values_list("pk", flat=True))

    upload = look_at("groups", [HEADINGS, *lines], hub=hub, by=lead)
    page = reverse("dashboards:record-detail", args=[upload.pk])
    seen = browser.get(page).text
    bring_in(upload)
    reconcile_awards(now=NOW)
    again = look_at("groups", [HEADINGS, *lines], hub=hub, by=lead)

    assert [SAID in words for _outcome, words in outcomes(upload)] == [True, True, False]
    assert "£2,000.00 will be awarded to 2 schools whose group has started" in seen
    assert f'href="{reverse("dashboards:record-create")}?kind=payments"' in seen
    assert "£2,000.00 is awarded to 2 schools" in browser.get(page).text
    assert sum(award.amount for award in Award.objects.exclude(pk__in=before)) == 2_000
    assert [SAID in words for _outcome, words in outcomes(again)] == [False] * 3
    assert again.counts["awarded"] == 0


def test_school_that_has_its_award_or_gets_one_with_its_payment_is_not_named(side: Side) -> None:
    hub, lead, school = side.hub, side.users["hub_lead"], School.objects.get(name=_line(side, "Hill Top")[4])
    phase = side.offer.phase.name
    enrolment = make.EnrolmentFactory(
        school=School.objects.get(name=school), offer=side.offer, hub=hub, status="active"
    )
    paid = [["School", "Programme", "Year", "Amount", "Paid on"], [school.name, phase, "2026/27", "400", "1/10/2026"]]
    bring("payments", paid, hub=hub, by=lead)

    upload = look_at("groups", [HEADINGS, ["North", phase, "2026/27", "Lee Leader", school.name]], hub=hub, by=lead)

    assert Award.objects.filter(enrolment=enrolment).count() == 1
    assert "is awarded" not in outcomes(upload)[0][1]


def test_school_that_starts_by_a_file_in_a_running_group_is_named(side: Side) -> None:
    school = School.objects.get(name=_line(side, "Hill Top")[4])
    enrolment = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub, status="accepted")
    make.PlaceFactory(group=side.group, enrolment=enrolment)
    line = [school.name, side.offer.phase.name, "2026/27", "Taking part now"]
    table = [["School", "Programme", "Year", "Outcome"], line]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert SAID in outcomes(upload)[0][1]
