"""A person's page of programmes: what they take part in, and what they took part in before a place passed on."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from programmes.actions import turns as actions
from programmes.models import EnrolledTeacher
from programmes.rules.turns import Turn, time_words
from schools import roles
from schools.models import Person
from tests import factories as make
from tests.world import NOW, Side

TODAY = NOW.date()
A_DAY = timedelta(days=1)
# 11 January 2027 is the day of the world.
SINCE, UNTIL = date(2026, 11, 1), date(2026, 10, 31)


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        ([], ""),
        ([Turn(1)], ""),
        ([Turn(1, None, UNTIL)], "took part until 31 October 2026"),
        ([Turn(1, None, TODAY)], "until 11 January 2027"),
        ([Turn(1, SINCE)], "since 1 November 2026"),
        ([Turn(1, SINCE, TODAY + A_DAY)], "since 1 November 2026, until 12 January 2027"),
        ([Turn(1, TODAY + A_DAY)], "from 12 January 2027"),
        # Back again, or to be; and whoever has another place of the school now.
        ([Turn(1, None, UNTIL), Turn(1, TODAY)], "since 11 January 2027"),
        ([Turn(1, TODAY + A_DAY), Turn(1, None, UNTIL)], "took part until 31 October 2026"),
        ([Turn(1), Turn(1, None, UNTIL)], ""),
    ],
)
def test_time_of_somebody_in_a_place_in_words(theirs: list[Turn], words: str) -> None:
    assert time_words(theirs, TODAY) == words


def page_of(side: Side, person: Person) -> list[tuple[Any, str]]:
    page = side.browser(roles.HUB_LEAD).get(reverse("programmes:person-programmes", args=[person.pk]))
    assert page.status_code == 200
    rows: list[tuple[Any, str]] = page.context["rows"]
    assert all(words in page.content.decode() for _one, words in rows)
    return rows


def hand_over(enrolled: EnrolledTeacher, to: Person, from_on: date) -> None:
    leaver = enrolled.person
    assert leaver is not None
    actions.hand_over(enrolled=enrolled, leaver=leaver, to=to, from_on=from_on, now=NOW)


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize(
    ("days", "left", "came"),
    [
        (-3, "took part until 7 January 2027", "since 8 January 2027"),
        (3, "until 13 January 2027", "from 14 January 2027"),
    ],
)
def test_page_says_of_who_left_until_when_and_of_who_followed_from_when(
    side: Side, days: int, left: str, came: str
) -> None:
    enrolled = side.enrolled_teacher
    leaver, follower = enrolled.person, make.PersonFactory(school=side.school)

    hand_over(enrolled, follower, TODAY + timedelta(days=days))

    assert page_of(side, leaver) == [(side.enrolment, left)]
    assert page_of(side, follower) == [(side.enrolment, came)]


@pytest.mark.django_db
@pytest.mark.once
def test_page_says_nothing_of_days_of_who_has_another_place_of_the_school_now(side: Side) -> None:
    enrolled = side.enrolled_teacher
    leaver = enrolled.person
    hand_over(enrolled, make.PersonFactory(school=side.school), TODAY - A_DAY)
    before = page_of(side, leaver)

    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=leaver)

    assert (before, page_of(side, leaver)) == (
        [(side.enrolment, "took part until 9 January 2027")],
        [(side.enrolment, "")],
    )
