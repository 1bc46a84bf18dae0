"""Who may be recorded twice: proposed with the reason, looked at side by side, never proposed again once told apart."""

import difflib
from itertools import combinations, product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from hubportal.core import clock
from schools.actions.merging import NOT_YOURS
from schools.models import NotSame, Person, User
from schools.roles import HUB_LEAD, MATHS_LEAD, SPECIALIST, TEACHER
from schools.rules import name_key
from schools.rules.duplicates import LEADS_TOO, NEAR_NAME, NEARLY, SAME_ADDRESS, SAME_NAME, Known, is_near, pairs
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


def test_leader_of_a_hub_may_be_who_has_the_same_name_at_any_school() -> None:
    """After those of one name at one school; nobody is paired by one word, nor with who is neither."""
    people = [
        Known(1, "Sam Okafor", "sam@hub.example.org", frozenset(), leads=True),
        _known(2, "Mr Sam Okafor", "sam.o@other.example.org", 7),
        _known(3, "Sam Okafor", "", 8),
        _known(4, "Sam Okafor", "", 8),
        _known(5, "Sam Okafor"),
        Known(6, "Ann", "", frozenset(), leads=True),
        _known(7, "Ann", "", 7),
    ]

    assert pairs(people) == [((3, 4), SAME_NAME), *(((1, other), LEADS_TOO) for other in (2, 3, 4))]


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


def _plainly_near(one: str, other: str) -> bool:
    """As the rule says it, without anything that makes it quick."""
    first, second = name_key(one), name_key(other)
    mine, theirs = first.split(), second.split()
    short, long = sorted((mine[0], theirs[0]), key=len) if mine and theirs else ("", "")
    is_initial = len(short) == 1 and long.startswith(short) and min(len(mine), len(theirs)) > 1
    is_slip = difflib.SequenceMatcher(None, first, second).ratio() >= NEARLY
    return first != second and (is_slip or (is_initial and mine[-1] == theirs[-1]))


NAMES = st.one_of(
    st.lists(st.sampled_from("ab é.-"), max_size=12).map("".join),
    st.lists(
        st.sampled_from(["Jo", "J", "Joanna", "Johanna", "Ann", "Hill", "Hil", "Mrs", "O'Neil", ""]), max_size=3
    ).map(" ".join),
)


@pytest.mark.once
@settings(deadline=None)
@given(one=NAMES, other=NAMES)
def test_quick_comparison_of_names_finds_what_the_plain_one_finds(one: str, other: str) -> None:
    assert is_near(one, other) is _plainly_near(one, other)


@pytest.mark.once
@settings(deadline=None)
@given(
    people=st.lists(
        st.tuples(NAMES, st.sampled_from(["", "a@x.example.org", "b@x.example.org"]), st.sets(st.integers(1, 3))),
        max_size=9,
    )
)
def test_quick_pairs_are_those_that_comparing_everybody_with_everybody_finds(
    people: list[tuple[str, str, set[int]]],
) -> None:
    known = [_known(pk, name, email, *at) for pk, (name, email, at) in enumerate(people)]

    together = [(one, other) for one, other in combinations(known, 2) if one.schools & other.schools]
    same = {(one.pk, other.pk) for one, other in combinations(known, 2) if one.email and one.email == other.email}
    same |= {(one.pk, other.pk) for one, other in together if name_key(one.name) == name_key(other.name)}
    near = {(one.pk, other.pk) for one, other in together if _plainly_near(one.name, other.name)}
    assert {pair for pair, _why in pairs(known)} == same | near


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
    assert page.count("<dt>Records</dt><dd>1 role</dd>") == 2
    for pk, other in product((first.pk,), (first.pk, 0)):
        assert _open(lead, reverse("schools:duplicate-compare", args=[pk, other])).status_code == 404
    assert _open(lead, compare, {"answer": "perhaps"}).context["form"].errors
    _open(lead, compare, {"answer": "not_same"})
    _open(lead, reverse("schools:duplicate-compare", args=[second.pk, first.pk]), {"answer": "not_same"})

    assert compare not in _open(lead, listed).content.decode()
    assert NotSame.objects.count() == 1
    assert Person.objects.filter(pk__in=(first.pk, second.pk)).count() == 2


