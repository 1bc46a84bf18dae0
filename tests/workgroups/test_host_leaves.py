"""A school that hosts a meeting leaves its group: said beforehand, told in e-mails, listed until it is elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import day
from programmes.actions import enrolments
from programmes.models import Enrolment, Leader
from schools import roles
from schools.models import School, User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.conftest import running_group
from tests.workgroups.test_groups import NOW, accepted, place
from tests.workgroups.test_place_news import held_in
from workgroups.actions import groups, meetings
from workgroups.models import Group, Meeting, Participant, Place
from workgroups.notices.links import answer_url

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_host_that_leaves_is_named_before_and_its_meeting_waits_for_another_place"),
]

STEPS = ("enrolment-withdraw", "enrolment-pause", "place-remove")
LINE = "Meetings that need another place"


def hosted_group() -> int:
    """A running group whose first meeting is at the school that was placed first; everybody knows."""
    pk = running_group()
    host = held_in(Group.objects.get(pk=pk)).enrolment.school
    meetings.place_meeting(meeting=_first(pk), host=host, venue="", topic="", by=None, now=NOW)
    send()
    return pk


made_group = made_once(hosted_group)


def _first(group: int) -> Meeting:
    return Meeting.objects.select_related("group__offer", "group__hub").get(group=group, number=1)


@pytest.fixture
def hosted(group: Group) -> Meeting:
    """The group's first meeting."""
    return _first(group.pk)


def send(now: Any = NOW) -> None:
    """What the sweeps of a moment do, and the e-mails that are due."""
    with clock.fixed(now):
        groups.reconcile_participants(now=now)
        notices.sweep(now)
        delivery.deliver_due()


def _signs_in(leader: Leader) -> User:
    make.RoleFactory(person=leader.person, kind=leader.kind, hub=leader.hub)
    return User.objects.create_user(email=leader.person.email, password="", person=leader.person)


def _url(step: str, held: Place) -> str:
    app, pk = ("workgroups", held.pk) if step.startswith("place") else ("programmes", held.enrolment_id)
    return reverse(f"{app}:{step}", args=[pk])


def _waits(user: User, now: Any = NOW) -> list[str]:
    """The meetings that the work list of somebody's home leads to."""
    client = Client()
    client.force_login(user)
    with clock.fixed(now):
        work = [item for one in client.get("/").context["sections"] for item in one.get("work", ())]
        urls = [item.url for item in work if item.title == LINE]
        return [row[0] for url in urls for row in client.get(url).context["rows"]]


@pytest.mark.parametrize("step", STEPS)
def test_host_that_leaves_is_named_before_and_its_meeting_waits_for_another_place(
    hosted: Meeting, staff: User, client: Client, step: str
) -> None:
    group, leader = hosted.group, _signs_in(hosted.group.leader)
    held, other = held_in(group), group.places.latest("pk").enrolment.school
    said = f"hosts meeting 1 on {day(hosted.starts_at)}"
    choose = reverse("workgroups:meeting-place", args=[hosted.pk])
    client.force_login(staff)

    with clock.fixed(NOW):
        before = client.get(_url(step, held)).content.decode()
        elsewhere = client.get(_url(step, group.places.latest("pk"))).content.decode()
        waiting = [_waits(staff), _waits(leader)]
        client.post(_url(step, held), {"reason": "A new headteacher."})
        after = [_waits(staff), _waits(leader)]
        page = client.get(hosted.get_absolute_url()).content.decode()
        client.post(choose, {"host": other.pk, "venue": "", "topic": ""})
        placed = [_waits(staff), _waits(leader)]

    assert (said in before, choose in before, "hosts meeting" in elsewhere) == (True, True, False)
    assert (waiting, after, placed) == ([[], []], [[str(hosted.pk)]] * 2, [[], []])
    assert f"{held.enrolment.school} no longer takes part in this group" in page


