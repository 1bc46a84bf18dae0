"""E-mails about an interest: to whoever sent it, and to the headteacher."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from hubportal.core.clock import LONDON, at_london
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind, mail_key
from programmes.models import Interest, Receipt
from programmes.models.wishes import wishes_of
from programmes.notices.links import contact_path, head_path
from programmes.notices.loading import interests
from programmes.notices.sent_links import answered_by, answers_of, hub_email
from programmes.rules import HEAD_LINK_LASTS
from schools.models import Hub, Role
from schools.roles import HEADTEACHER
from schools.rules import is_person, listed, name_key

# A confirmation that could not be sent for so long only puzzles whoever gets it.
WORTH_SENDING = timedelta(days=7)
# What is written where the headteacher's own link will stand.
LINK_TO_COME = "/… (a link for the headteacher alone)"


def received(interest: Interest) -> Sequence[Desired]:
    """Whoever sent it gets the reference at once; a second copy's sender the very same. One e-mail a form.

    Who told of an interest and applies later, be it the same day, gets one for each. Whoever gives another address
    later gets the link there instead. Where the hub put a wrong address right, it goes there: nothing has arrived yet.
    """
    if not interest.contact_email or _is_received_otherwise(interest):
        return []
    since = interest.corrected_since_sent or interest.submitted_at
    return [
        Desired(
            recipient=mail_key(interest.contact_email),
            occurrence=_received_as(interest),
            due_at=since,
            until=since + WORTH_SENDING,
            name=interest.contact_name,
            email=interest.contact_email,
        )
    ]


def _received_as(interest: Interest) -> str:
    """By the moment where an address was put right: one that was right before has had its e-mail of that day."""
    at = interest.corrected_since_sent
    if at is not None:
        return f"corrected@{at.isoformat()}"
    return f"{'told' if interest.is_light else 'sent'}@{_day(interest.submitted_at)}"


def _is_received_otherwise(interest: Interest) -> bool:
    """Whether another e-mail names it to its contact: of one form, or of one correction, the first; or their link."""
    if interest.corrected_since_sent is not None:
        return bool(getattr(interest, "is_corrected_with_another", False))
    given_at = interest.email_changed_at
    return interest.sent_with_id is not None or (given_at is not None and given_at >= interest.submitted_at)


def head_asked(interest: Interest) -> Sequence[Desired]:
    """The headteacher is asked, and chased while the link lasts, until they answer; not for a copy, not who applied.

    Of several programmes that one form asks for, the first that waits for an answer asks for all; what has left about
    all of them is not sent anew about the next.
    """
    if interest.head_asked_at is None or getattr(interest, "is_asked_by_another", False) or not _waits(interest):
        return []
    asked_at, ends_at = interest.head_asked_at, interest.head_asked_at + HEAD_LINK_LASTS
    chases = chases_of(asked_at)
    due = [asked_at, *chases]
    told = _named_before(interest)
    return [
        Desired(
            recipient=mail_key(interest.head_email),
            occurrence=f"{f'chase{at}-' if at else 'ask'}{interest.head_asked}@{_day(moment)}",
            due_at=moment,
            until=until,
            name=interest.head_name,
            email=interest.head_email,
        )
        for at, (moment, until) in enumerate(zip(due, [*chases, ends_at], strict=True))
        if moment not in told
    ]


def _named_before(interest: Interest) -> set[datetime]:
    """When e-mails were due that named it together with what one form sent before it, and asked for both until then."""
    if interest.head_asked_at is None or not getattr(interest, "shared_first_email", False):
        return set()
    earlier = Interest.objects.asked_with(interest).filter(pk__lt=interest.pk, head_asked_at=interest.head_asked_at)
    rows = Notice.objects.about(earlier).filter(kind=HEAD_ASKED.key, recipient=mail_key(interest.head_email))
    chased = rows.filter(state__in=(Notice.State.SENDING, Notice.State.SENT), occurrence__startswith="chase")
    return {interest.head_asked_at, *chased.values_list("due_at", flat=True)}


def chases_of(asked_at: datetime) -> list[datetime]:
    """When a headteacher who was asked then is reminded, while the link lasts and they have not answered."""
    days = sorted(days for days in settings.HEAD_CHASE_DAYS if 0 < days < HEAD_LINK_LASTS.days)
    return [at_london(asked_at.astimezone(LONDON).date() + timedelta(days=one)) for one in days]


@dataclass(frozen=True, slots=True)
class Reminded:
    """When a headteacher was sent reminders of the asking that stands; when they were asked, and reminded, before it.

    ``is_owed``: a reminder is due by now, and none has left.
    """

    since: Sequence[datetime] = ()
    asked_before: Sequence[datetime] = ()
    before: Sequence[datetime] = ()
    is_owed: bool = False


def head_reminded(interest: Interest, beside: Sequence[Interest], now: datetime) -> Reminded:
    """How a headteacher, asked and silent so far, was chased at the address that is theirs now.

    :param beside: what else its school has sent: what one form sent is asked in one e-mail, which is about the first.
    """
    if interest.head_asked_at is None or not _is_silent(interest):
        return Reminded()
    at, form = interest.head_asked_at, interest.sent_with_id or interest.pk
    together = [interest, *(one for one in beside if form in (one.pk, one.sent_with_id))]
    rows = Notice.objects.about(together).filter(kind=HEAD_ASKED.key, recipient=mail_key(interest.head_email))
    rows = rows.filter(state__in=(Notice.State.SENT, Notice.State.MISSED)).order_by("due_at", "pk")
    found = list(rows.values_list("occurrence", "due_at", "sent_at"))
    sent = [(due, left) for occurrence, due, left in found if left and occurrence.startswith("chase")]
    asked = (due for occurrence, due, _left in found if due < at and occurrence.startswith("ask"))
    since = [left for due, left in sent if due >= at]
    return Reminded(
        since=since,
        asked_before=list(dict.fromkeys(asked)),
        before=[left for due, left in sent if due < at],
        is_owed=not since and any(due < now for due in chases_of(at)),
    )


def head_recorded(interest: Interest) -> Sequence[Desired]:
    """Where the hub entered the headteacher's answer: they read what was recorded in their name, each time it was."""
    entered = [one for one in interest.receipts.all() if one.what == Receipt.What.HEAD]
    is_there = interest.is_standing and not interest.school.has_closed
    has_answered = interest.head_confirmed_at is not None or interest.head_refused_at is not None
    if not entered or not has_answered or not is_there:
        return []
    at = entered[0].entered_at
    return [
        Desired(
            recipient=mail_key(interest.head_email),
            occurrence=f"recorded@{at.isoformat()}",
            due_at=at,
            until=at + WORTH_SENDING,
            name=interest.head_name,
            email=interest.head_email,
        )
    ]


