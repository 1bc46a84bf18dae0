"""Spreadsheets that the portal hands out: templates to fill in."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from hubportal.dashboards.rules.choices import CHOICES
from hubportal.dashboards.rules.kinds import Field, Kind

EXAMPLE = "Example: delete this line"
NOTES = "How to fill it in"  # the sheet that says what to write
WIDEST = 46
ONE_OF = "One of: {}. You are asked once about any other word."


def template_of(kind: Kind) -> bytes:
    """A workbook with the headings of one kind of records, a line as an example, and a sheet of what to write."""
    book = Workbook()
    records, notes = book.active, book.create_sheet(NOTES)
    records.title = "Records"
    fields = [one for one in kind.fields if not one.heading]
    records.append([*(one.label for one in fields), "Note"])
    records.append([*(one.example for one in fields), EXAMPLE])
    for at, one in enumerate(fields):
        cell = records.cell(row=1, column=at + 1)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F0")
        records.column_dimensions[cell.column_letter].width = max(len(one.label), len(one.example), 10) + 2
        records.cell(row=2, column=at + 1).font = Font(italic=True, color="666666")
    records.freeze_panes = "A2"
    labels = {one.key: one.label for one in fields}
    needed = {key: _needed([labels[one] for one in keys if one in labels]) for keys, _ in kind.needs for key in keys}
    notes.append(["Column", "Needed", "What to write"])
    for one in fields:
        notes.append([one.label, needed.get(one.key, ""), _what_of(one)])
    for cell in notes[1]:
        cell.font = Font(bold=True)
    for letter, width in (("A", 28), ("B", 24), ("C", WIDEST * 2)):
        notes.column_dimensions[letter].width = width
    for row in notes.iter_rows(min_row=2, min_col=3, max_col=3):
        row[0].alignment = Alignment(wrap_text=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _needed(labels: list[str]) -> str:
    return "Yes" if len(labels) == 1 else f"One of: {', '.join(labels)}"


def _what_of(one: Field) -> str:
    """What is written in a column: what there is to choose from, what is to be known of it, else an example."""
    labels = [label for value, label, _words in CHOICES.get(one.choice, ()) if value]
    said = [*([ONE_OF.format("; ".join(labels))] if labels else []), one.note]
    return " ".join(filter(None, said)) or _like(one.example)


def _like(example: str) -> str:
    return f"For example: {example}" if example else ""
