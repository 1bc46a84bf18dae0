"""Addresses that no page has."""

import pytest
from django.test import Client

from schools.roles import HUB_LEAD
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_unknown_address_is_not_found_for_somebody_signed_in(client: Client) -> None:
    """The navigation on the page knows no current entry then, and says nothing of it."""
    client.force_login(make.make_user(HUB_LEAD, hub=make.HubFactory()))

    status = client.get("/nowhere/at/all/").status_code

    assert status == 404
