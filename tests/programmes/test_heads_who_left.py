"""Whoever is headteacher no more, however they left, confirms no application and is not chased."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from programmes.actions import new_heads
from programmes.actions.agreements import answer_as_head
from programmes.models import Interest
from programmes.notices.links import head_path
from schools.actions import people
from schools.models import Role
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def role() -> Role:
    """A headteacher of many years."""
    person = make.PersonFactory(name="Olive Before", email="head@school.example.org")
    found: Role = make.RoleFactory(
        kind=HEADTEACHER, school=make.SchoolFactory(), person=person, starts_on=date(2015, 9, 1)
    )
    return found


@pytest.fixture
def applied(role: Role) -> Interest:
    """What Olive is asked to confirm since yesterday."""
    named = {"head_name": "Mrs Olive Before", "head_email": "Head@school.example.org"}
    at = {"submitted_at": NOW - DAY, "head_asked_at": NOW - DAY}
    made = make.InterestFactory(school=role.school, offer__year=2026, **named, **at)
    notices.reconcile(Interest.objects.get(pk=made.pk), now=NOW)
    return Interest.objects.get(pk=made.pk)


def end(role: Role, last_day: date | None = None) -> None:
    with clock.fixed(NOW):
        people.end_role(role=role, by=None, today=TODAY, last_day=last_day)


def asking(days: int = 0) -> dict[int, bool]:
    """Which applications ask somebody still, after a sweep."""
    new_heads.follow_heads(now=NOW + days * DAY)
    return {one.pk: one.head_asked_at is not None for one in Interest.objects.all()}


def test_head_whose_role_was_ended_is_not_chased_and_confirms_nothing(role: Role, applied: Interest) -> None:
    planned = Notice.objects.filter(kind="interest-head", state="planned")
    lead, path, before = make.make_user(HUB_LEAD, hub=applied.hub), head_path(applied), planned.count()
    end(role, TODAY)

    asked = [asking(), asking(days=1)]

    client = Client()
    with clock.fixed(NOW + DAY):
        opened = client.get(path).text
        client.post(path, {"answer": "yes"})
        client.force_login(lead)
        page = client.get(applied.get_absolute_url()).text
    applied.refresh_from_db()
    assert asked == [{applied.pk: True}, {applied.pk: False}]
    assert (before > 0, planned.exists(), applied.head_confirmed_at) == (True, False, None)
    assert "This link has ended" in opened
    assert "Nobody is asked any more: Mrs Olive Before is headteacher no longer." in page
    assert [*Interest.objects.asking_nobody()] == [applied]


def test_head_who_had_left_before_they_were_named_is_found_to_have_once_the_hub_says_so(
    role: Role, applied: Interest
) -> None:
    end(role, TODAY - 9 * DAY)

    assert asking() == {applied.pk: False}


@pytest.mark.parametrize("comes", [0, 30])
def test_head_who_comes_back_is_asked_still(role: Role, applied: Interest, comes: int) -> None:
    end(role)
    make.RoleFactory(kind=HEADTEACHER, school=role.school, person=role.person, starts_on=TODAY + comes * DAY)

    assert asking() == {applied.pk: True}


@pytest.mark.parametrize(
    "facts",
    [
        {"head_name": "Jo Newhead"},
        {"head_email": "olive@people.example.org"},
        {"head_named_at": NOW + DAY},
        {"year": 2025},
        {"status": "declined"},
    ],
    ids=["next at the address", "known at another", "named since by who knows better", "past", "over"],
)
def test_what_does_not_ask_whoever_has_left_stays_as_it_is(
    role: Role, applied: Interest, facts: dict[str, Any]
) -> None:
    end(role)
    Interest.objects.filter(pk=applied.pk).update(**facts)

    assert asking(days=2) == {applied.pk: True}


def test_next_head_who_says_no_signed_in_has_not_left(role: Role, applied: Interest) -> None:
    end(role)
    asking()
    user = make.make_user(HEADTEACHER, school=role.school)

    answer_as_head(interest=Interest.objects.get(pk=applied.pk), takes_part=False, reason="No.", by=user, now=NOW + DAY)

    assert Interest.objects.get(pk=applied.pk).head_ended_at is None


def test_head_whose_role_is_given_again_is_asked_once_more_by_a_new_link(role: Role, applied: Interest) -> None:
    path = head_path(applied)
    end(role, TODAY)
    ended = asking(days=1)
    make.RoleFactory(kind=HEADTEACHER, school=role.school, person=role.person, starts_on=TODAY + DAY)

    again = asking(days=2)

    applied.refresh_from_db()
    asked = Notice.objects.filter(kind="interest-head", email="Head@school.example.org", due_at__gte=NOW + 2 * DAY)
    assert (ended, again) == ({applied.pk: False}, {applied.pk: True})
    assert (applied.head_ended_at, head_path(applied) == path) == (None, False)
    assert asked.filter(state="planned").exists()
    assert asking(days=3) == again
