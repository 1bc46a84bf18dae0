"""Offers copied to the next year as drafts: the national ones, a hub's own, and its versions of national ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from hubportal.core import locks
from programmes.actions.offer_versions import lock_fields
from programmes.actions.offer_years import copy_of, make_offer
from programmes.actions.offers import change_offer, wait_for_codes
from programmes.models import AgreementText, Offer, Phase
from programmes.rules.offers import own_ahead
from programmes.rules.years import code_in_year, day_in_year, free_code, is_same_code
from schools.models import User
from schools.rules import year_label

IS_THERE = "there already"
NO_NATIONAL = "the national offer of {year} is not there yet"
# What a version has from the offer that it stands for, or as every copy has it.
_NEVER_OWN = (
    *("id", "phase", "year", "code", "hub", "is_published", "stands_for", "hub_reason", "locked", "copied_from"),
    "is_for_target",
)
_ATTNAMES = {one.name: one.attname for one in Offer._meta.concrete_fields if one.name not in _NEVER_OWN}
_DAYS = ("opens_on", "closes_on", "names_by")


@dataclass(frozen=True, slots=True)
class NextYear:
    """An offer with its copy for the next year, not kept yet, and the phases that this names; or why there is none.

    ``draft``: what was made only for a target, and becomes like the copy.
    """

    offer: Offer
    copy: Offer | None
    phases: dict[str, list[Phase]] = field(default_factory=dict)
    why_not: str = ""
    draft: Offer | None = None


def next_years_copies(offers: Sequence[Offer]) -> list[NextYear]:
    """Each offer with what it would be in the next year."""
    years = {offer.year + 1 for offer in offers}
    there = list(Offer.objects.filter(year__in=years).prefetch_related(*Offer.PHASE_SETS).order_by("pk"))
    # A new year is agreed on the texts as they were published last.
    newest = {text.code: text for text in AgreementText.objects.order_by("published_on", "pk")}
    found: list[NextYear] = []
    for offer in offers:
        if offer.stands_for_id:
            found.append(_version_ahead(offer, there, newest))
        else:
            made = [one.copy for one in found if one.copy is not None]
            found.append(_offer_ahead(offer, there, newest, made))
    return found


@transaction.atomic
def copy_to_next_year(*, offers: Sequence[Offer], by: User | None, for_target: bool = False) -> list[Offer]:
    """Copy offers to the next year as drafts and return these; one that is there already is left alone.

    A draft that was made only for a target, and that nobody has changed, is brought up to date.

    :param for_target: they are made only for a target.
    """
    wait_for_codes()
    drafts = []
    for ahead in next_years_copies(offers):
        if ahead.copy is None:
            continue
        if ahead.draft is None:
            ahead.copy.is_for_target = for_target
            drafts.append(make_offer(offer=ahead.copy, phases=ahead.phases, by=by))
        elif _is_untouched(locks.hold(ahead.draft)):
            drafts.append(_bring_up_to_date(ahead.draft, ahead.copy, ahead.phases, by))
    return drafts


def _is_untouched(offer: Offer) -> bool:
    return offer.is_for_target and not offer.is_published


def _bring_up_to_date(draft: Offer, copy: Offer, phases: dict[str, list[Phase]], by: User | None) -> Offer:
    """Its targets stay, and what hubs have set for it."""
    fields = {**_ATTNAMES, "code": "code"}
    before = {name: getattr(draft, name) for name in fields}
    for attname in fields.values():
        setattr(draft, attname, getattr(copy, attname))
    change_offer(offer=draft, by=by, before=before, phases=phases)
    lock_fields(offer=draft, fields=copy.locked, by=by)
    Offer.objects.filter(pk=draft.pk).update(is_for_target=False, copied_from=copy.copied_from_id)
    return draft


def _offer_ahead(offer: Offer, there: list[Offer], newest: dict[str, AgreementText], made: Sequence[Offer]) -> NextYear:
    """Not where its phase, or its code, is there; a version of a national offer is no offer of the phase beside it."""
    year, code = offer.year + 1, code_in_year(offer.code, offer.year + 1)
    draft = next((one for one in there if one.year == year and _is_made_of(offer, one)), None)
    beside = [one for one in there if (one.year, one.hub_id) == (year, offer.hub_id) and one != draft]
    if offer.hub_id is not None:
        taken = [one for one in there if one.hub_id is None] + [one for one in made if one.hub_id == offer.hub_id]
        code = free_code(code, {one.code for one in taken if one.year == year})
    # What was made for a target of another offer of the phase is no copy of this one.
    of_phase = [one for one in beside if one.phase_id == offer.phase_id and not one.stands_for_id]
    if any(is_same_code(one.code, code) for one in beside) or not all(_is_untouched(one) for one in of_phase):
        return NextYear(offer, None, why_not=IS_THERE)
    copy = copy_of(
        offer,
        year=year,
        code=code,
        commitments_id=newest[offer.commitments.code].pk,
        copied_from_id=offer.pk,
        **_a_year_later(offer),
    )
    return NextYear(offer, copy, offer.phase_sets(), draft=draft)


def _is_made_of(offer: Offer, one: Offer) -> bool:
    """Whether one was made only for a target, of this offer (or of its phase, where what it was made of has gone)."""
    of_phase = (one.copied_from_id, one.phase_id, one.hub_id) == (None, offer.phase_id, offer.hub_id)
    return _is_untouched(one) and (of_phase or one.copied_from_id == offer.pk)


def _version_ahead(version: Offer, there: list[Offer], newest: dict[str, AgreementText]) -> NextYear:
    """Next year's national offer, with what this year's version has other than this year's."""
    national = _national_ahead(version, there)
    if national is None:
        return NextYear(version, None, why_not=NO_NATIONAL.format(year=year_label(version.year + 1)))
    beside = [one for one in there if (one.year, one.hub_id) == (national.year, version.hub_id)]
    if any(is_same_code(one.code, national.code) or one.stands_for_id == national.pk for one in beside):
        return NextYear(version, None, why_not=IS_THERE)
    mine, theirs = {**_values(version), **_a_year_later(version)}, _values(national)
    own = own_ahead(_differs(version), mine, theirs, kept=national.locked)
    values = {_ATTNAMES[name]: mine[name] for name in own if name in mine}
    if "commitments" in own:
        values["commitments_id"] = newest[version.commitments.code].pk
    values |= {"hub_id": version.hub_id, "stands_for_id": national.pk, "hub_reason": version.hub_reason}
    copy = copy_of(national, **values, copied_from_id=version.pk, locked=[])
    phases = {name: (version if name in own else national).phase_sets()[name] for name in Offer.PHASE_SETS}
    return NextYear(version, copy, phases)


