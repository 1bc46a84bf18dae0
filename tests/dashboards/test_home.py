"""Homes: each role finds what needs it, nobody finds what is not theirs, and the number of queries stays."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock
from hubportal.dashboards.figures.work import HUB_LINES, LEADER_LINES, Item, Line, Reader, work_list
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 11)
PAST = datetime(2027, 1, 5, 13, tzinfo=UTC)


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


def _home(side: Side, kind: str, query: str = "") -> Any:
    client = Client()
    client.force_login(side.users[kind])
    with clock.fixed(NOW):
        response = client.get(f"/{query}")
    assert response.status_code == 200
    return response


def _headings(response: Any) -> list[str]:
    text = response.content.decode()
    return [part.partition("</h2>")[0] for part in text.split("<h2>")[1:]]


def _work(side: Side, kind: str, lines: tuple[Line, ...] = HUB_LINES, *, own_only: bool = False) -> list[Item]:
    with clock.fixed(NOW):
        user = side.users[kind]
        hub = side.hub if user.scope.hub_ids else None
        return work_list(Reader(user=user, hub=hub, now=NOW, today=TODAY, own_only=own_only), lines)


def _titles(items: list[Item]) -> dict[str, int]:
    return {item.title: item.count for item in items}


def test_home_of_nobody_says_what_this_is() -> None:
    response = Client().get("/")

    assert response.status_code == 200
    assert "Express an interest" in response.content.decode()
    assert "Needs you" not in response.content.decode()


@pytest.mark.parametrize("kind", [roles.NATIONAL, *roles.HUB_READERS])
def test_home_of_a_hub_shows_work_and_pictures(side: Side, kind: str) -> None:
    """A board reads what waits; it is not the board's to do."""
    found = _headings(_home(side, kind))

    assert found[0] == ("Waits in the hub" if kind == roles.BOARD else "Needs you")
    assert found[1:] == ["Recruitment", "Next meetings", "Visits 2026/27", "Money 2026/27"]


@pytest.mark.parametrize("kind", roles.LEADERS)
def test_home_of_a_leader_shows_their_own(side: Side, kind: str) -> None:
    found = _headings(_home(side, kind))

    assert found == ["Needs you", "Visits 2026/27", "Next meetings", "My groups 2026/27"]


@pytest.mark.parametrize("kind", [*roles.SCHOOL_STAFF])
def test_home_of_a_school_shows_its_year(side: Side, kind: str) -> None:
    response = _home(side, kind)

    assert _headings(response) == ["What is asked of you now", "Next dates", "Your programmes", "Whom to ask"]
    assert f'<a class="btn quiet" href="/funding/awards/{side.award.pk}/claim/">Claim' in response.content.decode()
    assert str(side.offer) in response.content.decode()


def test_board_is_not_asked_to_do_what_waits(side: Side) -> None:
    make.InterestFactory(school=side.school, offer=side.offer, submitted_at=PAST)

    board, lead = (_home(side, kind).content.decode() for kind in (roles.BOARD, roles.HUB_LEAD))

    assert (">See<" in board, ">Decide<" in board) == (True, False)
    assert (">See<" in lead, ">Decide<" in lead) == (False, True)


def test_home_of_a_school_leads_to_what_was_shared_of_its_visits(side: Side) -> None:
    type(side.visit).objects.filter(pk=side.visit.pk).update(status="done", on=date(2027, 1, 8))

    page = _home(side, roles.HEADTEACHER).content.decode()

    assert f'<a href="{side.visit.get_absolute_url()}">What was seen and agreed on 8 January 2027</a>' in page


def test_home_of_a_trust_leads_to_its_schools(side: Side) -> None:
    assert 'href="/schools/">Our schools' in _home(side, roles.TRUST_LEAD).content.decode()
    assert "Our schools" not in _home(side, roles.HEADTEACHER).content.decode()


