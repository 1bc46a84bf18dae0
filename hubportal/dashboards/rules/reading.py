"""Reading what people type into cells: days, money, school years, addresses. Text in, values out, or why not."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from schools.rules import academic_year, year_label


class Misread(Exception):
    """A cell that cannot be read, said in words for people."""


class LeftOut(Misread):
    """What somebody has said to leave out: there is nothing to mend."""


class YearUnsaid(Misread):
    """A day without its year; ``text`` is how it was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” does not say which year. Write the date in full, as 12/01/2027.")
        self.text = text


MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
PAID_BACK = (
    "“{}” is money that came back: repayments and credit notes are not brought in. Take the amount off the payment "
    "that it belongs to, and leave this line out."
)
TWO_AMOUNTS = "“{}” may mean £{:,.2f} or £{:,.2f}. Write it as 1000 or 1,000.00."
FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST_NUMBER = 12  # figures before the point
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}).*)?")
_FIGURES = re.compile(r"(\d{1,2})[/.\-\\ ](\d{1,2})[/.\-\\ ](\d{4}|\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-/.]*([a-z]+)\.?,?[ \-/.]*(\d{4}|\d{2})?")
_AMERICAN = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?\.?,? +")
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
# Figures with commas between thousands; and those that have a point there, or before a third decimal.
_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_POINT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
CLOCK = re.compile(r"[ ,]+(?:at )?(\d{1,2}[:.]\d{2}(?::\d{2})?( ?[ap]m)?|\d{1,2} ?[ap]m)$")
_YEARS = re.compile(r"(?:ay|sy|year|academic year|school year)? ?(\d{4}|\d{2}) ?[/\-–—\\ ] ?(?:20)?(\d{2})")
EMAIL = re.compile(r"[^@\s<>;,:\"()]+@[^@\s<>;,:\"()]+\.[^@\s<>;,:\"().]{2,}")
# As the forms take one, in plain letters: no dot at an end or beside another, and each part of a domain as it may be.
_WRITABLE = re.compile(
    r"[-!#$%&'*+/=?^_`{}|~0-9a-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9a-z]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z](?:[a-z-]{0,61}[a-z])|xn--[a-z0-9]{1,59})"
)
# Within a domain a comma (jo@hill.sch,uk), or a space before a dot (jo@hill.sch .uk): what is left looks like one.
_CUT_SHORT = re.compile(r"@[^@\s<>;,]*,[^@\s<>;,]|@\S+\s+\.\w")
# Words before an address with no more than a space or comma between (no bracket, quote, colon, dash or the like): a
# name (Jo Hill jo@hill.sch.uk), or the beginning of the address itself (jo hill@hill.sch.uk), which nobody can tell.
_WORDS_BEFORE = re.compile(r"[^\s<([:;\"'/|–—-][\s,]+[^@\s<>;,:\"()]+@")
_SUM = re.compile(
    r"(?:(?:grand|sub|overall)[ \-]?)?(?:total|totals|sum)(?: (?:present|attended|attending|paid))?[\s:=\d.,£]*",
    re.IGNORECASE,
)
SPLIT = re.compile(r"\s*[;\n|]\s*")


def read_day(text: str, *, from_1904: bool = False, year: int | None = None) -> date:
    """A day as people write it in Britain: 12/01/2027, 12 Jan 27, Tues 12th January 2027; a spreadsheet's number too.

    :param from_1904: whether numbers count from 1904.
    :param year: the school year that a day without its year belongs to.
    :raises Misread: for anything else.
    """
    said = " ".join(text.lower().replace(",", ", ").split())
    said = CLOCK.sub("", _WEEKDAY.sub("", said))
    for pattern, read in ((ISO, _iso), (_FIGURES, _figures), (_WORDS, _words), (_AMERICAN, _american)):
        match = pattern.fullmatch(said)
        if match:
            if pattern is _WORDS and year is None and not match[3] and match[2] in MONTHS:
                raise YearUnsaid(text)
            return _within(read(match, year), text)
    if _SERIAL.fullmatch(said):
        return _within(_serial(float(said), from_1904), text)
    raise Misread(f"“{text}” is not a date. Write it as 12/01/2027.")


