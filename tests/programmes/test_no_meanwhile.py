"""A headteacher's no that comes while somebody decides: nothing is decided over it unseen."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.actions import decisions
from programmes.actions.bulk import decide_many
from programmes.actions.interest import refuse_as_head
from programmes.models import Enrolment, Interest
from programmes.rules.bulk import Step
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

SAID = "The headteacher has just said that they do not take part."


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, hub=make.HubFactory())


@pytest.fixture
def came(lead: User) -> Interest:
    """An application whose headteacher has been asked."""
    hub = lead.person.roles.get().hub
    made: Interest = make.InterestFactory(school__authority__hub=hub, head_asked_at=NOW, head_confirmed_at=None)
    return made


def says_no(interest: Interest) -> None:
    asked = Interest.objects.get(pk=interest.pk)
    refuse_as_head(interest=asked, asked=asked.head_asked, reason="", by=None, now=NOW)


@pytest.mark.parametrize(("name", "more"), [("accept", {"note": "They rang."}), ("wait", {"reason": "Full."})])
def test_page_that_was_opened_before_the_no_says_so_and_decides_with_the_next_press(
    lead: User, came: Interest, client: Client, name: str, more: dict[str, str]
) -> None:
    client.force_login(lead)
    address = reverse(f"programmes:interest-{name}", args=[came.pk])
    with clock.fixed(NOW):
        opened = client.get(address).context["as_it_was"]
        says_no(came)

        first = client.post(address, {"as_it_was": opened, **more})
        came.refresh_from_db()
        before = came.status
        client.post(address, {"as_it_was": first.context["as_it_was"], **more})

    came.refresh_from_db()
    assert SAID in first.content.decode()
    assert (before, came.status) == ("submitted", {"accept": "accepted", "wait": "waiting"}[name])


def test_line_whose_headteacher_says_no_after_it_was_shown_is_left_alone(
    lead: User, came: Interest, client: Client
) -> None:
    client.force_login(lead)
    address = reverse("programmes:interest-bulk", args=["accept"])
    with clock.fixed(NOW):
        page = client.get(address, {"pk": came.pk}).content.decode()
        says_no(came)
        shown = re.findall(r'name="shown" value="([^"]+)"', page)
        again = client.post(address, {"shown": shown, "line": [came.pk]}, follow=True).content.decode()

    assert SAID in again
    assert not Enrolment.objects.exists()


def test_no_that_comes_after_a_line_was_read_is_heard(lead: User, came: Interest) -> None:
    """Between the worker's reading of many lines and the turn of this one."""
    read = Interest.objects.get(pk=came.pk)
    says_no(came)

    (outcome,) = decide_many(step=Step.ACCEPT, interests=[read], by=lead, now=NOW)

    assert SAID in outcome.problem
    with pytest.raises(decisions.CannotDecide, match="just said"):
        decisions.accept(interest=make_stale(came), by=lead, now=NOW)


def make_stale(interest: Interest) -> Interest:
    """As it was read before the no."""
    stale = Interest.objects.get(pk=interest.pk)
    stale.head_refused_at = None
    return stale
