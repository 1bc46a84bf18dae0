"""Asking a headteacher once more to confirm: one, or each of many."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from hubportal.core.locks import Gone, all_held
from hubportal.core.models import BadAddress, JournalEntry
from hubportal.core.records import record_key
from programmes.actions.heads import has_left
from programmes.actions.interest import PAUSE_BETWEEN_LINKS
from programmes.models import Enrolment, Interest
from programmes.rules import HEAD_LINK_LASTS
from programmes.rules.asking import AskFacts, why_not_asked
from schools.models import User

ASKED = "Asked the headteacher again"
REFUSED = "-refused"
HEAD_SAYS_NO = (
    "The headteacher has just said that they do not take part. Nothing was done: look at it as it is now, then press "
    "again if you decide so all the same."
)


class CannotAsk(Exception):
    """The headteacher is not asked again; said in words for people."""


def facts_of(
    interest: Interest,
    now: datetime,
    *,
    is_bad: bool,
    has_place: bool = False,
    other_head: str = "",
    has_left: bool = False,
) -> AskFacts:
    """What the rule reads of one; reads ``offer`` and ``school``.

    :param is_bad: whether e-mails to the headteacher's address come back.
    :param has_left: whether whoever was asked is known to be headteacher no more.
    :param has_place: whether the school is enrolled in the programme already.
    """
    asked_at, refused_at = interest.head_asked_at, interest.head_refused_at
    link_ends = asked_at + HEAD_LINK_LASTS if asked_at else None
    return AskFacts(
        noun=interest.noun,
        is_light=interest.is_light,
        is_copy=interest.status in Interest.FOLLOWING,
        is_standing=interest.is_standing,
        head_confirmed=interest.head_confirmed_at is not None,
        only_told=interest.only_tells_head,
        school_closed=interest.school.has_closed,
        year_over=interest.year_label if interest.is_of_past_year(clock.day_of(now)) else "",
        bad_address=interest.head_email if is_bad else "",
        is_just_asked=asked_at is not None and now < asked_at + PAUSE_BETWEEN_LINKS,
        refused_on=clock.day_of(refused_at) if refused_at else None,
        link_ends=clock.day_of(link_ends) if link_ends and now < link_ends else None,
        other_head=other_head,
        has_place=has_place,
        has_left=has_left,
        may_have_left=interest.head_ended_at is not None,
    )


@transaction.atomic
def ask_head_again(*, interest: Interest, by: User | None, now: datetime) -> None:
    """Send the headteacher a new link, to the stored address only; older links end.

    What one e-mail asked for is asked for again in one.

    :raises CannotAsk: where there is nothing to confirm, a link was sent a moment ago, or somebody was first.
    :raises Gone: where it has just been taken out.
    """
    together = {interest.pk, *Interest.objects.named_with(interest).values_list("pk", flat=True)}
    held = {one.pk: one for one in all_held(Interest.objects.filter(pk__in=together).for_list())}
    asked = held.get(interest.pk)
    if asked is None:
        raise Gone(Interest)
    if asked.head_asked != interest.head_asked:
        raise CannotAsk("Somebody else has just done this. Nothing was done twice.")
    if asked.head_refused_at and not interest.head_refused_at:
        raise CannotAsk(HEAD_SAYS_NO)
    is_bad, has_place = BadAddress.objects.among([asked.head_email]), Enrolment.objects.in_place_of(asked).exists()
    left = has_left(asked, clock.day_of(now))
    why = why_not_asked(facts_of(asked, now, is_bad=bool(is_bad), has_place=has_place, has_left=left))
    if why:
        raise CannotAsk(why)
    asking = {
        "head_asked": asked.head_asked + 1,
        "head_asked_at": now,
        "head_ended_at": None,
        "head_refused_at": None,
        "head_refusal": "",
    }
    rows = [one for one in held.values() if _goes_with(one, asked)]
    Interest.objects.filter(pk__in=[one.pk for one in rows]).update(**asking)
    for field, value in asking.items():
        setattr(interest, field, value)
    for one in rows:
        journal.record(ASKED, on=one, by=by, note=one.head_email)
    notices.reconcile(*held.values(), now=now)
    wake.wake()


def _goes_with(one: Interest, asked: Interest) -> bool:
    """What waits for the same answer; a no that was said of the other alone stays."""
    waits = one.is_standing and one.head_confirmed_at is None and one.head_asked == asked.head_asked
    return waits and (one.head_refused_at is None) == (asked.head_refused_at is None)


def seen_as(interest: Interest) -> str:
    """What somebody who asks again has seen of it: the how-manieth asking, and whether the headteacher has said no."""
    return f"{interest.head_asked}{REFUSED if interest.head_refused_at else ''}"


def ask_once(*, interest: Interest, shown: str, by: User, now: datetime) -> str:
    """Ask about one of many, and return why not; empty: it was asked, now or by the same person's first press.

    :param shown: what was seen of it, see ``seen_as``.
    """
    if _is_asked_as_often(interest, shown):
        if interest.head_refused_at and not shown.endswith(REFUSED):
            return HEAD_SAYS_NO
        try:
            ask_head_again(interest=interest, by=by, now=now)
        except Gone as gone:
            return str(gone)
        except CannotAsk as why:
            interest.refresh_from_db()
            if _is_asked_as_often(interest, shown):
                return str(why)
        else:
            return ""
    if not asked_by(by, [interest], since=interest.head_asked_at or now):
        return interest.who_was_first()
    # Beside another line of the same form; or a worker has died between the asking and its e-mail.
    notices.reconcile(interest, now=now)
    return ""


def _is_asked_as_often(interest: Interest, shown: str) -> bool:
    return str(interest.head_asked) == shown.removesuffix(REFUSED)


def asked_by(by: User | None, interests: Iterable[Interest], *, since: datetime) -> set[str]:
    """Of which of these somebody has asked the headteacher again, by the names of their records."""
    entries = JournalEntry.objects.filter(record__in=[record_key(one) for one in interests])
    return set(entries.filter(what=ASKED, by=by, at__gte=since).values_list("record", flat=True))
