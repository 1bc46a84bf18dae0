"""The first of the two steps: a school tells of its interest, and is invited to apply once it can."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hubportal.core import journal, notices, wake
from hubportal.core.clock import LONDON
from programmes.actions.changes import ask_for_link
from programmes.actions.interest import PAUSE_BETWEEN_LINKS, NotOpen, TextChanged, new_reference, wait_for_interest
from programmes.models import AgreementText, Enrolment, Interest, Offer, Phase
from programmes.models.wishes import wishes_of
from schools.models import School, User
from schools.rules import is_outside_domain, year_label


class CannotInvite(Exception):
    """A school that is not invited to apply; said in words for people."""


@dataclass(frozen=True, slots=True)
class Telling:
    """All that somebody sends who tells of an interest; ``reference`` is theirs from the start."""

    reference: str
    school: School
    phase: Phase
    year: int
    contact_name: str
    contact_email: str
    contact_phone: str
    contact_job: str
    contact_is_head: bool
    privacy_id: int
    option_id: int | None = None
    message: str = ""
    sent_with: Interest | None = None


def open_offers(interest: Interest, today: date) -> list[Offer]:
    """What a school that told of its interest may apply for today: the offers of that phase and year."""
    if not interest.school.is_open:
        return []
    parts = Enrolment.objects.parts_of(interest.school)
    offers = Offer.objects.public_for(interest.school, (interest.year,)).filter(phase=interest.phase_id)
    return [one for one in offers if one.answer_to(interest.school, today, parts).is_open]


@transaction.atomic
def tell_interest(*, telling: Telling, by: User | None, now: datetime) -> tuple[Interest, bool]:
    """Keep that a school is interested, and whether that is new; while it has applied for the same, as a second copy.

    Said again by the same person it is the same interest, once somebody has applied too: anybody can type their
    address, so the e-mail that names it goes there, and whoever sent this is shown nothing of it.

    :raises NotOpen: where the school cannot join that phase in that year.
    :raises TextChanged: where another privacy notice was read than the one in force.
    """
    wait_for_interest(telling.school.pk)
    same = Interest.objects.of_school(telling.school.pk, telling.phase.pk, telling.year)
    # Whoever applies at this moment is waited for.
    first = same.open().select_for_update().first()
    by_them = same.filter(contact_email__iexact=telling.contact_email, status__in=Interest.STANDING)
    if not telling.contact_email:  # several may have none
        by_them = by_them.filter(contact_name__iexact=telling.contact_name)
    sent = (
        by_them.order_by("pk").first()
        or same.filter(reference=telling.reference, contact_email=telling.contact_email).first()
    )
    if sent is not None:
        is_new_try = bool(sent.contact_email) and sent.reference != telling.reference
        if is_new_try and now >= sent.submitted_at + PAUSE_BETWEEN_LINKS:
            ask_for_link(interest=sent, now=now)
        return sent, False
    could_apply = _check(telling, now)
    interest = Interest.objects.create(
        status=Interest.Status.SECOND if first else Interest.Status.INTERESTED,
        duplicate_of=first,
        reference=_free_reference(telling.reference),
        school=telling.school,
        phase=telling.phase,
        year=telling.year,
        option_id=telling.option_id,
        hub_id=telling.school.hub_id,
        sent_with=telling.sent_with,
        contact_name=telling.contact_name,
        contact_email=telling.contact_email,
        contact_phone=telling.contact_phone,
        contact_job=telling.contact_job,
        contact_is_head=telling.contact_is_head,
        message=telling.message,
        is_outside_domain=is_outside_domain(telling.contact_email, telling.school.website),
        privacy_id=telling.privacy_id,
        could_apply=could_apply,
        submitted_at=now,
    )
    journal.record("Told of an interest", on=interest, by=by, note=f"Sent by {interest.contact_name}")
    notices.reconcile(interest, now=now)
    wake.wake()
    return interest, True


def _check(telling: Telling, now: datetime) -> bool:
    """Whether it can be applied for at once."""
    today = now.astimezone(LONDON).date()
    found = {(phase.pk, wish.year): wish.is_open for phase, wish in wishes_of(telling.school, today)}
    is_ours = telling.school.is_open and telling.school.hub_id is not None
    if not is_ours or (telling.phase.pk, telling.year) not in found:
        raise NotOpen(f"{telling.school} cannot join {telling.phase} in {year_label(telling.year)}.")
    privacy = AgreementText.objects.privacy_on(today).first()
    if privacy is None or privacy.pk != telling.privacy_id:
        raise TextChanged
    return found[telling.phase.pk, telling.year]


def _free_reference(reference: str) -> str:
    return new_reference() if Interest.objects.filter(reference=reference).exists() else reference


@transaction.atomic
def invite_to_apply(*, interest: Interest, by: User | None, now: datetime) -> None:
    """Send whoever told of an interest the link that completes it, once; without an address the hub has told them.

    :raises CannotInvite: where it is no longer an interest alone, was invited before, or nothing is open.
    """
    if interest.status != Interest.Status.INTERESTED:
        raise CannotInvite("This school has applied, or the interest is closed: there is nobody to invite.")
    email = interest.contact_email
    reached = notices.reached(("interest-invited", interest)) if email else ()
    if interest.invited_at is not None or notices.mail_key(email) in reached:
        raise CannotInvite(f"{interest.contact_name} has been invited to apply already.")
    if not open_offers(interest, now.astimezone(LONDON).date()):
        then = "it is invited by itself" if email else "your home page says so, and you tell them"
        words = "Applications for {} are not open for this school. Once they open, {}."
        raise CannotInvite(words.format(interest.programme, then))
    uninvited = Interest.objects.filter(pk=interest.pk, status=Interest.Status.INTERESTED, invited_at=None)
    if uninvited.update(invited_at=now) != 1:
        raise CannotInvite("Somebody else has just done this. Nothing was done twice.")
    interest.invited_at = now
    journal.record("Invited to apply", on=interest, by=by, note=email or "By the hub: they have no e-mail address.")
    notices.reconcile(interest, now=now)
    wake.wake()
