"""Pages of an enrolment that pauses, goes on or is withdrawn: what they say of its group."""

import pytest

from hubportal.core import clock
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.test_staff_pages import _get, _post

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(("served_by", "in_group"), [("group", True), ("school", False)])
def test_pause_says_what_becomes_of_a_place_in_a_group(served_by: str, in_group: bool) -> None:
    enrolment = make.EnrolmentFactory(status="active", offer__served_by=served_by)
    if in_group:
        make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=enrolment.hub)
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)

    asked = _get(lead, "enrolment-pause", enrolment.pk).content.decode()
    done = _post(lead, "enrolment-pause", enrolment.pk, reason="A new headteacher.").content.decode()
    again = _post(lead, "enrolment-resume", enrolment.pk).content.decode()

    said = tuple("becomes free for another school" in page for page in (asked, done))
    assert said == (in_group, in_group)
    assert ("take this year up again" in asked, "Paused." in done) == (True, True)
    assert ("It has its place in" in again) is in_group


@pytest.mark.parametrize("status", ["paused", "withdrawn"])
def test_page_of_what_is_paused_or_withdrawn_shows_no_group_before_its_place_is_freed(status: str) -> None:
    enrolment = make.EnrolmentFactory(status=status)
    held = make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=enrolment.hub)
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)

    page = _get(lead, "enrolment-detail", enrolment.pk).content.decode()

    assert held.group.get_absolute_url() not in page


def test_resuming_names_the_group_that_was_left() -> None:
    enrolment = make.EnrolmentFactory(status="paused", paused_from="active")
    held = make.PlaceFactory(
        enrolment=enrolment, group__offer=enrolment.offer, group__hub=enrolment.hub, left_on=clock.today()
    )
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)

    page = _post(lead, "enrolment-resume", enrolment.pk).content.decode()

    assert f"It had left {held.group}: place it in a group again." in page
