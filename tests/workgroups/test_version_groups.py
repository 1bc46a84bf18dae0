"""Groups of a national offer and of the hub's own version of it take each other's schools."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions.following import CannotFollow
from programmes.actions.offer_versions import make_version
from programmes.actions.offer_years import publish_offer
from programmes.models import Enrolment, Offer
from schools.models import Person, School
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.dashboards.records.bringing import bring
from tests.workgroups.test_groups import NOW as AT
from tests.workgroups.test_groups import accepted, place, plan, running, start
from tests.world import NOW, Side
from workgroups.actions import groups, leading, successors
from workgroups.actions.groups import CannotGroup
from workgroups.models import Group, Place, Visit
from workgroups.notices.meetings import load_groups

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(side: Side) -> Client:
    """The hub's lead."""
    browser = Client()
    browser.force_login(side.users[HUB_LEAD])
    return browser


@pytest.fixture
def version(side: Side) -> Offer:
    """The hub's own version of what its group is of."""
    made = make_version(offer=side.offer, hub=side.hub, reason="Distances.", by=None)
    publish_offer(offer=made, by=None, now=NOW)
    return made


def _accepted(side: Side, offer: Offer, name: str, **fields: Any) -> Enrolment:
    school = make.SchoolFactory(authority__hub=side.hub, name=name)
    enrolment: Enrolment = make.EnrolmentFactory(**{"school": school, "offer": offer, "hub": side.hub, **fields})
    return enrolment


def _group(side: Side, offer: Offer, **fields: Any) -> Group:
    made: Group = make.GroupFactory(offer=offer, hub=side.hub, leader=side.leader, **fields)
    return made


def test_group_lists_schools_of_both_and_says_which_is_which(side: Side, lead: Client, version: Offer) -> None:
    group = _group(side, version)
    first, second = _accepted(side, side.offer, "Ash School"), _accepted(side, version, "Beech School")

    page = lead.get(f"/groups/{group.pk}/place/")
    lead.post(f"/groups/{group.pk}/place/", {"enrolments": [first.pk, second.pk]})

    assert [one.school.name for one in page.context["rows"]] == ["Ash School", "Beech School"]
    assert page.content.decode().count("Accepted under the national offer") == 1
    assert {place.enrolment for place in Place.objects.filter(group=group)} == {first, second}


def test_school_is_offered_the_groups_of_both(side: Side, lead: Client, version: Offer) -> None:
    national, own = _group(side, side.offer, name="Old"), _group(side, version, name="New")
    first, second = _accepted(side, side.offer, "Ash School"), _accepted(side, version, "Beech School")

    pages = [lead.get(f"/groups/enrolments/{one.pk}/place/").content.decode() for one in (first, second)]

    for page in pages:
        assert f'value="{national.pk}"' in page
        assert f'value="{own.pk}"' in page
        assert "(national)" in page
        assert "(your hub’s version)" in page


def test_group_of_another_hub_or_programme_takes_none(side: Side, version: Offer) -> None:
    enrolment = _accepted(side, version, "Ash School")
    elsewhere = make.GroupFactory(offer=side.offer)
    other = _group(side, make.OfferFactory(phase=side.offer.phase, code="OTHER"))

    for group, problem, words in (
        (elsewhere, CannotMove, "that hub places it"),
        (other, CannotGroup, "is not enrolled in"),
    ):
        with pytest.raises(problem, match=words):
            groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)


def test_school_has_the_visits_of_its_own_offer(side: Side, version: Offer) -> None:
    """What it was accepted for is owed to it, whichever group it sits in; meetings are the group's."""
    make.make_half_terms()
    Offer.objects.filter(pk=side.offer.pk).update(visits=3)
    Offer.objects.filter(pk=version.pk).update(visits=1)
    side.offer.refresh_from_db()
    version.refresh_from_db()
    group = _group(side, version, status=Group.Status.RUNNING, started_at=NOW)
    first, second = _accepted(side, side.offer, "Ash School"), _accepted(side, version, "Beech School")

    groups.place_schools(group=group, chosen=[first, second], by=None, now=NOW)

    owed = Visit.objects.filter(group=group)
    assert owed.filter(place__enrolment=first).order_by("-number").first().number == 3  # type: ignore[union-attr]
    assert list(owed.filter(place__enrolment=second).values_list("number", flat=True)) in ([1], [])


