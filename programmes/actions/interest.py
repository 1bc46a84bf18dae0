"""Interests: sending one, the headteacher's confirmation, the copy that comes next."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from hubportal.core import journal, locks, notices, wake
from hubportal.core.clock import LONDON
from programmes.actions.answers import check_seen, tell_answer
from programmes.actions.evidence import drop_receipts
from programmes.actions.heads import waits_for_head
from programmes.models import AgreementText, Enrolment, Interest, InterestApart, InterestTeacher, Offer, Receipt
from programmes.rules import Advice, HeadLink, Named, make_reference
from schools.models import School, User
from schools.rules import is_outside_domain

# A clash of references, or of two senders at the same moment, is settled by the second try.
TRIES = 5
PAUSE_BETWEEN_LINKS = timedelta(minutes=10)


class NotOpen(Exception):
    """The programme does not take applications from this school (any more)."""


class TextChanged(Exception):
    """The commitments or the privacy notice that were agreed are no longer those in force."""


class CannotConfirm(Exception):
    """The headteacher's link is not good for confirming; ``state`` says what became of it."""

    def __init__(self, state: HeadLink) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True)
class Application:
    """All that somebody sends; ``reference`` is theirs from the start, so that sending twice is sending once."""

    reference: str
    school: School
    offer: Offer
    contact_name: str
    contact_email: str
    contact_phone: str
    contact_job: str
    contact_is_head: bool
    head_name: str
    head_email: str
    teachers: tuple[Named, ...]
    message: str
    commitments_id: int
    privacy_id: int
    agreed_at: datetime
    trn: str = ""
    option_id: int | None = None
    # What it completes, where the school had told of its interest; what one form sent first.
    completes: Interest | None = None
    sent_with: Interest | None = None
    # The phase that the form suggested, and why.
    advice: Advice | None = None


def new_reference() -> str:
    """A reference that nobody has yet, as good as certainly."""
    return make_reference(secrets.choice)


def wait_for_interest(school: int) -> None:
    """Until the transaction ends, whoever else tells of something for this school (its key), or applies, waits.

    Two at once who tell of the same have no row yet to wait for; one name a school: forms name phases in any order.
    """
    locks.wait_for_turn(f"interest of school {school}")


def submit(*, application: Application, by: User | None, now: datetime, is_by_hub: bool = False) -> Interest:
    """Keep what was sent; while the school has one open for the same phase and year, as its second copy.

    :param is_by_hub: the hub's staff enter it, for whom no window closes and no phase of education is wrong.
    :raises NotOpen: where the school may not apply for this offer now.
    :raises TextChanged: where other texts were agreed than those in force.
    """
    sent = _already_sent(application)
    if sent is not None:
        return sent
    _check_open(application, now, is_by_hub=is_by_hub)
    _check_texts(application, now)
    for attempt in range(1, TRIES + 1):
        try:
            return _store(application, by, now)
        except IntegrityError:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def confirm_as_head(*, interest: Interest, asked: int, by: User | None, now: datetime) -> None:
    """The headteacher confirms with the link that carries ``asked``; gives no role.

    :raises CannotConfirm: where the link was used, is too old, or another one was sent since.
    """
    state = interest.head_link(asked, now)
    if state is not HeadLink.OPEN:
        raise CannotConfirm(state)
    _answer(interest, asked, now, head_confirmed_at=now, head_refused_at=None, head_refusal="")
    journal.record("Confirmed by the headteacher", on=interest, by=by, note=interest.head_name)


@transaction.atomic
def refuse_as_head(*, interest: Interest, asked: int, reason: str, by: User | None, now: datetime) -> None:
    """The headteacher says with the link that the school does not take part; the hub decides what follows.

    Said once more, it says no more than before.

    :raises CannotConfirm: where the link has confirmed, is too old, or another one was sent since.
    """
    state = interest.head_link(asked, now)
    if state is not HeadLink.OPEN:
        raise CannotConfirm(state)
    locks.refresh(interest, ("head_refused_at", "head_refusal"))  # of two presses at once the second finds it said
    if interest.head_refused_at is not None:
        return
    _answer(interest, asked, now, head_refused_at=now, head_refusal=reason, head_said_no_at=now)
    journal.record("Refused by the headteacher", on=interest, by=by, note=reason or interest.head_name)


@transaction.atomic
def answer_all_as_head(
    *,
    asking: Sequence[Interest],
    asked: int,
    refusal: str | None,
    by: User | None,
    now: datetime,
    seen: Mapping[int, str] | None = None,
) -> None:
    """One press of the headteacher answers for all of these, or for none.

    :param refusal: why the school does not take part; None confirms.
    :param seen: the answers so far, as ``answer_so_far`` says them, that the page showed of all that its link asks for.
    :raises AnsweredMeanwhile: where one of those was answered since.
    :raises CannotConfirm: where the link does not answer for one of them any more.
    """
    check_seen(seen or {})
    for interest in asking:
        if refusal is None:
            confirm_as_head(interest=interest, asked=asked, by=by, now=now)
        else:
            refuse_as_head(interest=interest, asked=asked, reason=refusal, by=by, now=now)


