"""Logging visits and correcting logs."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hubportal.core.models import JournalEntry
from hubportal.core.workflow import CannotMove
from tests import factories as make
from workgroups.actions import logs
from workgroups.models import Visit, VisitLog

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 20, 15, tzinfo=UTC)
ENTRY = logs.LogEntry(
    on=date(2027, 1, 20),
    half_days=1,
    people_met="Tam Teacher",
    shared="Year 3 used bar models with ease.",
    private="The head seems tired of us.",
    agreed=(logs.Agreed("Plan two lessons with variation", "Tam Teacher", date(2027, 2, 5)),),
)


def _visit(**fields: object) -> Visit:
    visit: Visit = make.VisitFactory(number=2, **fields)
    make.ParticipantFactory(place=visit.place, person__name="Tam Teacher")
    return visit


def test_log_visit_moves_an_unbooked_visit_to_done() -> None:
    """A visit on the way home is a visit too."""
    visit, user = _visit(), make.make_user()
    tag = make.TagFactory(tag_set=visit.group.offer.visit_tags)

    log = logs.log_visit(visit=visit, entry=replace(ENTRY, tags=(tag,)), by=user, now=NOW)

    visit.refresh_from_db()
    assert (visit.status, visit.on) == (Visit.Status.DONE, date(2027, 1, 20))
    assert logs.entry_of(log) == replace(ENTRY, tags=(tag,))
    assert log.actions.get().person == visit.place.participants.get().person


def test_log_visit_on_another_day_than_booked_forgets_the_booked_time() -> None:
    """The visit was when it was."""
    visit = _visit(status="booked", on=date(2027, 1, 19), starts_at=datetime(2027, 1, 19, 9, tzinfo=UTC))

    logs.log_visit(visit=visit, entry=ENTRY, by=make.make_user(), now=NOW)

    visit.refresh_from_db()
    assert (visit.on, visit.starts_at) == (date(2027, 1, 20), None)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 1, 21), "That day is still to come. A visit is logged when it has taken place."),
        (date(2026, 8, 1), "That day is not in the school year 2026/27."),
    ],
)
def test_log_visit_refuses_a_day_that_cannot_be(day: date, said: str) -> None:
    """In words; nothing is kept."""
    visit = _visit()

    with pytest.raises(logs.CannotLog) as problem:
        logs.log_visit(visit=visit, entry=replace(ENTRY, on=day), by=make.make_user(), now=NOW)

    assert str(problem.value) == said
    assert not VisitLog.objects.exists()


def test_log_visit_twice_keeps_the_first() -> None:
    """The second person is told who was first."""
    visit, first = _visit(), make.make_user(name="Sam Specialist")
    second_page = Visit.objects.get(pk=visit.pk)
    logs.log_visit(visit=visit, entry=ENTRY, by=first, now=NOW)

    with pytest.raises(CannotMove) as problem:
        logs.log_visit(visit=second_page, entry=replace(ENTRY, shared="Mine"), by=make.make_user(), now=NOW)

    assert str(problem.value) == "Sam Specialist has just done this: visit logged. Nothing was done twice."
    assert VisitLog.objects.get().shared == ENTRY.shared


def test_correct_log_journals_what_changed_without_the_private_note() -> None:
    """The journal has more readers than the note."""
    visit, user = _visit(), make.make_user()
    log = logs.log_visit(visit=visit, entry=ENTRY, by=user, now=NOW)
    changed = replace(ENTRY, half_days=2, private="Better today.", agreed=())

    was_changed = logs.correct_log(log=log, entry=changed, seen=1, by=user, now=NOW)

    log.refresh_from_db()
    visit.refresh_from_db()
    assert was_changed
    assert logs.entry_of(log) == changed
    assert visit.half_days == 2
    assert JournalEntry.objects.get(what="Log corrected").changed == {
        "length": ["half a day", "a full day"],
        "agreed actions": ["Plan two lessons with variation, Tam Teacher, by 5 February 2027", ""],
        "private note": ["(not shown)", "(not shown)"],
    }


@pytest.mark.parametrize(("day", "keeps"), [(date(2027, 1, 19), False), (date(2027, 1, 20), True)])
def test_correct_log_to_another_day_forgets_the_booked_time(day: date, keeps: bool) -> None:
    starts_at = datetime(2027, 1, 20, 9, tzinfo=UTC)
    visit, user = _visit(status="booked", on=ENTRY.on, starts_at=starts_at), make.make_user()
    log = logs.log_visit(visit=visit, entry=ENTRY, by=user, now=NOW)

    logs.correct_log(log=log, entry=replace(ENTRY, on=day, shared="Corrected"), seen=1, by=user, now=NOW)

    visit.refresh_from_db()
    assert (visit.on, visit.starts_at) == (day, starts_at if keeps else None)


def test_correct_log_without_a_change_writes_nothing() -> None:
    """Saving again is no correction."""
    visit, user = _visit(), make.make_user()
    log = logs.log_visit(visit=visit, entry=ENTRY, by=user, now=NOW)

    was_changed = logs.correct_log(log=log, entry=ENTRY, seen=1, by=user, now=NOW)

    log.refresh_from_db()
    assert (was_changed, log.version) == (False, 1)


def test_correct_log_of_an_old_page_loses() -> None:
    """Two corrections at once: the first stands."""
    visit, user = _visit(), make.make_user(name="Sam Specialist")
    log = logs.log_visit(visit=visit, entry=ENTRY, by=user, now=NOW)
    logs.correct_log(log=log, entry=replace(ENTRY, shared="First"), seen=1, by=user, now=NOW)

    with pytest.raises(CannotMove) as problem:
        logs.correct_log(log=log, entry=replace(ENTRY, shared="Second"), seen=1, by=user, now=NOW)

    log.refresh_from_db()
    assert str(problem.value) == "Sam Specialist has just done this: log corrected. Nothing was done twice."
    assert log.shared == "First"
