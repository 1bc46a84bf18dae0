"""Setting the dates of half-terms: national, a hub's own, and back."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.models import HalfTerm
from programmes.rules.calendar import HalfTermDates, why_no_school_year
from schools.models import Hub, User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.factories.programmes import HALF_TERMS
from tests.world import NOW

pytestmark = pytest.mark.once

THIS_YEAR = [
    HalfTermDates(number, (number + 1) // 2, first, last) for number, (first, last) in enumerate(HALF_TERMS, start=1)
]


@pytest.mark.parametrize(
    ("number", "first", "last", "problem"),
    [
        (1, date(2026, 9, 1), date(2026, 10, 16), ""),
        (1, date(2026, 9, 1), date(2026, 8, 25), "Autumn 1 must end after it starts."),
        (3, date(2026, 12, 18), date(2027, 2, 12), "Spring 1 must start after Autumn 2 has ended."),
        (6, date(2027, 6, 7), date(2027, 9, 1), "The year runs from August 2026 to August 2027."),
    ],
)
def test_dates_that_make_no_school_year_are_explained(number: int, first: date, last: date, problem: str) -> None:
    dates = [HalfTermDates(number, one.term, first, last) if one.number == number else one for one in THIS_YEAR]

    assert why_no_school_year(2026, dates) == problem


def _send(user: User, **changed: str) -> Any:
    data: dict[str, str] = {}
    for one in THIS_YEAR:
        for name, day in (("starts", one.starts_on), ("ends", one.ends_on)):
            parts = (day.day, day.month, day.year)
            data |= {f"{name}_{one.number}_{at}": str(part) for at, part in enumerate(parts)}
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.post(reverse("programmes:term-dates"), {**data, **changed}, follow=True)


def _autumn_end(hub: Hub | None) -> date:
    return HalfTerm.objects.for_hub_year(2026, hub)[0].ends_on


@pytest.mark.django_db
def test_hub_sets_its_own_dates_and_goes_back_to_the_national_ones() -> None:
    make.make_half_terms()
    hub, other = make.HubFactory(), make.HubFactory()
    lead = make.make_user(HUB_LEAD, hub=hub)

    _send(lead, ends_1_0="16")
    own = (_autumn_end(hub), _autumn_end(other))
    _send(lead, follow="on")

    assert own == (date(2026, 10, 16), date(2026, 10, 23))
    assert _autumn_end(hub) == date(2026, 10, 23)
    assert [entry.what for entry in JournalEntry.objects.about(hub)] == [
        "National term dates used again",
        "Term dates set",
    ]


@pytest.mark.django_db
def test_national_sets_the_default() -> None:
    make.make_half_terms()

    _send(make.make_user(NATIONAL), ends_1_0="16")

    assert _autumn_end(None) == date(2026, 10, 16)
    assert JournalEntry.objects.get().changed == {
        "Autumn 1": [
            "1 September 2026 to 23 October 2026",
            "1 September 2026 to 16 October 2026",
        ]
    }


@pytest.mark.django_db
def test_wrong_dates_come_back_with_what_was_typed() -> None:
    make.make_half_terms()
    lead = make.make_user(HUB_LEAD, hub=make.HubFactory())

    response = _send(lead, ends_1_1="8")

    assert response.status_code == 200
    assert "Autumn 1 must end after it starts." in response.content.decode()
    assert HalfTerm.objects.exclude(hub=None).count() == 0


@pytest.mark.django_db
def test_board_of_one_hub_and_staff_of_another_sets_only_the_others() -> None:
    make.make_half_terms()
    read = make.HubFactory(name="A hub one reads")
    user = make.make_user(BOARD, hub=read)
    make.RoleFactory(person=user.person, kind=HUB_ADMIN, hub=make.HubFactory(name="Z hub one works for"))

    assert _send(user, ends_1_0="16").status_code == 403
    assert HalfTerm.objects.exclude(hub=None).count() == 0
