"""A list as a file: one line a row, safe to open in a spreadsheet, dates and amounts as such."""

import csv
import datetime as dt
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from openpyxl import load_workbook

from hubportal.core.exports import export, one_at_a_time, safe_cell
from hubportal.core.sheets.lines import FORMULA_SIGNS, tidy
from schools import roles
from tests import factories as make

pytestmark = pytest.mark.once


class Named:
    """Something that is written by its name."""

    def __str__(self) -> str:
        return "=HYPERLINK(1)"


def _request(user: int = 1) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(pk=user)  # type: ignore[assignment]
    return request


def lines_of(response: HttpResponse, kind: str) -> list[list[Any]]:
    if kind == "csv":
        text = response.content.decode("utf-8-sig")
        return [list(line) for line in csv.reader(io.StringIO(text))]
    sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
    return [["" if cell is None else cell for cell in line] for line in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Ashby Hill", "Ashby Hill"),
        ('St Mary’s, ‘Infant’ "school"', 'St Mary’s, ‘Infant’ "school"'),
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("+44 116 496 0000", "'+44 116 496 0000"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a\x00b\x0bc", "abc"),
        ("\x00=1", "'=1"),
        (Named(), "'=HYPERLINK(1)"),
        (None, ""),
        (True, "Yes"),
    ],
)
def test_export_writes_texts_that_no_spreadsheet_runs(kind: str, value: object, cell: str) -> None:
    response = export(_request(), [value], [("What", lambda row: row)], name="list", kind=kind)

    assert lines_of(response, kind) == [["What"], [cell]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("x;=1+1", "x;'=1+1"),
        ("x;- 1+1", "x;'- 1+1"),
        ("x\t@SUM(A1)\n-1", "x\t'@SUM(A1)\n'-1"),
        ("Mornings;\n- Monday\n- Tuesday; a=b", "Mornings;\n- Monday\n- Tuesday; a=b"),
    ],
)
def test_no_part_of_a_text_is_run_where_lines_are_split_elsewhere(value: str, cell: str) -> None:
    text = lines_of(export(_request(), [value], [("What", str)], name="list", kind="csv"), "csv")
    book = lines_of(export(_request(), [value], [("What", str)], name="list", kind="xlsx"), "xlsx")

    assert (text[1], book[1]) == ([cell], [safe_cell(value)])


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_what_a_file_of_the_portal_keeps_from_being_run_is_read_back_as_it_was(sign: str) -> None:
    written = safe_cell(f"{sign}44 7700 900123")

    assert written == f"'{sign}44 7700 900123"
    assert tidy(written) == f"{sign}44 7700 900123"


def test_export_writes_figures_and_dates_as_such() -> None:
    summer = dt.datetime(2027, 7, 1, 12, 30, 59, 229_112, tzinfo=dt.UTC)
    columns = [
        ("Pupils", lambda row: 210),
        ("Amount", lambda row: Decimal("-12.50")),
        ("Day", lambda row: dt.date(2027, 1, 12)),
        ("Moment", lambda row: summer),
    ]

    book = lines_of(export(_request(), [1], columns, name="list", kind="xlsx"), "xlsx")
    text = lines_of(export(_request(), [1], columns, name="list", kind="csv"), "csv")

    assert book[1] == [210, -12.5, dt.datetime(2027, 1, 12), dt.datetime(2027, 7, 1, 13, 30, 59, 229_000)]  # noqa: DTZ001 - a spreadsheet knows no zones
    assert text[1] == ["210", "-12.50", "2027-01-12", "2027-07-01 13:30"]


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_export_is_a_file_to_keep(kind: str, content_type: str) -> None:
    response = export(_request(), [], [("What", str)], name="claims", kind=kind)

    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="claims.{kind}"'


@pytest.mark.django_db
@pytest.mark.parametrize("is_in_database", [False, True])
def test_second_download_of_a_person_waits_for_the_first(client: Client, settings: Any, is_in_database: bool) -> None:
    """Pressed while the rows of the first are read; of others each has their own, and so have they afterwards."""
    if is_in_database:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "making"}}
        call_command("createcachetable")
    user, other = make.make_user(roles.NATIONAL), make.make_user(roles.NATIONAL)
    client.force_login(user)

    def pressed_again() -> HttpResponse:
        again = client.get("/schools/?export=csv")
        others = export(_request(other.pk), [], [("What", str)], name="list", kind="csv")
        return HttpResponse(again.content, headers={"X-Seen": f"{again.status_code} {others.status_code}"})

    first = one_at_a_time(_request(user.pk), pressed_again)
    after = client.get("/schools/?export=csv")

    cache.clear()
    assert (first["X-Seen"], after.status_code, after["Content-Type"]) == ("429 200", 200, "text/csv; charset=utf-8")
    assert "Your last download is still being made" in first.content.decode()
    assert "Wait until it is there, then press again." in first.content.decode()


@pytest.mark.django_db
def test_workbook_of_contacts_is_such_a_download(client: Client) -> None:
    user = make.make_user(roles.HUB_LEAD, hub=make.HubFactory())
    client.force_login(user)
    address = reverse("dashboards:contact-workbook")

    meanwhile: list[int] = []
    one_at_a_time(_request(user.pk), lambda: _seen(meanwhile, client.get(address)))

    assert (meanwhile, client.get(address).status_code) == ([429], 200)


def _seen(meanwhile: list[int], answer: Any) -> HttpResponse:
    meanwhile.append(answer.status_code)
    return HttpResponse()


def test_download_that_fails_holds_up_no_other() -> None:
    with pytest.raises(ZeroDivisionError):
        export(_request(), [0], [("What", lambda row: 1 / row)], name="list", kind="csv")

    assert export(_request(), [1], [("What", str)], name="list", kind="csv").status_code == 200


def test_who_looks_as_somebody_else_holds_up_not_them() -> None:
    looking = _request(2)
    looking.real_user = SimpleNamespace(pk=1)  # type: ignore[attr-defined]

    inner = one_at_a_time(looking, lambda: export(_request(2), [1], [("What", str)], name="list", kind="csv"))

    assert inner.status_code == 200
