"""Offers and their targets, as the national team sets them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction

from hubportal.core import journal, locks
from programmes.models import InterestQuerySet, Offer, Phase, Target
from programmes.rules import Answer
from programmes.rules import offers as rules
from schools.models import Hub, User

LEAVES_OUT = "This would leave out {} still to be decided about. Decide first, then change who may apply."


class CannotOffer(Exception):
    """An offer that cannot be made, published, kept or taken away, said in words for people."""


class OfferInUse(Exception):
    """A change of what schools are enrolled by already, said in words for people."""


@transaction.atomic
def change_offer(
    *, offer: Offer, by: User | None, before: Mapping[str, Any], phases: Mapping[str, Collection[Phase]] | None = None
) -> None:
    """Keep an offer whose fields were changed, with what they were ``before`` in the journal.

    Enrolments and applications count as use, groups do not: each keeps the largest number that it was made with.

    :param phases: those that it names, by which (``Offer.PHASE_SETS``); sets that are not given stay.
    :raises OfferInUse: where what those who applied or are enrolled rely on would change; it says why.
    :raises CannotOffer: where its new code is another offer's.
    """
    changed = {
        name: [str(old), str(getattr(offer, name))] for name, old in before.items() if old != getattr(offer, name)
    }
    named = {name: phases[name] for name, had in offer.phase_sets().items() if phases and set(had) != set(phases[name])}
    changed |= {name: [_names(getattr(offer, name).all()), _names(named[name])] for name in named}
    if not changed:
        return
    if "code" in changed:
        wait_for_codes()
    # Whoever enrols a school meanwhile waits for this row, or is seen here.
    locked = locks.hold(offer)
    is_asked_for, is_in_use = locked.interests.exists(), locked.is_in_use()
    known = {"is_known": "code" in changed and locked.is_known()}
    problem = rules.why_not_change(changed, is_asked_for=is_asked_for, is_in_use=is_in_use, **known)
    if problem:
        raise OfferInUse(problem)
    check_admitted(offer, locked, offer.interests.undecided())
    if "code" in changed:
        check_code(offer)
        _give_code_to_versions(offer, by)
    offer.is_for_target = False
    offer.save(update_fields=[*(name for name in changed if name not in named), "is_for_target"])
    offer.set_phases(named)
    journal.record("Offer changed", on=offer, by=by, changed=changed)


def wait_for_codes() -> None:
    """Until the transaction ends, whoever else gives an offer a code waits: the database knows no other offer's.

    Before any row of an offer is held: whoever has the turn may copy one. One turn for all years, as targets are set
    for several in any order.
    """
    locks.wait_for_turn("codes of offers")


def check_code(offer: Offer, words: str = "") -> None:
    """A hub's people read each code once in a year.

    :raises CannotOffer: where another offer beside this one has its code (in these words).
    """
    wait_for_codes()
    if Offer.objects.of_code(offer).exists():
        raise CannotOffer(words or offer.code_taken)


def _give_code_to_versions(offer: Offer, by: User | None) -> None:
    """They have the code of what they stand for.

    :raises CannotOffer: where a hub with a version has an offer of its own of this code.
    """
    for version in Offer.objects.filter(stands_for=offer).select_related("hub").order_by("pk"):
        changed = {"code": [version.code, offer.code]}
        version.code = offer.code
        beside = Offer.objects.filter(hub=version.hub, year=version.year, code__iexact=offer.code)
        if beside.exclude(pk=version.pk).exists():
            raise CannotOffer(f"{version.hub} has a version of this, and an offer of its own with this code.")
        version.save(update_fields=["code"])
        journal.record("Offer changed", on=version, by=by, changed=changed)


def check_admitted(offer: Offer, was: Offer, waiting: InterestQuerySet) -> None:
    """Nobody who waits for a decision is left out by what changes of who may apply.

    :raises OfferInUse: where somebody would be.
    """
    if all(getattr(offer, name) == getattr(was, name) for name in ("school_phases", "state_funded_only")):
        return
    fitted = [one.school for one in waiting.select_related("school") if was.fit_of(one.school) is Answer.OPEN]
    out = sum(offer.fit_of(school) is not Answer.OPEN for school in fitted)
    if out:
        raise OfferInUse(LEAVES_OUT.format("1 application" if out == 1 else f"{out} applications"))


def _names(phases: Iterable[Phase]) -> str:
    return ", ".join(sorted(str(phase) for phase in phases))


@transaction.atomic
def set_targets(*, offer: Offer, by: User | None, schools: Mapping[int, int | None], is_national: bool = True) -> None:
    """Set how many schools each hub (by key) is asked to recruit; None takes the target away.

    :param is_national: the national team sets it, so that a hub leaves it.
    """
    before = dict(Target.objects.select_for_update().filter(offer=offer).values_list("hub", "schools"))
    changed = {hub: (before.get(hub), number) for hub, number in schools.items() if before.get(hub) != number}
    for hub_id, (_old, number) in changed.items():
        if number is None:
            Target.objects.filter(offer=offer, hub=hub_id).delete()
        else:
            Target.objects.update_or_create(
                offer=offer, hub_id=hub_id, defaults={"schools": number, "is_national": is_national}
            )
    if changed:
        hubs = Hub.objects.in_bulk(changed)
        words = {str(hubs[hub]): ["" if one is None else str(one) for one in pair] for hub, pair in changed.items()}
        journal.record("Targets set", on=offer, by=by, changed=words)
