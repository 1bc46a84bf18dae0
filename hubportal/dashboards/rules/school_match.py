"""Finding a school by what people write of it: name, town, postcode, local authority. Pure, and fast for many rows.

Schools are looked up by their postcode, their tidied name and the rarest words of it; only those are compared.
"""

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from schools.rules import postcode_key, search_words

SURE, DOUBTFUL, NONE = "sure", "doubtful", "none"
MOST_CANDIDATES = 8
MOST_COMPARED = 500
# From which score on a school is shown as what may be meant; what a sure one has, and how far ahead of the next.
WORTH_SHOWING = 0.38
LIKELY, AHEAD = 0.97, 0.12
# What one has that is as likely, and never sure.
UNSURE = LIKELY - 0.01
# How far the hub's own are moved up among those that are shown.
OWN_FIRST = 0.2

_SHORT = {
    "pri": "primary", "prim": "primary", "jnr": "junior", "jr": "junior", "inf": "infant", "infants": "infant",
    "juniors": "junior", "sch": "school", "acad": "academy", "sec": "secondary", "comm": "community",
    "cep": "cofe primary", "cofep": "cofe primary", "ps": "primary school", "rcp": "catholic primary",
    "spec": "special", "nur": "nursery", "ss": "st", "sts": "saints",
    "c": "", "e": "", "of": "", "the": "", "and": "", "at": "", "in": "", "for": "", "a": "", "ltd": "", "mat": "",
    "va": "", "vc": "", "aided": "", "controlled": "", "voluntary": "",
}  # fmt: skip
# Words that most names have say little, however few schools are known, and people leave them out.
_COMMON = {
    **dict.fromkeys(("school", "church", "england"), 0.2),
    **dict.fromkeys(("primary", "community", "st"), 0.3),
    **dict.fromkeys(("academy", "college"), 0.4),
    **dict.fromkeys(("cofe", "catholic"), 0.8),
}
_WEAK = frozenset({"school", "church", "england"})
# Schools that stand side by side and differ in these words only.
_KINDS = frozenset("infant junior nursery primary secondary high grammar special first middle upper lower".split())
_RIVALS = (frozenset({"infant", "junior"}), frozenset({"primary", "secondary"}), frozenset({"primary", "high"}))
_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Known:
    """A school as the portal has it; ``successor`` is the one that took its place."""

    pk: int
    name: str
    town: str = ""
    postcode: str = ""
    la: str = ""
    is_own: bool = False
    is_open: bool = True
    successor: int | None = None
    phase_code: int = 0
    former_names: tuple[str, ...] = ()
    urn: int | None = None
    closed_on: date | None = None

    @property
    def in_full(self) -> str:
        """Its name and what tells it from others called alike."""
        number = f"URN {self.urn}" if self.urn else ""
        return ", ".join(part for part in (self.name, self.town, self.la, number) if part)


@dataclass(frozen=True, slots=True)
class Asked:
    """A school as a file has it."""

    name: str = ""
    town: str = ""
    postcode: str = ""
    la: str = ""

    @property
    def key(self) -> str:
        """What stands for it when it comes again."""
        parts = (" ".join(name_words(self.name)), *(_plain(one) for one in (self.town, self.la)))
        return "|".join((*parts, postcode_key(self.postcode)))[:300]


@dataclass(frozen=True, slots=True)
class Found:
    """What a school of a file is: for sure, one of several, or none that is known."""

    verdict: str
    pk: int | None = None
    candidates: tuple[int, ...] = ()
    # Other schools of the very name that was asked for.
    namesakes: tuple[int, ...] = ()


def name_words(name: str) -> tuple[str, ...]:
    """The words of a school's name, spelt one way and without those that say nothing."""
    words = (
        _SHORT.get(word, word) for word in search_words(_BRACKETS.sub(" ", name).replace("/", " ").replace("-", " "))
    )
    return tuple(word for words_of in words for word in words_of.split())


