"""Who may give which role where: a table."""

from datetime import date

import pytest

from schools import roles, rules
from schools.scope import Held, Scope, build_scope

pytestmark = pytest.mark.once

HUB, OTHER_HUB = 1, 2
SCHOOL, OTHER_SCHOOL = 10, 20
TRUST, OTHER_TRUST = 100, 200

GIVERS = {
    "national": Held(roles.NATIONAL),
    "hub lead": Held(roles.HUB_LEAD, hub_id=HUB),
    "hub admin": Held(roles.HUB_ADMIN, hub_id=HUB),
    "board": Held(roles.BOARD, hub_id=HUB),
    "specialist": Held(roles.SPECIALIST, hub_id=HUB),
    "trust lead": Held(roles.TRUST_LEAD, trust_id=TRUST),
    "headteacher": Held(roles.HEADTEACHER, school_id=SCHOOL),
    "maths lead": Held(roles.MATHS_LEAD, school_id=SCHOOL),
    "office": Held(roles.OFFICE, school_id=SCHOOL),
    "teacher": Held(roles.TEACHER, school_id=SCHOOL),
}

AT_HUB = rules.RolePlace(hub_ids=frozenset({HUB}))
AT_SCHOOL = rules.RolePlace(hub_ids=frozenset({HUB}), school_id=SCHOOL, trust_id=TRUST)
AT_TRUST = rules.RolePlace(hub_ids=frozenset({HUB}), trust_id=TRUST)
ACROSS_HUBS = rules.RolePlace(hub_ids=frozenset({HUB, OTHER_HUB}), trust_id=TRUST)
ELSEWHERE = {
    roles.HUB_LEAD: rules.RolePlace(hub_ids=frozenset({OTHER_HUB})),
    roles.HEADTEACHER: rules.RolePlace(hub_ids=frozenset({OTHER_HUB}), school_id=OTHER_SCHOOL, trust_id=OTHER_TRUST),
    roles.TRUST_LEAD: rules.RolePlace(hub_ids=frozenset({OTHER_HUB}), trust_id=OTHER_TRUST),
}

MAY_GIVE = {
    (roles.NATIONAL, rules.RolePlace()): {"national"},
    (roles.HUB_LEAD, AT_HUB): {"national", "hub lead"},
    (roles.HUB_ADMIN, AT_HUB): {"national", "hub lead"},
    (roles.BOARD, AT_HUB): {"national", "hub lead"},
    (roles.SPECIALIST, AT_HUB): set(),
    (roles.READINESS_LEAD, AT_HUB): set(),
    (roles.TRUST_LEAD, AT_TRUST): {"national", "hub lead"},
    (roles.TRUST_LEAD, ACROSS_HUBS): {"national"},
    (roles.HEADTEACHER, AT_SCHOOL): {"hub lead", "hub admin"},
    (roles.MATHS_LEAD, AT_SCHOOL): {"hub lead", "hub admin", "trust lead", "headteacher", "maths lead"},
    (roles.OFFICE, AT_SCHOOL): {"hub lead", "hub admin", "trust lead", "headteacher", "maths lead"},
    (roles.TEACHER, AT_SCHOOL): {"hub lead", "hub admin", "trust lead", "headteacher", "maths lead"},
    (roles.LEADS_SCHOOL, AT_SCHOOL): set(),
    (roles.HUB_LEAD, ELSEWHERE[roles.HUB_LEAD]): {"national"},
    (roles.HEADTEACHER, ELSEWHERE[roles.HEADTEACHER]): set(),
    (roles.TEACHER, ELSEWHERE[roles.HEADTEACHER]): set(),
    (roles.TRUST_LEAD, ELSEWHERE[roles.TRUST_LEAD]): {"national"},
}


def _scope(held: Held) -> Scope:
    return build_scope([held], person_id=1, is_superuser=False)


@pytest.mark.parametrize(("kind", "place"), MAY_GIVE, ids=str)
def test_may_give_role_follows_the_table(kind: str, place: rules.RolePlace) -> None:
    found = {name for name, held in GIVERS.items() if rules.may_give_role(kind, giver=_scope(held), place=place)}

    assert found == MAY_GIVE[kind, place]


def test_may_end_role_is_giving_it_and_national_ends_all_given_by_hand() -> None:
    ends = {
        kind: {name for name, held in GIVERS.items() if rules.may_end_role(kind, giver=_scope(held), place=AT_SCHOOL)}
        for kind in (roles.HEADTEACHER, roles.TEACHER, roles.LEADS_SCHOOL)
    }

    assert ends == {
        roles.HEADTEACHER: {"national", "hub lead", "hub admin"},
        roles.TEACHER: {"national", "hub lead", "hub admin", "trust lead", "headteacher", "maths lead"},
        roles.LEADS_SCHOOL: set(),
    }


def test_schools_of_groups_are_open_only_to_who_holds_a_leaders_role() -> None:
    led = Held(roles.LEADS_SCHOOL, school_id=7)

    found = [
        build_scope([led, *more], person_id=1, is_superuser=False).led_school_ids
        for more in ([], [Held(roles.TEACHER, school_id=8)], [Held(roles.SPECIALIST, hub_id=1)])
    ]

    assert found == [set(), set(), {7}]


def test_kinds_to_give_lists_what_somebody_may_give_somewhere() -> None:
    found = {name: rules.kinds_to_give(_scope(held)) for name, held in GIVERS.items()}

    at_school = (roles.MATHS_LEAD, roles.OFFICE, roles.COVER, roles.TEACHER)
    assert found == {
        "national": (roles.NATIONAL, *roles.HUB_READERS, roles.TRUST_LEAD),
        "hub lead": (*roles.HUB_READERS, roles.TRUST_LEAD, roles.HEADTEACHER, *at_school),
        "hub admin": (roles.HEADTEACHER, *at_school),
        "board": (),
        "specialist": (),
        "trust lead": at_school,
        "headteacher": at_school,
        "maths lead": at_school,
        "office": (),
        "teacher": (),
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(("Mrs  Jo Hill", "jo hill"), ("Dr. JO hill", "jo hill"), ("Jo Hill", "jo hill"), ("Dr", "dr"), ("", "")),
        *((name, "siobhan obrien") for name in ("Siobhán O’Brien", "Siobhan O'Brien", "Siobha\u0301n O‘BRIEN")),
    ],
)
def test_name_key_compares_without_title_case_spaces_accents_and_apostrophes(name: str, key: str) -> None:
    assert rules.name_key(name) == key


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 9, 1), 2026), (date(2027, 8, 31), 2026), (date(2027, 1, 11), 2026)]
)
def test_academic_year_starts_in_september(day: date, year: int) -> None:
    assert rules.academic_year(day) == year


PEOPLE = {
    **GIVERS,
    "other lead": Held(roles.HUB_LEAD, hub_id=OTHER_HUB),
    "other specialist": Held(roles.SPECIALIST, hub_id=OTHER_HUB),
}


def test_may_look_as_follows_the_table() -> None:
    found = {
        looker: {name for name, held in PEOPLE.items() if rules.may_look_as(_scope(PEOPLE[looker]), _scope(held))}
        for looker in PEOPLE
    }

    at_schools = {"trust lead", "headteacher", "maths lead", "office", "teacher"}
    assert {looker: seen for looker, seen in found.items() if seen} == {
        "national": set(PEOPLE) - {"national"},
        "hub lead": {"hub admin", "board", "specialist"} | at_schools,
        "other lead": {"other specialist"} | at_schools,
    }
