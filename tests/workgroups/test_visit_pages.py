"""Visits as leader, hub and school see them."""

from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from schools.roles import BOARD, HEADTEACHER, HUB_LEAD, NATIONAL, OFFICE, SPECIALIST, TEACHER, TRUST_LEAD
from tests import factories as make
from tests.access.table import Line
from tests.test_access import TABLES
from tests.world import Side
from workgroups.actions import logs, visits
from workgroups.models import Visit, VisitLog

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SECRET = "Xylophone-note"


def _booking(**changes: str) -> dict[str, str]:
    return {"day_0": "20", "day_1": "1", "day_2": "2027", "starts": "9.30am", "half_days": "1", "seen": "0", **changes}


def _log(side: Side, **changes: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "when": "today",
        "half_days": "2",
        "people": [side.users[TEACHER].person.name],
        "others": "Ms Head",
        "tags": [str(side.tag.pk)],
        "shared": "Year 3 used bar models with ease.",
        "private": SECRET,
        "version": "0",
        "agreed-TOTAL_FORMS": "2",
        "agreed-INITIAL_FORMS": "0",
        "agreed-0-text": "Plan two lessons with variation",
        "agreed-0-owner_name": side.users[TEACHER].person.name,
        "agreed-0-due_on": "2027-02-05",
        "send": "yes",
        **changes,
    }


def test_booking_form_books_and_says_so(side: Side) -> None:
    """The day in three boxes, the time as people write it."""
    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/book/", _booking(), follow=True)

    visit = Visit.objects.get(pk=side.visit.pk)
    assert (visit.status, visit.starts_at) == ("booked", clock.at_london(date(2027, 1, 20), 9, 30))
    assert "Visit booked. The school hears of it by e-mail." in answer.content.decode()


def test_booking_what_is_booked_already_says_that_nothing_changed(side: Side) -> None:
    """Nobody is told twice, and the journal has one line."""
    url = reverse("workgroups:visit-book", args=[side.visit.pk])
    side.browser(SPECIALIST).post(url, _booking())

    again = side.browser(SPECIALIST).post(url, _booking(seen="1"), follow=True)
    longer = side.browser(SPECIALIST).post(url, _booking(seen="1", half_days="2"), follow=True)

    assert "Nothing has changed: the visit already is at this time." in again.content.decode()
    assert "Length changed. The school hears of it by e-mail." in longer.content.decode()
    assert [entry.changed for entry in JournalEntry.objects.about(side.visit)] == [
        {"length": ["half a day", "a full day"]},
        {},
    ]


def test_booking_outside_its_part_of_the_year_is_allowed_and_said(side: Side) -> None:
    """In the term, past the stretch."""
    Visit.objects.filter(pk=side.visit.pk).update(book_by=date(2027, 1, 15))

    answer = side.browser(HUB_LEAD).post(f"/groups/visits/{side.visit.pk}/book/", _booking(), follow=True)

    assert "It still counts as the spring term visit." in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day_0": "16"}, "That day is at a weekend. Choose a school day."),
        ({"day_0": "31", "day_1": "2"}, "There is no such date."),
        ({"starts": "soon"}, "Enter a time, for example 1.30pm."),
        ({"half_days": "9"}, "Choose one of the answers shown."),
        ({"seen": "abc"}, "Enter a whole number."),
        ({"note": "\x00"}, "This contains a character that cannot be stored."),
    ],
)
def test_booking_form_refuses_in_words_and_keeps_what_was_typed(side: Side, changes: dict[str, str], said: str) -> None:
    """With 200, and the visit as it was."""
    data = _booking(**{"note": "Park in the yard", **changes})

    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/book/", data)

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert changes.get("note", "Park in the yard") in answer.content.decode()
    assert Visit.objects.get(pk=side.visit.pk).status == "to_book"


def test_cancel_booking_needs_a_reason(side: Side) -> None:
    """The school reads it."""
    visits.book_visit(
        visit=side.visit, starts_at=clock.at_london(date(2027, 1, 20), 9), seen=0, by=None, now=clock.now()
    )
    browser = side.browser(SPECIALIST)
    url = f"/groups/visits/{side.visit.pk}/cancel-booking/"

    without = browser.post(url, {"seen": "1"}).status_code
    with_reason = browser.post(url, {"seen": "1", "reason": "Snow."}).status_code

    assert (without, with_reason) == (200, 302)
    assert Visit.objects.get(pk=side.visit.pk).change_note == "Snow."


def test_log_form_keeps_the_log_and_its_agreed_actions(side: Side) -> None:
    """Everything as it was typed; the empty row is left out."""
    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", _log(side))

    log = VisitLog.objects.get()
    assert answer.status_code == 302
    assert logs.entry_of(log) == logs.LogEntry(
        on=date(2027, 1, 11),
        half_days=2,
        people_met=f"{side.users[TEACHER].person.name}, Ms Head",
        shared="Year 3 used bar models with ease.",
        private=SECRET,
        tags=(side.tag,),
        agreed=(logs.Agreed("Plan two lessons with variation", side.users[TEACHER].person.name, date(2027, 2, 5)),),
    )


