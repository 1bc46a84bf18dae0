"""A headteacher gives their word in the portal: for an application, or for a school's year that has begun."""

from datetime import date, datetime

from django.db import transaction

from hubportal.core import journal, wake
from programmes.actions.answers import tell_answer
from programmes.actions.confirming import confirm
from programmes.actions.evidence import drop_receipts
from programmes.models import Enrolment, HeadConfirmation, Interest, InterestQuerySet, Receipt
from programmes.models.agreements import Agreement, agreed_text, asks_head, with_said
from schools.models import Role, User
from schools.roles import HEADTEACHER


class CannotAgree(Exception):
    """A headteacher's word that is not taken, said in words for people."""


SETTLED = "This has been confirmed already, or is no longer open. There is nothing for you to do."
CHANGED = "Somebody else has just changed this. Please look again; nothing was done twice."
NOT_ASKED = "There is nothing to agree to here any more."
TEXT_CHANGED = "The text is another one now. Please read it again; nothing was agreed yet."


def headed_by(user: User, today: date) -> set[int]:
    """The keys of the schools that somebody is headteacher of on a day."""
    held = Role.objects.filter(person=user.person_id, kind=HEADTEACHER).current(today)
    return set(held.values_list("school", flat=True))


def is_head_of(user: User, school_id: int, today: date) -> bool:
    """Whether somebody is headteacher of a school on a day."""
    return school_id in headed_by(user, today)


def is_to_confirm(interest: Interest) -> bool:
    """Whether an application waits for its headteacher, who has not confirmed it; reads ``offer``."""
    is_open = interest.is_standing and not interest.is_light and interest.head_confirmed_at is None
    return is_open and not interest.only_tells_head


def may_answer(interest: Interest, today: date) -> bool:
    """Whether pages lead its headteacher to the answer, or after a no back to it; reads ``school`` and ``has_place``.

    Not at a school that is not open, for a year that is over, or where the school has its place already.
    """
    is_there = interest.school.is_open and not interest.is_of_past_year(today)
    return is_to_confirm(interest) and is_there and not interest.has_place  # type: ignore[attr-defined]


def answerable_by(rows: InterestQuerySet, user: User, today: date) -> list[Interest]:
    """What of these somebody may answer as headteacher of its school; two queries, none for who is no headteacher."""
    schools = headed_by(user, today) if user.scope.has(HEADTEACHER) else set()
    if not schools:
        return []
    found = rows.open().filter(school__in=schools).with_place().for_list()
    return [one for one in found if may_answer(one, today)]


def is_asked(enrolment: Enrolment, user: User) -> bool:
    """Whether a headteacher has still to agree to a school's year; reads what ``with_said`` loads."""
    return asks_head(enrolment, user.person)


@transaction.atomic
def answer_as_head(*, interest: Interest, takes_part: bool, reason: str, by: User, now: datetime) -> None:
    """The headteacher, signed in, confirms an application or says that the school does not take part.

    They need no link. Whoever answers is the headteacher from now on, whomever the application named.

    :raises CannotAgree: where it is settled, or somebody else was first.
    """
    if not is_to_confirm(interest):
        raise CannotAgree(SETTLED)
    who = {"head_name": by.person.name, "head_email": by.email}
    # Somebody is headteacher, whoever left before.
    said: dict[str, object] = {"head_ended_at": None}
    if takes_part:
        said |= {"head_confirmed_at": now, "head_refused_at": None, "head_refusal": ""}
    else:
        said |= {"head_refused_at": now, "head_refusal": reason, "head_said_no_at": now}
    unanswered = Interest.objects.open().filter(
        pk=interest.pk, head_asked=interest.head_asked, head_confirmed_at=None, head_refused_at=interest.head_refused_at
    )
    if unanswered.update(**who, **said) != 1:
        raise CannotAgree(CHANGED)
    changed = {field: [getattr(interest, field), new] for field, new in who.items() if getattr(interest, field) != new}
    for field, value in {**who, **said}.items():
        setattr(interest, field, value)
    what = f"{'Confirmed' if takes_part else 'Refused'} by the headteacher"
    journal.record(what, on=interest, by=by, note=reason or by.person.name, changed=changed)
    # What the hub had entered for them is no longer what they say.
    drop_receipts(interest, Receipt.What.HEAD)
    tell_answer(interest, now)


@transaction.atomic
def agree(*, enrolment: Enrolment, text_id: int, by: User, now: datetime) -> None:
    """The headteacher agrees to what a school's year asks of it; said twice, the first counts.

    :param text_id: the version that stood on the page.
    :raises CannotAgree: where nothing is asked, or the page showed another text.
    """
    text = agreed_text(enrolment)
    if text.pk != text_id:
        raise CannotAgree(TEXT_CHANGED)
    if Agreement.objects.filter(enrolment=enrolment, text=text, by=by).exists():
        return
    if not is_asked(enrolment, by):
        raise CannotAgree(NOT_ASKED)
    agreement, is_new = Agreement.objects.get_or_create(
        enrolment=enrolment, text=text, by=by, defaults={"name": by.person.name, "at": now}
    )
    if is_new:
        journal.record("Agreed by the headteacher", on=enrolment, by=by, note=str(agreement.text))
        _confirm_as_new_head(enrolment.school_id, by, now)
        wake.wake()


def _confirm_as_new_head(school_id: int, by: User, now: datetime) -> None:
    """A new headteacher who was asked by e-mail, and has agreed to everything here, need not answer there too."""
    running = with_said(Enrolment.objects.in_progress().filter(school=school_id))
    if any(is_asked(one, by) for one in running):
        return
    for asked in HeadConfirmation.objects.open().filter(school=school_id, person=by.person_id).for_link():
        confirm(asked=asked, by=by, now=now)
