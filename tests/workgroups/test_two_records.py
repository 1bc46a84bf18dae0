"""Two records of one person who have, or come to have, two places of one enrolment."""

import pytest

from programmes.models import EnrolledTeacher
from schools import roles
from schools.actions.merging import CannotMerge, merge
from schools.models import Person, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from tests.workgroups.test_two_places import ANN, LATER, free_place, holders
from workgroups.actions import groups, replacing, taking_effect
from workgroups.models import Group


def two_records(group: Group) -> tuple[Person, Person, EnrolledTeacher]:
    """Two records of whoever has a school's first place, and the place that is free beside it."""
    held = first_place(group)
    return teacher_of(held), make.PersonFactory(name="Ada Twice", school=held.enrolment.school), free_place(held)


@pytest.mark.django_db
@pytest.mark.parametrize("follows", [False, True], ids=["is replaced", "follows"])
@pytest.mark.parametrize("turned", [False, True])
def test_two_records_in_two_places_are_not_one_while_one_passes_on_later(
    group: Group, staff: User, follows: bool, turned: bool
) -> None:
    """Whichever of the two stays. Once the replacement is taken back they are, and one place is to be named."""
    ada, twice, free = two_records(group)
    cat = make.PersonFactory(name="Cat Clay", school=free.enrolment.school)
    EnrolledTeacher.objects.filter(pk=free.pk).update(person=cat if follows else twice)
    to = replacing.Newcomer(person=twice) if follows else replacing.Newcomer(**ANN)
    change = replace(cat if follows else twice, staff, from_on=LATER.date(), to=to)
    kept, gone = (twice, ada) if turned else (ada, twice)
    national = make.make_user(roles.NATIONAL)

    with pytest.raises(CannotMerge, match="on a day to come: take that replacement back first"):
        merge(kept=kept, gone=gone, by=national, now=NOW)
    taking_effect.take_back(change=change, by=staff, now=NOW)
    merge(kept=kept, gone=gone, by=national, now=NOW)
    groups.reconcile_participants(now=LATER)

    other = "Cat Clay" if follows else "To be named"
    assert sorted(holders(free.enrolment)) == sorted([kept.name, other])


@pytest.mark.django_db
def test_two_records_are_one_where_one_has_left_its_place(group: Group, staff: User) -> None:
    ada, twice, free = two_records(group)
    EnrolledTeacher.objects.filter(pk=free.pk).update(person=twice)
    replace(twice, staff, from_on=LATER.date(), to=replacing.Newcomer(**ANN))
    taking_effect.take_effect_due(now=LATER)

    merge(kept=ada, gone=twice, by=make.make_user(roles.NATIONAL), now=LATER)
    groups.reconcile_participants(now=LATER)

    assert holders(free.enrolment) == [ada.name, "Ann Able"]
