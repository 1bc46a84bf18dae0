"""The numbers behind a home's pictures, and where a bar's parts and its mark lie."""

from datetime import date
from decimal import Decimal

import pytest

from hubportal.core import clock
from hubportal.dashboards.figures import pictures
from programmes.models import Target
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TODAY = NOW.date()


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


def _spans(bar: pictures.Bar) -> list[tuple[int, int]]:
    return [(part.x, part.width) for part in bar.parts]


def test_bar_is_as_long_as_its_aim() -> None:
    bar = pictures.bar(
        "Development", [("a", "2 accepted", 2), ("b", "1 waiting", 1)], aim=4, text="2 of 4", mark="Target"
    )

    assert _spans(bar) == [(0, 500), (500, 250)]
    assert bar.mark is not None
    assert bar.mark.x + bar.mark.width == 1000
    assert bar.detail == "2 accepted, 1 waiting"


def test_bar_that_passes_its_aim_has_the_mark_within() -> None:
    bar = pictures.bar("Development", [("a", "8 accepted", 8)], aim=4, text="8 of 4", mark="Target")

    assert _spans(bar) == [(0, 1000)]
    assert bar.mark is not None
    assert bar.mark.x + bar.mark.width == 500


def test_bar_without_anything_says_so() -> None:
    bar = pictures.bar("Development", [("a", "0 accepted", 0)], aim=0, text="0")

    assert (bar.parts, bar.mark, bar.detail) == ([], None, "nothing yet")


def test_recruitment_counts_what_stands_against_the_target_of_the_hub(side: Side) -> None:
    """Withdrawn schools and declined interest are no recruitment; another hub's are not this one's."""
    offer = make.OfferFactory(title="Counted", year=2026)
    Target.objects.create(offer=offer, hub=side.hub, schools=5)
    Target.objects.create(offer=offer, hub=make.HubFactory(), schools=40)
    for status in ("accepted", "active", "withdrawn"):
        make.EnrolmentFactory(offer=offer, hub=side.hub, status=status)
    for status in ("submitted", "waiting", "declined"):
        make.InterestFactory(offer=offer, hub=side.hub, status=status)
    make.EnrolmentFactory(offer=offer)

    bars = pictures.recruitment(user=side.users[roles.HUB_LEAD], hub=side.hub, year=2026, today=NOW.date())

    (bar,) = [one for one in bars.opened if one.label == offer.phase.name]
    assert (bar.text, bar.detail) == ("2 of 5", "2 accepted, 2 to decide or waiting")
    assert bar.mark is not None
    assert bar.mark.label == "Target: 5"


def test_recruitment_without_a_target_says_so(side: Side) -> None:
    offer = make.OfferFactory(title="Counted", year=2026)
    make.EnrolmentFactory(offer=offer, hub=side.hub)

    bars = pictures.recruitment(user=side.users[roles.HUB_LEAD], hub=side.hub, year=2026, today=NOW.date())

    (bar,) = [one for one in bars.opened if one.label == offer.phase.name]
    assert (bar.text, bar.detail, bar.mark) == ("1", "1 accepted, no target", None)


def test_visits_are_counted_by_where_they_stand(side: Side) -> None:
    side.visit.delete()
    for number, (status, on, book_by) in enumerate(
        [
            ("done", "2027-01-05", "2027-02-01"),
            ("booked", "2027-01-20", "2027-02-01"),
            ("booked", "2027-01-06", "2027-02-01"),
            ("to_book", None, "2027-02-01"),
            ("to_book", None, "2027-01-08"),
            ("cancelled", None, "2027-01-08"),
        ],
        start=1,
    ):
        starts_at = on and clock.at_london(date.fromisoformat(on), 9)
        about = {"status": status, "on": on, "starts_at": starts_at, "book_by": book_by}
        make.VisitFactory(place=side.place, number=number, term=2, **about)

    (bar,) = pictures.visits_by_term(user=side.users[roles.HUB_LEAD], hub=side.hub, year=2026, today=TODAY)

    assert (bar.label, bar.text, bar.detail) == ("Spring", "1 of 5", "1 done, 1 booked, 1 to book, 2 overdue")


def test_money_is_paid_claimed_and_awarded(side: Side) -> None:
    make.ClaimFactory(award=side.award, amount=Decimal(300), status="paid", paid_on=TODAY)
    type(side.award).objects.filter(pk=side.award.pk).update(claimed=Decimal(700))

    bars = pictures.money(user=side.users[roles.HUB_LEAD], hub=side.hub, year=2026)

    awarded = side.award.amount
    assert [(one.label, one.text) for one in bars] == [
        ("Paid", "£300"),
        ("Claimed", "£700"),
        ("Awarded", f"£{awarded:,.0f}"),
    ]


def test_recruitment_tells_the_year_that_takes_applications_from_others(side: Side) -> None:
    """In January 2027 the year 2027/28 is open and 2026/27 is not; that of 2028/29 has not opened."""
    shut, opened, later = (
        make.OfferFactory(year=year, opens_on=date(year - 1, 10, 1), closes_on=date(year, 9, 30), phase__name=name)
        for year, name in ((2026, "Shut"), (2027, "Open"), (2028, "Later"))
    )
    for offer in (shut, opened, later):
        Target.objects.create(offer=offer, hub=side.hub, schools=5)
    make.EnrolmentFactory(offer=shut, hub=side.hub)

    lead = side.users[roles.HUB_LEAD]
    bars = pictures.recruitment(user=lead, hub=side.hub, year=2026, today=date(2027, 1, 11))

    parts = (bars.opened, bars.shut)
    named = [[one.label for one in part if one.label[:4] in {"Shut", "Open", "Late"}] for part in parts]
    assert named == [["Open 2027/28"], ["Shut 2026/27"]]


def test_recruitment_tells_two_offers_of_a_phase_apart(side: Side) -> None:
    """By their titles, and where these are the same by their codes; a phase with one offer by its name."""
    phase = make.PhaseFactory(name="Third year")
    alone = make.OfferFactory(phase__name="First year", title="Where it begins")
    several = [
        make.OfferFactory(phase=phase, title="Third year", code="NCP26-11"),
        make.OfferFactory(phase=phase, title="Lesson design", code="OURS-1", hub=side.hub),
        make.OfferFactory(phase=phase, title="Third year", code="OURS-2", hub=side.hub),
    ]
    for offer in (alone, *several):
        Target.objects.create(offer=offer, hub=side.hub, schools=5)

    bars = pictures.recruitment(user=side.users[roles.HUB_LEAD], hub=side.hub, year=2026, today=TODAY)

    named = {one.label for one in bars.opened}
    assert {"First year", "Third year (NCP26-11)", "Lesson design", "Third year (OURS-2)"} <= named


def test_home_of_a_school_offers_last_years_money_after_the_summer(side: Side) -> None:
    with clock.fixed(clock.at_london(date(2027, 9, 6), 9)):
        home = side.browser(roles.HEADTEACHER).get("/").content.decode()

    assert f'href="{side.award.get_absolute_url()}claim/"' in home
