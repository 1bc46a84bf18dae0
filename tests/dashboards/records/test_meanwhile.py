"""What somebody does while a file is brought in is not written over: it is held, or the whole file waits."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funding.models import Award, Claim
from hubportal.core import clock, jobs
from hubportal.core.jobs import Progress
from hubportal.core.models import Job, Upload
from hubportal.dashboards.actions.records import groups, past, payments, uploads, visits, work
from hubportal.dashboards.actions.records.ledger import ChangedMeanwhile, Ledger
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn
from schools.models import Person, Role
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring_in, done, look_at, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Attendance, Group, Participant, Place, Visit

pytestmark = pytest.mark.django_db

PAID = ["School", "Programme", "Year", "Amount", "Paid on", "What for"]


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture(autouse=True)
def _now() -> object:
    with clock.fixed(NOW):
        yield


def _look(side: Side, kind: str, table: Table) -> Upload:
    return look_at(kind, table, hub=side.hub, by=side.users["hub_lead"])


def _payment(side: Side) -> Table:
    return [PAID, [side.school.name, side.offer.phase.name, "2026/27", "100", "05/01/2027", "Teacher release"]]


def _meanwhile(monkeypatch: pytest.MonkeyPatch, planner: Any, step: Callable[[], object], times: int = 1) -> None:
    """Let somebody be in time between what is compared and what is written, so often."""
    finish, races = planner.finish, iter(range(times))

    def compared(mine: Any) -> None:
        finish(mine)
        if next(races, None) is not None:
            step()

    monkeypatch.setattr(planner, "finish", compared)


def _brought_anew(upload: Upload, step: Callable[[], object]) -> list[tuple[str, str]]:
    """Bring in what somebody changes meanwhile, so that it is compared a second time; what its lines come to then."""
    assert bring_in(upload).state == Job.State.WAITING
    step()  # the file's first try was taken back, and with it, in this one connection, what they did
    assert done(work.APPLY).state == Job.State.DONE
    return outcomes(upload)


def test_a_claim_that_is_raised_meanwhile_is_not_written_over(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = _look(side, "payments", _payment(side))
    raised = side.award.claimed + 200
    step = lambda: Award.objects.update(claimed=raised)  # noqa: E731
    _meanwhile(monkeypatch, payments.Payments, step)

    ((outcome, _what),) = _brought_anew(upload, step)

    assert outcome == "create"
    assert Award.objects.get().claimed == raised + 100
    assert Claim.objects.get(is_taken_over=True).amount == 100


@pytest.mark.parametrize("times", [1, 3])
def test_file_that_lost_a_race_is_compared_anew_three_times_at_most(
    side: Side, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    upload = _look(side, "payments", _payment(side))
    raised = side.award.claimed + 200
    _meanwhile(monkeypatch, payments.Payments, lambda: Award.objects.update(claimed=raised), times)

    job = bring_in(upload)
    while job.state == Job.State.WAITING:
        job = done(work.APPLY)

    ends = (Job.State.DONE, "") if times == 1 else (Job.State.REFUSED, work.CHANGED)
    assert ((job.state, job.problem), job.attempts) == (ends, times + (times == 1))


def test_fault_of_ours_is_not_said_to_be_what_somebody_else_has_changed(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = _look(side, "payments", _payment(side))
    fault = lambda: Award.objects.create(amount=-1)  # noqa: E731
    monkeypatch.setattr(payments.Payments, "finish", lambda planner: planner.ledger.after.append(fault))

    job = bring_in(upload)
    while job.state == Job.State.WAITING:
        job = done(work.APPLY)

    words = "The portal came to an error that nobody foresaw: IntegrityError."
    assert (job.state, job.problem, job.attempts) == (Job.State.FAILED, words, jobs.MOST_ATTEMPTS)


def test_a_visit_that_is_booked_meanwhile_does_not_give_way(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    Visit.objects.update(status=Visit.Status.TO_BOOK, on=None, starts_at=None, term=2)
    upload = _look(side, "visits", [["School", "Date"], [side.school.name, "08/01/2027"]])
    booked = {"status": Visit.Status.BOOKED, "on": date(2027, 2, 3), "starts_at": NOW}
    step = lambda: Visit.objects.filter(pk=side.visit.pk).update(**booked)  # noqa: E731
    _meanwhile(monkeypatch, visits.Visits, step)

    ((outcome, _what),) = _brought_anew(upload, step)

    assert outcome == "create"
    stands = Visit.objects.order_by("on").values_list("on", "status")
    assert list(stands) == [(date(2027, 1, 8), "done"), (date(2027, 2, 3), "booked")]


def test_a_school_that_pauses_meanwhile_is_said_to_have_been_changed(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)
    made = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub)
    rows = Enrolment.objects.filter(pk=made.pk)
    rows.update(status="active")
    headings = ["School", "Programme", "Academic Year", "Status"]
    upload = _look(side, "past", [headings, [school.name, side.offer.phase.name, "2026/27", "Withdrew"]])
    step = lambda: rows.update(status="paused", paused_from="active")  # noqa: E731
    _meanwhile(monkeypatch, past.Past, step)

    ((outcome, what),) = _brought_anew(upload, step)

    assert (outcome, "paused becomes withdrawn" in what) == ("change", True)
    assert rows.get().status == "withdrawn"


@pytest.mark.parametrize("is_left", [True, False])
def test_teacher_is_named_in_nothing_that_was_changed_meanwhile(
    side: Side, monkeypatch: pytest.MonkeyPatch, is_left: bool
) -> None:
    """Be it withdrawn, or its other place somebody's from a day to come."""
    other = make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    rows = [[side.group.name, side.offer.phase.name, "2026/27", str(side.group.leader), side.school.name, "Ann Able"]]
    upload = _look(side, "groups", [["Group", "Programme", "Academic Year", "Leader", "School", "Teachers"], *rows])

    def step() -> object:
        if is_left:
            return Enrolment.objects.update(status="withdrawn")
        return TeacherTurn.objects.create(enrolled=other, person=make.PersonFactory(), since=date(2027, 6, 1))

    _meanwhile(monkeypatch, groups.Groups, step)

    ((outcome, what),) = _brought_anew(upload, step)

    other.refresh_from_db()
    assert other.person is None
    assert outcome == ("error" if is_left else "create")
    assert ("has withdrawn this programme already" in what) is is_left
    # The other place is somebody's from a day to come: she has one of her own.
    places = EnrolledTeacher.objects.filter(enrolment=side.enrolment)
    assert (places.filter(person__name="Ann Able").count(), places.count()) == ((0, 2) if is_left else (1, 3))


