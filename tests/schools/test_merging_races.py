"""A merger of two records beside what others do with one of them at the same moment."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.locks import Gone
from schools import roles
from schools.actions import handing, merging, people
from schools.actions.holding import MERGED
from schools.models import NotSame, Person, Role, School, User
from tests import factories as make
from tests.races import once_held
from tests.world import NOW

TODAY = clock.day_of(NOW)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def national() -> User:
    """Whoever may merge anybody."""
    return make.make_user(roles.NATIONAL)


@pytest.fixture
def twice() -> tuple[Person, Person]:
    """Two records of one person, each with a sign-in."""
    school = make.SchoolFactory()
    first, second = (make.make_user(roles.TEACHER, name=name, school=school).person for name in ("Jo Hill", "J Hill"))
    return first, second


def test_invitation_again_and_merger_do_not_wait_for_each_other_in_a_ring(
    national: User, twice: tuple[Person, Person]
) -> None:
    kept, gone = twice
    both = Person.objects.select_for_update().filter(pk__in=(kept.pk, gone.pk)).order_by("pk")

    was_sent = once_held(
        lambda: list(both),
        lambda: people.invite_again(person=kept, by=national, now=NOW),
        then=lambda: merging.merge(kept=kept, gone=gone, by=national, now=NOW),
    )

    assert was_sent
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert User.objects.get(person=kept).invited_at == NOW


STEPS: dict[str, Callable[[Person, School, User], object]] = {
    "corrected": lambda one, _at, by: people.correct_person(person=one, by=by, facts={"phone": "0116"}, now=NOW),
    "given a role": lambda one, at, by: people.add_role(person=one, kind=roles.HEADTEACHER, by=by, now=NOW, school=at),
    "named": lambda one, at, _by: people.grant_role(person=one, kind=roles.TEACHER, by=None, now=NOW, school=at),
    "invited again": lambda one, _at, by: people.invite_again(person=one, by=by, now=NOW),
    "following": lambda one, at, by: handing.give_from(
        person=one, kind=roles.MATHS_LEAD, school=at, from_on=TODAY, by=by, now=NOW
    ),
    "invited": lambda one, at, by: people.invite(
        name=one.name, email=one.email, kind=roles.BOARD, by=by, now=NOW, hub=at.hub, phone="0116"
    ),
}


@pytest.mark.parametrize("what", STEPS)
def test_step_with_a_record_that_is_merged_at_the_moment_says_into_which(
    national: User, twice: tuple[Person, Person], what: str
) -> None:
    kept, gone = twice
    school = gone.roles.get().school
    assert school is not None

    def step() -> str:
        try:
            STEPS[what](gone, school, national)
        except Gone as problem:
            return str(problem)
        return "done"

    said = once_held(lambda: merging.merge(kept=kept, gone=gone, by=national, now=NOW), step)

    assert said == MERGED.format(gone="J Hill", kept="Jo Hill")


def test_page_of_a_record_that_is_merged_at_the_moment_answers_in_words(
    national: User, twice: tuple[Person, Person]
) -> None:
    kept, gone = twice
    school = gone.roles.get().school
    assert school is not None
    client = Client()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=school.hub))
    grant = f"{reverse('schools:role-grant', args=[gone.pk])}?school={school.pk}"

    def press() -> str:
        with clock.fixed(NOW):
            return str(client.post(grant, {"kind": roles.MATHS_LEAD}).content.decode())

    given = once_held(lambda: merging.merge(kept=kept, gone=gone, by=national, now=NOW), press)

    assert MERGED.format(gone="J Hill", kept="Jo Hill") in given
    with clock.fixed(NOW):
        assert client.get(gone.get_absolute_url()).headers["Location"] == kept.get_absolute_url()


def test_invitation_again_that_comes_second_leads_to_the_record_that_stays(
    national: User, twice: tuple[Person, Person]
) -> None:
    kept, gone = twice
    client = Client()
    client.force_login(national)

    def press() -> str:
        with clock.fixed(NOW):
            page = client.post(reverse("schools:person-invite-again", args=[gone.pk]), follow=True)
        return str(page.content.decode())

    shown = once_held(lambda: merging.merge(kept=kept, gone=gone, by=national, now=NOW), press)

    assert MERGED.format(gone="J Hill", kept="Jo Hill") in shown
    assert "Page not found" not in shown


def test_person_who_is_taken_out_at_the_moment_is_told_of(national: User) -> None:
    person = make.PersonFactory()

    def correct() -> str:
        try:
            people.correct_person(person=person, by=national, facts={"phone": "0116"}, now=NOW)
        except Gone as problem:
            return str(problem)
        return "corrected"

    said = once_held(lambda: Person.objects.filter(pk=person.pk).delete(), correct)

    assert said == "Somebody else has just taken this person out of the portal. Nothing was done."


def test_role_that_is_taken_out_at_the_moment_is_not_ended_with_an_error(national: User) -> None:
    role = make.RoleFactory(kind=roles.TEACHER, school=make.SchoolFactory())

    def end() -> str:
        try:
            people.end_role(role=role, by=national, today=TODAY)
        except Gone as problem:
            return str(problem)
        return "ended"

    said = once_held(lambda: Role.objects.filter(pk=role.pk).delete(), end)

    assert said == "Somebody else has just taken this role out of the portal. Nothing was done."


@pytest.mark.parametrize("is_merged_first", [True, False])
def test_same_and_not_the_same_at_once_are_one_answer(
    national: User, twice: tuple[Person, Person], is_merged_first: bool
) -> None:
    kept, gone = twice
    colleague = make.make_user(roles.NATIONAL)

    def merge() -> str:
        try:
            merging.merge(kept=kept, gone=gone, by=national, now=NOW)
        except merging.CannotMerge as problem:
            return str(problem)
        return "merged"

    def part() -> str:
        try:
            merging.say_not_same(one=kept, other=gone, by=colleague, now=NOW)
        except merging.CannotMerge as problem:
            return str(problem)
        return "two"

    said = once_held(merge, part) if is_merged_first else once_held(part, merge)

    assert said == (merging.GONE if is_merged_first else merging.TOLD_APART.format(colleague))
    assert NotSame.objects.count() == (0 if is_merged_first else 1)
    assert Person.objects.filter(pk__in=(kept.pk, gone.pk)).count() == (1 if is_merged_first else 2)