def _answer(interest: Interest, asked: int, now: datetime, **answer: object) -> None:
    """Keep what the headteacher says, once: the link ends with a confirmation."""
    unconfirmed = Interest.objects.open().filter(pk=interest.pk, head_asked=asked, head_confirmed_at=None)
    if unconfirmed.update(**answer) != 1:
        interest.refresh_from_db()
        raise CannotConfirm(interest.head_link(asked, now))
    for field, value in answer.items():
        setattr(interest, field, value)
    # What the hub had entered for them is no longer what they say.
    drop_receipts(interest, Receipt.What.HEAD)
    tell_answer(interest, now)


def take_next_copy(*, closed: Interest, by: User | None, now: datetime) -> Interest | None:
    """Where what a school sent first is closed, its oldest copy that stands becomes the one to decide; returned.

    Its headteacher is asked to confirm, as for any first; the other copies become copies of it. Where colleagues had
    only told of an interest, that is again what the school is interested in. In the transaction that closed the first.
    """
    # Of two who close the first and a copy at the same moment, the second sees what the first has done.
    seconds = list(closed.seconds.standing_copies().select_for_update())
    chosen = next((one for one in seconds if not one.is_light), None)
    note = f"{closed.reference} was closed."
    if chosen is not None:
        let_stand(copy=chosen, by=by, now=now, what="Takes the first one's place", note=note)
        closed.seconds.standing_copies().update(duplicate_of=chosen)
    else:
        for light in seconds:
            let_stand(copy=light, by=by, now=now, note=note)
    notices.reconcile(*seconds, now=now)
    wake.wake()
    return chosen


def let_stand(
    *, copy: Interest, by: User | None, now: datetime, what: str = "Stands by itself", note: str = ""
) -> None:
    """A second copy stands as it would have without the first; an application's headteacher is asked, or told."""
    copy.move_to(
        Interest.Status.INTERESTED if copy.is_light else Interest.Status.SUBMITTED,
        by=by,
        what=what,
        note=note,
        duplicate_of=None,
        head_asked_at=now if waits_for_head(copy) else None,
        head_named_at=now,
    )


def _already_sent(application: Application) -> Interest | None:
    """The same sender's earlier press of the same button; an interest alone was no application."""
    return Interest.objects.filter(
        reference=application.reference,
        school=application.school,
        contact_email=application.contact_email,
        offer__isnull=False,
    ).first()


def may_apply(school: School, offer: Offer, *, now: datetime, is_by_hub: bool = False) -> bool:
    """Whether a school may apply for this offer now; the hub's staff enter what no window closes for."""
    today = now.astimezone(LONDON).date()
    is_open = is_by_hub or offer.answer_to(school, today, Enrolment.objects.parts_of(school)).is_open
    is_for_hub = school.hub_id is not None and offer.hub_id in (None, school.hub_id)
    return school.is_open and offer.is_published and is_for_hub and is_open


def _check_open(application: Application, now: datetime, *, is_by_hub: bool) -> None:
    school, offer = application.school, application.offer
    if not may_apply(school, offer, now=now, is_by_hub=is_by_hub):
        raise NotOpen(f"{offer} does not take applications from {school} today.")


def _check_texts(application: Application, now: datetime) -> None:
    privacy = AgreementText.objects.privacy_on(now.astimezone(LONDON).date()).first()
    in_force = (application.offer.commitments_id, privacy.pk if privacy else None)
    if (application.commitments_id, application.privacy_id) != in_force:
        raise TextChanged


@transaction.atomic
def _store(application: Application, by: User | None, now: datetime) -> Interest:
    wait_for_interest(application.school.pk)
    sent = _already_sent(application)
    if sent is not None:
        return sent
    offer = application.offer
    same = Interest.objects.filter(phase=offer.phase_id, year=offer.year, for_person=offer.is_for_persons)
    if offer.is_for_persons:
        who = {"contact_email__iexact": application.contact_email, "contact_name__iexact": application.contact_name}
        same = same.filter(**who)
    else:
        same = same.filter(school=application.school)
    # Whoever is closing it at this moment is waited for: no copy is left behind that repeats nothing.
    first = same.open().exclude(pk__in=_told_apart(application.completes)).select_for_update().first()
    fields = _fields(application, now)
    fields["duplicate_of"] = first
    if first or _is_enrolled(application):
        # The hub decides whose copy counts; until then the first one's headteacher is the one asked.
        fields["head_asked_at"] = None
    interest = _completed(application, fields, by) or _created(fields, application, by)
    keep_teachers(interest, application.teachers)
    if first:
        journal.record("A second copy came", on=first, by=by, note=interest.reference)
    light = follow_application(application=first or interest, by=by)
    notices.reconcile(interest, *light, now=now)
    wake.wake()
    return interest


