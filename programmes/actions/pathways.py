"""Pathways, as the national team names and orders them."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify

from hubportal.core import journal, locks
from programmes.actions.phases import CannotName
from programmes.models import Pathway
from schools.models import User

LONGEST_CODE = 40


@transaction.atomic
def make_pathway(*, by: User | None, name: str, after: Pathway | None) -> Pathway:
    """Add a pathway after another one, or (None) before all; its phases follow.

    :raises CannotName: where a pathway is called so already.
    """
    _take_turn()
    _check_name(name)
    pathway = Pathway.objects.create(code=_new_code(name), name=name)
    _place(pathway, after)
    journal.record("Pathway added", on=pathway, by=by)
    return pathway


@transaction.atomic
def change_pathway(*, pathway: Pathway, by: User | None, name: str, after: Pathway | None) -> None:
    """Rename a pathway, or give it another place; its phases and what was offered in them stay what they are.

    :raises CannotName: where another pathway is called so already.
    """
    _take_turn()
    _check_name(name, pathway)
    changed = {}
    if name != pathway.name:
        changed["name"] = [pathway.name, name]
        Pathway.objects.filter(pk=pathway.pk).update(name=name)
    old = before(pathway)
    if old != after:
        changed["comes after"] = [str(old or "–"), str(after or "–")]
        _place(pathway, after)
    pathway.refresh_from_db()
    if changed:
        journal.record("Pathway changed", on=pathway, by=by, changed=changed)


def before(pathway: Pathway) -> Pathway | None:
    """The one that it comes after; None: it is the first."""
    ladder = list(Pathway.objects.all())
    at = ladder.index(pathway)
    return ladder[at - 1] if at else None


def _take_turn() -> None:
    """Of two at once the second sees what the first has named: names differ in more than their letters' size."""
    locks.wait_for_turn("pathways")


def _check_name(name: str, own: Pathway | None = None) -> None:
    if not slugify(name):
        raise CannotName("Use letters in the name.")
    if any(one != own for one in Pathway.objects.filter(name__iexact=name)):
        raise CannotName("There is a pathway of this name already.")


def _new_code(name: str) -> str:
    """One that no other has; also where a pathway that was renamed since still has that of this name."""
    code = slugify(name)[:LONGEST_CODE]
    taken = set(Pathway.objects.filter(code__startswith=code).values_list("code", flat=True))
    tries = [code, *(f"{code}-{number}" for number in range(2, len(taken) + 2))]
    return next(one for one in tries if one not in taken)


def _place(pathway: Pathway, after: Pathway | None) -> None:
    """Number all anew, in their order with this one in its place."""
    others = [one for one in Pathway.objects.all() if one != pathway]
    at = others.index(after) + 1 if after in others else 0
    _number([*others[:at], pathway, *others[at:]])


def _number(ladder: Sequence[Pathway]) -> None:
    for position, one in enumerate(ladder):
        one.position = position
    Pathway.objects.bulk_update(ladder, ["position"])
