"""E-mails to schools that hold places for teachers to be named: before the last day for it, to the maths lead."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from hubportal.core.clock import at_london, day_of
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind, mail_key
from programmes.models import Enrolment, Interest
from schools.models import Role, School
from schools.roles import AT_SCHOOL, HEADTEACHER, MATHS_LEAD, SCHOOL_LEADS


def told_of(enrolment: Enrolment, day: date) -> list[tuple[str, str]]:
    """Names and addresses: the school's maths leads of a day, and where it has none who applied for it.

    Not who has become its office or a teacher: then it is the headteacher who can name somebody, the one whom the
    application names where none has the role; where nobody can, who applied after all passes it on.
    """
    held = [role for role in enrolment.school.roles.all() if role.is_held_on(day)]
    there = [role for role in held if role.hears_of(at_london(day))]
    interest = enrolment.interest
    applied = [(interest.contact_name, interest.contact_email)] if interest else []
    if interest and names_nobody(held, interest.contact_email):
        applied = _of_kind(there, HEADTEACHER) or _named_head(interest, enrolment.school, day) or applied
    return _of_kind(there, MATHS_LEAD) or applied


def _named_head(interest: Interest, school: School, day: date) -> list[tuple[str, str]]:
    """The headteacher whom an application names: not one who has had a role at the school and leads it no more."""
    own = [role for role in school.roles.all() if role.person.email.lower() == interest.head_email.lower()]
    has_gone = any(role.ends_on is not None and role.ends_on < day for role in own if role.kind == HEADTEACHER)
    names = interest.head_email and not has_gone and not names_nobody(own, interest.head_email)
    return [(interest.head_name, interest.head_email)] if names else []


def names_nobody(roles: Iterable[Role], email: str) -> bool:
    """Whether somebody has a role at the school by which one names no teachers, and none by which one does."""
    kinds = {role.kind for role in roles if role.person.email.lower() == email.lower()}
    return bool(kinds) and kinds.isdisjoint(SCHOOL_LEADS)


def _of_kind(roles: Iterable[Role], kind: str) -> list[tuple[str, str]]:
    found = {role.person.email.lower(): role.person for role in roles if role.kind == kind and role.person.email}
    return [(person.name, person.email) for person in found.values()]


def to_name(enrolment: Enrolment) -> Sequence[Desired]:
    """A reminder some days before the last day, and another; none for days before the school was accepted."""
    named_by: date | None = getattr(enrolment, "named_by", None)
    is_over = not enrolment.is_in_progress or enrolment.school.has_closed
    if named_by is None or not getattr(enrolment, "held", 0) or is_over:
        return []
    before = sorted({days for days in settings.NAMING_REMINDER_DAYS if days > 0}, reverse=True)
    days = [(one, named_by - timedelta(days=one)) for one in before]
    ends = [*[day for _one, day in days[1:]], named_by + timedelta(days=1)]
    return [
        Desired(
            recipient=mail_key(email),
            occurrence=f"{one}d@{named_by.isoformat()}",
            due_at=at_london(day),
            until=at_london(end, 0),
            name=name,
            email=email,
        )
        for (one, day), end in zip(days, ends, strict=True)
        if day > enrolment.accepted_on
        for name, email in told_of(enrolment, day)
    ]


def _load() -> QuerySet[Enrolment]:
    held = Role.objects.filter(kind__in=AT_SCHOOL).select_related("person__user").order_by("pk")
    rows = Enrolment.objects.select_related("school", "offer", "hub", "interest").with_naming()
    return rows.prefetch_related(models.Prefetch("school__roles", queryset=held))


def _live(rows: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    # Whether places are held is for ``desired``; the day must be near enough for the first reminder.
    today = day_of(now)
    last = today + timedelta(days=max(settings.NAMING_REMINDER_DAYS, default=0))
    near = rows.filter(models.Q(named_by__range=(today, last)))
    in_progress = near.filter(status__in=(Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE))
    return in_progress.filter(teachers__person=None).distinct()


def _context(enrolment: Enrolment, notice: Notice) -> dict[str, Any]:
    return {
        "enrolment": enrolment,
        "name": notice.name,
        "held": getattr(enrolment, "held", 0),
        "named_by": getattr(enrolment, "named_by", None),
    }


TO_NAME = Kind(
    key="teachers-to-name",
    label="Teachers to be named",
    model="programmes.Enrolment",
    template="programmes/emails/teachers_to_name.txt",
    desired=to_name,
    load=_load,
    live=_live,
    context=_context,
    reply_to=lambda enrolment: enrolment.hub.answered_at(),
)
