"""Schools that were imported before the catalogue get their hubs from it."""

import pytest
from django.core.management import call_command

from schools.models import School
from tests.factories import HubFactory
from tests.schools.test_import_schools import load, some_rows


@pytest.mark.django_db
def test_catalogue_gives_hubs_to_schools_that_were_there_first() -> None:
    load(some_rows(3))
    by_hand = HubFactory()
    first = School.objects.order_by("pk")[0]
    School.objects.filter(pk=first.pk).update(hub=by_hand, hub_set_by_hand=True)

    call_command("load_catalogue", verbosity=0)

    assert list(School.objects.order_by("pk").values_list("hub__code", flat=True)) == [
        by_hand.code,
        "east-midlands-south",
        "bucks-berks-and-oxon",
    ]
