"""Two records of one person are merged while a place of theirs passes on: neither waits for the other in a ring."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from hubportal.core.locks import Gone
from programmes.actions import enrolments, turns
from programmes.models import EnrolledTeacher, Interest
from schools import roles
from schools.actions import merging
from schools.models import Person, Role, User
from tests import factories as make
from tests.races import at_once, once_held
from tests.workgroups.test_groups import NOW, running
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from tests.workgroups.test_two_places import LATER
from workgroups.actions import taking_effect
from workgroups.models import Place, Replacement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff() -> Iterator[User]:
    """The lead of the hub of a running group of two schools."""
    with clock.fixed(NOW):
        make.make_half_terms()
        group = make.GroupFactory()
        running(group)
        yield make.make_user(roles.HUB_LEAD, hub=group.hub)


@pytest.fixture
def held(staff: User) -> Place:
    hub = staff.person.roles.get().hub
    assert hub is not None
    return first_place(hub.groups.get())


@pytest.fixture
def national() -> User:
    return make.make_user(roles.NATIONAL)


def _again(person: Person) -> Person:
    """A second record of somebody, which stays."""
    again: Person = make.PersonFactory(name=f"{person.name} Again", school=person.school)
    return again


def _merge(kept: Person, gone: Person, by: User) -> None:
    with clock.fixed(NOW):
        merging.merge(kept=kept, gone=gone, by=by, now=NOW)


def test_merger_waits_for_a_place_before_it_holds_anybody(staff: User, held: Place, national: User) -> None:
    """As whoever passes a place on does, who has held and changed it, and goes on to its teacher."""
    ada = teacher_of(held)
    kept, enrolled = _again(ada), EnrolledTeacher.objects.get(person=ada)

    def begin() -> None:
        taking_effect.hold((), [enrolled.pk], ())
        EnrolledTeacher.objects.filter(pk=enrolled.pk).update(has_lead_role=True)

    once_held(begin, lambda: _merge(kept, ada, national), then=lambda: taking_effect.hold((ada,), [enrolled.pk], ()))

    enrolled.refresh_from_db()
    assert (enrolled.person, enrolled.has_lead_role) == (kept, True)


@pytest.mark.parametrize("attempt", range(4))
def test_successor_who_is_merged_as_the_day_comes_has_the_place_once(
    staff: User, held: Place, national: User, attempt: int
) -> None:
    change = replace(teacher_of(held), staff, from_on=LATER.date())
    assert change.successor is not None
    gone, kept = change.successor, _again(change.successor)

    def take(at: int) -> None:
        if at:
            _merge(kept, gone, national)
        else:
            taking_effect.take_effect_due(now=LATER)

    at_once(take, range(2))
    taking_effect.take_effect_due(now=LATER)  # the next sweep, where the merger was first

    change.refresh_from_db()
    assert (change.status, change.successor) == (Replacement.Status.DONE, kept)
    assert list(held.enrolment.teachers.filter(person__isnull=False).values_list("person", flat=True)) == [kept.pk]
    assert Role.objects.filter(person=kept, kind=roles.TEACHER).count() == 1


@pytest.mark.parametrize("attempt", range(4))
def test_turn_that_comes_by_itself_and_a_merger_do_both(staff: User, held: Place, national: User, attempt: int) -> None:
    ada = teacher_of(held)
    replace(ada, staff, from_on=LATER.date(), to=None)
    place = enrolments.next_place(held.enrolment)
    assert place is not None
    with clock.fixed(NOW):
        place.enrolment = held.enrolment
        named = enrolments.name_teacher(
            enrolled=place, name="Ben Bo", email="ben@people.example.org", job_title="", by=staff, now=NOW
        )
    kept = _again(named)

    def take(at: int) -> None:
        if at:
            _merge(kept, named, national)
        else:
            with clock.fixed(LATER):
                turns.turn_over(now=LATER)

    at_once(take, range(2))

    assert EnrolledTeacher.objects.get(pk=place.pk).person == kept


@pytest.mark.parametrize("attempt", range(4))
def test_teacher_who_is_merged_as_they_leave_leaves(staff: User, held: Place, national: User, attempt: int) -> None:
    ada = teacher_of(held)
    make.RoleFactory(person=ada, kind=roles.TEACHER, school=held.enrolment.school)
    kept = _again(ada)
    enrolled = EnrolledTeacher.objects.select_related("enrolment__school", "person").get(person=ada)

    def take(at: int) -> str:
        try:
            if at:
                _merge(kept, ada, national)
            else:
                enrolments.free_place(enrolled=enrolled, by=staff, now=NOW)
        except (enrolments.CannotName, Gone) as why:
            return str(why)
        return ""

    left, merged = at_once(take, range(2))

    assert merged == ""
    assert left == "" or left.startswith(f"This record of {ada} has just been merged into another one")
    assert EnrolledTeacher.objects.get(pk=enrolled.pk).person == (kept if left else None)


def test_teacher_who_is_named_while_their_records_wait_to_be_merged_is_looked_at_again(
    staff: User, held: Place, national: User
) -> None:
    ben = make.PersonFactory(name="Ben Bo", email="ben@people.example.org")
    kept, free = _again(ben), EnrolledTeacher.objects.filter(enrolment=held.enrolment, person=None).first()
    assert free is not None

    def name() -> None:
        enrolments.name_teacher(enrolled=free, name=ben.name, email=ben.email, job_title="", by=staff, now=NOW)

    def merge() -> str:
        try:
            _merge(kept, ben, national)
        except merging.CannotMerge as why:
            return str(why)
        return "merged"

    said = once_held(name, merge)

    assert (said, merge()) == (merging.JUST_NAMED, "merged")
    assert EnrolledTeacher.objects.get(pk=free.pk).person == kept


@pytest.mark.parametrize("is_replaced_now", [True, False])
def test_replacement_waits_for_an_application_before_it_holds_anybody(staff: User, is_replaced_now: bool) -> None:
    """As whoever accepts it does, who goes on to whom it names."""
    cara = make.PersonFactory(name="Cara Contact", email="cara@people.example.org")
    school = make.SchoolFactory(authority__hub=staff.person.roles.get().hub)
    make.RoleFactory(person=cara, kind=roles.MATHS_LEAD, school=school)
    interest = make.InterestFactory(school=school, contact_name=cara.name, contact_email=cara.email)
    change = None if is_replaced_now else replace(cara, staff, from_on=LATER.date())

    def pass_on() -> None:
        if change is None:
            replace(cara, staff, from_on=NOW.date())
        else:
            with clock.fixed(LATER):
                taking_effect.take_effect(change=change, by=None, now=LATER)

    once_held(
        lambda: Interest.objects.select_for_update().get(pk=interest.pk),
        pass_on,
        then=lambda: Person.objects.select_for_update().get(pk=cara.pk),
    )

    interest.refresh_from_db()
    assert interest.contact_name == "Ben Bo"
