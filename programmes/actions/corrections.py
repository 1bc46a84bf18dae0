"""The contact or a teacher of what was sent, corrected by the hub: nobody can to whom nothing arrives."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from hubportal.core import journal, locks, notices, wake
from programmes.actions.changes import keep_unless_taken, teacher_lines, teachers_of
from programmes.actions.contacts import contact_changes, follow_address, leave_address
from programmes.actions.evidence import drop_receipts
from programmes.actions.heads import CannotCorrect, asked_anew
from programmes.models import Interest, InterestMessage, InterestTeacher, Receipt
from programmes.rules import Named
from schools.models import User
from schools.rules import is_person, name_key

MEANWHILE = "Somebody else has just changed this. Please look again; nothing was done twice."
NOTHING_NEW = "This is what we have already. Nothing was changed."
Person = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contact:
    """All that is known of a contact."""

    contact_name: str
    contact_email: str
    contact_phone: str = ""
    contact_job: str = ""


def contact_of(interest: Interest) -> Contact:
    """As it stands."""
    return Contact(interest.contact_name, interest.contact_email, interest.contact_phone, interest.contact_job)


def why_not_people(interest: Interest) -> str:
    """Why nobody who is named in it is corrected in it any more; empty while whoever sent it could change it."""
    if interest.may_be_changed:
        return ""
    if interest.status == Interest.Status.ACCEPTED:
        return "This is accepted: its people are changed on the page of the school's people."
    return f"This {interest.noun} is no longer open, so nobody in it is corrected any more."


def named_beside(interest: Interest, who: Person) -> list[str]:
    """As what else somebody is named in it; reads ``offer`` and ``teachers``."""
    is_head = not interest.is_light and is_person(who, (interest.head_name, interest.head_email))
    return (["headteacher"] if is_head else []) + [
        f"{interest.offer.teacher_label if interest.offer else 'teacher'} {at}"
        for at, one in enumerate(interest.teachers.all(), start=1)
        if is_person(who, (one.name, one.email))
    ]


@transaction.atomic
def correct_contact(
    *, interest: Interest, contact: Contact, everywhere: bool, how: str, by: User | None, now: datetime
) -> list[Interest]:
    """Correct who is the contact, or how they are reached, in all that one form sent to this hub; these are returned.

    Of another address nothing counts any more: its links end, what has not arrived goes to the new one, and so does
    the confirmation that it has come.

    :param everywhere: also where they are named as headteacher or teacher.
    :param how: how the hub knows.
    :raises CannotCorrect: where it is decided or closed, nothing is new, or somebody else was first.
    :raises CannotChange: where somebody of the new name and address has applied for the same.
    """
    held = _held(interest)
    was = contact_of(interest)
    if contact_of(held[0]) != was:
        raise CannotCorrect(MEANWHILE)
    if contact == was:
        raise CannotCorrect(NOTHING_NEW)
    rows = [one for one in held if _same_contact(one, was)]
    for one in rows:
        _correct_contact(one, contact, everywhere=everywhere, how=how, by=by, now=now)
    about = [*rows, *InterestMessage.objects.filter(interest__in=rows)]
    follow_address(was.contact_email, contact.contact_email, *about, now=now)
    notices.reconcile(*about, now=now)
    wake.wake()
    return rows


@transaction.atomic
def correct_teacher(
    *, interest: Interest, teacher: InterestTeacher, name: str, email: str, how: str, by: User | None, now: datetime
) -> list[Interest]:
    """Correct the name or address of a teacher in all that one form sent to this hub; what was changed is returned.

    :param how: how the hub knows.
    :raises CannotCorrect: where it is decided or closed, nothing is new, or somebody else was first.
    """
    held = _held(interest)
    was = (teacher.name, teacher.email)
    if was == (name, email):
        raise CannotCorrect(NOTHING_NEW)
    if (teacher.pk, was) not in [(one.pk, (one.name, one.email)) for one in held[0].teachers.all()]:
        raise CannotCorrect(MEANWHILE)
    rows = []
    for one in held:
        keys = [row.pk for row in one.teachers.all() if is_person((row.name, row.email), was)]
        changed = _correct_teachers(one, [*keys, teacher.pk], (name, email))
        if changed:
            journal.record("Teacher corrected", on=one, by=by, note=how, changed=changed)
            rows.append(one)
    # Nobody writes to teachers yet: nothing that failed there was for them.
    leave_address(was[1], now=now)
    notices.reconcile(*rows, now=now)
    wake.wake()
    return rows


def _held(interest: Interest) -> list[Interest]:
    """This one and what one form sent to its hub beside it, as far as it may be changed; held, this one first.

    :raises Gone: where it has just been taken out.
    :raises CannotCorrect: where it is decided or closed.
    """
    together = Interest.objects.of_same_form(interest).filter(hub=interest.hub_id)
    rows = list(locks.all_held(together.select_related("school", "offer").prefetch_related("teachers")))
    found = [one for one in rows if one.pk == interest.pk]
    if not found:
        raise locks.Gone(Interest)
    if not found[0].may_be_changed:
        raise CannotCorrect(why_not_people(found[0]))
    return found + [one for one in rows if one.pk != interest.pk and one.may_be_changed]


def _same_contact(one: Interest, was: Contact) -> bool:
    named = (one.contact_name, one.contact_email.lower())
    return named == (was.contact_name, was.contact_email.lower())


def _correct_contact(
    one: Interest, contact: Contact, *, everywhere: bool, how: str, by: User | None, now: datetime
) -> None:
    was, new = (one.contact_name, one.contact_email), (contact.contact_name, contact.contact_email)
    is_same = name_key(was[0]) == name_key(new[0])
    if everywhere and _is_head(one, was):
        head = _head_too(one, new, is_same=is_same, now=now)
    else:
        head = _head_left(one, is_same=is_same, now=now)
    values = contact_changes(one, head_email=head.get("head_email"), **asdict(contact))
    # Whoever applied as headteacher stays it with another address, not with another name.
    values |= {**head, "contact_is_head": one.contact_is_head and is_same}
    if new[1].lower() != was[1].lower():
        # Whoever had asked for a link did so at the other address.
        values |= {"contact_corrected_at": now, "link_asked_at": None}
    told = (*asdict(contact), "contact_is_head", "head_name", "head_email")
    changed: dict[str, Any] = {
        name: [getattr(one, name), values[name]]
        for name in told
        if name in values and values[name] != getattr(one, name)
    }
    keep_unless_taken(one, values)
    one.contact_name, one.contact_email = new
    if "head_asked_at" in head:
        # What the hub had entered was another headteacher's answer.
        drop_receipts(one, Receipt.What.HEAD)
    if everywhere:
        keys = [row.pk for row in one.teachers.all() if is_person((row.name, row.email), was)]
        changed |= _correct_teachers(one, keys, new)
    journal.record("Contact corrected", on=one, by=by, note=how, changed=changed)


def _is_head(one: Interest, was: Person) -> bool:
    return not one.is_light and is_person(was, (one.head_name, one.head_email))


def _head_too(one: Interest, new: Person, *, is_same: bool, now: datetime) -> dict[str, Any]:
    """Whoever confirmed by applying has confirmed with another address too, not under another name."""
    values = {"head_name": new[0], "head_email": new[1]}
    if (one.head_name, one.head_email) == new:
        return {}
    if is_same and one.contact_is_head and one.head_confirmed_at:
        return {**values, "head_asked": one.head_asked + 1}
    return {**values, **asked_anew(one, now)}


def _head_left(one: Interest, *, is_same: bool, now: datetime) -> dict[str, Any]:
    """Who is named as headteacher stays so; where somebody of another name applied as them, they have not confirmed."""
    is_confirmed = one.is_head_contact and one.head_confirmed_at is not None
    return asked_anew(one, now) if is_confirmed and not is_same else {}


def _correct_teachers(one: Interest, keys: Sequence[int], new: Person) -> dict[str, Any]:
    """Let these of its places be held by this name and address; what the history says of it."""
    before = teachers_of(one)
    named = {row.pk: known for row, known in zip(one.teachers.all(), before, strict=True)}
    after: list[Named] = [
        replace(known, name=new[0], email=new[1]) if pk in keys else known for pk, known in named.items()
    ]
    if after == before:
        return {}
    InterestTeacher.objects.filter(interest=one, pk__in=keys).update(name=new[0], email=new[1])
    return {"teachers": ["; ".join(teacher_lines(each)) for each in (before, after)]}
