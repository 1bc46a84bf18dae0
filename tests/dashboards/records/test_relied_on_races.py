"""What a file brought is taken back at the moment at which an acceptance relies on it: real threads on PostgreSQL."""

import pytest

from hubportal.core import clock
from hubportal.core.models import Job, Upload
from programmes.actions import decisions
from programmes.actions.interest import submit
from programmes.models import Enrolment, Interest
from schools.models import Role, School, SchoolTie
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, take_back
from tests.programmes.express import make_application, make_privacy
from tests.races import once_held
from tests.world import NOW, Side

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

PEOPLE = ["School", "Name", "Role", "E-mail"]
ANN = "ann@people.example.org"


def _school(side: Side) -> School:
    return make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)


def _applied(school: School) -> Interest:
    make_privacy()
    contact = {"contact_name": "Ann Able", "contact_email": ANN}
    return submit(application=make_application(school=school, **contact), by=None, now=NOW)


def _at_once(side: Side, upload: Upload, interest: Interest, *, is_undone_first: bool) -> None:
    """Accept while the file is taken back, or the other way round."""

    def accept() -> bool:
        with clock.fixed(NOW):
            decisions.accept(interest=interest, by=side.users["hub_lead"], now=NOW)
        return True

    def undo() -> bool:
        with clock.fixed(NOW):
            return take_back(upload).state == Job.State.DONE

    assert once_held(undo, accept) if is_undone_first else once_held(accept, undo)


@pytest.mark.parametrize("is_undone_first", [True, False])
@pytest.mark.parametrize("is_known", [True, False])
def test_contact_who_is_accepted_while_a_file_is_taken_back_has_the_role(
    side: Side, is_known: bool, is_undone_first: bool
) -> None:
    """Whether the file brought the role alone or the contact too."""
    school = _school(side)
    if is_known:
        make.PersonFactory(name="Ann Able", email=ANN, school=school)
    table: Table = [PEOPLE, [school.name, "Ann Able", "Maths lead", ANN]]
    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])
    interest = _applied(school)

    _at_once(side, upload, interest, is_undone_first=is_undone_first)

    assert Role.objects.get(school=school, kind="maths_lead").person.email == ANN


@pytest.mark.parametrize("is_undone_first", [True, False])
def test_school_that_is_accepted_while_a_file_is_taken_back_is_tied_to_the_hub(
    side: Side, is_undone_first: bool
) -> None:
    school = _school(side)
    table: Table = [
        ["School", "Programme", "Academic Year", "Status"],
        [school.name, side.offer.phase.name, "2025/26", "Completed"],
    ]
    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    assert SchoolTie.objects.filter(school=school, hub=side.hub).exists()
    interest = _applied(school)

    _at_once(side, upload, interest, is_undone_first=is_undone_first)

    assert Enrolment.objects.get(school=school).interest == interest
    assert SchoolTie.objects.filter(school=school, hub=side.hub).count() == 1
