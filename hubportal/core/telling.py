"""The same e-mail to several people, each once, and what each was told of a thing before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, kinds, mail_key
from hubportal.core.records import record_key

State = Notice.State
# How the key of a person whom the portal knows begins; that of an address is ``mail_key``.
PERSON = "person:"


class Known(Protocol):
    """Somebody whom the portal knows; the core knows no model of people."""

    pk: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to: ``key`` names them in the outbox."""

    key: str
    name: str
    email: str

    @property
    def is_person(self) -> bool:
        """Whether the portal knows them, not only an address."""
        return self.key.startswith(PERSON)


def person_recipient(person: Known) -> Recipient:
    """A person whom the portal knows: the key stays where the address is corrected."""
    return Recipient(f"{PERSON}{person.pk}", person.name, person.email)


def person_pk(key: str) -> int | None:
    """The number of the person whom the outbox names by a key; None where that is an address."""
    return int(key.removeprefix(PERSON)) if key.startswith(PERSON) else None


def address_recipient(name: str, email: str) -> Recipient:
    """Somebody of whom no more is known than name and address."""
    return Recipient(mail_key(email), name, email)


def each_address_once(people: Iterable[Recipient]) -> list[Recipient]:
    """Of these the first with each address: two people may share one. Without an address nobody is written to."""
    once: dict[str, Recipient] = {}
    for one in people:
        once.setdefault(one.email.lower(), one)
    return [one for address, one in once.items() if address]


def to_each(people: Iterable[Recipient], occurrence: str, due_at: datetime, until: datetime | None) -> list[Desired]:
    """The same e-mail to each of them."""
    return [
        Desired(recipient=one.key, occurrence=occurrence, due_at=due_at, until=until, name=one.name, email=one.email)
        for one in people
    ]


def news_to_each(people: Iterable[Recipient], occurrence: str, at: datetime) -> list[Desired]:
    """News for each of them at once, as long as it is worth knowing."""
    return to_each(people, occurrence, at, at + WORTH_KNOWING)


def last_told(about: models.Model, news: Iterable[str]) -> dict[str, str]:
    """Which of some news of a thing, by offset and of whatever kind, each recipient was sent last, or is being sent.

    In the caller's transaction: none of it leaves between this look and what follows from it.
    """
    is_one = models.Q(pk__in=())
    for offset in news:
        is_one |= models.Q(occurrence__startswith=f"{offset}@")
    of_it = [kind.key for kind in kinds().values() if isinstance(about, kind.target_model)]  # its index begins so
    rows = Notice.objects.filter(is_one, kind__in=of_it, target=record_key(about))
    list(rows.filter(state=State.PLANNED).order_by("pk").select_for_update().values_list("pk", flat=True))
    left = rows.filter(state__in=(State.SENDING, State.SENT)).order_by("due_at", "pk")
    return {recipient: at.partition("@")[0] for recipient, at in left.values_list("recipient", "occurrence")}
