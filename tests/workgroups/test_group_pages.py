"""Groups and meetings as hub staff, leaders and schools see them, and the steps by their forms."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core.models import Notice
from programmes.models import Enrolment
from schools.models import Role
from schools.roles import BOARD, HEADTEACHER, HUB_ADMIN, HUB_LEAD, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import NOW, Side
from workgroups.models import Group, Meeting, Place

pytestmark = [pytest.mark.django_db, pytest.mark.once]


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


def _line(number: int, day: date, start: str = "1.30pm", end: str = "4pm", **where: object) -> dict[str, str]:
    boxes = {"day_0": day.day, "day_1": day.month, "day_2": day.year, "start": start, "end": end, **where}
    return {f"meeting-{number}-{name}": str(value) for name, value in boxes.items()}


def _lines(*lines: dict[str, str]) -> dict[str, str]:
    sent = {"meeting-TOTAL_FORMS": str(len(lines)), "meeting-INITIAL_FORMS": str(len(lines))}
    for line in lines:
        sent |= line
    return sent


def test_group_is_made_filled_planned_and_started_by_its_forms(side: Side) -> None:
    """From the list to the start, each step where the one before it leads."""
    browser = side.browser(HUB_LEAD)
    schools = [_accepted(side, "Ash Primary"), _accepted(side, "Birch Primary")]
    made = browser.post(
        f"/groups/new/?offer={side.offer.pk}", {"name": "North", "leader": str(side.leader.pk)}, follow=True
    )
    group = Group.objects.get(name="North")
    browser.post(f"/groups/{group.pk}/place/", {"enrolments": [str(one.pk) for one in schools]})
    days = [date(2027, 1, 19), date(2027, 3, 9), date(2027, 6, 15)]
    browser.post(f"/groups/{group.pk}/plan/", _lines(*[_line(at, day) for at, day in enumerate(days)]))

    answer = browser.post(f"/groups/{group.pk}/start/", {}, follow=True)

    text = made.content.decode()
    assert [name in text for name in ("Ash Primary", "Exampleton", "1 named")] == [True, True, True]
    assert "The group has started. Everybody gets all dates of the year." in answer.content.decode()
    group.refresh_from_db()
    assert (group.status, group.places_taken, group.meetings.count()) == ("running", 2, 3)
    assert Notice.objects.filter(kind="year_dates", target=f"workgroups.group:{group.pk}").count() == 3


def test_each_tab_says_in_its_title_which_it_is(side: Side) -> None:
    """Tabs of the browser and a screen reader's list of pages tell them apart."""
    browser = side.browser(HUB_LEAD)

    pages = [browser.get(f"/groups/{side.group.pk}/{tab}").content.decode() for tab in ("", "meetings/")]

    titles = [page.partition("<title>")[2].partition(" –")[0] for page in pages]
    assert titles == [side.group.name, f"{side.group.name}, Meetings"]


@pytest.mark.parametrize("asked", ["", "&offer=", "&offer=99999", "&offer=x"])
def test_choosing_no_programme_is_said_as_every_other_error(side: Side, asked: str) -> None:
    browser = side.browser(HUB_LEAD)

    first, pressed = (browser.get(f"/groups/new/{query}").content.decode() for query in ("", f"?asked=yes{asked}"))

    summaries = ["govuk-error-summary" in page for page in (first, pressed)]
    assert summaries == [False, True]
    assert "<title>Error: Make a group" in pressed
    leads_to = re.search(r'<a href="#([^"]+)">', pressed.partition("govuk-error-summary")[2])
    assert leads_to is not None
    assert f'id="{leads_to[1]}"' in pressed


def test_full_leader_and_taken_name_come_back_with_what_was_typed(side: Side) -> None:
    """Refused in words, the name kept."""
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)
    sent = {"name": "One too many", "leader": str(side.leader.pk)}

    answer = side.browser(HUB_ADMIN).post(f"/groups/new/?offer={side.offer.pk}", sent)

    assert answer.status_code == 200
    assert "leads 2 groups this year already" in answer.content.decode()
    assert 'value="One too many"' in answer.content.decode()


def test_leader_of_as_many_groups_as_agreed_is_not_offered(side: Side) -> None:
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)
    free = make.LeaderFactory(hub=side.hub)

    page = side.browser(HUB_LEAD).get(f"/groups/new/?offer={side.offer.pk}").content.decode()

    offered = re.findall(r'<input[^>]*name="leader"[^>]*>', page)
    assert [f'value="{one.pk}"' in offered[0] for one in (free, side.leader)] == [True, False]
    assert len(offered) == 1
    full = f"they lead as many groups as they can: {side.leader.person.name}."
    assert f'{full} <a href="{reverse("programmes:leader-list")}">' in page


