"""Importing schools: counts, encodings, bad files, nothing written twice."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core.models import JournalEntry
from schools.actions.imports import ImportRefused, ImportResult, import_schools
from schools.adapters.fictional import Area, fictional_rows, gias_bytes
from schools.models import GiasImport, LocalAuthority, School, SchoolUrn, Trust
from tests.factories import AuthorityFactory, HubFactory, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
SCHOOL_FIELDS = [field.attname for field in School._meta.concrete_fields]
AREAS = (Area("931", "Oxfordshire", "J", "South East"), Area("855", "Leicestershire", "E", "East Midlands"))


def load(rows: list[dict[str, str]] | bytes, **options: Any) -> ImportResult:
    data = rows if isinstance(rows, bytes) else gias_bytes(rows)
    return import_schools(
        file=io.BytesIO(data), file_name="edubasealldata20261001.csv", **{"by": None, "now": NOW, **options}
    )


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, closed, rejected."""
    return result.created, result.updated, result.unchanged, result.closed, result.rejected


def some_rows(count: int = 6) -> list[dict[str, str]]:
    return [row | {"EstablishmentStatus (code)": "1", "CloseDate": ""} for row in fictional_rows(count, AREAS)]


def writes(queries: CaptureQueriesContext) -> Iterator[str]:
    """Statements that write schools or URNs."""
    for query in queries.captured_queries:
        sql = query["sql"].lstrip()
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and ("schools_school" in sql.split("(")[0]):
            yield sql


def test_first_import_creates_schools_with_urns_authorities_and_trusts() -> None:
    rows = some_rows()
    rows[0] |= {"TrustSchoolFlag (code)": "3", "Trusts (code)": "90001", "Trusts (name)": "Lantern Trust"}

    result = load(rows)

    assert counts(result) == (6, 0, 0, 0, 0)
    assert str(result) == "created=6 updated=0 unchanged=0 closed=0 rejected=0"
    assert sorted(SchoolUrn.objects.values_list("urn", flat=True)) == [int(row["URN"]) for row in rows]
    assert set(LocalAuthority.objects.values_list("code", "name")) == {(area.code, area.name) for area in AREAS}
    school = School.objects.get(urns__urn=rows[0]["URN"])
    assert (school.name, str(school.trust), school.hub) == (rows[0]["EstablishmentName"], "Lantern Trust", None)


def test_schools_take_the_hub_of_their_authority() -> None:
    authority = AuthorityFactory(code="931")

    load(some_rows())

    assert set(School.objects.values_list("authority__code", "hub")) == {("931", authority.hub_id), ("855", None)}


def test_second_import_of_the_same_file_writes_no_school_row() -> None:
    rows = some_rows()
    load(rows)

    with CaptureQueriesContext(connection) as queries:
        result = load(rows)

    assert counts(result) == (0, 0, 6, 0, 0)
    assert list(writes(queries)) == []


def test_same_facts_written_otherwise_are_unchanged_and_remembered_as_they_are_now_written() -> None:
    rows = some_rows()
    load(rows)
    facts = [name for name in SCHOOL_FIELDS if name != "row_hash"]
    before, hashes = (list(School.objects.order_by("pk").values_list(*names)) for names in (facts, ["row_hash"]))
    padded = [
        row | {"PhaseOfEducation (code)": row["PhaseOfEducation (code)"].zfill(2), "Town": f" {row['Town']} "}
        for row in rows
    ]

    first = load(padded)
    with CaptureQueriesContext(connection) as queries:
        again = load(padded)

    assert (counts(first), counts(again)) == ((0, 0, 6, 0, 0), (0, 0, 6, 0, 0))
    assert list(School.objects.order_by("pk").values_list(*facts)) == before
    assert {bytes(one) for (one,) in hashes}.isdisjoint(
        bytes(one) for one in School.objects.values_list("row_hash", flat=True)
    )
    assert list(writes(queries)) == []


