"""Enrolments from acceptance to their end; naming teachers who were to be named."""

from datetime import timedelta
from typing import Any

import pytest

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, enrolments
from programmes.models import EnrolledTeacher, Enrolment, Interest, InterestTeacher
from schools.actions import people
from schools.models import Person, Role
from schools.roles import HEADTEACHER, MATHS_LEAD, NATIONAL, TEACHER
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_enrolment_lives_a_year() -> None:
    enrolment = make.EnrolmentFactory()

    enrolments.activate(enrolment=enrolment, by=None)
    enrolments.activate(enrolment=enrolment, by=None)
    enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    enrolments.resume(enrolment=enrolment, by=None, now=NOW)
    enrolments.complete(enrolment=enrolment, by=None, today=TODAY)

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ended_on) == ("completed", TODAY)
    found = JournalEntry.objects.filter(record=f"programmes.enrolment:{enrolment.pk}").order_by("pk")
    assert list(found.values_list("what", flat=True)) == ["Started", "Paused", "Taken up again", "Completed"]


@pytest.mark.parametrize("before", ["accepted", "active"])
def test_pause_ends_with_what_the_school_was_before_it(before: str) -> None:
    """A school whose group has not started is not active after a pause either."""
    enrolment = make.EnrolmentFactory(status=before)

    enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    enrolments.resume(enrolment=enrolment, by=None, now=NOW)

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.end_reason, enrolment.paused_from) == (before, "", "")


@pytest.mark.parametrize("status", ["accepted", "active", "completed", "withdrawn"])
def test_only_a_pause_is_ended(status: str) -> None:
    enrolment = make.EnrolmentFactory(status=status)

    with pytest.raises(CannotMove, match="there is no pause to end"):
        enrolments.resume(enrolment=enrolment, by=None, now=NOW)

    assert Enrolment.objects.get().status == status


def test_paused_school_is_not_started_with_a_group() -> None:
    enrolment = make.EnrolmentFactory(status="paused")

    with pytest.raises(CannotMove, match="is paused: let it take part again first"):
        enrolments.activate(enrolment=enrolment, by=None)


def test_withdrawal_keeps_the_reason_and_frees_the_school_to_apply_again() -> None:
    interest = make.InterestFactory()
    enrolment = decisions.accept(interest=interest, by=None, now=NOW)

    enrolments.withdraw(enrolment=enrolment, by=None, now=NOW, reason="Both teachers are leaving.")

    enrolment.refresh_from_db()
    interest.refresh_from_db()
    assert (enrolment.status, enrolment.ended_on, enrolment.end_reason) == (
        "withdrawn",
        TODAY,
        "Both teachers are leaving.",
    )
    assert interest.status == Interest.Status.WITHDRAWN
    again = make.InterestFactory(school=interest.school, offer=interest.offer)
    assert decisions.accept(interest=again, by=None, now=NOW).school == interest.school


def _told_place() -> Enrolment:
    """A place of a school with a headteacher, a contact who has left, the next maths lead and a teacher."""
    interest = make.InterestFactory(head_email="head@people.example.org", contact_email="gone@people.example.org")
    InterestTeacher.objects.create(interest=interest, name="Sam Shah", email="sam@people.example.org")
    enrolment = decisions.accept(interest=interest, by=None, now=NOW)
    gone = Role.objects.get(kind=MATHS_LEAD)
    Role.objects.filter(pk=gone.pk).update(starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1))
    make.RoleFactory(kind=MATHS_LEAD, school=interest.school, person__email="next@people.example.org")
    make.RoleFactory(kind=HEADTEACHER, school=make.SchoolFactory(), person__email="else@people.example.org")
    Notice.objects.all().delete()
    return enrolment


STEPS: dict[str, Any] = {"pause": {"reason": "A new headteacher."}, "resume": {}, "withdraw": {"reason": "All leave."}}


