"""Of the many that a sweep goes through, one that the database does not take holds up no other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from funding.actions import reconcile_rates
from funding.models import Rate
from programmes.models import Leader
from schools.actions.successors import move_people
from schools.models import Hub, Person, School
from tests import factories as make
from tests.world import NOW
from workgroups.actions.successors import follow_successors

pytestmark = pytest.mark.django_db


@contextmanager
def refused(model: type[models.Model], key: int) -> Iterator[None]:
    """The database takes no change of one row, which a key tells, as where a constraint is against it."""

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith(f'UPDATE "{model._meta.db_table}"') and params[-1] == key:
            raise IntegrityError("not this one")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def closed() -> School:
    """A school that has become another."""
    school: School = make.SchoolFactory(
        gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date(), succeeded_by=make.SchoolFactory()
    )
    return school


def test_leader_who_cannot_be_moved_holds_up_no_other() -> None:
    bad, good = (make.LeaderFactory(school=closed()) for _ in range(2))

    with refused(Leader, bad.pk):
        follow_successors(now=NOW)

    assert [Leader.objects.get(pk=one.pk).school for one in (bad, good)] == [bad.school, good.school.succeeded_by]


def test_hub_whose_lead_school_cannot_follow_holds_up_no_other() -> None:
    bad, good = (make.HubFactory(lead_school=closed()) for _ in range(2))

    with refused(Hub, bad.pk):
        move_people(now=NOW)

    schools = [Hub.objects.get(pk=one.pk).lead_school for one in (bad, good)]
    assert schools == [bad.lead_school, good.lead_school.succeeded_by]


def test_school_whose_people_cannot_follow_holds_up_no_other() -> None:
    bad, good = (make.PersonFactory(school=closed()) for _ in range(2))

    with refused(Person, bad.school.pk):
        move_people(now=NOW)

    assert [Person.objects.get(pk=one.pk).school for one in (bad, good)] == [bad.school, good.school.succeeded_by]


def test_rate_that_cannot_go_on_with_its_offer_holds_up_no_other() -> None:
    old, new = make.HubFactory(), make.HubFactory()
    bad, good = (make.RateFactory(offer=make.OfferFactory(hub=new), hub=old) for _ in range(2))

    with refused(Rate, bad.pk):
        reconcile_rates(now=NOW)

    assert [Rate.objects.get(pk=one.pk).hub for one in (bad, good)] == [old, new]
