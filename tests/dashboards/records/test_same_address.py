"""A new name with an address that the portal has as somebody else's: one person misspelt, or two who share it."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import work
from hubportal.dashboards.forms.records import LEAVE, box_of
from hubportal.dashboards.rules.choices import ANOTHER, SAME_ADDRESS
from schools.models import Person, Role, School
from schools.rules.addresses import is_shared
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, done, look_at, outcomes
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
HILL, MAIL = "Hill Top Primary School", "maths@hill.example.org"
PEOPLE = ["School", "Name", "Role", "E-mail"]
TEXT = f"Moe Mathews, {MAIL}: Mo Maths, of {HILL}, has this address"


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        hill = make.SchoolFactory(name=HILL, authority=made.school.authority)
        make.PersonFactory(name="Mo Maths", email=MAIL, school=hill)
        make.PersonFactory(name="Olive Office", email="office@hill.example.org", school=hill)
        yield made


def _look(side: Side, name: str, email: str = MAIL) -> Upload:
    return look_at("people", [PEOPLE, [HILL, name, "Maths lead", email]], hub=side.hub, by=side.users["hub_lead"])


def _answer(side: Side, upload: Upload, said: str) -> None:
    box = box_of(SAME_ADDRESS, TEXT)
    url = reverse("dashboards:record-words", args=[upload.pk])
    side.browser("hub_lead").post(url, {"shown": box, f"word_{box}": said})
    done(work.READ)
    upload.refresh_from_db()


@pytest.mark.parametrize(
    ("said", "words", "leads"),
    [
        (LEAVE, "You said that Moe Mathews is Mo Maths, who has this address.", ["Mo Maths"]),
        (ANOTHER, f"Moe Mathews, {MAIL}, is new at {HILL}.", ["Moe Mathews"]),
    ],
)
def test_new_name_with_the_address_of_somebody_is_asked_about_and_the_answer_remembered(
    side: Side, said: str, words: str, leads: list[str]
) -> None:
    upload = _look(side, "Moe Mathews")
    browser = side.browser("hub_lead")
    first = outcomes(upload)
    asked = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text
    page = browser.get(reverse("dashboards:record-words", args=[upload.pk])).text
    _answer(side, upload, said)
    shown = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text
    again = _look(side, "Moe Mathews")
    bring_in(upload)

    assert first == [("ask", f"{TEXT}. Say whether they are one person or two.")]
    assert "1 new person who has the address of another" in asked
    assert f"One person, or two? {TEXT}" in page
    assert "1 answer about a new person who has the address of another" in shown
    assert words in outcomes(again)[0][1]
    assert [one.person.name for one in Role.objects.filter(school__name=HILL, kind="maths_lead")] == leads


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("Hana Head", "create", "Olive Office has this address, too, which is taken for a mailbox that several share."),
        ("Oliv Offics", "ask", "Oliv Offics, office@hill.example.org: Olive Office, of"),
        ("O Office", "ask", "O Office, office@hill.example.org: Olive Office, of"),
        ("", "ask", "School office, office@hill.example.org: Olive Office, of"),
        ("Olive Office", "create", "Olive Office: Maths lead"),
    ],
)
def test_at_a_mailbox_that_several_share_only_who_is_called_alike_is_asked_about(
    side: Side, name: str, outcome: str, words: str
) -> None:
    role = "Maths lead" if name else "School office"
    table = [PEOPLE, [HILL, name, role, "office@hill.example.org"]]

    ((found, said),) = outcomes(look_at("people", table, hub=side.hub, by=side.users["hub_lead"]))

    assert (found, words in said) == (outcome, True)


@pytest.mark.parametrize(("name", "is_told"), [("Nell Known", True), ("Mo Maths", False)])
def test_line_that_gives_somebody_known_the_address_of_another_says_whose_it_is(
    side: Side, name: str, is_told: bool
) -> None:
    make.PersonFactory(name="Nell Known", email="", school=School.objects.get(name=HILL))

    ((outcome, said),) = outcomes(_look(side, name))

    assert (outcome, "Mo Maths has this address, too. The same person?" in said) == ("create", is_told)


@pytest.mark.parametrize("kind", ["past", "groups", "attendance"])
def test_teachers_of_the_other_kinds_of_file_are_asked_about_too(side: Side, kind: str) -> None:
    phase = side.offer.phase.name
    tables = {
        "past": [["School", "Programme", "Year", "Participant", "Participant email"], [HILL, phase, "2025/26"]],
        "groups": [
            ["School", "Programme", "Year", "Work Group", "Leader", "Teacher", "E-mail"],
            [HILL, phase, "2026/27", "North", "Lee Leader"],
        ],
        "attendance": [
            ["School", "Group", "Year", "Date", "Mark", "Name", "Email"],
            [side.school.name, side.group.name, "2026/27", "6 Oct 2026", "Y"],
        ],
    }
    heads, line = tables[kind]
    people = Person.objects.count()

    upload = look_at(kind, [heads, [*line, "Moe Mathews", MAIL]], hub=side.hub, by=side.users["hub_lead"])
    asked = upload.unknown["words"]
    _answer(side, upload, LEAVE)
    bring_in(upload)

    assert asked == {SAME_ADDRESS: {TEXT: 1}}
    assert outcomes(upload)[0][0] == "create"
    assert Person.objects.count() == people + (kind == "groups")


@pytest.mark.parametrize(
    ("email", "outcome", "words"),
    [
        (MAIL, "error", f"{MAIL} is the address of Mo Maths. The same person as Moe Mathews? Then write that name."),
        ("office@hill.example.org", "create", "North: "),
    ],
)
def test_new_leader_with_the_address_of_somebody_is_refused(side: Side, email: str, outcome: str, words: str) -> None:
    table = [
        ["School", "Programme", "Year", "Work Group", "Leader", "Leader email"],
        [HILL, side.offer.phase.name, "2026/27", "North", "Moe Mathews", email],
    ]

    ((found, said),) = outcomes(look_at("groups", table, hub=side.hub, by=side.users["hub_lead"]))

    assert (found, words in said) == (outcome, True)


def test_somebody_whom_the_hub_does_not_see_is_not_named(side: Side) -> None:
    make.PersonFactory(name="Pat Private", email="pat@away.example.org", school=make.SchoolFactory())

    ((outcome, said),) = outcomes(_look(side, "Nia New", "pat@away.example.org"))

    assert (outcome, "Pat" in said) == ("create", False)


@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("office@a.org", True),
        ("school.office@a.org", True),
        ("Admin-Oakfield@a.org", True),
        ("mainoffice2@a.org", True),
        ("maths@a.org", False),
        ("head@a.org", False),
        ("infograce@a.org", False),
    ],
)
def test_mailbox_of_a_school_is_known_by_what_it_is_called(email: str, shared: bool) -> None:
    assert is_shared(email) is shared
