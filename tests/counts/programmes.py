"""How many queries the pages of programmes take."""

from typing import Any

from django.test import Client

from programmes.actions.bulk import KIND
from programmes.models import HeadConfirmation, InterestTeacher, PhaseOption, PriorityUpload
from programmes.notices.confirming import confirmation_token
from schools.models import SchoolUrn
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.counts import express
from tests.counts.everything import more_of_everything
from tests.counts.table import Count
from tests.world import NOW, Side


def _more_interest(side: Side) -> Any:
    return make.InterestFactory(school=make.SchoolFactory(authority=side.school.authority))


def _more_waiting(side: Side) -> Any:
    school = make.SchoolFactory(authority=side.school.authority)
    return make.InterestFactory(school=school, status="waiting", offer=side.offer)


def _more_messages(side: Side) -> Any:
    return side.interest.messages.create(is_from_hub=True, name="Priya Lead", text="Which years?", at=NOW)


def _asked(side: Side) -> list[Any]:
    type(side.interest).objects.filter(pk=side.interest.pk).update(question="asked")
    return [side.interest.pk]


def _more_listed(side: Side) -> Any:
    return make.PriorityListingFactory(school=make.SchoolFactory(authority=side.school.authority))


def _more_told(side: Side) -> Any:
    return make.LightInterestFactory(school=side.school, hub=side.hub, phase=side.interest.phase)


def _more_copies(side: Side) -> Any:
    interest = side.interest
    return make.InterestFactory(school=side.school, offer=interest.offer, status="second", duplicate_of=interest)


def _list_file(side: Side) -> list[Any]:
    urns = SchoolUrn.objects.filter(school__hub=side.hub).values_list("urn", flat=True)
    entries = [[line, urn, "", str(urn), ""] for line, urn in enumerate(urns)]
    facts = {"is_pending": True, "is_whole": True, "at": NOW, "entries": entries}
    return [PriorityUpload.objects.create(hub=side.hub, file_name="need.csv", **facts).pk]


def _many_done(side: Side) -> list[Any]:
    lines = [[one.pk, one.who, one.reference, ""] for one in type(side.interest).objects.select_related("school")]
    facts = {
        "params": {"step": "decline", "interests": [line[0] for line in lines]},
        "result": {"lines": lines},
        "state": "done",
        "ended_at": NOW,
    }
    return [make.JobFactory(kind=KIND, owner=side.hub, **facts).pk]


def _copies(side: Side) -> list[Any]:
    return [side.interest.pk, (side.interest.seconds.first() or _more_copies(side)).pk]


def _more_years(side: Side) -> Any:
    enrolment = make.EnrolmentFactory(school=side.school, hub=side.hub)
    make.InterestFactory(school=side.school)
    return make.EnrolledTeacherFactory(enrolment=enrolment)


def _more_teachers(side: Side) -> Any:
    return make.EnrolledTeacherFactory(enrolment=side.enrolment)


def _more_offers(side: Side) -> Any:
    return make.EnrolmentFactory(school=make.SchoolFactory(authority=side.school.authority))


def _more_leaders(side: Side) -> Any:
    leader = make.LeaderFactory(hub=side.hub, school=make.SchoolFactory())
    return make.RoleFactory(person=leader.person, kind=leader.kind, hub=side.hub)


def _interest(side: Side) -> list[Any]:
    return [side.interest.pk]


def _named_teacher(side: Side) -> list[Any]:
    InterestTeacher.objects.get_or_create(interest=side.interest, name="Sam Teacher", email="sam@people.example.org")
    return [side.interest.pk, 1]


def _enrolment(side: Side) -> list[Any]:
    return [side.enrolment.pk]


def _offer(side: Side) -> list[Any]:
    return [side.offer.pk]


def _has_options(client: Client, side: Side) -> None:
    for phase in {side.interest.phase, side.enrolment.offer.phase}:
        PhaseOption.objects.create(phase=phase, name="Lesson design")


def _more_confirmations(side: Side) -> Any:
    person, school = make.PersonFactory(), make.SchoolFactory(authority__hub=side.hub)
    return HeadConfirmation.objects.create(school=school, person=person, hub=side.hub, asked_at=NOW)


