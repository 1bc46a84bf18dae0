"""What is awarded because of a file: schools in groups that have started are, as everywhere; whoever looks is told."""

from collections.abc import Iterator

from funding.actions import STARTED, Owing
from funding.models import Award
from hubportal.core.templatetags.portal import money
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.world import World, in_parts
from programmes.models import Enrolment
from workgroups.models import Group, Place

AWARDED = "{} is awarded, as the group has started: {}."


def say_awards(ledger: Ledger, world: World) -> None:
    """Say with each line what is awarded once it is brought in, and count it."""
    found = list(_placed(ledger))
    if not found:
        return
    owing, schools = Owing(), set[int]()
    awarded = _with_awards(ledger, [enrolment for _number, enrolment, _group in found])
    for number, enrolment, group in found:
        amounts = owing.placed(enrolment, ledger.standing(enrolment), group)
        if id(enrolment) in awarded or not amounts:
            continue
        awarded.add(id(enrolment))
        said = ", ".join(f"{label} {money(amount)}" for label, amount in sorted(amounts.items()))
        ledger.say(number, AWARDED.format(world.register.known(enrolment.school_id).name, said))
        ledger.awarded += sum(amounts.values())
        schools.add(enrolment.school_id)
    ledger.awarded_schools = len(schools)


def _placed(ledger: Ledger) -> Iterator[tuple[int, Enrolment, Group]]:
    """Whoever comes to have a place, or to take part with the place that they have, with the line that brings it."""
    for place in ledger.new(Place):
        if place.left_on is None:
            yield ledger.line_of(place), place.enrolment, place.group
    moved = {
        change.record.pk: (number, change.record)
        for number, entry in ledger.entries.items()
        for change in entry.changes
        if isinstance(change.record, Enrolment) and change.move
    }
    for pks in in_parts(moved):
        places = Place.objects.filter(enrolment__in=pks, left_on=None, group__status__in=STARTED)
        for place in places.select_related("group").order_by("pk"):
            yield *moved[place.enrolment_id], place.group


def _with_awards(ledger: Ledger, enrolments: list[Enrolment]) -> set[int]:
    """Which of some have awards already, or get them by the file itself."""
    found = {id(award.enrolment) for award in ledger.new(Award)}
    for some in in_parts([one for one in enrolments if one.pk is not None]):
        known = set(Award.objects.filter(enrolment__in=some).values_list("enrolment", flat=True))
        found |= {id(one) for one in some if one.pk in known}
    return found
