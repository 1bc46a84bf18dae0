"""An address with a slip of the finger, typed for a hub, a school to write to, or somebody who is known: asked once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import Hub, Person, Role, School, User
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ASKED = "Did you mean {}? Change it, or tick that the address is right."


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub)


@pytest.fixture
def school(hub: Hub) -> School:
    return make.SchoolFactory(name="Ash School", authority__hub=hub, website="www.ashschool.example")


def _sent_as_opened(user: User, url: str, **typed: str) -> Any:
    client = Client()
    client.force_login(user)
    page = client.get(url)
    begun = {name: value for name, value in page.context["form"].initial.items() if value}
    marks = {name: page.context[name] for name in ("as_it_was", "looked_at") if page.context.get(name)}
    return client.post(url, begun | marks | typed)


def _day(name: str) -> dict[str, str]:
    """Today, as its three boxes are typed."""
    today = clock.today()
    return {f"{name}_0": str(today.day), f"{name}_1": str(today.month), f"{name}_2": str(today.year)}


def _errors(page: Any) -> list[str]:
    return [error for each in page.context["form"].errors.values() for error in each]


def test_hubs_own_address_is_asked_about_and_taken_with_the_tick_or_mended(hub: Hub, lead: User) -> None:
    url = reverse("schools:hub-email", args=[hub.pk])

    asked = _sent_as_opened(lead, url, email="hub@gmial.com")
    mended = _sent_as_opened(lead, url, email="hub@gmail.com", as_it_was=asked.context["as_it_was"])
    ticked = _sent_as_opened(lead, url, email="hub@gmial.com", is_right="on")

    hub.refresh_from_db()
    assert _errors(asked) == [ASKED.format("hub@gmail.com")]
    assert "The address is right as I typed it" in asked.content.decode()
    assert (mended.status_code, ticked.status_code, hub.email) == (302, 302, "hub@gmial.com")


def test_hubs_address_is_asked_about_on_the_form_of_the_national_team_too_and_what_stands_is_not(hub: Hub) -> None:
    national, url = make.make_user(roles.NATIONAL), reverse("dashboards:hub-edit", args=[hub.pk])

    asked = _sent_as_opened(national, url, email="hub@gmial.com")
    ticked = _sent_as_opened(national, url, email="hub@gmial.com", is_right="on")
    later = _sent_as_opened(national, url, region="South")

    hub.refresh_from_db()
    assert _errors(asked) == [ASKED.format("hub@gmail.com")]
    assert "The address is right as I typed it" in asked.content.decode()
    assert (ticked.status_code, later.status_code) == (302, 302)
    assert (hub.email, hub.region) == ("hub@gmial.com", "South")


def test_address_of_a_hubs_next_lead_is_asked_about_before_what_would_change_is_shown(hub: Hub) -> None:
    make.SchoolFactory(authority__hub=hub, urn=555555)
    url = reverse("dashboards:hub-lead-school", args=[hub.pk])
    typed = {"lead_school": "555555", "lead_name": "Nia New", "lead_email": "nia@gmial.com", "reason": "Moved"}
    typed |= _day("from_on")
    national = make.make_user(roles.NATIONAL)

    asked = _sent_as_opened(national, url, **typed)
    ticked = _sent_as_opened(national, url, **typed, is_right="on")

    is_shown = ["Nia New is invited as hub lead." in page.content.decode() for page in (asked, ticked)]
    assert (_errors(asked), _errors(ticked), is_shown) == ([ASKED.format("nia@gmail.com")], [], [False, True])


def test_address_of_a_new_leader_is_asked_about(lead: User) -> None:
    typed = {"kind": roles.SPECIALIST, "name": "Sam Shah", "email": "sam@gmial.com", **_day("starts_on")}

    asked = _sent_as_opened(lead, reverse("programmes:leader-create"), **typed)
    ticked = _sent_as_opened(lead, reverse("programmes:leader-create"), **typed, is_right="on")

    assert _errors(asked) == [ASKED.format("sam@gmail.com")]
    assert (ticked.status_code, Role.objects.get(kind=roles.SPECIALIST).person.email) == (302, "sam@gmial.com")


@pytest.mark.parametrize(
    ("typed", "meant"), [("sam@gmial.com", "sam@gmail.com"), ("sam@ashscool.example", "sam@ashschool.example")]
)
def test_new_address_of_somebody_is_asked_about_and_what_stands_is_not(
    lead: User, school: School, typed: str, meant: str
) -> None:
    person: Person = make.PersonFactory(name="Sam Shah", email="shah@ashschool.example", school=school)
    make.RoleFactory(person=person, kind=roles.TEACHER, school=school)
    url = reverse("schools:person-edit", args=[person.pk])

    asked = _sent_as_opened(lead, url, email=typed)
    ticked = _sent_as_opened(lead, url, email=typed, is_right="on", as_it_was=asked.context["as_it_was"])
    later = _sent_as_opened(lead, url, phone="020 7946 0123")

    person.refresh_from_db()
    assert _errors(asked) == [ASKED.format(meant)]
    assert (ticked.status_code, later.status_code) == (302, 302)
    assert (person.email, person.phone) == (typed, "020 7946 0123")


def test_own_details_are_corrected_without_a_word_about_ones_address(hub: Hub) -> None:
    own = make.make_user(roles.HUB_ADMIN, hub=hub, email="own@gmial.com")

    done = _sent_as_opened(own, reverse("schools:person-edit", args=[own.person_id]), phone="020 7946 0123", email="x")

    own.person.refresh_from_db()
    assert (done.status_code, own.person.phone, own.person.email) == (302, "020 7946 0123", "own@gmial.com")


def test_addresses_to_write_to_are_asked_about_each_in_its_row(hub: Hub, lead: User, school: School) -> None:
    elm = make.SchoolFactory(name="Elm School", authority__hub=hub)
    url = f"{reverse('schools:school-contacts')}?pk={school.pk}&pk={elm.pk}"
    typed: dict[str, Any] = {f"email_{school.pk}": "office@ashscool.example", f"email_{elm.pk}": "elm@gmial.com"}
    typed |= {"shown": [school.pk, elm.pk]}

    asked = _sent_as_opened(lead, url, **typed)
    half = _sent_as_opened(lead, url, **typed | {f"right_{elm.pk}": "on"})
    kept_none = Role.objects.filter(school__in=[school, elm]).exists()
    done = _sent_as_opened(
        lead, url, **typed | {f"right_{elm.pk}": "on", f"email_{school.pk}": "office@ashschool.example"}
    )

    of_ash = f"Ash School: {ASKED.format('office@ashschool.example')}"
    assert _errors(asked) == [of_ash, f"Elm School: {ASKED.format('elm@gmail.com')}"]
    assert asked.content.decode().count("The address is right as I typed it") == 2
    assert (_errors(half), kept_none) == ([of_ash], False)
    assert done.status_code == 302
    assert set(Role.objects.filter(school__in=[school, elm]).values_list("person__email", flat=True)) == {
        "office@ashschool.example",
        "elm@gmial.com",
    }
