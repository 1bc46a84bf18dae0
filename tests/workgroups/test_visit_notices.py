"""Who is written to about a visit, and when: as a table."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from programmes.models import HalfTerm
from schools import roles
from schools.models import Role
from tests import factories as make
from workgroups.actions import visits
from workgroups.models import CoLeader, Group, Place, Visit
from workgroups.notices import visits as kinds

pytestmark = pytest.mark.django_db

SEPTEMBER = datetime(2026, 9, 1, 10, tzinfo=UTC)
JANUARY = datetime(2027, 1, 11, 10, tzinfo=UTC)
BOOKED_FOR = clock.at_london(date(2027, 2, 3), 9, 30)
Row = tuple[str, str, str]


@pytest.fixture
def visit() -> Visit:
    """An unbooked spring visit of a running group, to a school with a head, an office and a teacher."""
    make.make_half_terms()
    place = make.PlaceFactory(group__leader__person__name="Leah Leader")
    Group.objects.filter(pk=place.group_id).update(status="running", started_at=JANUARY)
    school = place.enrolment.school
    for kind, name in ((roles.HEADTEACHER, "Harriet Head"), (roles.OFFICE, "Olu Office")):
        make.RoleFactory(kind=kind, school=school, person__name=name)
    make.ParticipantFactory(place=place, person__name="Tam Teacher")
    visit: Visit = make.VisitFactory(place=Place.objects.get(pk=place.pk), number=2)
    notices.reconcile(visit, now=JANUARY)
    return visit


def _rows(visit: Visit, kind: str, state: str = "planned") -> list[Row]:
    found = Notice.objects.filter(target=f"workgroups.visit:{visit.pk}", kind=kind, state=state)
    return [(row.name, row.occurrence, f"{row.due_at:%Y-%m-%d %H:%M}") for row in found.order_by("due_at", "name")]


def _book(visit: Visit, starts_at: datetime = BOOKED_FOR, now: datetime = JANUARY) -> None:
    fresh = Visit.objects.get(pk=visit.pk)
    visits.book_visit(visit=fresh, starts_at=starts_at, seen=fresh.sequence, by=None, now=now)


def _cancel(visit: Visit, now: datetime = JANUARY) -> None:
    fresh = Visit.objects.get(pk=visit.pk)
    visits.cancel_booking(visit=fresh, reason="Snow.", seen=fresh.sequence, by=None, now=now)


def _send_all(kind: str) -> None:
    Notice.objects.filter(kind=kind, state="planned").update(state="sent")


def test_unbooked_visit_warns_the_leader_three_weeks_before_the_term_ends(visit: Visit) -> None:
    """The spring term ends on 25 March 2027."""
    assert _rows(visit, "visit_unbooked") == [("Leah Leader", "unbooked@2027-03-25", "2027-03-04 08:00")]
    assert Notice.objects.get(kind="visit_unbooked").until == datetime(2027, 3, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("started_at", "due"),
    [
        (datetime(2027, 3, 3, 10, tzinfo=UTC), "2027-03-04 08:00"),
        (datetime(2027, 3, 10, 10, tzinfo=UTC), "2027-03-11 08:00"),
    ],
)
def test_unbooked_visit_of_a_group_that_starts_late_in_the_term_warns_on_the_morning_after(
    visit: Visit, started_at: datetime, due: str
) -> None:
    Group.objects.filter(pk=visit.group_id).update(started_at=started_at)

    notices.reconcile(visit, now=started_at)

    assert _rows(visit, "visit_unbooked") == [("Leah Leader", "unbooked@2027-03-25", due)]


def test_unbooked_visit_follows_the_hubs_own_term(visit: Visit) -> None:
    """A hub that breaks up a week earlier is warned a week earlier."""
    make.make_half_terms(visit.group.hub)
    HalfTerm.objects.filter(hub=visit.group.hub, number=4).update(ends_on=date(2027, 3, 18))

    notices.reconcile(visit, now=JANUARY)

    assert _rows(visit, "visit_unbooked") == [("Leah Leader", "unbooked@2027-03-18", "2027-02-25 08:00")]


def test_unbooked_visit_of_half_a_term_looks_at_the_end_of_its_term(visit: Visit) -> None:
    """Two visits a term: the first one's stretch ends in February, the warning still looks at March."""
    Visit.objects.filter(pk=visit.pk).update(book_by=date(2027, 2, 12))

    notices.reconcile(visit, now=JANUARY)

    assert _rows(visit, "visit_unbooked") == [("Leah Leader", "unbooked@2027-03-25", "2027-03-04 08:00")]