def is_like(name: str, known: Known, others: Iterable[Known] = ()) -> bool:
    """Whether a name has anything of a school's, of those it had before, or of its place; or says nothing itself.

    :param others: schools of which none may have more of it.
    """
    said = set(name_words(name)) - set(_COMMON) - _KINDS
    has = _shared(said, known)
    return not said or (has > 0 and all(_shared(said, one) <= has for one in others))


def _shared(said: Iterable[str], known: Known) -> int:
    """How many of these words stand in what a school is, or was, called and in its place."""
    has = {word for one in (known.name, *known.former_names, known.town) for word in name_words(one)}
    has -= set(_COMMON) | _KINDS
    return sum(bool(difflib.get_close_matches(word, has, n=1, cutoff=0.8)) for word in said)


def _letters(name: str) -> str:
    """A name to the letter; capitals and the shape of the apostrophe do not count."""
    return " ".join(name.casefold().replace("’", "'").split())


def _plain(text: str) -> str:
    return " ".join(search_words(text))


@dataclass(frozen=True, slots=True)
class _Entry:
    known: Known
    full: tuple[str, ...]
    words: frozenset[str]
    # What people leave out of the name: the town, and all behind a comma.
    spare: frozenset[str]
    town: str
    # The words of its town and authority that are not in its name.
    place: frozenset[str]
    postcode: str
    la: str


