"""Which column of an uploaded sheet is what: where its headings stand, and what they mean."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from hubportal.dashboards.rules import first_records
from hubportal.dashboards.rules.kinds import Field, Kind
from hubportal.dashboards.rules.reading import Misread, day_within, read_year
from schools.rules import year_label

ROWS_LOOKED_AT = 20
# The columns that the portal itself adds to lines that it hands back.
LINE, TO_MEND = "Line of the first file", "What to mend"
ADDED = (LINE, TO_MEND)
_NOT_WORD = re.compile(r"[^a-z0-9£%]+")
# A school year written without anything between its two.
_YEAR_AT_ONCE = re.compile(r"\b(?:20|(?:ay|sy)(?:20)?)(\d{2})(?:20)?(\d{2})\b")
# Words of a heading that say nothing about what stands under it.
EMPTY_WORDS = frozenset({"the", "of", "a", "an", "please", "s", "enter", "required", "optional"})
# Words that make another thing of what they stand beside: the school's name is not the trust's.
OTHERWISE = frozenset({"trust", "mat", "previous", "former", "hub", "host", "parent", "chair", "emergency"})
# How well a heading fits that is what people write, to the word; and one that is so only without the group above it.
_TO_THE_WORD, _OWN = 10, 9.5
# A school year alone, and beside words of which nobody knows what they say.
_YEAR, _YEAR_BESIDE = 9, 8.5
_SCHOOL_YEAR = re.compile(r"\b(?:ay|sy)?(?:20)?(\d{2}) (?:20)?(\d{2})\b")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings stand: the first of their rows (from 0, among those looked at), and how many there are."""

    first: int
    rows: int
    texts: tuple[str, ...]


def heading_words(text: str) -> str:
    """A heading as it is compared."""
    return " ".join(word for word in _NOT_WORD.sub(" ", text.lower().replace("'s", "")).split() if word)


def find_headings(rows: Sequence[Sequence[str]], kind: Kind, schools: Container[str] = ()) -> Headings:
    """The row, or two rows, that name most columns of this kind of records; the first row where none does.

    :param schools: the names of schools that are known, folded: a row in which one stands is rather a record.
    """
    best, found = 0.0, Headings(0, 1, tuple(rows[0]) if rows else ())
    looked_at = range(min(len(rows), ROWS_LOOKED_AT + 1))
    # What a row holds that no heading is weighs as much as a column that is named to the word.
    records = [len(first_records.telling(rows, at, schools)) for at in looked_at]
    for first in range(min(len(rows), ROWS_LOOKED_AT)):
        for many in (1, 2):
            # A second row of headings has no days, figures or addresses in it: that would be the first record.
            if many == 2 and (first + 1 >= len(rows) or records[first + 1] or _is_record(rows, first + 1, kind)):
                continue
            texts, own = joined(rows[first : first + many]), rows[first + 1] if many == 2 else ()
            named = _weight(texts, kind, own) - records[first]
            if many == 2 and not _is_worth_two(texts, rows[first], kind, own):
                continue
            if named > best + (0.5 if many == 2 else 0):
                best, found = named, Headings(first, many, texts)
    return found


def _weight(texts: Sequence[str], kind: Kind, own: Sequence[str]) -> float:
    """How much a row looks like headings: how surely it names how many things, and how full it is."""
    found = guess(texts, kind, own=own)
    # What is written over several columns, as a merged cell is, names one thing.
    once = sorted({texts[at]: (at, key) for at, key in reversed(found.items())}.values())
    sure = {at: _fits(texts[at], _own(own, at), kind)[key] for at, key in once}
    # One year or day alone is rather a cell of the first record than a heading.
    by_heading = [at for at, key in once if kind.field(key).heading and sure[at] < _OWN]
    return sum(sure.values()) / 10 - sum(sure[at] for at in by_heading[:1]) / 10 + 0.1 * sum(map(bool, texts))


def _is_worth_two(texts: Sequence[str], upper: Sequence[str], kind: Kind, own: Sequence[str]) -> bool:
    """Whether two rows name so much more than the upper one that the lower one is not the first record."""
    gain = _named(texts, kind, own) - _named(joined([upper]), kind)
    said = [cell for cell in upper if cell]
    if len(set(said)) < 2:
        return False  # a title
    is_spread = len(set(said)) < len(said) or len(said) < len(texts)
    return gain >= (1 if is_spread else 2)