def _national_ahead(version: Offer, there: list[Offer]) -> Offer | None:
    """What goes on with the national offer of a version: its copy, else that of its code, else the phase's only one."""
    base, year = version.stands_for, version.year + 1
    if base is None:
        return None
    found = [one for one in there if one.year == year and one.hub_id is None and one.is_published]
    of_phase = [one for one in found if one.phase_id == base.phase_id]
    code = code_in_year(base.code, year)
    likeliest = [
        *(one for one in found if one.copied_from_id == base.pk),
        *(one for one in of_phase if is_same_code(one.code, code)),
        *(of_phase if len(of_phase) == 1 else ()),
    ]
    return next(iter(likeliest), None)


def _differs(version: Offer) -> set[str]:
    """The fields in which a version is other than what it stands for; of the texts the newest is no difference."""
    base = version.stands_for
    if base is None:
        return set()
    before, after = _values(base), _values(version)
    found = {name for name in after if after[name] != before[name]}
    if version.commitments.code == base.commitments.code:
        found.discard("commitments")
    mine, theirs = version.phase_sets(), base.phase_sets()
    return found | {name for name in mine if set(mine[name]) != set(theirs[name])}


def _values(offer: Offer) -> dict[str, Any]:
    """What a version may have other than the national offer."""
    return {name: getattr(offer, attname) for name, attname in _ATTNAMES.items()}


def _a_year_later(offer: Offer) -> dict[str, date | None]:
    days = {name: getattr(offer, name) for name in _DAYS}
    return {name: day_in_year(day, 1) if day else None for name, day in days.items()}