def test_leader_is_proposed_with_who_has_their_name_at_a_school(lead: User) -> None:
    hub = lead.person.roles.get().hub
    leader = make.make_user(SPECIALIST, name="Sam Okafor", hub=hub).person
    teacher = make.PersonFactory(name="Sam Okafor", school=make.SchoolFactory(authority__hub=hub))
    make.PersonFactory(name="Sam Okafor", school=make.SchoolFactory())
    elsewhere = make.make_user(SPECIALIST, name="Kit Moss", hub=make.HubFactory()).person
    make.RoleFactory(person=elsewhere, kind=TEACHER, school=teacher.school)
    make.PersonFactory(name="Kit Moss", school=make.SchoolFactory(authority__hub=hub))

    page = _open(lead, reverse("schools:duplicate-list")).content.decode()

    assert reverse("schools:duplicate-compare", args=[leader.pk, teacher.pk]) in page
    assert page.count(LEADS_TOO) == 1


def test_pair_that_one_may_not_correct_is_not_proposed_and_says_so_when_opened(lead: User) -> None:
    """Both were the hub's once and are another hub's now; whose work stayed sees them still."""
    own, others = lead.person.roles.get().hub, make.SchoolFactory()
    theirs = [make.PersonFactory(name=name, school=others) for name in ("Jo Hill", "J Hill")]
    for one in theirs:
        make.RoleFactory(person=one, kind=TEACHER, school=others)
        make.RoleFactory(person=one, kind=TEACHER, school=make.SchoolFactory(authority__hub=own), ends_on=NOW.date())
    first, second = theirs
    ours = _twice(lead)

    page = _open(lead, reverse("schools:duplicate-list"))
    opened = _open(lead, reverse("schools:duplicate-compare", args=[first.pk, second.pk]))
    sent = _open(lead, reverse("schools:duplicate-compare", args=[first.pk, second.pk]), {"answer": "first"})

    assert [{pair.first[0], pair.second[0]} for pair in page.context["pairs"]] == [{one.pk for one in ours}]
    assert page.context["total"] == 1
    assert [(answer.status_code, NOT_YOURS in answer.content.decode()) for answer in (opened, sent)] == [
        (403, True)
    ] * 2
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


def test_address_that_gives_way_to_that_of_a_sign_in_is_said_before_and_after_and_kept_in_the_history(
    lead: User,
) -> None:
    school = make.SchoolFactory(authority__hub=lead.person.roles.get().hub)
    account = make.make_user(TEACHER, name="Hugo Irwin", email="hugo@old.example.org", school=school).person
    brought = make.PersonFactory(name="H Irwin", email="hirwin@new.example.org", school=school)
    compare = reverse("schools:duplicate-compare", args=[account.pk, brought.pk])

    before = _open(lead, compare).content.decode()
    after, pressed_twice = (_open(lead, compare, {"answer": "second"}).content.decode() for _press in range(2))
    history = _open(lead, brought.get_absolute_url()).content.decode()

    chosen = "H Irwin (hirwin@new.example.org), but with the address hugo@old.example.org, which is signed in with"
    assert f"keep {chosen}, and let it take over all of the other" in before
    assert "keep Hugo Irwin (hugo@old.example.org), and let it" in before
    said = (
        "Merged. H Irwin has all of both. Their address is hugo@old.example.org, which they sign in with; hirwin@new."
    )
    assert (said in after, said in pressed_twice) == (True, True)
    assert "hirwin@new.example.org → hugo@old.example.org" in history


@pytest.mark.parametrize("answer", ["first", "second", "not_same"])
def test_who_answers_after_a_colleague_has_merged_them_is_told_so(lead: User, answer: str) -> None:
    first, second = _twice(lead)
    pages = [reverse("schools:duplicate-compare", args=pair) for pair in ((first.pk, second.pk), (second.pk, first.pk))]
    _open(make.make_user(HUB_LEAD, hub=lead.person.roles.get().hub), pages[0], {"answer": "first"})

    said = [_open(lead, page, {"answer": answer}).text for page in pages]

    assert all("These two have been merged since you opened the page, as Jo Hill." in page for page in said)
    assert _open(make.make_user(HUB_LEAD, hub=make.HubFactory()), pages[0]).status_code == 404
    assert not NotSame.objects.exists()


def test_who_answers_of_two_when_one_went_into_a_third_or_both_did_is_told_what_became_of_them(lead: User) -> None:
    first, second = _twice(lead)
    third = make.PersonFactory(name="Joanna Hill", school=first.school)
    compare = reverse("schools:duplicate-compare", args=[first.pk, second.pk])

    for gone in (second, first):
        _open(lead, reverse("schools:duplicate-compare", args=[third.pk, gone.pk]), {"answer": "first"})
        said = _open(lead, compare, {"answer": "first"}).text
        one = "J Hill has been merged with another record since you opened the page, as Joanna Hill."
        both = "These two have been merged since you opened the page, as Joanna Hill."
        assert (one in said, both in said) == (gone == second, gone == first)
