"""A school's dates: for whom cover is needed, as a file, and that the school has them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core.models import JournalEntry
from schools import roles
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions.dates import CHANGED, CannotAccept, accept_dates
from workgroups.actions.meetings import cancel_meeting
from workgroups.models import Place
from workgroups.models.dates import dates_to_accept
from workgroups.rules.cover import cover_days, cover_words, days_words

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("teachers", "half_days", "words", "days"),
    [
        (0, 1, "", 0),
        (1, 1, "1 teacher, half a day", 0.5),
        (2, 1, "2 teachers, half a day each", 1),
        (2, 2, "2 teachers, a full day each", 2),
        (3, 3, "3 teachers, 3 half-days each", 4.5),
        (2, 0, "", 0),
    ],
)
def test_cover_is_counted_in_days_of_one_teacher(teachers: int, half_days: int, words: str, days: float) -> None:
    assert (cover_words(teachers, half_days), cover_days(teachers, half_days)) == (words, days)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "no days"), (0.5, "half a day"), (1, "1 day"), (2.5, "2½ days"), (6, "6 days")]
)
def test_days_are_said_in_words(days: float, words: str) -> None:
    assert days_words(days) == words


def dates_of(side: Side, kind: str = roles.OFFICE, query: str = "") -> Any:
    return side.browser(kind).get(reverse("workgroups:school-dates", args=[side.school.pk]) + query)


def to_accept() -> list[int]:
    return list(dates_to_accept(Place.objects.all(), NOW).values_list("pk", flat=True))


def test_dates_say_for_whom_cover_is_needed_and_leave_out_other_schools_visits(side: Side) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    make.VisitFactory(place=make.PlaceFactory(group=side.group), number=1)
    off = make.MeetingFactory(group=side.group, number=2, starts_at=NOW + 9 * A_DAY, ends_at=NOW + 9.1 * A_DAY)
    cancel_meeting(meeting=off, reason="Snow", seen=0, by=None, now=NOW)
    teacher = side.users[roles.TEACHER].person

    found = dates_of(side).context

    rows = [(row.what, row.who, row.cover, row.stand[0]) for row in found["rows"]]
    leader = side.leader.person.name
    assert rows == [
        ("Meeting 1", f"{teacher}, 1 to be named", "2 teachers, half a day each", "planned"),
        (f"Meeting of {off.starts_at.day} January 2027", str(teacher), "", "cancelled"),
        ("Visit 1", f"{leader} visits", "", "to_book"),
    ]
    assert found["cover_ahead"] == "1 day"


def test_dates_come_as_a_file_for_the_office(side: Side) -> None:
    lines = dates_of(side, query="?export=csv").content.decode().splitlines()

    assert len(lines) == 3
    assert lines[1].startswith(f"2027-01-12,13:30,16:00,,Meeting 1,{side.group.name}")
    assert dates_of(side, roles.TRUST_LEAD, "?export=xlsx").status_code == 200
    assert dates_of(side, query="?export=pdf").status_code == 200


def test_school_accepts_its_dates_once_and_again_after_a_change(side: Side) -> None:
    assert [place.is_to_accept for place in dates_of(side).context["places"]] == [True]

    accept = reverse("workgroups:dates-accept", args=[side.place.pk])
    for _pressed_twice in range(2):
        side.browser(roles.OFFICE).post(accept, {"seen_at": NOW.isoformat()})

    assert to_accept() == []
    assert JournalEntry.objects.filter(what="Dates accepted", owner=side.hub).count() == 1
    assert (
        b"has the dates"
        in side.browser(roles.HUB_LEAD).get(reverse("workgroups:group-schools", args=[side.group.pk])).content
    )
    type(side.meeting).objects.update(changed_at=NOW + timedelta(minutes=5))
    assert to_accept() == [side.place.pk]


def test_dates_that_changed_since_the_page_was_opened_are_not_accepted_by_it(side: Side) -> None:
    type(side.meeting).objects.update(changed_at=NOW - timedelta(minutes=5))

    with pytest.raises(CannotAccept, match=CHANGED):
        accept_dates(place=side.place, seen_at=NOW - A_DAY, by=side.users[roles.OFFICE], now=NOW)

    assert to_accept() == [side.place.pk]


@pytest.mark.parametrize("seen_at", ["", "yesterday", "2027-13-45T99:00", "\x00", "2027-01-11"])
def test_a_moment_that_is_none_is_taken_for_now(side: Side, seen_at: str) -> None:
    answer = side.browser(roles.HEADTEACHER).post(
        reverse("workgroups:dates-accept", args=[side.place.pk]), {"seen_at": seen_at}
    )

    assert answer.status_code == 302
    assert to_accept() == []


def test_school_without_dates_reads_when_they_come(client: Client) -> None:
    school = make.SchoolFactory()
    client.force_login(make.make_user(roles.HEADTEACHER, school=school))

    page = client.get(reverse("workgroups:school-dates", args=[school.pk])).content.decode()

    assert "There are no dates in" in page
    assert "Download" not in page
