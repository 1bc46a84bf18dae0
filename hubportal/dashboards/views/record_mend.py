"""The lines of an upload that are left out, as a file to be mended and uploaded again."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from hubportal.core.access import role_required
from hubportal.core.exports import Column, export
from hubportal.core.models import UploadLine
from hubportal.core.sheets.lines import column_name
from hubportal.core.views import EXPORTS, PortalRequest
from hubportal.dashboards.rules.headings import ADDED, LINE, TO_MEND
from hubportal.dashboards.views.records import WHO, own_upload

Outcome = UploadLine.Outcome
# What is said of a line names cells and other lines as they stood in the file that was read.
_CELL, _LINE = re.compile(r"\b([Cc])ell ([A-Z]{1,3})\d+\b"), re.compile(r"\b([Ll]ine) (\d+)\b")


@require_GET
@role_required(*WHO)
def record_mend(request: PortalRequest, pk: int) -> HttpResponse:
    """The lines that were left out, as they came, with what to mend: to be uploaded again."""
    upload = own_upload(request, pk)
    texts: Sequence[str] = upload.headings.get("texts", [])
    lines = UploadLine.objects.visible_to(request.user).filter(upload=upload).for_list()
    # Where it was mended once already, its lines are called after those of the file that came first.
    first = texts.index(LINE) if LINE in texts else None
    numbers = {} if first is None else {str(number): _at(cells, first) for number, cells in _cells(lines)}

    def words(line: UploadLine) -> str:
        said = _CELL.sub(lambda match: _place(match[1], match[2], texts), line.what)
        return _LINE.sub(lambda match: f"{match[1]} {numbers.get(match[2]) or match[2]}", said)

    columns = [_column(at, text) for at, text in enumerate(texts) if text not in ADDED]
    columns += [(LINE, lambda line: numbers.get(str(line.number)) or line.number), (TO_MEND, words)]
    kind = request.GET.get("export", "xlsx")
    return export(
        request,
        lines.filter(outcome__in=(Outcome.ERROR, Outcome.ASK)),
        columns,
        name=f"to-mend-{upload.pk}",
        kind=kind if kind in EXPORTS else "xlsx",
    )


def _cells(lines: Any) -> Any:
    return lines.values_list("number", "cells")


def _place(letter: str, column: str, texts: Sequence[str]) -> str:
    """A cell as it is found in any file with these columns, whatever its row."""
    heading = next((text for at, text in enumerate(texts) if column_name(at) == column), "")
    the = "The" if letter == "C" else "the"
    return f"{the} cell under “{heading}”" if heading else f"{the} cell in column {column}"


def _column(at: int, text: str) -> Column:
    """A column of the file, with a heading that is no formula either."""
    heading = text.lstrip("=+-@\t\r\n ") or f"Column {column_name(at)}"
    return heading, lambda line: _at(line.cells, at)


def _at(cells: Sequence[Any], at: int) -> str:
    return text_of(cells[at]) if at < len(cells) else ""


def text_of(cell: Any) -> str:
    """A cell of a line as text; empty where it cannot be read."""
    return cell if isinstance(cell, str) else ""
