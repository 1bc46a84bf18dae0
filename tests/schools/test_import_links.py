"""Predecessors and successors: a school keeps its key through an academy conversion."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schools.models import School, SchoolSplit, SchoolUrn
from tests.factories import PersonFactory
from tests.schools.test_import_schools import counts, load, some_rows, writes

pytestmark = pytest.mark.django_db
CLOSED = {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2026"}


def links(*pairs: tuple[Any, Any], kind: str = "Successor") -> io.BytesIO:
    """A file that names each pair from both ends, as GIAS does."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"))
    for old, new in pairs:
        writer.writerow((old, new, "New", kind, "01-09-2026"))
        writer.writerow((new, old, "Old", kind.replace("Successor", "Predecessor"), "01-09-2026"))
    return io.BytesIO(out.getvalue().encode())


def urns_of(school: School) -> list[tuple[int, bool]]:
    return sorted(SchoolUrn.objects.filter(school=school).values_list("urn", "is_current"))


def conversion() -> tuple[list[dict[str, str]], int, int]:
    """A file with a closed school and the academy that followed it, and their URNs."""
    old, new = some_rows(2)
    return [old | CLOSED, new], int(old["URN"]), int(new["URN"])


def test_academy_conversion_rewrites_nothing_and_keeps_the_key() -> None:
    rows, old_urn, new_urn = conversion()
    load(some_rows(1))
    school = School.objects.get()
    head = PersonFactory(school=school)

    result = load(rows, links=links((old_urn, new_urn)))

    head.refresh_from_db()
    school.refresh_from_db()
    assert counts(result) == (0, 1, 1, 0, 0)
    assert list(School.objects.all()) == [school] == [head.school]
    assert urns_of(school) == [(old_urn, False), (new_urn, True)]
    assert (school.name, school.gias_status) == (rows[1]["EstablishmentName"], 1)
    assert SchoolUrn.objects.get(urn=old_urn).until == date(2026, 9, 1)


def test_second_import_with_links_writes_no_school_row() -> None:
    rows, old_urn, new_urn = conversion()
    load(some_rows(1))
    load(rows, links=links((old_urn, new_urn)))

    with CaptureQueriesContext(connection) as queries:
        result = load(rows, links=links((old_urn, new_urn)))

    assert counts(result) == (0, 0, 2, 0, 0)
    assert list(writes(queries)) == []


def test_later_file_without_links_changes_nothing_back() -> None:
    rows, old_urn, new_urn = conversion()
    load(rows, links=links((old_urn, new_urn)))

    result = load(rows)

    assert counts(result) == (0, 0, 2, 0, 0)
    assert School.objects.get().name == rows[1]["EstablishmentName"]


def test_both_new_in_one_file_become_one_school() -> None:
    rows, old_urn, new_urn = conversion()

    result = load(rows, links=links((old_urn, new_urn)))

    assert counts(result) == (2, 0, 0, 0, 0)
    assert urns_of(School.objects.get()) == [(old_urn, False), (new_urn, True)]


def test_predecessor_that_no_file_has_is_kept_as_a_former_urn() -> None:
    rows = some_rows(1)

    load(rows, links=links((123456, rows[0]["URN"])))

    assert urns_of(School.objects.get()) == [(123456, False), (int(rows[0]["URN"]), True)]
    assert list(School.objects.matching("123456")) == [School.objects.get()]


def test_link_that_comes_late_joins_to_the_school_with_work_in_the_portal() -> None:
    rows, old_urn, new_urn = conversion()
    load(rows)
    school = School.objects.get(urns__urn=old_urn)
    PersonFactory(school=school)

    result = load(rows, links=links((old_urn, new_urn)))

    school.refresh_from_db()
    assert counts(result) == (0, 1, 1, 0, 0)
    assert list(School.objects.all()) == [school]
    assert (school.name, urns_of(school)) == (rows[1]["EstablishmentName"], [(old_urn, False), (new_urn, True)])
    assert counts(load(rows, links=links((old_urn, new_urn)))) == (0, 0, 2, 0, 0)


def test_link_that_comes_late_joins_to_the_new_school_when_only_that_has_work() -> None:
    rows, old_urn, new_urn = conversion()
    load(rows)
    school = School.objects.get(urns__urn=new_urn)
    PersonFactory(school=school)

    load(rows, links=links((old_urn, new_urn)))

    assert list(School.objects.all()) == [school]
    assert urns_of(school) == [(old_urn, False), (new_urn, True)]


def test_where_both_have_work_the_old_school_points_to_the_new_one() -> None:
    rows, old_urn, new_urn = conversion()
    load(rows)
    old, new = School.objects.get(urns__urn=old_urn), School.objects.get(urns__urn=new_urn)
    PersonFactory(school=old)
    PersonFactory(school=new)

    load(rows, links=links((old_urn, new_urn)))

    old.refresh_from_db()
    assert (School.objects.count(), old.succeeded_by) == (2, new)


