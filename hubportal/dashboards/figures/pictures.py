"""Numbers behind the pictures of a home: recruitment, visits by term, money, next meetings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from funding.models import Award, Claim
from programmes.models import Enrolment, Interest, Offer, Target
from programmes.models.same_programme import of_offer
from programmes.rules.calendar import TERM_NAMES
from schools.models import Hub, User
from workgroups.models import CoLeader, Group, LeaderChange, Meeting, Visit, late_visits

BAR_WIDTH, MARK_WIDTH = 1000, 8


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in thousandths of its width; ``tone`` is a class of the styles."""

    x: int
    width: int
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its words, so that a reader needs no colour."""

    label: str
    parts: list[Part]
    text: str
    detail: str
    mark: Part | None = None


def bar(label: str, pieces: Sequence[tuple[str, str, float]], *, aim: float, text: str, mark: str = "") -> Bar:
    """Lay pieces (tone, words, amount) side by side on a bar as long as what is aimed at, or as they are together.

    :param mark: words for the place on the bar where the aim is, drawn where there is one.
    """
    parts, at = [], 0.0
    whole = max(aim, sum(amount for _tone, _words, amount in pieces), 1)
    for tone, words, amount in pieces:
        if amount:
            width = amount / whole * BAR_WIDTH
            parts.append(Part(round(at), max(round(width), 4), tone, words))
            at += width
    detail = ", ".join(words for _tone, words, amount in pieces if amount) or "nothing yet"
    aimed_at = Part(round(aim / whole * BAR_WIDTH) - MARK_WIDTH, MARK_WIDTH, "fill-mark", mark) if mark else None
    return Bar(label=label, parts=parts, text=text, detail=detail, mark=aimed_at)


@dataclass(frozen=True, slots=True)
class Recruitment:
    """The bars of what takes applications, and of what does not (any more)."""

    opened: list[Bar]
    shut: list[Bar]


def recruitment(*, user: User, hub: Hub | None, year: int, today: date) -> Recruitment:
    """Schools accepted and waiting against the target, by offer of a year and the next.

    Next year's are there once they have opened, or schools have come.
    """
    at_hub = {"hub": hub} if hub else {}
    # A hub's own version counts towards what the national offer asks for.
    either = of_offer(OuterRef("pk"))
    enrolled = Enrolment.objects.filter(either, **at_hub).exclude(status=Enrolment.Status.WITHDRAWN)
    asked = Interest.objects.filter(either, status__in=(Interest.Status.SUBMITTED, Interest.Status.WAITING), **at_hub)
    target = Target.objects.filter(offer=OuterRef("pk"), **at_hub)
    offers = (
        Offer.objects.visible_to(user)
        .filter(year__in=(year, year + 1), stands_for=None)
        .for_list()
        .annotate(
            accepted=_number(enrolled),
            asked=_number(asked),
            target=Coalesce(Subquery(_grouped(target).values("found").annotate(n=Sum("schools")).values("n")), 0),
        )
        .filter(Q(accepted__gt=0) | Q(asked__gt=0) | Q(target__gt=0) & (Q(year=year) | Q(opens_on__lte=today)))
        .order_by("year", "phase__pathway__position", "phase__position", "code", "pk")
    )
    is_mixed = len({offer.year for offer in offers}) > 1
    found = Recruitment([], [])
    names = _names(offers)
    for offer in offers:
        is_open = offer.opens_on <= today <= offer.closes_on
        name = f"{names[offer.pk]} {offer.year_label}" if is_mixed or offer.year != year else names[offer.pk]
        (found.opened if is_open else found.shut).append(_recruited(offer, name))
    return found


def _names(offers: Iterable[Offer]) -> dict[int, str]:
    """What each is called here: its phase; of several of one phase in a year its title, with the code if need be."""
    of_phase = Counter((one.phase_id, one.year) for one in offers)
    titled = Counter((one.title, one.year) for one in offers)
    found = {}
    for one in offers:
        title = one.title if titled[one.title, one.year] == 1 else f"{one.title} ({one.code})"
        found[one.pk] = one.phase.name if of_phase[one.phase_id, one.year] == 1 else title
    return found


def _grouped(rows: Any) -> Any:
    return rows.order_by().annotate(found=Value(1))


def _number(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(_grouped(rows).values("found").annotate(n=Count("pk")).values("n")), 0)


def _recruited(offer: Any, name: str) -> Bar:
    step = f"step-{offer.phase.step}"
    pieces = [
        (step, f"{offer.accepted} accepted", offer.accepted),
        (f"{step} light", f"{offer.asked} to decide or waiting", offer.asked),
    ]
    text = f"{offer.accepted} of {offer.target}" if offer.target else f"{offer.accepted}"
    mark = f"Target: {offer.target}" if offer.target else ""
    drawn = bar(name, pieces, aim=offer.target, text=text, mark=mark)
    return drawn if mark else replace(drawn, detail=f"{drawn.detail}, no target")


def visits_by_term(*, user: User, hub: Hub | None, year: int, today: date, person_id: int | None = None) -> list[Bar]:
    """Visits done, planned, to book and overdue by term."""
    visits = Visit.objects.visible_to(user).for_hub(hub).for_year(year).standing()
    if person_id:
        visits = visits.filter(leader__person=person_id)
    late = late_visits(today)
    rows = (
        visits.order_by()
        .values("term")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(status=Visit.Status.DONE)),
            late=Count("pk", filter=late),
            booked=Count("pk", filter=Q(status=Visit.Status.BOOKED) & ~late),
        )
        .order_by("term")
    )
    return [_visited(row) for row in rows]


def _visited(row: Any) -> Bar:
    open_ones = row["total"] - row["done"] - row["late"] - row["booked"]
    pieces = [
        ("fill-ok", f"{row['done']} done", row["done"]),
        ("fill-ok-light", f"{row['booked']} booked", row["booked"]),
        ("fill-wash", f"{open_ones} to book", open_ones),
        ("fill-bad", f"{row['late']} overdue", row["late"]),
    ]
    return bar(TERM_NAMES[row["term"] - 1], pieces, aim=row["total"], text=f"{row['done']} of {row['total']}")


def money(*, user: User, hub: Hub | None, year: int) -> list[Bar]:
    """Awarded, claimed and paid in a grant year, in pounds."""
    awards = Award.objects.visible_to(user).for_hub(hub).for_year(year).order_by()
    paid = Claim.objects.visible_to(user).for_hub(hub).for_year(year).filter(status=Claim.Status.PAID).order_by()
    sums = awards.aggregate(awarded=Sum("amount"), claimed=Sum("claimed"))
    awarded, claimed = sums["awarded"] or Decimal(0), sums["claimed"] or Decimal(0)
    if not awarded:
        return []
    was_paid = paid.aggregate(paid=Sum("amount"))["paid"] or Decimal(0)
    rows = [("Paid", "fill-accent", was_paid), ("Claimed", "fill-accent-light", claimed)]
    return [
        bar(label, [(tone, f"£{amount:,.0f}", float(amount))], aim=float(awarded), text=f"£{amount:,.0f}")
        for label, tone, amount in [*rows, ("Awarded", "fill-accent-light", awarded)]
    ]


def next_meetings(
    *, user: User, hub: Hub | None, now: datetime, groups: QuerySet[Any, Any] | None = None, most: int = 6
) -> list[Meeting]:
    """The meetings that come next; ``groups``: only of these (a subquery of keys)."""
    meetings = Meeting.objects.visible_to(user).for_hub(hub).for_list().select_related("group__hub").coming(now)
    if groups is not None:
        meetings = meetings.filter(group__in=groups)
    return list(meetings[:most])


def groups_to_come(*, person_id: int | None, today: date) -> list[tuple[date, Group, str]]:
    """Which groups somebody leads from a later day, soonest first, with whom they lead it beside.

    They see none of these yet, and have been told of each.
    """
    alone = LeaderChange.objects.to_come_for(person_id)
    beside = CoLeader.objects.to_come_for(person_id, today)
    found = [
        *((one.from_on, one.group, "") for one in alone),
        *((one.since, one.group, str(one.group.leader)) for one in beside),
    ]
    return sorted(found, key=lambda one: (one[0], one[1].name))