def test_what_changes_is_held_many_at_a_time_and_looked_at_one_by_one(side: Side) -> None:
    people = make.PersonFactory.create_batch(3)
    ledger = Ledger()
    for number, person in enumerate(people):
        ledger.change(number, person, phone=str(number))
        ledger.change(number, person, phone="01632 960001", job_title="Teacher")
    ledger.remove(side.visit)

    with CaptureQueriesContext(connection) as queries:
        ledger._hold_seen()

    asked = [one["sql"] for one in queries.captured_queries]
    holds = connection.features.has_select_for_update
    assert [("FOR NO KEY UPDATE" in sql, '"id" ASC' in sql) for sql in asked] == [(holds, True)] * 2
    Person.objects.filter(pk=people[1].pk).update(phone="01632 960002")
    with pytest.raises(ChangedMeanwhile):
        ledger._hold_seen()
    Person.objects.filter(pk=people[1].pk).update(phone="")
    ledger._hold_seen()
    Person.objects.filter(pk=people[2].pk).delete()
    with pytest.raises(ChangedMeanwhile):
        ledger._hold_seen()


def test_what_is_written_on_is_held_in_the_order_in_which_everybody_holds_it(side: Side) -> None:
    """Enrolments, groups, people: whoever places a school or names a teacher goes so."""
    ledger, person = Ledger(), make.PersonFactory()
    ledger.change(1, Person.objects.get(pk=side.participant.person_id), phone="01632 960001")
    ledger.add(1, Role(person=person, kind="teacher", school=side.school, starts_on=NOW.date()))
    ledger.add(2, Attendance(meeting=side.meeting, person=person, school=side.school, mark="present"))
    ledger.add(3, Visit(group=side.group, place=Place.objects.select_related("group", "enrolment").get()))

    with CaptureQueriesContext(connection) as queries:
        ledger._hold_seen()

    tables = [model._meta.db_table for model in (Enrolment, Group, Person)]
    assert [one["sql"].partition(" FROM ")[2].split('"')[1] for one in queries.captured_queries] == tables
    assert queries.captured_queries[-1]["sql"].count(f"{side.participant.person_id}, {person.pk}") == 1


@pytest.mark.parametrize("change", ["meeting", "place", "taker"])
def test_nothing_is_written_on_a_group_to_which_something_was_added_meanwhile(
    side: Side, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    school = make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)
    rows = [[side.group.name, side.offer.phase.name, "2026/27", str(side.group.leader), school.name]]
    Group.objects.update(places_max=None)
    upload = _look(side, "groups", [["Group", "Programme", "Academic Year", "Leader", "School"], *rows])
    steps: dict[str, Callable[[], object]] = {
        "meeting": lambda: make.MeetingFactory(group=side.group, number=2),
        "place": lambda: make.PlaceFactory(group=side.group),
        "taker": lambda: make.ParticipantFactory(place=side.place, person=make.PersonFactory()),
    }
    _meanwhile(monkeypatch, groups.Groups, steps[change])

    ((outcome, what),) = _brought_anew(upload, steps[change])

    assert (outcome, f"a place in {side.group.name}" in what) == ("create", True)
    taken = Place.objects.taken().filter(group=side.group)
    found = (side.group.meetings.count(), taken.count(), Participant.objects.filter(place=side.place).count())
    assert found == {"meeting": (2, 2, 1), "place": (1, 3, 1), "taker": (1, 2, 2)}[change]
    assert Group.objects.get(pk=side.group.pk).places_taken == taken.count()
    assert taken.filter(enrolment__school=school).exists()


def test_file_says_how_far_it_is_with_all_that_it_does(side: Side) -> None:
    """It said “Bringing in”, and nothing else, for minutes."""
    upload, stages = _look(side, "payments", _payment(side)), list[tuple[str, int, int]]()

    class Watched(Progress):
        def begin(self, stage: str, total: int = 0) -> None:
            stages.append((self.stage, self.done, self.total))
            super().begin(stage, total)

    uploads.bring_in(upload=upload, by=upload.by, now=NOW, seen=uploads.preview_of(upload))
    progress = Watched()
    jobs.run(jobs.take(Job.objects.get(kind=work.APPLY)), progress)

    assert [stage for stage, *_far in stages][-2:] == ["Comparing", "Making sure that nothing has changed"]
    assert progress == Watched("Writing records, several for some lines", progress.total, progress.total)
    assert progress.total > upload.lines.count()