def _is_enrolled(application: Application) -> bool:
    """Whether the school has its place already: its headteacher has nothing to confirm."""
    school, offer = application.school, application.offer
    return not offer.is_for_persons and Enrolment.objects.holding(school=school, offer=offer).exists()


def keep_teachers(interest: Interest, teachers: Sequence[Named]) -> None:
    """A row for each place, those to be named later too."""
    InterestTeacher.objects.bulk_create(
        InterestTeacher(
            interest=interest,
            name=one.name,
            email=one.email,
            job_title=one.job_title,
            has_lead_role=one.has_lead_role,
        )
        for one in teachers
    )


def _completed(application: Application, fields: dict[str, Any], by: User | None) -> Interest | None:
    """What the school had told of its interest becomes the application, with the same reference.

    It belongs to the form that it is applied for with, not to that in which it was told of.
    """
    light = application.completes
    if light is None:
        return None
    light.refresh_from_db()
    wanted = (application.school.pk, application.offer.phase_id, application.offer.year)
    if not light.is_light or (light.school_id, light.phase_id, light.year) != wanted:
        return None
    new = Interest.Status.SECOND if fields.get("duplicate_of") else Interest.Status.SUBMITTED
    keeps = {name: value for name, value in fields.items() if name not in ("reference", "school")}
    note = f"Sent by {application.contact_name}"
    if light.status == new:
        # It was a second copy before; it only grows.
        Interest.objects.filter(pk=light.pk).update(**keeps)
        light.refresh_from_db()
        journal.record("Applied", on=light, by=by, note=note)
    elif light.may_move_to(new):
        light.move_to(new, by=by, note=note, what="Applied", **keeps)
    else:
        return None
    # How an interest came says nothing of what its school sends itself.
    drop_receipts(light)
    return light


def _created(fields: dict[str, Any], application: Application, by: User | None) -> Interest:
    status = Interest.Status.SECOND if fields.get("duplicate_of") else Interest.Status.SUBMITTED
    interest = Interest.objects.create(status=status, **fields)
    journal.record("Applied", on=interest, by=by, note=f"Sent by {interest.contact_name}")
    return interest


def follow_application(*, application: Interest, by: User | None) -> list[Interest]:
    """What others of its school have told of an interest in the same becomes a second copy of it; these are returned.

    In the transaction, and the school's turn, that let the two meet. What somebody applies for alone has none.
    """
    if application.for_person:
        return []
    told = Interest.objects.of_school(application.school_id, application.phase_id, application.year)
    told = told.filter(status=Interest.Status.INTERESTED).exclude(pk__in=_told_apart(application))
    following = list(told.select_for_update())
    note = application.reference
    for one in following:
        one.move_to(Interest.Status.SECOND, by=by, what="The school has applied", note=note, duplicate_of=application)
    return following


def _told_apart(interest: Interest | None) -> set[int]:
    """What the hub has found not to be the same as this."""
    return InterestApart.objects.others_of(interest) if interest is not None else set()


def _fields(application: Application, now: datetime) -> dict[str, Any]:
    """The row's values; a reference that somebody else has by chance is changed for a new one."""
    school, offer = application.school, application.offer
    is_taken = Interest.objects.filter(reference=application.reference).exists()
    addresses = {application.contact_email, application.head_email}
    return {
        "reference": new_reference() if is_taken else application.reference,
        "school": school,
        "offer": offer,
        "phase_id": offer.phase_id,
        "year": offer.year,
        "hub_id": school.hub_id,
        "sent_with": application.sent_with,
        "contact_name": application.contact_name,
        "contact_email": application.contact_email,
        "contact_phone": application.contact_phone,
        "contact_job": application.contact_job,
        "contact_is_head": application.contact_is_head,
        "for_person": offer.is_for_persons,
        "trn": application.trn,
        "option_id": application.option_id,
        "head_name": application.head_name,
        "head_email": application.head_email,
        "is_outside_domain": any(is_outside_domain(address, school.website) for address in addresses),
        "message": application.message,
        "advised_id": application.advice.phase if application.advice else None,
        "advice": application.advice.reason if application.advice else "",
        "commitments_id": application.commitments_id,
        "privacy_id": application.privacy_id,
        "agreed_at": application.agreed_at,
        # Not who had told of it before.
        "agreed_by": "",
        "submitted_at": now,
        # Who applies as headteacher has confirmed by it; everybody else's headteacher is asked from now on.
        "head_asked_at": None if application.contact_is_head or offer.only_tells_head else now,
        "head_confirmed_at": now if application.contact_is_head else None,
    }
