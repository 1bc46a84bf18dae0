"""Names with initials: `W. Eaves`, `W.B. Eaves` and `W.E.` may each be Wren Eaves. Pure."""

from schools.rules import name_key

Parts = tuple[str, ...]


def parts_of(name: str) -> Parts:
    """A name taken apart as it is compared, with what full stops part: `W.Eaves` → `w`, `eaves`."""
    return tuple(name_key(name.replace(".", " ")).split())


def has_initial(name: Parts) -> bool:
    """Whether a name begins with an initial, and goes on."""
    return len(name) > 1 and len(name[0]) == 1


def may_be(short: Parts, long: Parts) -> bool:
    """Whether a name that begins with an initial may be this one written short: of one surname, or initials alone."""
    if not has_initial(short) or has_initial(long) or len(long) < 2 or not long[0].startswith(short[0]):
        return False
    only_initials = all(len(one) == 1 for one in short)
    return short[-1] == long[-1] or (only_initials and long[-1].startswith(short[-1]))
