"""Whoever comes with a file hears nothing of what was there before, until they are invited or sign in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail

from funding import actions as funding
from funding.models import Award
from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.notices.naming import told_of
from schools import roles
from schools.actions import merging, people
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.dashboards.records.bringing import bring
from tests.world import NOW, Side, make_side
from workgroups.actions import meetings, visits
from workgroups.models import Group, Meeting, Participant, Visit

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
AT = datetime(2027, 1, 20, 9, 30, tzinfo=UTC)
HEADINGS = ["School", "Name", "E-mail", "Role"]
MO = ("Mo New", "mo@new.example.org")


@pytest.fixture
def side() -> Iterator[Side]:
    """A school that takes part in a running group with a visit, told of all of it."""
    with clock.fixed(NOW):
        made = make_side()
        Visit.objects.filter(pk=made.visit.pk).update(status=Visit.Status.TO_BOOK, on=None, starts_at=None)
        visit = Visit.objects.get(pk=made.visit.pk)
        visits.book_visit(visit=visit, starts_at=AT, half_days=1, seen=visit.sequence, by=None, now=NOW)
        Award.objects.filter(pk=made.award.pk).update(made_at=NOW)
        notices.sweep(NOW)
        Notice.objects.filter(state="planned").update(state="sent", sent_at=NOW)
        yield made


def comes(side: Side, *people: tuple[str, str, str]) -> None:
    lines = [[side.school.name, *one] for one in people]
    with clock.fixed(LATER):
        bring("people", [HEADINGS, *lines], hub=side.hub, by=side.users["hub_lead"])


def told(at: datetime) -> list[tuple[str, str]]:
    """Who is to be sent what once the sweep has looked, as the worker finds it."""
    with clock.fixed(at):
        notices.sweep(at)
        rows = Notice.objects.filter(state="planned", due_at__lte=at).exclude(kind="invitation")
        return sorted(rows.values_list("name", "kind"))


ALL_OF_BEFORE = [("Mo New", "award_made"), ("Mo New", "visit_booked"), ("Mo New", "year_dates")]


def test_whoever_comes_with_a_file_is_told_of_what_was_there_once_they_are_invited_and_once_only(side: Side) -> None:
    comes(side, (*MO, "Maths lead"))
    mo, invited = Person.objects.get(name="Mo New"), LATER + timedelta(days=1)
    before = told(LATER)

    people.invite_again(person=mo, by=None, now=invited)

    assert (before, told(invited)) == ([], ALL_OF_BEFORE)
    with clock.fixed(invited):
        delivery.deliver_due()
    assert told(invited + timedelta(hours=1)) == []
    assert sorted(one.to[0].partition("<")[2] for one in mail.outbox) == ["mo@new.example.org>"] * 4


def test_whoever_was_invited_for_something_else_before_is_told_when_they_sign_in(side: Side) -> None:
    user = make.make_user(roles.MATHS_LEAD, school=make.SchoolFactory(authority=side.school.authority))
    User.objects.filter(pk=user.pk).update(invited_at=NOW, last_login=NOW)
    comes(side, (user.person.name, user.email, "Maths lead"))
    before = told(LATER)

    User.objects.filter(pk=user.pk).update(last_login=LATER + timedelta(hours=1))

    assert (before, len(told(LATER + timedelta(hours=1)))) == ([], 3)


def test_of_what_happens_after_the_file_its_people_hear_as_staff(side: Side) -> None:
    comes(side, (*MO, "Maths lead"), ("Nan Without", "", "Office"))
    meeting, moved = Meeting.objects.get(pk=side.meeting.pk), LATER + timedelta(hours=1)

    meetings.move_meeting(
        meeting=meeting,
        slot=meetings.Slot(date(2027, 1, 19), time(13, 30), time(16)),
        reason="",
        seen=meeting.sequence,
        by=None,
        now=moved,
    )

    found = told(moved)
    assert ("Mo New", "meeting_moved") in found
    assert {kind for name, kind in found if name == "Mo New"} == {"meeting_moved"}
    assert not [name for name, _kind in found if name == "Nan Without"]


def test_a_group_that_starts_after_the_file_tells_its_people_but_nobody_without_an_address(side: Side) -> None:
    Notice.objects.all().delete()
    comes(side, (*MO, "Maths lead"), ("Nan Without", "", "Office"))
    started = LATER + timedelta(days=1)
    Group.objects.filter(pk=side.group.pk).update(started_at=started)

    names = {name for name, kind in told(started) if kind == "year_dates"}

    assert ("Mo New" in names, "Nan Without" in names) == (True, False)
    with clock.fixed(started):
        delivery.deliver_due()
    assert Notice.objects.filter(name="Nan Without").count() == 0


def test_a_head_whom_the_application_names_is_written_to_as_such_until_they_are_invited(side: Side) -> None:
    Role.objects.filter(school=side.school, kind=roles.HEADTEACHER).delete()
    side.enrolment.interest = make.InterestFactory(
        school=side.school, head_name="Hed", head_email="hed@new.example.org"
    )
    side.enrolment.save(update_fields=["interest"])
    notices.sweep(NOW)
    Notice.objects.filter(state="planned").update(state="sent")

    comes(side, ("Hed", "hed@new.example.org", "Headteacher"))

    assert told(LATER) == []
    reminded = Visit.objects.get(pk=side.visit.pk).starts_at
    assert reminded is not None
    rows = Notice.objects.filter(kind="visit_reminder", name="Hed")
    assert set(rows.values_list("recipient", flat=True)) == {"mail:hed@new.example.org"}


def test_a_reminder_to_name_teachers_that_is_over_is_not_for_a_maths_lead_who_came_since(side: Side) -> None:
    Role.objects.filter(school=side.school, kind=roles.MATHS_LEAD).delete()
    comes(side, (*MO, "Maths lead"))
    enrolment = side.enrolment
    enrolment.school = School.objects.get(pk=side.school.pk)

    names = [[name for name, _email in told_of(enrolment, day.date())] for day in (NOW, LATER + timedelta(days=1))]

    assert ["Mo New" in one for one in names] == [False, True]


def test_what_of_a_grant_was_paid_before_is_not_offered_again(side: Side) -> None:
    comes(side, (*MO, "Maths lead"))
    mo = Person.objects.get(name="Mo New")
    Award.objects.filter(pk=side.award.pk).update(amount=1000, claimed=500)
    people.invite_again(person=mo, by=None, now=LATER)

    with clock.fixed(LATER):
        notices.sweep(LATER)
        delivery.deliver_due()

    grant = next(one for one in mail.outbox if "can claim" in one.subject)
    assert grant.subject.endswith("can claim £500.00")
    text = " ".join(str(grant.body).split())
    assert "was awarded £1,000.00" in text
    assert "£500.00 of it has been claimed already, and £500.00 is left. Claim what is left here" in text
    assert "has started" not in text


def test_a_grant_that_is_claimed_in_full_is_nobodys_to_claim(side: Side) -> None:
    award = Award.objects.get(pk=side.award.pk)
    Award.objects.filter(pk=award.pk).update(claimed=award.amount - Decimal(1))
    comes(side, (*MO, "Maths lead"))
    by = side.users["hub_lead"]
    funding.raise_claim(award=award, amount=Decimal(1), invoice="12", by=by, now=LATER)

    people.invite_again(person=Person.objects.get(name="Mo New"), by=None, now=LATER)

    assert ("Mo New", "award_made") not in told(LATER)


def test_a_role_that_a_step_gave_to_the_same_person_counts_as_given_where_both_records_are_one(side: Side) -> None:
    comes(side, (*MO, "Maths lead"))
    kept, gone = Person.objects.get(name="Mo New"), make.PersonFactory(name="Mo New")
    make.RoleFactory(person=gone, kind=roles.MATHS_LEAD, school=side.school, given_at=LATER)

    merging.merge(kept=kept, gone=gone, by=side.users["national"], now=LATER)

    assert Role.objects.filter(person=kept).values_list("brought_at", "given_at").get() == (None, LATER)


TESS = ("Tess New", "tess@new.example.org")


def joins(side: Side, school: School, email: str, at: datetime) -> None:
    """A file lets Tess New take part from a school in the group."""
    heads = ["Group", "Programme", "Year", "Leader", "School", "Teachers", "E-mail"]
    line = [side.group.name, side.offer.phase.name, "2026/27", str(side.group.leader), school.name, TESS[0], email]
    with clock.fixed(at):
        bring("groups", [heads, line], hub=side.hub, by=side.users["hub_lead"])


def quiet_brook(side: Side) -> School:
    return make.SchoolFactory(name="Quiet Brook Primary School", authority=side.school.authority)


@pytest.mark.parametrize("email", [TESS[1], ""])
def test_a_teacher_whom_a_file_brings_to_a_running_group_gets_its_dates_once_they_are_invited(
    side: Side, email: str
) -> None:
    joins(side, quiet_brook(side), email, LATER)
    before = told(LATER)

    people.invite_again(person=Person.objects.get(name="Tess New"), by=None, now=LATER)

    hears = [("Tess New", "meeting_reminder")] if email else []
    assert (before, told(LATER)) == (hears, [*hears, *([("Tess New", "year_dates")] if email else [])])


FILE, STEP, ACCOUNT = "an earlier file", "a step in the portal", "an account that was used"


def teaches_before(side: Side, school: School, by: str, started: datetime) -> None:
    """Tess New has her role at the school before the group starts."""
    if by == FILE:
        with clock.fixed(LATER):
            bring("people", [HEADINGS, [school.name, *TESS, "Teacher"]], hub=side.hub, by=side.users["hub_lead"])
        return
    person = make.PersonFactory(name=TESS[0], email=TESS[1], school=school)
    make.RoleFactory(person=person, kind=roles.TEACHER, school=school, given_at=NOW)
    if by == ACCOUNT:
        user = User.objects.create_user(email=TESS[1], person=person)
        User.objects.filter(pk=user.pk).update(invited_at=NOW, last_login=started + timedelta(hours=1))


@pytest.mark.parametrize("by", [FILE, STEP, ACCOUNT])
def test_a_teacher_who_was_known_before_hears_no_more_of_what_a_file_brings_them_to(side: Side, by: str) -> None:
    """Though their role is older than the group; who has signed in before it hears once they do so again."""
    school, started, joined = quiet_brook(side), LATER + timedelta(hours=1), LATER + timedelta(hours=3)
    teaches_before(side, school, by, started)
    Group.objects.filter(pk=side.group.pk).update(started_at=started)
    told(started)
    Notice.objects.filter(state="planned", due_at__lte=joined).update(state="sent", sent_at=joined)
    joins(side, school, TESS[1], joined)

    before = told(joined)
    if by == ACCOUNT:
        User.objects.filter(person__name=TESS[0]).update(last_login=joined + timedelta(minutes=1))
    else:
        people.invite_again(person=Person.objects.get(name=TESS[0]), by=None, now=joined)

    hears = [("Tess New", "meeting_reminder")]
    assert (before, told(joined + timedelta(hours=1))) == (hears, [*hears, ("Tess New", "year_dates")])


def test_a_head_who_was_known_before_hears_of_a_place_that_a_file_brings_once_they_are_invited(side: Side) -> None:
    school, started, joined = quiet_brook(side), LATER + timedelta(hours=1), LATER + timedelta(hours=3)
    head = make.RoleFactory(person=make.PersonFactory(name="Hilda Head"), kind=roles.HEADTEACHER, school=school).person
    Group.objects.filter(pk=side.group.pk).update(started_at=started)
    told(started)
    Notice.objects.filter(state="planned", due_at__lte=joined).update(state="sent", sent_at=joined)
    joins(side, school, TESS[1], joined)

    before = told(joined)
    people.invite_again(person=head, by=None, now=joined)
    after = told(joined + timedelta(hours=1))

    assert ("Hilda Head", "year_dates") not in before
    assert ("Hilda Head", "year_dates") in after


def test_whoever_a_step_lets_take_part_does_so_by_that_where_both_records_are_one(side: Side) -> None:
    joins(side, quiet_brook(side), TESS[1], LATER)
    row = Participant.objects.get(person__name="Tess New")
    came, given = row.brought_at, make.ParticipantFactory(place=row.place, entered_at=LATER)

    merging.merge(kept=row.person, gone=given.person, by=side.users["national"], now=LATER)

    row.refresh_from_db()
    assert (came, row.brought_at, row.entered_at) == (LATER, None, LATER)


def test_teachers_whom_a_file_brought_before_an_update_hear_what_they_did_then(side: Side) -> None:
    joins(side, quiet_brook(side), TESS[1], LATER)
    Participant.objects.update(brought_at=None)

    import_module("workgroups.migrations.0008_participant_brought_at").read_from_roles(apps, None)

    brought = Participant.objects.filter(brought_at__isnull=False)
    assert list(brought.values_list("person__name", "brought_at")) == [("Tess New", LATER)]
