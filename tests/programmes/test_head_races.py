"""A headteacher comes to a school in two ways at the same moment: accepted, by a file, kept as a contact, or merged."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from hubportal.core import clock, locks
from hubportal.core.models import Job, JournalEntry, Upload
from hubportal.core.records import record_key
from hubportal.dashboards.actions.records import work
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.people import PeopleOfSchools
from programmes.actions import decisions
from programmes.actions.interest import refuse_as_head
from programmes.models import Enrolment, Interest
from schools.actions import contacts, merging, people
from schools.actions.contacts import CannotKeep, Contact
from schools.models import Person, Role, School, User
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, done, look_at
from tests.races import at_once, once_held, wait_for_lock
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school() -> Iterator[School]:
    """Without a headteacher so far."""
    with clock.fixed(NOW):
        made: School = make.SchoolFactory(name="Quiet Brook Primary School")
        yield made


@pytest.fixture
def lead(school: School) -> User:
    """Whoever leads its hub."""
    return make.make_user(HUB_LEAD, hub=school.hub)


def _applied(school: School, **named: Any) -> Interest:
    made = make.InterestFactory(school=school, **{"head_name": "Ann Accepted", **named})
    return Interest.objects.select_related("hub", "offer", "school").get(pk=made.pk)


def _accept(interest: Interest) -> Enrolment:
    with clock.fixed(NOW):
        return decisions.accept(interest=interest, by=None, now=NOW)


def _file(school: School, lead: User) -> Upload:
    assert school.hub is not None
    table = [["School", "Name", "E-mail", "Role"], [school.name, "Fay File", "fay@file.example", "Headteacher"]]
    return look_at("people", table, hub=school.hub, by=lead)


def _brought(upload: Upload) -> Job:
    with clock.fixed(NOW):
        return bring_in(upload)


def test_no_that_is_pressed_twice_at_once_is_said_once(school: School) -> None:
    applied = _applied(school, head_asked_at=NOW)
    seen = [Interest.objects.select_related("hub", "offer", "school").get(pk=applied.pk) for _press in range(3)]

    def press(number: int) -> None:
        reason = f"Reason {number}"
        with clock.fixed(NOW):
            refuse_as_head(interest=seen[number], asked=applied.head_asked, reason=reason, by=None, now=NOW)

    at_once(press, range(3))

    (said,) = JournalEntry.objects.filter(record=record_key(applied), what="Refused by the headteacher")
    applied.refresh_from_db()
    assert applied.head_refusal == said.note


def _elsewhere(step: Callable[[], Any]) -> Any:
    """A step in a connection of its own."""
    try:
        return step()
    finally:
        connection.close()


def _heads(school: School) -> list[str]:
    held = Role.objects.filter(school=school, kind=HEADTEACHER).current(NOW.date())
    return sorted(held.values_list("person__name", flat=True))


def test_headteacher_who_is_accepted_while_a_file_is_compared_stays_the_only_one(
    school: School, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, interest, races = _file(school, lead), _applied(school), iter([1])

    def compared(_planner: PeopleOfSchools) -> None:
        if next(races, None):
            ThreadPoolExecutor(1).submit(_elsewhere, lambda: _accept(interest)).result()

    monkeypatch.setattr(PeopleOfSchools, "finish", compared)

    first, again = bring_in(upload), done(work.APPLY)

    assert (first.state, again.state) == (Job.State.WAITING, Job.State.DONE)
    assert _heads(school) == ["Ann Accepted"]
    assert Person.objects.filter(name="Fay File").exists()
    assert "has a headteacher: Ann Accepted" in upload.lines.get().what


def test_file_with_a_headteacher_waits_until_another_is_accepted(
    school: School, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, interest, win = _file(school, lead), _applied(school), locks.win_turn
    monkeypatch.setattr(locks, "win_turn", lambda name: win(name, tries=2))

    first = once_held(lambda: _accept(interest), lambda: _brought(upload))
    again = done(work.APPLY)

    assert (first.state, again.state) == (Job.State.WAITING, Job.State.DONE)
    assert _heads(school) == ["Ann Accepted"]


@pytest.mark.parametrize("is_known", [True, False])
def test_acceptance_waits_for_a_file_that_brings_a_headteacher(
    school: School, lead: User, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Nobody new has to come with the file."""
    if is_known:
        make.PersonFactory(name="Fay File", email="fay@file.example", school=school)
    upload, interest, tell = _file(school, lead), _applied(school), Ledger._tell
    waiting: list[Future[Any]] = []
    pool = ThreadPoolExecutor(1)

    def meanwhile(ledger: Ledger, *given: Any) -> None:
        tell(ledger, *given)
        waiting.append(pool.submit(_elsewhere, lambda: _accept(interest)))
        wait_for_lock(waiting[0])

    monkeypatch.setattr(Ledger, "_tell", meanwhile)
    job = bring_in(upload)

    assert job.state == Job.State.DONE
    assert waiting[0].result().school == school
    assert _heads(school) == ["Fay File"]
    pool.shutdown()