_IN_TEXT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}(?: \d{4}| \d{2}(?!\d))?"
)


def day_within(text: str, *, year: int | None = None) -> date:
    """The day that a text names somewhere, as a heading does: Meeting 2, 21/01/2027.

    :raises Misread: where it names none.
    """
    try:
        return read_day(text, year=year)
    except Misread as problem:
        why = problem
        for part in _IN_TEXT.findall(" ".join(text.lower().split())):
            try:
                return read_day(part, year=year)
            except YearUnsaid as unsaid:
                why = unsaid
            except Misread:
                continue
        raise why from problem


def lacks_year(text: str) -> bool:
    """Whether a text names a day, but not the year that it is of."""
    try:
        day_within(text)
    except Misread as problem:
        return isinstance(problem, YearUnsaid)
    return False


def _iso(match: re.Match[str], _year: int | None) -> tuple[int, int, int]:
    return int(match[1]), int(match[2]), int(match[3])


def _figures(match: re.Match[str], _year: int | None) -> tuple[int, int, int]:
    return _full_year(match[3]), int(match[2]), int(match[1])


def _american(match: re.Match[str], _year: int | None) -> tuple[int, int, int]:
    return int(match[3]), MONTHS.get(match[1], 0), int(match[2])


def _words(match: re.Match[str], year: int | None) -> tuple[int, int, int]:
    month = MONTHS.get(match[2], 0)
    if match[3]:
        return _full_year(match[3]), month, int(match[1])
    starts = year or FIRST_YEAR  # where no year is known, there is no such month either
    return (starts if month >= 9 else starts + 1), month, int(match[1])


def _serial(days: float, from_1904: bool) -> tuple[int, int, int]:
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    found = start + timedelta(days=int(days))
    return found.year, found.month, found.day


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _within(parts: tuple[int, int, int], text: str) -> date:
    year, month, day = parts
    try:
        found = date(year, month, day)
    except ValueError as problem:
        raise Misread(f"There is no such date as “{text}”. Write the day first: 12/01/2027.") from problem
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Misread(f"“{text}” is a date of {found.year}. Check the year.")
    return found


def in_full(day: date) -> str:
    """A day as the portal writes it, so that people see how it was read."""
    return f"{day.day} {day:%B %Y}"


def read_money(text: str) -> Decimal:
    """Pounds and pence: £1,000, 1000.00, 1k is none, and neither is 1.000,00.

    :raises Misread: for what is no amount above nothing, or may mean two.
    """
    plain = text.replace("£", "").replace("GBP", "").replace("−", "-").strip()
    if plain.startswith("(") and plain.endswith(")"):  # as accounts write what goes back
        plain = f"-{plain[1:-1]}"
    try:
        found = _finite(plain.replace(",", "")).quantize(Decimal("0.01"))
        if found > 0 and (_POINT.fullmatch(plain) or ("," in plain and not _COMMAS.fullmatch(plain))):
            # Elsewhere the point stands between thousands and the comma before what is less than one.
            other = _finite(plain.replace(".", "").replace(",", ".")).quantize(Decimal("0.01"))
            less, more = sorted((found, other))
            raise Misread(TWO_AMOUNTS.format(text, less, more))
    except InvalidOperation as problem:
        raise Misread(f"“{text}” is not an amount of money. Write it as 1000 or 1,000.00.") from problem
    if found < 0:
        raise Misread(PAID_BACK.format(text))
    if not 0 < found < 10_000_000:
        raise Misread(f"“{text}” cannot be what was paid. Write the amount in pounds.")
    return found


def _finite(plain: str) -> Decimal:
    """:raises InvalidOperation: for what is no number, and for words that only computers take for one, as “nan”."""
    found = Decimal(plain)
    if not found.is_finite() or found.adjusted() > LONGEST_NUMBER:
        raise InvalidOperation
    return found


