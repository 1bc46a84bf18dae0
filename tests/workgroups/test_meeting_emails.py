"""What the e-mails about dates say to whom: who does not come, who is reminded, whose cover is needed, and where."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail

from hubportal.core import clock
from hubportal.core.templatetags.portal import day as day_words
from hubportal.core.templatetags.portal import moment
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place, plan, start
from tests.workgroups.test_meeting_news import group, planned, send
from workgroups.actions import answers, visits
from workgroups.models import Group, Meeting, Participant, Visit

__all__ = ["group"]

pytestmark = [pytest.mark.django_db, pytest.mark.once]

OFFICE, HEAD = "office@people.example.org", "head@people.example.org"


def _bodies() -> dict[str, str]:
    """What left last, by address."""
    return {one.to[0].rpartition("<")[2].rstrip(">"): str(one.body) for one in mail.outbox}


def _reminded(group: Group, days: int) -> dict[str, str]:
    send(planned(group)[1].starts_at - timedelta(days=days, hours=1))
    return _bodies()


def _answer(group: Group, number: int, kind: str, name: str = "") -> None:
    person = Participant.objects.get(person__name=f"Teacher {number}").person
    meeting = planned(group)[1]
    answers.answer_meeting(meeting=meeting, person=person, kind=kind, substitute_name=name, by=None, now=NOW)


def test_leader_is_reminded_of_who_does_not_come_and_of_who_comes_instead(group: Group) -> None:
    send(NOW)
    _answer(group, 0, "cannot")
    early = _reminded(group, 13)
    _answer(group, 1, "substitute", "Sally Stand-In")
    late = _reminded(group, 1)

    leader = "leader@people.example.org"
    assert "This teacher does not come:\n\n  Teacher 0: can't come\n\nThe meeting in the portal" in early[leader]
    assert "These teachers do not come:\n\n  Teacher 0: can't come\n  Teacher 1: sends Sally Stand-In\n" in late[leader]
    assert (set(early) - {leader}, set(late) - {leader}) == ({"teacher1@people.example.org"}, set())
    assert "can't come\n" not in early["teacher1@people.example.org"].replace("I can't come:\n", "")
    assert "Teacher 0" not in early["teacher1@people.example.org"]


def test_answers_of_who_comes_or_has_left_are_not_in_the_leaders_reminder(group: Group) -> None:
    send(NOW)
    _answer(group, 0, "cannot")
    _answer(group, 1, "coming")
    Participant.objects.filter(person__name="Teacher 0").update(until=NOW.date())

    body = _reminded(group, 13)["leader@people.example.org"]

    assert ("not come" in body, "Teacher" in body) == (False, False)


@pytest.fixture
def told() -> dict[str, str]:
    """The dates of the year as a school's people and the leader read them."""
    make.make_half_terms()
    group = make.GroupFactory(leader__person__email="leader@people.example.org")
    enrolment = accepted(group, name="Ash Primary", town="Ashton", postcode="AS1 1AA")
    for number, name in enumerate(("Tam Teacher", "Ada Teacher")):
        person = make.PersonFactory(name=name, email=f"teacher{number}@people.example.org")
        make.EnrolledTeacherFactory(enrolment=enrolment, person=person)
    enrolment.teachers.exclude(person__name__in=("Tam Teacher", "Ada Teacher")).delete()
    for kind, address in ((roles.OFFICE, OFFICE), (roles.HEADTEACHER, HEAD)):
        make.RoleFactory(kind=kind, school=enrolment.school, person__email=address)
    place(group, enrolment)
    unnamed = accepted(group, name="Birch Primary")
    unnamed.teachers.all().delete()
    make.RoleFactory(kind=roles.OFFICE, school=unnamed.school, person__email="birch@people.example.org")
    place(group, unnamed)
    plan(group)
    first, second = Meeting.objects.order_by("starts_at")[:2]
    Meeting.objects.filter(pk=first.pk).update(host=enrolment.school)
    Meeting.objects.filter(pk=second.pk).update(host=enrolment.school, venue="Online")
    start(group)
    send(NOW)
    return _bodies()


def test_only_those_who_are_reminded_read_that_they_will_be(told: dict[str, str]) -> None:
    addresses = ("teacher0@people.example.org", "leader@people.example.org", OFFICE, HEAD)

    assert ["You get a reminder before each date." in told[one] for one in addresses] == [True, True, False, False]


