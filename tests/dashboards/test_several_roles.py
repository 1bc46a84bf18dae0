"""A person of several roles: home has what each does, and the menu leads to the pages of all."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools import roles
from schools.models import Role, School, User
from tests import factories as make
from tests.world import NOW, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NAV = re.compile(r'<nav class="portal-nav".*?</nav>', re.DOTALL)
SCHOOL = ["What is asked of you now", "Next dates", "Your programmes"]
HUB = ["Needs you", "Recruitment", "Next meetings", "Visits 2026/27", "Money 2026/27"]
LEADER = ["Needs you", "Visits 2026/27", "Next meetings", "My groups 2026/27"]


def both(side: Side, kind: str, other: str, **place: Any) -> Client:
    """Who holds the first role in the world, signed in with another one besides."""
    user = side.users[kind]
    make.RoleFactory(person=user.person, kind=other, **place)
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk))
    return browser


def headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", page.partition("<main")[2])


def menu(page: str) -> dict[str, str]:
    found = NAV.search(page)
    assert found is not None
    return dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', found.group()))


def own_school(side: Side) -> School:
    """A school where somebody of the hub works, in another group and with money of its own."""
    school: School = make.SchoolFactory(authority__hub=side.hub, name="Own Primary School")
    enrolment = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub)
    make.AwardFactory(enrolment=enrolment)
    make.EnrolledTeacherFactory(enrolment=enrolment, person=None)
    return school


def test_home_of_a_leader_who_is_maths_lead_has_the_school_too(side: Side) -> None:
    page = both(side, roles.SPECIALIST, roles.MATHS_LEAD, school=own_school(side)).get("/").content.decode()

    assert headings(page) == ["Groups you lead", *LEADER, "Your school", *SCHOOL, "Whom to ask"]
    assert "Own Primary School" in page
    # What one sees of the schools one leads is not one's own school's.
    assert f"/funding/awards/{side.award.pk}/" not in page


def test_home_of_hub_staff_who_are_maths_lead_has_the_school_too(side: Side) -> None:
    page = both(side, roles.HUB_ADMIN, roles.MATHS_LEAD, school=own_school(side)).get("/").content.decode()
    of_school = page.partition(">Your school<")[2]

    assert headings(page) == [side.hub.name, *HUB, "Your school", *SCHOOL, "Whom to ask"]
    assert "Own Primary School" in of_school
    assert side.school.name not in of_school


def test_home_of_a_leader_who_is_trust_lead_has_the_trust_too(side: Side) -> None:
    page = both(side, roles.SPECIALIST, roles.TRUST_LEAD, trust=side.trust).get("/").content.decode()

    assert headings(page) == ["Groups you lead", *LEADER, "Your schools", *SCHOOL, "Whom to ask"]
    assert f"/funding/awards/{side.award.pk}/" in page


def test_home_of_a_maths_lead_who_attends_has_their_own_meetings_too(side: Side) -> None:
    page = both(side, roles.MATHS_LEAD, roles.TEACHER, school=side.school).get("/").content.decode()

    assert headings(page) == ["Your school", *SCHOOL, "As a teacher", "Your next meetings", "Whom to ask"]


def test_home_of_hub_staff_who_lead_groups_has_the_work_once(side: Side) -> None:
    make.MeetingFactory(group=side.group, number=7, starts_at=NOW.replace(day=4), ends_at=NOW.replace(day=4, hour=12))
    browser = both(side, roles.SPECIALIST, roles.HUB_ADMIN, hub=side.hub)

    page, mine = (browser.get(url).content.decode() for url in ("/", "/?work=mine"))

    groups_led = ["Visits 2026/27", "Next meetings", "My groups 2026/27"]
    assert headings(page) == [side.hub.name, *HUB, "Groups you lead", *groups_led]
    assert page.count("Meetings without a full register</strong>") == 1
    assert "<strong>Mine</strong>" in mine


def test_home_shows_one_hub_and_leads_to_the_others(side: Side) -> None:
    other = make.HubFactory()
    browser = both(side, roles.HUB_ADMIN, roles.SPECIALIST, hub=other)

    here = browser.get("/").content.decode()
    browser.post("/schools/hub/", {"hub": str(other.pk)})
    there = browser.get("/").content.decode()

    assert headings(here) == [side.hub.name, *HUB, "In other hubs"]
    assert f"Look at {other.name}" in here
    assert headings(there) == ["Groups you lead", *LEADER, "In other hubs"]
    assert f"Look at {side.hub.name}" in there


def test_menu_of_a_leader_who_is_maths_lead_has_the_entries_of_both(side: Side) -> None:
    school = own_school(side)
    page = both(side, roles.SPECIALIST, roles.MATHS_LEAD, school=school).get("/").content.decode()

    assert list(menu(page).values()) == [
        *("Home", "My groups", "My visits", "My schools", "Calendar"),
        *("Our journey", "Our dates", "Our people", "Interest", "Funding"),
    ]


def test_menu_of_hub_staff_who_are_maths_lead_has_each_page_once(side: Side) -> None:
    browser = both(side, roles.HUB_ADMIN, roles.MATHS_LEAD, school=side.school)

    found = menu(browser.get("/").content.decode())

    assert list(found.values()) == [
        *("Home", "Schools", "Interest", "Groups", "Visits", "People", "Funding", "Reminders", "Offers"),
        *("Our journey", "Our dates", "Our people"),
    ]
    assert {browser.get(url).status_code for url in found} == {200}


def test_menu_of_a_leader_who_is_trust_lead_calls_shared_pages_by_the_plain_word(side: Side) -> None:
    page = both(side, roles.SPECIALIST, roles.TRUST_LEAD, trust=side.trust).get("/").content.decode()

    assert list(menu(page).values()) == ["Home", "My groups", "My visits", "Schools", "Calendar", "Interest", "Funding"]


def test_menu_marks_the_own_school_only_on_its_own_pages(side: Side) -> None:
    own = own_school(side)
    browser = both(side, roles.HUB_ADMIN, roles.MATHS_LEAD, school=own)

    marked = [
        re.findall(r'aria-current="page">([^<]+)<', NAV.findall(browser.get(f"{url}").content.decode())[0])
        for url in (f"/schools/{own.pk}/people/", f"/schools/{side.school.pk}/people/")
    ]

    assert marked == [["Our people"], ["Schools"]]


def attends(side: Side) -> Any:
    """The specialist is a teacher of a school in somebody else's group; its meeting, over without a register."""
    place = make.PlaceFactory(group__hub=side.hub, enrolment__school=own_school_without_money(side))
    make.ParticipantFactory(place=place, person=side.users[roles.SPECIALIST].person)
    return make.MeetingFactory(
        group=place.group, number=1, starts_at=NOW.replace(day=4), ends_at=NOW.replace(day=4, hour=12)
    )


