"""Versions of what schools agree to: added, never edited."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import texts
from programmes.models import AgreementText
from schools import roles
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def text() -> AgreementText:
    """The first version."""
    made: AgreementText = make.AgreementTextFactory(code="primary", body="Be there.")
    return made


def _typed(**changed: Any) -> dict[str, Any]:
    day = {"published_on_0": "11", "published_on_1": "1", "published_on_2": "2027"}
    return {"body": "Be there.\nBe on time.", "version": "2", **day, **changed}


def test_new_version_leaves_the_old_one_and_what_names_it_alone(client: Client, text: AgreementText) -> None:
    offer = make.OfferFactory(commitments=text)
    client.force_login(make.make_user(roles.NATIONAL))

    with clock.fixed(NOW):
        client.post(reverse("programmes:text-version", args=[text.pk]), _typed())

    text.refresh_from_db()
    offer.refresh_from_db()
    new = AgreementText.objects.exclude(pk=text.pk).get()
    assert (new.code, new.kind, new.version, new.lines) == ("primary", text.kind, "2", ["Be there.", "Be on time."])
    assert (text.body, offer.commitments) == ("Be there.", text)
    assert JournalEntry.objects.about(new).get().what == "Version added"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": "1"}, "There is a version 1 already."),
        ({"body": " Be there. "}, "This is word for word the version that it follows."),
        ({"published_on_0": "10"}, "A new version is published today or later"),
    ],
)
def test_version_that_will_not_do_comes_back_with_what_was_typed(
    client: Client, text: AgreementText, changed: dict[str, str], words: str
) -> None:
    client.force_login(make.make_user(roles.NATIONAL))

    with clock.fixed(NOW):
        page = client.post(reverse("programmes:text-version", args=[text.pk]), _typed(**changed)).content.decode()

    assert words in page
    assert changed.get("body", "Be on time.").strip() in page
    assert AgreementText.objects.count() == 1


def _new_text(client: Client, **changed: Any) -> str:
    with clock.fixed(NOW):
        sent = {**_typed(version="1"), "name": "Primary Booster (Years 3/4)", **changed}
        page: str = client.post(reverse("programmes:text-create"), sent, follow=True).content.decode()
    return page


def test_national_team_words_a_programme_that_none_of_the_texts_is_for(client: Client, text: AgreementText) -> None:
    offer = make.OfferFactory(commitments=text)
    client.force_login(make.make_user(roles.NATIONAL))
    links = [reverse("programmes:text-list"), reverse("programmes:offer-edit", args=[offer.pk])]
    links.append(reverse("programmes:offer-create", args=[2026, offer.phase_id]))

    with clock.fixed(NOW):
        leads_there = [
            f'href="{reverse("programmes:text-create")}"' in client.get(one).content.decode() for one in links
        ]
    page = _new_text(client)

    new = AgreementText.objects.exclude(pk=text.pk).get()
    with clock.fixed(NOW):
        chosen_from = client.get(links[2]).content.decode()
    assert leads_there == [True, True, True]
    assert (new.kind, new.hub, new.version, new.lines) == (text.kind, None, "1", ["Be there.", "Be on time."])
    assert '<h1 class="title">Commitments: Primary Booster (Years 3/4)' in page
    assert "Commitments: Primary Booster (Years 3/4), version 1" in chosen_from
    assert JournalEntry.objects.about(new).get().what == "Text added"


def test_text_of_its_own_keeps_its_name_in_later_versions_and_in_a_hub(client: Client) -> None:
    client.force_login(make.make_user(roles.NATIONAL))
    _new_text(client)
    first, hub = AgreementText.objects.get(), make.HubFactory(name="Trent Hub")
    new: dict[str, Any] = {"version": "2", "body": "Be there early.", "published_on": TODAY, "by": None, "today": TODAY}

    second, own = texts.add_version(text=first, **new), texts.add_version(text=first, hub=hub, **new)

    title = "Commitments: Primary Booster (Years 3/4)"
    assert [one.title for one in (first, second, own)] == [title, title, f"{title} (Trent Hub)"]
    assert (second.code, own.code) == (first.code, f"{first.code}--{hub.pk}")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "PRIMARY"}, "There is “Commitments: primary” already."),
        ({"name": "+ –"}, "Use letters of the English alphabet in the name."),
        ({"published_on_0": "10"}, "is published today or later"),
        ({"body": " "}, "Enter the text."),
        ({"name": ""}, "Enter the name."),
    ],
)
def test_text_that_will_not_do_comes_back_with_what_was_typed(
    client: Client, text: AgreementText, changed: dict[str, str], words: str
) -> None:
    client.force_login(make.make_user(roles.NATIONAL))

    page = _new_text(client, **changed)

    assert words in page
    assert changed.get("name", "Primary Booster (Years 3/4)") in page
    assert list(AgreementText.objects.all()) == [text]


def test_long_names_that_begin_alike_are_two_texts(client: Client) -> None:
    client.force_login(make.make_user(roles.NATIONAL))
    names = [f"Specialist Knowledge for Teaching Mathematics: {whom}" for whom in ("Primary", "Early Years", "Support")]

    for name in names:
        _new_text(client, name=name)
    again = _new_text(client, name=names[1])

    assert {one.name for one in AgreementText.objects.all()} == set(names)
    assert f"There is “Commitments: {names[1]}” already." in again


def test_hub_adds_no_national_text(client: Client, text: AgreementText) -> None:
    hub = make.HubFactory()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    like = make.OfferFactory(commitments=text)

    with clock.fixed(NOW):
        pages = [
            client.get(one).content.decode()
            for one in (
                reverse("programmes:text-list"),
                reverse("programmes:offer-create", args=[2026, like.phase_id]),
            )
        ]

    assert ["Add a text" in page for page in pages] == [False, False]


def test_privacy_notice_of_a_later_day_counts_from_that_day() -> None:
    notice = make.AgreementTextFactory(kind="privacy", code="privacy", body="We keep your name.")
    tomorrow = TODAY + timedelta(days=1)
    new: dict[str, Any] = {"version": "2", "body": "We keep it for a year.", "published_on": tomorrow}

    texts.add_version(text=notice, by=None, today=TODAY, **new)

    in_force = [AgreementText.objects.privacy_on(day).first() for day in (TODAY, tomorrow)]
    assert [one and one.version for one in in_force] == ["1", "2"]
