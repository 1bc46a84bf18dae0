"""The work list leads to what it counts."""

from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import resolve, reverse

from funding.models import Claim
from hubportal.core import clock
from hubportal.dashboards.figures import work
from hubportal.dashboards.figures.work import HUB_LINES, Line
from schools import roles
from schools.models import School
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.models import Meeting, Visit

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def _visit(side: Side, number: int, status: str, *, on: date | None = None, book_by: date) -> Visit:
    starts_at = clock.at_london(on, 9) if on else None
    return make.VisitFactory(
        place=side.place, number=number, status=status, on=on, starts_at=starts_at, book_from=TODAY, book_by=book_by
    )


# What was sent twice has no filter, but a page of pairs: tests/programmes/test_sent_after.py opens it from there.
ASKING = [line for line in HUB_LINES if line.query and line.url_name != "programmes:copy-list"]


@pytest.mark.parametrize("line", ASKING, ids=[line.key for line in ASKING])
def test_work_line_asks_its_list_for_something_the_filter_knows(line: Line) -> None:
    name, value = next(iter(parse_qsl(line.query)))
    side = make_side()
    view = resolve(reverse(line.url_name)).func.view_class  # type: ignore[attr-defined]
    request = type("Request", (), {"user": side.users[roles.HUB_LEAD], "hub": side.hub, "GET": {}})()

    filterset = view.filterset_class({name: value}, queryset=view.model.objects.all(), request=request)

    assert filterset.form.is_valid()
    assert filterset.form.cleaned_data[name] == value


def test_visits_without_a_log_lead_to_those_visits(client: Client) -> None:
    side = make_side()
    Visit.objects.all().delete()
    unlogged = _visit(side, 1, "booked", on=TODAY - timedelta(days=4), book_by=TODAY)
    _visit(side, 2, "booked", on=TODAY + timedelta(days=4), book_by=TODAY + timedelta(days=9))
    _visit(side, 3, "to_book", book_by=TODAY - timedelta(days=1))
    client.force_login(side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        home = client.get("/")
        link = next(item.url for item in home.context["work"] if item.title == "Visits without a log")
        listed = client.get(link)

    assert [row[0] for row in listed.context["rows"]] == [str(unlogged.pk)]


def test_group_that_lost_a_meeting_needs_another_until_one_is_planned(client: Client) -> None:
    side = make_side()  # the offer says three meetings
    make.MeetingFactory(group=side.group, number=2)
    lost = make.MeetingFactory(group=side.group, number=3)
    client.force_login(side.users[roles.HUB_LEAD])

    def waiting() -> list[str]:
        with clock.fixed(NOW):
            return [item.url for item in client.get("/").context["work"] if item.title.startswith("Groups that need")]

    before = waiting()
    lost.move_to("cancelled", by=None)
    (link,) = waiting()
    with clock.fixed(NOW):
        listed = client.get(link)
    make.MeetingFactory(group=side.group, number=4)

    assert (before, waiting()) == ([], [])
    assert [row[0] for row in listed.context["rows"]] == [str(side.group.pk)]


def test_group_whose_meetings_are_all_over_is_to_be_completed(client: Client) -> None:
    side = make_side()
    client.force_login(side.users[roles.HUB_LEAD])
    make.MeetingFactory(group=side.group, number=2, status="cancelled")
    running = make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)  # it has never met
    type(running).objects.filter(pk=running.pk).update(status="running", started_at=NOW)

    def waiting(now: datetime) -> list[str]:
        with clock.fixed(now):
            return [item.url for item in client.get("/").context["work"] if item.title == "Groups whose year is over"]

    before = waiting(side.meeting.ends_at - timedelta(minutes=1))
    (link,) = waiting(side.meeting.ends_at)
    with clock.fixed(side.meeting.ends_at):
        listed = client.get(link)
    type(running).objects.filter(pk=side.group.pk).update(status="completed")

    assert (before, waiting(side.meeting.ends_at)) == ([], [])
    assert [row[0] for row in listed.context["rows"]] == [str(side.group.pk)]


def test_applications_to_decide_are_the_same_number_for_hub_and_national_team_whatever_their_year(
    client: Client,
) -> None:
    side = make_side()
    for year in (side.offer.year, side.offer.year + 1):
        make.InterestFactory(school=side.school, hub=side.hub, offer__year=year)
    with clock.fixed(NOW):
        client.force_login(side.users[roles.NATIONAL])
        table = client.get(reverse("dashboards:hub-table"))
        client.force_login(side.users[roles.HUB_LEAD])
        listed = client.get(reverse("programmes:interest-list"), {"status": "submitted", "whose": "all"})

    to_decide = {hub.pk: hub.interest for hub in table.context["rows"]}
    assert to_decide[side.hub.pk] == len(listed.context["rows"]) >= 2


def test_late_visits_are_the_same_number_for_hub_and_national_team(client: Client) -> None:
    side = make_side()
    Visit.objects.all().delete()
    _visit(side, 1, "booked", on=TODAY - timedelta(days=4), book_by=TODAY)
    _visit(side, 2, "to_book", book_by=TODAY - timedelta(days=1))
    _visit(side, 3, "to_book", book_by=TODAY + timedelta(days=1))
    client.force_login(side.users[roles.NATIONAL])

    with clock.fixed(NOW):
        table = client.get(reverse("dashboards:hub-table"))
        visits = client.get(reverse("workgroups:visit-list"), {"state": "late"})

    late = {hub.pk: hub.late for hub in table.context["rows"]}
    assert (late[side.hub.pk], len(visits.context["rows"])) == (2, 2)


