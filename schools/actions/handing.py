"""A person's part at a school passes to another on a day: roles that end and begin with it."""

from datetime import date, datetime, timedelta

from django.db import transaction

from hubportal.core import clock, journal, locks, notices
from schools.actions import people
from schools.actions.holding import hold_person, join_turn_of_heads
from schools.models import Person, Role, School, User
from schools.notices import INVITATION

A_DAY = timedelta(days=1)


def why_not_end(role: Role, from_on: date, today: date) -> str:
    """Why a role cannot end before a day, or an empty string.

    On the very day on which it began it can: it was held for no whole day then, whatever was so before the portal.
    """
    if role.ends_on is not None and role.ends_on < from_on:
        return f"{role.person} is {role.get_kind_display()} only until {_words(role.ends_on)} already."
    first = role.starts_on if role.starts_on <= today else role.starts_on + A_DAY
    if from_on < first:
        known = f"The portal knows {role.person} as {role.get_kind_display()} since {_words(role.starts_on)}"
        return f"{known}, so that nobody can follow before {_words(first)}. Choose that day or a later one."
    return ""


@transaction.atomic
def end_before(*, role: Role, from_on: date, by: User | None, today: date) -> None:
    """Let a role's last day be the one before."""
    people.end_role(role=role, by=by, today=today, last_day=from_on - A_DAY)


@transaction.atomic
def give_from(
    *, person: Person, kind: str, school: School, from_on: date, by: User | None, now: datetime
) -> tuple[Role, bool]:
    """Give a role at a school from a day on, and whether they come to have it: one that they have today is kept.

    One that is to begin for something else begins with the first of the days; beside one that ends, after its end.
    """
    join_turn_of_heads(kind)
    hold_person(person)
    today = clock.day_of(now)
    day = max(from_on, today)
    same = Role.objects.select_for_update(no_key=True).filter(person=person, kind=kind, school=school, source="")
    role = same.filter(ends_on=None).order_by("starts_on", "pk").first()
    if role is not None and role.starts_on <= day:
        return role, role.starts_on > today
    ends = [one.ends_on for one in same.current(day) if one.ends_on is not None]
    begins = max(ends) + A_DAY if ends else from_on
    if role is None:
        role = Role.objects.create(person=person, kind=kind, school=school, starts_on=begins, given_at=now)
    else:
        role.starts_on = begins
        role.save(update_fields=["starts_on"])
    journal.record("Role given", on=role, by=by, note=f"{person.name}, from {_words(begins)}")
    return role, True


@transaction.atomic
def invite_begun(*, person: Person, kind: str, school: School, now: datetime) -> None:
    """Tell somebody how to sign in for a role that was given from a day, once: not where they were told since."""
    begun = Role.objects.filter(person=person, kind=kind, school=school, source="").current(clock.day_of(now))
    role = begun.order_by("starts_on", "pk").first()
    if role is not None and not role.is_told_of():
        people.invite_again(person=person, by=None, now=now, is_news=True, at=clock.from_eight(now))


@transaction.atomic
def invite_no_more(*, person: Person, since: datetime, now: datetime) -> None:
    """An invitation since a moment that has not left is not sent to somebody who has no role after all."""
    user = User.objects.filter(person=person, invited_at__gte=since).first()
    if user is None or Role.objects.filter(person=person).not_over(clock.day_of(now)).exists():
        return
    notices.hold((INVITATION.key, user))
    if not notices.reached((INVITATION.key, user), since=since):
        User.objects.filter(pk=user.pk).update(invited_at=None, invited_by=None)
        notices.reconcile(user, now=now)


@transaction.atomic
def give_back(*, role: Role, ends_on: date | None, by: User | None, starts_on: date | None = None) -> None:
    """Let a role that was to end, or has ended, go on as it did before; one that was to follow it is the same then."""
    locks.hold(role)
    role.ends_on, role.starts_on = ends_on, starts_on or role.starts_on
    role.save(update_fields=["ends_on", "starts_on"])
    if ends_on is None and not role.source:
        same = Role.objects.filter(person=role.person_id, kind=role.kind, school=role.school_id, hub=role.hub_id)
        same = same.filter(trust=role.trust_id, source="", ends_on=None, starts_on__gte=role.starts_on)
        same.exclude(pk=role.pk).delete()
    journal.record("Role kept", on=role, by=by, note=role.person.name)


@transaction.atomic
def take_away(*, role: Role, by: User | None, today: date) -> None:
    """Take back a role that was given from a day: as if it had not been, where that day is still to come or today."""
    journal.record("Role taken back", on=role, by=by, note=role.person.name)
    if role.starts_on >= today:
        role.delete()
    else:
        Role.objects.filter(pk=role.pk).update(ends_on=today - A_DAY)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
