"""The last button of a replacement pressed twice, or by two: it happens once, and is taken back whole."""

from datetime import timedelta

import pytest

from hubportal.core import clock
from hubportal.core.locks import Gone
from programmes.actions import confirming
from programmes.models import HeadConfirmation
from schools import roles
from schools.actions import merging, people
from schools.actions.holding import MERGED
from schools.models import Person, Role, User
from tests import factories as make
from tests.races import at_once, once_held
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import plan_of
from workgroups.actions import passing, replacing, taking_effect
from workgroups.models import Replacement

TODAY = NOW.date()


def _lead() -> tuple[Person, User]:
    """Who leads maths at a school, and its hub's lead."""
    held = make.RoleFactory(kind=roles.MATHS_LEAD, school=make.SchoolFactory(), starts_on=TODAY - timedelta(days=99))
    return held.person, make.make_user(roles.HUB_LEAD, hub=held.school.hub)


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 30])
def test_pressed_twice_it_is_one_replacement(days: int) -> None:
    leaver, by = _lead()
    with clock.fixed(NOW):
        plan = plan_of(leaver, by, from_on=TODAY + timedelta(days=days), now=NOW)
        first, second = (replacing.replace(plan=plan, by=by, now=NOW + timedelta(seconds=one)) for one in range(2))

    assert first == second
    taking_effect.take_back(change=Replacement.objects.get(), by=by, now=NOW + timedelta(minutes=5))
    held = Role.objects.filter(kind=roles.MATHS_LEAD, school__isnull=False)
    assert list(held.filter(ends_on=None).values_list("person", flat=True)) == [leaver.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 30])
def test_second_who_replaces_the_same_person_is_told_that_nothing_was_done(days: int) -> None:
    leaver, by = _lead()
    other = make.make_user(roles.HUB_LEAD, hub=leaver.roles.get().school.hub)  # type: ignore[union-attr]
    with clock.fixed(NOW):
        day = TODAY + timedelta(days=days)
        plans = [plan_of(leaver, one, from_on=day, now=NOW) for one in (by, other)]
        replacing.replace(plan=plans[0], by=by, now=NOW)
        said = f"no longer has this: .* {by} has passed it on to Ben Bo. Nothing"
        said = "is replaced as maths lead from .* already" if days else said
        with pytest.raises(passing.CannotReplace, match=said):
            replacing.replace(plan=plans[1], by=other, now=NOW)

    assert Replacement.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("to", [replacing.Newcomer(name="Cara Co", email="cara@people.example.org"), None])
def test_somebody_else_a_moment_later_is_no_second_press(to: replacing.Newcomer | None) -> None:
    """Back, another name, and confirmed again: nobody is answered with the one of before."""
    leaver, by = _lead()
    with clock.fixed(NOW):
        first, second = (
            plan_of(leaver, by, from_on=TODAY + timedelta(days=30), now=NOW, **rest) for rest in ({}, {"to": to})
        )
        replacing.replace(plan=first, by=by, now=NOW)
        with pytest.raises(passing.CannotReplace, match=r"no longer has this|already"):
            replacing.replace(plan=second, by=by, now=NOW + timedelta(seconds=40))

    assert Replacement.objects.count() == 1


@pytest.mark.django_db
def test_second_who_takes_it_back_reads_that_it_is_and_not_that_somebody_was_named_since() -> None:
    leaver, by = _lead()
    with clock.fixed(NOW):
        change = replacing.replace(plan=plan_of(leaver, by, from_on=TODAY, now=NOW), by=by, now=NOW)
        seen = Replacement.objects.get(pk=change.pk)
        taking_effect.take_back(change=change, by=by, now=NOW)
        with pytest.raises(taking_effect.CannotTakeBack, match=r"This has been taken back already\."):
            taking_effect.take_back(change=seen, by=by, now=NOW)


