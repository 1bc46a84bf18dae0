"""Why a school is taken before others where places are scarce; the order itself is the database's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Claims:
    """What speaks for a school.

    ``listed``: the hub's reason for having it on its priority list (may be empty), None where it is not on it.
    ``fsm_from``: the percentage of free school meals from which the offer takes schools first. ``before``: what
    it did, or does in a year before, of the phases that the offer gives priority for, in words.
    """

    listed: str | None = None
    fsm: Decimal | None = None
    fsm_from: int | None = None
    before: Sequence[str] = ()


def reasons(claims: Claims) -> list[str]:
    """Why a school is taken first, in words, the weightiest first; none for those who only wait their turn."""
    found = []
    if claims.listed is not None:
        found.append(f"On the priority list: {claims.listed}" if claims.listed else "On the priority list")
    if _is_poor(claims):
        found.append(f"{_percent(claims.fsm)} free school meals")
    return [*found, *claims.before]


def _is_poor(claims: Claims) -> bool:
    return claims.fsm is not None and claims.fsm_from is not None and claims.fsm >= claims.fsm_from


def _percent(fsm: Decimal | None) -> str:
    return f"{fsm.normalize():f}%" if fsm is not None else ""
