"""A school that became part of another hub's: whoever runs what it did reads it, and settles its own of two."""

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions.following import CannotFollow
from programmes.models import Enrolment
from schools.actions import successors as schools_actions
from schools.models import School
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.races import at_once
from tests.world import NOW, Side, make_side
from workgroups.actions import successors
from workgroups.models import open_work

pytestmark = pytest.mark.django_db


def become_part_of_another_hubs(side: Side) -> School:
    new: School = make.SchoolFactory(name="New Primary", authority__hub=make.HubFactory(name="Other Hub"))
    schools_actions.say_successor(
        school=side.school,
        successor=new,
        how=schools_actions.MERGED,
        since=NOW.date(),
        reason="Letter",
        by=None,
        now=NOW,
    )
    return new


def test_hub_that_runs_it_still_opens_it_from_the_school_that_goes_on(side: Side) -> None:
    new = become_part_of_another_hubs(side)
    successors.follow_successors(now=NOW)
    browser = side.browser(HUB_LEAD)
    enrolment = reverse("programmes:enrolment-detail", args=[side.enrolment.pk])

    old_page = browser.get(side.school.get_absolute_url()).content.decode()
    journey = browser.get(reverse("programmes:school-journey", args=[new.pk])).content.decode()

    assert new.get_absolute_url() in old_page
    assert enrolment in journey
    assert browser.get(enrolment).status_code == 200
    assert "New Primary" in browser.get(reverse("schools:school-list")).content.decode()


@pytest.mark.parametrize("chooser", [HUB_LEAD, NATIONAL])
def test_of_two_hubs_enrolments_each_is_ended_by_whoever_runs_it(side: Side, chooser: str) -> None:
    new = become_part_of_another_hubs(side)
    theirs = make.EnrolmentFactory(school=new, offer=side.offer, hub=new.hub, status="active")
    successors.follow_successors(now=NOW)
    browser = side.browser(chooser)
    ours_goes_on, theirs_goes_on = (
        reverse("workgroups:changed-choose", args=[side.school.pk, *pair])
        for pair in ((side.enrolment.pk, theirs.pk), (theirs.pk, side.enrolment.pk))
    )
    is_national = chooser == NATIONAL

    page = browser.get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()
    old_page = browser.get(side.school.get_absolute_url()).content.decode()
    forged = browser.post(ours_goes_on, {"reason": "One."}) if not is_national else None
    browser.post(theirs_goes_on, {"reason": "One."})

    side.enrolment.refresh_from_db()
    assert "New Primary is in this programme too, with Other Hub." in page
    assert "Move all to" not in page
    assert (ours_goes_on in page) is is_national
    assert (new.get_absolute_url() in old_page) is is_national
    assert forged is None or forged.status_code == 404
    assert (side.enrolment.status, Enrolment.objects.get(pk=theirs.pk).status) == ("withdrawn", "active")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_what_goes_on_elsewhere_while_somebody_withdraws_all_is_not_withdrawn_there(attempt: int) -> None:
    with clock.fixed(NOW):
        side = make_side()
        new = School.objects.get(pk=make.SchoolFactory(authority__hub=side.hub).pk)
        School.objects.filter(pk=side.school.pk).update(gias_status=School.GiasStatus.CLOSED)
        lead = side.users[HUB_LEAD]

    def step(name: str) -> str:
        with clock.fixed(NOW):
            try:
                if name == "end":
                    work = open_work(lead, None, NOW, to_settle=True)
                    successors.end_all(school=side.school, work=work, reason="Closed", by=lead, now=NOW)
                else:
                    enrolment = Enrolment.objects.select_related("school", "offer", "hub", "interest")
                    held = enrolment.get(pk=side.enrolment.pk)
                    successors.go_on_at(enrolment=held, school=new, by=lead, now=NOW)
            except (CannotFollow, CannotMove):
                return "refused"
            return "done"

    said = at_once(step, ("end", "move"))

    side.enrolment.refresh_from_db()
    assert (side.enrolment.school == new, side.enrolment.status == "withdrawn") in {(True, False), (False, True)}, said
