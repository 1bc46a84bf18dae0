"""Groups and meetings as hub staff, leaders and schools see them, and the steps by their forms."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.models import Enrolment
from schools.models import Role
from schools.roles import BOARD, HEADTEACHER, HUB_ADMIN, HUB_LEAD, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.models import Group, Meeting, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    """The world on 11 January 2027."""
    with clock.fixed(NOW):
        yield make_side()


def _as(side: Side, kind: str) -> Client:
    browser = Client()
    browser.force_login(side.users[kind])
    return browser


def _accepted(side: Side, name: str) -> Enrolment:
    school = make.SchoolFactory(authority__hub=side.hub, name=name, town="Exampleton")
    enrolment = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub)
    make.EnrolledTeacherFactory(enrolment=enrolment)
    return enrolment


def _other_school(side: Side) -> Place:
    """A second school in the running group, with a teacher who can be written to and a visit."""
    place = make.PlaceFactory(group=side.group, enrolment=_accepted(side, "Quiet Corner Primary"))
    make.ParticipantFactory(place=place, person__name="Nell Neighbour", person__email="nell@quiet.example.org")
    make.VisitFactory(place=place, number=1)
    return place


def _line(number: int, day: date, start: str = "1.30pm", end: str = "4pm") -> dict[str, str]:
    boxes = {"day_0": day.day, "day_1": day.month, "day_2": day.year, "start": start, "end": end}
    return {f"meeting-{number}-{name}": str(value) for name, value in boxes.items()}


def _lines(*lines: dict[str, str]) -> dict[str, str]:
    sent = {"meeting-TOTAL_FORMS": str(len(lines)), "meeting-INITIAL_FORMS": str(len(lines))}
    for line in lines:
        sent |= line
    return sent


def test_group_is_made_filled_planned_and_started_by_its_forms(side: Side) -> None:
    """From the list to the start, each step where the one before it leads."""
    browser = _as(side, HUB_LEAD)
    schools = [_accepted(side, "Ash Primary"), _accepted(side, "Birch Primary")]
    made = browser.post(
        f"/groups/new/?offer={side.offer.pk}", {"name": "North", "leader": str(side.leader.pk)}, follow=True
    )
    group = Group.objects.get(name="North")
    browser.post(f"/groups/{group.pk}/place/", {"enrolments": [str(one.pk) for one in schools]})
    days = [date(2027, 1, 19), date(2027, 3, 9), date(2027, 6, 15)]
    browser.post(f"/groups/{group.pk}/plan/", _lines(*[_line(at, day) for at, day in enumerate(days)]))

    answer = browser.post(f"/groups/{group.pk}/start/", {}, follow=True)

    assert "Ash Primary, Exampleton (1 of 1 teachers named)" in made.content.decode()
    assert "The group has started. Everybody gets all dates of the year." in answer.content.decode()
    group.refresh_from_db()
    assert (group.status, group.places_taken, group.meetings.count()) == ("running", 2, 3)
    assert Notice.objects.filter(kind="year_dates", target=f"workgroups.group:{group.pk}").count() == 3


def test_full_leader_and_taken_name_come_back_with_what_was_typed(side: Side) -> None:
    """Refused in words, the name kept."""
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)
    sent = {"name": "One too many", "leader": str(side.leader.pk)}

    answer = _as(side, HUB_ADMIN).post(f"/groups/new/?offer={side.offer.pk}", sent)

    assert answer.status_code == 422
    assert "leads 2 groups this year already" in answer.content.decode()
    assert 'value="One too many"' in answer.content.decode()


def test_more_schools_than_places_are_refused_together(side: Side) -> None:
    """Three for the two places left: none is placed."""
    three = [_accepted(side, f"School {letter}") for letter in "ABC"]

    answer = _as(side, HUB_LEAD).post(f"/groups/{side.group.pk}/place/", {"enrolments": [str(one.pk) for one in three]})

    assert answer.status_code == 422
    assert "The group is full: all 3 places are taken." in answer.content.decode()
    assert Group.objects.get(pk=side.group.pk).places_taken == 1


def test_plan_proposes_dates_and_draws_them(side: Side) -> None:
    """The world's group has one of its three meetings."""
    answer = _as(side, SPECIALIST).get(f"/groups/{side.group.pk}/plan/?weekday=2&start=9am&end=12")

    text = answer.content.decode()
    assert text.count("<title>Proposed: Wednesday") == 2
    assert 'value="09:00"' in text


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2027, 5, 3), "bank holiday"),
        (date(2027, 2, 16), "term"),
        (date(2027, 1, 23), "weekend"),
    ],
)
def test_plan_comes_back_with_the_day_that_will_not_do(side: Side, day: date, problem: str) -> None:
    """Nothing is kept; the line says why."""
    answer = _as(side, SPECIALIST).post(f"/groups/{side.group.pk}/plan/", _lines(_line(0, day)))

    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert Meeting.objects.filter(group=side.group).count() == 1


