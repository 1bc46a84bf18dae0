"""A group that is given up: its schools are free, and everybody hears of it in one e-mail."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from tests import factories as make
from tests.workgroups.test_groups import NOW, running
from workgroups.actions import groups, meetings, visits
from workgroups.models import Group, Meeting, Participant, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.once(but="test_cancelled_group_frees_its_schools_and_tells_them")]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def group() -> Group:
    """A forming group for two or three schools with three meetings and three visits, and the year's half-terms."""
    make.make_half_terms()
    return make.GroupFactory()


def test_cancelled_group_frees_its_schools_and_tells_them(group: Group) -> None:
    running(group)
    Notice.objects.filter(kind="year_dates").update(state="sent")

    groups.cancel_group(group=group, reason="The leader is ill.", by=None, now=NOW + timedelta(hours=1))

    assert set(Meeting.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Notice.objects.filter(kind="meeting_reminder", state="planned").count() == 0
    assert Notice.objects.filter(kind="meeting_cancelled").count() == 0
    assert Notice.objects.filter(kind="group_cancelled", state="planned").count() == 3
    assert group.places.taken().count() == 0


def test_cancelled_group_keeps_the_meetings_that_took_place(group: Group) -> None:
    running(group)
    first, *ahead = Meeting.objects.order_by("starts_at")

    groups.cancel_group(group=group, reason="The leader is ill.", by=None, now=first.ends_at + timedelta(days=1))

    assert Meeting.objects.get(pk=first.pk).status == "planned"
    assert {Meeting.objects.get(pk=one.pk).status for one in ahead} == {"cancelled"}


def test_cancelling_a_group_of_many_schools_goes_through_its_emails_once() -> None:
    """Each further school costs its own rows only, not a look at everything the group sends."""
    make.make_half_terms()
    few, many = make.GroupFactory(places_max=None), make.GroupFactory(places_max=None)
    taken = []
    for one, schools in ((few, 2), (many, 6)):
        running(one, schools)
        with CaptureQueriesContext(connection) as queries:
            groups.cancel_group(group=one, reason="The leader is ill.", by=None, now=NOW + timedelta(hours=1))
        taken.append(sum('FROM "core_notice"' in query["sql"] for query in queries))

    assert taken[0] == taken[1]


def test_cancelling_a_group_looks_at_its_emails_no_oftener_for_more_meetings() -> None:
    make.make_half_terms()
    taken = []
    for number, per in ((3, "term"), (6, "half_term")):
        one = make.GroupFactory(offer__meetings=number, offer__meetings_per=per)
        running(one)
        Notice.objects.filter(kind="year_dates").update(state="sent")
        with CaptureQueriesContext(connection) as queries:
            groups.cancel_group(group=one, reason="The leader is ill.", by=None, now=LATER)
        taken.append(sum('FROM "core_notice"' in query["sql"] for query in queries))

    assert Meeting.objects.filter(status="cancelled").count() == 9
    assert taken[0] == taken[1]


def _sent(mailoutbox: list[EmailMessage]) -> None:
    with clock.fixed(NOW):
        delivery.deliver_due()
    mailoutbox.clear()


def _cancel(group: Group) -> None:
    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="The leader is ill.", by=None, now=LATER)
    for _ in range(2):
        notices.sweep(LATER)
        with clock.fixed(LATER):
            delivery.deliver_due()


def _book(visit: Visit, day: date) -> None:
    visits.book_visit(visit=visit, starts_at=clock.at_london(day, 9), seen=0, by=None, now=NOW)


def test_everybody_gets_one_email_with_the_dates_that_they_had(group: Group, mailoutbox: list[EmailMessage]) -> None:
    """A teacher reads of the visit to their own school, the leader of all; a visit without a date is none."""
    ash, birch = running(group)
    for held, day in ((ash, date(2026, 10, 6)), (birch, date(2026, 10, 7))):
        _book(Visit.objects.get(place=held, number=1), day)
    days = [clock.at_london(one.starts_at.astimezone(clock.LONDON).date()) for one in group.meetings.all()]
    teachers = {held: Participant.objects.get(place=held).person for held in (ash, birch)}
    _sent(mailoutbox)

    _cancel(group)

    mails = {mail.to[0].partition("<")[2].rstrip(">"): mail for mail in mailoutbox}
    assert len(mailoutbox) == len(mails) == 3
    assert {mail.subject for mail in mailoutbox} == {f"Cancelled: {group.name}"}
    for mail in mailoutbox:
        assert [f"{day.day} {day:%B %Y}" in mail.body for day in days] == [True] * 3
        assert "Why: The leader is ill." in mail.body
    seen = {
        name: ("6 October 2026" in mails[person.email].body, "7 October 2026" in mails[person.email].body)
        for name, person in (
            ("ash", teachers[ash]),
            ("birch", teachers[birch]),
            ("leader", group.leader.person),
        )
    }
    assert seen == {"ash": (True, False), "birch": (False, True), "leader": (True, True)}
    assert set(Notice.objects.filter(state="planned").values_list("kind", flat=True)) == set()


def test_meeting_that_was_cancelled_before_keeps_its_own_email(group: Group, mailoutbox: list[EmailMessage]) -> None:
    running(group)
    _sent(mailoutbox)
    first = group.meetings.order_by("starts_at").first()
    assert first is not None
    meetings.cancel_meeting(meeting=first, reason="Snow", seen=0, by=None, now=NOW + timedelta(minutes=5))

    _cancel(group)

    day = first.starts_at.astimezone(clock.LONDON)
    known = f"{day.day} {day:%B %Y}"
    own = [mail for mail in mailoutbox if "does not take place" in mail.body]
    of_group = [mail for mail in mailoutbox if "has been cancelled" in mail.body]
    assert (len(own), len(of_group), len(mailoutbox)) == (3, 3, 6)
    assert {known in mail.body for mail in own} == {True}
    assert {known in mail.body for mail in of_group} == {False}


def test_who_has_not_been_sent_the_dates_hears_nothing_of_their_end(
    group: Group, mailoutbox: list[EmailMessage]
) -> None:
    running(group)

    _cancel(group)

    assert mailoutbox == []
    assert set(Notice.objects.values_list("state", flat=True)) == {"cancelled"}


def test_forming_group_that_is_cancelled_tells_nobody(group: Group, mailoutbox: list[EmailMessage]) -> None:
    _cancel(group)

    assert mailoutbox == []


def test_second_of_two_who_cancel_a_group_reads_that_it_was_cancelled(group: Group) -> None:
    """Not of the schools that left with it, which the journal has after it."""
    running(group)
    cancel, complete, take_out = (Group.objects.get(pk=group.pk) for _ in range(3))
    left = group.places.select_related("enrolment__school")[0]
    left.group = take_out
    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="The leader is ill.", by=None, now=LATER)
    steps: list[Callable[[], None]] = [
        lambda: groups.cancel_group(group=cancel, reason="Too few", by=None, now=LATER),
        lambda: groups.complete_group(group=complete, by=None, now=LATER),
        lambda: groups.remove_school(place=left, reason="Moves away", by=None, now=LATER),
    ]

    told = []
    for step in steps:
        with pytest.raises(CannotMove) as refused:
            step()
        told.append(str(refused.value))

    assert told == ["The portal has just done this: group cancelled. Nothing was done twice."] * 3
