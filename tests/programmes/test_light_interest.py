"""The first of the two steps: a school that has told of its interest and has not applied."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from programmes.actions import decisions
from programmes.actions.interest import take_next_copy
from programmes.models import Interest
from schools.roles import HUB_LEAD
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "submitted"},
        {"status": "accepted"},
        {"head_name": "Jo Head"},
        {"agreed_at": NOW},
    ],
)
def test_light_interest_has_nothing_of_an_application(changed: dict[str, Any]) -> None:
    light = make.LightInterestFactory()

    with pytest.raises(IntegrityError):
        Interest.objects.filter(pk=light.pk).update(**changed)


@pytest.mark.parametrize("changed", [{"status": "interested"}, {"offer": None}, {"head_email": ""}])
def test_application_has_all_of_it(changed: dict[str, Any]) -> None:
    whole = make.InterestFactory()

    with pytest.raises(IntegrityError):
        Interest.objects.filter(pk=whole.pk).update(**changed)


def test_light_interest_is_not_decided_about_and_takes_no_place_of_another() -> None:
    first = make.InterestFactory()
    light = make.LightInterestFactory(school=first.school, phase=first.phase, status="second", duplicate_of=first)
    copy = make.InterestFactory(school=first.school, offer=first.offer, status="second", duplicate_of=first)

    with pytest.raises(decisions.CannotDecide, match="has not applied yet"):
        decisions.accept(interest=make.LightInterestFactory(), by=None, now=NOW)
    first.move_to("withdrawn", by=None)
    chosen = take_next_copy(closed=first, by=None, now=NOW)

    light.refresh_from_db()
    assert (chosen, light.duplicate_of_id, light.status) == (copy, copy.pk, "second")


def test_hub_reads_light_interest_in_its_list_and_on_its_page(client: Client) -> None:
    light = make.LightInterestFactory(phase__name="Sea Shanties")
    lead = make.make_user(HUB_LEAD, hub=light.hub)
    client.force_login(lead)

    listed = client.get(reverse("programmes:interest-list"), {"status": "interested"}).content.decode()
    exported = client.get(reverse("programmes:interest-list"), {"status": "interested", "export": "csv"})
    page = client.get(light.get_absolute_url()).content.decode()

    assert (light.reference in listed, "Sea Shanties" in listed) == (True, True)
    assert exported.content.decode().count("Sea Shanties,,2026/27,Interested") == 1
    assert ("Sea Shanties 2026/27" in page, "Named when the school applies." in page) == (True, True)
    assert "Close without a decision" in page
