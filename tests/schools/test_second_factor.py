"""A second step that a role must have: nothing opens before it is set up, but the way to it and out."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from schools import roles
from schools.models import User
from tests import factories as make
from tests.factories.schools import PASSWORD

pytestmark = pytest.mark.django_db

INDEX = reverse("mfa_index")


@pytest.fixture(autouse=True)
def _asked(settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = [roles.NATIONAL, roles.HUB_LEAD]


@pytest.fixture
def lead() -> User:
    return make.make_user(roles.HUB_LEAD, hub=make.HubFactory())


def browser(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("path", ["/", "/schools/", "/search/?q=hill", "/admin/"])
def test_role_that_needs_a_second_step_is_led_to_it(lead: User, path: str) -> None:
    answer = browser(lead).get(path, follow=True)

    assert answer.redirect_chain == [(INDEX, 302)]
    assert "Your role needs a second step when you sign in." in answer.content.decode()


def test_superuser_counts_as_national(lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(is_superuser=True)
    lead.person.roles.all().delete()

    assert browser(lead).get("/")["Location"] == INDEX


def test_nothing_is_done_before_the_second_step(lead: User) -> None:
    client = browser(lead)

    answer = client.post(reverse("schools:year-choose"), {"year": "2020"})

    assert (answer["Location"], "year" in client.session) == (INDEX, False)


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_logout"])
def test_way_to_the_second_step_and_out_stays_open(lead: User, name: str) -> None:
    client = browser(lead)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert client.get(reverse(name)).status_code == 200


def test_sign_out_works_before_the_second_step(lead: User) -> None:
    client = browser(lead)

    client.post(reverse("account_logout"))

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Authenticator.Type.TOTP, 200),
        (Authenticator.Type.WEBAUTHN, 200),
        (Authenticator.Type.RECOVERY_CODES, 302),
    ],
)
def test_second_step_opens_the_portal(lead: User, kind: str, status: int) -> None:
    client = browser(lead)
    Authenticator.objects.create(user=lead, type=kind, data={})

    assert client.get("/").status_code == status


def test_other_roles_and_strangers_are_not_asked() -> None:
    board = make.make_user(roles.BOARD, hub=make.HubFactory())

    assert [client.get("/").status_code for client in (browser(board), Client())] == [200, 200]


def test_nobody_is_asked_where_no_role_is_set(lead: User, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = []

    assert browser(lead).get("/").status_code == 200


def test_look_as_somebody_who_has_no_second_step_goes_on(lead: User) -> None:
    national = make.make_user(roles.NATIONAL)
    client = browser(national)
    Authenticator.objects.create(user=national, type=Authenticator.Type.TOTP, data={})

    client.post(reverse("schools:view-as", args=[lead.person_id]))
    answer = client.get("/")

    assert (answer.status_code, answer.wsgi_request.user) == (200, lead)


def test_role_that_does_not_exist_is_refused(settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = ["hub_leed"]

    with pytest.raises(ImproperlyConfigured, match=r"SECOND_FACTOR_FOR names no role: hub_leed\."):
        Client().get("/")
