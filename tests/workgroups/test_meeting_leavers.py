"""Who left this morning hears nothing of what changes this afternoon."""

from datetime import date, timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.actions import enrolments
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meeting_news import END, START, cancel, move, second, send
from workgroups.actions import groups, leading, meetings, visits
from workgroups.models import Group, Place, Visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_school_that_left_in_the_morning_hears_nothing_of_the_afternoon"),
]
TODAY = NOW + timedelta(days=20)
AFTERNOON = TODAY + timedelta(hours=3)


def leave(group: Group, how: str) -> Place:
    """One of the two schools leaves this morning, everybody having had the dates."""
    send(TODAY)
    place = Place.objects.select_related("enrolment__school", "group").filter(group=group).earliest("pk")
    if how == "taken out":
        groups.remove_school(place=place, reason="", by=None, now=TODAY)
    else:
        step = enrolments.pause if how == "paused" else enrolments.withdraw
        step(enrolment=place.enrolment, by=None, now=TODAY, reason="")
        groups.reconcile_participants(now=TODAY)
    send(TODAY)
    return place


@pytest.mark.parametrize("how", ["paused", "withdrawn", "taken out"])
@pytest.mark.parametrize("kind", ["meeting_moved", "meeting_cancelled", "meeting_added", "leader_changed"])
def test_school_that_left_in_the_morning_hears_nothing_of_the_afternoon(group: Group, how: str, kind: str) -> None:
    place = leave(group, how)
    gone = place.participants.get().person
    group.refresh_from_db()
    if kind == "meeting_moved":
        move(second(group), date(2027, 3, 16), AFTERNOON)
    elif kind == "meeting_cancelled":
        cancel(second(group), AFTERNOON)
    elif kind == "leader_changed":
        other = make.LeaderFactory(hub=group.hub)
        leading.change_leader(group=group, leader=other, from_on=TODAY.date(), reason="", by=None, now=AFTERNOON)
    else:
        slot = meetings.Slot(date(2026, 11, 17), START, END)
        meetings.plan_meetings(group=group, slots=[slot], by=None, now=AFTERNOON)

    send(AFTERNOON)

    told = set(Notice.objects.filter(kind=kind, state="sent").values_list("recipient", flat=True))
    stays = group.places.taken().get().participants.get().person
    assert f"person:{gone.pk}" not in told
    assert f"person:{stays.pk}" in told


def test_teacher_whose_last_day_is_today_hears_nothing_of_a_meeting_to_come(group: Group) -> None:
    send(TODAY)
    place = Place.objects.filter(group=group).earliest("pk")
    row = place.participants.get()
    row.until = TODAY.date()
    row.save()

    move(second(group), date(2027, 3, 16), AFTERNOON)

    told = set(Notice.objects.filter(kind="meeting_moved").values_list("recipient", flat=True))
    assert f"person:{row.person_id}" not in told


def test_school_that_leaves_hears_that_its_visit_falls_away_and_a_teacher_who_left_before_does_not(
    group: Group,
) -> None:
    place = Place.objects.select_related("group").filter(group=group).earliest("pk")
    visit = Visit.objects.get(place=place, number=1)
    visits.book_visit(visit=visit, starts_at=clock.at_london(date(2026, 11, 6), 9), seen=0, by=None, now=TODAY)
    send(TODAY)
    leaver = make.PersonFactory()
    place.participants.create(person=leaver, since=NOW.date(), until=TODAY.date())
    visit.refresh_from_db()

    visits.cancel_booking(visit=visit, reason="Snow", seen=visit.sequence, by=None, now=AFTERNOON)

    told = set(Notice.objects.filter(kind="visit_cancelled").values_list("recipient", flat=True))
    assert f"person:{leaver.pk}" not in told
    assert f"person:{place.participants.exclude(person=leaver).get().person_id}" in told


@pytest.mark.parametrize("how", ["paused", "withdrawn"])
def test_school_that_left_in_the_morning_hears_nothing_of_a_group_given_up_in_the_afternoon(
    group: Group, how: str
) -> None:
    gone = leave(group, how).participants.get().person
    move(second(group), date(2027, 3, 16), AFTERNOON)

    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="Too few", by=None, now=AFTERNOON)
    send(AFTERNOON)

    told = Notice.objects.filter(kind__in=("meeting_moved", "group_cancelled"), state="sent")
    assert told.exists()
    assert not told.filter(recipient=f"person:{gone.pk}").exists()
