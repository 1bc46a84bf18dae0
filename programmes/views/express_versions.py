"""The public form for schools of several hubs: which version of a programme, or the national offer, is for whom."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from programmes.models import Offer
from schools.models import School

Pairs = Sequence[tuple[School, Offer]]


def versions_of(joining: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One programme as the schools that may join it are told of it: what is the same is said once for all of them."""
    found: dict[Hashable, dict[str, Any]] = {}
    for one in joining:
        offer, closed = one["offer"], one["closed"]
        before = (closed.year, closed.closes_on) if closed else None
        follows = tuple(phase.pk for phase in offer.follows.all())
        said = (str(offer), offer.summary, offer.eligibility, offer.closes_on, before, offer.must_follow, follows)
        version = found.setdefault(said, {"offer": offer, "closed": closed, "schools": [], "may_start": False})
        version["schools"].append(one["school"])
        version["may_start"] |= not (offer.must_follow or one["came"] or one["remarks"])
    return list(found.values())


def texts_of(pairs: Pairs) -> list[dict[str, Any]]:
    """What is agreed to: each text of a programme once, with its schools, and what it comes to in days for whom."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for school, offer in pairs:
        key = offer.base_id, offer.commitments_id
        text = found.setdefault(key, {"offer": offer, "names": {}, "schools": {}, "days": {}})
        text["names"][str(offer)] = text["schools"][school] = None
        late = offer.start_term > 1 and offer.start_term
        release = offer.release_days and (offer.release_days, offer.teachers_per_school > 1)
        days = (offer.support_days and offer.support_words, late, release)
        text["days"].setdefault(days, (offer, []))[1].append(school)
    programmes = [base for base, _text in found]
    return [
        {**text, "is_for_some": programmes.count(base) > 1, "days": _for_whom(text["days"])}
        for (base, _text), text in found.items()
    ]


def _for_whom(days: dict[tuple[Any, ...], tuple[Offer, list[School]]]) -> list[tuple[Offer, list[School]]]:
    """What has days to say; for which schools, where it is not the same for all."""
    return [(offer, schools if len(days) > 1 else []) for said, (offer, schools) in days.items() if any(said)]


def schools_apart(offer: Offer, pairs: Pairs) -> list[School]:
    """For whom an offer is chosen, where others of the form join the same programme by another one; else none."""
    same = {other.pk for _school, other in pairs if other.base_id == offer.base_id}
    return [school for school, other in pairs if other.pk == offer.pk] if len(same) > 1 else []