@pytest.mark.django_db
def test_role_that_was_given_earlier_meanwhile_stays_when_the_replacement_is_taken_back() -> None:
    leaver, by = _lead()
    with clock.fixed(NOW):
        plan = plan_of(leaver, by, from_on=TODAY + timedelta(days=30), now=NOW)
        change = replacing.replace(plan=plan, by=by, now=NOW)
        role = Role.objects.get(person=change.successor)
        people.grant_role(person=role.person, kind=role.kind, by=by, now=NOW, school=role.school)
        taking_effect.take_back(change=change, by=by, now=NOW + timedelta(minutes=5))

    assert list(Role.objects.filter(person=role.person).values_list("starts_on", "ends_on")) == [(TODAY, None)]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_three_presses_at_once_are_one_replacement() -> None:
    leaver, by = _lead()
    with clock.fixed(NOW):
        plan = plan_of(leaver, by, from_on=TODAY, now=NOW)
        found = at_once(lambda _press: replacing.replace(plan=plan, by=by, now=NOW).pk, range(3))

    assert len(set(found)) == Replacement.objects.count() == 1


def _new_head() -> tuple[Replacement, HeadConfirmation, User]:
    """A replacement of a headteacher whose school takes part in something: the new one is asked to confirm."""
    school = make.EnrolmentFactory(status="active").school
    held = make.RoleFactory(kind=roles.HEADTEACHER, school=school, starts_on=TODAY - timedelta(days=99))
    by = make.make_user(roles.HUB_LEAD, hub=school.hub)
    with clock.fixed(NOW):
        plan = plan_of(held.person, by, from_on=TODAY, now=NOW)
        change = replacing.replace(plan=plan, by=by, now=NOW)
    return change, HeadConfirmation.objects.for_link().get(), by


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_headteacher_who_confirms_while_the_replacement_is_taken_back_is_told() -> None:
    change, asked, by = _new_head()

    def confirm() -> str:
        with clock.fixed(NOW), pytest.raises(confirming.CannotConfirmYear) as problem:
            confirming.confirm(asked=asked, by=None, now=NOW)
        return str(problem.value)

    with clock.fixed(NOW):
        said = once_held(lambda: taking_effect.take_back(change=change, by=by, now=NOW), confirm)

    assert "somebody else is headteacher now" in said
    assert HeadConfirmation.objects.get().confirmed_at is None


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_replacement_that_is_taken_back_while_the_headteacher_confirms_stays() -> None:
    change, asked, by = _new_head()

    def take_back() -> str:
        with clock.fixed(NOW), pytest.raises(taking_effect.CannotTakeBack) as problem:
            taking_effect.take_back(change=change, by=by, now=NOW)
        return str(problem.value)

    with clock.fixed(NOW):
        said = once_held(lambda: confirming.confirm(asked=asked, by=None, now=NOW), take_back)

    assert "has confirmed what the school agreed to since" in said
    assert Replacement.objects.get().status == "done"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["leaver", "newcomer"])
def test_person_whose_record_was_made_one_with_another_meanwhile_is_said_to_have_been(who: str) -> None:
    leaver, by = _lead()
    newcomer, kept = make.PersonFactory(school=leaver.school), make.PersonFactory(school=leaver.school)
    with clock.fixed(NOW):
        plan = plan_of(leaver, by, from_on=TODAY, now=NOW, to=replacing.Newcomer(person=newcomer))
        gone = leaver if who == "leaver" else newcomer
        merging.merge(kept=kept, gone=Person.objects.get(pk=gone.pk), by=national(), now=NOW)

        with pytest.raises(Gone, match="has just been merged into another one"):
            replacing.replace(plan=plan, by=by, now=NOW)

    assert not Replacement.objects.exists()


def national() -> User:
    return make.make_user(roles.NATIONAL)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["leaver", "newcomer"])
def test_replacement_of_a_record_that_is_merged_at_the_moment_says_into_which(who: str) -> None:
    leaver, by = _lead()
    newcomer, kept = make.PersonFactory(), make.PersonFactory(name="Jo Hill")
    gone = leaver if who == "leaver" else newcomer
    by_national = national()
    with clock.fixed(NOW):
        plan = plan_of(leaver, by, from_on=TODAY, now=NOW, to=replacing.Newcomer(person=newcomer))

    def replace() -> str:
        with clock.fixed(NOW), pytest.raises(Gone) as problem:
            replacing.replace(plan=plan, by=by, now=NOW)
        return str(problem.value)

    said = once_held(lambda: merging.merge(kept=kept, gone=gone, by=by_national, now=NOW), replace)

    assert said == MERGED.format(gone=gone.name, kept="Jo Hill")
