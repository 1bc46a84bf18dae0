"""The same e-mail to several people, each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hubportal.core.notices import WORTH_KNOWING, Desired, mail_key


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


def person_recipient(person: Known) -> Recipient:
    """A person whom the portal knows: the key stays where the address is corrected."""
    return Recipient(f"person:{person.pk}", person.name, person.email)


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