def own_school_without_money(side: Side) -> School:
    school: School = make.SchoolFactory(authority__hub=side.hub)
    Role.objects.create(
        person=side.users[roles.SPECIALIST].person, kind=roles.TEACHER, school=school, starts_on=NOW.date()
    )
    return school


def test_calendar_of_a_leader_has_the_meetings_they_attend(side: Side) -> None:
    attended = attends(side)
    neighbour = make.MeetingFactory(group__hub=side.hub)
    browser = side.browser(roles.SPECIALIST)

    everything = browser.get(reverse("workgroups:meeting-list") + "?status=all").context["rows"]
    to_mark = browser.get(reverse("workgroups:meeting-list") + "?status=unmarked&years=all").context["rows"]

    assert str(attended.pk) in [row[0] for row in everything]
    assert str(side.meeting.pk) in [row[0] for row in everything]
    assert str(neighbour.pk) not in [row[0] for row in everything]
    # Its register is for its own leader to keep.
    assert str(attended.pk) not in [row[0] for row in to_mark]


def test_groups_of_a_leader_who_is_a_teacher_are_all_or_their_own(side: Side) -> None:
    attended = attends(side).group
    browser = side.browser(roles.SPECIALIST)

    pages = [[row[1] for row in browser.get(f"/groups/{query}").context["rows"]] for query in ("", "?mine=yes")]

    assert pages == [sorted([attended.name, side.group.name]), [side.group.name]]


PAIRS = [
    (roles.SPECIALIST, roles.MATHS_LEAD, 19),
    (roles.HUB_ADMIN, roles.MATHS_LEAD, 20),
    (roles.SPECIALIST, roles.TRUST_LEAD, 19),
    (roles.SPECIALIST, roles.HUB_ADMIN, 16),
    (roles.MATHS_LEAD, roles.TEACHER, 16),
]


@pytest.mark.parametrize(("kind", "other", "queries"), PAIRS)
def test_home_of_two_roles_takes_a_fixed_number_of_queries(side: Side, kind: str, other: str, queries: int) -> None:
    places: dict[str, dict[str, Any]] = {roles.TRUST_LEAD: {"trust": side.trust}, roles.HUB_ADMIN: {"hub": side.hub}}
    browser = both(side, kind, other, **places.get(other, {"school": side.school}))
    few = _count(browser)
    for number in range(20, 22):
        make.MeetingFactory(group=side.group, number=number)
        make.VisitFactory(place=side.place, number=number, status="booked", on=NOW.date(), starts_at=NOW)
        enrolment = make.EnrolmentFactory(school=side.school, hub=side.hub, offer__leader_kind=side.offer.leader_kind)
        make.AwardFactory(enrolment=enrolment)
        make.EnrolledTeacherFactory(enrolment=enrolment)

    assert (few, _count(browser)) == (queries, queries)


def _count(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    return len(captured.captured_queries)