@pytest.mark.parametrize(
    ("steps", "subjects"),
    [
        ("pause send", ["paused"]),
        ("pause send send resume send", ["paused", "taking part again"]),
        ("pause resume send", []),
        ("pause send resume pause send", ["paused"]),
        ("pause withdraw send", ["no longer takes part"]),
    ],
)
def test_whoever_knows_of_a_place_hears_how_it_stands(steps: str, subjects: list[str]) -> None:
    enrolment = _told_place()

    for minute, step in enumerate(steps.split()):
        now = NOW + timedelta(minutes=minute)
        with clock.fixed(now):
            if step == "send":
                notices.sweep(now)
                delivery.deliver_due()
            else:
                getattr(enrolments, step)(enrolment=enrolment, by=None, now=now, **STEPS[step])

    known = ["head@people.example.org", "next@people.example.org", "sam@people.example.org"]
    sent = Notice.objects.filter(kind="enrolment-changed", state="sent")
    heard = [(one.email, one.subject.split(": ")[1].split(",")[0]) for one in sent]
    assert sorted(heard) == sorted((email, subject) for email in known for subject in subjects)
    assert all(("The reason:" in one.body) is ("again" not in one.subject) for one in sent)
    assert not Notice.objects.filter(kind="enrolment-changed", state="planned").exists()


def test_place_that_was_withdrawn_meanwhile_gets_nobody_and_frees_nobody() -> None:
    """The page was loaded before a colleague withdrew the school."""
    enrolment = make.EnrolmentFactory()
    taken, free = (EnrolledTeacher.objects.create(enrolment=enrolment) for _place in range(2))
    lee: dict[str, Any] = {"name": "Lee Late", "email": "late@people.example.org", "job_title": ""}
    named = enrolments.name_teacher(enrolled=taken, by=None, now=NOW, **lee)
    seen = [EnrolledTeacher.objects.select_related("enrolment__school").get(pk=one.pk) for one in (taken, free)]
    enrolments.withdraw(enrolment=Enrolment.objects.get(pk=enrolment.pk), by=None, now=NOW, reason="All leave.")

    pat: dict[str, Any] = {"name": "Pat Late", "email": "pat@people.example.org", "job_title": ""}
    with pytest.raises(enrolments.CannotName, match="is withdrawn: nobody can be named any more"):
        enrolments.name_next_teacher(enrolment=seen[1].enrolment, by=None, now=NOW, **pat)
    with pytest.raises(enrolments.CannotName, match="is withdrawn: its teachers stay as they were"):
        enrolments.free_place(enrolled=seen[0], by=None, now=NOW)

    assert list(Role.objects.filter(kind=TEACHER).values_list("person", "ends_on")) == [(named.pk, None)]


def test_old_news_of_a_place_goes_to_nobody_anew() -> None:
    """Neither to a teacher who is named later, nor once more to somebody whose address is corrected."""
    enrolment = _told_place()
    sam = Person.objects.get(email="sam@people.example.org")
    EnrolledTeacher.objects.create(enrolment=enrolment)
    enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    with clock.fixed(NOW):
        delivery.deliver_due()

    later = NOW + timedelta(days=3)
    with clock.fixed(later):
        who: dict[str, Any] = {"name": "Lee Late", "email": "late@people.example.org", "job_title": ""}
        enrolments.name_next_teacher(enrolment=enrolment, by=None, now=later, **who)
        national = make.make_user(NATIONAL)
        people.correct_person(person=sam, by=national, facts={"email": "s@people.example.org"}, now=later)
        notices.sweep(later)

    heard = Notice.objects.filter(kind="enrolment-changed").values_list("email", "state")
    known = ["head@people.example.org", "next@people.example.org", "sam@people.example.org"]
    assert sorted(heard) == [(email, "sent") for email in known]


