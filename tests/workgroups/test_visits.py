"""Planning, booking, moving and taking back visits."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.workflow import CannotMove
from tests import factories as make
from tests.workgroups.test_groups import accepted
from workgroups.actions import groups, visits
from workgroups.models import Group, Place, Visit

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
JANUARY = datetime(2027, 1, 11, 10, tzinfo=UTC)
Status = Visit.Status


def _group(*, visits: int = 3, per: str = "term", **fields: Any) -> Group:
    make.make_half_terms()
    running = {"status": Group.Status.RUNNING, "started_at": NOW, **fields}
    group: Group = make.GroupFactory(offer=make.OfferFactory(visits=visits, visits_per=per), **running)
    return group


def _numbers(group: Group) -> list[tuple[int, int, str]]:
    rows = group.visits.order_by("place", "number").values_list("number", "term", "status")
    return list(rows)


def _booked(**fields: Any) -> Visit:
    make.make_half_terms()
    starts_at = fields.pop("starts_at", clock.at_london(date(2027, 1, 20), 9, 30))
    visit: Visit = make.VisitFactory(number=1, status="booked", starts_at=starts_at, on=starts_at.date(), **fields)
    return visit


@pytest.mark.parametrize(
    ("count", "per", "expected"),
    [
        (3, "term", [(1, 1), (2, 2), (3, 3)]),
        (6, "half_term", [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]),
        (0, "term", []),
    ],
)
def test_plan_visits_gives_each_place_what_the_offer_says(
    count: int, per: str, expected: list[tuple[int, int]]
) -> None:
    """The offer's numbers, not its name, decide."""
    group = _group(visits=count, per=per)
    make.PlaceFactory(group=group)

    planned = visits.plan_visits(group=group, by=None, now=NOW)

    assert planned == count
    assert _numbers(group) == [(number, term, Status.TO_BOOK) for number, term in expected]


def test_plan_visits_again_adds_nothing() -> None:
    """Safe to run twice."""
    group = _group()
    make.PlaceFactory(group=group)
    visits.plan_visits(group=group, by=None, now=NOW)

    again = visits.plan_visits(group=group, by=None, now=NOW)

    assert again == 0
    assert group.visits.count() == 3


def test_plan_visits_gives_a_late_place_the_remaining_ones() -> None:
    """A school that joins in January is owed spring and summer."""
    group = _group(started_at=NOW)
    make.PlaceFactory(group=group, placed_on=date(2027, 1, 11))

    visits.plan_visits(group=group, by=None, now=JANUARY)

    assert _numbers(group) == [(2, 2, Status.TO_BOOK), (3, 3, Status.TO_BOOK)]
    spring, summer = group.visits.order_by("number")
    assert (spring.book_from, summer.book_from) == (date(2027, 1, 11), date(2027, 4, 12))


def test_plan_visits_follows_the_dates_of_the_hub() -> None:
    """A hub's own half-terms count before the national ones."""
    group = _group()
    make.PlaceFactory(group=group)
    for row in make.make_half_terms(group.hub):
        if row.number == 2:
            row.ends_on = date(2026, 12, 11)
            row.save()

    visits.plan_visits(group=group, by=None, now=NOW)

    assert group.visits.get(number=1).book_by == date(2026, 12, 11)


def test_plan_visits_closes_what_lies_ahead_of_a_school_that_left() -> None:
    """Unbooked and future visits are cancelled; one that should have been stays to be logged."""
    group = _group(started_at=NOW)
    place = make.PlaceFactory(group=group)
    visits.plan_visits(group=group, by=None, now=NOW)
    first, second, _third = group.visits.order_by("number")
    visits.book_visit(visit=first, starts_at=clock.at_london(date(2026, 11, 10), 9), seen=0, by=None, now=NOW)
    visits.book_visit(visit=second, starts_at=clock.at_london(date(2027, 1, 20), 9), seen=0, by=None, now=NOW)
    type(place).objects.filter(pk=place.pk).update(left_on=date(2027, 1, 11))

    visits.plan_visits(group=group, by=None, now=JANUARY)

    assert _numbers(group) == [(1, 1, Status.BOOKED), (2, 2, Status.CANCELLED), (3, 3, Status.CANCELLED)]
    assert group.visits.get(number=2).change_note == "The school has left the group."


