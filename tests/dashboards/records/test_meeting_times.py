"""When the meetings of a file are: as it says, and what is assumed is said before anybody is reminded of it."""

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads
from tests.dashboards.records.bringing import as_csv, bring, look_at, outcomes
from tests.world import NOW, Side
from workgroups.models import Meeting

pytestmark = pytest.mark.django_db
HEADINGS = ["Work Group", "Programme", "Year", "Leader", "School", "Meeting 1", "Meeting 2"]
ASSUMED = "1.30pm to 4pm is assumed for the meetings to come, as the file says no time."


def _table(side: Side, first: str, second: str, **times: str) -> list[list[str]]:
    line = ["North", side.offer.phase.name, "2026/27", "Lee Leader", side.school.name, first, second]
    return [[*HEADINGS, *times], [*line, *times.values()]]


def _look(side: Side, first: str, second: str, **times: str) -> Upload:
    """A file of a group in which another school of the side takes part."""
    side.enrolment.places.all().delete()
    return look_at("groups", _table(side, first, second, **times), hub=side.hub, by=side.users["hub_lead"])


def test_time_that_is_assumed_is_said_before_and_leads_to_where_it_is_corrected(side: Side) -> None:
    upload = _look(side, "6 October 2026", "26 January 2027")
    browser, page = side.browser("hub_lead"), reverse("dashboards:record-detail", args=[upload.pk])
    before, ((_outcome, words),) = browser.get(page).text, outcomes(upload)

    brought = bring("groups", _table(side, "6 October 2026", "26 January 2027"), hub=side.hub, by=upload.by)
    after = browser.get(reverse("dashboards:record-detail", args=[brought.pk])).text

    assert words.count(ASSUMED) == 1
    assert "The time of 1 meeting to come is assumed, as the file does not say it" in before
    assert reverse("dashboards:record-columns", args=[upload.pk]) in before
    assert "The time of 1 meeting to come was assumed" in after
    assert f"{reverse('workgroups:meeting-list')}?status=coming" in after


@pytest.mark.parametrize(
    ("first", "times", "hours", "said"),
    [
        ("26 January 2027", {}, "13:30-16:00", ASSUMED),
        ("26 January 2027", {"Start": "1.30pm", "End": "4pm"}, "13:30-16:00", ""),
        ("26 January 2027", {"Time": "9.30am - 12pm"}, "09:30-12:00", ""),
        ("26 January 2027", {"Time": "13:30 - tbc"}, "13:30-16:00", "4pm is assumed as the end of the meetings"),
        ("26 January 2027", {"Start": "9am"}, "09:00-11:30", "11.30am is assumed as the end of the meetings to come"),
        (
            "26 January 2027 9.15am",
            {},
            "09:15-11:45",
            "11.45am is assumed as the end of the meetings to come from 9.15am",
        ),
        ("2027-01-26 10:00", {"Until": "12:30"}, "10:00-12:30", ""),
        ("6 October 2026", {}, "13:30-16:00", ""),
    ],
)
def test_meetings_are_when_the_file_says(side: Side, first: str, times: dict[str, str], hours: str, said: str) -> None:
    ((_outcome, words),) = outcomes(_look(side, first, "", **times))
    bring("groups", _table(side, first, "", **times), hub=side.hub, by=side.users["hub_lead"])

    meeting = Meeting.objects.get(group__name="North")
    found = "-".join(f"{one.astimezone(clock.LONDON):%H:%M}" for one in (meeting.starts_at, meeting.ends_at))
    assert found == hours
    assert said in words
    assert bool(said) == ("assumed" in words)


def test_meeting_at_night_is_a_slip(side: Side) -> None:
    ((outcome, words),) = outcomes(_look(side, "26 January 2027", "", Start="1.30"))

    assert outcome == "error"
    assert words == "The meetings would be from 1.30am to 4am. Choose a time between 7am and 9pm."


@pytest.mark.parametrize(("more", "is_said"), [([], True), (["Start"], False)])
def test_page_of_columns_asks_for_the_usual_time(side: Side, more: list[str], is_said: bool) -> None:
    file = as_csv([[*HEADINGS, *more]])
    upload = uploads.take_in(owner=side.hub, kind="groups", upload=file, by=side.users["hub_lead"], now=NOW)

    shown = side.browser("hub_lead").get(reverse("dashboards:record-columns", args=[upload.pk])).text

    assert ("No column says when the meetings start: where a date has no time with it" in shown) is is_said
    assert "Meetings start at, the same for all lines" in shown
