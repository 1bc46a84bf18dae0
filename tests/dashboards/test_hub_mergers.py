"""What a merger of hubs leaves to be told and settled: plans that cannot be any more."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMessage

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry
from schools import roles
from schools.actions import hubs
from schools.models import Hub, HubChange
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
TODAY, LATER = NOW.date(), date(2027, 2, 1)


@pytest.fixture
def side() -> Iterator[Side]:
    """The hub that goes on in another."""
    with clock.fixed(NOW):
        yield make_side()


def merge(hub: Hub, other: Hub, from_on: date = TODAY, **rest: Any) -> HubChange:
    wish = hubs.Wish(kind=HubChange.Kind.MERGER, hub=hub, other=other, from_on=from_on, reason="Reorganised", **rest)
    return hubs.plan_change(wish=wish, by=None, now=NOW)


@pytest.mark.parametrize("on_the_day", [True, False])
def test_plan_that_cannot_be_any_more_is_taken_back_by_the_portal_which_says_why(
    side: Side, mailoutbox: list[EmailMessage], on_the_day: bool
) -> None:
    other, third = make.HubFactory(name="Other Hub"), make.HubFactory(name="Third Hub")
    planned = merge(side.hub, other, from_on=LATER)
    if on_the_day:
        # Closed without the plan being looked at.
        Hub.objects.filter(pk=other.pk).update(closed_on=TODAY, goes_on_in=third)
    else:
        merge(other, third)

    with clock.fixed(clock.at_london(LATER, 1) if on_the_day else NOW):
        done = hubs.do_due_changes(now=clock.now())
        delivery.deliver_due()

    why = "Other Hub is closed from 11 January 2027: it goes on in Third Hub."
    planned.refresh_from_db()
    side.school.refresh_from_db()
    assert (done, planned.status, side.school.hub) == (0, "taken_back", side.hub)
    for hub in (side.hub, other):
        entry = JournalEntry.objects.about(hub).get(what="Merger taken back")
        assert (entry.by, entry.note) == (None, why)
    told = [str(mail.body) for mail in mailoutbox if mail.subject.startswith("Taken back")]
    assert [f"The portal took it back, because: {why}" in body for body in told] == [True] * 2
    page = side.browser(roles.HUB_LEAD).get(planned.get_absolute_url()).content.decode()
    assert f"by the portal, because: {why}" in page
