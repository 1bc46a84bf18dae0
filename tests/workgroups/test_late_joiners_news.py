"""Who joins after a change has all dates as they stand by then, and is not told of what was before."""

from datetime import date, time, timedelta

import pytest

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.actions import enrolments
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted
from workgroups.actions import co_leading, groups, meetings, visits
from workgroups.models import Group, Meeting, Place

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CHANGED, JOINED, LATER = (NOW + timedelta(hours=hours) for hours in (1, 2, 3))
START, END = time(13, 30), time(16, 0)


def deliver(now: object) -> None:
    with clock.fixed(now):  # type: ignore[arg-type]
        groups.reconcile_participants(now=now)  # type: ignore[arg-type]
        notices.sweep(now)  # type: ignore[arg-type]
        delivery.deliver_due()


def second(group: Group) -> Meeting:
    return Meeting.objects.select_related("group__offer", "group__hub", "host").filter(group=group).order_by("pk")[1]


def change(group: Group, what: str) -> None:
    meeting = second(group)
    how = {"meeting": meeting, "reason": "Snow", "seen": meeting.sequence, "by": None, "now": CHANGED}
    if what == "place":
        meetings.place_meeting(meeting=meeting, host=None, venue="Rushton", topic="", by=None, now=CHANGED)
    elif what == "date":
        meetings.move_meeting(slot=meetings.Slot(date(2027, 3, 16), START, END), **how)  # type: ignore[arg-type]
    elif what == "added":
        slot = meetings.Slot(date(2027, 3, 16), START, END)
        meetings.plan_meetings(group=meeting.group, slots=[slot], by=None, now=CHANGED)
    else:
        meetings.cancel_meeting(**how)  # type: ignore[arg-type]
    if what == "back":
        deliver(CHANGED)
        meetings.bring_back(meeting=second(group), by=None, now=CHANGED)


def join(group: Group) -> set[str]:
    """A teacher, a maths lead, a whole school and somebody beside the leader: how the outbox names them."""
    held = Place.objects.filter(group=group).select_related("enrolment__school").earliest("pk")
    named = held.enrolment.teachers.get(person=None)
    with clock.fixed(JOINED):
        teacher = enrolments.name_teacher(
            enrolled=named, name="Tia New", email="tia@x.example.org", job_title="", by=None, now=JOINED
        )
        role = make.RoleFactory(
            kind=roles.MATHS_LEAD, school=held.enrolment.school, starts_on=NOW.date(), given_at=JOINED
        )
        beside = make.LeaderFactory(hub=group.hub)
        group = Group.objects.get(pk=group.pk)
        co_leading.add_beside(group=group, leader=beside, since=NOW.date(), until=None, by=None, now=JOINED)
        place = groups.place_school(group=group, enrolment=accepted(group), by=None, now=JOINED)
        people = [teacher.pk, role.person_id, beside.person_id, place.participants.get().person_id]
    return {f"person:{pk}" for pk in people}


@pytest.mark.parametrize("has_left", [True, False])
@pytest.mark.parametrize("what", ["place", "date", "cancelled", "back", "added"])
def test_who_joins_after_a_change_has_all_dates_and_no_news_of_it(group: Group, what: str, has_left: bool) -> None:
    Meeting.objects.filter(pk=second(group).pk).update(venue="Loatlands")
    deliver(NOW)
    change(group, what)
    if has_left:
        deliver(CHANGED)

    came = join(group)
    deliver(JOINED)
    deliver(LATER)

    sent = Notice.objects.filter(recipient__in=came, state="sent", kind__in=notices.kinds())
    about = sent.exclude(target__startswith="workgroups.coleader")
    assert {(row.recipient, row.kind) for row in about if row.kind.startswith(("meeting", "year"))} == {
        (key, "year_dates") for key in came
    }
    others = Notice.objects.filter(kind__startswith="meeting_", state="sent").exclude(recipient__in=came)
    assert others.values("recipient").distinct().count() == 3


def test_who_comes_after_a_visit_or_the_group_was_cancelled_never_had_its_date(group: Group) -> None:
    held = Place.objects.filter(group=group).select_related("enrolment__school").earliest("pk")
    visit = held.visits.order_by("pk")[0]
    at = clock.at_london(visit.book_from + timedelta(days=7), 9)
    held.visits.filter(pk=visit.pk).update(status="booked", on=at.date(), starts_at=at, sequence=1, changed_at=NOW)
    deliver(NOW)
    visit.refresh_from_db()
    visits.cancel_booking(visit=visit, reason="Snow", seen=visit.sequence, by=None, now=CHANGED)
    deliver(CHANGED)
    office = {"kind": roles.OFFICE, "school": held.enrolment.school, "starts_on": NOW.date()}
    make.RoleFactory(**office, given_at=JOINED)
    deliver(JOINED)
    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="Too few", by=None, now=LATER)
    last = make.RoleFactory(**office, given_at=LATER + timedelta(hours=1))
    deliver(LATER + timedelta(hours=2))

    told = Notice.objects.filter(kind__endswith="cancelled", state="sent")
    assert set(told.filter(kind="visit_cancelled").values_list("name", flat=True)) == {
        held.participants.get().person.name
    }
    assert not told.filter(recipient=f"person:{last.person_id}").exists()