def _named(texts: Sequence[str], kind: Kind, own: Sequence[str] = ()) -> int:
    """How many things headings name; a cell that is merged over several columns names one."""
    return len({texts[at] for at in guess(texts, kind, own=own)})


def _is_record(rows: Sequence[Sequence[str]], at: int, kind: Kind) -> bool:
    """Whether a row is rather full of figures and addresses; several years or days in it head columns of their own.

    So it is where a column says the same in another row below.
    """
    said, others = [cell for cell in rows[at] if cell], [row for row in rows[at + 1 :] if row != rows[at]]
    if any(cell and any(row[column : column + 1] == [cell] for row in others) for column, cell in enumerate(rows[at])):
        return True
    heads = [cell for cell in said if any(one.heading and _fit(cell, one) for one in kind.fields)]
    figures = [cell for cell in said if any(one.isdigit() for one in cell) or "@" in cell]
    if len(heads) > 1:
        figures = [cell for cell in figures if cell not in heads]
    return len(figures) * 2 > len(said)


def joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The headings of one or two rows; of two that stand above each other both are read.

    A school year in the upper one goes for the columns beside it that have nothing there, as does what stands over
    several years: in a CSV no cell is merged.
    """
    width = max((len(row) for row in rows), default=0)
    if len(rows) == 2:
        rows = [_spread(*rows), rows[1]]
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    return tuple(" ".join(dict.fromkeys(part.strip() for part in column if part.strip())) for column in columns)


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The upper row of headings with each school year over all columns that are of it, and what is over such."""
    found, before = list[str](), ""
    for at in range(max(len(upper), len(lower))):
        said, below = (row[at].strip() if at < len(row) else "" for row in (upper, lower))
        before = said or before
        is_over = bool(below) and heading_year(before if heading_year(below) is None else below) is not None
        found.append(said or (before if is_over else ""))
    return found


def guess(
    texts: Sequence[str], kind: Kind, refused: Container[tuple[int, str]] = (), own: Sequence[str] = ()
) -> dict[int, str]:
    """What each column is, by its heading: the surest first, each thing once unless it may come several times.

    :param refused: which columns (from 0) are not what (the key of a field), whatever their heading says.
    :param own: of two rows the lower one: under a heading of several columns each says itself what it is.
    """
    scored = sorted(
        (
            (score, at, key)
            for at, text in enumerate(texts)
            if text and text not in ADDED
            for key, score in _fits(text, _own(own, at), kind).items()
            if (at, key) not in refused
        ),
        key=lambda entry: (-entry[0], entry[1]),
    )
    found: dict[int, str] = {}
    taken: set[tuple[str, int | None]] = set()
    for score, at, key in scored:
        one = kind.field(key)
        claim = key, year_of(texts[at]) if one.yearly or one.heading == "year" else None
        if at not in found and (claim not in taken or (one.many and score != _YEAR_BESIDE)):
            found[at] = key
            taken.add(claim)
    # What says no year is nothing where others of the same say theirs.
    of_years = {key for key, year in taken if kind.field(key).yearly and year is not None}
    found = {at: key for at, key in found.items() if key not in of_years or year_of(texts[at]) is not None}
    return dict(sorted(found.items()))


def _own(own: Sequence[str], at: int) -> str:
    """What the lower row says of a column."""
    return own[at] if at < len(own) else ""


def _fits(text: str, own: str, kind: Kind) -> dict[str, float]:
    """What a heading may name, with how well: its own words first, those of the group above only with them.

    “Year” under “Programme” is a year, “E-mail” under “Leader” the leader's; under “Headteacher” it is nobody's here.
    """
    if kind.has_years and year_of(text) is not None and (found := _fits_year(text, own, kind)):
        return found
    found = {one.key: _fit(text, one) for one in kind.fields}
    said = {one.key: _fit(own, one) for one in kind.fields if own != text and not _bars(text, one)}
    if any(said.values()):
        found = {key: fit if fit >= _TO_THE_WORD else min(said.get(key, 0), _OWN) for key, fit in found.items()}
    return {key: fit for key, fit in found.items() if fit}