def test_more_schools_than_places_are_refused_together(side: Side) -> None:
    """Three for the two places left: none is placed."""
    three = [_accepted(side, f"School {letter}") for letter in "ABC"]

    answer = side.browser(HUB_LEAD).post(
        f"/groups/{side.group.pk}/place/", {"enrolments": [str(one.pk) for one in three]}
    )

    assert answer.status_code == 200
    text = " ".join(answer.content.decode().split())
    assert "You ticked 3 schools, but only 2 places are left. None was placed." in text
    assert text.count(" checked>") == 3
    assert Group.objects.get(pk=side.group.pk).places_taken == 1


def test_name_proposed_for_a_group_tells_it_from_those_of_other_programmes(side: Side) -> None:
    """Phases of two pathways may share a short name."""
    type(side.offer.phase).objects.filter(pk=side.offer.phase_id).update(short_name="Second year")

    page = side.browser(HUB_LEAD).get(f"/groups/new/?offer={side.offer.pk}").content.decode()

    assert f'value="{side.offer.title} 2026/27 group 2"' in page


def test_plan_proposes_dates_and_draws_them(side: Side) -> None:
    """The world's group has one of its three meetings."""
    answer = side.browser(SPECIALIST).get(f"/groups/{side.group.pk}/plan/?weekday=2&start=9am&end=12")

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
    answer = side.browser(SPECIALIST).post(f"/groups/{side.group.pk}/plan/", _lines(_line(0, day)))

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<title>Error: Plan the meetings" in text
    link = re.search(r'<a href="#([^"]+)">Date 1: ([^<]+)</a>', text)
    assert link is not None
    assert problem in link.group(2)
    assert f'id="{link.group(1)}"' in text
    assert Meeting.objects.filter(group=side.group).count() == 1


def test_plan_says_where_each_meeting_is(side: Side) -> None:
    """The schools take turns, whoever has hosted least first; another is chosen, or another place typed."""
    own, other = side.school, _other_school(side).enrolment.school
    Meeting.objects.filter(pk=side.meeting.pk).update(host=own)
    browser, plan = side.browser(HUB_LEAD), f"/groups/{side.group.pk}/plan/"
    days = [date(2027, 1, 19), date(2027, 3, 9), date(2027, 6, 15)]
    wheres = [{"host": str(own.pk)}, {"host": str(own.pk), "venue": "Online"}, {"host": ""}]

    proposed = [line.initial["host"] for line in browser.get(plan).context["lines"]]
    answer = browser.post(plan, _lines(*[_line(at, days[at], **where) for at, where in enumerate(wheres)]))

    names = {own.pk: own.name, other.pk: other.name}
    first, second = sorted(names, key=lambda pk: (names[pk], pk))
    in_turn = [other.pk, *[first, second] * len(proposed)]
    assert proposed == in_turn[: len(proposed)]
    assert answer.status_code == 302
    planned = Meeting.objects.filter(group=side.group, number__gt=1).order_by("number")
    assert [(one.host, one.venue) for one in planned] == [(own, ""), (None, "Online"), (None, "")]


def test_plan_refuses_a_host_from_elsewhere(side: Side) -> None:
    stranger = make.SchoolFactory(authority__hub=side.hub)

    answer = side.browser(SPECIALIST).post(
        f"/groups/{side.group.pk}/plan/", _lines(_line(0, date(2027, 1, 19), host=stranger.pk))
    )

    assert answer.status_code == 200
    assert Meeting.objects.filter(group=side.group).count() == 1


def test_school_reads_its_group_without_what_is_not_its_own(side: Side) -> None:
    """Names of those one meets, never their addresses, nor another school's visits."""
    _other_school(side)
    pages = [f"/groups/{side.group.pk}/{tab}" for tab in ("", "schools/", "meetings/", "visits/")]

    seen = {
        kind: "".join(side.browser(kind).get(page).content.decode() for page in pages)
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

    text = side.browser(HUB_LEAD).get(f"/groups/{side.group.pk}/reminders/").content.decode()

    assert [words in text for words in ("Meeting reminder", "Tam Teacher", "Planned")] == [True, True, True]


def test_list_warns_of_groups_below_their_minimum_and_late_visits(side: Side) -> None:
    """A forming group with no school, and a running one whose visit was not booked in time."""
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader, name="Empty")
    type(side.visit).objects.filter(pk=side.visit.pk).update(book_by=date(2027, 1, 8))

    text = side.browser(HUB_LEAD).get("/groups/").content.decode()

    assert [words in text for words in ("needs 2", "1 visit late")] == [True, True]


