"""Two people at one school's enrolments at once, with real threads: one is first, the other is told."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments
from programmes.actions.following import CannotFollow
from programmes.models import EnrolledTeacher, Enrolment
from schools import roles
from schools.actions import successors as schools_actions
from schools.models import Person, User
from tests import factories as make
from tests.races import PATIENCE_SECONDS, at_once
from tests.workgroups.test_changed_schools import became, new_school, sweep
from tests.workgroups.test_groups import NOW, running
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from tests.workgroups.test_two_places import ANN, LATER, free_place, holders
from tests.world import NOW as LATE_IN_THE_YEAR
from tests.world import make_side
from workgroups.actions import replacing, successors, taking_effect
from workgroups.actions.passing import CannotReplace
from workgroups.models import Group, Replacement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _started() -> tuple[Group, User]:
    """A running group of two schools, and the lead of its hub."""
    make.make_half_terms()
    group = make.GroupFactory()
    running(group)
    return group, make.make_user(roles.HUB_LEAD, hub=group.hub)


def _both(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """What two people who do these at the same moment are told; nothing for whom it went through."""

    def take(step: Callable[[], object]) -> str:
        try:
            step()
        except (
            CannotFollow,
            CannotMove,
            enrolments.CannotName,
            CannotReplace,
            taking_effect.CannotTakeBack,
        ) as why:
            return str(why)
        return ""

    return at_once(take, [first, second])


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_who_choose_oppositely_one_is_first_and_one_enrolment_goes_on(attempt: int) -> None:
    side = make_side()
    new, twin = new_school(side, name="New Primary"), new_school(side, name="Twin Primary")
    other = make.EnrolmentFactory(school=twin, offer=side.offer, hub=side.hub, status="active")
    became(side.school, new, schools_actions.MERGED)
    became(twin, new, schools_actions.MERGED)
    sweep()
    rows = Enrolment.objects.select_related("school", "offer", "hub", "interest")
    reads = [[rows.get(pk=pk) for pk in pks] for pks in ((side.enrolment.pk, other.pk), (other.pk, side.enrolment.pk))]

    def choose(goes_on: Enrolment, ends: Enrolment) -> None:
        successors.choose(goes_on=goes_on, ends=ends, school=new, reason="x", by=None, now=LATE_IN_THE_YEAR)

    said = _both(lambda: choose(*reads[0]), lambda: choose(*reads[1]))

    assert sum(not one for one in said) == 1
    assert "has been withdrawn by now: it cannot go on." in "".join(said)
    (goes_on,) = Enrolment.objects.filter(offer=side.offer).exclude(status="withdrawn")
    assert goes_on.school == new


@pytest.mark.parametrize("days", [0, 20])
def test_place_does_not_pass_on_to_somebody_who_is_named_for_another_at_this_moment(days: int) -> None:
    group, staff = _started()
    held = first_place(group)
    ada, free = teacher_of(held), free_place(held)
    ann = make.PersonFactory(name=ANN["name"], email=ANN["email"], school=held.enrolment.school)
    is_named, is_replaced = Event(), Event()

    def name() -> None:
        with transaction.atomic():
            enrolments.name_teacher(enrolled=free, **ANN, job_title="", by=staff, now=NOW)
            is_named.set()
            is_replaced.wait(1)  # which must not be while nobody else can see who is named

    def pass_on() -> None:
        is_named.wait(PATIENCE_SECONDS)
        day = NOW.date() + timedelta(days=days)
        try:
            replace(ada, staff, from_on=day, to=replacing.Newcomer(person=ann))
        finally:
            is_replaced.set()

    said = _both(name, pass_on)

    assert said == ["", f"Ann Able already has a place in {free.enrolment.offer}. Choose somebody else."]
    assert holders(held.enrolment) == [ada.name, "Ann Able"]


@pytest.mark.parametrize("attempt", range(4))
def test_teacher_who_is_replaced_as_their_place_is_freed_leaves_it_once(attempt: int) -> None:
    group, staff = _started()
    held = first_place(group)
    ada = teacher_of(held)
    make.RoleFactory(person=ada, kind=roles.TEACHER, school=held.enrolment.school)
    place = EnrolledTeacher.objects.select_related("enrolment__school", "person").get(person=ada)

    said = _both(
        lambda: enrolments.free_place(enrolled=place, by=staff, now=NOW),
        lambda: replace(ada, staff, from_on=NOW.date()),
    )

    assert sum(not one for one in said) == 1
    assert not EnrolledTeacher.objects.filter(person=ada).exists()


@pytest.mark.parametrize("attempt", range(4))
def test_replacement_that_is_taken_back_as_it_takes_effect_is_taken_back(attempt: int) -> None:
    group, staff = _started()
    held = first_place(group)
    ada = teacher_of(held)
    change = replace(ada, staff, from_on=LATER.date(), to=replacing.Newcomer(**ANN))
    mine, sweeps = (Replacement.objects.get(pk=change.pk) for _ in range(2))

    said = _both(
        lambda: taking_effect.take_back(change=mine, by=staff, now=LATER),
        lambda: taking_effect.take_effect(change=sweeps, by=None, now=LATER),
    )

    # Also where it takes effect first: what has just been done is taken back.
    change.refresh_from_db()
    assert (change.status, said[0]) == (Replacement.Status.TAKEN_BACK, "")
    assert holders(held.enrolment)[0] == ada.name


@pytest.mark.parametrize("is_typed", [False, True])
@pytest.mark.parametrize("attempt", range(3))
def test_two_who_replace_each_other_at_two_schools_at_the_same_moment_both_do(attempt: int, is_typed: bool) -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    running(group)
    staff = make.make_user(roles.HUB_LEAD, hub=group.hub)
    ann, ben = (teacher_of(held) for held in group.places.order_by("pk"))

    def newcomer(person: Person) -> replacing.Newcomer:
        who = replacing.Newcomer(name=person.name, email=person.email)
        return who if is_typed else replacing.Newcomer(person=person)

    said = _both(
        lambda: replace(ann, staff, from_on=LATER.date(), to=newcomer(ben)),
        lambda: replace(ben, staff, from_on=LATER.date(), to=newcomer(ann)),
    )

    assert said == ["", ""]
    assert set(Replacement.objects.values_list("person", "successor")) == {(ann.pk, ben.pk), (ben.pk, ann.pk)}
