"""What of a sheet with a column for each school year belongs to which of them, and what cannot be told of it."""

from collections.abc import Mapping, Sequence

from hubportal.core.sheets.lines import column_name
from hubportal.dashboards.rules.headings import heading_words, heading_year, year_of
from hubportal.dashboards.rules.kinds import Field, Kind
from schools.rules import year_label

NO_YEAR = (
    "Column {column}, “{heading}”, is said to be of one school year, but its heading names none. Let it say its year, "
    "as 2022/23, or choose what the column is otherwise."
)
MIXED = (
    "{columns}: some of what is “{label}” names its school year, and {without} names none. Let the heading of each say "
    "its year, as 2022/23 {label}, or leave out what is not meant."
)
SEVERAL = (
    "{columns} have the same heading, and the lines have several school years: which is of which cannot be told. Let "
    "the heading of each say its year, as 2022/23 {label}, and upload the file again; or leave all of them out."
)
OF_NO_YEAR = (
    "Column {column}, “{heading}”, is of {year}, but no column says what the school did then. Choose the one of the "
    "programme in {year}, or leave this one out."
)


def problem(columns: Mapping[int, str], texts: Sequence[str], kind: Kind) -> str:
    """Why it cannot be told to which school year something belongs; empty where it can."""
    years = _years(columns, texts, kind)
    if None in years.values():
        at = next(at for at, year in years.items() if year is None)
        return NO_YEAR.format(column=column_name(at), heading=texts[at])
    found = (_problem(one, columns, texts, {*years.values()}) for one in kind.fields if years and one.yearly)
    return next(filter(None, found), "")


def _problem(one: Field, columns: Mapping[int, str], texts: Sequence[str], years: set[int | None]) -> str:
    mine = [at for at, key in sorted(columns.items()) if key == one.key]
    named = {at: year for at in mine if (year := year_of(texts[at])) is not None}
    bare = [at for at in mine if at not in named]
    if named and bare:
        return MIXED.format(columns=_called(mine), label=one.label, without=_called(bare).replace("C", "c", 1))
    for at, year in named.items():
        if year not in years:
            return OF_NO_YEAR.format(column=column_name(at), heading=texts[at], year=year_label(year))
    if bare and len(years) > 1 and not one.many and (plain := _plain(texts[bare[0]])):
        alike = [at for at, text in enumerate(texts) if at not in columns and _plain(text) == plain]
        if alike:
            return SEVERAL.format(columns=_called(sorted([*bare, *alike])), label=one.label)
    return ""


def unsaid(columns: Mapping[int, str], texts: Sequence[str], one: Field, kind: Kind) -> list[str]:
    """The school years of which no column says something that others say of theirs."""
    said = {year_of(texts[at]) for at, key in columns.items() if key == one.key and one.yearly} - {None}
    left = {year for year in _years(columns, texts, kind).values() if year is not None and said} - said
    return [year_label(year) for year in sorted(left)]


def _years(columns: Mapping[int, str], texts: Sequence[str], kind: Kind) -> dict[int, int | None]:
    """The columns of one school year each, with the year that the heading names, if any."""
    mine = (at for at, key in sorted(columns.items()) if kind.field(key).heading == "year")
    return {at: heading_year(texts[at]) for at in mine}


def _called(columns: Sequence[int]) -> str:
    names = [column_name(at) for at in columns]
    return f"Column {names[0]}" if len(names) == 1 else f"Columns {', '.join(names[:-1])} and {names[-1]}"


def _plain(text: str) -> str:
    return " ".join(word for word in heading_words(text).split() if not word.isdigit())