def test_head_and_office_read_which_teachers_of_their_school_take_part(told: dict[str, str]) -> None:
    words = "These teachers take part from Ash Primary: Ada Teacher, Tam Teacher.\n"
    addresses = (OFFICE, HEAD, "teacher0@people.example.org", "leader@people.example.org", "birch@people.example.org")

    assert [words in told[one] for one in addresses] == [True, True, False, False, False]
    assert "No teacher of Birch Primary is named yet.\n" in told["birch@people.example.org"]


def test_dates_and_reminders_say_where_the_host_school_is(told: dict[str, str]) -> None:
    meeting = Meeting.objects.order_by("starts_at")[0]
    send(meeting.starts_at - timedelta(days=13))

    reminder = _bodies()["teacher0@people.example.org"]

    assert "4pm, Ash Primary, Ashton, AS1 1AA\n" in told[OFFICE]
    assert "4pm, Online\n" in told[OFFICE]
    assert "Where: Ash Primary, Ashton, AS1 1AA\n" in reminder


def _subjects() -> dict[str, str]:
    return {one.to[0].rpartition("<")[2].rstrip(">"): str(one.subject) for one in mail.outbox}


@pytest.mark.parametrize(
    ("days", "starts", "says"),
    [
        (13, "", "meets on"),
        (2, "In two days: ", "meets in two days, "),
        (1, "Tomorrow: ", "meets tomorrow, "),
        (0, "Today: ", "meets today, "),
    ],
)
def test_reminder_says_how_soon_the_meeting_is_on_the_day_it_leaves(
    group: Group, days: int, starts: str, says: str
) -> None:
    """The last one may leave late: it says what is true then. The time is in the subject."""
    send(NOW)
    meeting = planned(group)[1]
    send(meeting.starts_at - timedelta(days=days, hours=2))

    words = moment(meeting.starts_at)
    assert set(_subjects().values()) == {f"{starts}{group.name} meets on {words}"}
    assert [says in body for body in _bodies().values()] == [True] * 3


def test_reminder_of_a_visit_says_how_soon_it_is(group: Group) -> None:
    visit = Visit.objects.select_related("group", "place").filter(group=group, number=1)[0]
    starts_at = clock.at_london(date(2026, 10, 14), 9)
    visits.book_visit(visit=visit, starts_at=starts_at, seen=0, by=None, now=NOW)
    send(NOW)
    subjects = []
    for days in (7, 1):
        send(starts_at - timedelta(days=days, minutes=30))
        subjects.append(_subjects()["leader@people.example.org"])

    assert subjects == [
        f"Reminder: visit to {visit.school} on Wednesday 14 October 2026, 9am",
        f"Reminder: visit to {visit.school} tomorrow, Wednesday 14 October 2026, 9am",
    ]


def test_people_of_the_host_school_read_that_they_host(told: dict[str, str]) -> None:
    """With the dates of the year and before each meeting; nobody else does."""
    meeting = Meeting.objects.order_by("starts_at")[0]
    send(meeting.starts_at - timedelta(days=13))
    reminded = _bodies()
    addresses = (OFFICE, HEAD, "teacher0@people.example.org", "leader@people.example.org", "birch@people.example.org")

    hosted = f"Your school hosts this meeting: {day_words(meeting.starts_at)}. Please keep a room.\n"
    assert [hosted in told[one] for one in addresses] == [True, True, True, False, False]
    assert {one: "Your school hosts this meeting.\n" in body for one, body in reminded.items()} == {
        "teacher0@people.example.org": True,
        "teacher1@people.example.org": True,
        "leader@people.example.org": False,
    }


def test_answers_go_to_the_hub_and_to_the_leader(group: Group) -> None:
    """The leader's own would come back to themselves; where there is nobody else it goes to the portal's contact."""
    Hub.objects.filter(pk=group.hub_id).update(email="hub@hub.example.org")
    send(NOW)
    answers_to = {one.to[0].rpartition("<")[2].rstrip(">"): one.reply_to for one in mail.outbox}
    Hub.objects.filter(pk=group.hub_id).update(email="")
    send(planned(group)[1].starts_at - timedelta(days=13))
    without = {one.to[0].rpartition("<")[2].rstrip(">"): one.reply_to for one in mail.outbox}

    leader, teacher = "leader@people.example.org", "teacher0@people.example.org"
    assert (answers_to[leader], answers_to[teacher]) == (["hub@hub.example.org"], ["hub@hub.example.org", leader])
    assert (without[leader], without[teacher]) == ([settings.CONTACT_EMAIL], [leader])
