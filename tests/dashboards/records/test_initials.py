"""A register with initials: W. Eaves at the school of Wren Eaves is asked about once, and makes no second person."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import work
from hubportal.dashboards.forms.records import LEAVE, box_of
from hubportal.dashboards.rules.choices import ANOTHER, INITIALS
from schools.models import Person
from schools.rules.initials import may_be, parts_of
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, done, look_at, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Attendance

pytestmark = pytest.mark.django_db
HEADINGS = ["School", "Group", "Year", "Date", "Mark", "Name", "Email"]


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        for name in ("Wren Eaves", "Dev Upton"):
            known = make.PersonFactory(name=name, school=made.school, email="")
            make.ParticipantFactory(place=made.group.places.get(), person=known)
        yield made


def _look(side: Side, *names: str, email: str = "") -> Upload:
    line = [side.school.name, side.group.name, "2026/27", "6 Oct 2026", "Y"]
    table = [HEADINGS, *([*line, name, email] for name in names)]
    return look_at("attendance", table, hub=side.hub, by=side.users["hub_lead"])


def _answer(side: Side, upload: Upload, text: str, said: str) -> None:
    box = box_of(INITIALS, text)
    url = reverse("dashboards:record-words", args=[upload.pk])
    side.browser("hub_lead").post(url, {"shown": box, f"word_{box}": said})
    done(work.READ)
    upload.refresh_from_db()


@pytest.mark.parametrize(("name", "known"), [("W. Eaves", "Wren Eaves"), ("D.U.", "Dev Upton")])
@pytest.mark.parametrize("said", [LEAVE, ANOTHER])
def test_initials_are_asked_about_and_the_answer_is_remembered(side: Side, name: str, known: str, said: str) -> None:
    text, people = f"{name}, of {side.school.name}: {known} is known there", Person.objects.count()

    upload = _look(side, name)
    first, browser = outcomes(upload), side.browser("hub_lead")
    asked = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text
    page = browser.get(reverse("dashboards:record-words", args=[upload.pk])).text
    _answer(side, upload, text, said)
    again = outcomes(_look(side, name))
    bring_in(upload)

    assert first == [("ask", f"{text}. Say whether they are one person or two.")]
    assert "1 new person who may be known by initials or in full" in asked
    assert f"One person, or two? {text}" in page
    assert again[0][0] == "create"
    assert (f"You said that {name} is {known}." in again[0][1]) == (said == LEAVE)
    assert Person.objects.count() == people + (said == ANOTHER)
    assert Attendance.objects.get().person.name == (known if said == LEAVE else name)


def test_several_who_may_be_meant_are_each_asked_about(side: Side) -> None:
    make.PersonFactory(name="Will Eaves", school=side.school, email="")
    upload = _look(side, "W Eaves")
    texts = [f"W Eaves, of {side.school.name}: {known} is known there" for known in ("Wren Eaves", "Will Eaves")]

    assert upload.unknown["words"] == {INITIALS: dict.fromkeys(texts, 1)}
    _answer(side, upload, texts[1], LEAVE)
    assert outcomes(upload)[0][0] == "create"
    assert "You said that W Eaves is Will Eaves." in outcomes(upload)[0][1]


def test_name_in_full_where_the_school_has_initials_is_asked_about(side: Side) -> None:
    make.PersonFactory(name="A. Park", school=side.school, email="")

    assert "A. Park is known there" in outcomes(_look(side, "Ada Park"))[0][1]


@pytest.mark.parametrize("name", ["Wren Eaves", "V. Eaves", "Eaves", "W. Eves", "Will Eaves"])
def test_other_names_are_not_asked_about(side: Side, name: str) -> None:
    assert outcomes(_look(side, name))[0][0] == "create"


def test_nobody_of_another_school_is_asked_about(side: Side) -> None:
    make.PersonFactory(name="Ada Park", school=make.SchoolFactory(authority=side.school.authority), email="")

    assert outcomes(_look(side, "A. Park"))[0][0] == "create"


def test_two_lines_that_make_one_person_twice_say_so(side: Side) -> None:
    ((_one, first), (_other, second)) = outcomes(_look(side, "Ada Park", "A. Park"))

    assert "The same person?" not in first
    assert "Ada Park, of line 2, is new there, too. The same person?" in second


@pytest.mark.parametrize(
    ("short", "long", "is_so"),
    [
        ("W. Eaves", "Wren Eaves", True),
        ("W.Eaves", "Wren Eaves", True),
        ("Mr W. B. Eaves", "Wren Eaves", True),
        ("DU", "Dev Upton", False),
        ("D U", "Dev Upton", True),
        ("D.", "Dev Upton", False),
        ("W. Eaves", "W. B. Eaves", False),
        ("W. Eaves", "Eaves", False),
        ("Wren Eaves", "Wren Eaves", False),
    ],
)
def test_what_may_be_a_name_written_short(short: str, long: str, *, is_so: bool) -> None:
    assert may_be(parts_of(short), parts_of(long)) is is_so
