"""A person held by whoever gives them something: before their user, their roles and what else names them."""

from collections.abc import Iterable

from hubportal.core import locks
from hubportal.core.locks import Gone
from schools.models import MergedPerson, Person
from schools.roles import HEADTEACHER

# Whoever adds somebody, or makes somebody headteacher, joins this turn; a file that brings such has it to itself.
ADDING = "people are added"
MERGED = "This record of {gone} has just been merged into another one, that of {kept}. Nothing was done: look there."


def hold_heads(schools: Iterable[int]) -> None:
    """Who is headteacher of these schools (by key): whoever looks, and then gives the role or not, goes alone.

    Until the transaction ends, and before any person is held.
    """
    keys = sorted(set(schools))
    if keys:
        join_turn_of_heads(HEADTEACHER)
    for key in keys:
        locks.wait_for_turn(f"heads of school {key}")


def join_turn_of_heads(kind: str) -> None:
    """Let no file that brings headteachers look who is one while a role of this kind is given."""
    if kind == HEADTEACHER:
        locks.join_turn(ADDING)


def hold_person(person: Person) -> Person:
    """Their row as it is now, until the transaction ends.

    :raises Gone: where they have just been merged into another record, which it names, or taken out.
    """
    held = hold_if_there(person)
    if held is None:
        raise Gone(Person)
    return held


def hold_if_there(person: Person) -> Person | None:
    """The same; None where they have been taken out.

    :raises Gone: where they have just been merged into another record.
    """
    held = Person.objects.select_for_update().filter(pk=person.pk).first()
    if held is None:
        merged = MergedPerson.objects.filter(number=person.pk).select_related("kept").first()
        if merged is not None:
            raise Gone(Person, MERGED.format(gone=merged.name, kept=merged.kept))
    return held


def hold_people(people: Iterable[Person]) -> dict[int, Person]:
    """Several at once, in the order of their keys: elsewhere, or in a merger, each may be the other one.

    :raises Gone: where one of them has just been merged into another record, or taken out.
    """
    return {one.pk: hold_person(one) for one in sorted(set(people), key=lambda one: one.pk)}
