"""Characters that nobody types: NUL in every box of every page, or a number without end, is no error page; a name
stays on one line.
"""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.core.views import local_path
from programmes.forms.decisions import TeacherForm
from programmes.forms.leaders import LeaderForm
from schools.forms.people import InviteForm, PersonForm
from schools.models import Person
from schools.roles import HUB_LEAD, TEACHER
from tests import factories as make
from tests.access.table import Line
from tests.test_access import TABLES
from tests.world import NOW, ROLES, Side, make_side

pytestmark = pytest.mark.django_db

NAMES = re.compile(r'<(?:input|select|textarea)[^>]*\sname="([^"]+)"')
KEPT = {"csrfmiddlewaretoken"}
# Digits that Python itself makes no number of.
ODD = ("a\x00b", "9" * 5000)


@pytest.mark.services  # other databases than PostgreSQL take a NUL
@pytest.mark.parametrize("app", sorted(TABLES))
def test_nul_in_any_box_is_no_error_page(app: str) -> None:
    """Every page is asked for, and its form sent, with a NUL in everything that it has a name for, and with a number
    longer than any key.
    """
    with clock.fixed(NOW):
        side = make_side()
        for name, line in TABLES[app].items():
            with transaction.atomic():
                _send_nul(side, f"{app}:{name}", line)
                transaction.set_rollback(True)
            cache.clear()


def _send_nul(side: Side, name: str, line: Line) -> None:
    client = Client()
    kind = next((kind for kind in ROLES if kind in line.allowed), HUB_LEAD)
    client.force_login(side.users[kind])
    url = reverse(name, args=line.args(side) if line.args else [])
    text = _read(client.get(url)) if line.method == "get" else ""
    boxes = {*NAMES.findall(text), *(line.data(side) if line.data else {}), "q", "sort", "page", "next"} - KEPT

    answers = [client.get(url, dict.fromkeys(boxes, text)) for text in ODD[:1]]
    answers += [client.post(url, dict.fromkeys(boxes, text)) for text in ODD]

    for answer in answers:
        _read(answer)
    assert 500 not in [answer.status_code for answer in answers], name


def _read(answer: Any) -> str:
    """A page's text; a file is read to its end, where it is closed."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


@pytest.mark.parametrize("page", ["login/", "login/code/", "login/code/confirm/", "password/reset/"])
def test_nul_at_sign_in_is_no_error_page(client: Client, page: str) -> None:
    boxes = dict.fromkeys(("login", "email", "password", "code", "next", "remember"), "a\x00b")

    answers = [client.get(f"/account/{page}", boxes), client.post(f"/account/{page}", boxes)]

    assert {answer.status_code for answer in answers} <= {200, 302}


@pytest.fixture
def forms() -> list[tuple[type[Any], dict[str, Any]]]:
    """Each form that takes a person's name, with what it is made with."""
    return [
        (InviteForm, {"kinds": [TEACHER], "by": None}),
        (PersonForm, {"may_change_email": False, "instance": Person()}),
        (LeaderForm, {"user": None}),
        (TeacherForm, {"offer": make.OfferFactory(), "others": [], "by": None}),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jo\r\nBcc: all@example.org", "Jo Bcc: all@example.org"),
        ("  Jo\u2028 \t Head ", "Jo Head"),
        ("Zoë Müller-O’Neill", "Zoë Müller-O’Neill"),
    ],
)
def test_name_stays_on_one_line(forms: list[tuple[type[Any], dict[str, Any]]], typed: str, kept: str) -> None:
    found = []
    for form_class, made_with in forms:
        form = form_class({"name": typed}, **made_with)
        form.full_clean()
        found.append(form.cleaned_data.get("name"))

    assert found == [kept] * len(forms)


@pytest.mark.parametrize("typed", ["Jo\x00", "Jo\x07", "Jo\x1b[31m", "Jo\x85Head\x9f", "Jo\u200bHead"])
def test_name_with_a_character_nobody_sees_is_refused(
    forms: list[tuple[type[Any], dict[str, Any]]], typed: str
) -> None:
    found = [form_class({"name": typed}, **made_with).errors["name"] for form_class, made_with in forms]

    assert found == [["This contains a character that cannot be stored. Type it again."]] * len(forms)


@pytest.mark.services  # other databases than PostgreSQL take a NUL
def test_nul_in_the_address_to_go_back_to_is_no_address(side: Side) -> None:
    sent = {
        "kind": "people",
        "hub": side.hub.pk,
        "file": SimpleUploadedFile("a.csv", b"School,Email\nHill,a@b.example\n"),
    }

    answer = side.browser(HUB_LEAD).post(reverse("dashboards:record-create") + "?back=/a%00b", sent)

    assert answer.status_code == 302
    assert Upload.objects.get().back == ""


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("/schools/?q=Högh Wood", True),
        ("/a\x00b", False),
        ("/a\r\nSet-Cookie: b", False),
        ("/\ud800", False),
        ("//elsewhere.example.org/", False),
    ],
)
def test_address_to_go_back_to_is_a_path_that_can_be_read(named: str, kept: bool) -> None:
    assert local_path(named) == (named if kept else "")
