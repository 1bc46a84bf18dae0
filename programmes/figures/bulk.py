"""What a hub sees of each line before it decides about many at once, or asks again: warnings, places counted down."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hubportal.core.clock import day_of
from hubportal.core.models import BadAddress
from programmes.actions.asking import facts_of
from programmes.actions.bulk import BECOMES
from programmes.actions.decisions import decided_already
from programmes.figures.line import claims_of
from programmes.figures.places import Room, room_in
from programmes.figures.proposals import wants_of
from programmes.models import Enrolment, Interest
from programmes.models.room import is_in_line
from programmes.rules.asking import asking_verdict
from programmes.rules.bulk import LineFacts, Step, Verdict, count_down, verdict
from programmes.rules.priority import reasons
from schools.models import Role
from schools.roles import HEADTEACHER
from schools.rules import is_person, name_key

# A hub, and the national offer whose places are wanted.
Key = tuple[int | None, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the preview; ``left``: places left after it, None where nobody knows how many there are.

    ``in_line``: how many who wait would not find a place any more once this one, which does not wait, has its own.
    """

    interest: Interest
    verdict: Verdict
    first: str
    left: int | None
    is_full: bool
    in_line: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The lines in the order in which they are done, and the room of each offer before it."""

    lines: list[Line]
    rooms: list[tuple[str, Room]]


def preview(step: Step, interests: Sequence[Interest], today: date) -> Preview:
    """Of what would happen; a fixed number of queries for each hub, however many lines."""
    facts = _facts(step, interests, today)
    verdicts = [verdict(facts[one.pk], step) for one in interests]
    claims = claims_of([wants_of(one) for one in interests]) if step.decides else {}
    rooms = _rooms(interests) if step.gives_place else {}
    keys = list(rooms)
    takes = [
        (keys.index(_key(one)) if _key(one) in rooms else -1, step is Step.ACCEPT and not said.blocked)
        for one, said in zip(interests, verdicts, strict=True)
    ]
    counted = count_down(takes, {number: rooms[key].left for number, key in enumerate(keys)})
    others = _in_line(interests, rooms) if step is Step.ACCEPT else {}
    lines = []
    for one, said, left in zip(interests, verdicts, counted, strict=True):
        why, is_full = ", ".join(reasons(claims[one.pk])) if claims else "", left is not None and left < 0
        waits = 0 if said.blocked or is_full or one.status == Interest.Status.WAITING else others.get(_key(one), 0)
        lines.append(Line(one, said, why, _shown(left), is_full, waits if left is not None and left < waits else 0))
    titles = {_key(one): one.programme for one in interests}
    return Preview(lines, [(titles[key], rooms[key]) for key in keys])


def preview_of_asking(interests: Sequence[Interest], now: datetime) -> Preview:
    """Who would be asked again, and who cannot be and why; a fixed number of queries, however many lines."""
    bad = BadAddress.objects.among(one.head_email for one in interests)
    schools = {one.school_id for one in interests}
    heads = _heads(schools, day_of(now))
    lines = []
    for one in interests:
        other = "" if one.for_person else _other_head(one, heads[one.school_id])
        is_bad = one.head_email.lower() in bad
        facts = facts_of(one, now, is_bad=is_bad, has_place=one.has_place, other_head=other)  # type: ignore[attr-defined]
        lines.append(Line(one, asking_verdict(facts), "", None, is_full=False))
    return Preview(lines, [])


def _key(one: Interest) -> Key:
    """The hub and the offer whose places it wants; both its version and the national offer take from them."""
    return one.hub_id, one.offer.base_id if one.offer else 0


def _in_line(interests: Sequence[Interest], rooms: Mapping[Key, Room]) -> dict[Key, int]:
    """How many wait for each offer and are not decided about here."""
    here = Counter(_key(one) for one in interests if is_in_line(one))
    return {key: room.waiting - here[key] for key, room in rooms.items()}


def _shown(left: int | None) -> int | None:
    return None if left is None else max(left, 0)


def _rooms(interests: Sequence[Interest]) -> dict[Key, Room]:
    bases: dict[int, set[int]] = defaultdict(set)
    for one in interests:
        if one.hub_id is not None and one.offer is not None:
            bases[one.hub_id].add(one.offer.base_id)
    return {(hub, base): room for hub, wanted in bases.items() for base, room in sorted(room_in(hub, wanted).items())}


def _facts(step: Step, interests: Sequence[Interest], today: date) -> dict[int, LineFacts]:
    schools = {one.school_id for one in interests}
    phases, heads = _phases(schools), _heads(schools, today)
    named_before = _named_before(interests, heads)
    return {
        one.pk: LineFacts(
            settled="" if step is Step.OWNER or one.may_move_to(BECOMES[step]) else decided_already(one),
            is_light=one.is_light,
            year_over=one.year_label if one.is_of_past_year(today) else "",
            is_enrolled=one.has_place,  # type: ignore[attr-defined]
            needs_note=one.needs_note,
            head_confirmed=one.head_confirmed_at is not None or one.only_tells_head,
            head_refused=one.head_refused_at is not None,
            other_head="" if one.for_person else _other_head(one, heads[one.school_id]),
            is_other_address=all(
                name_key(role.person.name) == name_key(one.head_name) for role in heads[one.school_id]
            ),
            named_before=named_before.get(one.pk, ""),
            school_open=one.school.is_open,
            other_hub=str(one.school.hub or "no hub") if one.school.hub_id != one.hub_id else "",
            who=one.contact_name if one.for_person else "The school",
            same_year=one.same_year,
            advised_otherwise=one.advised_otherwise,
            same_phase=not one.for_person and (one.school_id, one.phase_id) in phases,
            is_outside_domain=one.is_outside_domain,
            copies=one.copies_sent,  # type: ignore[attr-defined]
            told_of=one.told_of,  # type: ignore[attr-defined]
            bad_addresses=_bad_addresses(one),
        )
        for one in interests
    }


def _bad_addresses(one: Interest) -> tuple[str, ...]:
    """Those of its contact and its headteacher that do not work; of a row of the preview."""
    told = ((one.contact_email, one.contact_is_bad), (one.head_email, one.head_is_bad))  # type: ignore[attr-defined]
    return tuple({email.lower(): email for email, is_bad in told if is_bad}.values())


def _phases(schools: set[int]) -> set[tuple[int, int]]:
    """The phases that schools have been in."""
    held = Enrolment.objects.filter(school__in=schools, person=None).exclude(status=Enrolment.Status.WITHDRAWN)
    return set(held.values_list("school", "offer__phase"))


def _heads(schools: set[int], today: date) -> dict[int, list[Role]]:
    found: dict[int, list[Role]] = defaultdict(list)
    held = Role.objects.filter(school__in=schools, kind=HEADTEACHER).current(today)
    for role in held.select_related("person").order_by("person__name", "pk"):
        if role.school_id:
            found[role.school_id].append(role)
    return found


def _named_before(interests: Sequence[Interest], heads: Mapping[int, Sequence[Role]]) -> dict[int, str]:
    """Of schools without a headteacher: whom the first line that is accepted makes it, where a later one names another.

    By the key of the later one.
    """
    first: dict[int, Interest] = {}
    found = {}
    for one in interests:
        if one.for_person or not one.is_undecided or heads.get(one.school_id):
            continue
        before = first.setdefault(one.school_id, one)
        if not is_person((before.head_name, before.head_email), (one.head_name, one.head_email)):
            found[one.pk] = before.head_name
    return found


def _other_head(interest: Interest, heads: Sequence[Role]) -> str:
    """Who is headteacher today, where that is not the one who is named."""
    named = (interest.head_name, interest.head_email)
    if any(is_person(named, (role.person.name, role.person.email)) for role in heads):
        return ""
    return " and ".join(role.person.name for role in heads)