def test_log_form_keeps_what_was_typed_on_errors(side: Side) -> None:
    """Another day without a date, nothing seen, an action without words."""
    data = _log(side, when="other", shared="", **{"agreed-1-owner_name": "Ms Head"})

    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", data)

    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Enter the day of the visit.",
        "Say what you saw. The school reads this.",
        "Say what was agreed.",
        SECRET,
        "Plan two lessons with variation",
    ):
        assert words in page
    assert not VisitLog.objects.exists()


def test_log_form_adds_a_row_without_scripts_and_without_scolding(side: Side) -> None:
    """Half-written logs come back as they are."""
    data = {name: value for name, value in _log(side, shared="").items() if name != "send"} | {"add": "yes"}

    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", data)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="agreed-2-text"' in page
    assert "There is a problem" not in page
    assert SECRET in page


def test_log_form_previews_what_the_school_will_see(side: Side) -> None:
    """Nothing is kept yet; the private note is not in the preview."""
    data = {name: value for name, value in _log(side).items() if name != "send"} | {"preview": "yes"}

    page = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", data).content.decode()

    preview = page[page.index('id="preview"') : page.index('<form method="post" novalidate')]
    assert "What the school will see" in preview
    assert "Year 3 used bar models with ease." in preview
    assert SECRET not in preview
    assert not VisitLog.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"agreed-TOTAL_FORMS": "x"},
        {"agreed-TOTAL_FORMS": "99999999999"},
        {"agreed-TOTAL_FORMS": "²", "add": "yes"},
        {"tags": ["0", "abc"]},
        {"when": "never"},
        {"people": ["Somebody else"]},
        {"version": "-1"},
        {"shared": "\x00"},
    ],
)
def test_log_form_that_was_tampered_with_is_no_error_page(side: Side, changes: dict[str, str]) -> None:
    """Whatever is sent."""
    answer = side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", _log(side, **changes))

    assert answer.status_code in (200, 200)
    assert not VisitLog.objects.exists()


def test_log_is_corrected_on_the_same_page(side: Side) -> None:
    """What stands is shown; a change is journalled."""
    browser, url = side.browser(SPECIALIST), f"/groups/visits/{side.visit.pk}/log/"
    browser.post(url, _log(side))
    opened = browser.get(url).content.decode()

    answer = browser.post(url, _log(side, version="1", half_days="1"))

    assert "Correct the log" in opened
    assert SECRET in opened
    assert answer.status_code == 302
    assert JournalEntry.objects.get(what="Log corrected").changed == {"length": ["a full day", "half a day"]}


def test_log_written_while_somebody_else_logged_is_kept_on_the_page(side: Side) -> None:
    """The second writer is told who was first and loses no word."""
    url = f"/groups/visits/{side.visit.pk}/log/"
    side.browser(SPECIALIST).post(url, _log(side))

    answer = side.browser(HUB_LEAD).post(url, _log(side, shared="My own words"))

    assert answer.status_code == 200
    assert f"{side.users[SPECIALIST]} has just done this: visit logged." in answer.content.decode()
    assert "My own words" in answer.content.decode()
    assert VisitLog.objects.get().shared == "Year 3 used bar models with ease."


def test_school_reads_the_shared_part_and_never_the_private_note(side: Side) -> None:
    """Over every page and file that a school, a trust, the board or national can open, and every e-mail."""
    side.browser(SPECIALIST).post(f"/groups/visits/{side.visit.pk}/log/", _log(side))
    side.browser(SPECIALIST).post(
        f"/groups/visits/{side.visit.pk}/log/", _log(side, version="1", private=f"{SECRET} 2")
    )
    pages = _all_pages(side)
    browsers = {kind: side.browser(kind) for kind in (HEADTEACHER, OFFICE, TEACHER, TRUST_LEAD, BOARD, NATIONAL)}

    leaking = [
        (kind, url)
        for kind, browser in browsers.items()
        for url, line in pages
        if kind not in line.forbidden and SECRET in _text(browser, url)
    ]

    page = f"/groups/visits/{side.visit.pk}/"
    reads = {kind: _text(browser, page) for kind, browser in browsers.items()}
    assert leaking == []
    assert [kind for kind, page in reads.items() if "Year 3 used bar models with ease." not in page] == []
    assert SECRET in _text(side.browser(SPECIALIST), page)
    assert SECRET in _text(side.browser(HUB_LEAD), page)
    assert not Notice.objects.filter(body__contains=SECRET).exists()
    assert SECRET not in str(list(JournalEntry.objects.values_list("changed", "note")))


