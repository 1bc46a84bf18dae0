"""Who may be recorded twice: proposed with the reason, looked at side by side, never proposed again once told apart."""

from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools.models import NotSame, Person, User
from schools.roles import HUB_LEAD, MATHS_LEAD, TEACHER
from schools.rules.duplicates import NEAR_NAME, SAME_ADDRESS, SAME_NAME, Known, is_near, pairs
from tests import factories as make
from tests.world import NOW


def _known(pk: int, name: str, email: str = "", *schools: int) -> Known:
    return Known(pk, name, email, frozenset(schools))


def test_pairs_are_proposed_once_with_the_weightiest_reason() -> None:
    people = [
        _known(1, "Jo Hill", "jo@people.example.org", 7),
        _known(2, "Mrs Jo Hill", "JO@people.example.org", 7),
        _known(3, "Sam Shah", "", 7),
        _known(4, "Sam Shah", "", 7, 8),
        _known(5, "S Shah", "", 8),
        _known(6, "Sam Shah", "", 9),
    ]

    assert pairs(people) == [((1, 2), SAME_ADDRESS), ((3, 4), SAME_NAME), ((4, 5), NEAR_NAME)]
    assert pairs(people, without=frozenset({(1, 2), (3, 4)})) == [((4, 5), NEAR_NAME)]


def test_an_address_of_many_says_nothing() -> None:
    assert pairs([_known(pk, f"Name{pk} Of", "office@people.example.org") for pk in range(13)]) == []


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Jo Hill", "J. Hill", True),
        ("Katherine Jones", "Kathrine Jones", True),
        ("Jo Hill", "Jo Hill", False),
        ("Jo Hill", "Ann Hill", False),
        ("Jo", "J", False),
    ],
)
def test_names_are_near_where_a_pen_may_have_slipped(one: str, other: str, *, near: bool) -> None:
    assert is_near(one, other) is near
    assert is_near(other, one) is near


@pytest.fixture
def lead(db: None) -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, hub=make.HubFactory())


def _twice(lead: User) -> tuple[Person, Person]:
    school = make.SchoolFactory(authority__hub=lead.person.roles.get().hub)
    first, second = (
        make.make_user(kind, name=name, email=f"{kind}@people.example.org", school=school).person
        for name, kind in (("Jo Hill", TEACHER), ("J Hill", MATHS_LEAD))
    )
    return first, second


def _open(user: User, url: str, sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def test_pair_that_was_told_apart_never_comes_back(lead: User) -> None:
    first, second = _twice(lead)
    listed = reverse("schools:duplicate-list")
    compare = reverse("schools:duplicate-compare", args=[first.pk, second.pk])

    assert compare in _open(lead, listed).content.decode()
    page = _open(lead, compare).content.decode()
    assert first.email in page
    assert "Both sign in." in page
    for pk, other in product((first.pk,), (first.pk, 0)):
        assert _open(lead, reverse("schools:duplicate-compare", args=[pk, other])).status_code == 404
    assert _open(lead, compare, {"answer": "perhaps"}).context["form"].errors
    _open(lead, compare, {"answer": "not_same"})
    _open(lead, reverse("schools:duplicate-compare", args=[second.pk, first.pk]), {"answer": "not_same"})

    assert compare not in _open(lead, listed).content.decode()
    assert NotSame.objects.count() == 1
    assert Person.objects.filter(pk__in=(first.pk, second.pk)).count() == 2


def test_same_merges_and_the_kept_persons_page_tells_of_it(lead: User) -> None:
    first, second = _twice(lead)
    gone = (second.pk, second.email)

    page = _open(lead, reverse("schools:duplicate-compare", args=[first.pk, second.pk]), {"answer": "first"})

    first.refresh_from_db()
    assert "Merged. Jo Hill has all of both." in page.content.decode()
    assert not Person.objects.filter(pk=gone[0]).exists()
    assert set(first.roles.values_list("kind", flat=True)) == {TEACHER, MATHS_LEAD}
    assert "Merged with another record" in _open(lead, first.get_absolute_url()).content.decode()
    user = User.objects.get(person=first)
    assert [one[0] for one in user.past_addresses] == [gone[1]]
    assert not User.objects.filter(email=gone[1]).exists()