def test_meeting_is_moved_and_cancelled_by_its_forms(side: Side) -> None:
    """The leader moves it; the hub cancels it; the page says why."""
    page = f"/groups/meetings/{side.meeting.pk}/"
    sent = {
        "day_0": "19",
        "day_1": "1",
        "day_2": "2027",
        "start": "1.30pm",
        "end": "4pm",
        "reason": "Snow",
        "seen": "0",
    }

    moved = _as(side, SPECIALIST).post(f"{page}move/", sent, follow=True)
    old = _as(side, HUB_LEAD).post(f"{page}move/", {**sent, "day_0": "20"})
    cancelled = _as(side, HUB_LEAD).post(f"{page}cancel/", {"reason": "Burst pipe"}, follow=True)

    assert "Tuesday 19 January 2027, 1.30pm" in moved.content.decode()
    assert (old.status_code, "meeting moved" in old.content.decode()) == (422, True)
    assert "Burst pipe" in cancelled.content.decode()


def test_school_reads_its_group_without_what_is_not_its_own(side: Side) -> None:
    """Names of those one meets, never their addresses, nor another school's visits."""
    _other_school(side)
    pages = [f"/groups/{side.group.pk}/{tab}" for tab in ("", "schools/", "meetings/", "visits/")]

    seen = {
        kind: "".join(_as(side, kind).get(page).content.decode() for page in pages)
        for kind in (TEACHER, HEADTEACHER, SPECIALIST)
    }

    assert {kind: "Nell Neighbour" in text for kind, text in seen.items()} == dict.fromkeys(seen, True)
    assert {kind: "nell@quiet.example.org" in text for kind, text in seen.items()} == {
        TEACHER: False,
        HEADTEACHER: False,
        SPECIALIST: True,
    }
    assert {kind: "Visit 1, Quiet Corner Primary" in text for kind, text in seen.items()} == {
        TEACHER: False,
        HEADTEACHER: False,
        SPECIALIST: True,
    }


def test_reminders_tab_lists_every_e_mail_of_the_group(side: Side) -> None:
    """Those of its meetings too, with their state."""
    make.NoticeFactory(
        owner=side.hub,
        kind="meeting_reminder",
        state="planned",
        thread=f"workgroups.group:{side.group.pk}",
        name="Tam Teacher",
    )

    text = _as(side, HUB_LEAD).get(f"/groups/{side.group.pk}/reminders/").content.decode()

    assert [words in text for words in ("Meeting reminder", "Tam Teacher", "Planned")] == [True, True, True]


def test_list_warns_of_groups_below_their_minimum_and_late_visits(side: Side) -> None:
    """A forming group with no school, and a running one whose visit was not booked in time."""
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader, name="Empty")
    type(side.visit).objects.filter(pk=side.visit.pk).update(book_by=date(2027, 1, 8))

    text = _as(side, HUB_LEAD).get("/groups/").content.decode()

    assert [words in text for words in ("needs 2", "1 visit late")] == [True, True]


def test_school_leaves_by_the_form_and_is_listed_as_left(side: Side) -> None:
    """With the reason in the history."""
    browser = _as(side, HUB_LEAD)

    browser.post(f"/groups/places/{side.place.pk}/remove/", {"reason": "Head retires"})

    left: Any = browser.get(f"/groups/{side.group.pk}/schools/").content.decode()
    history = browser.get(f"/groups/{side.group.pk}/history/").content.decode()
    assert ("Left the group" in left, "Head retires" in history) == (True, True)


def test_list_of_groups_says_which_programmes_have_schools_without_a_group(side: Side) -> None:
    """The school that has its place in a group is not among them."""
    _accepted(side, "Waiting Primary")

    page = _as(side, HUB_LEAD).get("/groups/?status=forming&years=all")

    assert [one["schools"] for one in page.context["waiting"]] == [1]
    assert f'<a href="/groups/new/?offer={side.offer.pk}">1 in {side.offer.title} 2026/27</a>' in page.content.decode()


def test_list_of_groups_tells_only_hub_staff_who_waits(side: Side) -> None:
    _accepted(side, "Waiting Primary")

    page = _as(side, SPECIALIST).get("/groups/")

    assert not page.context["waiting"]


def test_group_open_to_any_number_counts_its_schools(side: Side) -> None:
    Group.objects.filter(pk=side.group.pk).update(places_max=None)

    page = _as(side, HUB_LEAD).get(f"/groups/{side.group.pk}/").content.decode()

    assert "· 1 school" in page


def test_group_is_not_made_for_a_hub_whose_board_one_only_sits_on(side: Side) -> None:
    user = make.make_user(HUB_ADMIN, hub=make.HubFactory())
    make.RoleFactory(person=user.person, kind=BOARD, hub=side.hub)
    browser = Client()
    browser.force_login(user)
    browser.post(reverse("schools:hub-choose"), {"hub": side.hub.pk})

    answer = browser.post(
        f"{reverse('workgroups:group-create')}?offer={side.offer.pk}", {"name": "Ours", "leader": side.leader.pk}
    )

    assert (answer.status_code, Group.objects.filter(name="Ours").exists()) == (403, False)


def test_leader_whose_role_has_ended_sees_no_group_meeting_or_visit(side: Side) -> None:
    user = side.users[SPECIALIST]
    Role.objects.filter(person=user.person, hub=side.hub).update(ends_on=NOW.date() - timedelta(days=1))
    make.RoleFactory(person=user.person, kind=SPECIALIST, hub=make.HubFactory())

    browser = _as(side, SPECIALIST)
    found = [browser.get(thing.get_absolute_url()).status_code for thing in (side.group, side.meeting, side.visit)]

    assert found == [404, 404, 404]
