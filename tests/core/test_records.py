"""How a sweep keeps the records that it goes through apart."""

import pytest
from django.db import OperationalError

from hubportal.core.records import apart
from schools.models import Hub
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_record_that_goes_wrong_is_put_back_logged_and_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = make.HubFactory(name="Bad"), make.HubFactory(name="Good")

    for hub in (bad, good):
        with apart(hub):
            Hub.objects.filter(pk=hub.pk).update(name="Changed")
            if hub == bad:
                raise ValueError("cannot be read")

    assert list(Hub.objects.order_by("pk").values_list("name", flat=True)) == ["Bad", "Changed"]
    assert [one.getMessage().partition(" cannot")[0] for one in caplog.records] == [f"schools.hub:{bad.pk}"]


def test_database_that_is_away_is_not_asked_for_the_others() -> None:
    with pytest.raises(OperationalError), apart(make.HubFactory()):
        raise OperationalError("server closed the connection")