@pytest.mark.parametrize("elsewhere", [False, True])
def test_school_that_comes_back_is_owed_what_it_has_not_had(elsewhere: bool) -> None:
    """The autumn's visit was made before it left; spring's and summer's were cancelled then."""
    group = _group(started_at=NOW, status="running")
    place = groups.place_school(group=group, enrolment=accepted(group), by=None, now=NOW)
    group.visits.filter(number=1).update(status="done", on=date(2026, 10, 1))
    left, back = clock.at_london(date(2026, 10, 5)), clock.at_london(date(2026, 10, 12))
    groups.remove_school(place=Place.objects.get(pk=place.pk), reason="A mistake", by=None, now=left)
    if elsewhere:
        group = make.GroupFactory(offer=group.offer, hub=group.hub, started_at=NOW, status="running")
    again = groups.place_school(group=Group.objects.get(pk=group.pk), enrolment=place.enrolment, by=None, now=back)

    planned = sorted(again.visits.values_list("number", "status"))

    assert planned == [(2, Status.TO_BOOK), (3, Status.TO_BOOK)]


def test_book_visit_writes_the_date_and_the_journal() -> None:
    """A first booking."""
    make.make_half_terms()
    visit = make.VisitFactory(number=1)
    starts_at = clock.at_london(date(2027, 1, 20), 9, 30)

    warning = visits.book_visit(visit=visit, starts_at=starts_at, seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert warning == ""
    assert (visit.status, visit.on, visit.starts_at, visit.was_at) == (
        Status.BOOKED,
        date(2027, 1, 20),
        starts_at,
        None,
    )
    entry = JournalEntry.objects.about(visit).get()
    assert (entry.what, entry.note) == ("Booked", "Wednesday 20 January 2027, 9.30am")


def test_book_visit_again_moves_it() -> None:
    """The same step moves a booked visit and keeps what the school was told before."""
    visit = _booked()
    later = clock.at_london(date(2027, 2, 3), 13)

    visits.book_visit(visit=visit, starts_at=later, seen=0, by=None, now=JANUARY, half_days=2)

    visit.refresh_from_db()
    assert (visit.starts_at, visit.was_at, visit.half_days, visit.sequence) == (
        later,
        clock.at_london(date(2027, 1, 20), 9, 30),
        2,
        1,
    )
    assert JournalEntry.objects.about(visit).get().changed == {
        "date": ["Wednesday 20 January 2027, 9.30am", "Wednesday 3 February 2027, 1pm"],
        "length": ["half a day", "a full day"],
    }


def test_book_visit_at_the_same_time_again_changes_nothing() -> None:
    """Pressing twice tells nobody anything."""
    visit = _booked()

    same = clock.at_london(date(2027, 1, 20), 9, 30)
    visits.book_visit(visit=visit, starts_at=same, seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert visit.sequence == 0
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        (clock.at_london(date(2027, 1, 16), 9), "That day is at a weekend. Choose a school day."),
        (clock.at_london(date(2027, 1, 20), 6), "Choose a start between 7am and 6pm."),
        (clock.at_london(date(2027, 1, 11), 9), "That time has passed. If the visit took place, log it instead."),
        (clock.at_london(date(2027, 3, 26), 9), "That day is a bank holiday. Choose a school day."),
    ],
)
def test_book_visit_refuses_with_a_reason(starts_at: datetime, said: str) -> None:
    """In words, and nothing changes."""
    make.make_half_terms()
    visit = make.VisitFactory(number=1)

    with pytest.raises(visits.CannotBook) as problem:
        visits.book_visit(visit=visit, starts_at=starts_at, seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert str(problem.value) == said
    assert visit.status == Status.TO_BOOK


def test_book_visit_from_an_old_page_loses() -> None:
    """Somebody else booked while the page was open: they are named."""
    make.make_half_terms()
    visit = make.VisitFactory(number=1)
    first = make.make_user(name="Sam Specialist")
    visits.book_visit(visit=visit, starts_at=clock.at_london(date(2027, 1, 20), 9), seen=0, by=first, now=JANUARY)

    with pytest.raises(CannotMove) as problem:
        visits.book_visit(
            visit=Visit.objects.get(pk=visit.pk),
            starts_at=clock.at_london(date(2027, 1, 21), 9),
            seen=0,
            by=None,
            now=JANUARY,
        )

    assert str(problem.value) == "Sam Specialist has just done this: booked. Nothing was done twice."
    assert Visit.objects.get(pk=visit.pk).on == date(2027, 1, 20)


def test_cancel_booking_opens_the_visit_again() -> None:
    """The visit is still owed."""
    visit = _booked()

    visits.cancel_booking(visit=visit, reason="The school is closed that day.", seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert (visit.status, visit.on, visit.starts_at, visit.sequence) == (Status.TO_BOOK, None, None, 1)
    assert visit.was_at == clock.at_london(date(2027, 1, 20), 9, 30)


def test_cancel_booking_of_an_unbooked_visit_is_refused() -> None:
    """There is nothing to take back."""
    visit = make.VisitFactory(number=1)

    with pytest.raises(CannotMove):
        visits.cancel_booking(visit=visit, reason="", seen=0, by=None, now=JANUARY)


def test_visits_are_seen_by_their_leader_hub_school_and_trust_only() -> None:
    """A second school of the same group does not see the first one's visits."""
    group = make.GroupFactory()
    visit = make.VisitFactory(place__group=group, number=1, place__enrolment__school__trust=make.TrustFactory())
    other = make.VisitFactory(place__group=group, number=1)
    leader = make.make_user("specialist", hub=group.hub)
    type(group.leader).objects.filter(pk=group.leader_id).update(person=leader.person)
    colleague = make.make_user("specialist", hub=group.hub)
    seen = {
        "leader": leader,
        "colleague": colleague,
        "staff": make.make_user("hub_admin", hub=group.hub),
        "board": make.make_user("board", hub=group.hub),
        "head": make.make_user("headteacher", school=visit.school),
        "trust": make.make_user("trust_lead", trust=visit.school.trust),
        "other head": make.make_user("headteacher", school=other.school),
        "other hub": make.make_user("hub_lead", hub=make.HubFactory()),
    }

    found = {who: set(Visit.objects.visible_to(user)) for who, user in seen.items()}

    assert found == {
        "leader": {visit, other},
        "colleague": set(),
        "staff": {visit, other},
        "board": {visit, other},
        "head": {visit},
        "trust": {visit},
        "other head": {other},
        "other hub": set(),
    }


def _stale(visit: Visit) -> Visit:
    """The visit as somebody has loaded it who comes second."""
    return Visit.objects.select_related("group__offer", "group__hub", "school").get(pk=visit.pk)


def test_cancellation_of_a_booking_that_was_moved_meanwhile_loses() -> None:
    visit = _booked()
    loaded = _stale(visit)
    later = clock.at_london(date(2027, 1, 27), 9)
    visits.book_visit(visit=_stale(visit), starts_at=later, seen=0, by=make.make_user(name="Kim"), now=JANUARY)

    with pytest.raises(CannotMove, match="Kim has just done this: moved"):
        visits.cancel_booking(visit=loaded, reason="Snow", seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert (visit.status, visit.starts_at, visit.sequence) == ("booked", later, 1)


def test_booking_of_a_visit_that_was_booked_and_taken_back_meanwhile_loses() -> None:
    make.make_half_terms()
    visit = make.VisitFactory(number=1)
    loaded = _stale(visit)
    day = clock.at_london(date(2027, 1, 20), 9)
    visits.book_visit(visit=_stale(visit), starts_at=day, seen=0, by=None, now=JANUARY)
    visits.cancel_booking(visit=_stale(visit), reason="Snow", seen=1, by=None, now=JANUARY)

    with pytest.raises(CannotMove):
        visits.book_visit(visit=loaded, starts_at=day, seen=0, by=None, now=JANUARY)

    visit.refresh_from_db()
    assert (visit.status, visit.sequence) == ("to_book", 2)
