"""A school that the register opens again is itself: matched, shown and counted as it was before it became another."""

import io
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from hubportal.core import clock, notices
from hubportal.core.models import JournalEntry
from hubportal.dashboards.actions.records.owning import Owned
from hubportal.dashboards.actions.records.schools import Schools
from programmes.models import Enrolment
from schools import roles
from schools.actions import successors
from schools.actions.import_plan import make_plan
from schools.actions.import_preview import preview_of
from schools.adapters.fictional import gias_bytes
from schools.adapters.gias import read_schools
from schools.models import Role, School, SchoolSplit
from tests import factories as make
from tests.schools.test_import_links import CLOSED, links
from tests.schools.test_import_schools import load, some_rows
from tests.workgroups.test_import_notices import told
from tests.world import NOW
from workgroups.actions.successors import follow_successors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def rows() -> list[dict[str, str]]:
    rows = some_rows(2)
    rows[0]["EstablishmentName"], rows[1]["EstablishmentName"] = "Albert Village School", "Abington Vale School"
    load(rows)
    return rows


@pytest.fixture
def school(rows: list[dict[str, str]]) -> School:
    return _school(rows, 0)


@pytest.fixture
def other(rows: list[dict[str, str]], school: School) -> School:
    other = _school(rows, 1)
    hubs = [make.HubFactory(name=name, email=f"{name.lower()}@hubs.example.org") for name in ("East", "West")]
    for one, hub in zip((school, other), hubs, strict=True):
        School.objects.filter(pk=one.pk).update(hub=hub, hub_set_by_hand=True)
        one.refresh_from_db()
    return other


def _school(rows: list[dict[str, str]], at: int) -> School:
    return School.objects.get(urns__urn=rows[at]["URN"])


def close(rows: list[dict[str, str]]) -> None:
    joins = links((rows[0]["URN"], rows[1]["URN"]), kind="Successor - merged")
    load([rows[0] | CLOSED, rows[1]], links=joins, now=NOW)


def test_school_that_is_open_again_is_found_as_itself_and_its_page_says_what_stayed_where_it_went(
    rows: list[dict[str, str]], school: School, other: School, client: Client
) -> None:
    head = make.make_user(roles.HEADTEACHER, school=school)
    make.EnrolmentFactory(school=school, hub=school.hub, status="active")
    close(rows)
    follow_successors(now=NOW)
    successors.move_people(now=NOW)

    before = preview_of(make_plan(opened := read_schools(io.BytesIO(gias_bytes(rows)))), opened.fields)["reopened"]
    load(rows, links=links((rows[0]["URN"], rows[1]["URN"]), kind="Successor - merged"), now=NOW)
    follow_successors(now=NOW)
    client.force_login(make.make_user(roles.NATIONAL))
    page = " ".join(client.get(school.get_absolute_url()).content.decode().split())

    school.refresh_from_db()
    assert (school.is_open, school.succeeded_by) == (True, None)
    assert before == [[school.pk, "Albert Village School", "Abington Vale School"]]
    assert school.hub
    assert Schools(Owned(school.hub)).register.standing(school.pk) == school.pk
    assert [enrolment.school for enrolment in Enrolment.objects.all()] == [other]
    assert Enrolment.objects.parts_of(school) == []
    assert Role.objects.by_hand().current(NOW.date()).get(person=head.person).school == other
    assert "<dt>Became</dt>" not in page
    assert "From 11 January 2027. Before, it had become Abington Vale School. Who and what had gone" in page


def test_hubs_of_both_hear_that_a_school_is_open_again_and_so_does_who_has_something_open_there(
    rows: list[dict[str, str]], school: School, other: School, mailoutbox: list[EmailMessage]
) -> None:
    close(rows)
    third = make.HubFactory(name="Third", email="third@hubs.example.org")
    make.EnrolmentFactory(school=school, hub=third, status="active")
    make.InterestFactory(school=make.SchoolFactory(), hub=make.HubFactory(email="none@hubs.example.org"))
    told(mailoutbox)
    mailoutbox.clear()

    later = NOW.replace(hour=15)
    with clock.fixed(later):
        load(rows, now=later)
        notices.sweep(later)
        mails = told(mailoutbox)

    assert sorted(mails) == ["east@hubs.example.org", "third@hubs.example.org", "west@hubs.example.org"]
    stayed = "it had become Abington Vale School, and who and what had gone there stays there"
    assert all("These schools are open again:" in text and stayed in text for text in mails.values())
    assert f"- {school.with_town}: 1 enrolment open there; {stayed}" in mails["third@hubs.example.org"]
    owners = JournalEntry.objects.about(school).filter(what="Open again").values_list("owner__name", flat=True)
    assert sorted(owners) == ["East", "West"]


def test_one_of_several_schools_that_it_became_is_no_longer_its_part(
    rows: list[dict[str, str]], school: School, other: School
) -> None:
    close(rows)
    School.objects.filter(pk=school.pk).update(succeeded_by=None)
    SchoolSplit.objects.create(school=school, became=other)

    load(rows, now=NOW)

    assert not SchoolSplit.objects.exists()


@pytest.mark.parametrize("closed_by_file", [False, True])
def test_what_was_said_by_hand_holds_until_the_register_has_closed_the_school_itself(
    rows: list[dict[str, str]], school: School, other: School, closed_by_file: bool
) -> None:
    if closed_by_file:
        load([rows[0] | CLOSED, rows[1]], now=NOW)
    how = {"how": successors.MERGED, "since": date(2027, 1, 1), "reason": "The hub says so"}
    successors.say_successor(school=school, successor=other, by=None, now=NOW, **how)  # type: ignore[arg-type]

    load([rows[0] | {"Street": "1 New Street"}, rows[1]], now=NOW)

    school.refresh_from_db()
    assert school.succeeded_by == (None if closed_by_file else other)
