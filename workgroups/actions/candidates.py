"""Whom a form offers to lead a group, or to follow somebody: who has room first."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hubportal.core import clock
from programmes.models import Leader, Offer, called_apart
from schools.models import Hub, Person, Role, School, User
from workgroups.actions.duties import Duty, Kind
from workgroups.actions.leading import year_end
from workgroups.models import Group, with_load
from workgroups.rules.planning import load_words

MOST = 50
ROOM = ("May lead", "Room for some of the groups", "Without room")
Choices = list[tuple[str, list[tuple[int, str]]]]


def leaders_for(user: User, hub: Hub, offer: Offer) -> QuerySet[Leader]:
    """Leaders of a hub of the kind that an offer asks for who are there when its year ends, begun or not.

    With what each leads in that year (``with_load``).
    """
    of_kind = Leader.objects.visible_to(user).filter(hub=hub, kind=offer.leader_kind).not_ended(clock.today())
    return with_load(of_kind.current(year_end(offer, hub)).for_list(), offer.year)


def load_of(leader: Any, when: str = "this year") -> str:
    """What a leader, read ``with_load``, leads of what was agreed."""
    return load_words(leader.led, leader.max_groups, leader.half_days, when)


def successors_for(
    leaver: Person, duties: Sequence[Duty], schools: Sequence[School], *, by: User, today: date
) -> Choices:
    """Who may follow somebody: leaders where a group may pass on, with room first; then who is at the school."""
    led = [duty for duty in duties if duty.kind == Kind.GROUP]
    groups = [duty.record for duty in [one for one in led if not one.held_up] or led]
    found = _leaders(groups, by) if groups else []
    known = {leaver.pk, *(pk for _label, people in found for pk, _name in people)}
    held = Role.objects.current(today).by_hand().filter(school__in=schools).exclude(person__in=known)
    held = held.filter(person__in=Person.objects.visible_to(by).values("pk"))
    names = held.order_by("person__name", "pk").values_list("person", "person__name", "school__name")
    at_school = {pk: f"{name}, {school}" for pk, name, school in names[:MOST]}
    found.append(("At the school", list(at_school.items())))
    return [(label, people) for label, people in found if people]


def _leaders(groups: Sequence[Group], by: User) -> Choices:
    """Leaders of the kinds that groups ask for, those first who have room for all of a kind; each with their load."""
    wanted = Counter((group.hub_id, group.offer.leader_kind, group.offer.year) for group in groups)
    one_of = {(group.hub_id, group.offer.leader_kind, group.offer.year): group for group in groups}
    leading = {group.leader.person_id for group in groups}
    words: dict[int, str] = {}
    room: dict[int, int] = {}
    found = {
        key: list(leaders_for(by, group.hub, group.offer).exclude(person__in=leading)[:MOST])
        for key, group in one_of.items()
    }
    called = called_apart(leader for leaders in found.values() for leader in leaders)
    for key, leaders in found.items():
        when = "this year" if len(one_of) == 1 else f"in {one_of[key].offer.year_label}"
        for leader in leaders:
            free: int = leader.max_groups - leader.led - wanted[key]  # type: ignore[attr-defined]
            pk, load = leader.person_id, load_of(leader, when)
            words[pk] = f"{words[pk]}; {load}" if pk in words else f"{called[pk]}, {load}"
            room[pk] = min(free, room.get(pk, free))
    order = sorted(words, key=lambda pk: (-room[pk], words[pk]))
    labels = {pk: _room_words(room[pk], most=max(wanted.values())) for pk in order}
    return [(label, [(pk, words[pk]) for pk in order if labels[pk] == label]) for label in ROOM]


def _room_words(left: int, *, most: int) -> str:
    """What room is there where ``left`` groups are left over, or (below nought) find none, of as many as ``most``."""
    return ROOM[0] if left >= 0 else ROOM[1] if left > -most else ROOM[2]