def test_school_leaves_by_the_form_and_is_listed_as_left(side: Side) -> None:
    """With the reason in the history."""
    browser = side.browser(HUB_LEAD)

    browser.post(f"/groups/places/{side.place.pk}/remove/", {"reason": "Head retires"})

    left: Any = browser.get(f"/groups/{side.group.pk}/schools/").content.decode()
    history = browser.get(f"/groups/{side.group.pk}/history/").content.decode()
    assert ("Left the group" in left, "Head retires" in history) == (True, True)


def test_list_of_groups_says_which_programmes_have_schools_without_a_group(side: Side) -> None:
    """The school that has its place in a group is not among them."""
    _accepted(side, "Waiting Primary")

    page = side.browser(HUB_LEAD).get("/groups/?status=forming&years=all")

    assert [one["schools"] for one in page.context["waiting"]] == [1]
    assert f'<a href="/groups/new/?offer={side.offer.pk}">1 in {side.offer.title} 2026/27</a>' in page.content.decode()


def test_list_of_groups_tells_only_hub_staff_who_waits(side: Side) -> None:
    _accepted(side, "Waiting Primary")

    page = side.browser(SPECIALIST).get("/groups/")

    assert not page.context["waiting"]


def test_group_open_to_any_number_counts_its_schools(side: Side) -> None:
    Group.objects.filter(pk=side.group.pk).update(places_max=None)

    page = side.browser(HUB_LEAD).get(f"/groups/{side.group.pk}/").content.decode()

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

    browser = side.browser(SPECIALIST)
    found = [browser.get(thing.get_absolute_url()).status_code for thing in (side.group, side.meeting, side.visit)]

    assert found == [404, 404, 404]


def test_group_reminders_begin_with_the_newest_due(side: Side) -> None:
    rows = [
        make.NoticeFactory(
            owner=side.hub, thread=f"workgroups.group:{side.group.pk}", due_at=NOW + timedelta(days=days)
        )
        for days in (200, 400, 300)
    ]

    page = side.browser(HUB_LEAD).get(f"/groups/{side.group.pk}/reminders/")

    assert [row.pk for row in page.context["rows"]][:3] == [rows[1].pk, rows[2].pk, rows[0].pk]


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("1001", "Plan at most 60 meetings at once."),
        ("2", "Date 2: Enter a date, for example 12 1 2027."),
        ("x", "Some of this page was not sent."),
    ],
)
def test_plan_says_what_is_wrong_with_lines_that_are_not_there(side: Side, total: str, words: str) -> None:
    sent = {**_lines(_line(0, date(2027, 1, 19))), "meeting-TOTAL_FORMS": total}

    answer = side.browser(HUB_LEAD).post(f"/groups/{side.group.pk}/plan/", sent)

    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.parametrize("kind", [HUB_LEAD, HUB_ADMIN, SPECIALIST])
@pytest.mark.parametrize("status", ["forming", "running", "completed"])
def test_staff_find_the_way_to_cancel_a_group_while_it_goes_on(side: Side, kind: str, status: str) -> None:
    Group.objects.filter(pk=side.group.pk).update(status=status)
    step = reverse("workgroups:group-cancel", args=[side.group.pk])

    page = side.browser(kind).get(side.group.get_absolute_url()).content.decode()

    assert page.count(f'href="{step}"') == int(kind != SPECIALIST and status != "completed")


def test_reason_for_starting_small_is_read_by_who_runs_or_oversees_the_group(side: Side) -> None:
    Group.objects.filter(pk=side.group.pk).update(start_reason="A second school joins in January.")

    page = side.group.get_absolute_url()
    kinds = (HUB_LEAD, BOARD, SPECIALIST, HEADTEACHER)
    reads = ["A second school joins in January." in side.browser(kind).get(page).content.decode() for kind in kinds]

    assert reads == [True, True, True, False]


def test_group_is_not_made_of_a_draft(side: Side) -> None:
    draft = make.OfferFactory(hub=side.hub, is_published=False, title="Not yet")

    page = side.browser(HUB_LEAD).get(reverse("workgroups:group-create")).content.decode()

    assert (str(side.offer) in page, str(draft) in page) == (True, False)