@dataclass
class Register:
    """All schools, to be asked for one after the other; the same question is answered once."""

    schools: Iterable[Known]
    _answers: dict[Asked, Found] = field(default_factory=dict)
    _weights: dict[frozenset[str], float] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[int, Known]:
        return {one.pk: one for one in self.schools}

    @cached_property
    def _entries(self) -> list[_Entry]:
        """Each school under its name, and under those that it had before."""
        return [_entry(one, name) for one in self._known.values() for name in (one.name, *one.former_names)]

    @cached_property
    def _by_word(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, entry in enumerate(self._entries):
            for word in entry.words:
                found[word].append(at)
        return found

    @cached_property
    def _by_postcode(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, entry in enumerate(self._entries):
            if entry.postcode:
                found[entry.postcode].append(at)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, list[_Entry]]:
        """Schools by what they are called today, to the letter."""
        today = {entry.known.pk: entry for entry in reversed(self._entries)}  # its first, under the name of today
        found: dict[str, list[_Entry]] = defaultdict(list)
        for pk, known in self._known.items():
            found[_letters(known.name)].append(today[pk])
        return found

    @cached_property
    def _before(self) -> Mapping[int, list[_Entry]]:
        """By school of today: those in whose place it stands."""
        found: dict[int, list[_Entry]] = defaultdict(list)
        for entry in self._entries:
            if entry.known.successor is not None:
                found[self.standing(entry.known.pk)].append(entry)
        return found

    @cached_property
    def _by_letter(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            found[word[0]].append(word)
        return found

    def __contains__(self, pk: object) -> bool:
        """Whether there is such a school."""
        return pk in self._known

    def known(self, pk: int) -> Known:
        """One of them."""
        return self._known[pk]

    def standing(self, pk: int) -> int:
        """The school that stands today in the place of one: the last of its successors."""
        seen = {pk}
        while (after := self._known[pk].successor) is not None and after in self._known and after not in seen:
            pk = after
            seen.add(pk)
        return pk

    def named(self, asked: Asked, pk: int) -> int:
        """Which one is named, where a school of today is meant: itself, or one in whose place it stands."""
        if not self._before.get(pk):
            return pk
        wanted, known = self._wanted(asked), self._known[pk]
        own = max(self._score(wanted, _entry(known, name)) for name in (known.name, *known.former_names))
        scores = [(self._score(wanted, entry), -entry.known.pk) for entry in self._before[pk]]
        best, other = max(scores)
        return -other if best > max(own, WORTH_SHOWING) else pk

    def find(self, asked: Asked) -> Found:
        """The school that is meant, or those that may be."""
        if asked not in self._answers:
            self._answers[asked] = self._find(asked)
        return self._answers[asked]

    def _find(self, asked: Asked) -> Found:
        wanted = self._wanted(asked)
        # With a postcode most are found at once; only the others are looked for by their names.
        ranked = self._ranked(wanted, self._by_postcode.get(wanted.postcode, ()) if wanted.postcode else ())
        if not ranked or ranked[0][1] < LIKELY:
            ranked = self._ranked(wanted, self._near(wanted))
        worth = [(pk, score + OWN_FIRST * self._known[pk].is_own) for pk, score in ranked]
        shown = tuple(pk for pk, _score in sorted(worth, key=lambda one: -one[1]))[:MOST_CANDIDATES]
        if not shown:
            return Found(NONE)
        exact = self._exact(wanted)
        own = {pk for pk in exact if self._known[pk].is_own}
        best, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0
        sure = own if len(own) == 1 else {ranked[0][0]} if best >= LIKELY and best - second >= AHEAD else set()
        if sure:
            return Found(SURE, min(sure), shown, tuple(sorted(exact - sure)))
        return Found(DOUBTFUL, None, shown)

    def _wanted(self, asked: Asked) -> _Entry:
        wanted = _entry(Known(0, asked.name, asked.town, asked.postcode, asked.la), asked.name)
        return replace(wanted, words=frozenset(self._spelt(word) for word in wanted.words))

    def _exact(self, wanted: _Entry) -> set[int]:
        """Schools of today that are called so to the letter, where nothing else that is asked for speaks against it."""
        called = self._by_name.get(_letters(wanted.known.name), ())
        return {self.standing(one.known.pk) for one in called if not _speaks_against(wanted, one)}

    def _ranked(self, wanted: _Entry, near: Iterable[int]) -> list[tuple[int, float]]:
        """Schools of today that are worth showing with their scores, the likeliest first."""
        scores: dict[int, float] = {}
        for entry in map(self._entries.__getitem__, near):
            score = self._score(wanted, entry)
            if score >= WORTH_SHOWING:
                today = self.standing(entry.known.pk)
                scores[today] = max(scores.get(today, 0), score)
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))

    def _near(self, wanted: _Entry) -> set[int]:
        """Those with the same postcode, and those that share the rarest words."""
        found = set(self._by_postcode.get(wanted.postcode, ())) if wanted.postcode else set()
        lists = sorted((self._by_word.get(word, []) for word in wanted.words), key=len)
        lists = [one for one in lists if one]
        for at, one in enumerate(lists[:3]):
            if at and len(found) + len(one) > MOST_COMPARED:
                break
            found.update(one if len(one) <= MOST_COMPARED else self._narrowed(one, lists, wanted))
        return found

    def _narrowed(self, one: list[int], lists: list[list[int]], wanted: _Entry) -> set[int]:
        """Of a word that very many names have: those that have the other words too, or are in the same place."""
        both = set(one)
        for other in lists:
            both &= set(other)
        here = {at for at in one if wanted.town and self._entries[at].town == wanted.town}
        return both | here

    def _spelt(self, word: str) -> str:
        """A word as some school has it: the nearest, where no name has the very word."""
        if word in self._by_word or len(word) < 4:
            return word
        near = [one for one in self._by_letter.get(word[0], ()) if abs(len(one) - len(word)) <= 2]
        return next(iter(difflib.get_close_matches(word, near, n=1, cutoff=0.8)), word)

    def _score(self, wanted: _Entry, entry: _Entry) -> float:
        """How likely a school is meant: from ``LIKELY`` on it is, where no other is as likely."""
        spare = entry.spare - wanted.words
        has = entry.words - spare
        is_same = bool(wanted.words) and wanted.words ^ has <= _WEAK
        score = 0.95 if is_same else self._likeness(wanted, has, entry) if wanted.words else 0.0
        if wanted.postcode and entry.postcode:
            same = wanted.postcode == entry.postcode
            is_near = wanted.postcode[:-3] == entry.postcode[:-3]
            score += (0.55 if score >= 0.25 else 0.35) if same else 0.1 if is_near else -0.25
        score += _agree(wanted.town, entry.town, 0.2, -0.1) + _agree(wanted.la, entry.la, 0.15, -0.25)
        if entry.known.is_own:  # one's own, called so to the letter, before all that are called alike
            score += 0.26 if wanted.words == has and wanted.full == _without(spare, entry.full) else 0.13
        score -= 0 if entry.known.is_open or entry.known.successor else 0.05
        if score <= UNSURE:
            return score
        # Another town, or less than the full name, is never sure, unless the postcode is the same.
        is_doubtful = _is_elsewhere(wanted, entry) or (not is_same and not _is_in_full(wanted, has, entry))
        return UNSURE if is_doubtful else score

    def _likeness(self, wanted: _Entry, has: frozenset[str], entry: _Entry) -> float:
        """How alike two names are, 0 to 0.9: rare words count more; the town may stand in the name."""
        asked = wanted.words - entry.place
        in_both = self._weigh(asked & has)
        alike = in_both / (self._weigh(asked) + self._weigh(has) - in_both) if in_both else 0
        return alike * (0.54 if _are_rivals(asked & _KINDS, has & _KINDS) else 0.9)

    def _weigh(self, words: frozenset[str]) -> float:
        """What words count together; the same are asked for again and again."""
        if words not in self._weights:
            self._weights[words] = sum(map(self._rarity, sorted(words)))
        return self._weights[words]

    def _rarity(self, word: str) -> float:
        usual = _COMMON.get(word)
        return usual or math.log((len(self._entries) + 1) / (len(self._by_word.get(word, ())) + 1)) + 1


