"""What a line asks that nobody has to answer: the page of the upload says how many do before they are brought in."""

import pytest
from django.urls import reverse

from hubportal.core.models import Upload
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, look_at, outcomes, take_back
from tests.world import Side

pytestmark = pytest.mark.django_db
HILL = "Hill Top Primary School"


def _look(side: Side) -> Upload:
    make.SchoolFactory(name=HILL, authority=side.school.authority)
    names = [
        ("Jane Smith", "jane@hill.example.org"),
        ("J Smith", "jane@hill.example.org"),
        ("Ann Able", ""),
        ("Bo Boon", "bo@gmial.com"),
    ]
    lines = [[HILL, name, "Teacher", email, "Why?"] for name, email in names]
    heads = ["School", "Name", "Role", "E-mail", "Job title"]
    return look_at("people", [heads, *lines], hub=side.hub, by=side.users["hub_lead"])


def test_upload_says_how_many_lines_ask_whether_something_is_right_and_leads_to_them(side: Side) -> None:
    upload, browser = _look(side), side.browser("hub_lead")
    urls = [reverse(f"dashboards:{name}", args=[upload.pk]) for name in ("record-detail", "record-lines")]

    ready, lines = browser.get(urls[0]).text, browser.get(f"{urls[1]}?doubt=yes")
    bring_in(upload)
    after = browser.get(urls[0]).text
    take_back(upload)
    undone = browser.get(urls[0]).text

    link = f'<a href="{urls[1]}?doubt=yes">see which</a>'
    asks = "2 lines ask whether something is right, and {} brought in all the same: " + link
    assert upload.counts["doubted"] == 2
    assert asks.format("will be") in ready
    assert [row[0] for row in lines.context["rows"]] == [3, 5]
    assert asks.format("were") in after
    assert "whether something is right" not in undone


def test_line_against_what_stands_says_of_which_school_and_programme(side: Side) -> None:
    old = make.EnrolmentFactory(school=side.school, hub=side.hub, status="withdrawn")
    table = [["School", "Programme", "Year", "Outcome"]]
    table += [[side.school.name, old.offer.phase.name, f"{old.offer.year}/{(old.offer.year + 1) % 100}", "completed"]]

    ((outcome, said),) = outcomes(look_at("past", table, hub=side.hub, by=side.users["hub_lead"]))

    assert outcome == "error"
    assert said == f"{old} is withdrawn in the portal, and completed in the file. Change one of them by hand."
    assert side.school.name in said
