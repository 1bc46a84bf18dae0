"""Pages that say no: in the portal's frame, in words for people, with a way on."""

import io
import logging

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client

from schools import roles
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_page_not_found_says_why_and_keeps_the_frame(client: Client) -> None:
    client.force_login(make.make_user(roles.BOARD, hub=make.HubFactory()))

    answer = client.get("/schools/999999/")

    assert answer.status_code == 404
    assert "There is no such page for you" in answer.content.decode()
    assert 'class="portal-nav"' in answer.content.decode()


def test_step_refused_says_why(client: Client) -> None:
    client.force_login(make.make_user(roles.TEACHER, school=make.SchoolFactory()))

    answer = client.get("/schools/people/")

    assert answer.status_code == 403
    assert "Your role does not include this step" in answer.content.decode()


def test_step_refused_is_one_line_of_the_log(client: Client) -> None:
    client.force_login(make.make_user(roles.TEACHER, school=make.SchoolFactory()))
    (console,) = [one for one in logging.getLogger("django").handlers if type(one) is logging.StreamHandler]
    written = io.StringIO()
    before = console.setStream(written)

    try:
        client.get("/schools/people/")
    finally:
        console.setStream(before)

    assert written.getvalue().count("\n") == 1
    assert "Forbidden (Permission denied): /schools/people/" in written.getvalue()


def test_page_open_too_long_says_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org"})

    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


LONG_TEXT = "We would like to begin in spring.\nOur maths lead is new & eager."


@pytest.mark.parametrize(
    ("origin", "is_given_back"), [("http://testserver", True), ("http://elsewhere.example", False), (None, False)]
)
def test_page_open_too_long_gives_back_what_was_typed_there_alone(origin: str | None, is_given_back: bool) -> None:
    """Not what another site lets somebody's browser send: it would speak in the portal's name."""
    browser = Client(enforce_csrf_checks=True)
    browser.get("/account/login/")
    typed = {"message": LONG_TEXT, "email": "robin@example.org", "kind": "apply", "password": "two words", "n": "7"}

    answer = browser.post("/account/login/", typed, headers={"origin": origin} if origin else {})

    page = answer.content.decode()
    assert (answer.status_code, "open for too long" in page) == (403, True)
    assert ("begin in spring.<br>Our maths lead is new &amp; eager." in page) is is_given_back
    assert ("robin@example.org" in page) is is_given_back
    assert "two words" not in page
    assert page.count("govuk-inset-text") == (2 if is_given_back else 0)


@pytest.mark.parametrize("path", ["/account/login/", "/no/such/page/"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=utf-16", "login=a"),
        ("application/x-www-form-urlencoded; charset=latin-1", "login=a"),
        (
            "application/x-www-form-urlencoded",
            "&".join(f"box{n}=1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)),
        ),
        ("application/x-www-form-urlencoded", "login=" + "a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
        ("multipart/form-data", "login"),
        ("multipart/form-data; boundary=é", "login"),
    ],
    ids=["UTF-16", "latin-1", "many boxes", "long", "no boundary", "odd boundary"],
)
def test_form_that_cannot_be_read_is_refused_in_words(path: str, content_type: str, body: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/account/login/")

    answer = browser.generic("POST", path, body, content_type=content_type)

    assert answer.status_code == 400
    assert "We could not read what was sent" in answer.content.decode()


@pytest.mark.parametrize(("is_signed_in", "sizes"), [(False, (3, 4)), (True, (90, 91))])
def test_what_is_too_large_is_refused_before_it_is_read(
    client: Client, is_signed_in: bool, sizes: tuple[int, int]
) -> None:
    if is_signed_in:
        client.force_login(make.make_user(roles.NATIONAL))

    answers = [
        client.generic(
            "POST",
            "/",
            b"",
            content_type="multipart/form-data; boundary=x",
            headers={"content-length": str(size * 1024**2)},
        )
        for size in sizes
    ]

    assert answers[0].status_code != 413
    assert answers[1].status_code == 413
    assert "too large" in answers[1].content.decode()


def test_failure_page_needs_nothing_to_be_drawn(client: Client) -> None:
    client.raise_request_exception = False
    client.force_login(make.make_user(roles.NATIONAL))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schools.models.places.SchoolQuerySet.for_list", lambda self: 1 / 0)
        answer = client.get("/schools/")

    assert answer.status_code == 500
    assert "Something went wrong here" in answer.content.decode()


def test_failure_page_has_the_portals_look(client: Client) -> None:
    assert finders.find("css/portal.css")

    assert f'href="/{settings.STATIC_URL.strip("/")}/css/portal.css"' in render_to_string("500.html")


def test_request_not_understood_says_so(client: Client) -> None:
    answer = client.get("/", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert "We could not read what was sent" in answer.content.decode()
