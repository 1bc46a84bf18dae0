"""A person held by whoever gives them something: before their user, their roles and what else names them."""

from hubportal.core import locks
from schools.models import MergedPerson, Person

MERGED = "This record of {gone} has just been merged into another one, that of {kept}. Nothing was done: look there."


def hold_person(person: Person) -> Person:
    """Their row as it is now, until the transaction ends.

    :raises Gone: where they have just been merged into another record, which it names, or taken out.
    """
    try:
        return locks.hold(person)
    except locks.Gone as problem:
        merged = MergedPerson.objects.filter(number=person.pk).select_related("kept").first()
        if merged is None:
            raise
        raise locks.Gone(Person, MERGED.format(gone=merged.name, kept=merged.kept)) from problem
