"""Whom and what somebody else has made since the lines were compared: it is not made a second time."""

from datetime import date

from hubportal.core import locks
from hubportal.dashboards.actions.records.known_people import heads_of
from hubportal.dashboards.actions.records.ledger import ChangedMeanwhile, Ledger, NoTurn
from hubportal.dashboards.actions.records.world import in_parts
from programmes.models import Offer
from schools.actions.holding import ADDING
from schools.models import Person, Role
from schools.rules import name_key


def look_for_twins_of(ledger: Ledger, today: date) -> None:
    """Look again once all that a ledger writes on is held."""
    ledger.before += [
        lambda: _enter_under_standing_offers(ledger),
        lambda: _look_for_roles(ledger, today),
        lambda: _have_turn(ledger),
        lambda: _look_for_people(ledger),
        lambda: _look_for_heads(ledger, today),
    ]


def _enter_under_standing_offers(ledger: Ledger) -> None:
    """Another hub may have brought the same year of a programme by now: whatever is of it is entered under that one."""
    left = []
    for offer in ledger.new(Offer):
        same = Offer.objects.filter(phase=offer.phase_id, year=offer.year, hub=offer.hub_id, stands_for=None)
        standing = same.filter(is_published=True, enrols=offer.enrols).order_by("pk").first()
        if standing is not None:
            offer.pk, offer.code = standing.pk, standing.code
            left.append(offer)
    ledger.leave(Offer, left)


def _have_turn(ledger: Ledger) -> None:
    """Last of all: until the file is written, nobody adds anybody, or makes anybody headteacher.

    :raises NoTurn: where others go on doing so for long.
    """
    is_needed = ledger.heads or any(one.email for one in ledger.new(Person))
    if is_needed and not locks.win_turn(ADDING):
        raise NoTurn


def _look_for_people(ledger: Ledger) -> None:
    """:raises ChangedMeanwhile: where somebody of a name and an address is known by now."""
    new = {(one.email, name_key(one.name)) for one in ledger.new(Person) if one.email}
    for emails in in_parts({email for email, _name in new}):
        known = Person.objects.filter(email__in=emails).values_list("email", "name")
        if any((email, name_key(name)) in new for email, name in known):
            raise ChangedMeanwhile


def _look_for_heads(ledger: Ledger, today: date) -> None:
    """:raises ChangedMeanwhile: where a school that a headteacher is brought to has another one by now, or none."""
    for schools in in_parts(ledger.heads):
        now = heads_of(schools, today)
        if any(now.get(school, set()) != ledger.heads[school] for school in schools):
            raise ChangedMeanwhile


def _look_for_roles(ledger: Ledger, today: date) -> None:
    """:raises ChangedMeanwhile: where somebody who is known holds at a school, by now, what the file gives to them."""
    new = {(one.person_id, one.kind, one.school_id) for one in ledger.new(Role) if one.school_id and one.person_id}
    for people in in_parts({person for person, _kind, _school in new}):
        held = Role.objects.filter(person__in=people).by_hand().current(today)
        if not new.isdisjoint(held.values_list("person", "kind", "school")):
            raise ChangedMeanwhile
