"""What a replacement says is so: who applied, who takes over, what ended when, and what comes back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from programmes.actions import confirming, new_heads
from programmes.models import HeadConfirmation, Interest
from programmes.notices.confirming import confirmation_token
from programmes.notices.links import head_path
from schools import roles
from schools.models import Person, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import replacing, taking_effect
from workgroups.actions.duties import duties_of
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LATER = NOW + timedelta(hours=1)
HILDA = replacing.Newcomer(name="Hilda Newhead", email="hilda@people.example.org")
PETRA = replacing.Newcomer(name="Petra Mathlead", email="petra@people.example.org")


@pytest.fixture
def school() -> School:
    """A school with something that runs."""
    return make.EnrolmentFactory(status="active").school


@pytest.fixture
def staff(school: School) -> User:
    """The lead of its hub."""
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def head_of(school: School, starts_on: date = TODAY - timedelta(days=99)) -> Person:
    return make.RoleFactory(
        kind=roles.HEADTEACHER, school=school, starts_on=starts_on, person__name="Owen Oldhead"
    ).person


def written(name: str) -> list[Any]:
    with clock.fixed(LATER):
        deliver_due()
    return [one for one in mail.outbox if one.to[0].startswith(name)]


@pytest.mark.parametrize("to", [HILDA, None])
def test_new_head_who_was_asked_is_asked_as_before_once_it_is_taken_back(
    school: School, staff: User, client: Client, to: replacing.Newcomer | None
) -> None:
    owen = head_of(school)
    asked = confirming.ask_new_head(school=school, person=owen, by=staff, now=NOW)
    assert asked is not None
    change = replace(owen, staff, from_on=TODAY, to=to)
    new_heads.follow_heads(now=LATER)
    closed = HeadConfirmation.objects.get(pk=asked.pk).closed_at

    with clock.fixed(LATER):
        taking_effect.take_back(change=change, by=staff, now=LATER)
        page = client.get(reverse("programmes:confirmation", args=[confirmation_token(asked)])).text

    assert closed is not None
    assert list(HeadConfirmation.objects.open().values_list("person", flat=True)) == [owen.pk]
    assert "Somebody else is asked now" not in page


def test_head_who_had_answered_or_was_closed_before_stays_so(school: School, staff: User) -> None:
    owen = head_of(school)
    asked = confirming.ask_new_head(school=school, person=owen, by=staff, now=NOW)
    HeadConfirmation.objects.update(closed_at=NOW - timedelta(days=1))
    change = replace(owen, staff, from_on=TODAY)

    taking_effect.take_back(change=change, by=staff, now=LATER)

    assert asked is not None
    assert not HeadConfirmation.objects.open().filter(pk=asked.pk).exists()


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_whoever_takes_over_as_contact_and_head_reads_who_applied(
    school: School, staff: User, client: Client, is_confirmed: bool
) -> None:
    owen = head_of(school)
    named: dict[str, Any] = {"contact_name": owen.name, "contact_email": owen.email, "contact_job": "Headteacher"}
    named |= {"head_name": owen.name, "head_email": owen.email, "submitted_at": NOW - timedelta(hours=2)}
    one = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), **named)
    with clock.fixed(NOW):
        duties = {duty.kind: duty for duty in duties_of(owen, by=staff, today=TODAY)}
    for kind, to in (("contact", PETRA), ("role", HILDA)):
        plan = replacing.Plan(owen, to, [duties[kind]], school, TODAY)
        with clock.fixed(NOW):
            replacing.replace(plan=plan, by=staff, now=NOW)
    if is_confirmed:
        Interest.objects.filter(pk=one.pk).update(head_confirmed_at=NOW)
    interest = Interest.objects.get(pk=one.pk)
    notices.reconcile(interest, now=NOW)

    (petra,) = [sent for sent in written("Petra") if one.reference in sent.subject]
    with clock.fixed(LATER):
        page = client.get(head_path(interest)).text

    assert petra.subject == f"{one.reference}: you are the contact for this application now"
    assert "that Owen Oldhead sent to" in petra.body
    assert "Thank you" not in petra.body
    assert ("1. The headteacher has confirmed." in petra.body) is is_confirmed
    if not is_confirmed:
        (hilda,) = [sent for sent in written("Hilda") if "please confirm your school's application" in sent.subject]
        assert "Owen Oldhead has applied to" in hilda.body
        assert "Owen Oldhead (Headteacher) has told" in page
        assert ("named Hilda" in page, "Hilda Newhead is the headteacher now." in page) == (False, True)


@pytest.mark.parametrize(("days", "says_day"), [(0, False), (-1, True)])
def test_whoever_is_replaced_on_the_day_they_came_reads_no_day_before_it(
    school: School, staff: User, days: int, says_day: bool
) -> None:
    owen = head_of(school, TODAY + timedelta(days=days))

    change = replace(owen, staff, from_on=TODAY)
    first = written("Owen")[-1]
    taking_effect.take_back(change=change, by=staff, now=LATER)
    second = written("Owen")[-1]

    last = f" with {TODAY - timedelta(days=1):%A}"
    assert (f"ended for you{last}" in first.body, last in first.body + second.body) == (says_day, says_day)
    assert ("has ended for you" in first.body) is not says_day
    assert first.subject.endswith(": ended") is not says_day


@pytest.mark.parametrize(("days", "ends", "may_log"), [(0, True, False), (0, False, True), (20, True, True)])
def test_leader_is_asked_to_log_visits_only_while_they_can(group: Group, days: int, ends: bool, may_log: bool) -> None:
    staff = make.make_user(roles.HUB_LEAD, hub=group.hub)
    was, other = group.leader.person, make.LeaderFactory(hub=group.hub, person__name="Una Upton")
    with clock.fixed(NOW):
        duties = [one for one in duties_of(was, by=staff, today=TODAY) if ends or one.kind == "group"]
        to = replacing.Newcomer(person=other.person)
        plan = replacing.Plan(was, to, duties, None, TODAY + timedelta(days=days))
        replacing.replace(plan=plan, by=staff, now=NOW)

    body = written(was.name)[-1].body

    assert "in your place" in body
    assert ("Please log any visit" in body) is may_log
