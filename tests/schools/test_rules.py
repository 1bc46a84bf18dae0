"""Rules about schools: state-funded or not, mail domains, postcodes, words to search by."""

import pytest
from django.template import Context, Template

from schools import rules

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("type_code", "group_code", "is_state"),
    [
        ("1", "4", True),
        ("15", "4", True),
        ("34", "10", True),
        ("41", "11", True),
        ("7", "5", True),
        ("12", "5", True),
        ("8", "5", False),
        ("10", "5", False),
        ("11", "3", False),
        ("6", "3", False),
        ("18", "1", False),
        ("30", "6", False),
        ("49", "13", False),
        ("34", "", True),
        ("7", "", True),
        ("11", "", False),
        ("", "", False),
    ],
)
def test_is_state_funded_follows_the_type_groups(type_code: str, group_code: str, is_state: bool) -> None:
    assert rules.is_state_funded(type_code, group_code) is is_state


def test_postcode_key_ignores_case_and_spaces() -> None:
    assert [rules.postcode_key(text) for text in ("le11 4sq", " LE114SQ ", "")] == ["LE114SQ", "LE114SQ", ""]


def test_tidy_postcode_puts_the_space_where_it_belongs() -> None:
    assert [rules.tidy_postcode(text) for text in ("le114sq", "w1a1aa", "no idea")] == [
        "LE11 4SQ",
        "W1A 1AA",
        "NO IDEA",
    ]


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.hill.example/home?x=1", "hill.example"),
        ("hill.oxon.sch.uk", "hill.oxon.sch.uk"),
        ("HTTP://user@Hill.org.uk:8080#top", "hill.org.uk"),
        ("", ""),
        ("none", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_email_domain_of_website(website: str, domain: str) -> None:
    assert rules.email_domain_of(website) == domain


@pytest.mark.parametrize(
    ("email", "website", "is_outside"),
    [
        ("head@hill.example", "https://www.hill.example", False),
        ("Head@Mail.Hill.Example", "hill.example", False),
        ("head@hill.org.uk", "https://www2.hill.org.uk/", False),
        ("head@other.org.uk", "https://hill.org.uk/", True),
        ("head@oxon.sch.uk", "https://hill.oxon.sch.uk/", True),
        ("head@vale.oxon.sch.uk", "https://hill.oxon.sch.uk/", True),
        ("head@hill.oxon.sch.uk", "https://hill.oxon.sch.uk/", False),
        ("head@nothill.example", "https://hill.example", True),
        ("head@gmail.com", "", True),
        ("head@hill.example", "", False),
        ("", "https://hill.example", False),
    ],
)
def test_is_outside_domain_compares_with_the_website(email: str, website: str, is_outside: bool) -> None:
    assert rules.is_outside_domain(email, website) is is_outside


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("St Mary’s", ("st", "marys")),
        ("st. mary's", ("st", "marys")),
        ("Saint Hilda C of E Primary", ("st", "hilda", "cofe", "primary")),
        ("Hill Church of England (VA)", ("hill", "cofe", "va")),
        ("Acorn & Elder", ("acorn", "and", "elder")),
        ("ac4 1aa", ("ac4", "1aa")),
        ("%_' ; --", ("_",)),
        ("", ()),
    ],
)
def test_search_words_spell_alike_what_is_alike(typed: str, words: tuple[str, ...]) -> None:
    assert rules.search_words(typed) == words


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ((), "Welcome"),
        (("Welcome",), "Welcome (Ash Hub)"),
        (("Welcome", "Welcome (Ash Hub)"), "Welcome (Ash Hub 2)"),
        (("Welcome", "Welcome (Ash Hub)", "Welcome (Ash Hub 2)"), "Welcome (Ash Hub 3)"),
    ],
)
def test_free_name_counts_up_until_nobody_has_it(taken: tuple[str, ...], free: str) -> None:
    assert rules.free_name("Welcome", set(taken), beside="Ash Hub", longest=40) == free


def test_free_name_is_never_too_long() -> None:
    long, hub = "W" * 40, "H" * 60
    first = rules.free_name(long, {long}, beside=hub, longest=40)
    second = rules.free_name(long, {long, first}, beside=hub, longest=40)

    assert [len(first), len(second)] == [40, 40]
    assert len({long, first, second}) == 3
    assert second.endswith(" 2)")


def test_names_are_listed_as_one_says_them() -> None:
    assert [rules.listed(["Ann", "Ben", "Cat"][:many]) for many in range(4)] == [
        "",
        "Ann",
        "Ann and Ben",
        "Ann, Ben and Cat",
    ]


def test_templates_list_names_as_rules_do() -> None:
    shown = Template("{{ names|listed }}").render(Context({"names": ["Ann", "Ben & Co"]}))

    assert shown == "Ann and Ben &amp; Co"
