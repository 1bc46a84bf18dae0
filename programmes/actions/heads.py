"""Who is headteacher or maths lead of a school: as named in its interest, and as the portal knows it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from hubportal.core.models import JournalEntry
from programmes.actions.contacts import follow_address
from programmes.actions.evidence import drop_receipts
from programmes.models import Enrolment, Interest, Receipt
from programmes.rules.inviting import contact_kind
from schools.models import Role, User
from schools.roles import HEADTEACHER, MATHS_LEAD
from schools.rules import is_outside_domain, is_person, name_key

# Which asking is the one whose link works, and when it was.
ASKING = ("head_asked", "head_asked_at")
# What the history calls it that a role was given a last day.
ENDED = "Role ended"


class CannotCorrect(Exception):
    """A headteacher who is not corrected; said in words for people."""


def other_heads(interest: Interest, today: date) -> list[Role]:
    """Who else holds the headteacher's role on a day; nobody where the one who is named holds it too."""
    return others_beside(interest, today)[0]


def others_beside(interest: Interest, today: date) -> tuple[list[Role], list[Role]]:
    """Who else is headteacher of the school on a day, and who its maths lead; one query.

    Nobody where the headteacher who is named, or whoever applied, holds that role too.
    """
    held = Role.objects.filter(school=interest.school_id, kind__in=(HEADTEACHER, MATHS_LEAD)).current(today)
    roles = list(held.select_related("person", "school").order_by("person__name", "pk"))
    head = (interest.head_name, interest.head_email)
    contact = (interest.contact_name, interest.contact_email)
    return _others(roles, HEADTEACHER, head), _others(roles, MATHS_LEAD, contact)


def has_left(interest: Interest, today: date) -> bool:
    """Whether who was asked to confirm is headteacher of the school no more, and has not come back."""
    return interest.head_ended_at is not None and not _is_held(_held_by_named(interest), today)


def has_left_since(interest: Interest, today: date) -> bool:
    """Whether whoever is named has stopped being headteacher of the school, or was found to have, since they were.

    Whoever the portal knew to have left before is named by somebody who knows better.
    """
    held, named_at = _held_by_named(interest), interest.head_named_at or interest.submitted_at
    if not held or _is_held(held, today):
        return False
    if any(one.ends_on and one.ends_on >= clock.day_of(named_at) for one in held):
        return True
    return JournalEntry.objects.about(*held).filter(what=ENDED, at__gte=named_at).exists()


def _held_by_named(interest: Interest) -> list[Role]:
    """As headteacher of the school, by name and address: offices share addresses."""
    held = Role.objects.filter(school=interest.school_id, kind=HEADTEACHER, person__email__iexact=interest.head_email)
    named = (interest.head_name, interest.head_email)
    return [one for one in held.select_related("person") if is_person(named, (one.person.name, one.person.email))]


def _is_held(held: Sequence[Role], today: date) -> bool:
    return any(one.ends_on is None or one.ends_on >= today for one in held)


def contact_kind_of(interest: Interest, leads: Collection[Role]) -> str:
    """The role that whoever applied would have, where these are the school's other maths leads."""
    return contact_kind(interest.contact_job, has_lead=bool(leads))


def _others(roles: Sequence[Role], kind: str, named: tuple[str, str]) -> list[Role]:
    others = [role for role in roles if role.kind == kind]
    is_known = any(is_person(named, (role.person.name, role.person.email)) for role in others)
    return [] if is_known else others


@transaction.atomic
def correct_head(*, interest: Interest, name: str, email: str, by: User | None, now: datetime) -> None:
    """Name another headteacher or address, and ask there at once, or tell them where headteachers are only told.

    Older links end, and a confirmation counts no more.

    :raises CannotCorrect: where nothing can be confirmed any more, nothing is new, or somebody else was first.
    """
    if not interest.may_correct_head:
        raise CannotCorrect(why_not_corrected(interest))
    beside = [one for one in Interest.objects.named_with(interest) if one.pk != interest.pk and one.may_correct_head]
    was = interest.head_email
    _correct(interest, name, email, by, now)
    # One form asked the same headteacher for several programmes: all of them ask the other one, in one e-mail.
    for one in beside:
        _correct(one, name, email, by, now)
    follow_address(was, email, interest, *beside, now=now)
    notices.reconcile(interest, *beside, now=now)
    wake.wake()


def needs_head(interest: Interest) -> bool:
    """Whether its headteacher is to confirm it: not an interest, and not where they are only told.

    Nor about what cannot be accepted, as the school has its place already.
    """
    return not (interest.is_light or interest.only_tells_head or Enrolment.objects.in_place_of(interest).exists())


def waits_for_head(copy: Interest) -> bool:
    """Whether a copy that stands by itself from now on asks its headteacher: who has left meanwhile is not asked."""
    return copy.head_confirmed_at is None and copy.head_ended_at is None and needs_head(copy)


