"""Who else in the hub has the name of somebody whom a file brings anew: one person may be recorded twice."""

from collections import defaultdict
from functools import cached_property

from hubportal.dashboards.actions.records.world import World
from schools import roles
from schools.models import Person
from schools.rules import name_key

MOST_NAMED = 3
HAS_NAME = "Somebody of this name is in the portal: {known}. The same person? {how}"
# What stands for whoever has no name of their own.
NAMELESS = frozenset(map(name_key, roles.LABELS.values()))
WRITE_ADDRESS = "Then write the address that the portal has."
# Nothing but the address says of two schools that one person is meant.
NO_ADDRESS = "Then enter an address of theirs in the portal first, and write it here."


class SameName:
    """The hub's people by name; read once, and only where somebody new is made."""

    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def _known(self) -> dict[str, list[tuple[str, str, str]]]:
        found = defaultdict(list)
        people = Person.objects.visible_to(self.world.by).for_hub(self.world.hub).order_by("pk")
        for name, email, school in people.values_list("name", "email", "school__name"):
            found[name_key(name)].append((name, email, school or str(self.world.hub)))
        return found

    def said_of(self, name: str) -> str:
        """What whoever looks is told of those who have this name; empty where nobody has."""
        key = name_key(name)
        if " " not in key or key in NAMELESS or not (known := self._known.get(key)):
            return ""
        named = [", ".join(filter(None, (known_as, at, email))) for known_as, email, at in known]
        more = [f"and {len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
        how = WRITE_ADDRESS if any(email for _name, email, _at in known) else NO_ADDRESS
        return HAS_NAME.format(known="; ".join([*named[:MOST_NAMED], *more]), how=how)