def make_waiting(side: Side) -> None:
    """One of each kind of work, beside rows of the same kinds that do not wait."""
    visit, meeting = side.visit, side.meeting
    Visit.objects.filter(pk=visit.pk).update(status="to_book", book_from=TODAY, book_by=TODAY + timedelta(days=9))
    late = make.VisitFactory(place=side.place, number=2)
    yesterday = NOW - timedelta(days=1)
    Visit.objects.filter(pk=late.pk).update(status="booked", on=yesterday.date(), starts_at=yesterday)
    far = make.VisitFactory(place=side.place, number=3)
    Visit.objects.filter(pk=far.pk).update(
        status="to_book", book_from=TODAY + timedelta(days=90), book_by=TODAY + timedelta(days=150)
    )
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=yesterday, ends_at=yesterday + timedelta(hours=2))
    make.MeetingFactory(group=side.group, number=2, status="cancelled")
    Claim.objects.filter(pk=side.claim.pk).update(status="raised")
    make.ClaimFactory(award=side.award, raised_by=side.users[roles.OFFICE], status="approved")


def make_waiting_for_another_leader(side: Side) -> None:
    """A visit to log and one to book, a register to fill in and a meeting to plan, in a group of the same hub."""
    group = make.GroupFactory(offer=side.offer, hub=side.hub, leader=make.LeaderFactory(hub=side.hub))
    type(group).objects.filter(pk=group.pk).update(status="running", started_at=NOW)
    enrolment = make.EnrolmentFactory(school__authority__hub=side.hub, offer=side.offer, hub=side.hub, status="active")
    place = make.PlaceFactory(group=group, enrolment=enrolment)
    yesterday = NOW - timedelta(days=1)
    for number, values in enumerate(
        (
            {"status": "booked", "on": yesterday.date(), "starts_at": yesterday},
            {"status": "to_book", "book_from": TODAY, "book_by": TODAY + timedelta(days=9)},
        ),
        start=1,
    ):
        Visit.objects.filter(pk=make.VisitFactory(place=place, number=number).pk).update(**values)
    make.MeetingFactory(group=group, number=2, status="cancelled")
    meeting = make.MeetingFactory(group=group, number=1)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=yesterday, ends_at=yesterday + timedelta(hours=2))


OWN = ("Visits without a log", "Meetings without a full register", "Groups that need another meeting")


@pytest.mark.parametrize("own_only", [False, True])
@pytest.mark.parametrize("year", [2026, 2025])
def test_line_of_the_work_list_leads_to_the_rows_it_counts_whatever_year_is_looked_at(
    client: Client, year: int, own_only: bool
) -> None:
    with clock.fixed(NOW):
        side = make_side()
        make_waiting(side)
        make_waiting_for_another_leader(side)
        lead = side.users[roles.SPECIALIST]
        make.RoleFactory(person=lead.person, kind=roles.HUB_LEAD, hub=side.hub, starts_on=TODAY)
        client.force_login(lead)
        session = client.session
        session["year"] = year
        session.save()
        reader = work.Reader(user=lead, hub=side.hub, now=NOW, today=TODAY, own_only=own_only)

        items = work.work_list(reader, work.HUB_LINES)
        listed = {item.title: client.get(item.url).context["total"] for item in items}

    assert listed == {item.title: item.count for item in items}
    assert [listed[title] for title in OWN] == ([1, 1, 1] if own_only else [2, 2, 2])
    assert {"Visits to book, late or within three weeks", "Claims to approve"} <= set(listed)


def test_school_that_two_became_leads_to_its_people_until_one_headteacher_ends(client: Client) -> None:
    """Two headteachers of a school that nobody became part of may well share the post."""
    side = make_side()
    title = "Schools with two headteachers since another became part of them"
    make.SchoolFactory(authority=side.school.authority, gias_status=2, succeeded_by=side.school)
    other = make.RoleFactory(kind=roles.HEADTEACHER, school=side.school, starts_on=TODAY)
    shared = make.SchoolFactory(authority=side.school.authority)
    for _ in range(2):
        make.RoleFactory(kind=roles.HEADTEACHER, school=shared, starts_on=TODAY)
    client.force_login(side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        item = next(item for item in client.get("/").context["work"] if item.title == title)
        listed = client.get(item.url).content.decode()
        people = client.get(reverse("schools:school-people", args=[side.school.pk])).content.decode()
        type(other).objects.filter(pk=other.pk).update(ends_on=TODAY + timedelta(days=9))
        settled = [item.title for item in client.get("/").context["work"]]

    assert item.count == 1
    assert f'href="/schools/{side.school.pk}/people/"' in listed
    assert "are headteachers here at the same time" in people
    assert title not in settled


def test_school_that_has_closed_stands_among_those_to_settle_only(client: Client) -> None:
    side = make_side()
    long_ago = NOW - timedelta(days=90)
    late = make.OfferFactory(year=side.offer.year, names_by=long_ago.date())
    make.EnrolledTeacherFactory(
        enrolment=make.EnrolmentFactory(school=side.school, offer=late, hub=side.hub), person=None
    )
    other = make.OfferFactory(year=side.offer.year)
    make.InterestFactory(school=side.school, hub=side.hub, offer=other, head_asked_at=long_ago)
    client.force_login(side.users[roles.HUB_LEAD])
    titles = ("Headteachers who never answered", "Schools that have not named their teachers in time")

    counted = []
    for status in (School.GiasStatus.OPEN, School.GiasStatus.CLOSED):
        School.objects.filter(pk=side.school.pk).update(gias_status=status)
        with clock.fixed(NOW):
            items = client.get("/").context["work"]
        counted.append([title in {item.title for item in items} for title in titles])

    assert counted == [[True, True], [False, False]]
