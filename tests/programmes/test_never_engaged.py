"""Schools that never had to do with the programme, and who of the hub looks after which school."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schools.models import School, SchoolTie, User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def _school(lead: User, name: str, **fields: Any) -> School:
    made: School = make.SchoolFactory(authority__hub=lead.person.roles.get().hub, name=name, **fields)
    return made


def _open(user: User, name: str, query: str = "", sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    url = reverse(f"schools:{name}") + query
    return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def _found(user: User, query: str) -> list[str]:
    return [row[1] for row in _open(user, "school-list", query).context["rows"]]


def test_never_engaged_are_those_of_which_nothing_is_known(lead: User) -> None:
    _school(lead, "New School")
    heir = _school(lead, "Heir School")
    make.InterestFactory(school=_school(lead, "Declined School"), status="declined")
    make.EnrolmentFactory(school=_school(lead, "Withdrawn School"), status="withdrawn")
    make.EnrolmentFactory(school=_school(lead, "Old School", gias_status=2, succeeded_by=heir))
    tied = _school(lead, "Tied School")
    assert tied.hub is not None
    SchoolTie.objects.create(school=tied, hub=tied.hub)
    _school(lead, "Closed School", gias_status=2)

    assert _found(lead, "?engaged=new") == ["New School"]
    told = _open(lead, "school-list", "?engaged=new&export=csv").content.decode()
    assert "New School" in told
    assert "Telephone" in told


def test_owner_of_schools_is_set_for_many_and_the_list_opens_on_ones_own(lead: User) -> None:
    hub = lead.person.roles.get().hub
    mate = make.make_user(HUB_ADMIN, name="Olu Admin", hub=hub)
    mine, theirs, free = (_school(lead, f"{name} School") for name in ("Ash", "Birch", "Cedar"))
    other = make.SchoolFactory()

    none = _open(lead, "school-owner", "?pk=x")
    shown = _open(lead, "school-owner", f"?pk={mine.pk}").content.decode()
    _open(lead, "school-owner", f"?pk={free.pk}", {"shown": mine.pk, "owner": str(lead.pk)})
    page = _open(lead, "school-owner", "?all=1", {"shown": [theirs.pk, other.pk], "owner": str(mate.pk)})

    assert f'name="shown" value="{mine.pk}"' in shown
    assert "Tick at least one" in none.content.decode()
    assert "1 school changed." in page.content.decode()
    assert _found(lead, "") == ["Ash School", "Cedar School"]
    assert _found(mate, "?whose=mine") == ["Birch School"]
    assert _found(lead, "?whose=none") == [free.name]
    assert len(_found(lead, "?whose=all")) == len(_found(make.make_user(BOARD, hub=hub), "")) == 3
    assert "Priya Lead" in _open(mate, "school-list", f"{mine.pk}/").content.decode()