def _all_pages(side: Side) -> list[tuple[str, Line]]:
    """Every page of the access tables, and every file that lists offer."""
    lines = [(f"{app}:{name}", line) for app, table in TABLES.items() for name, line in table.items()]
    pages = [(name, line) for name, line in lines if line.method == "get"]
    found = [(reverse(name, args=line.args(side) if line.args else []), line) for name, line in pages]
    files = [(f"{url}?export={kind}", line) for url, line in found if "/visits/" in url for kind in ("csv", "xlsx")]
    return [*found, *files]


def _text(browser: Client, url: str) -> str:
    answer = browser.get(url)
    body = b"".join(answer) if answer.streaming else answer.content
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        rows = load_workbook(BytesIO(body), read_only=True).active.values
        return str(list(rows))
    return body.decode()


def test_list_shows_a_leader_only_their_own_visits(side: Side) -> None:
    """Not those of a colleague to the same hub's schools, nor those of the school they work at."""
    other = make.VisitFactory(place__group__hub=side.hub, place__group__offer=side.offer, number=1)
    specialist = side.users[SPECIALIST]
    make.RoleFactory(person=specialist.person, kind=TEACHER, school=other.school)

    leader, lead = _text(side.browser(SPECIALIST), "/groups/visits/"), _text(side.browser(HUB_LEAD), "/groups/visits/")

    assert (side.school.name in leader, other.school.name in leader) == (True, False)
    assert (side.school.name in lead, other.school.name in lead) == (True, True)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["to book", "late", "booked", "unlogged"]),
        ("?state=late", ["late", "unlogged"]),
        ("?state=booked", ["booked", "unlogged"]),
        ("?state=cancelled", ["cancelled"]),
        ("?term=1", ["late"]),
        ("?whose=mine", []),
        ("?leader=leah", ["to book", "late", "booked", "unlogged"]),
        ("?school=zzz", []),
        ("?term=x&state=y&sort=z&page=0", ["to book", "late", "booked", "unlogged"]),
        ("?school=%00", ["to book", "late", "booked", "unlogged"]),
    ],
)
def test_list_is_filtered_by_its_address(side: Side, query: str, shown: list[str]) -> None:
    """Whatever stands there."""
    Visit.objects.all().delete()
    place = make.PlaceFactory(group__offer=side.offer, group__hub=side.hub, group__leader__person__name="Leah Leader")
    rows: dict[str, dict[str, Any]] = {
        "to book": {"term": 2},
        "late": {"term": 1, "book_by": date(2026, 12, 18)},
        "booked": {"status": "booked", "on": date(2027, 1, 20), "starts_at": clock.at_london(date(2027, 1, 20))},
        "unlogged": {"status": "booked", "on": date(2027, 1, 8), "starts_at": clock.at_london(date(2027, 1, 8))},
        "cancelled": {"status": "cancelled"},
    }
    made = {name: make.VisitFactory(place=place, **fields) for name, fields in rows.items()}

    page = _text(side.browser(HUB_LEAD), f"/groups/visits/{query}")

    assert [name for name, visit in made.items() if f'"/groups/visits/{visit.pk}/"' in page] == shown


def test_list_begins_with_what_is_to_do(side: Side) -> None:
    """Late ones by their day, then what is to come by its own day or its last, then the done, newest first."""
    Visit.objects.all().delete()
    dates: dict[str, dict[str, Any]] = {
        "done in autumn": {"status": "done", "on": date(2026, 10, 1), "book_by": date(2026, 12, 18)},
        "to book by March": {"book_by": date(2027, 3, 25)},
        "done last week": {"status": "done", "on": date(2027, 1, 5), "book_by": date(2027, 3, 25)},
        "booked for February": {"status": "booked", "on": date(2027, 2, 2), "book_by": date(2027, 3, 26)},
        "to log since Friday": {"status": "booked", "on": date(2027, 1, 8), "book_by": date(2027, 3, 25)},
        "not booked in autumn": {"book_by": date(2026, 12, 18)},
    }
    names = {}
    for number, (name, fields) in enumerate(dates.items(), start=1):
        at = datetime.combine(fields["on"], time(9), UTC) if fields.get("status") == "booked" else None
        names[make.VisitFactory(place=side.place, number=number, starts_at=at, **fields).pk] = name

    rows = side.browser(SPECIALIST).get(reverse("workgroups:visit-list")).context["rows"]

    assert [names[int(row[0])] for row in rows] == [
        "not booked in autumn",
        "to log since Friday",
        "booked for February",
        "to book by March",
        "done last week",
        "done in autumn",
    ]


def test_list_without_visits_says_what_comes_next(side: Side) -> None:
    """A leader without a group."""
    Visit.objects.all().delete()

    page = _text(side.browser(SPECIALIST), "/groups/visits/")

    assert "When a group that you lead starts, the visits to its schools stand here." in page