@pytest.mark.parametrize("is_given_first", [True, False])
def test_headteacher_who_is_given_the_role_by_hand_while_a_file_is_compared_is_seen(
    school: School, lead: User, monkeypatch: pytest.MonkeyPatch, is_given_first: bool
) -> None:
    upload, person = _file(school, lead), make.PersonFactory(name="Ann Accepted")
    races = iter([1])

    def give() -> None:
        with clock.fixed(NOW):
            people.add_role(person=person, kind=HEADTEACHER, by=lead, now=NOW, school=school)

    def compared(_planner: PeopleOfSchools) -> None:
        if is_given_first and next(races, None):
            ThreadPoolExecutor(1).submit(_elsewhere, give).result()

    monkeypatch.setattr(PeopleOfSchools, "finish", compared)

    states = [bring_in(upload).state]
    if is_given_first:
        states.append(done(work.APPLY).state)
    else:
        give()

    assert states == ([Job.State.WAITING] if is_given_first else []) + [Job.State.DONE]
    assert _heads(school) == (["Ann Accepted"] if is_given_first else ["Ann Accepted", "Fay File"])


def _keep(school: School, lead: User, name: str) -> str:
    kept = Contact(school, HEADTEACHER, name, f"{name.split(maxsplit=1)[0].lower()}@kept.example")
    try:
        with clock.fixed(NOW):
            contacts.keep(contacts=[kept], by=lead, now=NOW)
    except CannotKeep as why:
        return str(why)
    return ""


def test_headteacher_who_is_kept_while_another_is_accepted_is_refused_in_words(school: School, lead: User) -> None:
    interest = _applied(school)

    said = once_held(lambda: _accept(interest), lambda: _keep(school, lead, "Cal Contact"))

    assert "Quiet Brook Primary School has a headteacher: Ann Accepted." in said
    assert _heads(school) == ["Ann Accepted"]


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_headteachers_who_are_kept_at_once_one_is(school: School, lead: User, attempt: int) -> None:
    said = at_once(lambda name: _keep(school, lead, name), ["Cal Contact", "Dee Contact"])

    assert sorted(map(bool, said)) == [False, True]
    assert len(_heads(school)) == 1


@pytest.fixture
def twice(school: School) -> tuple[Person, Person]:
    """Two records of the headteacher, of whom the one with the role goes."""
    gone = make.PersonFactory(name="Jo Hill", email="jo@hill.example", school=school)
    make.RoleFactory(person=gone, kind=HEADTEACHER, school=school)
    return make.PersonFactory(name="Joanna Hill", email="head@hill.example", school=school), gone


def _merge(twice: tuple[Person, Person], by: User) -> None:
    kept, gone = twice
    with clock.fixed(NOW):
        merging.merge(kept=kept, gone=gone, by=by, now=NOW)


@pytest.mark.parametrize("is_merged_first", [True, False])
def test_headteacher_whose_records_are_merged_while_they_are_accepted_is_there_once(
    school: School, twice: tuple[Person, Person], is_merged_first: bool
) -> None:
    """Whoever is named has gone into another record by then, and is not made anew beside it."""
    national, interest = make.make_user(NATIONAL), _applied(school, head_name="Jo Hill", head_email="jo@hill.example")
    both = [lambda: _merge(twice, national), lambda: _accept(interest)]

    once_held(*(both if is_merged_first else both[::-1]))

    assert _heads(school) == ["Joanna Hill"]
    assert not Person.objects.filter(name="Jo Hill").exists()
    assert Enrolment.objects.count() == 1


def test_acceptance_and_merger_hold_people_in_one_order(school: School, lead: User) -> None:
    """The merger has held the teacher, and goes on to the headteacher, whom the application names first."""
    teacher, head = (
        make.PersonFactory(name=name, email=f"{name[:2]}@x.example".lower()) for name in ("Ti Low", "Hi Up")
    )
    interest = _applied(school, head_name=head.name, head_email=head.email)
    interest.teachers.create(name=teacher.name, email=teacher.email)
    rows = Person.objects.select_for_update()

    made = once_held(lambda: rows.get(pk=teacher.pk), lambda: _accept(interest), then=lambda: rows.get(pk=head.pk))

    assert made.school == school
    assert _heads(school) == ["Hi Up"]


def test_person_who_is_made_headteacher_while_their_records_wait_to_be_merged_is_looked_at_again(
    school: School,
) -> None:
    kept, gone = (make.PersonFactory(name=name) for name in ("Jo Hill", "J Hill"))
    national = make.make_user(NATIONAL)

    def merge() -> str:
        try:
            _merge((kept, gone), national)
        except merging.CannotMerge as why:
            return str(why)
        return "merged"

    def give() -> None:
        people.add_role(person=gone, kind=HEADTEACHER, by=national, now=NOW, school=school)

    said = once_held(give, merge)

    assert said == merging.JUST_NAMED
    assert merge() == "merged"
    assert _heads(school) == ["Jo Hill"]
