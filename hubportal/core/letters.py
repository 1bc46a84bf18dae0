"""Letters that nobody sees: they break an e-mail or a terminal, or turn what follows them the other way round."""

import re

# Controls but for tab and line breaks, marks of direction, and the two breaks that only some programs show.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def unseen_in(text: str) -> str:
    """The first such letter as its code, `U+202E`, or nothing."""
    if text.isprintable():
        return ""
    found = UNSEEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def without_unseen(text: str) -> str:
    """With a sign for a missing letter in place of each."""
    return text if text.isprintable() else UNSEEN.sub("\ufffd", text)