def test_enrolment_says_the_meetings_of_its_group(side: Side, lead: Client, version: Offer) -> None:
    Offer.objects.filter(pk=version.pk).update(meetings=4)
    version.refresh_from_db()
    enrolment = _accepted(side, side.offer, "Ash School")
    groups.place_school(group=_group(side, version), enrolment=enrolment, by=None, now=NOW)

    page = lead.get(enrolment.get_absolute_url()).content.decode()

    assert "<dd>4 in the year</dd>" in page


def test_version_that_is_one_school_support_shares_no_groups(side: Side, lead: Client, version: Offer) -> None:
    Offer.objects.filter(pk=version.pk).update(served_by=Offer.Served.SCHOOL)
    enrolment = _accepted(side, side.offer, "Ash School")
    group = _group(side, Offer.objects.get(pk=version.pk))

    assert not lead.get(f"/groups/{group.pk}/place/").context["rows"]
    with pytest.raises(CannotGroup):
        groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)


def test_programmes_to_choose_from_are_told_apart(side: Side, lead: Client, version: Offer) -> None:
    page = lead.get("/groups/new/").content.decode()

    assert f"{side.offer} (national)" in page
    assert f"{side.offer} (your hub’s version)" in page


def test_list_counts_both_as_one_programme(side: Side, lead: Client, version: Offer) -> None:
    _accepted(side, side.offer, "Ash School")
    _accepted(side, version, "Beech School")

    page = lead.get("/groups/")

    assert f"2 in {side.offer}" in page.content.decode()
    assert f"1 in {side.offer}" not in page.content.decode()


def test_group_has_a_name_that_none_of_its_programme_has(side: Side, lead: Client, version: Offer) -> None:
    page = lead.get(f"/groups/new/?offer={version.pk}")
    taken = side.group.name

    assert page.context["form"].initial["name"] == f"{version} group 2"
    with pytest.raises(CannotGroup, match="already has a group of this name"):
        groups.make_group(offer=version, hub=side.hub, name=taken, leader=side.leader, host=None, by=None)


def test_of_two_schools_that_became_one_each_in_one_of_both_is_chosen(side: Side, version: Offer) -> None:
    became = make.SchoolFactory(authority__hub=side.hub)
    closed = {"gias_status": School.GiasStatus.CLOSED, "succeeded_by": became}
    one = _accepted(side, side.offer, "Ash School")
    other = _accepted(side, version, "Beech School")
    make.EnrolledTeacherFactory(enrolment=one, person=None)
    stays, _leaves = (make.EnrolledTeacherFactory(enrolment=other, person__name=name) for name in ("Sue", "Lou"))
    School.objects.filter(pk__in=(one.school_id, other.school_id)).update(**closed)
    one, other = (Enrolment.objects.get(pk=each.pk) for each in (one, other))

    with pytest.raises(CannotFollow, match="same programme"):
        successors._check_free(one)
    said: dict[str, Any] = {"school": became, "reason": "Merged.", "by": None, "now": NOW}
    successors.choose(goes_on=one, ends=other, teachers=[stays], **said)

    assert Enrolment.objects.get(pk=one.pk).school == became
    news = Notice.objects.filter(kind__startswith="enrolment-", name__in=("Sue", "Lou"), state="planned")
    told = {(notice.kind, notice.name) for notice in news}
    assert told == {("enrolment-merged", "Sue"), ("enrolment-changed", "Lou")}
    assert Enrolment.objects.get(pk=other.pk).status == Enrolment.Status.WITHDRAWN


def test_group_that_is_taken_over_has_schools_of_both(side: Side, version: Offer) -> None:
    """Whoever is new in the records is entered under the version, who was accepted before stays where they are."""
    old = _accepted(side, side.offer, "Ash School").school
    new = make.SchoolFactory(authority=old.authority, name="Beech School")
    table = [["Work Group", "Programme", "Year", "Leader", "School"]]
    table += [["North", side.offer.phase.name, "2026/27", "Lee Leader", one.name] for one in (new, old)]

    bring("groups", table, hub=side.hub, by=side.users[HUB_LEAD])

    offers = {place.enrolment.school: place.enrolment.offer for place in Place.objects.filter(group__name="North")}
    assert offers == {new: version, old: side.offer}


