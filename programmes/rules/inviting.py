"""Who of those that are invited together can sign in: one person an address. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schools.rules import is_person, name_key


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is invited; ``shared_with`` signs in with their address, so that they cannot."""

    name: str
    email: str
    role: str
    shared_with: str = ""


def invitations(people: Iterable[tuple[str, str, str]], holders: Mapping[str, str]) -> list[Invited]:
    """Those to be invited (name, address, role) in turn; ``holders`` names who signs in with which address already."""
    signs_in = dict(holders)
    found: list[Invited] = []
    for name, email, role in people:
        if any(one.role == role and is_person((one.name, one.email), (name, email)) for one in found):
            continue
        holder = signs_in.setdefault(email.lower(), name) if email else name
        found.append(Invited(name, email, role, "" if name_key(holder) == name_key(name) else holder))
    return found