def _are_rivals(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two schools are of kinds that stand side by side."""
    return bool(one and other) and not one & other and any(len(rivals & (one | other)) == 2 for rivals in _RIVALS)


def _entry(known: Known, name: str) -> _Entry:
    full, town, la = name_words(name), _plain(known.town), _plain(known.la)
    said, _, behind = name.partition(",")
    spare = frozenset(name_words(behind)) - frozenset(name_words(said)) | frozenset(town.split())
    place = frozenset((*town.split(), *la.split())) - frozenset(full)
    return _Entry(known, full, frozenset(full), spare, town, place, postcode_key(known.postcode), la)


def _without(spare: frozenset[str], full: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in full if word not in spare)


def _is_in_full(wanted: _Entry, has: frozenset[str], entry: _Entry) -> bool:
    """Whether a name is the full one, but for where the school is, or the postcode says that it is meant."""
    if wanted.postcode and wanted.postcode == entry.postcode:
        return True
    return (wanted.words - entry.place) ^ has <= _WEAK


def _is_elsewhere(wanted: _Entry, entry: _Entry) -> bool:
    """Whether the town that is asked for is another one: then it is never sure, unless the postcode is the same."""
    if not wanted.town or not entry.town or wanted.town in (entry.town, entry.la):
        return False
    is_there = wanted.town in entry.town or entry.town in wanted.town or set(wanted.town.split()) <= entry.words
    return not is_there and not (wanted.postcode and wanted.postcode == entry.postcode)


def _speaks_against(wanted: _Entry, entry: _Entry) -> bool:
    """Whether the place that is asked for is another one."""
    is_other_post = bool(wanted.postcode and entry.postcode) and wanted.postcode != entry.postcode
    return is_other_post or _is_elsewhere(wanted, entry) or _agree(wanted.la, entry.la, 0, -1) < 0


def _agree(wanted: str, has: str, gain: float, loss: float) -> float:
    if not wanted or not has:
        return 0
    return gain if wanted == has or wanted in has or has in wanted else loss
