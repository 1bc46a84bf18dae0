"""Two schools in groups became one, of another name: who leads the group that goes on, and who goes on in it, hear."""

from typing import Any

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from schools import roles
from schools.actions import successors as schools_actions
from schools.models import Role
from tests import factories as make
from tests.workgroups.test_changed_schools import became, new_school, sweep
from tests.world import NOW, Side
from workgroups.actions import groups, successors
from workgroups.models import Group, Place

pytestmark = pytest.mark.django_db


def _place(side: Side, name: str, group: Group, **given: Any) -> Place:
    """That of a school with a maths lead and a teacher, of whom its name is a part."""
    school = new_school(side, name=name)
    make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__name=f"{name} Lead", starts_on=side.place.placed_on)
    enrolment = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub, status="active")
    row = make.EnrolledTeacherFactory(enrolment=enrolment, person__name=f"{name} Teacher")
    held: Place = make.PlaceFactory(group=group, enrolment=enrolment, placed_on=side.place.placed_on, **given)
    make.ParticipantFactory(place=held, person=row.person, since=held.placed_on)
    return held


def _deliver() -> dict[str, list[str]]:
    """Who is sent what in one go: by name, the texts in their order."""
    mail.outbox.clear()
    for _ in range(2):
        with clock.fixed(NOW):
            groups.reconcile_participants(now=NOW)
            notices.sweep(NOW)
            delivery.deliver_due()
    found: dict[str, list[str]] = {}
    for one in mail.outbox:
        found.setdefault(one.to[0].partition(" <")[0].strip('"'), []).append(f"{one.subject}\n{one.body}")
    return found


@pytest.mark.parametrize("is_one_group", [True, False])
def test_place_that_goes_on_under_another_name_is_told_once_and_brings_no_dates_again(
    side: Side, is_one_group: bool
) -> None:
    other = side.group
    if not is_one_group:
        leader = make.LeaderFactory(hub=side.hub, person__name="Olga Other")
        other = make.GroupFactory(offer=side.offer, hub=side.hub, leader=leader, name="Other")
        Group.objects.filter(pk=other.pk).update(status="running", started_at=NOW)
        make.MeetingFactory(group=other, number=1)
    ends, held = _place(side, "Stanwick", side.group), _place(side, "Warwick", other)
    _deliver()
    Notice.objects.filter(state="planned", due_at__lte=NOW).update(state="sent")
    stanwick = ends.enrolment.school
    became(held.enrolment.school, stanwick, schools_actions.MERGED)
    sweep()
    lead = Role.objects.filter(person__name="Warwick Lead", school=stanwick)
    assert lead.exists()
    goes_on, ending = held.enrolment, ends.enrolment
    for one in (goes_on, ending):
        one.refresh_from_db()

    successors.choose(goes_on=goes_on, ends=ending, school=stanwick, reason="One.", by=None, now=NOW)
    told = _deliver()

    for name in ("Warwick Teacher", "Warwick Lead"):
        (only,) = told[name]
        assert "Warwick and Stanwick, both in" in only
    assert "Your place stays, and the dates stay as they are." in told["Warwick Teacher"][0]
    assert not [body for bodies in told.values() for body in bodies if "takes part in" in body and "again" in body]
    leads = Group.objects.get(pk=other.pk).leader.person.name
    (only,) = told[leads]
    words = "goes on there as that of Stanwick" if is_one_group else "goes on as that of Stanwick"
    assert words in only
    assert ("Warwick is Stanwick now" in only) is not is_one_group
    dates = {name for name, bodies in told.items() if any("all dates" in body for body in bodies)}
    assert dates == (set() if is_one_group else {"Stanwick Lead"})
