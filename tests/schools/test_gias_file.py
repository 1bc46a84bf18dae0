"""GIAS files are read as they come: encodings, damage, odd values, line numbers."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schools.adapters.fictional import Area, fictional_file
from schools.adapters.gias import GiasFile, Rejected, Same, SchoolRow, read_schools
from schools.adapters.gias_table import UnreadableFile

AREAS = (Area("931", "Oxfordshire", "J", "South East"), Area("855", "Leicestershire", "E", "East Midlands"))
MINIMAL = {
    "URN": "100000",
    "EstablishmentName": "Hill School",
    "LA (code)": "931",
    "EstablishmentStatus (code)": "1",
    "PhaseOfEducation (code)": "2",
}


def opened(data: bytes) -> GiasFile:
    return read_schools(io.BytesIO(data))


def table(*rows: dict[str, str], encoding: str = "cp1252", end: str = "\r\n", quoting: Any = csv.QUOTE_ALL) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), quoting=quoting, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def only_row(**cells: str) -> Any:
    return next(opened(table(MINIMAL | cells)).rows())


def reason_for(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as problem:
        list(opened(data).rows())
    return str(problem.value)


def test_file_of_139_columns_is_read_whole() -> None:
    data = fictional_file(200, AREAS)

    rows = list(opened(data).rows())

    assert [type(row) for row in rows] == [SchoolRow] * 200
    assert data.split(b"\r\n")[0].count(b",") == 138


def test_row_facts_are_typed() -> None:
    cells = MINIMAL | {
        "LA (name)": "Oxfordshire",
        "EstablishmentNumber": "0042",
        "TypeOfEstablishment (code)": "02",
        "TypeOfEstablishment (name)": "Voluntary aided school",
        "EstablishmentTypeGroup (code)": "4",
        "PhaseOfEducation (code)": "02",
        "StatutoryLowAge": "4",
        "StatutoryHighAge": "11",
        "Gender (name)": "Mixed",
        "NumberOfPupils": "210",
        "PercentageFSM": "12.3",
        "TrustSchoolFlag (code)": "3",
        "Trusts (code)": "5143",
        "Trusts (name)": "LANTERN TRUST",
        "HeadTitle (name)": "Ms",
        "HeadFirstName": "Zoë",
        "HeadLastName": "O’Farrell",
        "Street": "1 Kiln\r\nRoad",
        "Locality": "Upper End",
        "Address3": "Lower Side",
        "Town": "Quenby Vale",
        "County (name)": "Oxfordshire",
        "Postcode": "ac41aa",
        "SchoolWebsite": "www.hill.example",
        "TelephoneNum": "01632960001",
        "GOR (code)": "J",
        "GOR (name)": "South East",
        "UrbanRural (name)": "Urban",
        "Easting": "451000",
        "Northing": "206000",
        "OpenDate": "01-09-1999",
        "CloseDate": "",
    }

    row = next(opened(table(cells)).rows())

    assert isinstance(row, SchoolRow)
    assert row == SchoolRow(
        urn=100000,
        name="Hill School",
        la_code="931",
        la_name="Oxfordshire",
        establishment_number=42,
        type_code="2",
        type_name="Voluntary aided school",
        type_group_code="4",
        gias_status=1,
        phase_code=2,
        low_age=4,
        high_age=11,
        gender="Mixed",
        pupils=210,
        fsm_percent=Decimal("12.3"),
        trust_code="5143",
        trust_name="LANTERN TRUST",
        trust_flag="3",
        head_name="Ms Zoë O’Farrell",
        street="1 Kiln Road",
        locality="Upper End, Lower Side",
        town="Quenby Vale",
        county="Oxfordshire",
        postcode="AC4 1AA",
        website="http://www.hill.example",
        telephone="01632960001",
        region_code="J",
        region_name="South East",
        urban_rural="Urban",
        easting=451000,
        northing=206000,
        opened_on=date(1999, 9, 1),
        closed_on=None,
        line=2,
        row_hash=row.row_hash,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_encoding_is_recognised(encoding: str) -> None:
    name = "St Hilda’s – Müller £ Fenchester"

    rows = list(opened(table(MINIMAL | {"EstablishmentName": name}, encoding=encoding)).rows())

    assert [row.name for row in rows if isinstance(row, SchoolRow)] == [name]


def test_encoding_makes_no_other_hash() -> None:
    files = [table(MINIMAL | {"EstablishmentName": "St Hilda’s"}, encoding=code) for code in ("cp1252", "utf-8-sig")]

    hashes = {row.row_hash for data in files for row in opened(data).rows() if isinstance(row, SchoolRow)}

    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("encoding", "letters", "broken"),
    [("utf-8", "é’ü", b"\xff"), ("cp1252", "é", b"\x81")],
)
def test_row_with_stray_byte_is_rejected_and_the_rest_read(encoding: str, letters: str, broken: bytes) -> None:
    good = MINIMAL | {"EstablishmentName": letters}
    data = table(
        good, MINIMAL | {"URN": "100001", "EstablishmentName": "@@"}, good | {"URN": "100002"}, encoding=encoding
    )

    rows = list(opened(data.replace(b"@@", broken)).rows())

    assert [row.name if isinstance(row, SchoolRow) else type(row) for row in rows] == [letters, Rejected, letters]


def test_only_needed_columns_are_enough() -> None:
    row = only_row()

    assert (row.name, row.pupils, row.town, row.opened_on) == ("Hill School", None, "", None)
    assert opened(table(MINIMAL)).fields == ("urn", "name", "la_code", "gias_status", "phase_code")


def test_columns_are_found_by_name_in_any_order() -> None:
    cells = dict(reversed((MINIMAL | {"Surprise": "1", "Town": "Fenchester"}).items()))

    row = next(opened(table(cells)).rows())

    assert isinstance(row, SchoolRow)
    assert (row.urn, row.town) == (100000, "Fenchester")


def test_status_and_phase_may_come_as_names() -> None:
    cells = {name: value for name, value in MINIMAL.items() if "Status" not in name and "Phase" not in name}
    cells |= {"EstablishmentStatus (name)": "Open, but proposed to close", "PhaseOfEducation (name)": "All-through"}

    row = next(opened(table(cells)).rows())

    assert isinstance(row, SchoolRow)
    assert (row.gias_status, row.phase_code) == (3, 7)


@pytest.mark.parametrize("column", list(MINIMAL))
def test_file_without_a_needed_column_is_refused(column: str) -> None:
    cells = {name: value for name, value in MINIMAL.items() if name != column}

    assert reason_for(table(cells)) == f"The file lacks the column {column}."


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("edubasealldata.csv", table(MINIMAL))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\r\n \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (table(MINIMAL, encoding="utf-16"), "is in UTF-16"),
        (table(MINIMAL, encoding="utf-16-le"), "has NUL bytes (first on line 1)"),
        (table(MINIMAL).replace(b"Hill", b"Hi\x00l"), "has NUL bytes (first on line 2)"),
        (zipped(), "is a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"<!DOCTYPE html><html><p>Sorry</p></html>", "is a web page"),
        (b'{"schools": []}', "is not a GIAS file"),
        (b"Dear all, please find the schools below.\n", "is not a GIAS file"),
        (bytes(range(1, 256)) * 40, "is not"),
        (table(MINIMAL).split(b"\r\n")[0] + b"\r\n", "has no rows below them"),
        (table(MINIMAL).replace(b",", b";"), "separated by commas"),
        (table(MINIMAL).replace(b'"LA (code)"', b'"URN"'), "lacks the column LA (code)"),
        (table(MINIMAL | {"x": "1"}).replace(b'"x"', b'"URN"'), "Two columns are called URN"),
    ],
)
def test_other_files_are_refused_in_plain_words(data: bytes, words: str) -> None:
    assert words in reason_for(data)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(UnreadableFile, match="cannot be opened"):
            read_schools(path)


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_download_broken_off_anywhere_in_its_last_row_is_refused(quoting: int) -> None:
    last = MINIMAL | {"URN": "100001", "Town": "Fenchester", "Remark": "Nothing"}
    data = table(last | {"URN": "100000"}, last, quoting=quoting)
    start = data.index(b"100001") + (1 if quoting == csv.QUOTE_MINIMAL else 0)
    # Without quotes a cut inside the very last value leaves a whole row.
    end = len(data) - (3 if quoting == csv.QUOTE_ALL else len(b"Nothing\r\n"))

    refused = ["cut short" in reason_for(data[:cut]) for cut in range(start, end)]

    assert refused == [True] * len(refused)


def test_short_last_row_is_refused_even_with_a_line_end() -> None:
    data = table(MINIMAL) + b'"100001","Green School"\r\n'

    assert "line 3 has 2 columns where the header has 5" in reason_for(data)


def test_last_row_needs_no_line_end() -> None:
    rows = list(opened(table(MINIMAL).rstrip(b"\r\n")).rows())

    assert [type(row) for row in rows] == [SchoolRow]


def test_rejected_row_has_its_line_as_an_editor_shows_it() -> None:
    data = table(
        MINIMAL | {"EstablishmentName": "Hill\r\nSchool\n(old)"},
        MINIMAL | {"URN": "twelve"},
        MINIMAL | {"URN": "100002"},
    )

    rows = list(opened(data).rows())

    assert [(type(row), row.line) for row in rows] == [(SchoolRow, 2), (Rejected, 5), (SchoolRow, 6)]
    assert rows[1] == Rejected(5, "twelve", "URN is not a number of up to seven digits: “twelve”")


def test_blank_lines_are_passed_over() -> None:
    header, row = table(MINIMAL).split(b"\r\n")[:2]

    rows = list(opened(b"\r\n".join((header, b"", row, b"", b"  ", b""))).rows())

    assert [(type(row), row.line) for row in rows] == [(SchoolRow, 3)]


def test_rows_of_another_width_and_broken_quotes_are_rejected() -> None:
    header, first, last = table(MINIMAL, MINIMAL | {"URN": "100009"}).split(b"\r\n")[:3]
    lines = (
        header,
        first,
        b'"100001","Short"',
        first.replace(b"100000", b"100002") + b',"x"',
        b'"100003","a"b',
        last,
        b"",
    )

    rows = list(opened(b"\r\n".join(lines)).rows())

    assert [type(row) for row in rows] == [SchoolRow, Rejected, Rejected, Rejected, SchoolRow]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6]


def test_second_row_of_a_urn_is_rejected() -> None:
    rows = list(opened(table(MINIMAL, MINIMAL | {"URN": "0100000"})).rows())

    assert rows[1] == Rejected(3, "0100000", "URN 100000 is already on line 2 of this file")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("URN", "", "URN is missing"),
        ("URN", "0", "URN is not a number of up to seven digits: “0”"),
        ("URN", "-1", "URN is not a number of up to seven digits: “-1”"),
        ("URN", "١٢٣٤٥٦", "URN is not a number of up to seven digits: “١٢٣٤٥٦”"),
        ("URN", "9" * 6000, f"URN is not a number of up to seven digits: “{'9' * 30}…”"),
        ("EstablishmentName", " ", "EstablishmentName is missing"),
        ("EstablishmentName", "x" * 201, f"EstablishmentName is longer than 200 characters: “{'x' * 30}…”"),
        ("LA (code)", "", "LA (code) is missing"),
        ("LA (code)", "Oxon", "LA (code) is not a number of three digits: “Oxon”"),
        ("LA (code)", "9999", "LA (code) is not a number of three digits: “9999”"),
        ("EstablishmentStatus (code)", "9", "EstablishmentStatus (code) is none of the known codes: “9”"),
        ("EstablishmentStatus (code)", "", "EstablishmentStatus (code) is missing"),
        ("PhaseOfEducation (code)", "8", "PhaseOfEducation (code) is none of the known codes: “8”"),
        ("StatutoryLowAge", "four", "StatutoryLowAge is not a number from 0 to 99: “four”"),
        ("NumberOfPupils", "1e9", "NumberOfPupils is not a number from 0 to 50000: “1e9”"),
        ("NumberOfPupils", "99999999999", "NumberOfPupils is not a number from 0 to 50000: “99999999999”"),
        ("PercentageFSM", "120", "PercentageFSM is not a percentage from 0 to 100: “120”"),
        ("PercentageFSM", "NaN", "PercentageFSM is not a percentage from 0 to 100: “NaN”"),
        ("OpenDate", "31-02-2020", "OpenDate is not a date like 31-12-2026: “31-02-2020”"),
        ("OpenDate", "2020-02-01", "OpenDate is not a date like 31-12-2026: “2020-02-01”"),
        ("TypeOfEstablishment (code)", "Community", "TypeOfEstablishment (code) is not a code: “Community”"),
        ("Easting", "-5", "Easting is not a number from 0 to 800000: “-5”"),
        ("Postcode", "NOT A PC", "Postcode is not a postcode: “NOT A PC”"),
        (
            "Town",
            "Orl\ufffdans",
            "has \ufffd in place of letters, lost when it was saved in another encoding",
        ),
        ("Postcode", "somewhere in Kent", "Postcode is longer than 10 characters: “somewhere in Kent”"),
    ],
)
def test_wild_value_rejects_its_row_with_a_reason(column: str, value: str, reason: str) -> None:
    data = table(
        MINIMAL | {column: value},
        MINIMAL | {column: "", "URN": "100001"} | MINIMAL | {"URN": "100001"},
        encoding="utf-8",
    )

    rows = list(opened(data).rows())

    assert isinstance(rows[0], Rejected)
    assert rows[0].reason == reason
    assert isinstance(rows[1], SchoolRow)


def test_ages_the_wrong_way_round_reject_the_row() -> None:
    row = only_row(StatutoryLowAge="11", StatutoryHighAge="4")

    assert row == Rejected(2, "100000", "StatutoryLowAge 11 is above StatutoryHighAge 4")


@pytest.mark.parametrize(
    ("column", "value", "field", "kept"),
    [
        ("NumberOfPupils", "SUPP", "pupils", None),
        ("NumberOfPupils", "349.5", "pupils", 350),
        ("PercentageFSM", "", "fsm_percent", None),
        ("PercentageFSM", "7", "fsm_percent", Decimal("7.0")),
        ("Easting", "0", "easting", None),
        ("LA (code)", "0931", "la_code", "931"),
        ("LA (code)", "0", "la_code", "000"),
        ("OpenDate", "1/9/2020", "opened_on", date(2020, 9, 1)),
        ("SchoolWebsite", "https://hill.example/home", "website", "https://hill.example/home"),
        ("SchoolWebsite", "javascript:alert(1)", "website", ""),
        ("SchoolWebsite", "none yet", "website", ""),
        ("TrustSchoolFlag (name)", "Supported by a multi-academy trust", "trust_flag", "3"),
        ("Postcode", "ac4 1AA ", "postcode", "AC4 1AA"),
    ],
)
def test_ordinary_oddity_is_read_as_meant(column: str, value: str, field: str, kept: object) -> None:
    row = only_row(**{column: value})

    assert getattr(row, field) == kept


def test_known_row_comes_back_unread_and_changed_row_read() -> None:
    data = table(MINIMAL, MINIMAL | {"URN": "100001"})
    known = {row.urn: row.row_hash for row in opened(data).rows() if isinstance(row, SchoolRow)}

    rows = list(opened(data.replace(b'"Hill School"', b'"Hill Academy"', 1)).rows(known))

    assert [type(row) for row in rows] == [SchoolRow, Same]


def test_moved_text_between_columns_changes_the_hash() -> None:
    one, other = only_row(Town="Hill", Street=""), only_row(Town="", Street="Hill")

    assert one.row_hash != other.row_hash
