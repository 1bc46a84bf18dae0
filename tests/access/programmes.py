"""Who may use each URL of programmes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from hubportal.core import clock
from hubportal.core.files import keep
from programmes.actions.bulk import KIND
from programmes.models import FormDraft, HeadConfirmation, InterestTeacher, PhaseOption, PriorityUpload, Receipt
from programmes.notices.confirming import confirmation_token
from programmes.notices.links import contact_path, draft_path, head_token, question_token
from schools.roles import HEADTEACHER, HUB_READERS, HUB_STAFF, NATIONAL, READINESS_LEAD, SCHOOL_LEADS, SCHOOL_STAFF
from tests.access.table import Line, but, page, seen, step
from tests.factories import InterestFactory, JobFactory, LightInterestFactory, OfferFactory, PriorityListingFactory
from tests.world import NOW, Side


def _no_draft(side: Side) -> list[Any]:
    """A form that this browser does not know: sent to the start."""
    return ["nobodys-draft"]


def _no_place(side: Side) -> list[Any]:
    return ["nobodys-draft", 1]


def _head_link(side: Side) -> list[Any]:
    return [head_token(side.interest)]


def _contact_link(side: Side) -> list[Any]:
    return [contact_path(side.interest, clock.today()).split("/")[-2]]


def _told_link(side: Side) -> list[Any]:
    told = LightInterestFactory(school=side.school, hub=side.hub)
    return [contact_path(told, clock.today()).split("/")[-2]]


def _kept_form(side: Side) -> list[Any]:
    """Of a form that somebody saved to come back to."""
    now = clock.now()
    row = FormDraft.objects.create(key=f"kept-{side.school.pk}", saved_at=now, kept_until=now + timedelta(days=30))
    return [draft_path(row).split("/")[-2]]


def _confirmation(side: Side) -> HeadConfirmation:
    given = {"school": side.school, "person": side.users[HEADTEACHER].person, "hub": side.hub, "asked_at": NOW}
    return HeadConfirmation.objects.filter(school=side.school).first() or HeadConfirmation.objects.create(**given)


EXPRESS = {
    "express-start": Line(public=True),
    "express-school": Line(public=True),
    "express-suggestions": Line(public=True),
    "express-person": Line(public=True),
    "express-programme": Line(public=True, args=_no_draft, ok=302),
    "express-start-point": Line(public=True, args=_no_draft, ok=302),
    "express-wish": Line(public=True, args=_no_draft, ok=302),
    "express-contact": Line(public=True, args=_no_draft, ok=302),
    "express-head": Line(public=True, args=_no_draft, ok=302),
    "express-teachers": Line(public=True, args=_no_place, ok=302),
    "express-teacher": Line(public=True, args=_no_place, ok=302),
    "express-option": Line(public=True, args=_no_draft, ok=302),
    "express-lead-role": Line(public=True, args=_no_draft, ok=302),
    "express-message": Line(public=True, args=_no_draft, ok=302),
    "express-agree": Line(public=True, args=_no_draft, ok=302),
    "express-check": Line(public=True, args=_no_draft, ok=302),
    "express-done": Line(public=True, args=_no_draft, ok=302),
    "express-mistyped": Line(public=True, args=_no_draft, ok=302),
    "express-status": Line(public=True),
    "express-link": Line(public=True),
    "express-mine": Line(public=True, args=_contact_link),
    "express-mine-change": Line(public=True, args=_contact_link, method="post", ok=302),
    "express-mine-edit": Line(public=True, args=_told_link),
    "express-mine-apply": Line(public=True, args=_contact_link, method="post", ok=302),
    "express-mine-withdraw": Line(public=True, args=_contact_link),
    "express-mine-again": Line(public=True, args=_contact_link, method="post", ok=302),
    "express-back": Line(public=True, args=_kept_form),
    "express-save": Line(public=True, args=_no_draft, ok=302),
    "head-confirm": Line(public=True, args=_head_link),
    "head-again": Line(public=True, args=_head_link, method="post", ok=302),
    "question-answer": Line(public=True, args=lambda side: [question_token(side.interest)]),
    "privacy": Line(public=True),
}


def _list_file(side: Side) -> list[Any]:
    """A file for the priority list that was looked at."""
    facts = {"is_pending": True, "at": NOW, "entries": [[2, 900001, "", "900001", ""]]}
    return [PriorityUpload.objects.create(hub=side.hub, file_name="need.csv", **facts).pk]


def _many(side: Side) -> list[Any]:
    """A piece of work that decides about many."""
    return [JobFactory(kind=KIND, owner=side.hub, params={"step": "decline", "interests": [], "reason": ""}).pk]


def _copies(side: Side) -> list[Any]:
    """An interest and its second copy."""
    facts = {"school": side.school, "offer": side.interest.offer, "status": "second", "duplicate_of": side.interest}
    return [side.interest.pk, (side.interest.seconds.first() or InterestFactory(**facts)).pk]


def _interest(side: Side) -> list[Any]:
    return [side.interest.pk]


def _named_teacher(side: Side) -> list[Any]:
    InterestTeacher.objects.get_or_create(interest=side.interest, name="Sam Teacher", email="sam@people.example.org")
    return [side.interest.pk, 1]


def _asked(side: Side) -> list[Any]:
    """An interest that the hub has asked a question about."""
    side.interest.messages.create(is_from_hub=True, name="Priya Lead", text="Which years?", at=NOW)
    type(side.interest).objects.filter(pk=side.interest.pk).update(question="asked")
    return [side.interest.pk]


def _enrolment(side: Side) -> list[Any]:
    return [side.enrolment.pk]


def _evidence(side: Side) -> list[Any]:
    came = {"what": "sent", "how": "paper", "came_on": NOW.date(), "entered_at": NOW}
    letter = keep(SimpleUploadedFile("letter.pdf", b"%PDF-1.7"), kinds=("pdf",), by=None, now=NOW)
    return [Receipt.objects.create(interest=side.interest, evidence=letter, **came).pk]


def _with_option(side: Side) -> list[Any]:
    """Of a phase that is done in several ways."""
    PhaseOption.objects.create(phase=side.interest.phase, name="Lesson design")
    return [side.interest.pk]


def _enrolled_with_option(side: Side) -> list[Any]:
    PhaseOption.objects.create(phase=side.enrolment.offer.phase, name="Lesson design")
    return [side.enrolment.pk]


def _enrolled_teacher(side: Side) -> list[Any]:
    return [side.enrolled_teacher.pk]


def _text(side: Side) -> list[Any]:
    return [side.offer.commitments.pk]


def _shared(*allowed: str, args: Callable[[Side], list[Any]]) -> Line:
    """A page of one thing that belongs to all hubs alike."""
    return Line(allowed=allowed, forbidden=but(*allowed), args=args, shared=True)


def _own_offer(side: Side) -> list[Any]:
    """National offers are everybody's: an offer of one hub's own shows who is kept out."""
    return [OfferFactory(hub=side.hub).pk]


def _own_draft(side: Side) -> list[Any]:
    """One that nobody has used yet."""
    return [OfferFactory(hub=side.hub, is_published=False).pk]


# The world's group is led by its Mastery Specialist: the other leader has no school here.
SEE_THE_SCHOOL = but(READINESS_LEAD)
INTEREST_READERS = (*HUB_READERS, NATIONAL, *SCHOOL_STAFF)
NAMERS = (*HUB_STAFF, *SCHOOL_LEADS)

STAFF = {
    "interest-list": page(*INTEREST_READERS),
    "interest-question": page(*HUB_STAFF, args=_interest),
    "interest-answer": page(*SCHOOL_STAFF, args=_asked),
    "interest-bulk-result": page(*HUB_STAFF, NATIONAL, args=_many),
    "copy-list": page(*HUB_STAFF),
    "copy-compare": page(*HUB_STAFF, args=_copies),
    "interest-skip": page(*HUB_STAFF, args=_interest),
    "interest-propose": step(*HUB_STAFF, args=_interest),
    "waiting-list": page(*HUB_STAFF),
    "offer-places": _shared(*HUB_STAFF, args=lambda side: [side.offer.pk]),
    "priority-list": page(*HUB_READERS, NATIONAL),
    "priority-fill": page(*HUB_STAFF),
    "priority-preview": page(*HUB_STAFF, args=_list_file),
    "priority-throw-away": step(*HUB_STAFF, args=_list_file),
    "priority-clear": page(*HUB_STAFF),
    "priority-take-off": step(*HUB_STAFF, args=lambda side: [PriorityListingFactory(school=side.school).pk]),
    "interest-bulk": page(*HUB_STAFF, args=lambda side: ["accept"], shared=True, ok=302),
    "interest-detail": page(*INTEREST_READERS, args=_interest),
    "interest-accept": page(*HUB_STAFF, args=_interest),
    "interest-wait": page(*HUB_STAFF, args=_interest),
    "interest-decline": page(*HUB_STAFF, args=_interest),
    "interest-close": page(*HUB_STAFF, args=_interest),
    "interest-ask-head": step(*HUB_STAFF, args=_interest),
    "interest-enter-school": page(*HUB_STAFF),
    "interest-enter": page(*HUB_STAFF, args=lambda side: [side.school.pk]),
    "interest-head-answer": page(*HUB_STAFF, args=_interest),
    "receipt-file": page(*HUB_STAFF, NATIONAL, args=_evidence),
    "interest-invite": step(*HUB_STAFF, args=_interest),
    "interest-option": page(*HUB_STAFF, args=_with_option),
    "enrolment-option": page(*HUB_STAFF, args=_enrolled_with_option),
    "interest-head": page(*HUB_STAFF, args=_interest),
    "interest-contact": page(*HUB_STAFF, args=_interest),
    "interest-teacher": page(*HUB_STAFF, args=_named_teacher),
    "interest-confirm": page(HEADTEACHER, args=_interest),
    "interest-commitments": page(NATIONAL, *HUB_READERS, *SCHOOL_STAFF, args=_interest),
    "school-journey": seen(*SEE_THE_SCHOOL, args=lambda side: [side.school.pk]),
    "person-programmes": seen(*SEE_THE_SCHOOL, args=lambda side: [side.enrolled_teacher.person.pk]),
    "places-to-name": page(*HUB_READERS, NATIONAL),
    "enrolment-detail": seen(*SEE_THE_SCHOOL, args=_enrolment),
    "enrolment-agree": page(HEADTEACHER, args=_enrolment),
    "enrolment-commitments": seen(*but(READINESS_LEAD), args=_enrolment),
    "enrolment-teachers": page(*NAMERS, args=_enrolment),
    "enrolment-withdraw": page(*HUB_STAFF, args=_enrolment),
    "enrolment-pause": page(*HUB_STAFF, args=_enrolment),
    "enrolment-resume": step(*HUB_STAFF, args=_enrolment),
    "confirmation": Line(public=True, args=lambda side: [confirmation_token(_confirmation(side))]),
    "confirmation-list": page(NATIONAL, *HUB_READERS),
    "confirmation-enter": step(*HUB_STAFF, args=lambda side: [_confirmation(side).pk]),
    "teacher-leave": page(*NAMERS, args=_enrolled_teacher),
    "offer-list": page(*HUB_READERS, NATIONAL),
    "offer-detail": page(*HUB_READERS, NATIONAL, args=_own_offer),
    "offer-choose": page(NATIONAL, *HUB_STAFF),
    "offer-create": _shared(NATIONAL, *HUB_STAFF, args=lambda side: [2026, side.offer.phase_id]),
    "offer-version": _shared(*HUB_STAFF, args=lambda side: [side.offer.pk]),
    "offer-lock": _shared(NATIONAL, args=lambda side: [side.offer.pk]),
    "offer-copy": page(NATIONAL, *HUB_STAFF),
    "offer-publish-many": page(NATIONAL, *HUB_STAFF),
    "offer-publish": step(NATIONAL, *HUB_STAFF, args=_own_offer),
    "offer-withdraw": step(NATIONAL, *HUB_STAFF, args=_own_offer),
    "offer-remove": page(NATIONAL, *HUB_STAFF, args=_own_draft),
    "offer-edit": page(NATIONAL, *HUB_STAFF, args=_own_offer),
    "target-grid": page(NATIONAL, *HUB_STAFF),
    "target-edit": page(NATIONAL, args=_own_offer),
    "text-list": page(*HUB_READERS, NATIONAL),
    "text-create": page(NATIONAL),
    "text-detail": _shared(*HUB_READERS, NATIONAL, args=_text),
    "text-version": _shared(NATIONAL, *HUB_STAFF, args=_text),
    "phase-list": page(*HUB_READERS, NATIONAL),
    "phase-create": page(NATIONAL),
    "phase-edit": _shared(NATIONAL, args=lambda side: [side.offer.phase.pk]),
    "pathway-create": page(NATIONAL),
    "pathway-edit": _shared(NATIONAL, args=lambda side: [side.offer.phase.pathway_id]),
    "term-dates": page(*HUB_STAFF, NATIONAL),
    "leader-list": page(*HUB_READERS, NATIONAL),
    "leader-groups": page(*HUB_STAFF, args=lambda side: [side.leader.pk]),
    "leader-base": page(*HUB_STAFF, args=lambda side: [side.leader.pk]),
    "leader-create": page(*HUB_STAFF),
}

TABLE: dict[str, Line] = {**EXPRESS, **STAFF}