def _fits_year(text: str, own: str, kind: Kind) -> dict[str, float]:
    """The same of a heading that names a school year: something of that year, else the programme in it."""
    beside = [rest for said in (own, text) if (rest := _SCHOOL_YEAR.sub(" ", heading_words(said)).strip())]
    score = _YEAR_BESIDE if beside else _YEAR
    for rest in beside:
        fits = {one.key: min(_fit(rest, one), _OWN) for one in kind.fields if not _bars(text, one)}
        programme = fits.get("programme", 0)
        of_year = {key: fit for key, fit in fits.items() if fit >= max(programme, 1) and kind.field(key).yearly}
        if of_year:
            return of_year
        if programme:
            score = _OWN
            break
    return {one.key: score for one in kind.fields if one.heading == "year" and heading_year(text) is not None}


def _bars(text: str, field: Field) -> bool:
    """Whether a heading has words that make another thing of a field."""
    return bool(set(heading_words(text).split()) & (OTHERWISE | field.unless))


def _fit(text: str, field: Field) -> float:
    """How well a heading names something, from nothing to 11."""
    if field.heading == "day":
        return 9 if heading_day(text) else 0
    if field.heading == "year":
        return _YEAR if heading_year(text) is not None else 0
    words = _one_email(heading_words(text))
    said = [word for word in words.split() if word not in EMPTY_WORDS and not (field.many and word.isdigit())]
    plain = " ".join(said)
    best = 0.0
    if words == _one_email(heading_words(field.label)):  # as the template has it
        return 11
    for one in map(_one_email, field.words):
        if plain == one:
            return _TO_THE_WORD
        wanted = set(one.split())
        extra = set(said) - wanted
        if wanted <= set(said) and not extra & (OTHERWISE | field.unless):
            best = max(best, 4 + 4 * len(wanted) / max(len(said), 1))
    return best if best > 5.3 else 0


def _one_email(words: str) -> str:
    """However an e-mail is written, it is one word."""
    return re.sub(r"\be mail", "email", words)


def heading_day(text: str) -> str:
    """The heading of a register's column for one meeting, which names its day, maybe without the year; else empty."""
    try:
        day_within(text, year=2000)
    except Misread:
        return ""
    return text


def heading_year(text: str) -> int | None:
    """The school year that a heading is, of a list with a column for each year; else None."""
    said = heading_words(text)
    return None if re.search(r"\b(?:date|amount|paid|£)\b", said) else _year_in(said)


def year_of(text: str) -> int | None:
    """The school year that a heading names somewhere, as 2022/23 Outcome does; else None."""
    return _year_in(heading_words(text))


def sheet_year(name: str) -> int | None:
    """The school year that a sheet is called after, as 2024-25, AY24_25, 202425 or Paid 2024 to 2025; else None."""
    return _year_in(_YEAR_AT_ONCE.sub(r"\1 \2", heading_words(name)).replace(" to ", " "))


def _year_in(said: str) -> int | None:
    match = _SCHOOL_YEAR.search(said)
    if match is None:
        return None
    try:
        return read_year(f"20{match[1]}/{match[2]}")
    except Misread:
        return None


def signature(texts: Sequence[str]) -> str:
    """What stands for these headings, in this order, when they come again."""
    added = {heading_words(one) for one in ADDED}
    said = [one for one in map(heading_words, texts) if one not in added]
    return blake2b("|".join(said).encode(), digest_size=16).hexdigest()


def constants_of(sheet: str, columns: Iterable[str], kind: Kind) -> dict[str, str]:
    """What the name of a sheet says of all its lines, as far as no column does: the school year."""
    year, asked = sheet_year(sheet), {one.key for one in kind.fields if one.constant}
    is_said = {"year", "by_year"} & {*columns}
    return {} if year is None or is_said or "year" not in asked else {"year": year_label(year)}


def missing(mapping: Mapping[int, str], constants: Mapping[str, str], kind: Kind) -> list[str]:
    """What a kind of records needs and no column or answer gives, in words."""
    given = {*mapping.values(), *(key for key, value in constants.items() if value)}
    return [words for keys, words in kind.needs if not given.intersection(keys)]


def given_twice(mapping: Mapping[int, str], texts: Sequence[str], kind: Kind) -> list[Field]:
    """What several columns claim to be and only one can be; of one school year, where their headings name such."""
    found = []
    for one in kind.fields:
        claims = [year_of(texts[at]) if one.yearly else None for at, key in mapping.items() if key == one.key]
        if not one.many and len(set(claims)) < len(claims):
            found.append(one)
    return found