def test_home_of_a_teacher_shows_the_next_meetings(side: Side) -> None:
    response = _home(side, roles.TEACHER)

    assert _headings(response) == ["What you take part in", "Your next meetings", "Whom to ask"]
    assert side.group.name in response.content.decode()


def test_home_of_somebody_without_a_role_says_whom_to_ask() -> None:
    client = Client()
    client.force_login(make.make_user())

    assert "Nothing is open to you at the moment" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (roles.NATIONAL, "Invite hub leads"),
        (roles.HUB_LEAD, "Make leaders"),
        (roles.BOARD, "What needs you appears here."),
    ],
)
def test_home_of_an_empty_portal_says_where_to_begin(kind: str, first: str) -> None:
    place = {} if kind == roles.NATIONAL else {"hub": make.HubFactory()}
    client = Client()
    client.force_login(make.make_user(kind, **place))

    text = client.get("/").content.decode()

    assert "Nothing waits for you" in text
    assert first in text


def test_work_list_counts_each_kind_and_names_the_oldest(side: Side) -> None:
    make.InterestFactory(school=side.school, offer=side.offer, submitted_at=PAST)
    make.EnrolmentFactory(offer=side.offer, hub=side.hub, school__name="Old School", accepted_on=date(2026, 5, 1))
    make.MeetingFactory(group=side.group, number=7, starts_at=PAST, ends_at=PAST.replace(hour=15))
    make.VisitFactory(place=side.place, number=8, status="booked", on=date(2027, 1, 4), starts_at=PAST)
    make.VisitFactory(place=side.place, number=9, book_by=date(2027, 1, 22))
    make.NoticeFactory(owner=side.hub, state="failed", name="Nobody Reached")

    found = _work(side, roles.HUB_LEAD)

    assert _titles(found) == {
        "Visits without a log": 1,
        "Meetings without a full register": 1,
        "Reminders that failed": 1,
        "Applications to decide": 2,
        "Schools without a group": 1,
        "Visits to book, late or within three weeks": 1,
        "Claims to approve": 1,
    }
    by_title = {item.title: item for item in found}
    assert by_title["Schools without a group"].oldest == "Old School"
    assert by_title["Schools without a group"].since == date(2026, 5, 1)
    assert [item.is_late for item in found] == sorted((item.is_late for item in found), reverse=True)


@pytest.mark.parametrize(("more", "words"), [(0, "2 things to do"), (1, "3 things to do")])
def test_home_counts_what_there_is_to_do(side: Side, more: int, words: str) -> None:
    for _one in range(more):
        make.NoticeFactory(owner=side.hub, state="failed")

    assert f" · {words}</p>" in _home(side, roles.HUB_LEAD).content.decode()
    assert "to do</p>" not in _home(side, roles.BOARD).content.decode()


def test_work_list_says_the_day_in_london(side: Side) -> None:
    """At half past midnight of a British summer's day it is the day before in UTC."""
    type(side.interest).objects.all().delete()
    make.InterestFactory(school=side.school, offer=side.offer, submitted_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))

    (found,) = (one for one in _work(side, roles.HUB_LEAD) if one.title == "Applications to decide")

    assert found.since == date(2026, 7, 2)


def test_work_list_of_another_hub_is_its_own(side: Side) -> None:
    other = make_side()
    make.MeetingFactory(group=side.group, number=7, starts_at=PAST, ends_at=PAST.replace(hour=15))

    assert "Meetings without a full register" not in _titles(_work(other, roles.HUB_LEAD))


def test_work_list_of_a_leader_is_what_they_lead(side: Side) -> None:
    somebody = make.LeaderFactory(hub=side.hub)
    elsewhere = make.GroupFactory(offer=side.offer, hub=side.hub, leader=somebody)
    for number, group in enumerate((side.group, elsewhere), start=7):
        make.MeetingFactory(group=group, number=number, starts_at=PAST, ends_at=PAST.replace(hour=15))

    found = _work(side, roles.SPECIALIST, LEADER_LINES, own_only=True)

    assert _titles(found) == {"Meetings without a full register": 1}