def test_booking_tells_the_school_and_plans_the_reminders(visit: Visit) -> None:
    """Teachers, head and office at once; all of them and the leader 7 days and 1 day before."""
    _book(visit)

    school = ["Harriet Head", "Olu Office", "Tam Teacher"]
    everybody = ["Harriet Head", "Leah Leader", "Olu Office", "Tam Teacher"]
    assert _rows(visit, "visit_booked") == [(name, "booked-1@2027-02-03", "2027-01-11 10:00") for name in school]
    assert _rows(visit, "visit_reminder") == [
        *[(name, "7d@2027-02-03", "2027-01-27 08:00") for name in everybody],
        *[(name, "1d@2027-02-03", "2027-02-02 08:00") for name in everybody],
    ]
    assert _rows(visit, "visit_unbooked") == []
    assert _rows(visit, "visit_log_due") == [("Leah Leader", "log@2027-02-03", "2027-02-06 08:00")]


def test_reminder_may_be_sent_until_the_next_one_or_the_start(visit: Visit) -> None:
    """Never a week's warning on the eve, never one after the start."""
    _book(visit)

    untils = dict(Notice.objects.filter(kind="visit_reminder", name="Leah Leader").values_list("occurrence", "until"))

    assert untils == {
        "7d@2027-02-03": datetime(2027, 2, 2, 8, tzinfo=UTC),
        "1d@2027-02-03": BOOKED_FOR,
    }


def test_booking_on_the_eve_is_not_reminded_of_in_the_same_minute(visit: Visit) -> None:
    _book(visit, clock.at_london(date(2027, 1, 12), 14), now=datetime(2027, 1, 11, 10, tzinfo=UTC))

    assert _rows(visit, "visit_reminder") == []


def test_booking_moved_to_and_fro_before_it_was_told_keeps_its_reminders(visit: Visit) -> None:
    """Nobody is told anything, so nothing stands in for them."""
    _book(visit)
    _send_all("visit_booked")
    _book(visit, BOOKED_FOR + timedelta(days=1), now=datetime(2027, 1, 30, 10, tzinfo=UTC))
    _book(visit, now=datetime(2027, 1, 30, 10, 1, tzinfo=UTC))

    assert {row[1] for row in _rows(visit, "visit_reminder")} == {"7d@2027-02-03", "1d@2027-02-03"}


def test_booking_within_a_week_is_not_reminded_of_at_once(visit: Visit) -> None:
    """The e-mail about the booking has said it; the day before is still to come."""
    _book(visit, now=datetime(2027, 1, 29, 10, tzinfo=UTC))

    assert {row[1] for row in _rows(visit, "visit_reminder")} == {"1d@2027-02-03"}


def test_moving_moves_unsent_reminders_and_tells_the_school(visit: Visit) -> None:
    """The rows keep their identity; nobody is told twice."""
    _book(visit)
    _send_all("visit_booked")
    before = set(Notice.objects.filter(kind="visit_reminder").values_list("pk", flat=True))

    _book(visit, clock.at_london(date(2027, 2, 10), 9))

    assert set(Notice.objects.filter(kind="visit_reminder", state="planned").values_list("pk", flat=True)) == before
    assert {row[1] for row in _rows(visit, "visit_reminder")} == {"7d@2027-02-10", "1d@2027-02-10"}
    assert len(_rows(visit, "visit_booked", "sent")) == 3
    assert [row[:2] for row in _rows(visit, "visit_moved")] == [
        ("Harriet Head", "moved-2@2027-02-10"),
        ("Olu Office", "moved-2@2027-02-10"),
        ("Tam Teacher", "moved-2@2027-02-10"),
    ]


def test_moving_after_a_reminder_was_sent_adds_new_ones_beside_it(visit: Visit) -> None:
    """What was sent for the old day stays; the new day has its own."""
    _book(visit)
    Notice.objects.filter(kind="visit_reminder", occurrence__startswith="7d").update(state="sent")

    _book(visit, clock.at_london(date(2027, 2, 10), 9))

    assert {row[1] for row in _rows(visit, "visit_reminder", "sent")} == {"7d@2027-02-03"}
    assert {row[1] for row in _rows(visit, "visit_reminder")} == {"7d@2027-02-10", "1d@2027-02-10"}


def test_cancelling_takes_the_reminders_back_and_tells_the_school(visit: Visit) -> None:
    """And the leader is warned again that the visit is not booked."""
    _book(visit)
    _send_all("visit_booked")

    _cancel(visit)

    assert _rows(visit, "visit_reminder") == []
    assert _rows(visit, "visit_log_due") == []
    assert [row[:2] for row in _rows(visit, "visit_cancelled")] == [
        ("Harriet Head", "cancelled-2@2027-02-03"),
        ("Olu Office", "cancelled-2@2027-02-03"),
        ("Tam Teacher", "cancelled-2@2027-02-03"),
    ]
    assert _rows(visit, "visit_unbooked") == [("Leah Leader", "unbooked@2027-03-25", "2027-03-04 08:00")]