def asked_anew(interest: Interest, now: datetime) -> dict[str, Any]:
    """What another headteacher, or another address of theirs, brings: older links end, and no answer counts any more.

    They are asked, but for a second copy, and as ``needs_head`` says.
    """
    is_asked = interest.status != Interest.Status.SECOND and needs_head(interest)
    return {
        "head_asked": interest.head_asked + 1,
        "head_asked_at": now if is_asked else None,
        "head_ended_at": None,
        "head_named_at": now,
        "head_confirmed_at": None,
        "head_refused_at": None,
        "head_refusal": "",
    }


def ask_nobody(interest: Interest, *, why: str, by: User | None, now: datetime) -> dict[str, Any] | None:
    """Its headteacher is none any more and nobody follows yet: their link ends, nobody is asked, or reminded.

    What they answered stays. Returns how it was asked before, for ``ask_as_before``; None: nobody was asked.
    """
    was = {field: getattr(interest, field) for field in ASKING}
    if interest.head_asked_at is None or interest.head_confirmed_at is not None:
        return None
    rows = Interest.objects.open().filter(pk=interest.pk, head_confirmed_at=None, **was)
    if rows.update(head_asked=interest.head_asked + 1, head_asked_at=None, head_ended_at=now) != 1:
        return None
    interest.refresh_from_db()
    journal.record("Headteacher no longer asked", on=interest, by=by, note=why)
    notices.reconcile(interest, *_beside(interest), now=now)
    wake.wake()
    return was


def ask_as_before(interest: Interest, was: Mapping[str, Any], *, by: User | None, now: datetime) -> None:
    """The headteacher stays after all: their link, and the reminders of it, are as before, unless asked otherwise."""
    ended = {"head_asked": was["head_asked"] + 1, "head_asked_at": None, "head_confirmed_at": None}
    rows = Interest.objects.open().filter(pk=interest.pk, **ended)
    if rows.update(head_asked=was["head_asked"], head_asked_at=was["head_asked_at"], head_ended_at=None) != 1:
        return
    interest.refresh_from_db()
    journal.record("Headteacher asked as before", on=interest, by=by, note=interest.head_name)
    notices.reconcile(interest, *_beside(interest), now=now)
    wake.wake()


def ask_after_all(interest: Interest, *, now: datetime) -> None:
    """Whoever was headteacher no more is it again, by another role: they are asked by a new link, as the old ended."""
    is_asked = interest.status != Interest.Status.SECOND and interest.head_refused_at is None and needs_head(interest)
    ended = {"head_ended_at": interest.head_ended_at, "head_asked": interest.head_asked, "head_confirmed_at": None}
    rows = Interest.objects.open().filter(pk=interest.pk, **ended)
    if rows.update(head_ended_at=None, head_asked_at=now if is_asked else None) != 1:
        return
    interest.refresh_from_db()
    journal.record("Headteacher after all", on=interest, by=None, note=interest.head_name)
    notices.reconcile(interest, *_beside(interest), now=now)
    wake.wake()


def _beside(interest: Interest) -> list[Interest]:
    """What one form sent with it: the first that waits asks for all."""
    return [one for one in Interest.objects.of_same_form(interest) if one.pk != interest.pk]


def _correct(interest: Interest, name: str, email: str, by: User | None, now: datetime) -> None:
    new = {"head_name": name, "head_email": email}
    changed = {field: [getattr(interest, field), value] for field, value in new.items()}
    changed = {field: pair for field, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        raise CannotCorrect("This is the name and the address that we have already. Nothing was changed.")
    website = interest.school.website
    addresses = (interest.contact_email, email)
    values = {
        **new,
        **asked_anew(interest, now),
        # Whoever applied as headteacher stays it with another address, not with another name.
        "contact_is_head": interest.contact_is_head and name_key(name) == name_key(interest.contact_name),
        "is_outside_domain": any(is_outside_domain(address, website) for address in addresses),
    }
    as_read = {field: getattr(interest, field) for field in ("status", "head_asked", "head_confirmed_at")}
    if Interest.objects.filter(pk=interest.pk, **as_read).update(**values) != 1:
        raise CannotCorrect("Somebody else has just changed this. Please look again; nothing was done twice.")
    for field, value in values.items():
        setattr(interest, field, value)
    # What the hub had entered was another headteacher's answer.
    drop_receipts(interest, Receipt.What.HEAD)
    journal.record("Headteacher corrected", on=interest, by=by, note=email, changed=changed)


def why_not_corrected(interest: Interest) -> str:
    """What to tell somebody who comes too late."""
    if not interest.is_standing:
        return f"This {interest.noun} is no longer open, so the headteacher is not asked any more."
    return "The headteacher has confirmed and the school is accepted. Change who is headteacher on the school's page."
