"""The hub's decision about an interest: accept, waiting list, decline."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.templatetags.portal import count
from hubportal.core.workflow import CannotMove
from programmes.actions.asking import HEAD_SAYS_NO
from programmes.actions.following import astray
from programmes.actions.heads import contact_kind_of, other_heads, others_beside
from programmes.actions.interest import take_next_copy
from programmes.models import EnrolledTeacher, Enrolment, Interest, InterestTeacher
from programmes.models.room import is_full, with_room
from schools.actions import ours, people
from schools.actions.holding import hold_heads
from schools.models import Person, User
from schools.roles import HEADTEACHER, TEACHER

YEAR_OVER = "{year} is over: decline this, or close it, and ask the school to apply for a year that is open."

# A person is known by name and address together.
OWN_ADDRESS = " Where this is a namesake, ask them to change the application to an address of their own."
NOTE_NEEDED = (
    "The offer's rules do not say that this school fits, as with special and all-through schools. "
    "Say in a note why it does."
)

REFUSED = "The headteacher has said no. Say in a note why you accept all the same, or ask the headteacher again first."

NO_PLACE = "No place is free any more: of {} {} {} taken. Nothing was done: look whether to accept all the same."

WENT = "{school} has just gone to {hub}, and this with it: that hub decides about it. Nothing was done."


class CannotDecide(Exception):
    """A decision that cannot be carried out, said in words for people."""


@transaction.atomic
def accept(
    *,
    interest: Interest,
    by: User | None,
    now: datetime,
    replaced_heads: Collection[int] = (),
    note: str = "",
    contact_kind: str = "",
    is_told_full: bool = False,
) -> Enrolment:
    """Accept a school: makes its enrolment, invites its people with their roles, tells contact and headteacher.

    Of somebody who applied for themselves: enrols that person, whom alone it invites.

    Where somebody else is headteacher today, whoever is named gets that role only in place of one of those whose
    roles ``replaced_heads`` names by their keys; these end.

    :param note: why a school fits of which the offer's rules do not say so, or is accepted though its headteacher has
        said no; only the hub reads it.
    :param contact_kind: what whoever applied becomes at the school; empty: what their job says.
    :param is_told_full: whoever accepts has read that no place is free, and does so all the same.
    :raises CannotMove: where somebody else has decided.
    :raises CannotDecide: where the year is over, the school is enrolled already, belongs to no hub, or lacks its note,
        or no place is free and nobody was told.
    """
    _take_turn(interest)
    _check_year(interest, now)
    if interest.is_undecided and not note:
        _check_note(interest)
    if interest.hub is None:
        raise CannotDecide("This school belongs to no hub yet. Give it a hub first, on the school's page.")
    if interest.is_light:
        raise CannotDecide("This school has told of its interest and has not applied yet. Invite it to apply.")
    _check_place(interest)
    _check_room(interest, is_told=is_told_full)
    _decide(interest, Interest.Status.ACCEPTED, by=by, now=now, what="Accepted", hub_note=note)
    people.tie_school(school=interest.school, hub=interest.hub)
    _hold_people(interest, now)
    person = _invite_applicant(interest, by, now) if interest.for_person else None
    enrolment = Enrolment.objects.create(
        school=interest.school,
        offer=interest.applied_offer,
        person=person,
        option=interest.option,
        hub=interest.hub,
        interest=interest,
        accepted_on=now.astimezone(clock.LONDON).date(),
    )
    journal.record("Enrolled", on=enrolment, by=by, note=interest.reference)
    if person is not None:
        EnrolledTeacher.objects.create(enrolment=enrolment, person=person)
        return enrolment
    _change_heads(enrolment, interest, replaced_heads, by, now)
    _invite_contact(interest, contact_kind, by, now)
    _enrol_teachers(enrolment, interest, by, now)
    return enrolment


@transaction.atomic
def put_on_waiting_list(*, interest: Interest, by: User | None, now: datetime, reason: str) -> None:
    """Let a school wait for a place; contact and headteacher are told, with the reason.

    :raises CannotMove: where somebody else has decided.
    :raises CannotDecide: where the year is over, or the school is enrolled already.
    """
    _take_turn(interest)
    _check_year(interest, now)
    _check_place(interest)
    _decide(interest, Interest.Status.WAITING, by=by, now=now, what="Put on the waiting list", reason=reason)


@transaction.atomic
def decline(*, interest: Interest, by: User | None, now: datetime, reason: str) -> None:
    """Decline, with a reason that contact and headteacher read.

    :raises CannotMove: where somebody else has decided, or it is another hub's by now.
    """
    ours.join(interest.hub_id)
    _hold(interest)
    _decide(interest, Interest.Status.DECLINED, by=by, now=now, what="Declined", reason=reason)


def seen_as(interest: Interest) -> str:
    """What somebody who decides has seen of it: how far it is, and whether the headteacher has said no."""
    return f"{interest.status}-refused" if interest.head_refused_at else interest.status


def _take_turn(interest: Interest) -> None:
    """Nobody else changes it until this is decided, or gives the same school a place or a headteacher.

    :raises CannotMove: where somebody else has decided since it was read, also where this step could follow, or it is
        another hub's by now.
    :raises CannotDecide: where the headteacher has said no since.
    """
    ours.join(interest.hub_id)
    was_refused = interest.head_refused_at is not None
    _hold(interest)
    if interest.head_refused_at and not was_refused:
        raise CannotDecide(HEAD_SAYS_NO)
    locks.wait_for_turn(f"places of school {interest.school_id}")


def _hold(interest: Interest, *, is_ours: bool = True) -> None:
    """As it stands now: the school may change what it sent at this moment, and its people as they are now are invited.

    :param is_ours: somebody acts in the name of its hub; whoever sent it may be between two hubs.

    :raises CannotMove: where somebody else has decided, or it has gone to another hub, since it was read, or goes.
    """
    was, its_hub = interest.status, interest.hub_id
    locks.refresh(interest)
    if interest.status != was:
        raise CannotMove(decided_already(interest))
    if not is_ours:
        return
    if interest.hub_id != its_hub:
        raise CannotMove(WENT.format(school=interest.school, hub=interest.hub or "no hub"))
    if goes := goes_elsewhere(interest):
        raise CannotMove(goes)
    if interest.hub is not None:
        ours.check(interest.hub)


def _check_year(interest: Interest, now: datetime) -> None:
    """No place is given, or waited for, in a year that has ended."""
    if interest.is_of_past_year(now.astimezone(clock.LONDON).date()):
        raise CannotDecide(YEAR_OVER.format(year=interest.year_label))


def _check_note(interest: Interest) -> None:
    """What is accepted without a note neither the rules nor the headteacher speak against."""
    if interest.head_refused_at is not None:
        raise CannotDecide(REFUSED)
    if interest.needs_note:
        raise CannotDecide(NOTE_NEEDED)


def _check_place(interest: Interest) -> None:
    """A school takes one place in an offer, and waits for none beside it."""
    if why := why_no_place(interest):
        raise CannotDecide(why)


def _check_room(interest: Interest, *, is_told: bool) -> None:
    """Of two who give the last place at once, or from pages opened before, the second is told first."""
    locks.wait_for_turn(f"places of offer {interest.applied_offer.base_id} in hub {interest.hub_id}")
    if is_told or not interest.is_undecided:
        return
    now: Any = with_room(Interest.objects.filter(pk=interest.pk)).first()
    if is_full(now):
        raise CannotDecide(NO_PLACE.format(count(now.places, "place"), now.taken, "is" if now.taken == 1 else "are"))


def why_no_place(interest: Interest) -> str:
    """That the school has its place in this programme already; nothing where it can be given one."""
    # Whoever has just accepted this one was first; that is said by the move.
    is_taken = interest.is_undecided and Enrolment.objects.in_place_of(interest).exists()
    return enrolled_already(interest) if is_taken else ""


def enrolled_already(interest: Interest) -> str:
    """What is said of one whose school has its place."""
    return f"{interest.school} is already enrolled in {interest.applied_offer}."


def _decide(
    interest: Interest, status: str, *, by: User | None, now: datetime, what: str, reason: str = "", hub_note: str = ""
) -> None:
    if not interest.may_move_to(status):
        raise CannotMove(decided_already(interest))
    interest.move_to(
        status,
        by=by,
        note=reason or hub_note,
        what=what,
        decided_at=now,
        decided_by=by,
        decision_reason=reason,
        hub_note=hub_note,
    )
    notices.reconcile(interest, *interest.seconds.all(), now=now)
    wake.wake()


def decided_already(interest: Interest) -> str:
    """What to tell somebody who comes too late: who was first, and with what."""
    if interest.status == Interest.Status.SECOND:
        return "This is a second copy. Decide about the first one; this one follows it."
    if interest.status == Interest.Status.MERGED:
        return "This was merged with another one of the same: that one is decided about. Nothing was done."
    status = interest.get_status_display().lower()
    if interest.decided_at is None:
        return f"This is {status}. Nothing was done."
    who = interest.decided_by or "The portal"
    when = interest.decided_at.astimezone(clock.LONDON)
    return f"{who} has decided about this on {when.day} {when:%B %Y}: {status}. Nothing was done twice."


def goes_elsewhere(interest: Interest) -> str:
    """Where it goes with its school in a moment, as the sweep lets it, in words; nothing where it stays."""
    stays = interest.hub_id is None or interest.school.hub_id in (None, interest.hub_id)
    if stays or not astray().filter(pk=interest.pk).exists():
        return ""
    return WENT.format(school=interest.school, hub=interest.school.hub)


def _hold_people(interest: Interest, now: datetime) -> None:
    """Whom it invites, and who is headteacher before: of two who accept, or merge some of them, one waits."""
    named = [(interest.contact_name, interest.contact_email)]
    heads: list[int] = []
    if not interest.for_person:
        hold_heads([interest.school_id])
        heads = [role.person_id for role in other_heads(interest, clock.day_of(now))]
        named.append((interest.head_name, interest.head_email))
        named += [(one.name, one.email) for one in interest.teachers.all()]
    people.hold_named(named, beside=heads)


def _change_heads(
    enrolment: Enrolment, interest: Interest, replaced: Collection[int], by: User | None, now: datetime
) -> None:
    """The one who is named becomes headteacher, unless the school has another one who stays."""
    today = now.astimezone(clock.LONDON).date()
    others = other_heads(interest, today)
    ending = [role for role in others if role.pk in replaced]
    if others and not ending:
        names = ", ".join(role.person.name for role in others)
        journal.record("Headteacher as before", on=enrolment, by=by, note=f"{names}, not {interest.head_name}")
        return
    for role in ending:
        people.end_role(role=role, by=by, today=today)
    people.invite(
        name=interest.head_name,
        email=interest.head_email,
        kind=HEADTEACHER,
        by=by,
        now=now,
        school=interest.school,
        job_title="Headteacher",
    )


def _invite_applicant(interest: Interest, by: User | None, now: datetime) -> Person:
    """Whoever applied for themselves, as a teacher of the school whatever their job is; who has no place yet."""
    person = people.invite(
        name=interest.contact_name,
        email=interest.contact_email,
        kind=TEACHER,
        by=by,
        now=now,
        school=interest.school,
        job_title=interest.contact_job,
        phone=interest.contact_phone,
    )
    if Enrolment.objects.of_person(person, interest.applied_offer).exists():
        raise CannotDecide(
            f"{person} is already enrolled in {interest.applied_offer}.{OWN_ADDRESS if interest.is_apart else ''}"
        )
    if interest.trn and not person.trn:
        person.trn = interest.trn
        person.save(update_fields=["trn"])
    return person


def _invite_contact(interest: Interest, kind: str, by: User | None, now: datetime) -> None:
    """The contact, as a rule as maths lead, unless they are the headteacher (in a small school) or lead the trust."""
    same = Interest.objects.filter(pk=interest.pk).with_trust_lead(clock.day_of(now))
    if not interest.contact_is_head and not same.filter(leads_trust=True).exists():
        people.invite(
            name=interest.contact_name,
            email=interest.contact_email,
            kind=kind or contact_kind_of(interest, others_beside(interest, clock.day_of(now))[1]),
            by=by,
            now=now,
            school=interest.school,
            job_title=interest.contact_job,
            phone=interest.contact_phone,
        )


def _enrol_teachers(enrolment: Enrolment, interest: Interest, by: User | None, now: datetime) -> None:
    """A place for each teacher: those to be named, named twice or missing from the form hold one as "to be named"."""
    named: dict[int, EnrolledTeacher] = {}
    held = []
    for teacher in interest.teachers.all():
        person = _teacher(teacher, interest, by, now) if teacher.name else None
        row = EnrolledTeacher(enrolment=enrolment, person=person, has_lead_role=teacher.has_lead_role)
        if person is not None and person.pk not in named:
            named[person.pk] = row
        else:
            row.person = None
            held.append(row)
    rows = [*named.values(), *held]
    missing = interest.applied_offer.teachers_per_school - len(rows)
    rows += [EnrolledTeacher(enrolment=enrolment) for _ in range(missing)]
    EnrolledTeacher.objects.bulk_create(rows)


def _teacher(teacher: InterestTeacher, interest: Interest, by: User | None, now: datetime) -> Person:
    return people.invite(
        name=teacher.name,
        email=teacher.email,
        kind=TEACHER,
        by=by,
        now=now,
        school=interest.school,
        job_title=teacher.job_title,
    )


@transaction.atomic
def close(
    *,
    interest: Interest,
    by: User | None,
    now: datetime,
    reason: str,
    what: str = "Closed without a decision",
    is_by_sender: bool = False,
) -> Interest | None:
    """Close without a decision: the school no longer wishes to take part, or a second copy is settled.

    Tells nobody; but where the school had sent a copy, that one is to be decided now, and returned.

    :param is_by_sender: whoever sent it withdraws it: they have that in writing, and the headteacher hears of it.
    :raises CannotMove: where it has been decided or closed, or it is another hub's by now.
    """
    if interest.status == Interest.Status.ACCEPTED:
        raise CannotMove("This is accepted: withdraw the school's enrolment instead.")
    ours.join(interest.hub_id)
    _hold(interest, is_ours=not is_by_sender)
    interest.move_to(
        Interest.Status.WITHDRAWN, by=by, note=reason, what=what, withdrawn_at=now if is_by_sender else None
    )
    notices.reconcile(interest, now=now)
    wake.wake()
    return take_next_copy(closed=interest, by=by, now=now)
