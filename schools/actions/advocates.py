"""A headteacher agrees to speak for the programme, or takes it back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hubportal.core import clock, journal
from schools import roles
from schools.actions.holding import hold_person
from schools.models import Person, Role, School, User
from schools.models.advocates import Advocate


class CannotAdvocate(Exception):
    """A consent that is not kept, said in words for people."""


NOT_HEAD = "Only somebody who is headteacher of a school today can be a headteacher advocate."
NOTHING = "Say what they agree to: speaking, a testimonial, or both."
AHEAD = "That day lies ahead. Give the day on which they said it."
WITHDRAWN = "This has been withdrawn already. Nothing was done twice."


@dataclass(frozen=True, slots=True)
class Consent:
    """What a headteacher agrees to, on which day, and how it came."""

    speaks: bool
    testimonial: bool
    may_be_named: bool
    given_on: date
    how: str


def headships(person: Person, today: date) -> list[School]:
    """The schools that somebody is headteacher of on a day."""
    held = Role.objects.filter(person=person, kind=roles.HEADTEACHER).current(today).select_related("school")
    return [role.school for role in held.order_by("starts_on", "pk") if role.school is not None]


@transaction.atomic
def give_consent(*, person: Person, school: School, consent: Consent, by: User, now: datetime) -> Advocate:
    """Keep what a headteacher agrees to, in place of what they agreed to before; the same again changes nothing.

    :raises CannotAdvocate: where they are not headteacher there, agree to nothing, or the day lies ahead.
    """
    today = now.astimezone(clock.LONDON).date()
    # Two consents at the same moment are kept in turn.
    hold_person(person)
    if school.pk not in {one.pk for one in headships(person, today)}:
        raise CannotAdvocate(NOT_HEAD)
    if not (consent.speaks or consent.testimonial):
        raise CannotAdvocate(NOTHING)
    if consent.given_on > today:
        raise CannotAdvocate(AHEAD)
    before = Advocate.objects.agreed().filter(person=person).select_related("school").first()
    what = (school.pk, consent.speaks, consent.testimonial, consent.may_be_named)
    if before is not None:
        if (before.school_id, before.speaks, before.testimonial, before.may_be_named) == what:
            return before
        Advocate.objects.filter(pk=before.pk, withdrawn_at=None).update(withdrawn_at=now, withdrawn_by=by)
    advocate = Advocate.objects.create(
        person=person,
        school=school,
        speaks=consent.speaks,
        testimonial=consent.testimonial,
        may_be_named=consent.may_be_named,
        given_on=consent.given_on,
        how=consent.how,
        entered_by=by,
        entered_at=now,
    )
    note = f"{advocate.agreed_to}. {advocate.get_how_display()}"
    journal.record("Agreed to be a headteacher advocate", on=person, by=by, note=note, owner_id=school.hub_id)
    return advocate


@transaction.atomic
def withdraw_consent(*, advocate: Advocate, by: User, now: datetime) -> None:
    """Take it back, from now on.

    :raises CannotAdvocate: where that was done already.
    """
    own = Advocate.objects.filter(pk=advocate.pk, withdrawn_at=None)
    if own.update(withdrawn_at=now, withdrawn_by=by) != 1:
        raise CannotAdvocate(WITHDRAWN)
    advocate.withdrawn_at, advocate.withdrawn_by = now, by
    owner_id = advocate.school.hub_id
    journal.record(
        "No longer a headteacher advocate", on=advocate.person, by=by, note=advocate.agreed_to, owner_id=owner_id
    )