def test_booking_again_for_the_same_day_tells_the_school_again(visit: Visit) -> None:
    """The school had been told that it would not take place."""
    _book(visit)
    _cancel(visit)
    _send_all("visit_booked")
    _send_all("visit_cancelled")

    _book(visit)

    assert {row[1] for row in _rows(visit, "visit_booked")} == {"booked-3@2027-02-03"}
    assert len(_rows(visit, "visit_reminder")) == 8


def test_cancelling_a_day_that_has_passed_tells_nobody(visit: Visit) -> None:
    """The school was there: it knows."""
    _book(visit)

    _cancel(visit, now=BOOKED_FOR + timedelta(days=1))

    assert _rows(visit, "visit_cancelled") == []


def test_teacher_who_left_or_joins_is_followed(visit: Visit) -> None:
    """Reminders go to who takes part on the day of the visit."""
    _book(visit)
    visit.place.participants.update(until=date(2027, 1, 31))
    make.ParticipantFactory(place=visit.place, person__name="Nia New", since=date(2027, 1, 25))

    notices.reconcile(visit, now=JANUARY)

    names = {row[0] for row in _rows(visit, "visit_reminder")}
    assert names == {"Harriet Head", "Leah Leader", "Nia New", "Olu Office"}


def test_head_named_in_the_interest_is_told_until_a_head_has_a_role(visit: Visit) -> None:
    """A school whose head never signed in still hears."""
    visit.school.roles.filter(kind=roles.HEADTEACHER).delete()
    enrolment = visit.place.enrolment
    enrolment.interest = make.InterestFactory(school=visit.school, head_name="Ina Interest")
    enrolment.save()

    _book(visit)

    assert [row[0] for row in _rows(visit, "visit_booked")] == ["Ina Interest", "Olu Office", "Tam Teacher"]


def test_head_named_in_the_interest_who_left_is_written_to_no_more(visit: Visit) -> None:
    head = Role.objects.filter(kind=roles.HEADTEACHER, school=visit.school)
    head.update(ends_on=date(2027, 1, 20))
    interest = make.InterestFactory(school=visit.school, head_name="Harriet Head", head_email="head@oak.example")
    type(visit.place.enrolment).objects.filter(pk=visit.place.enrolment_id).update(interest=interest)

    _book(visit)

    assert [name for name, *_rest in _rows(visit, "visit_booked")] == ["Olu Office", "Tam Teacher"]


def test_person_with_two_roles_is_written_to_once(visit: Visit) -> None:
    """A head who is the maths lead and takes part."""
    head = visit.school.roles.get(kind=roles.HEADTEACHER).person
    make.RoleFactory(kind=roles.MATHS_LEAD, school=visit.school, person=head)
    make.ParticipantFactory(place=visit.place, person=head)

    _book(visit)

    assert [row[0] for row in _rows(visit, "visit_booked")] == ["Harriet Head", "Olu Office", "Tam Teacher"]


@pytest.mark.parametrize(
    ("day", "due_utc"),
    [
        (date(2027, 3, 30), ["2027-03-23 08:00", "2027-03-29 07:00"]),
        (date(2026, 10, 27), ["2026-10-20 07:00", "2026-10-26 08:00"]),
    ],
)
def test_reminders_come_at_eight_in_london_on_both_sides_of_the_clock_change(
    visit: Visit, day: date, due_utc: list[str]
) -> None:
    """Clocks go forward on 28 March 2027 and back on 25 October 2026."""
    Visit.objects.filter(pk=visit.pk).update(
        status="booked", on=day, starts_at=clock.at_london(day, 13), changed_at=SEPTEMBER
    )
    loaded = kinds.load().get(pk=visit.pk)

    due = [one.due_at for one in kinds.reminders(loaded) if one.name == "Leah Leader"]

    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in due] == due_utc


def test_cancelled_group_reminds_of_no_visit(visit: Visit) -> None:
    """Nothing is due about it any more."""
    _book(visit)
    Group.objects.filter(pk=visit.group_id).update(status="cancelled")

    notices.reconcile(Visit.objects.get(pk=visit.pk), now=JANUARY)

    assert _rows(visit, "visit_reminder") + _rows(visit, "visit_log_due") + _rows(visit, "visit_unbooked") == []


