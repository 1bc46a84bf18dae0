"""The link to the public form in a letter: of each recipient's school, which is filled in."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import FormDraft
from schools import roles
from schools.catalogue import TEMPLATES
from schools.models import Hub, School, User
from schools.rules import letters as rules
from schools.rules.letters import Candidate
from tests import factories as make
from tests.schools.test_letters import NOW, begin, deliver, send
from tests.world import make_side

pytestmark = pytest.mark.django_db

FORM = "http://localhost:8000/programmes/express/"


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


def _at(*schools: School) -> list[Candidate]:
    return [Candidate("Pat Head", "pat@people.example.org", "Headteacher", school_id=one.pk) for one in schools]


def test_letter_carries_the_link_of_the_recipients_school_as_the_preview_shows_it(
    hub: Hub, lead: User, client: Any
) -> None:
    school = make.SchoolFactory(authority__hub=hub)
    letter = begin(hub, lead, _at(school), text="Apply here:\n{form link}\n")
    client.force_login(lead)

    page = client.get(reverse("schools:letter-preview", args=[letter.pk])).content.decode()
    send(letter, lead)

    (sent,) = deliver()
    link = f"{FORM}?school={school.pk}"
    assert f"Apply here:\n{link}\n" in sent.body
    assert f"Apply here:\n{link}\n" in page
    assert "a placeholder is empty" not in page


def test_who_stands_for_two_schools_has_the_link_of_each_and_who_for_none_the_form(hub: Hub, lead: User) -> None:
    schools = [make.SchoolFactory(authority__hub=hub) for _one in range(2)]
    letter = begin(hub, lead, [*_at(*schools), Candidate("Ola", "ola@x.example", "Leads")], text="{form link}")

    send(letter, lead)

    first, second = (f"{FORM}?school={one.pk}" for one in schools)
    assert [one.body.splitlines()[0] for one in deliver()] == [f"{first} and {second}", FORM]


def test_placeholder_is_listed_with_the_others(hub: Hub, lead: User, client: Any) -> None:
    client.force_login(lead)

    pages = [client.get(reverse("schools:template-create")), client.get(begin(hub, lead).get_absolute_url() + "text/")]

    assert ["{form link}" in page.content.decode() for page in pages] == [True, True]
    (invitation,) = [text for _name, is_news, _subject, text in TEMPLATES if is_news]
    assert "form link" in rules.used_in(invitation)


@pytest.mark.parametrize("kind", [None, roles.HEADTEACHER])
def test_link_opens_the_form_for_the_school(kind: str | None) -> None:
    """Also for somebody who is signed in and works at another school."""
    with clock.fixed(NOW):
        side = make_side()
        school = make.SchoolFactory(authority__hub=side.hub, name="Invited School")
        browser = side.browser(kind) if kind else Client()
        page = browser.get(f"{reverse('programmes:express-start')}?school={school.pk}").content.decode()
        begun = FormDraft.objects.count()
        browser.post(reverse("programmes:express-school"), {"for": "apply", "school": school.pk})

    assert ": Invited School</button>" in page
    assert f'name="school" value="{school.pk}"' in page
    assert begun == 0
    assert FormDraft.objects.get().data["schools"] == [school.pk]


@pytest.mark.parametrize("key", ["", "0", "999999", "x", "9" * 30, "\x00"])
def test_link_to_no_school_opens_the_form(key: str) -> None:
    with clock.fixed(NOW):
        make_side()
        page = Client().get(reverse("programmes:express-start"), {"school": key})

    assert page.status_code == 200
    assert "Find your school" not in page.content.decode()
