"""Two who decide about the same at the same moment, about one or about many: the second reads who was first."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.actions.bulk import decide_many
from programmes.actions.following import follow_hubs
from programmes.models import Enrolment, Interest
from programmes.rules.bulk import Step
from schools.actions import merging, moves
from schools.actions.holding import hold_heads, hold_people
from schools.models import Hub, Role, School, SchoolTie, User
from schools.roles import HEADTEACHER, HUB_ADMIN, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.programmes.test_bulk import _came
from tests.programmes.test_decisions import _interest, _lead
from tests.races import at_once, once_held
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def test_two_acceptances_at_once_make_one_headteacher() -> None:
    first = _interest(head_name="Ann First")
    second = _interest(head_name="Bob Second", school=first.school)
    assert first.hub is not None
    SchoolTie.objects.create(school=first.school, hub=first.hub)  # making it would already take turns
    found = Interest.objects.select_related("hub", "offer", "school")
    mine = [found.get(pk=one.pk) for one in (first, second)]

    at_once(lambda interest: decisions.accept(interest=interest, by=None, now=NOW), mine)

    assert Enrolment.objects.count() == 2
    assert Role.objects.filter(school=first.school, kind=HEADTEACHER).count() == 1


def test_head_who_is_replaced_and_stays_the_contact_waits_without_a_ring_as_they_are_merged() -> None:
    role = make.RoleFactory(kind=HEADTEACHER, school=make.SchoolFactory(), person__name="Jo Hill")
    contact = {"contact_name": "Jo Hill", "contact_email": role.person.email}
    interest = _interest(head_name="Bob Second", school=role.school, **contact)
    person, double, national = role.person, make.PersonFactory(), make.make_user(NATIONAL)

    def accept() -> str:
        try:
            decisions.accept(interest=interest, by=None, now=NOW, replaced_heads=[role.pk])
        except CannotMove as problem:
            return str(problem)
        return ""

    def hold_as_a_merger() -> None:
        hold_heads([role.school_id])
        hold_people((person, double))

    said = once_held(
        hold_as_a_merger,
        accept,
        then=lambda: merging.merge(kept=double, gone=person, by=national, now=NOW),
    )

    role.refresh_from_db()
    assert (said, Enrolment.objects.count()) == ("", 1)
    assert (role.person, role.ends_on is None) == (double, False)


def test_two_leads_who_decide_at_once_make_one_decision() -> None:
    interest = _interest(teachers=(("Sam Shah", "sam@people.example.org"),))
    leads = [_lead(interest, "Ann First"), _lead(interest, "Bob Second")]
    found = Interest.objects.select_related("hub", "offer", "school")
    mine = [found.get(pk=interest.pk) for _ in leads]

    def decide(at: int) -> str:
        try:
            if at == 0:
                decisions.accept(interest=mine[0], by=leads[0], now=NOW)
            else:
                decisions.decline(interest=mine[1], by=leads[1], now=NOW, reason="No places.")
        except CannotMove as problem:
            return str(problem)
        return ""

    said = at_once(decide, range(2))

    interest.refresh_from_db()
    won = "accepted" if said[0] == "" else "declined"
    loser = next(text for text in said if text)
    assert interest.status == won
    assert sorted(bool(text) for text in said) == [False, True]
    assert f": {won}" in loser
    assert Enrolment.objects.count() == (1 if won == "accepted" else 0)
    assert Notice.objects.filter(kind__in=("interest-accepted", "interest-declined")).count() == 2


def test_school_that_a_colleague_lets_wait_at_the_same_moment_is_not_accepted_unseen(client: Client) -> None:
    interest = _interest()
    lead, colleague = _lead(interest), _lead(interest, "Olu Admin")
    client.force_login(lead)
    url = reverse("programmes:interest-accept", args=[interest.pk])
    theirs = Interest.objects.get(pk=interest.pk)

    def accept() -> Any:
        with clock.fixed(NOW):
            return client.post(url, {"as_it_was": seen})

    def let_wait() -> None:
        decisions.put_on_waiting_list(interest=theirs, by=colleague, now=NOW, reason="Full for now.")

    with clock.fixed(NOW):
        seen = client.get(url).context["as_it_was"]
        answer = once_held(let_wait, accept)

    interest.refresh_from_db()
    assert "Olu Admin has decided about this" in answer.content.decode()
    assert (interest.status, Enrolment.objects.count()) == ("waiting", 0)
    with clock.fixed(NOW):
        client.post(url, {"as_it_was": answer.context["as_it_was"]})
    interest.refresh_from_db()
    assert (interest.status, interest.decided_by) == ("accepted", lead)


def test_two_who_decide_about_the_same_lines_at_once_share_them(lead: User) -> None:
    rival = make.make_user(HUB_ADMIN, name="Olu Admin", hub=lead.person.roles.get().hub)
    keys = [_came(lead).pk for _number in range(4)]
    mine = [list(Interest.objects.filter(pk__in=keys).for_bulk()) for _side in range(2)]

    def decide(side: int) -> list[str]:
        step, by = ((Step.DECLINE, lead), (Step.WAIT, rival))[side]
        return [one.problem for one in decide_many(step=step, interests=mine[side], by=by, now=NOW, reason="Full.")]

    declined, waiting = at_once(decide, range(2))

    lost = [(bool(one), bool(other)) for one, other in zip(declined, waiting, strict=True)]
    assert set(lost) <= {(True, False), (False, True)}
    # Whoever came second reads who was first, whether the other's step was seen before the move or by it.
    first = re.compile("(Priya Lead|Olu Admin) has (just done|decided about) this|Last changed by (Priya|Olu)")
    assert [problem for problem in (*declined, *waiting) if problem and not first.search(problem)] == []
    assert Notice.objects.filter(kind__in=("interest-declined", "interest-waiting"), state="planned").count() == 8


def test_line_that_a_colleague_lets_wait_at_the_same_moment_is_not_accepted(lead: User) -> None:
    key, rival = _came(lead).pk, make.make_user(HUB_ADMIN, name="Olu Admin", hub=lead.person.roles.get().hub)
    mine, theirs = (Interest.objects.for_bulk().get(pk=key) for _side in range(2))

    def accept() -> str:
        (outcome,) = decide_many(step=Step.ACCEPT, interests=[mine], by=lead, now=NOW, was={str(key): "submitted"})
        return outcome.problem

    said = once_held(lambda: decisions.put_on_waiting_list(interest=theirs, by=rival, now=NOW, reason="Full."), accept)

    assert said.startswith("Olu Admin has decided about this")
    assert (Interest.objects.get().status, Enrolment.objects.count()) == ("waiting", 0)


def _move(school: School, hub: Hub) -> None:
    moves.move_school(
        school=School.objects.get(pk=school.pk),
        hub=hub,
        from_on=NOW.date(),
        reason="Nearer",
        takes_interest=True,
        by=None,
        now=NOW,
    )


@pytest.mark.parametrize("is_accepted", [True, False])
def test_application_that_goes_to_another_hub_at_the_moment_is_decided_there(is_accepted: bool) -> None:
    interest, elsewhere = _interest(), make.HubFactory(name="Northern Example Hub")
    lead = _lead(interest)
    _move(interest.school, elsewhere)
    mine = Interest.objects.for_bulk().get(pk=interest.pk)

    def step() -> object:
        if is_accepted:
            return decisions.accept(interest=mine, by=lead, now=NOW)
        return decisions.decline(interest=mine, by=lead, now=NOW, reason="Full.")

    def decide() -> str:
        with clock.fixed(NOW), pytest.raises(CannotMove) as problem:
            step()
        return str(problem.value)

    said = once_held(lambda: follow_hubs(now=NOW), decide)

    interest.refresh_from_db()
    assert (interest.status, interest.hub) == ("submitted", elsewhere)
    assert said == decisions.WENT.format(school=interest.school, hub=elsewhere)


def test_page_of_an_application_whose_school_has_just_gone_says_where(client: Client) -> None:
    """Also while it is still on its way: roles at the school are no longer the old hub's to end."""
    interest, elsewhere = _interest(), make.HubFactory(name="Northern Example Hub")
    make.RoleFactory(school=interest.school, kind=HEADTEACHER, starts_on=NOW.date())
    client.force_login(_lead(interest))
    url = reverse("programmes:interest-accept", args=[interest.pk])
    with clock.fixed(NOW):
        seen = client.get(url).context["as_it_was"]
        _move(interest.school, elsewhere)
        answer = client.post(url, {"as_it_was": seen})
        again = client.post(url, {"as_it_was": answer.context["as_it_was"]})

    for page in (answer, again):
        assert decisions.WENT.format(school=interest.school, hub=elsewhere) in page.content.decode()
    assert not Enrolment.objects.exists()


def test_page_of_an_application_says_that_another_headteacher_has_come_since(client: Client) -> None:
    interest = _interest()
    client.force_login(_lead(interest))
    url = reverse("programmes:interest-accept", args=[interest.pk])
    with clock.fixed(NOW):
        seen = client.get(url).context["as_it_was"]
        make.RoleFactory(school=interest.school, kind=HEADTEACHER, starts_on=NOW.date())
        page = client.post(url, {"as_it_was": seen}).content.decode()

    assert "Somebody else has changed this since you opened it" in page
    assert not Enrolment.objects.exists()
