"""Reading whom people name in cells: one or several in a cell, with or without their addresses beside them."""

import re
from collections.abc import Iterable

from hubportal.dashboards.rules.reading import EMAIL, NOBODY, SPLIT, Misread, folded, read_email, shortened
from schools.rules import name_key

AN_ADDRESS = "“{}” is an address, not a name. Write the name here, and the address in a column of its own."
HAS_NUMBER = "“{}” is not a name: a name has no number in it."
SEVERAL = "“{}” names several. Give each a line of their own."
JOINED = "“{}” names several. Give each a line of its own or, in a column for several, put ; between them."
NO_NAME = "“{}” is not a name."
# What joins two names, and how formulas and web addresses begin.
_JOINED = re.compile(r"\s(?:and|with)\s|[&+/]", re.IGNORECASE)
_ODD = re.compile(r"^=|://|^www\.", re.IGNORECASE)
# As a day has one, or a count; a figure at the end of a word tells two of one name apart: Sam2.
_NUMBER = re.compile(r"(?<![^\W_])\d")
TWO_ADDRESSES = (
    "{} stands there with two addresses, {} and {}. Two people? Tell their names apart, as by a middle name. One? "
    "Leave out one of the two."
)


def read_name(text: str) -> str:
    """Somebody's name on one line, first name first: Hill, Jo is Jo Hill.

    :raises Misread: for what is too long or no name, as an address or a day.
    """
    said = " ".join(text.split()).strip("; ")
    if "@" in said:
        raise Misread(AN_ADDRESS.format(text))
    if ";" in said:
        raise Misread(SEVERAL.format(text))
    if _ODD.search(said) or folded(said) in NOBODY:
        raise Misread(NO_NAME.format(text))
    if _JOINED.search(said):
        raise Misread(JOINED.format(text))
    last, comma, first = said.partition(", ")
    if comma and first and "," not in first:
        said = f"{first} {last}"
    if not any(one.isalpha() for one in said):
        raise Misread(NO_NAME.format(text))
    if _NUMBER.search(said):
        raise Misread(HAS_NUMBER.format(text))
    return shortened(said, 150)


def read_names(texts: Iterable[str]) -> list[str]:
    """The names of one or several cells, each with one or more, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for one in _parts(text):
            if one.strip() and one.strip().lower() not in NOBODY:
                found[read_name(one)] = None
    return list(found)


def _parts(text: str) -> list[str]:
    """What stands between the signs that part the names of a cell."""
    parts = SPLIT.split(text)
    if len(parts) == 1 and text.count(",") >= 1 and all(" " in one.strip() for one in text.split(",")):
        parts = text.split(",")
    return parts


def read_people(cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The people of cells with names, each with the address that stands at its place in the cell beside it, or none.

    :raises Misread: where it cannot be told whose the addresses are, one is none, or there are two for one name.
    """
    found: dict[str, str] = {}
    given: dict[str, str] = {}
    for said, addresses in cells:
        for name, email in _side_by_side(said, addresses):
            address = read_email(email) if email else ""
            before = given.setdefault(name_key(name), address) or address
            if address and address != before:
                raise Misread(TWO_ADDRESSES.format(name, before, address))
            given[name_key(name)] = before
            found[name] = found.get(name, "") or address
    return list(found.items())


def _side_by_side(said: str, addresses: str) -> list[tuple[str, str]]:
    """The names of a cell with the addresses of another; where a place is empty, the address is not known.

    :raises Misread: where there are not as many, and as many places neither.
    """
    names, places = read_names([said]), _addresses(addresses)
    emails = [one for one in places if one]
    if not names or not emails:
        return [(name, "") for name in names]
    called = [next(iter(read_names([one])), "") for one in _parts(said)]
    if len(called) == len(places):
        if all(name for name, email in zip(called, places, strict=True) if email):
            return [(name, email) for name, email in zip(called, places, strict=True) if name]
    elif len(names) == len(emails):
        return list(zip(names, emails, strict=True))
    for one in emails:
        read_email(one)  # one that is mistyped is what is wrong
    raise Misread(
        f"“{said}” and “{addresses}”: there must be one e-mail address for each name. Where one is not known, leave "
        "its place between the ; empty."
    )


def _addresses(text: str) -> list[str]:
    """The addresses of a cell, as typed, empty where none is known; a comma without a space parts them where an address
    is on either side.
    """
    found: list[str] = []
    for one in SPLIT.split(re.sub(r",(?:\s+|$)", ";", text)):
        parts = one.split(",")
        found += parts if all(EMAIL.search(part) for part in parts) else [one]
    return ["" if folded(one) in NOBODY else one.strip() for one in found]
