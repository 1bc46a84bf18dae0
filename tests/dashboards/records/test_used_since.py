"""What came with a file and is needed or used by the time that it is taken back, and what two lines say of one name."""

import pytest

from hubportal.core.models import Job
from programmes.actions import decisions
from programmes.actions.interest import submit
from schools.actions import people
from schools.models import Person, Role
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, look_at, outcomes, take_back
from tests.programmes.express import make_application, make_privacy
from tests.world import NOW, Side
from workgroups.models import Group

pytestmark = pytest.mark.django_db
HEADINGS = ["Group", "Programme", "Academic Year", "Leader", "School"]
PEOPLE = ["School", "Name", "Role", "E-mail"]


def _group(side: Side, name: str = "Hill Top Primary School") -> Table:
    hill = make.SchoolFactory(name=name, authority=side.school.authority)
    return [HEADINGS, [side.group.name, side.offer.phase.name, "2026/27", str(side.group.leader), hill.name]]


@pytest.mark.parametrize("is_used", [False, True])
def test_group_that_a_file_made_larger_has_its_size_again_unless_its_places_stay(side: Side, is_used: bool) -> None:
    Group.objects.filter(pk=side.group.pk).update(places_taken=1, places_max=1)
    upload = bring("groups", _group(side), hub=side.hub, by=side.users["hub_lead"])
    larger = Group.objects.get(pk=side.group.pk)
    if is_used:
        make.ParticipantFactory(place=larger.places.get(enrolment__school__name="Hill Top Primary School"))

    job = take_back(upload)

    group = Group.objects.get(pk=side.group.pk)
    assert (larger.places_max, larger.places_taken) == (None, 2)
    assert job.state == Job.State.DONE
    assert (group.places_max, group.places_taken) == ((None, 2) if is_used else (1, 1))
    kept = "".join(upload.lines.values_list("kept", flat=True))
    assert ("has more schools than 1 by now: it stays without a limit" in kept) == is_used


@pytest.mark.parametrize(("accepted", "stays"), [("Mrs Ann Able", True), ("Anna Bell", False)])
def test_role_of_whom_an_acceptance_names_stays_and_nobody_elses_of_that_address(
    side: Side, accepted: str, stays: bool
) -> None:
    table = [PEOPLE, [side.school.name, "Ann Able", "Maths lead", "ann@people.example.org"]]
    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])
    make_privacy()
    contact = {
        "contact_name": accepted,
        "contact_email": "ann@people.example.org",
        "contact_job": "",
        "contact_phone": "",
    }
    interest = submit(application=make_application(school=side.school, **contact), by=None, now=NOW)
    decisions.accept(interest=interest, by=side.users["hub_lead"], now=NOW)

    take_back(upload)

    assert Role.objects.filter(person__name="Ann Able", kind="maths_lead").exists() == stays
    assert Person.objects.filter(name="Ann Able").exists() == stays
    kept = "".join(upload.lines.values_list("kept", flat=True))
    assert ("an application that was accepted" in kept) == stays
    assert ("Person “Ann Able” stays with what came with the same file and stays: Role “Ann Able" in kept) == stays


def test_address_that_somebody_signs_in_with_by_now_stays(side: Side) -> None:
    person = make.PersonFactory(name="Bo Boon", email="", school=side.school)
    Role.objects.create(person=person, kind="maths_lead", school=side.school, starts_on=NOW.date())
    table = [PEOPLE, [side.school.name, "Bo Boon", "Maths lead", "bo@people.example.org"]]
    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])
    people.invite_again(person=Person.objects.get(pk=person.pk), by=side.users["hub_lead"], now=NOW)

    take_back(upload)

    assert Person.objects.get(pk=person.pk).email == "bo@people.example.org"
    assert "signs in with this address by now" in "".join(upload.lines.values_list("kept", flat=True))


def test_two_addresses_of_one_name_in_a_file_are_not_made_one_person(side: Side) -> None:
    table = [
        PEOPLE,
        [side.school.name, "Sarah Smith", "Maths lead", "s.smith1@people.example.org"],
        [side.school.name, "Sarah Smith", "Teacher", "s.smith2@people.example.org"],
        [side.school.name, "Sarah Smith", "Teacher", "s.smith1@people.example.org"],
    ]

    found = outcomes(look_at("people", table, hub=side.hub, by=side.users["hub_lead"]))

    assert [outcome for outcome, _what in found] == ["create", "error", "create"]
    assert found[1][1].startswith("Line 2 has Sarah Smith with another address, s.smith1@people.example.org.")


def test_role_of_somebody_who_stays_as_their_details_were_changed_stays_and_is_told_of(side: Side) -> None:
    hill = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    lines = [[hill.name, "Ann Able", "Headteacher", ""], [hill.name, "Bo Boon", "Maths lead", ""]]
    upload = bring("people", [PEOPLE, *lines], hub=side.hub, by=side.users["hub_lead"])
    Person.objects.filter(name="Ann Able").update(phone="01234 567890")

    take_back(upload)

    assert list(Role.objects.filter(school=hill).values_list("person__name", "kind")) == [("Ann Able", "headteacher")]
    kept = list(upload.lines.order_by("number").values_list("kept", flat=True))
    assert "stays, as what is known of Ann Able has been changed since." in kept[0]
    assert kept[1] == ""
