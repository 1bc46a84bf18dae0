"""The journeys of a school that closed and became another, and of that one."""

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import School, SchoolSplit
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions import successors

pytestmark = pytest.mark.django_db
APPLY = reverse("programmes:express-start")


def close(school: School, into: School | None = None) -> None:
    School.objects.filter(pk=school.pk).update(gias_status=School.GiasStatus.CLOSED, succeeded_by=into)


def journey(browser: Client, school: School) -> str:
    found: str = browser.get(reverse("programmes:school-journey", args=[school.pk])).content.decode()
    return found.partition("<main")[2]


def link(school: School) -> str:
    return f'<a href="{reverse("programmes:school-journey", args=[school.pk])}">{school}</a>'


def test_journey_of_a_closed_school_leads_to_what_it_became_and_offers_nothing(side: Side) -> None:
    new = make.SchoolFactory(name="Catherine Academy", hub=side.hub)
    close(side.school, new)
    successors.follow_successors(now=NOW)

    pages = {kind: journey(side.browser(kind), side.school) for kind in (roles.HUB_LEAD, roles.HEADTEACHER)}

    assert {kind: link(new) in page for kind, page in pages.items()} == {
        roles.HUB_LEAD: True,
        roles.HEADTEACHER: False,  # of the old school alone
    }
    for page in pages.values():
        assert "This school has closed and became" in page
        assert "Catherine Academy" in page
        assert "has not taken part" not in page
        assert APPLY not in page


def test_journey_of_a_school_that_became_several_names_each(side: Side) -> None:
    close(side.school)
    theirs = make.SchoolFactory(name="Their School", hub=make.HubFactory())
    ours = make.SchoolFactory(name="Our School", hub=side.hub)
    for one in (theirs, ours):
        SchoolSplit.objects.create(school=side.school, became=one)

    page = journey(side.browser(roles.HUB_LEAD), side.school)

    assert f"became Their School and {link(ours)}." in page


def test_journey_of_a_closed_school_of_which_nobody_knows_more_offers_nothing(side: Side) -> None:
    closed = make.SchoolFactory(hub=side.hub)
    close(closed)

    page = journey(side.browser(roles.HUB_LEAD), closed)

    assert "This school has closed, and had not taken part." in page
    assert APPLY not in page


def test_journey_says_as_which_school_what_goes_on_there_began(side: Side) -> None:
    """Also where that one had become another before; what began there says nothing."""
    juniors, academy = (make.SchoolFactory(name=name, hub=side.hub) for name in ("Catherine Junior", "Academy"))
    own = make.EnrolmentFactory(school=academy, hub=side.hub, offer=make.OfferFactory(title="Its own"))
    later = make.EnrolmentFactory(school=juniors, hub=side.hub, offer=make.OfferFactory(title="Of the juniors"))
    ended = make.EnrolmentFactory(school=juniors, hub=side.hub, status="completed")
    with clock.fixed(NOW):
        for old, new in ((side.school, juniors), (juniors, academy)):
            close(old, new)
            successors.follow_successors(now=NOW)
    rows = journey(side.browser(roles.HUB_LEAD), academy).split("<tr>")

    names = (str(side.school), "Catherine Junior")
    said = {
        one: [f">as {name}<" in next(row for row in rows if one.get_absolute_url() in row) for name in names]
        for one in (own, later, ended, side.enrolment, side.interest)
    }

    assert list(said.values()) == [[False, False], [False, True], [False, True], [True, False], [True, False]]