def _waits(interest: Interest) -> bool:
    """Its headteacher has not answered, and what they say still matters: the school has no place yet."""
    return _is_silent(interest) and not interest.has_place  # type: ignore[attr-defined]


def _is_silent(interest: Interest) -> bool:
    """Its headteacher has not answered, and it is open at a school that is."""
    is_there = interest.is_standing and not interest.school.has_closed
    return is_there and not (interest.head_confirmed_at or interest.head_refused_at)


def head_told(interest: Interest) -> Sequence[Desired]:
    """Where headteachers are only told: once, and whoever is named later, from then on; not who applied."""
    is_told, since = interest.only_tells_head, interest.head_named_at or interest.submitted_at
    if not is_told or interest.is_head_contact or not interest.is_standing or interest.school.has_closed:
        return []
    return [
        Desired(
            recipient=mail_key(interest.head_email),
            occurrence=f"tell{interest.head_asked}@{_day(interest.submitted_at)}",
            due_at=since,
            until=since + WORTH_SENDING,
            name=interest.head_name,
            email=interest.head_email,
        )
    ]


def _day(moment: datetime) -> str:
    return moment.astimezone(LONDON).date().isoformat()


def _lately_recorded(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(receipts__what=Receipt.What.HEAD, receipts__entered_at__gt=now - WORTH_SENDING)


def _recorded_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {"interest": interest, "receipt": entered(interest, Receipt.What.HEAD)}


def entered(interest: Interest, what: str) -> Receipt | None:
    """How something came that the hub entered."""
    return next((one for one in interest.receipts.all() if one.what == what), None)


def _lately_sent(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    since = now - WORTH_SENDING
    return rows.filter(Q(submitted_at__gt=since) | Q(contact_corrected_at__gt=since))


def _head_lately_named(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    since = now - WORTH_SENDING
    return rows.filter(Q(submitted_at__gt=since) | Q(head_named_at__gt=since))


def _waits_for_head(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(head_confirmed_at=None, head_asked_at__gt=now - HEAD_LINK_LASTS, status__in=Interest.OPEN)


def _could_apply(told: Sequence[Interest]) -> list[Interest]:
    """Of interests, those that could be applied for as they were told of."""
    # Of a second copy too: that the school has applied already is nobody's to know from this.
    waits = (Interest.Status.INTERESTED, Interest.Status.SECOND)
    return [one for one in told if one.could_apply and one.status in waits]


def _open_on(day: date, told: Sequence[Interest]) -> list[tuple[Interest, str]]:
    """Of interests of which somebody is told on a day, those that can be applied for at once, each with its link."""
    return [(one, contact_path(one, day)) for one in _could_apply(told) if _is_open_still(one, day)]


def _is_open_still(told: Interest, day: date) -> bool:
    """Where a wrong address was put right, it may be long ago that it could be applied for."""
    if told.corrected_since_sent is None:
        return True
    joins = wishes_of(told.school, day)
    return any((phase.pk, wish.year) == (told.phase_id, told.year) and wish.is_open for phase, wish in joins)


def _sent(interest: Interest) -> list[Interest]:
    """All that one form sent, or one correction was about, to the same address.

    What was told of beside what was applied for, and is none of it by now, stays out.
    """
    together = interest.sent_together.all()
    if interest.corrected_since_sent is not None:
        together = Interest.objects.corrected_with(interest).exclude(pk=interest.pk).for_link()
    email = interest.contact_email.lower()
    same = [one for one in together if one.contact_email.lower() == email]
    return [interest, *(one for one in same if one.is_light == interest.is_light)]


def _hubs(sent: Sequence[Interest]) -> list[Hub]:
    return list(dict.fromkeys(one.hub for one in sent if one.hub is not None))


def _answers(interest: Interest) -> list[str]:
    return answers_of(_hubs(_sent(interest)))


def _received_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    sent = _sent(interest)
    heads = list(dict.fromkeys(one.head_name for one in sent if one.head_name))
    told_on = (interest.corrected_since_sent or interest.submitted_at).astimezone(LONDON).date()
    open_now = _open_on(told_on, sent) if interest.is_light else []
    hubs = _hubs(sent)
    applied_by, _job = who_applied(interest)
    takes_over = interest.corrected_since_sent is None and applied_by != interest.contact_name
    return {
        "interest": interest,
        "sent": sent,
        # Whoever is contact in another's place has sent nothing themselves.
        "taken_over_from": applied_by if takes_over else "",
        "has_confirmed": all(one.head_confirmed_at for one in sent),
        "heads": heads,
        "hubs": hubs,
        "answered": answered_by(hubs),
        "schools": {one.school_id for one in sent},
        "open_now": open_now,
        "has_more": len(_could_apply(sent)) < len(sent),
        "receipt": entered(interest, Receipt.What.SENT),
    }


def who_applied(interest: Interest) -> tuple[str, str]:
    """Name and job of who agreed, whoever is its contact by now; as corrected since, where that is the same person."""
    agreed, contact = interest.who_agreed, interest.contact_name
    # A name may have a comma too: whose it is says the contact's whole name, not what stands before the first one.
    if f"{name_key(agreed)},".startswith(f"{name_key(contact)},"):
        return contact, interest.contact_job
    name, _comma, job = agreed.partition(", ")
    return name, job


def has_followed(interest: Interest) -> bool:
    """Whether who is named was entered as headteacher after it was sent, and named since: not by whoever applied."""
    if interest.head_named_at is None:
        return False
    # When it was entered, not from which day: a replacement may begin before the application that had not heard of it.
    held = Role.objects.filter(school=interest.school_id, kind=HEADTEACHER, given_at__gte=interest.submitted_at)
    named = (interest.head_name, interest.head_email)
    return any(is_person(named, (one.person.name, one.person.email)) for one in held.select_related("person"))


def _told_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {**_received_context(interest, notice), "has_followed": has_followed(interest)}


def _head_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    ends_at = (interest.head_asked_at or interest.submitted_at) + HEAD_LINK_LASTS
    # What was answered since is not asked again: by the time of a reminder it may be accepted, even by another hub.
    waiting = [one for one in Interest.objects.asked_with(interest).open().for_link().with_place() if _waits(one)]
    # Answered at this very moment, an e-mail that is on its way still says what it is about.
    asked = waiting or [interest]
    return {
        "interest": interest,
        "asked": asked,
        "titles": listed([one.programme_title for one in asked]),
        "applied_for": listed([one.programme for one in asked if one.is_undecided]),
        "takes_part_in": listed([one.programme for one in asked if not one.is_undecided]),
        "applied_by": who_applied(interest)[0],
        "is_chase": notice.occurrence.startswith("chase"),
        "has_followed": has_followed(interest),
        "path": head_path(interest),
        "ends_at": ends_at.astimezone(LONDON),
        "receipt": entered(interest, Receipt.What.SENT),
    }


def asking_letter(interest: Interest, now: datetime) -> tuple[str, str]:
    """Subject and body of the e-mail to the headteacher, as if asked now; nothing is kept, and the link is left out."""
    asked = copy(interest)
    asked.head_asked_at = now
    notice = Notice(kind=HEAD_ASKED.key, name=asked.head_name, email=asked.head_email, occurrence="ask")
    subject, body = render(HEAD_ASKED, asked, notice)
    # Who opens it answers as the headteacher.
    return subject, body.replace(head_path(asked), LINK_TO_COME)


RECEIVED = Kind(
    key="interest-received",
    label="Application or interest received",
    model="programmes.Interest",
    template="programmes/emails/interest_received.txt",
    desired=received,
    load=interests,
    live=_lately_sent,
    context=_received_context,
    reply_to=lambda interest: next(iter(_answers(interest)), ""),
    reply_also=lambda interest: _answers(interest)[1:],
)
HEAD_RECORDED = Kind(
    key="interest-head-recorded",
    label="Headteacher told of an answer that the hub entered",
    model="programmes.Interest",
    template="programmes/emails/interest_head_recorded.txt",
    desired=head_recorded,
    load=interests,
    live=_lately_recorded,
    context=_recorded_context,
    reply_to=hub_email,
)
HEAD_TOLD = Kind(
    key="interest-head-told",
    label="Headteacher told of an application",
    model="programmes.Interest",
    template="programmes/emails/interest_head_told.txt",
    desired=head_told,
    load=interests,
    live=_head_lately_named,
    context=_told_context,
    reply_to=hub_email,
)
HEAD_ASKED = Kind(
    key="interest-head",
    label="Headteacher asked to confirm",
    model="programmes.Interest",
    template="programmes/emails/interest_head.txt",
    desired=head_asked,
    load=interests,
    live=_waits_for_head,
    context=_head_context,
    reply_to=hub_email,
)
