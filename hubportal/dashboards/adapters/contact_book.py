"""A workbook of schools in which to fill in whom one writes to there; it comes back as a file of people."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from hubportal.core.exports import safe_cell
from hubportal.dashboards.rules.kinds import PEOPLE

# What is known of a school, and what is asked: the headings that stand for a field of people are that field's own.
KNOWN = (
    *((PEOPLE.field(key).label, width) for key, width in (("urn", 10), ("school", 44), ("town", 22))),
    ("Telephone in the national register", 20),
    ("Website in the national register", 36),
)
ASKED = tuple((PEOPLE.field(key).label, width) for key, width in (("role", 16), ("name", 28), ("email", 36)))
HEADINGS = tuple(heading for heading, _width in (*KNOWN, *ASKED))
ROLES = ("School office", "Headteacher", "Maths lead")
LAST_ROW = 1_048_576


def contact_book(schools: Iterable[Sequence[object]]) -> bytes:
    """A line for each school: URN, name, town, telephone, website, and empty cells to fill in."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Contacts"
    sheet.append(HEADINGS)
    for at, (_heading, width) in enumerate((*KNOWN, *ASKED), start=1):
        cell = sheet.cell(row=1, column=at)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F0" if at <= len(KNOWN) else "FFF2CC")
        sheet.column_dimensions[cell.column_letter].width = width
    for facts in schools:
        sheet.append([safe_cell(fact) for fact in facts])
    sheet.freeze_panes = "C2"
    choice = DataValidation(type="list", formula1=f'"{",".join(ROLES)}"', allow_blank=True)
    column = sheet.cell(row=1, column=len(KNOWN) + 1).column_letter
    choice.add(f"{column}2:{column}{LAST_ROW}")
    sheet.add_data_validation(choice)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
