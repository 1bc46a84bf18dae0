"""What the e-mails about visits say, as they leave."""

from datetime import UTC, date, datetime

import pytest
from django.core.mail import EmailMessage

from hubportal.core import clock, delivery
from schools import roles
from tests import factories as make
from workgroups.actions import visits
from workgroups.models import Group, Place, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.once]

JANUARY = datetime(2027, 1, 11, 10, tzinfo=UTC)
BOOKED_FOR = clock.at_london(date(2027, 2, 3), 9, 30)


@pytest.fixture
def visit() -> Visit:
    """An unbooked spring visit to a school with a head."""
    make.make_half_terms()
    place = make.PlaceFactory(
        group__leader__person__name="Leah O'Leader",
        group__leader__person__email="leah@people.example.org",
        group__offer__title="Teaching together",
        enrolment__school__name="St Mary's & All Saints",
    )
    Group.objects.filter(pk=place.group_id).update(status="running", started_at=JANUARY)
    head = make.PersonFactory(name="Harriet Head", email="head@people.example.org")
    make.RoleFactory(kind=roles.HEADTEACHER, school=place.enrolment.school, person=head)
    found: Visit = make.VisitFactory(place=Place.objects.get(pk=place.pk), number=2)
    return found


def _book(visit: Visit, starts_at: datetime = BOOKED_FOR, note: str = "") -> None:
    fresh = Visit.objects.get(pk=visit.pk)
    visits.book_visit(visit=fresh, starts_at=starts_at, seen=fresh.sequence, by=None, now=JANUARY, note=note)


def _sent(mailoutbox: list[EmailMessage], moment: datetime) -> list[EmailMessage]:
    """What leaves at that moment, and only then."""
    before = len(mailoutbox)
    with clock.fixed(moment):
        delivery.deliver_due()
    return mailoutbox[before:]


def test_booking_is_written_to_the_school_in_plain_words(visit: Visit, mailoutbox: list[EmailMessage]) -> None:
    """Names with apostrophes and ampersands stay as they are; an answer goes to the leader."""
    _book(visit, note="I bring the bar models.")

    (mail,) = _sent(mailoutbox, JANUARY)

    assert mail.subject == "A visit to St Mary's & All Saints: Wednesday 3 February 2027, 9.30am"
    assert mail.to == ["Harriet Head <head@people.example.org>"]
    assert mail.reply_to == [visit.group.hub.email, "leah@people.example.org"]
    assert str(mail.body).startswith(
        "Dear Harriet Head,\n\n"
        "Leah O'Leader will visit St Mary's & All Saints on Wednesday 3 February 2027, 9.30am (half a day). "
        "It is the spring term visit that belongs to Teaching together.\n"
    )
    assert "Leah adds: I bring the bar models." in str(mail.body)
    assert f"/groups/visits/{visit.pk}/" in str(mail.body)


def test_moving_says_before_and_now(visit: Visit, mailoutbox: list[EmailMessage]) -> None:
    """One mail, both dates."""
    _book(visit)
    _sent(mailoutbox, JANUARY)
    _book(visit, clock.at_london(date(2027, 2, 10), 13))

    (mail,) = _sent(mailoutbox, JANUARY)

    assert mail.subject == "The visit to St Mary's & All Saints is now on Wednesday 10 February 2027, 1pm"
    assert "Before: Wednesday 3 February 2027, 9.30am\nNow: Wednesday 10 February 2027, 1pm (half a day)" in str(
        mail.body
    )


def test_cancelling_says_why_and_that_another_day_follows(visit: Visit, mailoutbox: list[EmailMessage]) -> None:
    """The school gets its time back."""
    _book(visit)
    _sent(mailoutbox, JANUARY)
    fresh = Visit.objects.get(pk=visit.pk)
    visits.cancel_booking(visit=fresh, reason="Snow.", seen=1, by=None, now=JANUARY)

    (mail,) = _sent(mailoutbox, JANUARY)

    assert mail.subject == "The visit to St Mary's & All Saints on Wednesday 3 February 2027 will not take place"
    assert "The reason: Snow." in str(mail.body)
    assert "Leah will agree another day with the school" in str(mail.body)


def test_reminders_leave_at_eight_once_to_school_and_leader(visit: Visit, mailoutbox: list[EmailMessage]) -> None:
    """Seven days and one day before; the leader's has the way to the school."""
    _book(visit)
    _sent(mailoutbox, JANUARY)
    week_before = datetime(2027, 1, 27, 8, tzinfo=UTC)

    early = _sent(mailoutbox, datetime(2027, 1, 27, 7, 59, tzinfo=UTC))
    on_time = _sent(mailoutbox, week_before)
    again = _sent(mailoutbox, week_before)
    day_before = _sent(mailoutbox, datetime(2027, 2, 2, 8, tzinfo=UTC))

    assert (early, again) == ([], [])
    assert sorted(mail.to[0] for mail in on_time) == [
        "Harriet Head <head@people.example.org>",
        "Leah O'Leader <leah@people.example.org>",
    ]
    assert len(day_before) == 2
    to_leader = next(mail for mail in on_time if "Leah" in mail.to[0])
    assert "You visit St Mary's & All Saints on Wednesday 3 February 2027, 9.30am" in str(to_leader.body)
    assert "Exampleton" in str(to_leader.body)


def test_leader_is_asked_to_book_and_to_log(visit: Visit, mailoutbox: list[EmailMessage]) -> None:
    """Each with the link to the page that does it."""
    visits.plan_visits(group=visit.group, by=None, now=JANUARY)
    _book(visit)
    _sent(mailoutbox, JANUARY)
    _sent(mailoutbox, datetime(2027, 2, 2, 8, tzinfo=UTC))

    to_log = _sent(mailoutbox, datetime(2027, 2, 6, 8, tzinfo=UTC))
    to_book = _sent(mailoutbox, datetime(2027, 6, 30, 7, tzinfo=UTC))

    assert [mail.subject for mail in to_log] == [
        "St Mary's & All Saints: please log your visit of Wednesday 3 February 2027"
    ]
    assert f"/groups/visits/{visit.pk}/log/" in str(to_log[0].body)
    assert [mail.subject for mail in to_book] == ["St Mary's & All Saints: visit 3, summer term, is not booked yet"]
    assert "/book/" in str(to_book[0].body)
    assert "The term ends on Wednesday 21 July 2027." in str(to_book[0].body)
