"""Writing to the people of groups and meetings: who is on the list, and what their placeholders become."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions.recipients import of_enrolments, of_interest
from programmes.models import EnrolledTeacher, Enrolment, Interest, Leader, Offer
from schools import roles
from schools.actions import letter_sorting, letters
from schools.models import Letter, Role, School
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions.recipients import of_groups
from workgroups.models import CoLeader, Group, Participant

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def side() -> Any:
    with clock.fixed(NOW):
        found = make_side()
        left = {"since": date(2026, 9, 1), "until": NOW.date() - timedelta(days=1)}
        make.ParticipantFactory(place=found.place, person__name="Zoe Left", **left)
        later = found.meeting.starts_at + timedelta(days=60)
        make.MeetingFactory(group=found.group, number=2, starts_at=later, ends_at=later + timedelta(hours=2))
        yield found


def _letter(side: Side, kind: str, name: str, args: Any = None, query: str = "", **data: str) -> Letter:
    side.browser(kind).post(reverse(name, args=args) + query, data)
    return Letter.objects.get()


def test_letter_to_a_group_goes_to_who_takes_part_with_its_next_meeting(side: Side) -> None:
    letter = _letter(side, roles.SPECIALIST, "workgroups:group-write", [side.group.pk], whom="participants")

    teacher, left = letter.recipients.all()
    assert (letter.hub, letter.written_by) == (side.hub, side.users[roles.SPECIALIST])
    assert (teacher.person, teacher.school) == (side.users[roles.TEACHER].person, side.school)
    assert (left.name, left.barred) == ("Zoe Left", "No longer takes part")
    assert {name: teacher.values[name] for name in ("group", "programme", "leader", "school")} == {
        "group": side.group.name,
        "programme": side.offer.title,
        "leader": side.leader.person.name,
        "school": side.school.name,
    }
    assert teacher.values["next meeting"].endswith(side.meeting.place_name)


def test_what_a_leader_writes_to_a_group_of_a_year_before_goes_as_news(side: Side) -> None:
    """They choose nothing: it is news where nobody on the list has a part any more."""
    Enrolment.objects.update(status=Enrolment.Status.COMPLETED)
    Offer.objects.update(year=2025)
    Interest.objects.all().delete()
    letter = _letter(side, roles.SPECIALIST, "workgroups:group-write", [side.group.pk], whom="participants")
    given = {"subject": "Your files", "text": "Dear {name}.", "seen": letter.version}

    answer = side.browser(roles.SPECIALIST).post(reverse("schools:letter-write", args=[letter.pk]), given)

    letter.refresh_from_db()
    assert (answer.status_code, letter.subject, letter.is_marketing) == (302, "Your files", True)


@pytest.mark.parametrize("whom", ["participants", "maths_leads", "leaders"])
def test_letter_names_both_groups_of_who_is_in_two_at_one_school(side: Side, whom: str) -> None:
    teacher, offer = side.users[roles.TEACHER].person, make.OfferFactory()
    leader = side.leader if whom == "leaders" else make.LeaderFactory(hub=side.hub, person__name="Bob Beside")
    other = make.GroupFactory(name="Quite Another Group", leader=leader, offer=offer, hub=side.hub)
    enrolment = make.EnrolmentFactory(school=side.school, offer=offer, hub=side.hub)
    make.ParticipantFactory(place=make.PlaceFactory(group=other, enrolment=enrolment), person=teacher)
    make.MeetingFactory(group=other, starts_at=side.meeting.starts_at, ends_at=side.meeting.ends_at, venue="Town hall")
    query = f"?pk={side.group.pk}&pk={other.pk}"

    letter = _letter(side, roles.HUB_LEAD, "workgroups:group-list", query=query, whom=whom)

    (told,) = [one.values for one in letter.recipients.filter(barred="")]
    assert told["group"] == f"{side.group.name} and Quite Another Group"
    assert told["leader"] == (
        side.leader.person.name if whom == "leaders" else f"{side.leader.person.name} and Bob Beside"
    )
    assert told["next meeting"].endswith("Town hall")
    assert side.meeting.place_name in told["next meeting"]
    assert told["programme"] == f"{side.offer.title} and {offer.title}"


@pytest.mark.parametrize(("name", "whom"), [("group", "participants"), ("group", "leaders"), ("meeting", "")])
def test_scheduled_letter_says_when_the_meeting_is_by_then(side: Side, name: str, whom: str) -> None:
    pk = side.meeting.pk if name == "meeting" else side.group.pk
    letter = _letter(side, roles.HUB_LEAD, f"workgroups:{name}-write", [pk], whom=whom)
    Letter.objects.filter(pk=letter.pk).update(subject="When", text="Come on {next meeting}.")
    day = NOW + timedelta(hours=1)
    letters.send(letter=letter, by=side.users[roles.HUB_LEAD], now=NOW, seen=letter.version, due_at=day)

    type(side.meeting).objects.filter(pk=side.meeting.pk).update(venue="The new hall", host=None)
    with clock.fixed(day):
        delivery.deliver_due()

    said = [one.body for one in mail.outbox if one.subject == "When"]
    assert said
    assert all("The new hall" in body for body in said)


def _participant_leaves(side: Side) -> None:
    Participant.objects.filter(pk=side.participant.pk).update(until=NOW.date())


def _leader_changes(side: Side) -> None:
    Group.objects.filter(pk=side.group.pk).update(leader=make.LeaderFactory(hub=side.hub))


def _role_becomes_another(side: Side) -> None:
    head = Role.objects.filter(kind=roles.HEADTEACHER, school=side.school)
    make.RoleFactory(person=head.get().person, kind=roles.TEACHER, school=side.school)
    head.update(ends_on=NOW.date())


def _place_is_freed(side: Side) -> None:
    EnrolledTeacher.objects.filter(person=side.users[roles.TEACHER].person).update(person=None)


def _leads_no_more(side: Side) -> None:
    Leader.objects.filter(pk=side.leader.pk).update(ends_on=NOW.date())


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize(
    ("name", "whom", "who", "happens"),
    [
        ("workgroups:group-list", "participants", roles.TEACHER, _participant_leaves),
        ("workgroups:group-list", "leaders", roles.SPECIALIST, _leader_changes),
        ("workgroups:group-list", "heads", roles.HEADTEACHER, _role_becomes_another),
        ("workgroups:meeting-write", "", roles.TEACHER, _participant_leaves),
        ("schools:school-list", "heads", roles.HEADTEACHER, _role_becomes_another),
        ("workgroups:place-waiting", "teachers", roles.TEACHER, _place_is_freed),
        ("programmes:leader-list", "", roles.SPECIALIST, _leads_no_more),
    ],
)
def test_who_is_off_the_list_by_the_time_a_letter_leaves_gets_none(
    side: Side, *, name: str, whom: str, who: str, happens: Callable[[Side], None], leaves: bool
) -> None:
    if name == "workgroups:place-waiting":
        side.place.delete()
    meeting = side.group.meetings.get(number=2) if name == "workgroups:meeting-write" else None
    query = "" if meeting or name == "workgroups:place-waiting" else "?years=all"
    letter = _letter(side, roles.HUB_LEAD, name, [meeting.pk] if meeting else None, query, whom=whom)
    Letter.objects.filter(pk=letter.pk).update(subject="When", text="Come.")
    by, day = side.users[roles.HUB_LEAD], NOW + timedelta(days=2)
    with clock.fixed(NOW):
        letters.send(letter=letter, by=by, now=NOW, seen=letter.version, due_at=day)
    if leaves:
        happens(side)

    with clock.fixed(day):
        delivery.deliver_due()
        page = side.browser(roles.HUB_LEAD).get(letter.get_absolute_url()).content.decode()

    to = side.users[who].person.email
    assert [to in str(one.to) for one in mail.outbox if one.subject == "When"] == ([] if leaves else [True])
    assert (letter_sorting.OFF_LIST in page) is leaves


@pytest.mark.parametrize(
    ("whom", "who"),
    [
        ("maths_leads", roles.MATHS_LEAD),
        ("heads", roles.HEADTEACHER),
        ("leaders", roles.SPECIALIST),
        ("nobody", roles.TEACHER),
    ],
)
def test_letter_to_a_list_of_groups_goes_to_whom_it_is_meant_for(side: Side, whom: str, who: str) -> None:
    other = make.PlaceFactory(group__hub=make.HubFactory())
    make.ParticipantFactory(place=other)

    letter = _letter(side, roles.HUB_LEAD, "workgroups:group-list", query="?years=all", whom=whom)

    assert [one.person for one in letter.recipients.filter(barred="")] == [side.users[who].person]


def test_leader_writes_to_the_groups_that_they_lead_and_hub_reads_it(side: Side) -> None:
    elsewhere = make.GroupFactory(hub=side.hub, offer=side.offer)
    make.ParticipantFactory(place__group=elsewhere, person__name="Not Mine")
    letter = _letter(side, roles.SPECIALIST, "workgroups:group-list", whom="participants")
    page = side.browser(roles.SPECIALIST).get(f"{letter.get_absolute_url()}text/")

    names = set(letter.recipients.values_list("name", flat=True))
    lead = side.browser(roles.HUB_LEAD).get(letter.get_absolute_url()).status_code
    board = side.browser(roles.READINESS_LEAD).get(letter.get_absolute_url()).status_code
    assert "Not Mine" not in names
    assert ("What is it?" in page.text, lead, board) == (False, 200, 404)


def test_letter_to_a_meeting_goes_to_who_takes_part_on_its_day(side: Side) -> None:
    letter = _letter(side, roles.HUB_ADMIN, "workgroups:meeting-write", [side.meeting.pk])

    (one,) = letter.recipients.all()
    assert (one.person, letter.picked) == (side.users[roles.TEACHER].person, str(side.meeting))


@pytest.mark.parametrize(
    ("whom", "who"), [("contacts", (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE)), ("teachers", ())]
)
def test_letter_to_schools_without_a_group_goes_to_their_people(side: Side, whom: str, who: tuple[str, ...]) -> None:
    waiting = make.EnrolmentFactory(school=side.school, offer=make.OfferFactory(), hub=side.hub)
    make.EnrolledTeacherFactory(enrolment=waiting, person=None)

    letter = _letter(side, roles.HUB_LEAD, "workgroups:place-waiting", whom=whom)

    found = {(one.person, one.email == "") for one in letter.recipients.all()}
    expected: set[Any] = {(side.users[kind].person, False) for kind in who}
    assert found == (expected or {(None, True)})
    assert {one.facts["programme"] for one in letter.recipients.all()} == {waiting.offer.title}


def test_letter_to_interest_goes_to_the_contact_with_the_reference(side: Side) -> None:
    person = make.PersonFactory(name=side.interest.contact_name, email=side.interest.contact_email.upper())
    make.RoleFactory(person=person, kind=roles.TEACHER, school=side.school)

    letter = _letter(side, roles.HUB_LEAD, "programmes:interest-list", whom="senders")

    (one,) = letter.recipients.all()
    assert (one.person, one.email, one.values["reference"]) == (
        person,
        side.interest.contact_email,
        side.interest.reference,
    )


def test_letter_to_leaders_leaves_out_whose_time_has_ended(side: Side) -> None:
    make.LeaderFactory(hub=side.hub, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))

    letter = _letter(side, roles.HUB_LEAD, "programmes:leader-list", query="?time=all")

    assert [one.person for one in letter.recipients.filter(barred="")] == [side.leader.person]
    assert letter.recipients.exclude(barred="").count() == 1


@pytest.mark.parametrize("leaves", [True, False])
def test_letter_to_leaders_of_groups_goes_to_who_leads_beside_too(side: Side, leaves: bool) -> None:
    """Those of the day on which it leaves; what it says of the leader is of the one."""
    bea, before = (make.LeaderFactory(hub=side.hub) for _ in range(2))
    today, tomorrow = NOW.date(), NOW + timedelta(days=1)
    spans = [(today, today if leaves else None), (today - timedelta(days=9), today - timedelta(days=1))]
    for leader, (since, until) in zip((bea, before), spans, strict=True):
        CoLeader.objects.create(group=side.group, leader=leader, since=since, until=until)

    letter = _letter(side, roles.HUB_LEAD, "workgroups:group-write", [side.group.pk], whom="leaders")
    Letter.objects.filter(pk=letter.pk).update(subject="When", text="Come.")
    by = side.users[roles.HUB_LEAD]
    with clock.fixed(NOW):
        letters.send(letter=letter, by=by, now=NOW, seen=letter.version, due_at=tomorrow)
    with clock.fixed(tomorrow):
        delivery.deliver_due()

    assert {one.person for one in letter.recipients.all()} == {side.leader.person, bea.person}
    assert {one.values["leader"] for one in letter.recipients.all()} == {side.leader.person.name}
    to = {bea.person.email in str(one.to) for one in mail.outbox if one.subject == "When"}
    assert to == ({False} if leaves else {True, False})


def test_school_reads_its_groups_and_writes_to_nobody(side: Side) -> None:
    answer = side.browser(roles.HEADTEACHER).post(reverse("workgroups:group-list"), {"whom": "participants"})

    assert (answer.status_code, Letter.objects.count()) == (403, 0)


def test_letter_to_a_school_that_has_closed_goes_to_nobody(side: Side) -> None:
    type(side.school).objects.filter(pk=side.school.pk).update(gias_status=School.GiasStatus.CLOSED)
    by: Any = {"by": side.users[roles.HUB_LEAD], "now": NOW}

    found = of_interest(Interest.objects.filter(school=side.school), "senders", **by)
    found += of_enrolments(Enrolment.objects.filter(school=side.school), "contacts", **by)
    found += of_enrolments(Enrolment.objects.filter(school=side.school), "teachers", **by)
    found += of_groups(Group.objects.filter(pk=side.group.pk), "participants", **by)
    found += of_groups(Group.objects.filter(pk=side.group.pk), "heads", **by)

    assert len(found) >= 5
    assert {one.barred for one in found} == {"The school is closed", "No longer takes part"}