def test_outbox_equals_the_desired_sets_after_every_step(visit: Visit) -> None:
    """The property that holds whatever is done: planned rows are what is desired and not too late."""
    steps: list[Callable[[], None]] = [
        lambda: _book(visit),
        lambda: _book(visit, clock.at_london(date(2027, 2, 10), 9)),
        lambda: _cancel(visit),
        lambda: _book(visit, clock.at_london(date(2027, 3, 3), 9)),
    ]

    for step in steps:
        step()
        loaded = kinds.load().get(pk=visit.pk)
        desired = {
            (kind.key, one.recipient, one.occurrence, one.due_at, one.until)
            for kind in kinds.KINDS
            for one in kind.desired(loaded)
            if one.until is None or one.until > JANUARY
        }
        rows = Notice.objects.filter(target=f"workgroups.visit:{visit.pk}", state="planned")
        assert set(rows.values_list("kind", "recipient", "occurrence", "due_at", "until")) == desired


def test_sweep_finds_what_no_action_told(visit: Visit) -> None:
    """A visit that changed behind the actions' backs is put right by the sweep."""
    Visit.objects.filter(pk=visit.pk).update(
        status="booked", on=BOOKED_FOR.date(), starts_at=BOOKED_FOR, changed_at=JANUARY
    )

    notices.sweep(JANUARY)

    assert len(_rows(visit, "visit_reminder")) == 8
    assert _rows(visit, "visit_unbooked") == []


def test_visit_that_moves_before_the_school_was_told_is_told_as_booked(visit: Visit) -> None:
    _book(visit)
    _book(visit, clock.at_london(date(2027, 2, 9), 13))

    assert {row[1] for row in _rows(visit, "visit_booked")} == {"booked-2@2027-02-09"}
    assert _rows(visit, "visit_moved") == []


def test_visit_that_moves_twice_names_the_date_that_the_school_knows(visit: Visit) -> None:
    _book(visit)
    _send_all("visit_booked")
    _book(visit, clock.at_london(date(2027, 2, 9), 13))
    _book(visit, clock.at_london(date(2027, 2, 10), 13))
    known = Visit.objects.get(pk=visit.pk).was_at
    _book(visit)

    assert known == BOOKED_FOR
    assert _rows(visit, "visit_moved") == []


def test_booking_cancelled_before_the_school_was_told_is_no_news(visit: Visit) -> None:
    _book(visit)
    _cancel(visit)

    assert (_rows(visit, "visit_booked"), _rows(visit, "visit_cancelled")) == ([], [])


def test_visit_booked_anew_before_the_school_heard_of_the_cancellation_has_moved(visit: Visit) -> None:
    _book(visit)
    _send_all("visit_booked")
    _cancel(visit)
    _book(visit, clock.at_london(date(2027, 2, 9), 13))

    assert {row[1] for row in _rows(visit, "visit_moved")} == {"moved-3@2027-02-09"}
    assert (_rows(visit, "visit_cancelled"), Visit.objects.get(pk=visit.pk).was_at) == ([], BOOKED_FOR)


def test_whoever_leads_hears_of_what_somebody_else_booked_moved_or_cancelled(visit: Visit) -> None:
    """Co-leaders of the visit's day are reminded of it too; nobody is told of what they did themselves."""
    one = make.LeaderFactory(hub=visit.group.hub, person__name="Cora Co")
    CoLeader.objects.create(group=visit.group, leader=one, since=date(2027, 1, 1), until=date(2027, 2, 20))
    by = {name: make.make_user(roles.HUB_LEAD, name=name, hub=visit.group.hub) for name in ("Leah Leader", "Ada Admin")}
    Visit.objects.filter(pk=visit.pk).update(
        leader=make.LeaderFactory(hub=visit.group.hub, person=by["Leah Leader"].person)
    )

    told = {}
    for name, kind, at in (
        ("Leah Leader", "visit_booked", BOOKED_FOR),
        ("Ada Admin", "visit_moved", BOOKED_FOR + timedelta(days=1)),
        ("Ada Admin", "visit_cancelled", None),
    ):
        fresh = Visit.objects.get(pk=visit.pk)
        how: Any = {"visit": fresh, "seen": fresh.sequence, "by": by[name], "now": JANUARY}
        if at is None:
            visits.cancel_booking(reason="Snow.", **how)
        else:
            visits.book_visit(starts_at=at, **how)
        told[kind] = {row[0] for row in _rows(visit, kind)} & {"Cora Co", "Leah Leader"}
        reminded = {row[0] for row in _rows(visit, "visit_reminder")} & {"Cora Co", "Leah Leader"}
        told["visit_reminder"] = told.get("visit_reminder", set()) | reminded
        _send_all(kind)

    assert told == {
        "visit_booked": {"Cora Co"},
        "visit_moved": {"Cora Co", "Leah Leader"},
        "visit_cancelled": {"Cora Co", "Leah Leader"},
        "visit_reminder": {"Cora Co", "Leah Leader"},
    }
