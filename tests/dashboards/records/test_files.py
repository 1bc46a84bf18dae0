"""Spreadsheets as people keep them: merged cells, two rows of headings, 1904 dates, passwords, formulas, CSV."""

import contextlib
import io
import time
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH

from hubportal.core.sheets import workbook
from hubportal.core.sheets.bounds import MOST_CELLS, MOST_ELEMENTS, Count
from hubportal.core.sheets.lines import MOST_LINES, UnreadableFile
from hubportal.core.sheets.opening import open_book
from hubportal.dashboards.adapters.hand_out import EXAMPLE, template_of
from hubportal.dashboards.rules.headings import find_headings, guess
from hubportal.dashboards.rules.kinds import ATTENDANCE, GROUPS, KINDS, PAST, VISITS


def _saved(book: Any) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _rows(file: io.BytesIO, sheet: int = 0) -> list[tuple[int, tuple[str, ...]]]:
    book = open_book(file)
    return [(line.number, line.cells) for line in book.lines(book.sheets[sheet])]


def test_merged_cells_and_two_rows_of_headings_are_read_as_people_see_them() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Register of the Example Hub 2024/25"])
    sheet.append([])
    sheet.append(["Work Group", "School", "Autumn term", None])
    sheet.append([None, None, "15/10/2024", date(2024, 11, 19)])
    sheet.append(["North", "Hill Primary", "Y", 1])
    sheet.append([None, "Vale Primary", "N", True])
    for merged in ("A1:D1", "A3:A4", "B3:B4", "C3:D3", "A5:A6"):
        sheet.merge_cells(merged)

    found = _rows(_saved(book))
    headings = find_headings([list(cells) for _number, cells in found], ATTENDANCE)

    assert found[-2:] == [(5, ("North", "Hill Primary", "Y", "1")), (6, ("North", "Vale Primary", "N", "TRUE"))]
    assert (headings.first, headings.rows) == (1, 2)
    assert guess(headings.texts, ATTENDANCE) == {0: "group", 1: "school", 2: "by_day", 3: "by_day"}


def test_dates_of_1904_are_the_days_that_people_see() -> None:
    book = Workbook()
    book.epoch = MAC_EPOCH
    book.active.append(["Date", "Number"])
    book.active.append([date(2025, 1, 12), 44207])

    opened = open_book(_saved(book))

    assert opened.counts_from_1904
    assert [line.cells for line in opened.lines(opened.sheets[0])][1] == ("2025-01-12", "44207")


def test_numbers_are_written_as_people_write_them() -> None:
    book = Workbook()
    book.active.append([1e308, 1234567890123456.0, 12.5, 0.1])

    assert _rows(_saved(book)) == [(1, ("1e+308", "1234567890123456", "12.5", "0.1"))]


