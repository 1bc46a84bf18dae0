"""Who hears that another hub has a school now: both hubs in numbers, applicants, and who works there by then."""

from collections.abc import Iterator
from typing import Any

import pytest

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.models import Interest
from schools.actions import moves
from schools.actions.import_writes import follow_authorities
from schools.models import Hub, HubChange, School
from tests import factories as make
from tests.dashboards.test_hub_changes import change, sweep
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
Kind = HubChange.Kind


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def side() -> Side:
    return make_side()


@pytest.fixture
def other() -> Hub:
    return make.HubFactory(name="Other Hub", email="other@hubs.example.org")


@pytest.fixture
def asked(side: Side) -> Interest:
    """An application of one form for two programmes whose headteacher is asked, and reminded from time to time."""
    first = make.InterestFactory(school=side.school, head_asked_at=NOW, contact_email="pat@schools.example.org")
    make.InterestFactory(school=side.school, contact_email=first.contact_email, sent_with=first)
    notices.sweep(NOW)
    delivery.deliver_due()
    return first


def goes(side: Side, other: Hub, how: str) -> None:
    school = School.objects.get(pk=side.school.pk)
    if how == "merger":
        change(side.hub, other)
    elif how == "split":
        change(side.hub, other, Kind.SPLIT, authorities=[school.authority])
    elif how == "by hand":
        given: dict[str, Any] = {"school": school, "hub": other, "from_on": TODAY, "takes_interest": True}
        moves.move_school(**given, reason="Nearer", by=None, now=NOW)
    else:
        type(school.authority).objects.filter(pk=school.authority_id).update(hub=other)
        follow_authorities(by=None, now=NOW)
    sweep()


def test_what_failed_is_for_the_new_hub_to_send_again_and_what_was_sent_stays_read(
    side: Side, other: Hub, asked: Interest
) -> None:
    rows = Notice.objects.filter(kind="interest-head")
    sent, failed = rows.get(state="sent"), rows.filter(state="planned").earliest("pk")
    Notice.objects.filter(pk=failed.pk).update(state="failed", problem="No such mailbox")

    goes(side, other, "split")

    assert dict(rows.filter(pk__in=[sent.pk, failed.pk]).values_list("state", "owner")) == {
        "sent": side.hub.pk,
        "failed": other.pk,
    }


