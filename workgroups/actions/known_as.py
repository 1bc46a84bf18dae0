"""Whom a form names, by the names and addresses that somebody has, and had before a correction or a merger."""

from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key
from schools.models import MergedPerson, Person
from schools.rules import name_key

Rows = TypeVar("Rows", bound=QuerySet[Any])


class KnownAs:
    """How forms know somebody; nothing is read before a form has another name than theirs of today."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def at_address(self, rows: Rows, field: str) -> Rows:
        """Those of some rows that have an address of theirs: today's, or that of a record merged into theirs."""
        is_theirs = Q(address=self.person.email.lower()) | Q(address__in=self._merged.values_list(Lower("email")))
        return rows.alias(address=Lower(field)).filter(is_theirs).exclude(**{field: ""})

    def is_named(self, name: str, email: str) -> bool:
        """Whether what names somebody at an address of theirs means them: by their name, or by one that they had.

        Not by one that they had and somebody else has there: several may share a mailbox.
        """
        key = name_key(name)
        if key == name_key(self.person.name):
            return True
        return bool(key) and key not in self._beside.get(email.lower(), ()) and key in self._had

    @property
    def _merged(self) -> QuerySet[MergedPerson]:
        return MergedPerson.objects.filter(kept=self.person).exclude(email="")

    @cached_property
    def _beside(self) -> dict[str, set[str]]:
        """What others who are known at these addresses are called."""
        found: dict[str, set[str]] = {}
        for other in self.at_address(Person.objects.exclude(pk=self.person.pk), "email"):
            found.setdefault(other.email.lower(), set()).add(name_key(other.name))
        return found

    @cached_property
    def _had(self) -> set[str]:
        """What they were called before, also in records that are merged into theirs."""
        merged = list(MergedPerson.objects.filter(kept=self.person))
        records = [self.person, *(Person(pk=one.number) for one in merged)]
        corrected = JournalEntry.objects.filter(record__in=map(record_key, records), changed__has_key="name")
        names = [self.person.previous_name, *(one.name for one in merged)]
        names += [changed["name"][0] for changed in corrected.values_list("changed", flat=True)]
        return {key for name in names if (key := name_key(name))}