def test_formulas_are_never_worked_out() -> None:
    book = Workbook()
    book.active.append(["School", "Amount"])
    book.active.append(["Hill Primary", "=1000+1"])
    book.active.append(["#N/A", "2"])

    opened = open_book(_saved(book))
    lines = list(opened.lines(opened.sheets[0]))

    assert dict(lines[1].troubles) == {
        1: "Cell B2 holds a formula without its result. Open the file, save it, or paste the values instead."
    }
    assert dict(lines[2].troubles) == {0: "Cell A3 holds an error (#N/A). Type the value instead."}


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _zip(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (OLE + b"\0" * 500, "old Excel format"),
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04 but nothing more", "damaged"),
        (_zip(content_xml="<office/>"), "OpenDocument"),
        (_zip(word__document_xml="<w/>"), "not an Excel workbook"),
        (_zip(xl__workbook_xml="<!DOCTYPE lolz>"), "damaged"),
        (_zip(xl__workbook_xml="<a>" + "0" * 90_000_000), "too large"),
        (b"<html><table><tr><td>School</td></tr></table>", "web page"),
        (b"a\0b,c", "neither an Excel workbook nor a CSV"),
        (b"\x1f\x8b\x08\x81,\xff", "neither an Excel workbook nor a CSV"),
        (b"School\r\nCaf\xe9\r\nHill \x81\r\nVale", "^Line 3 of this file holds a character .* CSV UTF-8 or as"),
        ("School\nÝork\nHill ".encode() + b"\xff\n", "^Line 3 of this file holds a character that cannot be read"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        open_book(io.BytesIO(content))


@pytest.mark.parametrize("content", [b"   \n", b",,,\n", b";;;;\n", b'""\n', b'\n,=""\n', "\ufeff\xa0,\xa0\n".encode()])
def test_a_csv_with_cells_and_no_words_has_no_sheet(content: bytes) -> None:
    assert open_book(io.BytesIO(content)).sheets == []


def test_a_csv_whose_words_come_after_too_many_empty_rows_is_refused_in_words() -> None:
    book = open_book(io.BytesIO(b",,\n" * 10_001 + b"School,Programme\n"))

    with pytest.raises(UnreadableFile, match="10,000 empty rows in a row"):
        list(book.sheets)


EMPTY_CELLS = f"<row>{'<c/>' * 16_000}</row>"


def _forged(inner: str = "", **others: str) -> io.BytesIO:
    """A workbook of one line, with something put into its sheet or its parts."""
    book = Workbook()
    book.active.append(["School"])
    out = io.BytesIO()
    with zipfile.ZipFile(_saved(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace("<worksheet ", f"{others.get('before', '')}<worksheet ", 1)
                text = text.replace("</sheetData>", f"{inner}</sheetData>{others.get('after', '')}")
            if name == "xl/workbook.xml":
                text = text.replace('name="Sheet"', f'name="{others.get("title", "Sheet")}"')
            new.writestr(name, text)
    return out


def _all_lines(file: io.BytesIO) -> None:
    book = open_book(file)
    for sheet in book.sheets:
        list(book.lines(sheet))


@pytest.mark.parametrize(
    "after",
    [
        f"<!--{'<mergeCell ' * 20_000}-->",
        f"<!--{'<c ' * 40_000}-->",
        f'<!--<c r="A1"><f/>{" " * 60_000}-->',
    ],
)
def test_a_small_file_takes_no_long_time(after: str) -> None:
    start = time.process_time()

    _all_lines(_forged(after=after))

    assert time.process_time() - start < 1.5


@pytest.mark.parametrize(
    ("inner", "others", "words"),
    [
        ('<row r="999999999"><c r="A999999999"><v>1</v></c></row>', {}, "10,000 empty rows in a row"),
        ("", {"after": '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'}, "too large"),
        ("", {"title": "x" * 201}, "more than 200 characters"),
        (f"<row>{'<c/>' * 20_000}</row>", {}, "more than 16,384 cells"),
        (EMPTY_CELLS * 32, {}, "more than 500,000 cells"),
        (f'<row><c t="inlineStr"><is><t>{"x" * 2_000_000}</t></is></c></row>', {}, "more text than a spreadsheet"),
        ("<f/>" * 260_000, {}, "too large"),
        (f"{'<a>' * 200}{'</a>' * 200}", {}, "damaged"),
        ("", {"after": "<hyperlink/>" * 260_000}, "too large"),
        ("", {"after": f"<!--{'x' * 3_000_000}-->"}, "too large"),
        ("", {"before": f"<!--{'x' * 5_000}--><!DOCTYPE worksheet>"}, "damaged"),
    ],
)
def test_a_forged_workbook_is_refused_in_words(inner: str, others: dict[str, str], words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        _all_lines(_forged(inner, **others))


def test_more_characters_than_records_have_are_refused() -> None:
    cell = f'<c t="inlineStr"><is><t>{"x" * 30_000}</t></is></c>'

    with pytest.raises(UnreadableFile, match="more than 50 million characters"):
        _all_lines(_forged(f"<row>{cell * 180}</row>" * 10))


@pytest.mark.parametrize("letter", ["x", "\u200b", " "])
def test_a_long_text_in_many_cells_costs_no_more_than_many_cells(letter: str) -> None:
    """A file of 8 kB held a web process for a minute: each cell that shared the text went through all of it."""
    text = f'<r><t xml:space="preserve">{letter * 30_000}</t></r>' * 8
    cell = f'<c t="inlineStr"><is>{text}</is></c>'
    start = time.process_time()

    assert _rows(_forged(f"<row>{cell * 20}</row>"))[-1][1][:1] in {("x" * 4_000,), ("School",)}

    assert time.process_time() - start < 2


def test_a_long_text_in_many_merged_cells_is_counted_in_each() -> None:
    cell = f'<c r="A2" t="inlineStr"><is><t>{"x" * 30_000}</t></is></c>'
    merged = '<mergeCells><mergeCell ref="A2:BZ200"/></mergeCells>'
    rows = "".join(f'<row r="{number}"/>' for number in range(3, 201))

    with pytest.raises(UnreadableFile, match="more than 50 million characters"):
        _all_lines(_forged(f'<row r="2">{cell}</row>{rows}', after=merged))


@pytest.mark.parametrize("texts", ["<si/>" * 600_001, "<si><t>a</t></si>" * 300_001, f"<si>{'<t/>' * 600_001}</si>"])
def test_texts_that_take_long_to_read_are_refused_before(texts: str) -> None:
    """A small file of millions of texts held a web process for as long as the largest honest one takes many times."""
    with pytest.raises(UnreadableFile, match="more than 300,000 different texts"):
        Count().add(io.BytesIO(f"<sst>{texts}</sst>".encode()))


def test_order_of_formulas_is_no_text_and_what_only_looks_like_it_is_counted() -> None:
    count = Count()
    count.add(io.BytesIO(f"<calcChain>{'<c/>' * 300_000}</calcChain>".encode()))

    assert (count.texts, count.others) == (0, 1)
    with pytest.raises(UnreadableFile, match="too large"):
        count.add(io.BytesIO(f"<sst>{'<c/>' * 300_000}</sst>".encode()))


def test_a_bomb_is_no_more_work_than_the_largest_honest_workbook() -> None:
    honest, bomb = Count(), Count()
    honest.add(io.BytesIO(b"<row>" + b"<c><f/><v>1</v></c>" * 40 + b"</row>"))

    with pytest.raises(UnreadableFile):
        bomb.add(io.BytesIO(f"<sheetData>{EMPTY_CELLS * 80}</sheetData>".encode()))

    assert bomb.elements < honest.elements * 10_000 < MOST_ELEMENTS
    assert honest.cells * 10_000 <= MOST_CELLS
    assert honest.others == 0


def test_a_sheet_of_as_many_rows_as_there_may_be_has_room_for_the_columns_of_a_list() -> None:
    """Of 25,000 rows no more than 16 columns were taken, and the words spoke of cells."""
    count = Count()

    row = f"<row>{'<c><v>1</v></c>' * 20}</row>"
    count.add(io.BytesIO(f"<sheetData>{row * MOST_LINES}</sheetData>".encode()))

    assert count.cells == MOST_LINES * 20


def test_empty_cells_before_anything_else_are_counted_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_BLANK", 20)
    book = Workbook()
    for sheet in (book.active, book.create_sheet("More")):
        for row in ([" "] * 8, [" "] * 4, ["School"]):
            sheet.append(row)

    with pytest.raises(UnreadableFile, match="empty cells before anything"):
        open_book(_saved(book)).sheets  # noqa: B018 - looking is what is refused


def test_a_workbook_damaged_anywhere_is_refused_in_words() -> None:
    whole = _forged().getvalue()
    flagged = bytearray(whole)
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = -1
        while (at := whole.find(start, at + 1)) >= 0:
            flagged[at + (6 if start[2] == 3 else 8)] |= 1
    places = range(40, len(whole), 97)
    broken = [whole[:at] + bytes(255 - byte for byte in whole[at : at + 8]) + whole[at + 8 :] for at in places]

    for content in broken:
        with contextlib.suppress(UnreadableFile):
            _all_lines(io.BytesIO(content))
    with pytest.raises(UnreadableFile, match="damaged"):
        _all_lines(io.BytesIO(bytes(flagged)))


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("School;Town\nÉcole;Hill, upper\n".encode("cp1252"), ("École", "Hill, upper")),
        ("School\tTown\nÉcole\tHill\n".encode("utf-16"), ("École", "Hill")),
        ('School,Town\n"École, ""the""","a\nb"\n'.encode("utf-8-sig"), ('École, "the"', "a\nb")),
        (b'School,URN\n"=""0123""",\'=1+1\n', ("0123", "=1+1")),
    ],
)
def test_csv_files_of_all_kinds_are_read(content: bytes, cells: tuple[str, ...]) -> None:
    assert _rows(io.BytesIO(content))[1] == (2, cells)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_template_is_read_as_what_it_is_a_template_of(kind: Any) -> None:
    content = template_of(kind)

    found = _rows(io.BytesIO(content))
    headings = find_headings([list(cells) for _number, cells in found], kind)

    wanted = [one.key for one in kind.fields if not one.heading]
    assert list(guess(headings.texts, kind).values()) == wanted
    assert EXAMPLE in found[1][1]
    assert load_workbook(io.BytesIO(content)).sheetnames == ["Records", "How to fill it in"]


def test_the_first_record_is_no_row_of_headings() -> None:
    rows = [["Setting", "What", "When"], ["St Mary's", "Phase 2", "2021/22"], ["Hill", "Phase 1", "2022/23"]]

    assert (find_headings(rows, PAST).first, find_headings(rows, PAST).rows) == (0, 1)
    wide = [["Our list", "", ""], ["Name", "2021/22", "2022/23"], ["Hill", "Dev", "Emb"]]
    assert find_headings(wide, PAST).first == 1


def test_years_under_a_spanning_heading_are_headings_too() -> None:
    years = ["2021/22", "2022/23", "2023/24"]
    rows = [
        ["Our list"] * 5,
        ["School"] * 2 + ["What they did"] * 3,
        ["Name", "Town", *years],
        ["Hill", "Corby", "Dev"],
    ]

    found = find_headings(rows, PAST)

    assert (found.first, found.rows) == (1, 2)
    assert list(guess(found.texts, PAST).values()) == ["school", "town", "by_year", "by_year", "by_year"]


def test_headings_are_known_by_many_words() -> None:
    assert guess(("School", "Programme", "Academic Yr", "Finished?"), PAST) == {
        0: "school",
        1: "programme",
        2: "year",
        3: "outcome",
    }
    texts = ("School Name", "MAT", "Local Authority", "NCP Code", "Academic Year", "Completed?", "Notes")

    assert guess(texts, PAST) == {0: "school", 2: "la", 3: "programme", 4: "year", 5: "outcome"}
    assert guess(("School", "Year", "How it ended"), PAST) == {0: "school", 1: "year", 2: "outcome"}
    assert guess(("School", "2021/22", "2022-23", "AY 23/24"), PAST) == {
        0: "school",
        1: "by_year",
        2: "by_year",
        3: "by_year",
    }
    assert guess(("TRG", "Led by", "School", "Teacher 1", "Teacher 2", "Meeting 1", "Meeting 2"), GROUPS) == {
        0: "group",
        1: "leader",
        2: "school",
        3: "teacher",
        4: "teacher",
        5: "meeting",
        6: "meeting",
    }
    heads = ("School", "Lead Participant", "Lead participant email", "WGL email", "School email", "Meetings attended 5")
    assert list(guess((*heads, "Meeting 1 date"), GROUPS).values()) == [
        "school",
        "teacher",
        "teacher_email",
        "leader_email",
        "meeting",
    ]
    visits = ("School", "Visit 1", "Visit 2", "Visit length", "Visited by", "Visit focus", "Visits, number")
    assert guess(visits, VISITS) == {0: "school", 1: "date", 2: "date", 3: "half_days", 4: "leader", 5: "notes"}
