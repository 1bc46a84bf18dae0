"""E-mails about the hub's decision: accepted, on the waiting list, declined; to the contact and the headteacher."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any

from django.db.models import Q, QuerySet

from hubportal.core import clock
from hubportal.core.clock import LONDON
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import address_recipient, news_to_each
from programmes.models import Interest
from programmes.models.wishes import wishes_of
from programmes.notices.loading import interests
from programmes.notices.sent_links import hub_email
from programmes.rules.inviting import contact_kind
from schools.models import Role, School
from schools.roles import HEADTEACHER, SCHOOL_LEADS, WITHOUT_SIGN_IN
from schools.rules import email_domain_of, is_outside_domain, year_label

# A decision that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)
# What somebody reads instead of a decision that is not theirs to know.
SETTLED = "settled"
DECIDED = (Interest.Status.ACCEPTED, Interest.Status.WAITING, Interest.Status.DECLINED)


def told(interest: Interest) -> list[tuple[str, str]]:
    """Names and addresses of those who hear of a decision; one mail where contact and headteacher share an address."""
    both = {interest.contact_email.lower(): (interest.contact_name, interest.contact_email)}
    if interest.head_email:
        both.setdefault(interest.head_email.lower(), (interest.head_name, interest.head_email))
    return [one for one in both.values() if one[1]]


def second_senders(interest: Interest, copies: Sequence[Interest]) -> list[Interest]:
    """Those of its second copies whose senders hear of a decision about the first; of one address the earliest."""
    each: dict[str, Interest] = {}
    for one in sorted(copies, key=lambda one: one.pk):
        if _hears(one, interest):
            each.setdefault(one.contact_email.lower(), one)
    return list(each.values())


def outcome_told(interest: Interest) -> str:
    """What whoever sent this knows of its fate: a second copy shares that of the first, once it was decided.

    Whoever may be anybody knows only that it is ``SETTLED``.
    """
    first = interest.duplicate_of
    if first is None or interest.status not in Interest.FOLLOWING:
        return interest.status
    is_closed = interest.status == Interest.Status.MERGED and first.status == Interest.Status.WITHDRAWN
    if not (_known_from(interest, first) or is_closed):
        return Interest.Status.SECOND
    return _told_as(interest, first) or Interest.Status.SECOND


def _told_as(second: Interest, first: Interest) -> str:
    """What became of the first, as the sender of this copy is told; nothing while that is nothing for strangers."""
    if reads_decision(second, first):
        return first.status
    return "" if first.is_undecided else SETTLED


def reads_decision(second: Interest, first: Interest) -> bool:
    """Whether whoever sent a copy may read what was decided about the first.

    Anybody can send one: their address is the school's, or that of somebody known there, or the hub has looked at both
    and found them to be the same.
    """
    email = second.contact_email.lower()
    if second.status == Interest.Status.MERGED or email in {known.lower() for _name, known in told(first)}:
        return True
    school = second.school
    if email_domain_of(school.website) and not is_outside_domain(email, school.website):
        return True
    return _roles_there(school, email).exists()


def _roles_there(school: School, email: str) -> QuerySet[Role]:
    """What whoever reads at an address is today at a school, or in its trust."""
    held = Role.objects.current(clock.today()).filter(person__email__iexact=email).exclude(person__email="")
    at_school = Q(school=school.pk)
    return held.filter(at_school | Q(trust=school.trust_id) if school.trust_id else at_school)


def _known_from(second: Interest, first: Interest) -> datetime | None:
    """From when whoever sent the same again may know what was decided about the first; None: not yet.

    What was decided before they could only have sent to find it out: they hear it once the hub has looked at both and
    said that they are the same.
    """
    if first.decided_at is None or first.decided_at >= second.submitted_at:
        return first.decided_at
    looked_at = second.decided_at if second.status == Interest.Status.MERGED else None
    return looked_at if looked_at is not None and looked_at > first.decided_at else None


def _hears(second: Interest, first: Interest) -> bool:
    """While it stands, and its sender is not told of the first already."""
    known = {email.lower() for _name, email in told(first)}
    is_reached = second.status in Interest.FOLLOWING and bool(second.contact_email)
    return is_reached and second.contact_email.lower() not in known


def _was_heard_of(second: Interest) -> bool:
    """Whether somebody at its address hears the same of a copy that was sent before it."""
    return bool(getattr(second, "has_earlier_copy", False))


def _second_desired(second: Interest) -> Sequence[Desired]:
    """Its own sender hears what was decided about the first, in words that give away nothing of that one."""
    first = second.duplicate_of
    if first is None or first.status not in DECIDED:
        return []
    known_from = _known_from(second, first)
    # What was decided about itself before the hub merged the two it was told then.
    if known_from is None or second.decided_at == first.decided_at:
        return []
    # Who was told of the first, or of an earlier copy, and sends the same again after that, gets an answer to it too.
    is_answer = known_from != first.decided_at
    if not (second.contact_email if is_answer else _hears(second, first) and not _was_heard_of(second)):
        return []
    if not _told_as(second, first):
        return []
    day = known_from.astimezone(LONDON).date().isoformat()
    sender = address_recipient(second.contact_name, second.contact_email)
    # By the decision alone: who is somebody known there, or what the school's website is, may be another tomorrow.
    return news_to_each([sender], f"{first.status}@{day}", known_from)


def _second_live(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    since = now - SWEPT_FOR
    return rows.filter(Q(duplicate_of__decided_at__gt=since) | Q(decided_at__gt=since), status__in=Interest.FOLLOWING)


def _second_context(second: Interest, notice: Notice) -> dict[str, Any]:
    """What was decided as the notice was made for it, where its reader may know that; what is later has its own."""
    first = second.duplicate_of
    may_read = first is not None and reads_decision(second, first)
    outcome = notice.occurrence.partition("@")[0] if may_read else SETTLED
    return {"interest": second, "name": notice.name, "outcome": outcome}


def _desired_when(status: str) -> Callable[[Interest], Sequence[Desired]]:
    def desired(interest: Interest) -> Sequence[Desired]:
        if interest.status != status or interest.decided_at is None:
            return []
        day = interest.decided_at.astimezone(LONDON).date().isoformat()
        return news_to_each(starmap(address_recipient, told(interest)), f"{status}@{day}", interest.decided_at)

    return desired


def _live_when(status: str) -> Callable[[QuerySet[Interest], datetime], QuerySet[Interest]]:
    def live(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
        return rows.filter(status=status, decided_at__gt=now - SWEPT_FOR)

    return live


def _context(interest: Interest, notice: Notice) -> dict[str, Any]:
    places = interest.applied_offer.teachers_per_school
    named = sum(bool(teacher.name) for teacher in interest.teachers.all())
    # In a preview nobody has a role by it yet.
    is_sent = notice.pk is not None
    kinds = (
        set(_roles_there(interest.school, notice.email).values_list("kind", flat=True)) if is_sent else _to_be(interest)
    )
    return {
        "interest": interest,
        "name": notice.name,
        # Where the school has another headteacher, who stays, the one who was named is not let in.
        "is_let_in": not kinds <= WITHOUT_SIGN_IN,
        "may_name": not kinds.isdisjoint(SCHOOL_LEADS),
        # Whoever applied for themselves is spoken to; their headteacher reads of them.
        "is_own": interest.for_person and notice.email.lower() == interest.contact_email.lower(),
        "to_be_named": max(places - named, 0),
        "enrolment": getattr(interest, "enrolment", None),
    }


def _to_be(interest: Interest) -> set[str]:
    """What the contact will be at the school as a rule, by what was sent alone: a preview is of one of many."""
    if interest.contact_is_head or interest.contact_email.lower() == interest.head_email.lower():
        return {HEADTEACHER}
    return {contact_kind(interest.contact_job, has_lead=False)}


def _declined_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {**_context(interest, notice), "later": _later_year(interest)}


def _later_year(interest: Interest) -> str:
    """The first year after this one for which the school may tell of its interest in the same; empty where none."""
    school = interest.school
    if interest.for_person or school.hub_id is None or not school.is_open:
        return ""
    wished = (wish.year for phase, wish in wishes_of(school, clock.today()) if phase.pk == interest.phase_id)
    year = min((year for year in wished if year > interest.year), default=None)
    return "" if year is None else year_label(year)


def _kind(key: str, label: str, status: str, context: Callable[[Interest, Notice], dict[str, Any]] = _context) -> Kind:
    return Kind(
        key=key,
        label=label,
        model="programmes.Interest",
        template=f"programmes/emails/{key.replace('-', '_')}.txt",
        desired=_desired_when(status),
        load=interests,
        live=_live_when(status),
        context=context,
        reply_to=hub_email,
    )


def letter(interest: Interest, status: str, reason: str) -> tuple[str, str]:
    """Subject and body of the e-mail to the contact, as if this had been decided; nothing is kept."""
    kind = next(one for one in (ACCEPTED, WAITING, DECLINED) if one.key == f"interest-{status}")
    decided = copy(interest)
    decided.decision_reason = reason
    return render(kind, decided, Notice(kind=kind.key, name=decided.contact_name, email=decided.contact_email))


ACCEPTED = _kind("interest-accepted", "School accepted", Interest.Status.ACCEPTED)
WAITING = _kind("interest-waiting", "School on the waiting list", Interest.Status.WAITING)
DECLINED = _kind("interest-declined", "School declined", Interest.Status.DECLINED, _declined_context)
SECOND = Kind(
    key="interest-second",
    label="Decision told to who sent a second copy",
    model="programmes.Interest",
    template="programmes/emails/interest_second.txt",
    desired=_second_desired,
    load=interests,
    live=_second_live,
    context=_second_context,
    reply_to=hub_email,
)