def test_each_row_is_in_one_count() -> None:
    rows = some_rows()
    load(rows[:4])
    rows[1] |= {"EstablishmentName": "Renamed Primary School"}
    rows[2] |= {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2026", "EstablishmentName": "Gone"}
    rows[3] |= {"PhaseOfEducation (code)": "99"}

    result = load(rows)

    assert counts(result) == (2, 1, 1, 1, 1)


def test_closed_counts_only_the_import_in_which_a_school_closes() -> None:
    rows = some_rows(2)
    load(rows)
    rows[0] |= {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2026"}

    first = load(rows)
    again = load(rows)
    renamed = load([rows[0] | {"EstablishmentName": "Other name"}, rows[1]])

    assert [counts(result) for result in (first, again, renamed)] == [(0, 0, 1, 1, 0), (0, 0, 2, 0, 0), (0, 1, 1, 0, 0)]


def test_absence_from_a_file_means_nothing() -> None:
    rows = some_rows()
    load(rows)

    result = load(rows[:1])

    assert counts(result) == (0, 0, 1, 0, 0)
    assert School.objects.filter(gias_status=1).count() == 6


def test_column_that_a_file_lacks_leaves_what_is_known() -> None:
    rows = some_rows(1)
    load(rows)
    needed = ("URN", "EstablishmentName", "LA (code)", "EstablishmentStatus (code)", "PhaseOfEducation (code)")
    values = [rows[0][name] for name in needed]
    values[1] = "New name"
    data = "\n".join((",".join(needed), ",".join(values), "")).encode()

    result = load(data)

    school = School.objects.get()
    assert counts(result) == (0, 1, 0, 0, 0)
    assert (school.name, school.head_name != "", school.town) == ("New name", True, rows[0]["Town"])


def test_changed_facts_are_written_and_told_in_the_journal() -> None:
    lead = make_user("national")
    rows = some_rows(1)
    rows[0] |= {"Trusts (code)": "", "Trusts (name)": "", "PhaseOfEducation (code)": "2"}
    load(rows)
    rows[0] |= {
        "EstablishmentName": "Müller’s Academy",
        "Trusts (code)": "90001",
        "Trusts (name)": "Lantern Trust",
        "Town": "Elsewhere",
    }
    before = School.objects.get().name

    load(rows, by=lead)

    school = School.objects.get()
    entry = JournalEntry.objects.get()
    assert (school.name, school.town, str(school.trust)) == ("Müller’s Academy", "Elsewhere", "Lantern Trust")
    assert (entry.by, entry.record, entry.what) == (lead, f"schools.school:{school.pk}", "Changed by a GIAS import")
    assert entry.changed == {"name": [before, "Müller’s Academy"], "trust": ["", "Lantern Trust"]}


def test_renamed_trust_is_one_trust() -> None:
    rows = some_rows(1)
    for name in ("Lantern Trust", "Lantern Learning Trust"):
        rows[0] |= {"Trusts (code)": "90001", "Trusts (name)": name}
        load(rows)

    assert list(Trust.objects.values_list("code", "name")) == [("90001", "Lantern Learning Trust")]


def test_hub_set_by_hand_is_kept_and_others_follow_the_authority() -> None:
    authority = AuthorityFactory(code="931")
    old_hub = authority.hub
    assert old_hub is not None
    rows = [row | {"LA (code)": "931"} for row in some_rows(2)]
    load(rows)
    by_hand, new_hub = HubFactory(), HubFactory()
    kept, follows = School.objects.order_by("pk")
    School.objects.filter(pk=kept.pk).update(hub=by_hand, hub_set_by_hand=True)
    authority.hub = new_hub
    authority.save()

    load([row | {"Town": "Moved"} for row in rows])

    kept.refresh_from_db()
    follows.refresh_from_db()
    assert (kept.hub, kept.town, follows.hub) == (by_hand, "Moved", new_hub)
    assert set(JournalEntry.objects.values_list("what", "record", "owner")) == {
        ("Moved hub with its local authority", f"schools.school:{follows.pk}", hub) for hub in (old_hub.pk, new_hub.pk)
    }


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_umlaut_and_apostrophe_come_through(encoding: str) -> None:
    rows = some_rows(1)
    rows[0] |= {"EstablishmentName": "St Müller’s – Grange"}

    load(gias_bytes(rows, encoding))

    assert School.objects.get().name == "St Müller’s – Grange"


def good_file() -> bytes:
    return gias_bytes(some_rows(3))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"", "is empty"),
        (lambda data: data.decode("cp1252").encode("utf-16"), "is in UTF-16"),
        (lambda data: data.replace(b"Primary", b"Prim\x00ary"), "has NUL bytes"),
        (lambda data: data.replace(b'"LA (code)"', b'"LA code"'), "lacks the column LA (code)"),
        (lambda data: b"Sorry, this service is unavailable.\n", "is not a GIAS file"),
        (lambda data: b"<html><body>Sorry</body></html>", "is a web page"),
        (lambda data: data[:-200], "cut short"),
        (lambda data: data[:-4], "cut short"),
        (lambda data: data.rpartition(b'"","",')[0] + b"\r\n", "cut short"),
    ],
)
def test_bad_file_changes_nothing_says_why_and_is_recorded(damage: Any, words: str) -> None:
    load(some_rows(1))
    before = list(School.objects.values())

    with pytest.raises(ImportRefused, match=re.escape(words)):
        load(damage(good_file()))

    record = GiasImport.objects.order_by("pk").last()
    assert record is not None
    assert words in record.problem
    assert (record.created, record.updated, record.unchanged, record.closed, record.rejected) == (0, 0, 0, 0, 0)
    assert list(School.objects.values()) == before


def test_rejected_rows_are_recorded_with_line_and_reason() -> None:
    user = make_user("national")
    rows = some_rows(3)
    rows[1] |= {"URN": "x12"}

    result = load(rows, by=user)

    record = GiasImport.objects.get()
    assert record == result.record
    assert (record.by, record.file_name, record.started_at) == (user, "edubasealldata20261001.csv", NOW)
    assert (record.created, record.rejected, record.is_dry_run, record.problem) == (2, 1, False, "")
    assert record.rejected_rows == [[3, "x12", "URN is not a number of up to seven digits: “x12”"]]


def test_dry_run_counts_and_changes_nothing() -> None:
    rows = some_rows(3)
    load(rows[:2])
    before = (list(School.objects.values()), LocalAuthority.objects.count(), Trust.objects.count())
    rows[0] |= {"EstablishmentName": "Renamed", "LA (code)": "999", "Trusts (code)": "777", "Trusts (name)": "New"}

    result = load(rows, dry_run=True)

    assert counts(result) == (1, 1, 1, 0, 0)
    assert (list(School.objects.values()), LocalAuthority.objects.count(), Trust.objects.count()) == before
    assert GiasImport.objects.filter(is_dry_run=True).count() == 1


def test_odd_signs_come_through_the_fast_way_in() -> None:
    rows = some_rows(2)
    rows[0] |= {"EstablishmentName": r"Back\slash \N School", "Street": r"\."}
    rows[1] |= {"Locality": "", "PercentageFSM": ""}

    load(rows)

    first, second = School.objects.order_by("pk")
    assert (first.name, first.street) == (r"Back\slash \N School", r"\.")
    assert (second.locality, second.fsm_percent, second.hub_set_by_hand) == ("", None, False)
