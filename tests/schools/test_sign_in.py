"""Signing in: password, e-mailed code, nobody's address, no role, and how often one may try."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from schools import roles
from tests import factories as make
from tests.factories.schools import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_password_signs_in_and_leads_home(client: Client) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory())

    answer = client.post(reverse("account_login"), {"login": user.email.upper(), "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_page_of_somebody_signed_in_is_kept_nowhere(client: Client) -> None:
    client.force_login(make.make_user(roles.BOARD, hub=make.HubFactory()))

    kept = {client.get(path)["Cache-Control"] for path in ("/", reverse("schools:person-list"), "/people/nowhere/")}

    assert kept == {"private, no-store"}


def test_code_by_mail_signs_in_somebody_without_a_password(client: Client) -> None:
    user = make.make_user(roles.TEACHER, school=make.SchoolFactory())
    user.set_unusable_password()
    user.save()

    client.post(reverse("account_request_login_code"), {"email": user.email})
    message = mail.outbox[0]
    code = re.search(r"is:\s+(\S+)", str(message.body))
    assert code is not None
    answer = client.post(reverse("account_confirm_login_code"), {"code": code[1]})

    assert (message.subject, message.to) == ("Your sign-in code", [user.email])
    assert (answer.status_code, client.session["_auth_user_id"]) == (302, str(user.pk))


def test_sign_in_by_code_outlasts_the_day_of_a_form_begun_before(client: Client) -> None:
    user = make.make_user(roles.HEADTEACHER, school=make.SchoolFactory())
    school = make.SchoolFactory()
    client.post(reverse("programmes:express-school"), {"school": school.pk})
    before = client.session.get_expiry_age()

    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"is:\s+(\S+)", str(mail.outbox[0].body))
    assert code is not None
    client.post(reverse("account_confirm_login_code"), {"code": code[1]})

    assert (before <= 24 * 3600, client.session.get_expiry_age() > 7 * 24 * 3600) == (True, True)
    assert client.session["express"]


@pytest.mark.parametrize("email", [None, "nobody@people.example.org"], ids=["known", "unknown"])
def test_somebody_who_waits_for_a_code_can_turn_to_a_password(client: Client, email: str | None) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory())
    client.post(reverse("account_request_login_code"), {"email": email or user.email})
    waiting = client.get(reverse("account_login"))["Location"]
    page = client.get(waiting).text

    left = client.post(reverse("account_logout"), {"next": reverse("account_login")})
    answer = client.post(left["Location"], {"login": user.email, "password": PASSWORD})

    assert 'id="leave" method="post" action="/account/logout/"' in page
    assert (left["Location"], answer["Location"]) == (reverse("account_login"), "/")


def test_unknown_address_gets_the_same_page_and_a_mail_that_says_so(client: Client) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory())

    known = client.post(reverse("account_request_login_code"), {"email": user.email})
    unknown = Client().post(reverse("account_request_login_code"), {"email": "nobody@elsewhere.example.org"})

    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert [sent.subject for sent in mail.outbox] == ["Your sign-in code", "There is no sign-in for this address"]
    assert "sign up" not in mail.outbox[1].body


@pytest.mark.parametrize("email", [None, "nobody@people.example.org"], ids=["known", "unknown"])
@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_mail_server_that_is_away_is_said_and_tells_nobody_who_is_known(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture, page: str, email: str | None
) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody_listens.getsockname()
        user = make.make_user(roles.BOARD, hub=make.HubFactory())

        answer = client.post(reverse(page), {"email": email or user.email, "next": "/people/me/"}, follow=True)

    assert answer.redirect_chain == [(f"{reverse(page)}?next=%2Fpeople%2Fme%2F", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "The e-mail could not be sent just now. Try again in a few minutes."
    ]
    assert "An e-mail for signing in could not be sent." in caplog.text


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(reverse("account_signup"), {"email": "new@elsewhere.example.org", "password1": "x" * 12})

    assert "_auth_user_id" not in client.session
    assert answer.status_code == 200


def test_wrong_passwords_are_refused_alike_and_not_forever(client: Client) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory())
    url = reverse("account_login")

    wrong = client.post(url, {"login": user.email, "password": "not it"})
    unknown = client.post(url, {"login": "nobody@elsewhere.example.org", "password": "not it"})
    for _again in range(10):
        client.post(url, {"login": user.email, "password": "not it"})
    right = client.post(url, {"login": user.email, "password": PASSWORD})

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert right.status_code in (200, 429)
    assert "_auth_user_id" not in client.session


def test_corrected_address_opens_the_account_and_the_old_one_does_not(client: Client) -> None:
    national = make.make_user(roles.NATIONAL)
    user = make.make_user(roles.BOARD, hub=make.HubFactory(), email="old@people.example.org")
    client.force_login(national)
    url = reverse("schools:person-edit", args=[user.person_id])
    client.post(url, {"name": user.person.name, "email": "New@people.example.org"})

    old = Client().post(reverse("account_login"), {"login": "old@people.example.org", "password": PASSWORD})
    new = Client().post(reverse("account_login"), {"login": "new@people.example.org", "password": PASSWORD})

    assert (old.status_code, new.status_code) == (200, 302)


def test_corrected_address_ends_sessions_and_codes_of_the_old_one(client: Client) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory(), email="old@people.example.org")
    client.force_login(user)
    asking = Client()
    asking.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"is:\s+(\S+)", str(mail.outbox[0].body))
    assert code is not None
    staff = Client()
    staff.force_login(make.make_user(roles.NATIONAL))
    staff.post(
        reverse("schools:person-edit", args=[user.person_id]),
        {"name": user.person.name, "email": "new@people.example.org"},
    )

    answer = asking.post(reverse("account_confirm_login_code"), {"code": code[1]}, follow=True)

    assert "_auth_user_id" not in asking.session
    assert "This code was sent to another address." in answer.content.decode()
    assert client.get("/schools/people/")["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_request_login_code",
        "account_reset_password",
        "account_reset_password_done",
        "account_signup",
    ],
)
def test_account_page_of_strangers_opens_in_our_frame(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert b'class="portal-header"' in answer.content


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "account_logout"])
def test_account_page_of_people_opens_in_our_frame(client: Client, name: str) -> None:
    user = make.make_user(roles.BOARD, hub=make.HubFactory())
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert b'class="portal-header"' in answer.content
