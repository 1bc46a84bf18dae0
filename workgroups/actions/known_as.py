"""Whom a form names, by the names and addresses that somebody has, and had before a correction or a merger."""

from functools import cached_property
from typing import Any, TypeVar

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat, Lower

from hubportal.core.models import JournalEntry
from hubportal.core.records import begin_of
from schools.models import MergedPerson, Person
from schools.rules import name_key

Rows = TypeVar("Rows", bound=QuerySet[Any])


class KnownAs:
    """How forms know somebody; nothing is read before a form has another name than theirs of today."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def at_address(self, rows: Rows, field: str) -> Rows:
        """Those of some rows at an address of theirs: today's, one before, or one of a record merged into it."""
        merged = Q(address__in=self._merged.exclude(email="").values_list(Lower("email")))
        corrected = Q(address__in=self._corrected("email").values_list(Lower(KT("changed__email__0"))))
        is_theirs = Q(address=self.person.email.lower()) | merged | corrected
        return rows.alias(address=Lower(field)).filter(is_theirs).exclude(**{field: ""})

    def is_named(self, name: str, email: str) -> bool:
        """Whether what names somebody at an address of theirs means them: by their name, or by one that they had.

        Not where either is one that they had, and somebody else is called so there: several may share a mailbox.
        """
        key, at = name_key(name), email.lower()
        if (key, at) == (name_key(self.person.name), self.person.email.lower()):
            return True
        return bool(key) and key not in self._beside.get(at, ()) and key in self._names

    @property
    def _merged(self) -> QuerySet[MergedPerson]:
        return MergedPerson.objects.filter(kept=self.person)

    def _corrected(self, field: str) -> QuerySet[JournalEntry]:
        """What the journal says of a fact that was another before, also in records that are merged into theirs."""
        own = Person.objects.filter(pk=self.person.pk).order_by().values_list(_record_key("pk"))
        records = own.union(self._merged.order_by().values_list(_record_key("number")))
        return JournalEntry.objects.filter(record__in=records, changed__has_key=field)

    @cached_property
    def _beside(self) -> dict[str, set[str]]:
        """What others who are known at these addresses are called."""
        found: dict[str, set[str]] = {}
        for other in self.at_address(Person.objects.exclude(pk=self.person.pk), "email"):
            found.setdefault(other.email.lower(), set()).add(name_key(other.name))
        return found

    @cached_property
    def _names(self) -> set[str]:
        """What they are called, and were before, also in records that are merged into theirs."""
        names = [self.person.name, self.person.previous_name, *self._merged.values_list("name", flat=True)]
        names += self._corrected("name").values_list(KT("changed__name__0"), flat=True)
        return {key for name in names if (key := name_key(name))}


def _record_key(number: str) -> Concat:
    """As ``records.record_key``, in the database: a page that names somebody reads nothing more for it."""
    return Concat(Value(begin_of(Person)), Cast(number, CharField()), output_field=CharField())
