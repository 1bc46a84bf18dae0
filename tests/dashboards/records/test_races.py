"""Somebody makes, meanwhile, what a file is about to make, or relies on what is just taken back."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from hubportal.core.models import Job, Upload
from schools.actions import people
from schools.models import School, SchoolTie
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring_in, look_at, take_back
from tests.races import once_held
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        yield make_side()


def _school(side: Side) -> School:
    school: School = make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)
    return school


def _past(side: Side, school: School) -> Table:
    return [["School", "Programme", "Academic Year"], [school.name, side.offer.phase.name, "2025/26"]]


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
