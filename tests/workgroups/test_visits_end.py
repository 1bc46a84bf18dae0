"""Visits that will not be: given up with a reason while a group runs, and cancelled when its year is complete."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from schools.roles import HEADTEACHER, HUB_LEAD, SPECIALIST
from tests.workgroups.test_groups import IN_JULY, NOW
from tests.world import Side
from workgroups.actions import groups, visits
from workgroups.models import Group, Meeting, Visit

pytestmark = pytest.mark.django_db

IN_JUNE = clock.at_london(date(2027, 6, 15), 9, 30)


@pytest.fixture
def group(group: Group) -> Group:
    """A running group of two schools whose meetings were held."""
    Meeting.objects.update(status="held")
    return group


def statuses() -> list[str]:
    return sorted(Visit.objects.values_list("status", flat=True))


def complete(group: Group) -> None:
    groups.complete_group(group=group, by=None, now=IN_JULY, reason="The leader was ill.")


def drop(visit: Visit, *, seen: int = 0) -> None:
    visits.drop_visit(visit=visit, reason="The school closes.", seen=seen, by=None, now=NOW)


def test_completing_cancels_what_was_never_booked_and_keeps_what_was(group: Group) -> None:
    booked, ahead, *rest = group.visits.order_by("pk")
    on = IN_JULY + timedelta(days=2)
    Visit.objects.filter(pk=booked.pk).update(status="booked", on=IN_JUNE.date(), starts_at=IN_JUNE)
    Visit.objects.filter(pk=ahead.pk).update(status="booked", on=on.date(), starts_at=on)

    complete(group)

    assert statuses() == ["booked"] * 2 + ["cancelled"] * len(rest)
    entry = JournalEntry.objects.about(rest[0]).get()
    assert (entry.note, entry.moved_to) == ("The group's year is complete.", "cancelled")
    assert Notice.objects.filter(kind__in=("visit_unbooked", "visit_cancelled"), state="planned").count() == 0


def test_booking_of_a_completed_group_that_was_no_visit_is_cancelled_for_good(group: Group) -> None:
    visit = group.visits.order_by("pk")[0]
    Visit.objects.filter(pk=visit.pk).update(status="booked", on=IN_JUNE.date(), starts_at=IN_JUNE)
    complete(group)

    fresh = Visit.objects.get(pk=visit.pk)
    visits.cancel_booking(visit=fresh, reason="Nobody was there.", seen=fresh.sequence, by=None, now=IN_JULY)

    assert set(statuses()) == {"cancelled"}


def test_visit_that_is_given_up_is_owed_no_more_and_nobody_is_reminded(group: Group) -> None:
    visit = group.visits.order_by("pk")[0]
    count = len(statuses())

    drop(visit)
    visits.plan_visits(group=group, by=None, now=NOW)

    assert statuses() == ["cancelled", *["to_book"] * (count - 1)]
    entry = JournalEntry.objects.about(visit).get()
    assert (entry.what, entry.note) == ("Visit will not take place", "The school closes.")
    about = Notice.objects.filter(target=f"workgroups.visit:{visit.pk}")
    assert set(about.values_list("kind", "state")) == {("visit_unbooked", "cancelled")}


def test_visit_that_is_booked_meanwhile_is_not_given_up(group: Group) -> None:
    old = group.visits.order_by("pk")[0]
    fresh = Visit.objects.get(pk=old.pk)
    day = clock.at_london(fresh.book_from + timedelta(days=7), 9, 30)
    visits.book_visit(visit=fresh, starts_at=day, seen=0, by=None, now=NOW)

    with pytest.raises(CannotMove):
        drop(old)
    with pytest.raises(visits.CannotBook, match="cancel the booking first"):
        drop(Visit.objects.get(pk=old.pk), seen=1)


@pytest.mark.parametrize("kind", [SPECIALIST, HUB_LEAD])
def test_leader_and_hub_give_a_visit_up_on_its_page(side: Side, kind: str) -> None:
    browser, page = side.browser(kind), side.visit.get_absolute_url()
    step = reverse("workgroups:visit-drop", args=[side.visit.pk])

    shown = browser.get(page).content.decode()
    refused = browser.post(step, {"reason": "", "seen": "0"})
    answer = browser.post(step, {"reason": "The school closes.", "seen": "0"}, follow=True).content.decode()
    again = browser.get(step)

    assert (f'href="{step}"' in shown, refused.status_code, again.status_code) == (True, 200, 403)
    assert ("will not take place" in answer, f'href="{step}"' in answer) == (True, False)
    assert "The school closes." in side.browser(HEADTEACHER).get(page).content.decode()
