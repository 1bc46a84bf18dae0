"""Pathways are data: added, renamed and put in order by the national team."""

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import pathways
from programmes.actions.phases import CannotName
from programmes.models import Pathway
from schools import roles
from tests import factories as make
from tests.races import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def national(client: Client) -> Client:
    """Somebody of the national team at a browser."""
    client.force_login(make.make_user(roles.NATIONAL))
    return client


def _names() -> list[str]:
    return [one.name for one in Pathway.objects.all()]


def _ladder(*names: str) -> list[Pathway]:
    Pathway.objects.all().delete()
    return [make.PathwayFactory(name=name, position=at) for at, name in enumerate(names)]


def _change(client: Client, pathway: Pathway, **told: object) -> str:
    url = reverse("programmes:pathway-edit", args=[pathway.pk])
    as_it_was = client.get(url).context["as_it_was"]
    return client.post(url, {**told, "as_it_was": as_it_was}, follow=True).text


def test_pathway_is_added_in_its_place_and_takes_phases(national: Client) -> None:
    first, second = _ladder("Younger", "Older")

    page = national.post(
        reverse("programmes:pathway-create"), {"name": "Beyond  school", "after": first.pk}, follow=True
    )

    added = Pathway.objects.get(code="beyond-school")
    assert _names() == ["Younger", "Beyond school", "Older"]
    assert "Add its first phase next." in page.text
    assert "It has no phases yet." in page.text
    assert JournalEntry.objects.about(added).get().what == "Pathway added"
    told = {"pathway": added.pk, "name": "Start", "short_name": "Start", "step": "1", "family": ""}
    national.post(reverse("programmes:phase-create"), told)
    assert (added.phases.get().name, second.phases.count()) == ("Start", 0)


def test_new_pathway_begins_at_the_end_and_may_be_the_first(national: Client) -> None:
    _younger, older = _ladder("Younger", "Older")

    form = national.get(reverse("programmes:pathway-create")).context["form"]
    national.post(reverse("programmes:pathway-create"), {"name": "Before", "after": ""})

    assert form.initial["after"] == older.pk
    assert _names() == ["Before", "Younger", "Older"]


@pytest.mark.parametrize(
    ("name", "words"), [("older", "a pathway of this name already"), ("!!", "Use letters in the name")]
)
def test_name_that_is_taken_or_none_is_refused_with_what_was_typed(national: Client, name: str, words: str) -> None:
    younger, _older = _ladder("Younger", "Older")

    added = national.post(reverse("programmes:pathway-create"), {"name": name, "after": ""}).text
    renamed = _change(national, younger, name=name, after="")

    for page in (added, renamed):
        assert words in page
        assert f'value="{name}"' in page
    assert _names() == ["Younger", "Older"]


def test_pathway_is_renamed_and_moved_and_its_phases_stay(national: Client) -> None:
    younger, middle, older = _ladder("Younger", "Middle", "Older")
    phase, code = make.PhaseFactory(pathway=younger), younger.code

    _change(national, younger, name="Youngest", after=older.pk)
    _change(national, middle, name="Middle", after="")

    younger.refresh_from_db()
    assert _names() == ["Middle", "Older", "Youngest"]
    assert (younger.code, younger.phases.get()) == (code, phase)
    (entry,) = JournalEntry.objects.all()
    assert entry.changed == {"name": ["Younger", "Youngest"], "comes after": ["–", "Older"]}


def test_name_that_was_given_up_can_be_used_again() -> None:
    (younger,) = _ladder("Younger")
    Pathway.objects.update(code="younger")
    pathways.change_pathway(pathway=younger, by=None, name="Youngest", after=None)

    again = pathways.make_pathway(by=None, name="Younger", after=younger)

    assert (again.code, _names()) == ("younger-2", ["Youngest", "Younger"])


def test_hub_sees_no_pathway_without_phases_and_adds_none(client: Client) -> None:
    make.PathwayFactory(name="Empty one")
    phase = make.PhaseFactory()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))

    with clock.fixed(NOW):
        page = client.get(reverse("programmes:phase-list")).text

    assert (str(phase.pathway) in page, "Empty one" in page, "Add a pathway" in page) == (True, False, False)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_name_at_once_make_one() -> None:
    def add(name: str) -> str:
        try:
            pathways.make_pathway(by=None, name=name, after=None)
        except CannotName as why:
            return str(why)
        return ""

    said = at_once(add, ["Beyond", "BEYOND"])

    assert sorted(said) == ["", "There is a pathway of this name already."]
    assert Pathway.objects.filter(name__iexact="beyond").count() == 1
