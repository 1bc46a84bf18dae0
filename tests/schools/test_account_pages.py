"""Passwords and second factors: every page opens, in our frame and words, for a person who is signed in."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from schools import roles
from schools.models import User
from tests import factories as make
from tests.factories.schools import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGES = {
    "account_change_password": "Change your password",
    "account_email": "Your e-mail address",
    "account_logout": "Sign out?",
    "mfa_index": "Two-step sign-in",
    "mfa_activate_totp": "Set up an authenticator app",
    "mfa_list_webauthn": "Passkeys and security keys",
    "mfa_add_webauthn": "Add a passkey or security key",
}
NEW_PASSWORD = "seven quiet hexagons"


@pytest.fixture(autouse=True)
def _no_tries_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    return make.make_user(roles.HUB_LEAD, hub=make.HubFactory())


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    """Signed in, and asked once more, as the pages about signing in want it."""
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def heading(client: Client, url: str) -> str:
    found = re.search(r'<h1 class="title">(.*?)</h1>', client.get(url, follow=True).content.decode())
    assert found is not None
    return found[1]


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


@pytest.mark.parametrize(("name", "expected"), PAGES.items(), ids=PAGES)
def test_account_page_opens(signed_in: Client, name: str, expected: str) -> None:
    assert heading(signed_in, reverse(name)) == expected


@pytest.mark.parametrize("name", ["account_login", "account_request_login_code", "account_reset_password"])
def test_address_is_asked_for_in_the_same_words_everywhere(client: Client, name: str) -> None:
    """Also where it is missing; no label goes away as one types."""
    page = client.get(reverse(name)).content.decode()

    refused = client.post(reverse(name), {}).content.decode()

    assert ("E-mail address" in page, "Email" in page, "placeholder" in page) == (True, False, False)
    assert ("Enter your e-mail address." in refused, "<title>Error: " in refused) == (True, True)


def test_sign_in_is_confirmed_in_plain_words(client: Client, user: User) -> None:
    page = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)

    assert "You are signed in." in page.content.decode()
    assert "Successfully" not in page.content.decode()


def test_wrong_password_is_refused_in_plain_words(client: Client, user: User) -> None:
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "not this one"})

    assert "This address and password do not go together." in answer.content.decode()


def test_password_is_set_by_somebody_who_had_none(signed_in: Client, user: User) -> None:
    user.set_unusable_password()
    user.save()
    signed_in.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    shown = heading(signed_in, reverse("account_change_password"))
    signed_in.post(reverse("account_set_password"), {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    user.refresh_from_db()
    assert (shown, user.check_password(NEW_PASSWORD)) == ("Set a password", True)


def test_forgotten_password_is_chosen_anew_by_a_link_that_works_once(client: Client, user: User) -> None:
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"http\S+", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link[0], follow=True)
    client.post(page.wsgi_request.path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert heading(Client(), link[0]) == "This link works no more"


@pytest.mark.parametrize("host", ["localhost:6666", "LOCALHOST:7", "localhost.:5"])
def test_link_for_a_new_password_begins_as_all_links_in_emails_whatever_the_request_was_sent_to(
    client: Client, user: User, settings: Any, host: str
) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://portal.example.org", ["localhost"]

    answer = client.post(reverse("account_reset_password"), {"email": user.email}, headers={"host": host})

    assert answer.status_code == 302
    (link,) = re.findall(r"http\S+", str(mail.outbox[0].body))
    assert re.fullmatch(r"https://portal\.example\.org/account/password/reset/key/\S+/", link)


def test_address_cannot_be_changed_by_oneself(signed_in: Client, user: User) -> None:
    answer = signed_in.post(reverse("account_email"), {"email": "other@demo.example", "action_add": ""})

    assert answer.status_code == 405


def test_second_step_is_set_up_asked_for_and_turned_off(signed_in: Client, user: User) -> None:
    signed_in.get(reverse("mfa_activate_totp"))
    secret = signed_in.session["mfa.totp.secret"]
    signed_in.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})

    codes = heading(signed_in, reverse("mfa_view_recovery_codes"))
    again = heading(signed_in, reverse("mfa_generate_recovery_codes"))
    off = heading(signed_in, reverse("mfa_deactivate_totp"))
    index = signed_in.get(reverse("mfa_index")).content.decode()

    assert (codes, again, off) == ("Recovery codes", "Make recovery codes", "Turn off the authenticator app?")
    assert "Recovery codes" in index
    other = Client()
    asked = other.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
    assert asked.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert '<h1 class="title">Second step</h1>' in asked.content.decode()
    assert "_auth_user_id" not in other.session


def test_key_is_listed_renamed_and_removed(signed_in: Client, user: User) -> None:
    key = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})

    listed = signed_in.get(reverse("mfa_list_webauthn")).content.decode()
    rename = heading(signed_in, reverse("mfa_edit_webauthn", args=[key.pk]))
    remove = heading(signed_in, reverse("mfa_remove_webauthn", args=[key.pk]))

    assert "never" in listed
    assert (rename, remove) == ("Rename a key", "Remove Phone?")


def test_old_sign_in_is_asked_again_before_it_changes_how_one_signs_in(client: Client, user: User) -> None:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert heading(client, reverse("mfa_activate_totp")) == "Show that it is you"


def test_nobody_signs_up_and_the_page_says_what_to_do(client: Client) -> None:
    assert heading(client, reverse("account_signup")) == "Nobody signs up here"
