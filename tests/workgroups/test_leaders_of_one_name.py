"""Two leaders of one name are told apart wherever somebody chooses among leaders."""

import pytest

from schools.roles import HUB_LEAD, NATIONAL
from schools.rules.namesakes import told_apart
from tests import factories as make
from tests.workgroups.test_replacing import plan_of
from tests.world import NOW, Side
from workgroups.actions.candidates import successors_for

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def two(side: Side) -> list[str]:
    """Two leaders called Sam Specialist: one of a school, one without; and one of another name."""
    base = make.SchoolFactory(name="Low Bank Primary", authority__hub=side.hub)
    kind = side.offer.leader_kind
    for name, school, email in (
        ("Sam Specialist", base, "sam@low.example.org"),
        ("SAM Specialist", None, "sam@people.example.org"),
        ("Una Unique", base, "una@low.example.org"),
    ):
        person = make.PersonFactory(name=name, email=email, school=school)
        make.LeaderFactory(person=person, hub=side.hub, kind=kind, school=school, max_groups=3)
        make.RoleFactory(person=person, kind=kind, hub=side.hub)
    return ["Sam Specialist, Low Bank Primary", "SAM Specialist, sam@people.example.org"]


@pytest.mark.parametrize("page", ["new", "leader", "co-leaders"])
def test_lists_of_leaders_say_which_of_two(side: Side, two: list[str], page: str) -> None:
    pk = side.group.pk
    address = f"/groups/new/?offer={side.offer.pk}" if page == "new" else f"/groups/{pk}/{page}/"

    shown = side.browser(HUB_LEAD).get(address, follow=True).text

    assert [one in shown for one in two] == [True, True]
    assert ("Una Unique" in shown, "Una Unique, Low" in shown) == (True, False)


@pytest.mark.parametrize("page", ["split", "lead-school"])
def test_changes_of_a_hub_say_which_of_two(side: Side, two: list[str], page: str) -> None:
    shown = side.browser(NATIONAL).get(f"/hubs/{side.hub.pk}/{page}/").text

    assert [one in shown for one in two] == [True, True]
    assert "Una Unique, Low" not in shown


def test_successors_of_a_leader_say_which_of_two(side: Side, two: list[str]) -> None:
    leaver, by = side.group.leader.person, side.users[HUB_LEAD]
    plan = plan_of(leaver, by, from_on=NOW.date(), now=NOW)

    found = successors_for(leaver, plan.duties, [], by=by, today=NOW.date())

    names = [name for _label, people in found for _pk, name in people]
    assert [any(name.startswith(one) for name in names) for one in two] == [True, True]


def test_two_of_one_name_and_school_have_their_address() -> None:
    people = [
        (1, "Sam Hill", "Oak", "s1@e.org"),
        (2, "Sam Hill", "Oak", "s2@e.org"),
        (2, "Sam Hill", "Oak", "s2@e.org"),
    ]

    assert told_apart(people) == {1: "Sam Hill, Oak, s1@e.org", 2: "Sam Hill, Oak, s2@e.org"}
    assert told_apart(people[1:]) == {2: "Sam Hill"}
