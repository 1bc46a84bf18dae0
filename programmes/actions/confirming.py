"""Asking a new headteacher to confirm what the school has agreed to in programmes that run."""

from datetime import datetime

from django.db import transaction

from hubportal.core import journal, notices, wake
from hubportal.core.clock import day_of
from hubportal.core.records import apart
from programmes.models import Enrolment, HeadConfirmation
from schools.models import Person, Role, School, User
from schools.roles import HEADTEACHER


class CannotConfirmYear(Exception):
    """A confirmation that is not wanted any more, said in words for people."""


@transaction.atomic
def ask_new_head(*, school: School, person: Person, by: User | None, now: datetime) -> HeadConfirmation | None:
    """Ask a new headteacher about what runs, by e-mail; None: nothing runs.

    Whoever was asked before and is headteacher there no more is not asked any longer.
    """
    if not Enrolment.objects.in_progress().filter(school=school, person=None).exists():
        return None
    lead = Role.objects.filter(kind=HEADTEACHER, school=school).current(day_of(now))
    heads = set(lead.values_list("person", flat=True))
    for old in HeadConfirmation.objects.open().filter(school=school).order_by("pk"):
        if old.person_id == person.pk:
            return old
        if old.person_id not in heads:
            _close(old, now)
    asked = HeadConfirmation.objects.create(school=school, person=person, hub=school.hub, asked_at=now)
    journal.record("New headteacher asked to confirm", on=school, by=by, note=person.name)
    notices.reconcile(asked, now=now)
    wake.wake()
    return asked


@transaction.atomic
def confirm(*, asked: HeadConfirmation, by: User | None, now: datetime) -> None:
    """The headteacher stands by what the school agreed to: by the link, or said to somebody of the hub (``by``).

    :raises CannotConfirmYear: where it is answered, or somebody else is asked now.
    """
    answer = HeadConfirmation.objects.open().filter(pk=asked.pk)
    if answer.update(confirmed_at=now, confirmed_by=by) != 1:
        raise CannotConfirmYear("This has been answered already, or somebody else is headteacher now.")
    asked.confirmed_at, asked.confirmed_by = now, by
    how = "by the link" if by is None else "by telephone or e-mail"
    if by is not None and by.person_id == asked.person_id:
        how = "in the portal"
    note = f"{asked.person} stands by what the school agreed to, {how}"
    for one in [asked.school, *asked.running()]:
        journal.record("Headteacher confirmed", on=one, by=by, note=note)
    notices.reconcile(asked, now=now)
    wake.wake()


def hold(person: Person) -> None:
    """Until the transaction ends nobody confirms as this headteacher; whoever does so at this moment is waited for."""
    list(HeadConfirmation.objects.select_for_update().filter(person=person).order_by("pk"))


@transaction.atomic
def ask_no_more(*, school: School, person: Person, now: datetime) -> None:
    """A headteacher who is not one after all is asked no more."""
    for asked in HeadConfirmation.objects.open().filter(school=school, person=person):
        _close(asked, now)


@transaction.atomic
def ask_after_all(*, school: School, person: Person, since: datetime, now: datetime) -> None:
    """A headteacher who stays after all, and was asked no more since a moment, is asked as before, by the same link."""
    rows = HeadConfirmation.objects.filter(school=school, person=person)
    closed = rows.filter(confirmed_at=None, closed_at__gte=since).order_by("-pk").first()
    runs = Enrolment.objects.in_progress().filter(school=school, person=None).exists()
    if closed is None or not runs or rows.filter(pk__gt=closed.pk).exists():
        return
    HeadConfirmation.objects.filter(pk=closed.pk).update(closed_at=None)
    closed.closed_at = None
    notices.reconcile(closed, now=now)


def close_over(*, now: datetime) -> int:
    """Ask no more where nothing runs any more, and return of how many; safe to run again."""
    over = list(HeadConfirmation.objects.open().with_nothing_left().order_by("pk"))
    for asked in over:
        with apart(asked):
            _close(asked, now)
    return len(over)


def has_confirmed(*, school: School, person: Person, since: datetime) -> bool:
    """Whether somebody has confirmed as headteacher since a moment."""
    rows = HeadConfirmation.objects.filter(school=school, person=person, confirmed_at__gte=since)
    return rows.exists()


def _close(asked: HeadConfirmation, now: datetime) -> None:
    HeadConfirmation.objects.open().filter(pk=asked.pk).update(closed_at=now)
    asked.closed_at = now
    notices.reconcile(asked, now=now)
