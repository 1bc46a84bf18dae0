"""Whether two names stand for the same headteacher of a school. Pure."""

from schools.rules import name_key


def is_same_head(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two (name, address) of one school are the same headteacher: by name, or by an address that is known.

    An address may have been corrected since, a name may have changed.
    """
    is_same_address = bool(one[1].strip()) and one[1].strip().lower() == other[1].strip().lower()
    return is_same_address or name_key(one[0]) == name_key(other[0])
