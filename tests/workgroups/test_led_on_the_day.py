"""Pages and e-mails name who leads on the day of a meeting or visit, not who leads today."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from programmes.models import Leader
from schools import roles
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions import leading
from workgroups.models import (
    Group,
    LeaderChange,
    Meeting,
    Visit,
    leader_at,
    visitor_of,
    with_leader_then,
    with_visitor,
)
from workgroups.notices import visits as kinds
from workgroups.notices.links import answer_url

pytestmark = pytest.mark.django_db

BEFORE, COVERED, AFTER = (datetime(2027, month, 20, 9, tzinfo=UTC) for month in (1, 2, 3))
FIRST, BACK = date(2027, 2, 1), date(2027, 3, 1)


@pytest.fixture
def nora(side: Side) -> Leader:
    return make.LeaderFactory(hub=side.hub, kind=side.leader.kind, person__name="Nora New")


def hands_over(side: Side, to: Leader, **given: Any) -> LeaderChange:
    return make.LeaderChangeFactory(group=side.group, leader=to, from_on=FIRST, **given)


def test_whoever_covers_goes_on_leading_where_the_end_of_the_cover_is_taken_back(side: Side, nora: Leader) -> None:
    change = hands_over(side, nora, back_on=BACK)
    leading.hand_over_due(now=clock.at_london(FIRST, 0))
    leading.take_back(group=Group.objects.get(pk=change.group_id), by=None, now=COVERED)

    group = Group.objects.get(pk=side.group.pk)

    assert [leader_at(group, moment) for moment in (BEFORE, COVERED, AFTER)] == [side.leader, nora, nora]


def books(side: Side, number: int, starts_at: datetime) -> Visit:
    booked = {"status": "booked", "on": starts_at.date(), "starts_at": starts_at}
    visit: Visit = make.VisitFactory(place=side.place, number=number, changed_at=NOW, **booked)
    return visit


def dates(side: Side) -> Any:
    return side.browser(roles.OFFICE).get(reverse("workgroups:school-dates", args=[side.school.pk]))


def test_dates_of_a_school_name_who_makes_each_visit_while_it_is_covered_and_after(side: Side, nora: Leader) -> None:
    hands_over(side, nora, back_on=BACK)
    Visit.objects.filter(pk=side.visit.pk).update(book_from=NOW.date())
    make.VisitFactory(place=side.place, number=2, book_from=date(2027, 2, 22), book_by=date(2027, 4, 22))
    for number, moment in enumerate((BEFORE, COVERED, AFTER), 3):
        books(side, number, moment)

    found = {row.what: row.who for row in dates(side).context["rows"] if row.what.startswith("Visit")}
    file = side.browser(roles.OFFICE).get(reverse("workgroups:school-dates", args=[side.school.pk]) + "?export=csv")
    home = side.browser(roles.HEADTEACHER).get("/").content.decode()

    old = f"{side.leader.person.name} visits"
    assert found == {
        "Visit 1": old,
        "Visit 2": "Nora New visits",
        "Visit 3": old,
        "Visit 4": "Nora New visits",
        "Visit 5": old,
    }
    assert file.content.decode().count("cover as agreed with Nora New") == 2
    assert "Nora New visits" in home


def test_pages_of_a_visit_and_a_meeting_name_who_leads_on_the_day(side: Side, nora: Leader) -> None:
    hands_over(side, nora)
    visit = books(side, 2, AFTER)
    meeting = make.MeetingFactory(group=side.group, number=2, starts_at=AFTER, ends_at=AFTER + timedelta(hours=2))
    teacher, leads = side.users[roles.TEACHER].person, "<dt>Leader</dt><dd>Nora New</dd>"

    pages = [side.browser(roles.HEADTEACHER).get(one.get_absolute_url()).content.decode() for one in (visit, meeting)]
    asks = side.browser(roles.TEACHER).get(answer_url(meeting, teacher.pk)).content.decode()
    file = side.browser(roles.HUB_LEAD).get(reverse("workgroups:meeting-list") + "?export=csv").content.decode()

    assert [leads in page for page in pages] == [True, True]
    assert "tell Nora New if you" in asks
    assert [line.split(",")[-2] for line in file.splitlines()[1:]] == [side.leader.person.name, "Nora New"]


@pytest.mark.parametrize("back_on", [None, BACK])
@pytest.mark.parametrize("now", [NOW, *(one + timedelta(days=1) for one in (COVERED, AFTER))])
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_list_and_one_group_know_the_same_leader_of_each_day(
    side: Side, nora: Leader, back_on: date | None, now: datetime, is_kept: bool
) -> None:
    """As it is planned, done, done and over; and where it is taken back, or cover goes on."""
    change = hands_over(side, nora, back_on=back_on)
    leading.hand_over_due(now=now)
    leading.hand_over_due(now=now)
    if not is_kept and side.group.leader_changes.filter(status="planned").exists():
        leading.take_back(group=Group.objects.get(pk=change.group_id), by=None, now=now)
    moments = (BEFORE, COVERED, AFTER)
    for number, moment in enumerate(moments, 2):
        make.MeetingFactory(group=side.group, number=number, starts_at=moment, ends_at=moment + timedelta(hours=1))
        books(side, number, moment)
    Visit.objects.update(leader=Group.objects.get(pk=side.group.pk).leader)

    group = Group.objects.get(pk=side.group.pk)
    ahead = Visit.objects.filter(starts_at__gt=now).select_related("group").order_by("on")
    met: Any = with_leader_then(Meeting.objects.filter(number__gt=1)).order_by("starts_at")
    to_make: Any = with_visitor(ahead)
    listed, visited = [one.leader_then for one in met], [one.visitor for one in to_make]

    assert listed == [leader_at(group, moment).person.name for moment in moments]
    assert visited == listed[3 - len(visited) :]
    assert visited == [visitor_of(one, one.on).person.name for one in ahead if one.on]


def test_what_is_planned_for_a_group_that_is_over_changes_no_visit(side: Side, nora: Leader) -> None:
    hands_over(side, nora)
    visit = books(side, 2, AFTER)
    Group.objects.filter(pk=side.group.pk).update(status="completed")

    [listed] = with_visitor(Visit.objects.filter(pk=visit.pk))

    assert (listed.visitor, visitor_of(listed, AFTER.date())) == (side.leader.person.name, side.leader)  # type: ignore[attr-defined]


def body_of(notice: Notice) -> str:
    visit = kinds.load().get(pk=notice.target.partition(":")[2])
    return render(notices.kinds()[notice.kind], visit, notice)[1]


def test_emails_about_a_visit_name_who_makes_it_and_the_reminder_goes_to_them(side: Side, nora: Leader) -> None:
    hands_over(side, nora)
    head = make.make_user(roles.HEADTEACHER, school=side.school).person
    visit = books(side, 2, AFTER)

    notices.reconcile(visit, now=NOW)

    old, new = (f"person:{one.person_id}" for one in (side.leader, nora))
    told = Notice.objects.filter(target=f"workgroups.visit:{visit.pk}")
    to_head = {row.kind: body_of(row) for row in told.filter(recipient=f"person:{head.pk}")}
    to_nora = [body_of(row) for row in told.filter(kind="visit_reminder", recipient=new)]
    assert "Nora New will visit" in to_head["visit_booked"]
    assert "Nora New visits" in to_head["visit_reminder"]
    assert [f"You visit {side.school}" in body for body in to_nora] == [True, True]
    assert not told.filter(kind="visit_reminder", recipient=old).exists()