def test_two_conversions_in_a_row_are_one_school() -> None:
    first, second, third = some_rows(3)
    load([first])
    rows = [first | CLOSED, second | CLOSED, third]

    load(rows, links=links((first["URN"], second["URN"]), (second["URN"], third["URN"])))

    school = School.objects.get()
    assert school.name == third["EstablishmentName"]
    assert [is_current for _, is_current in urns_of(school)] == [False, False, True]


@pytest.mark.parametrize("kind", ["Successor", "Successor - amalgamated"])
def test_merged_schools_point_to_their_successor(kind: str) -> None:
    first, second, third = some_rows(3)
    rows = [first | CLOSED, second | CLOSED, third]
    file = [(first["URN"], third["URN"]), (second["URN"], third["URN"])]

    load(rows, links=links(*file, kind=kind))
    with CaptureQueriesContext(connection) as queries:
        load(rows, links=links(*file, kind=kind))

    successor = School.objects.get(urns__urn=third["URN"])
    assert set(School.objects.exclude(pk=successor.pk).values_list("succeeded_by", flat=True)) == {successor.pk}
    assert School.objects.count() == 3
    assert list(writes(queries)) == []


@pytest.mark.parametrize(("closed", "day"), [("", date(2026, 9, 1)), ("31-08-2026", date(2026, 8, 31))])
def test_closed_school_without_a_day_closed_when_the_links_say_that_another_followed(closed: str, day: date) -> None:
    """Also where the file is loaded again, and its rows say nothing new."""
    first, second, new = some_rows(3)
    gone = CLOSED | {"CloseDate": closed}
    rows = [first | gone, second | gone, new]
    pairs = [(row["URN"], new["URN"]) for row in (first, second)]

    load(rows, links=links(*pairs))
    load(rows, links=links(*pairs))

    assert set(School.objects.filter(gias_status=2).values_list("closed_on", flat=True)) == {day}


def test_split_school_points_nowhere() -> None:
    first, second, third = some_rows(3)

    load([first | CLOSED, second, third], links=links((first["URN"], second["URN"]), (first["URN"], third["URN"])))

    assert list(School.objects.values_list("succeeded_by", flat=True)) == [None] * 3


@pytest.mark.parametrize("new_status", ["1", "4"])
def test_link_to_a_school_that_has_not_followed_yet_joins_nothing(new_status: str) -> None:
    old, new = some_rows(2)
    new["EstablishmentStatus (code)"] = new_status

    load([old, new], links=links((old["URN"], new["URN"])))

    assert School.objects.count() == 2


@pytest.mark.parametrize("many", [1, 2])
@pytest.mark.parametrize("file", ["has it", "cannot be read", "has it not"])
def test_open_school_becomes_part_of_another_only_once_it_has_closed(file: str, many: int) -> None:
    """Also where the file says nothing of it; the link is told as left out, and taken with the file that closes it."""
    rows = some_rows(3)
    old, new = rows[0], rows[-1]
    load(rows)
    for school in School.objects.all():
        PersonFactory(school=school)
    said = {"has it": [old], "cannot be read": [old | {"EstablishmentStatus (code)": "x"}], "has it not": []}[file]
    pairs = links(*((row["URN"], new["URN"]) for row in rows[:many]))

    result = load([*said, rows[1] | CLOSED, new], links=pairs)
    before = School.objects.get(urns__urn=old["URN"])
    pairs.seek(0)
    load([old | CLOSED, rows[1] | CLOSED, new], links=pairs)
    after = School.objects.get(urns__urn=old["URN"])

    assert (before.gias_status, before.succeeded_by) == (1, None)
    assert [row.urn for row in result.rejected_rows if "the link is followed once it has closed" in row.reason] == [
        str(old["URN"])
    ]
    assert (after.gias_status, after.succeeded_by) == (2, School.objects.get(urns__urn=new["URN"]))


def test_open_school_is_not_split_by_a_file_that_does_not_have_it() -> None:
    old, *became = some_rows(3)
    load([old, *became])

    load(became, links=links(*((old["URN"], row["URN"]) for row in became)))

    assert not SchoolSplit.objects.exists()


def test_school_whose_row_cannot_be_read_is_no_former_urn_of_another() -> None:
    old, new = some_rows(2)

    load([old | {"EstablishmentStatus (code)": "x"}, new], links=links((old["URN"], new["URN"])))
    load([old, new])

    assert School.objects.count() == 2


def test_school_that_a_file_of_open_schools_does_not_have_takes_its_new_urn() -> None:
    rows, old_urn, new_urn = conversion()
    load(some_rows(1))

    load(rows[1:], links=links((old_urn, new_urn)))

    assert urns_of(School.objects.get()) == [(old_urn, False), (new_urn, True)]


def test_bad_link_is_told_and_bad_file_of_links_refused() -> None:
    rows = some_rows(1)

    result = load(rows, links=links(("abc", rows[0]["URN"])))

    assert counts(result) == (1, 0, 0, 0, 0)
    assert [(row.line, row.reason.partition(":")[0]) for row in result.rejected_rows] == [
        (2, "In the file of links"),
        (3, "In the file of links"),
    ]
