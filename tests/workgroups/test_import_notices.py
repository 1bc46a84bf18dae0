"""Hubs hear from a file of schools in one e-mail which of their schools came, went or closed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from schools import roles
from schools.models import GiasImport, Hub, HubMove, LocalAuthority, School
from tests import factories as make
from tests.schools.test_import_links import CLOSED, links
from tests.schools.test_import_schools import load, some_rows
from tests.world import NOW
from workgroups.actions.successors import follow_successors

pytestmark = pytest.mark.django_db
ELSEWHERE = {"LA (code)": "998", "LA (name)": "Example Isles"}


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="old@hubs.example.org")


def loaded(hub: Hub, number: int) -> tuple[list[dict[str, str]], list[School]]:
    """Some stored schools of a hub, with their rows."""
    rows = some_rows(number)
    load(rows)
    LocalAuthority.objects.update(hub=hub)
    School.objects.update(hub=hub)
    return rows, [School.objects.get(urns__urn=row["URN"]) for row in rows]


def told(mailoutbox: list[EmailMessage]) -> dict[str, str]:
    delivery.deliver_due()
    return {mail.to[0].partition("<")[2].rstrip(">"): str(mail.body) for mail in mailoutbox}


def test_both_hubs_hear_once_of_all_schools_that_follow_their_local_authority(
    hub: Hub, mailoutbox: list[EmailMessage], client: Client
) -> None:
    rows, schools = loaded(hub, 3)
    new = make.HubFactory(name="New Hub", email="new@hubs.example.org")
    make.AuthorityFactory(code="998", name="Example Isles", hub=new)
    School.objects.filter(pk=schools[2].pk).update(hub_set_by_hand=True)
    lead = make.make_user(roles.HUB_LEAD, hub=hub)

    load([row | ELSEWHERE for row in rows], now=NOW)
    mails = told(mailoutbox)
    load([row | ELSEWHERE for row in rows], now=NOW)
    notices.sweep(NOW)
    delivery.deliver_due()

    assert len(mailoutbox) == 2
    assert f"- {schools[0].with_town}: New Hub" in mails["old@hubs.example.org"]
    assert f"- {schools[1].with_town}, until now Example Hub" in mails["new@hubs.example.org"]
    assert schools[2].name not in mails["old@hubs.example.org"]
    assert set(HubMove.objects.values_list("school", "was", "hub", "status")) == {
        (one.pk, hub.pk, new.pk, "done") for one in schools[:2]
    }
    read = JournalEntry.objects.filter(what="Moved hub with its local authority").values_list("owner", flat=True)
    assert sorted(read) == sorted([hub.pk, new.pk] * 2)
    client.force_login(lead)
    page = client.get(hub.get_absolute_url()).content.decode()
    assert "Schools that came and went" in page
    assert "goes to New Hub" in page


def test_hubs_hear_once_of_schools_that_close_while_something_is_open_there(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    rows, schools = loaded(hub, 4)
    other = make.HubFactory(email="other@hubs.example.org")
    make.EnrolmentFactory(school=schools[0], hub=hub)
    make.InterestFactory(school=schools[0], hub=hub)
    make.EnrolmentFactory(school=schools[1], hub=hub)
    make.EnrolmentFactory(school=schools[2], hub=other, status="completed")
    closed = [row | CLOSED for row in rows[:3]]

    load([*closed, rows[3]], links=links((rows[1]["URN"], rows[3]["URN"]), kind="Successor - merged"), now=NOW)
    follow_successors(now=NOW)
    mails = told(mailoutbox)

    assert set(mails) == {"old@hubs.example.org"}
    text = mails["old@hubs.example.org"]
    assert f"- {schools[0].with_town}: 1 enrolment and 1 application to settle\n" in text
    assert f"- {schools[1].with_town}, now part of {schools[3].with_town}: what was open goes on there\n" in text
    assert "/groups/schools-changed/" in text
    assert schools[2].name not in text


def test_hub_hears_that_a_school_where_something_is_open_goes_on_as_an_academy(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    rows, (school, beside, _new) = loaded(hub, 3)
    School.objects.filter(urns__urn=rows[2]["URN"]).delete()
    trust = {"TrustSchoolFlag (code)": "3", "Trusts (code)": "16000", "Trusts (name)": "Hill Trust"}
    academy = rows[2] | trust | {"EstablishmentName": "Hill Academy"}
    make.EnrolmentFactory(school=school, hub=hub)
    make.EnrolmentFactory(school=school, hub=hub)
    make.InterestFactory(school=school, hub=hub)

    for _again in range(2):
        load([rows[0] | CLOSED, rows[1], academy], links=links((rows[0]["URN"], academy["URN"])), now=NOW)
        notices.sweep(NOW)
    mails = told(mailoutbox)

    school.refresh_from_db()
    assert (len(mailoutbox), set(mails)) == (1, {"old@hubs.example.org"})
    text = mails["old@hubs.example.org"]
    line = (
        f"- {rows[0]['EstablishmentName']}, now {school.with_town}, URN {academy['URN']} (until now {rows[0]['URN']})"
    )
    assert "These schools go on as the same school under another URN:" in text
    assert f"{line}, Hill Trust: 2 enrolments and 1 application open there\n" in text
    assert beside.name not in text


def test_hub_hears_that_a_school_where_something_is_open_is_proposed_to_close(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    rows, schools = loaded(hub, 2)
    make.EnrolmentFactory(school=schools[0], hub=hub)
    proposed = {"EstablishmentStatus (code)": "3", "CloseDate": "31-08-2027"}

    for _again in range(2):
        load([row | proposed for row in rows], now=NOW)
        notices.sweep(NOW)
    mails = told(mailoutbox)

    [text] = mails.values()
    assert "These schools are open, but proposed to close:" in text
    assert f"- {schools[0].with_town}, on 31 August 2027: 1 enrolment open there\n" in text
    assert (schools[1].with_town in text, "have closed" in text) == (False, False)


def test_nobody_is_told_by_a_dry_run_or_of_schools_without_anything_open(hub: Hub) -> None:
    rows, _schools = loaded(hub, 2)

    load([row | CLOSED for row in rows], now=NOW)
    notices.sweep(NOW)

    assert GiasImport.objects.latest("pk").closed == 2
    assert Notice.objects.filter(kind="import_for_hub").count() == 0


def test_what_comes_to_a_schools_successor_later_makes_the_closing_no_news(hub: Hub) -> None:
    rows, schools = loaded(hub, 2)
    load([rows[0] | CLOSED, rows[1]], links=links((rows[0]["URN"], rows[1]["URN"]), kind="Successor - merged"), now=NOW)

    make.InterestFactory(school=schools[1], hub=hub)
    notices.sweep(NOW + timedelta(days=10))

    assert not Notice.objects.filter(kind="import_for_hub").exists()


def test_line_of_a_school_where_a_hub_has_something_at_the_successor_alone_does_not_end_in_nothing(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    rows, schools = loaded(hub, 2)
    School.objects.filter(pk=schools[0].pk).update(succeeded_by=schools[1])
    make.EnrolmentFactory(school=schools[1], hub=hub)
    proposed = {"EstablishmentStatus (code)": "3", "CloseDate": "31-08-2027"}

    load([rows[0] | proposed, rows[1]], now=NOW)
    [text] = told(mailoutbox).values()

    assert f"- {schools[0].with_town}, on 31 August 2027\n" in text