TABLE: dict[str, Count] = {
    "confirmation-list": Count(HUB_LEAD, 6, _more_confirmations),
    "confirmation": Count(None, 2, more_of_everything, lambda side: [confirmation_token(_more_confirmations(side))]),
    "interest-list": Count(HUB_LEAD, 11, _more_interest),
    "interest-bulk-result": Count(HUB_LEAD, 7, _more_interest, _many_done),
    "copy-list": Count(HUB_LEAD, 7, _more_told),
    "copy-compare": Count(HUB_LEAD, 11, _more_messages, _copies),
    "interest-question": Count(HUB_LEAD, 6, _more_messages, _interest),
    "interest-answer": Count(HEADTEACHER, 5, _more_messages, _asked),
    "interest-skip": Count(HUB_LEAD, 5, more_of_everything, _interest),
    "waiting-list": Count(HUB_LEAD, 10, _more_waiting),
    "offer-places": Count(HUB_LEAD, 7, more_of_everything, _offer),
    "priority-list": Count(HUB_LEAD, 8, _more_listed),
    "priority-fill": Count(HUB_LEAD, 5, more_of_everything),
    "priority-preview": Count(HUB_LEAD, 9, _more_listed, _list_file),
    "priority-clear": Count(HUB_LEAD, 4, more_of_everything),
    "interest-bulk": Count(HUB_LEAD, 12, _more_interest, lambda side: ["accept"], query="?all=1"),
    "interest-detail": Count(HUB_LEAD, 12, _more_copies, _interest),
    "interest-accept": Count(HUB_LEAD, 12, _more_copies, _interest),
    "school-journey": Count(HEADTEACHER, 10, _more_years, lambda side: [side.school.pk]),
    "person-programmes": Count(HUB_LEAD, 8, _more_teachers, lambda side: [side.enrolled_teacher.person.pk]),
    "places-to-name": Count(HUB_LEAD, 5, _more_teachers),
    "enrolment-detail": Count(HUB_LEAD, 9, _more_teachers, _enrolment),
    "offer-list": Count(NATIONAL, 8, _more_offers),
    "offer-detail": Count(NATIONAL, 12, _more_offers, _offer),
    "leader-list": Count(HUB_LEAD, 6, _more_leaders),
    # Steps
    "interest-wait": Count(HUB_LEAD, 7, more_of_everything, _interest),
    "interest-decline": Count(HUB_LEAD, 6, more_of_everything, _interest),
    "interest-close": Count(HUB_LEAD, 6, more_of_everything, _interest),
    "interest-enter-school": Count(HUB_LEAD, 5, _more_interest, query="?q=Example"),
    "interest-enter": Count(HUB_LEAD, 12, more_of_everything, lambda side: [side.school.pk]),
    "interest-head-answer": Count(HUB_LEAD, 5, more_of_everything, _interest),
    "interest-option": Count(HUB_LEAD, 7, more_of_everything, _interest, before=_has_options),
    "enrolment-option": Count(HUB_LEAD, 7, more_of_everything, _enrolment, before=_has_options),
    "interest-head": Count(HUB_LEAD, 6, more_of_everything, _interest),
    "interest-contact": Count(HUB_LEAD, 6, more_of_everything, _interest),
    "interest-teacher": Count(HUB_LEAD, 6, more_of_everything, _named_teacher),
    "interest-confirm": Count(HEADTEACHER, 6, more_of_everything, _interest),
    "interest-commitments": Count(HEADTEACHER, 6, more_of_everything, _interest),
    "enrolment-agree": Count(HEADTEACHER, 6, more_of_everything, _enrolment),
    "enrolment-commitments": Count(HEADTEACHER, 8, more_of_everything, _enrolment),
    "enrolment-teachers": Count(HUB_LEAD, 8, more_of_everything, _enrolment),
    "enrolment-withdraw": Count(HUB_LEAD, 10, more_of_everything, _enrolment),
    "teacher-leave": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.enrolled_teacher.pk]),
    "enrolment-pause": Count(HUB_LEAD, 10, more_of_everything, _enrolment),
    "offer-choose": Count(NATIONAL, 6, _more_offers),
    "offer-create": Count(NATIONAL, 12, more_of_everything, lambda side: [2026, side.offer.phase_id]),
    "offer-version": Count(HUB_LEAD, 5, more_of_everything, _offer),
    "offer-lock": Count(NATIONAL, 5, more_of_everything, _offer),
    "offer-copy": Count(NATIONAL, 9, _more_offers),
    "offer-publish-many": Count(NATIONAL, 5, lambda side: make.OfferFactory(is_published=False)),
    "target-grid": Count(HUB_LEAD, 9, more_of_everything),
    "offer-edit": Count(NATIONAL, 11, more_of_everything, _offer),
    "offer-remove": Count(NATIONAL, 10, more_of_everything, lambda side: [make.OfferFactory(is_published=False).pk]),
    "target-edit": Count(NATIONAL, 7, more_of_everything, _offer),
    "text-list": Count(NATIONAL, 6, _more_offers),
    "text-create": Count(NATIONAL, 4, more_of_everything),
    "text-detail": Count(NATIONAL, 7, more_of_everything, lambda side: [side.offer.commitments.pk]),
    "text-version": Count(NATIONAL, 5, more_of_everything, lambda side: [side.offer.commitments.pk]),
    "phase-list": Count(NATIONAL, 8, _more_offers),
    "phase-create": Count(NATIONAL, 7, more_of_everything),
    "phase-edit": Count(NATIONAL, 11, more_of_everything, lambda side: [side.offer.phase.pk]),
    "pathway-create": Count(NATIONAL, 6, more_of_everything),
    "pathway-edit": Count(NATIONAL, 8, more_of_everything, lambda side: [side.offer.phase.pathway_id]),
    "term-dates": Count(HUB_LEAD, 7, more_of_everything),
    "leader-groups": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.leader.pk]),
    "leader-base": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.leader.pk]),
    "leader-create": Count(HUB_LEAD, 4, more_of_everything),
    **express.TABLE,
}
