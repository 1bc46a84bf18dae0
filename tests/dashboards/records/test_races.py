"""Somebody makes, meanwhile, what a file is about to make, or relies on what is just taken back."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from hubportal.core import clock, jobs, locks
from hubportal.core.models import Job, Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.actions.records.attendance import Registers
from hubportal.dashboards.actions.records.groups import Groups
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.people import PeopleOfSchools
from programmes.models import Enrolment
from schools.actions import people
from schools.models import Person, Role, School, SchoolTie
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, bring_in, done, look_at, take_back
from tests.races import at_once, once_held, wait_for_lock
from tests.world import NOW, Side, make_side
from workgroups.models import Attendance, Group, Meeting

A_DAY = timedelta(days=1)
Step = Callable[[], object]
pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _school(side: Side) -> School:
    school: School = make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)
    return school


def _past(side: Side, school: School) -> Table:
    return [HEADINGS, [school.name, side.offer.phase.name, "2025/26"]]


def _brought(upload: Upload) -> Job:
    with clock.fixed(NOW):
        return bring_in(upload)


def test_school_that_a_colleague_ties_to_the_hub_meanwhile_is_brought_in_all_the_same(side: Side) -> None:
    """And the tie is not this file's to take back."""
    school = _school(side)
    upload = look_at("past", _past(side, school), hub=side.hub, by=side.users["hub_lead"])

    job = once_held(lambda: people.tie_school(school=school, hub=side.hub), lambda: _brought(upload))
    tie = SchoolTie.objects.get(school=school)
    taken_back = take_back(upload)

    assert (job.state, job.problem, job.attempts) == (Job.State.DONE, "", 1)
    assert taken_back.result["kept"] == 0
    assert SchoolTie.objects.get(school=school) == tie


HEADINGS = ["School", "Programme", "Academic Year"]
ANN: dict[str, Any] = {"name": "Ann Able", "email": "ann.able@school.example"}


def _people(side: Side) -> Upload:
    table = [["School", "Name", "E-mail", "Role"], [side.school.name, *ANN.values(), "Maths lead"]]
    return look_at("people", table, hub=side.hub, by=side.users["hub_lead"])


def _invite(side: Side) -> Person:
    return people.invite(**ANN, kind="maths_lead", school=side.school, by=side.users["hub_lead"], now=NOW)


def _is_there_once() -> bool:
    return (
        Person.objects.filter(email=ANN["email"]).count(),
        Role.objects.filter(person__email=ANN["email"]).count(),
    ) == (1, 1)


@pytest.mark.parametrize("is_known", [True, False])
def test_whoever_is_invited_while_a_file_is_compared_is_not_made_again(
    side: Side, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Nor is their role given again, where they were known without it."""
    if is_known:
        make.PersonFactory(**ANN, school=side.school)
    upload, races = _people(side), iter([1])

    def compared(_planner: PeopleOfSchools) -> None:
        if next(races, None):
            ThreadPoolExecutor(1).submit(_elsewhere, lambda: _invite(side)).result()

    monkeypatch.setattr(PeopleOfSchools, "finish", compared)

    first = bring_in(upload)
    again = done(work.APPLY)

    assert (first.state, again.state) == (Job.State.WAITING, Job.State.DONE)
    assert _is_there_once()


def _elsewhere(step: Callable[[], Any]) -> Any:
    """A step in a connection of its own."""
    try:
        with clock.fixed(NOW):
            return step()
    finally:
        connection.close()


def test_file_does_not_wait_for_ever_for_somebody_who_adds_people(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    upload, win = _people(side), locks.win_turn
    monkeypatch.setattr(locks, "win_turn", lambda name: win(name, tries=2))

    job = once_held(lambda: _invite(side), lambda: _brought(upload))
    again = done(work.APPLY)

    assert (job.state, again.state) == (Job.State.WAITING, Job.State.DONE)
    assert _is_there_once()


def test_file_that_never_gets_its_turn_says_so_and_not_that_somebody_changed_something(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, win = _people(side), locks.win_turn
    monkeypatch.setattr(locks, "win_turn", lambda name: win(name, tries=2))

    def tried() -> list[Job]:
        return [_brought(upload), *(done(work.APPLY) for _again in range(jobs.MOST_ATTEMPTS - 1))]

    *_before, last = once_held(lambda: _invite(side), tried)

    assert (last.state, last.problem) == (Job.State.REFUSED, work.NO_TURN)


def test_invitation_waits_for_a_file_that_is_being_written(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    upload, tell = _people(side), Ledger._tell
    waiting: list[Future[Any]] = []
    pool = ThreadPoolExecutor(1)

    def meanwhile(ledger: Ledger, *given: Any) -> None:
        tell(ledger, *given)
        waiting.append(pool.submit(_elsewhere, lambda: _invite(side)))
        wait_for_lock(waiting[0])

    monkeypatch.setattr(Ledger, "_tell", meanwhile)
    job = bring_in(upload)

    assert job.state == Job.State.DONE
    assert waiting[0].result().email == ANN["email"]
    assert _is_there_once()
    pool.shutdown()


def _taken_back_while(upload: Upload, first: Step, then: Step) -> Job:
    """Take it back once somebody has begun who is not through yet."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            taken = pool.submit(_elsewhere, lambda: take_back(upload))
            wait_for_lock(taken)
            then()
        return taken.result()


def test_school_that_is_accepted_while_its_file_is_taken_back_stays_tied_to_the_hub(side: Side) -> None:
    """And neither waits for the other, whichever of the people they go on to."""
    school, leader = _school(side), str(side.group.leader)
    headings = ["Group", "Programme", "Academic Year", "Leader", "School", "Teachers"]
    table = [headings, ["Larks", side.offer.phase.name, "2026/27", leader, school.name, "Ann Able"]]
    upload = bring("groups", table, hub=side.hub, by=side.users["hub_lead"])
    tie, other = SchoolTie.objects.get(school=school), make.OfferFactory()

    def accept() -> None:
        Person.objects.select_for_update().get(name="Ann Able")
        make.EnrolmentFactory(school=school, offer=other, hub=side.hub)

    job = _taken_back_while(upload, lambda: SchoolTie.objects.select_for_update().get(pk=tie.pk), accept)

    assert (job.state, job.attempts) == (Job.State.DONE, 1)
    assert SchoolTie.objects.filter(pk=tie.pk).exists()
    assert not Person.objects.filter(name="Ann Able").exists()


def test_contact_who_is_accepted_while_their_file_is_taken_back_keeps_the_role(side: Side) -> None:
    ann = make.PersonFactory(**ANN, school=side.school)
    upload = _people(side)
    assert bring_in(upload).state == Job.State.DONE

    def accept() -> None:
        make.InterestFactory(school=side.school, status="accepted", contact_name=ann.name, contact_email=ann.email)

    job = _taken_back_while(upload, lambda: Person.objects.select_for_update().get(pk=ann.pk), accept)

    assert (job.state, job.attempts) == (Job.State.DONE, 1)
    assert ann.roles.get().kind == "maths_lead"


def _register(side: Side) -> tuple[Table, Step]:
    Attendance.objects.all().delete()
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=NOW - 2 * A_DAY, ends_at=NOW - A_DAY)
    person, day = side.participant.person, f"{NOW - 2 * A_DAY:%d/%m/%Y}"
    table = [
        ["Name", "Group", "School year", "Date", "Mark"],
        [str(person), side.group.name, "2026/27", day, "present"],
    ]
    return table, lambda: Attendance.objects.create(
        meeting_id=side.meeting.pk, person=person, school=side.school, mark="absent"
    )


