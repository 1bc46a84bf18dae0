"""What a demo has and nothing else: one press to sign in, and a date that moves."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hubportal.core import clock
from hubportal.core.models import ClockShift
from schools import roles
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def in_demo(settings: Any) -> Any:
    settings.DEMO = True
    clock.refresh()
    yield
    settings.DEMO = False
    clock.refresh()


def _make_lead() -> Any:
    return make.make_user(roles.HUB_LEAD, name="Lena Lead", email="lead@demo.example", hub=make.HubFactory())


@pytest.mark.parametrize("path", ["/demo/date/", "/demo/sign-in/"])
def test_demo_switch_is_not_there_outside_demo(path: str) -> None:
    _make_lead()

    response = Client().post(path, {"email": "lead@demo.example", "date": "2027-02-01"})

    assert response.status_code == 404
    assert not ClockShift.objects.exists()


@pytest.mark.usefixtures("in_demo")
def test_demo_sign_in_lists_people_and_signs_in_with_one_press() -> None:
    lead = _make_lead()
    client = Client()

    listed = client.get("/account/login/").content.decode()
    client.post("/demo/sign-in/", {"email": "lead@demo.example"})

    assert 'value="lead@demo.example"' in listed
    assert client.get("/").context["user"] == lead


@pytest.mark.usefixtures("in_demo")
def test_demo_sign_in_refuses_somebody_who_is_not_of_the_demo() -> None:
    make.make_user(roles.HUB_LEAD, email="real@people.example.org", hub=make.HubFactory())

    assert Client().post("/demo/sign-in/", {"email": "real@people.example.org"}).status_code == 404


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("month", [1, 7], ids=["winter", "summer"])
def test_demo_date_moves_to_the_morning_of_a_day_and_back(month: int) -> None:
    there = date(clock.real_now().year + 1, month, 24)
    client = Client()

    client.post("/demo/date/", {"date": there.isoformat()})
    moved = clock.now()
    client.post("/demo/date/", {"date": ""})

    assert timedelta() <= moved - clock.at_london(there, 9) < timedelta(minutes=5)
    assert not ClockShift.objects.exclude(seconds=0).exists()


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("text", ["soon", "2027-02-30", "1999-01-01", f"{date.max}"])
def test_demo_date_refuses_what_is_no_date_near(text: str) -> None:
    response = Client().post("/demo/date/", {"date": text}, follow=True)

    assert "Choose a date within three years of today." in response.content.decode()
    assert not ClockShift.objects.exists()