@pytest.mark.parametrize("step", ["withdraw", "pause"])
def test_emails_of_a_host_that_leaves_name_the_meeting_until_another_place_is_chosen(
    hosted: Meeting, step: str
) -> None:
    enrolment = held_in(hosted.group).enrolment
    make.make_user("maths_lead", school=enrolment.school)

    getattr(enrolments, step)(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    send()

    school, to_leader = _bodies(enrolment)
    on, name = day(hosted.starts_at), enrolment.school
    assert f"The meeting on {on} was to be at {name}: the hub chooses another place." in school
    assert f"{name} was to host meeting 1 on {on}. Choose another place for it:" in to_leader
    assert reverse("workgroups:meeting-place", args=[hosted.pk]) in to_leader


def test_emails_name_no_meeting_that_has_its_other_place_already(hosted: Meeting) -> None:
    enrolment = held_in(hosted.group).enrolment
    make.make_user("maths_lead", school=enrolment.school)
    meetings.place_meeting(meeting=hosted, host=None, venue="Library", topic="", by=None, now=NOW)

    enrolments.withdraw(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    send()

    school, to_leader = _bodies(enrolment)
    assert ("was to be at" in school, "was to host" in to_leader) == (False, False)


def _bodies(enrolment: Enrolment) -> tuple[str, str]:
    """What the school and the leader were written."""
    rows = Notice.objects.filter(target=f"programmes.enrolment:{enrolment.pk}", state="sent")
    school = rows.filter(kind="enrolment-changed").values_list("body", flat=True)[0]
    return school, rows.get(kind="place_changed").body


def test_only_what_lies_ahead_at_a_school_that_has_left_needs_another_place(hosted: Meeting) -> None:
    """Neither one that has been, nor one at a school that is back, nor at one that never was in the group."""
    group, held = hosted.group, held_in(hosted.group)
    strange = group.meetings.get(number=2)
    Meeting.objects.filter(pk=strange.pk).update(host=make.SchoolFactory())
    groups.remove_school(place=held, reason="Full.", by=None, now=NOW)

    def found(now: Any) -> list[int | None]:
        return list(Meeting.objects.to_place_anew(now).values_list("number", flat=True))

    gone, over = found(NOW), found(hosted.starts_at + timedelta(minutes=1))
    place(group, held.enrolment)
    back = found(NOW)
    School.objects.filter(pk=held.enrolment.school_id).update(gias_status=School.GiasStatus.CLOSED)

    assert (gone, over, back, found(NOW)) == ([1], [], [], [1])


def test_meeting_stays_where_a_colleague_of_who_leaves_still_takes_part(hosted: Meeting) -> None:
    """In a group of single people two of one school have each a place."""
    held = held_in(hosted.group)
    other = accepted(hosted.group)
    Enrolment.objects.filter(pk=other.pk).update(school=held.enrolment.school, person=make.PersonFactory())
    place(hosted.group, Enrolment.objects.get(pk=other.pk))

    assert held.enrolment.hosting(NOW) == []


def test_who_comes_to_a_meeting_reads_that_its_host_has_closed_not_where_it_was(hosted: Meeting, staff: User) -> None:
    school = held_in(hosted.group).enrolment.school
    other = hosted.group.places.latest("pk").enrolment.school
    office = make.make_user(roles.OFFICE, school=other)
    teacher = Participant.objects.filter(place__enrolment__school=other).earliest("pk")
    settle = f"Place to be confirmed: {school} has closed"
    urls = [reverse("workgroups:school-dates", args=[other.pk]), hosted.get_absolute_url(), "/"]
    urls += [reverse("workgroups:meeting-list"), reverse("workgroups:group-meetings", args=[hosted.group_id])]
    urls += [reverse("workgroups:school-dates", args=[other.pk]) + "?export=csv", answer_url(hosted, teacher.person_id)]

    def says(words: str) -> list[bool]:
        client = Client()
        client.force_login(office)
        with clock.fixed(NOW):
            return [words in client.get(url).content.decode() for url in urls]

    before = says(settle)
    School.objects.filter(pk=school.pk).update(gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date())
    send(hosted.starts_at - timedelta(days=2))

    assert (before, says(settle)) == ([False] * len(urls), [True] * len(urls))
    reminders = Notice.objects.filter(kind="meeting_reminder", state="sent").values_list("body", flat=True)
    assert {f"Where: {settle}" in body for body in reminders} == {True}


@pytest.mark.parametrize(
    ("given", "is_lost"),
    [
        ({}, True),
        ({"status": "cancelled"}, False),
        ({"venue": "Library"}, False),
        ({"host": None}, False),
        # It took place before the school closed.
        ({"starts_at": NOW - timedelta(days=30)}, False),
    ],
)
def test_a_meeting_of_before_the_school_closed_keeps_its_place(
    hosted: Meeting, given: dict[str, Any], is_lost: bool
) -> None:
    school = held_in(hosted.group).enrolment.school
    School.objects.filter(pk=school.pk).update(gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date())
    Meeting.objects.filter(pk=hosted.pk).update(**given)

    listed: Any = Meeting.objects.with_closed_hosts().select_related("host").get(pk=hosted.pk)

    assert (listed.is_at_closed, listed.is_at_closed_school) == (is_lost, is_lost)