def test_dates_say_to_each_school_of_a_mixed_group_how_often_it_is_visited() -> None:
    """The leader of both reads no number: the one is visited once a term, the other three times in the year."""
    make.make_half_terms()
    group = make.GroupFactory()
    version = make_version(offer=group.offer, hub=group.hub, reason="x", by=None)
    Offer.objects.filter(pk=version.pk).update(visits=3, visits_per="year", is_published=True)
    first, second = accepted(group), accepted(group)
    Enrolment.objects.filter(pk=second.pk).update(offer=version)
    heads = [
        make.RoleFactory(kind=HEADTEACHER, school=one.school, starts_on=AT.date()).person for one in (first, second)
    ]
    for one in (first, second):
        place(group, Enrolment.objects.get(pk=one.pk))
    plan(group)
    start(group)

    bodies = [_dates_of(person) for person in (*heads, group.leader.person)]

    assert group.offer.visits_per == "term"
    assert f"{group.leader} also visits your school once a term and agrees the dates with you." in bodies[0]
    assert f"{group.leader} also visits your school 3 times in the year and agrees the dates with you." in bodies[1]
    assert "You also visit every school and agree the dates with it." in bodies[2]


@pytest.mark.parametrize("visited", ["national", "version"])
def test_another_leader_visits_the_schools_of_a_mixed_group_that_are_visited_and_no_other(visited: str) -> None:
    """The group is of the national offer; one school was accepted for the hub's version of it."""
    make.make_half_terms()
    group: Group = make.GroupFactory()
    version = make_version(offer=group.offer, hub=group.hub, reason="x", by=None)
    without = version if visited == "national" else group.offer
    Offer.objects.filter(pk=version.pk).update(is_published=True)
    Offer.objects.filter(pk=without.pk).update(visits=0)
    enrolments = [accepted(group), accepted(group)]
    Enrolment.objects.filter(pk=enrolments[1].pk).update(offer=version)
    group = Group.objects.get(pk=group.pk)
    held = [place(group, Enrolment.objects.get(pk=one.pk)) for one in enrolments]
    plan(group)
    start(group)
    other = make.LeaderFactory(hub=group.hub, person__name="Nora New")
    with clock.fixed(AT):
        delivery.deliver_due()

    later = AT + timedelta(hours=2)
    leading.change_leader(
        group=group, leader=other, from_on=later.date() + timedelta(days=9), reason="x", by=None, now=later
    )
    with clock.fixed(later):
        delivery.deliver_due()

    for kind in ("year_dates", "leader_changed"):
        bodies = [_sent(kind, one.participants.get().person) for one in held]
        assert ["also visits your school" in body for body in bodies] == [visited == "national", visited == "version"]


def test_another_leader_is_not_said_to_visit_a_school_whose_visits_are_all_done() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    held = running(group)
    other = make.LeaderFactory(hub=group.hub, person__name="Nora New")
    with clock.fixed(AT):
        delivery.deliver_due()
    Visit.objects.filter(place=held[0]).update(status="done", on=AT.date())

    later = AT + timedelta(hours=2)
    leading.change_leader(group=group, leader=other, from_on=later.date(), reason="x", by=None, now=later)
    with clock.fixed(later):
        delivery.deliver_due()

    bodies = [_sent("leader_changed", one.participants.get().person) for one in held]
    assert ["also visits your school" in body for body in bodies] == [False, True]


def _sent(kind: str, person: Person) -> str:
    body: str = Notice.objects.get(kind=kind, recipient=f"person:{person.pk}", state="sent").body
    return body


def _dates_of(person: Person) -> str:
    notice = Notice.objects.get(kind="year_dates", recipient=f"person:{person.pk}")
    with clock.fixed(AT):
        return render(notices.kinds()["year_dates"], load_groups().get(), notice)[1]
