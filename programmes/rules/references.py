"""References of interests, and the headteacher's link. Pure."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum

# Nothing that can be taken for another (0 and O, 1 and I, 5 and S, 8 and B, 2 and Z), no vowels: no words by accident.
LETTERS = "234679CDFGHJKMNPQRTVWXY"
PREFIX = "HP-"
LENGTH = 6

HEAD_LINK_LASTS = timedelta(days=14)
CONTACT_LINK_DAYS = 30


def make_reference(choose: Callable[[str], str]) -> str:
    """A new reference such as HP-7KX4M2; ``choose`` picks one letter of those it is given."""
    return PREFIX + "".join(choose(LETTERS) for _ in range(LENGTH))


def tidy_reference(text: str) -> str:
    """A reference as it is stored, however it was typed: `hp 7kx-4m2` → `HP-7KX4M2`."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return PREFIX + letters.removeprefix("HP")


class HeadLink(StrEnum):
    """What becomes of a headteacher's link when it is opened."""

    OPEN = "open"
    USED = "used"
    NOT_NEEDED = "not_needed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


def head_link(
    *,
    carried: int,
    asked: int,
    asked_at: datetime | None,
    confirmed_at: datetime | None,
    is_standing: bool,
    now: datetime,
) -> HeadLink:
    """Which of them it is: ``carried`` is the link's number, ``asked`` that of the last link sent, at ``asked_at``."""
    if confirmed_at is not None:
        return HeadLink.USED
    if not is_standing:
        return HeadLink.NOT_NEEDED
    if asked_at is None and carried != asked:
        return HeadLink.SUPERSEDED  # nobody is asked any more
    if asked_at is None or now >= asked_at + HEAD_LINK_LASTS:
        return HeadLink.EXPIRED
    return HeadLink.OPEN if carried == asked else HeadLink.SUPERSEDED


class ContactLink(StrEnum):
    """What becomes of the contact's link when it is opened."""

    OPEN = "open"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


def contact_link(*, carried: int, number: int, sent_on: date, today: date) -> ContactLink:
    """Which of them it is: ``carried`` is the link's number, ``number`` that of the address known today."""
    if carried != number:
        return ContactLink.SUPERSEDED
    return ContactLink.EXPIRED if today > sent_on + timedelta(days=CONTACT_LINK_DAYS) else ContactLink.OPEN