def _group(side: Side) -> tuple[Table, Step]:
    leader, offer = side.group.leader, side.offer
    headings = ["Group", "Programme", "Academic Year", "Leader", "School"]
    table = [headings, ["Larks", offer.phase.name, "2026/27", str(leader), _school(side).name]]
    return table, lambda: make.GroupFactory(name="Larks", offer=offer, hub=side.hub, leader=leader)


MADE: dict[str, tuple[Callable[[Side], tuple[Table, Step]], Any, Any]] = {
    "attendance": (_register, Registers, Attendance),
    "groups": (_group, Groups, Group),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_a_colleague_makes_while_a_file_is_compared_is_there_once(
    side: Side, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, planner, model = MADE[kind]
    table, step = tables(side)
    upload, races = look_at(kind, table, hub=side.hub, by=side.users["hub_lead"]), iter([1])
    before, finish = model.objects.count(), planner.finish

    def compared(self: Any) -> None:
        finish(self)
        if next(races, None):
            ThreadPoolExecutor(1).submit(_elsewhere, step).result()

    monkeypatch.setattr(planner, "finish", compared)
    first = bring_in(upload)
    again = done(work.APPLY)

    assert (first.state, again.state) == (Job.State.WAITING, Job.State.DONE)
    assert model.objects.count() == before + 1


def test_two_hubs_that_bring_the_same_past_year_for_the_first_time_enter_it_under_one_offer(side: Side) -> None:
    """It is the first one's to take back."""
    other, phase = make_side(), side.offer.phase.name
    files = [
        look_at("past", [HEADINGS, [one.school.name, phase, "2019/20"]], hub=one.hub, by=one.users["hub_lead"])
        for one in (side, other)
    ]

    done_jobs = at_once(lambda upload: _elsewhere(lambda: _applied(upload)), files)
    offers = [Enrolment.objects.get(school=one.school, offer__year=2019).offer for one in (side, other)]

    assert [(job.state, job.attempts) for job in done_jobs] == [(Job.State.DONE, 1)] * 2
    assert offers[0] == offers[1]
    made = [upload.lines.filter(made__icontains="programmes.offer:").count() for upload in files]
    assert sorted(made) == [0, 1]


def _applied(upload: Upload) -> Job:
    """As ``bring_in``, beside another file that waits."""
    uploads.bring_in(upload=upload, by=upload.by, now=NOW, seen=uploads.preview_of(upload))
    job = jobs.newest(work.APPLY, upload)
    assert job is not None
    jobs.run(jobs.take(job))
    job.refresh_from_db()
    return job
