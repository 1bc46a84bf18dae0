"""How somebody is greeted, by a name as people write it: `Dear Sam`, `Dear Dr O'Neill-Smith`."""

from itertools import takewhile

# Those after which the last name follows, and those after which the first name does.
WITH_LAST_NAME = frozenset("mr mrs ms miss mx dr prof professor rev revd reverend canon".split())
WITH_FIRST_NAME = frozenset("sir dame sister sr brother father fr".split())
# What a last name of several words begins with: van der Berg, de la Cruz.
PARTICLES = frozenset("van von der den de del della di da du la le st bin ibn al el ter".split())
# No name of a person: greeted as it stands, School office.
PLACES = frozenset("school the office admin head headteacher principal reception enquiries".split())


def greeting(name: str) -> str:
    """The first name; with a title the title and the last name; the whole name where there is only an initial."""
    words = _in_order(name)
    titles = list(takewhile(_is_title, words))
    rest = words[len(titles) :]
    if not rest or any(map(_is_title, rest)):  # nothing but a title, or a couple
        return " ".join(words)
    if titles:
        title = _plain(titles[0]).capitalize()
        return f"{title} {_spelt(rest[0]) if _plain(titles[0]) in WITH_FIRST_NAME else _last_name(rest)}"
    is_whole = rest[0].lower() in PLACES or _is_initials(rest)
    return " ".join(words) if is_whole else _spelt(rest[0])


def _plain(word: str) -> str:
    return word.lower().strip(".")


def _is_title(word: str) -> bool:
    return _plain(word) in WITH_LAST_NAME | WITH_FIRST_NAME


def _in_order(name: str) -> list[str]:
    """Its words: `Smith, Jo` is Jo Smith; after a whole name's comma stands what somebody has passed."""
    before, _, after = name.partition(",")
    is_turned = len(before.split()) == 1 and after.strip()
    return f"{after} {before}".split() if is_turned else before.split()


def _last_name(words: list[str]) -> str:
    """The last word, with what belongs to it before; letters that somebody has after the name are left out."""
    kept = list(words)
    while len(kept) > 1 and len(kept[-1]) > 1 and kept[-1].isupper() and not kept[0].isupper():
        kept.pop()
    first = len(kept) - 1
    while first and _plain(kept[first - 1]) in PARTICLES:
        first -= 1
    return " ".join(_spelt(word) for word in kept[first:])


def _is_initials(words: list[str]) -> bool:
    """J Brown, J. Brown, JB Brown; but JO BROWN is a list in capitals."""
    letters = words[0].replace(".", "")
    is_short = len(letters) == 2 and letters.isupper() and not words[-1].isupper()
    return len(letters) == 1 or "." in words[0] or is_short


def _spelt(word: str) -> str:
    """As people are greeted, where a list has names in capitals."""
    return word.title() if len(word) > 1 and word.isupper() else word