def test_work_list_leads_to_pages_that_open(side: Side) -> None:
    make.MeetingFactory(group=side.group, number=7, starts_at=PAST, ends_at=PAST.replace(hour=15))
    client = Client()
    client.force_login(side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        found = {item.url: client.get(item.url).status_code for item in _work(side, roles.HUB_LEAD)}

    assert set(found.values()) == {200}


def _more(side: Side) -> None:
    """One more of everything that a home may show."""
    number = side.group.meetings.count() + 10
    make.MeetingFactory(group=side.group, number=number)
    make.VisitFactory(place=side.place, number=number, status="booked", on=date(2027, 1, 20), starts_at=NOW)
    enrolment = make.EnrolmentFactory(school=side.school, hub=side.hub, offer__leader_kind=side.offer.leader_kind)
    make.EnrolledTeacherFactory(enrolment=enrolment)
    make.AwardFactory(enrolment=enrolment)
    make.InterestFactory(school=make.SchoolFactory(authority__hub=side.hub))
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)


QUERIES = [
    (roles.NATIONAL, 10),
    (roles.HUB_LEAD, 11),
    (roles.HUB_ADMIN, 11),
    (roles.BOARD, 10),
    (roles.SPECIALIST, 10),
    (roles.READINESS_LEAD, 10),
    (roles.HEADTEACHER, 12),
    (roles.MATHS_LEAD, 12),
    (roles.OFFICE, 12),
    (roles.TRUST_LEAD, 12),
    (roles.TEACHER, 10),
]


@pytest.mark.cases
@pytest.mark.parametrize(("kind", "queries"), QUERIES)
def test_home_takes_as_many_queries_for_three_rows_as_for_one(side: Side, kind: str, queries: int) -> None:
    client = Client()
    client.force_login(side.users[kind])
    few = _count(client)
    for _again in range(2):
        _more(side)
    many = _count(client)

    assert (few, many) == (queries, queries)
    assert queries <= 12


def _count(client: Client) -> int:
    with clock.fixed(NOW), CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    return len(captured.captured_queries)


@pytest.mark.parametrize(
    ("kind", "email", "is_asked"),
    [
        (roles.HUB_LEAD, "", True),
        (roles.HUB_ADMIN, "", True),
        (roles.BOARD, "", False),
        (roles.HUB_LEAD, "office@hub.example.org", False),
    ],
)
def test_staff_are_asked_for_the_hubs_address_until_it_is_known(
    side: Side, kind: str, email: str, is_asked: bool
) -> None:
    type(side.hub).objects.filter(pk=side.hub.pk).update(email=email)

    page = _home(side, kind).content.decode()

    assert (f'href="/schools/hubs/{side.hub.pk}/email/"' in page) == is_asked


@pytest.mark.parametrize(
    ("kind", "is_led"),
    [(roles.HEADTEACHER, True), (roles.MATHS_LEAD, True), (roles.TRUST_LEAD, True), (roles.OFFICE, False)],
)
def test_home_of_a_school_leads_to_where_its_teacher_is_named(side: Side, kind: str, is_led: bool) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    url = f"/programmes/enrolments/{side.enrolment.pk}/teachers/"

    page = _home(side, kind).content.decode()

    is_asked = "Teachers to name" in page and f'href="{url}">Name them' in page
    assert (is_asked, "1 teacher still to be named" in page) == (is_led, not is_led)
    assert side.browser(kind).get(url).status_code == (200 if is_led else 403)


def test_home_of_a_school_asks_for_no_teacher_of_a_year_that_has_ended(side: Side) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    type(side.enrolment).objects.filter(pk=side.enrolment.pk).update(status="withdrawn")

    assert "still to be named" not in _home(side, roles.HEADTEACHER).content.decode()