def test_news_of_a_place_that_failed_goes_to_the_corrected_address() -> None:
    enrolment = _told_place()
    sam = Person.objects.get(email="sam@people.example.org")
    enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
    with clock.fixed(NOW):
        delivery.deliver_due()
    mine = Notice.objects.filter(kind="enrolment-changed", email=sam.email)
    mine.update(state="failed", sent_at=None)

    national = make.make_user(NATIONAL)
    people.correct_person(person=sam, by=national, facts={"email": "s@people.example.org"}, now=NOW)

    again = Notice.objects.filter(kind="enrolment-changed").exclude(state="sent")
    assert list(again.values_list("email", "state")) == [("s@people.example.org", "planned")]


@pytest.mark.parametrize("brought", ["past", "by upload", "with its school"])
def test_nobody_hears_of_a_place_that_records_or_a_closed_school_ended(brought: str) -> None:
    enrolment = _told_place()
    if brought == "past":
        enrolment.taken_over = Enrolment.TakenOver.PAST
        enrolment.save()

    if brought == "by upload":
        enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="A new headteacher.")
        enrolment.move_to("active", by=None)
        notices.sweep(NOW)
    else:
        is_past = brought == "past"
        enrolments.withdraw(
            enrolment=enrolment, by=None, now=NOW, reason="Closed.", news="withdrawn" if is_past else ""
        )

    assert not Notice.objects.filter(kind="enrolment-changed", state="planned").exists()


def test_withdrawal_of_what_has_ended_is_refused() -> None:
    enrolment = make.EnrolmentFactory(status="completed")

    with pytest.raises(CannotMove):
        enrolments.withdraw(enrolment=enrolment, by=None, now=NOW, reason="Late.")


def test_naming_a_teacher_fills_the_place_and_invites_them() -> None:
    enrolled = make.EnrolledTeacherFactory(person=None)

    person = enrolments.name_teacher(
        enrolled=enrolled, name="Sam Shah", email="sam@people.example.org", job_title="Year 3", by=None, now=NOW
    )

    enrolled.refresh_from_db()
    assert enrolled.person == person
    assert Role.objects.filter(person=person, school=enrolled.enrolment.school).get().kind == TEACHER
    assert Notice.objects.filter(kind="invitation", recipient=f"person:{person.pk}").count() == 1


def test_naming_twice_keeps_the_first_name() -> None:
    enrolled = make.EnrolledTeacherFactory(person=None)
    stale = EnrolledTeacher.objects.select_related("enrolment__school").get(pk=enrolled.pk)
    details: dict[str, Any] = {"job_title": "", "by": None, "now": NOW}
    enrolments.name_teacher(enrolled=enrolled, name="Sam Shah", email="sam@people.example.org", **details)

    with pytest.raises(enrolments.CannotName) as problem:
        enrolments.name_teacher(enrolled=stale, name="Kim Late", email="kim@people.example.org", **details)

    assert str(problem.value) == "Somebody else has just named a teacher for this place. Nothing was done twice."
    enrolled.refresh_from_db()
    assert str(enrolled) == "Sam Shah"
    assert Role.objects.filter(person__name="Kim Late").count() == 0


def test_naming_one_teacher_for_both_places_is_refused() -> None:
    first = make.EnrolledTeacherFactory(person=None)
    second = make.EnrolledTeacherFactory(person=None, enrolment=first.enrolment)
    details: dict[str, Any] = {
        "name": "Sam Shah",
        "email": "sam@people.example.org",
        "job_title": "",
        "by": None,
        "now": NOW,
    }
    enrolments.name_teacher(enrolled=first, **details)

    with pytest.raises(enrolments.CannotName) as problem:
        enrolments.name_teacher(enrolled=second, **details)

    assert str(problem.value) == "Sam Shah already has a place in this enrolment. Name somebody else."


def test_naming_after_the_end_is_refused() -> None:
    enrolled = make.EnrolledTeacherFactory(person=None, enrolment__status="withdrawn")

    with pytest.raises(enrolments.CannotName) as problem:
        enrolments.name_teacher(
            enrolled=enrolled, name="Sam Shah", email="sam@people.example.org", job_title="", by=None, now=NOW
        )

    assert str(problem.value) == "This enrolment is withdrawn: nobody can be named any more."
