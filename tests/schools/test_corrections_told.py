"""The history of a person tells the hub who corrected what, from what to what; not a teacher reference number."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core.models import JournalEntry
from schools.actions.addresses import pass_on
from schools.models import Person, School, User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, SPECIALIST
from tests import factories as make
from tests.dashboards.records.bringing import bring
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def lead() -> User:
    return make.make_user(HUB_LEAD, hub=make.HubFactory())


def _of_a_school(hub: Any) -> Person:
    return make.PersonFactory(name="Jo Hil", email="jo@old.example.org", school=make.SchoolFactory(authority__hub=hub))


def _who_leads(hub: Any) -> Person:
    """Without a school."""
    return make.make_user(SPECIALIST, name="Jo Hil", email="jo@old.example.org", hub=hub).person


@pytest.mark.parametrize("made", [_of_a_school, _who_leads])
def test_correction_is_told_in_the_history(lead: User, made: Any) -> None:
    hub = lead.person.roles.get().hub
    person, client = made(hub), Client()
    client.force_login(lead)

    facts = {"name": "Jo Hill", "email": "jo@new.example.org", "trn": "1234567"}
    client.post(reverse("schools:person-edit", args=[person.pk]), facts)

    for kind in (HUB_LEAD, HUB_ADMIN, BOARD):
        client.force_login(make.make_user(kind, hub=hub))
        page = client.get(person.get_absolute_url())
        history = page.text[page.text.index("<h2>History</h2>") :]
        assert "Jo Hil → Jo Hill" in history
        assert "jo@old.example.org → jo@new.example.org" in history
        assert str(lead) in history
        assert "1234567" not in history
    assert JournalEntry.objects.filter(what="Details corrected", owner=None).get().changed == {"trn": ["", "1234567"]}


def test_address_that_a_file_gives_is_told_in_the_history(lead: User) -> None:
    hub: Any = lead.person.roles.get().hub
    person, client = _of_a_school(hub), Client()
    client.force_login(lead)
    line = [str(School.objects.get()), "Jo Hil", "jo@new.example.org"]

    upload = bring("people", [["School", "Name", "E-mail"], line], hub=hub, by=lead)

    history = client.get(person.get_absolute_url()).text
    assert "jo@old.example.org → jo@new.example.org" in history
    assert f"{upload.file_name}, line 2" in history


def test_address_that_passes_on_is_told_in_the_history(lead: User) -> None:
    hub = lead.person.roles.get().hub
    leaver, follower, client = _of_a_school(hub), make.PersonFactory(email="jo@old.example.org"), Client()
    client.force_login(lead)

    pass_on(leaver=leaver, to=follower, by=lead, now=NOW)

    assert "Address passed on" in client.get(leaver.get_absolute_url()).text
