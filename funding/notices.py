"""Kinds of notice about money: a grant can be claimed; a claim was returned, approved or paid."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import news_to_each, person_recipient
from schools.models import Person, Role
from schools.roles import HEADTEACHER, MATHS_LEAD, OFFICE

CLAIMANTS = (HEADTEACHER, MATHS_LEAD, OFFICE)


def _claimants() -> models.QuerySet[Role]:
    told = Role.objects.filter(kind__in=CLAIMANTS).exclude(brought_at__isnull=False, person__email="")
    return told.select_related("person__user").order_by("pk")


def _at_school(award: Award, moment: datetime) -> dict[int, Person]:
    """Who at the school could claim at a moment, by key; whoever came with a file since, once they are invited."""
    held = [role for role in award.enrolment.school.roles.all() if role.is_held_on(clock.day_of(moment))]
    return {role.person_id: role.person for role in held if role.hears_of(moment)}


def _load_awards() -> models.QuerySet[Award]:
    """Awards with the people of the school who may claim."""
    return Award.objects.select_related("enrolment__school", "enrolment__offer__phase", "hub").prefetch_related(
        models.Prefetch("enrolment__school__roles", queryset=_claimants())
    )


def _award_made(award: Award) -> list[Desired]:
    """Everybody in the school who may claim is told once; not where the year was taken over while it ran.

    Whoever comes to claim once all of it has been is told nothing.
    """
    if award.enrolment.taken_over or not award.left:
        return []
    made_on = clock.day_of(award.made_at)
    people = map(person_recipient, _at_school(award, award.made_at).values())
    return news_to_each(people, f"made@{made_on}", award.made_at)


def _load_claims() -> models.QuerySet[Claim]:
    """Claims with whoever raised them, and the people of the school who may claim."""
    return Claim.objects.select_related(
        "award__enrolment__school", "award__enrolment__offer__phase", "award__hub", "raised_by__person"
    ).prefetch_related(models.Prefetch("award__enrolment__school__roles", queryset=_claimants()))


def _decision_moment(claim: Claim) -> datetime:
    """When the last decision on the claim was taken; of older claims that moment was not kept."""
    return claim.decided_at or claim.approved_at or claim.raised_at


def _claim_decided(claim: Claim) -> list[Desired]:
    """Whoever raised it hears of the return, the approval and the payment, and the school where the hub raised it.

    The newest news only.
    """
    if claim.status == Claim.Status.RAISED or claim.is_taken_over:
        return []
    moment = _decision_moment(claim)
    told = _at_school(claim.award, moment)
    raised_by = claim.raised_by.person
    people = [raised_by, *(() if raised_by.pk in told else told.values())]
    return [
        Desired(
            recipient=person_recipient(person).key,
            occurrence=f"{claim.status}@{claim.pk}",
            due_at=moment,
            until=moment + WORTH_KNOWING,
            name=person.name,
            email=claim.raised_by.email if person == raised_by else person.email,
        )
        for person in people
    ]


def _award_context(award: Award, notice: Notice) -> dict[str, Any]:
    return {"award": award, "school": award.enrolment.school, "offer": award.enrolment.offer}


def _claim_context(claim: Claim, notice: Notice) -> dict[str, Any]:
    return {"claim": claim, "award": claim.award, "school": claim.award.enrolment.school}


def _fresh_awards(awards: models.QuerySet[Award], now: datetime) -> models.QuerySet[Award]:
    return awards.filter(made_at__gt=now - WORTH_KNOWING)


def _fresh_claims(claims: models.QuerySet[Claim], now: datetime) -> models.QuerySet[Claim]:
    return claims.filter(raised_at__gt=now - timedelta(days=365))


KINDS: list[Kind] = [
    Kind(
        key="award_made",
        label="Grant can be claimed",
        model="funding.Award",
        template="funding/emails/award_made.txt",
        desired=_award_made,
        load=_load_awards,
        live=_fresh_awards,
        context=_award_context,
        reply_to=lambda award: award.hub.answered_at(),
    ),
    Kind(
        key="claim_decided",
        label="Claim approved, returned or paid",
        model="funding.Claim",
        template="funding/emails/claim_decided.txt",
        desired=_claim_decided,
        load=_load_claims,
        live=_fresh_claims,
        context=_claim_context,
        owner_id=lambda claim: claim.award.hub_id,
        thread=lambda claim: claim.award,
        reply_to=lambda claim: claim.award.hub.answered_at(),
    ),
]
