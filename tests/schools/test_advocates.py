"""Headteacher advocates: consent given, changed, taken back; ended with the headship; listed for what it covers."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from hubportal.core.models import JournalEntry
from schools import roles
from schools.actions.advocates import (
    AHEAD,
    NOT_HEAD,
    NOTHING,
    WITHDRAWN,
    CannotAdvocate,
    Consent,
    give_consent,
    withdraw_consent,
)
from schools.models import Advocate, Person, Role
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

CONSENT = Consent(speaks=True, testimonial=False, may_be_named=True, given_on=NOW.date(), how="portal")


def head_of(side: Side) -> Person:
    person: Person = side.users[roles.HEADTEACHER].person
    return person


def give(side: Side, consent: Consent = CONSENT, kind: str = roles.HEADTEACHER) -> Advocate:
    return give_consent(person=head_of(side), school=side.school, consent=consent, by=side.users[kind], now=NOW)


def listed(side: Side, query: str = "", kind: str = roles.HUB_LEAD) -> list[tuple[Any, ...]]:
    rows = side.browser(kind).get(reverse("schools:advocate-list") + query).context["rows"]
    return [(row[1], row[6], row[9]) for row in rows]


def test_headteacher_agrees_on_their_own_page_and_takes_it_back(side: Side) -> None:
    browser, page = side.browser(roles.HEADTEACHER), reverse("schools:advocate", args=[head_of(side).pk])

    assert page in browser.get(head_of(side).get_absolute_url()).content.decode()
    browser.post(page, {"speaks": "on", "may_be_named": "on"})
    advocate = Advocate.objects.get()
    back = reverse("schools:advocate-withdraw", args=[advocate.pk])
    assert f'action="{back}"' in browser.get(page).content.decode()
    browser.post(back)

    assert (advocate.school, advocate.how, advocate.given_on) == (side.school, "portal", NOW.date())
    assert (advocate.speaks, advocate.testimonial, advocate.may_be_named) == (True, False, True)
    assert Advocate.objects.get().withdrawn_by == side.users[roles.HEADTEACHER]
    assert [entry.what for entry in JournalEntry.objects.filter(owner=side.hub).order_by("pk")] == [
        "Agreed to be a headteacher advocate",
        "No longer a headteacher advocate",
    ]
    assert listed(side) == []


def test_hub_enters_what_it_was_told_with_day_and_way(side: Side) -> None:
    page = reverse("schools:advocate", args=[head_of(side).pk])
    day = {"given_on_0": "8", "given_on_1": "1", "given_on_2": "2027"}
    browser = side.browser(roles.HUB_ADMIN)

    refused = browser.post(page, {"speaks": "on"}).context["form"].errors
    nothing = browser.post(page, {"how": "phone", **day}).context["form"].errors
    browser.post(page, {"testimonial": "on", "how": "phone", **day})

    assert set(refused) == {"how", "given_on"}
    assert set(nothing) == {"speaks"}
    advocate = Advocate.objects.get()
    assert (advocate.how, advocate.given_on, advocate.entered_by) == (
        "phone",
        date(2027, 1, 8),
        side.users[roles.HUB_ADMIN],
    )


def test_new_consent_takes_the_place_of_the_old_and_the_same_changes_nothing(side: Side) -> None:
    first = give(side)

    assert give(side).pk == first.pk
    second = give(side, replace(CONSENT, may_be_named=False))

    assert [(one.pk, one.withdrawn_at) for one in Advocate.objects.order_by("pk")] == [
        (first.pk, NOW),
        (second.pk, None),
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"speaks": False}, NOTHING), ({"given_on": NOW.date() + timedelta(days=1)}, AHEAD)],
)
def test_consent_that_says_nothing_or_lies_ahead_is_not_kept(side: Side, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(CannotAdvocate, match=problem):
        give(side, replace(CONSENT, **changes))


def test_only_a_headteacher_of_today_agrees(side: Side) -> None:
    maths_lead = side.users[roles.MATHS_LEAD]

    with pytest.raises(CannotAdvocate, match=NOT_HEAD):
        give_consent(person=maths_lead.person, school=side.school, consent=CONSENT, by=maths_lead, now=NOW)


def test_consent_ends_with_the_headship_and_the_hub_is_told_to_ask_anew(side: Side) -> None:
    give(side)
    before = listed(side)
    Role.objects.filter(person=head_of(side)).update(ends_on=NOW.date() - timedelta(days=1))

    assert [is_head for _name, _agreed, is_head in before] == [True]
    assert [is_head for _name, _agreed, is_head in listed(side, "?state=anew")] == [False]
    assert listed(side, "?state=stands") == []
    home = side.browser(roles.HUB_LEAD).get("/").content.decode()
    assert "Headteacher advocates who have left: ask anew" in home
    assert exported(side) == []
    # Whoever has left may still take it back.
    page = side.browser(roles.HEADTEACHER).get(reverse("schools:advocate", args=[head_of(side).pk]))
    assert (page.status_code, page.context["is_head"]) == (200, False)


def exported(side: Side) -> list[str]:
    answer = side.browser(roles.HUB_LEAD).get(reverse("schools:advocate-list") + "?export=csv")
    return answer.content.decode().splitlines()[1:]


def test_file_names_only_whoever_may_be_named(side: Side) -> None:
    give(side, replace(CONSENT, may_be_named=False))
    named = make.make_user(roles.HEADTEACHER, school=side.school, name="Nia Named")
    make.AdvocateFactory(person=named.person, school=side.school)

    lines = exported(side)

    assert sum("Nia Named" in line and side.school.name in line for line in lines) == 1
    assert [line for line in lines if head_of(side).name in line or head_of(side).email in line] == []
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [("?agreed=speaks", 1), ("?agreed=testimonial", 0), ("?phase=2", 1), ("?phase=4", 0), ("?authority=zzz", 0)],
)
def test_list_is_filtered_by_place_phase_and_what_was_agreed(side: Side, query: str, found: int) -> None:
    give(side)

    assert len(listed(side, query)) == found


def test_withdrawn_twice_is_said_and_other_hubs_read_nothing(side: Side) -> None:
    advocate = give(side)
    stale = Advocate.objects.get(pk=advocate.pk)
    withdraw_consent(advocate=advocate, by=side.users[roles.HUB_LEAD], now=NOW)

    with pytest.raises(CannotAdvocate, match=WITHDRAWN):
        withdraw_consent(advocate=stale, by=side.users[roles.HEADTEACHER], now=NOW)
    other = make_side()
    make.AdvocateFactory(person=head_of(side), school=side.school)
    assert listed(other) == []


def test_one_consent_of_a_person_stands(side: Side) -> None:
    give(side)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.AdvocateFactory(person=head_of(side), school=side.school)