def read_half_days(text: str) -> int:
    """How long something was, in half-days: 0.5 days is 1, a day is 2.

    :raises Misread: for what is neither half nor whole days.
    """
    said = text.lower().strip()
    if "half" in said and "days" not in said:
        return 1
    plain = re.sub(r"\s*days?$", "", said)
    plain = {"full": "1", "full day": "1", "one": "1", "two": "2", "am": "0.5", "pm": "0.5"}.get(plain, plain)
    try:
        halves = _finite(plain) * 2
    except InvalidOperation as problem:
        raise Misread(f"“{text}” is not a length in days. Write 0.5 or 1.") from problem
    if not 1 <= halves <= 8 or halves != int(halves):
        raise Misread(f"“{text}” is not a length in half or whole days.")
    return int(halves)


def read_year(text: str) -> int:
    """The calendar year in which a school year starts: 2021/22, 2021-2022, 21/22; a day says its school year too.

    :raises Misread: for one year alone, which may mean either, and for anything else.
    """
    said = " ".join(text.lower().split())
    match = _YEARS.fullmatch(said)
    if match and (_full_year(match[1]) + 1) % 100 == int(match[2]):
        year = _full_year(match[1])
    elif re.fullmatch(r"\d{4}", said):
        first, second = year_label(int(said) - 1), year_label(int(said))
        raise Misread(f"“{text}” may mean {first} or {second}. Write the school year in full.")
    else:
        try:
            year = academic_year(read_day(text))
        except Misread as problem:
            raise Misread(f"“{text}” is not a school year. Write it as 2021/22.") from problem
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Misread(f"“{text}” is not a school year that can be meant.")
    return year


def read_email(text: str) -> str:
    """An address, also as a mail program writes it, Jo Hill <jo@…>, or as a link.

    :raises Misread: for several addresses, or none.
    """
    found = EMAIL.findall(text.replace("mailto:", ""))
    if len(found) != 1:
        why = "holds more than one e-mail address" if found else "is not an e-mail address"
        raise Misread(f"“{text}” {why}.")
    if _CUT_SHORT.search(text):
        raise Misread(f"“{text}” is not an e-mail address: there is a comma or a space in it.")
    if _WORDS_BEFORE.search(text):
        raise Misread(
            f"“{text}” is not an e-mail address alone: words stand before it. Put a name into a column of its own; "
            "take out a space or comma that stands within the address."
        )
    address = str(found[0]).strip(".'").lower()
    if len(address) > 254 or not _WRITABLE.fullmatch(address):
        raise Misread(f"“{text}” is not an e-mail address that can be written to.")
    return address


# What stands where nobody is named yet.
NOBODY = frozenset({"tbc", "tba", "tbn", "n/a", "na", "none", "-", "?", "to be named", "to be confirmed", "vacant"})


def shortened(text: str, longest: int) -> str:
    """The text, where it is no longer than the portal keeps.

    :raises Misread: where it is.
    """
    if len(text) > longest:
        raise Misread(f"“{text[:40]}…” is too long: at most {longest} characters are kept.")
    return text


def read_trn(text: str) -> str:
    """A teacher reference number of seven figures, however they are grouped; noughts that a spreadsheet took come back.

    :raises Misread: for anything else.
    """
    plain = re.sub(r"[^0-9]", "", text.removesuffix(".0"))
    if not 6 <= len(plain) <= 7:
        raise Misread(f"“{text}” is not a teacher reference number, which has seven figures.")
    return plain.zfill(7)


def read_phone(text: str) -> str:
    """A telephone number as it is kept; the nought that a spreadsheet took of an English one comes back.

    :raises Misread: for what is longer than any.
    """
    is_short = re.fullmatch(r"[1-35789]\d{9}", re.sub(r"[ ()\-]", "", text))
    return shortened(f"0{text}" if is_short and not text.startswith("(") else text, 30)


def is_sum(text: str) -> bool:
    """Whether a cell that names a school or somebody is the word before a sum: Total, Subtotals, Sum: 12."""
    return bool(_SUM.fullmatch(text.strip()))


def folded(text: str) -> str:
    """A word as it is compared: small letters, single spaces, no full stops at its end."""
    return " ".join(text.casefold().replace("_", " ").split()).strip(" .:*")
