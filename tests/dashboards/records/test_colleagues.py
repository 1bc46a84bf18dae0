"""A colleague works on while a file is brought in or taken back: no two wait for each other, whatever each holds."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from funding import actions as funding
from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import Job
from hubportal.dashboards.actions.records import planning, undoing, whole_groups, work
from programmes.models import Enrolment
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, bring_in, done, look_at, outcomes, take_back
from tests.races import wait_for_lock
from tests.world import NOW, Side, make_side
from workgroups.actions import groups
from workgroups.actions import visits as booking
from workgroups.models import Group, Place, Visit

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

GROUPS = ["Group", "Programme", "Academic Year", "Leader", "School"]
Step = Callable[[], object]


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        Group.objects.filter(pk=made.group.pk).update(places_max=None)
        Visit.objects.filter(pk=made.visit.pk).update(status=Visit.Status.TO_BOOK, on=None, starts_at=None, term=2)
        yield made


def _free(side: Side) -> Enrolment:
    """A school of the hub that has no place in a group."""
    school = make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)
    made = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub)
    return Enrolment.objects.get(pk=made.pk)


def _groups(side: Side, name: str, school: str) -> Table:
    return [GROUPS, [name, side.offer.phase.name, "2026/27", str(side.group.leader), school]]


def _place(side: Side) -> tuple[Table, Step]:
    group, enrolment = Group.objects.get(pk=side.group.pk), _free(side)
    step = lambda: groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)  # noqa: E731
    return _groups(side, group.name, enrolment.school.name), step


def _claim(side: Side) -> tuple[Table, Step]:
    by, amount = side.users["hub_lead"], Decimal("50.00")
    headings = ["School", "Programme", "Year", "Amount", "Paid on"]
    table = [headings, [side.school.name, side.offer.phase.name, "2026/27", "100", "05/01/2027"]]
    return table, lambda: funding.raise_claim(award=side.award, amount=amount, invoice="12", by=by, now=NOW)


def _book(side: Side) -> tuple[Table, Step]:
    visit = Visit.objects.get(pk=side.visit.pk)
    step = lambda: booking.drop_visit(visit=visit, reason="Ill", seen=visit.sequence, by=None, now=NOW)  # noqa: E731
    return [["School", "Date"], [side.school.name, "08/01/2027"]], step


STEPS = {"groups": _place, "payments": _claim, "visits": _book}
# What the line comes to, and what stands, once both are through.
WRITTEN: dict[str, tuple[str, Step, object]] = {
    "groups": ("same", lambda: (Place.objects.count(), Group.objects.get().places_taken), (2, 2)),
    "payments": (
        "create",
        lambda: (Award.objects.get().claimed, list(Claim.objects.order_by("amount").values_list("amount", "status"))),
        (550, [(50, "raised"), (100, "paid"), (400, "raised")]),
    ),
    "visits": (
        "create",
        lambda: list(Visit.objects.order_by("pk").values_list("status", "on")),
        [("cancelled", None), ("done", date(2027, 1, 8))],
    ),
}


def _in_another_connection(step: Step) -> object:
    """A step that waits for nobody for long, and what it came to."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return step()
    finally:
        connection.close()


@pytest.mark.parametrize("kind", STEPS)
def test_colleague_waits_for_no_file_that_is_compared_which_is_then_compared_anew(
    side: Side, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, step = STEPS[kind](side)
    upload = look_at(kind, table, hub=side.hub, by=side.users["hub_lead"])
    planner: Any = planning.PLANNERS[kind]
    finish, races = planner.finish, iter([step])

    def compared(self: Any) -> None:
        finish(self)
        for one in races:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_in_another_connection, one).result()

    monkeypatch.setattr(planner, "finish", compared)
    first = bring_in(upload)
    again = done(work.APPLY)

    outcome, stands, expected = WRITTEN[kind]
    assert (first.state, again.state, again.problem) == (Job.State.WAITING, Job.State.DONE, "")
    assert [one for one, _what in outcomes(upload)] == [outcome]
    assert stands() == expected


def test_school_is_placed_from_an_old_page_while_its_group_is_taken_back(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = _free(side)
    upload = bring("groups", _groups(side, "Larks", free.school.name), hub=side.hub, by=side.users["hub_lead"])
    group, enrolment = Group.objects.get(name="Larks"), Enrolment.objects.get(pk=free.pk)
    waiting: list[Future[object]] = []
    pool, held_whole = ThreadPoolExecutor(1), whole_groups.held_whole
    step = lambda: groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)  # noqa: E731

    def meanwhile(**given: Any) -> Any:
        found = held_whole(**given)
        waiting.append(pool.submit(_in_another_connection, step))
        wait_for_lock(waiting[0])
        return found

    monkeypatch.setattr(undoing, "held_whole", meanwhile)
    job = take_back(upload)

    assert (job.state, job.problem) == (Job.State.DONE, "")
    with pytest.raises((groups.CannotGroup, ObjectDoesNotExist)):
        waiting[0].result()
    pool.shutdown()
