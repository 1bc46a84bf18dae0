"""Contacts of schools: handed out as a workbook, filled in, and brought as people without a word about columns."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import work
from hubportal.dashboards.adapters.contact_book import HEADINGS, contact_book
from hubportal.dashboards.rules.headings import guess
from hubportal.dashboards.rules.kinds import PEOPLE
from programmes.models import HeadConfirmation
from schools import roles
from schools.models import Role, School
from tests import factories as make
from tests.dashboards.records.bringing import bring_in, done, look_at, outcomes
from tests.world import NOW, Side

pytestmark = pytest.mark.django_db


@pytest.mark.once
def test_headings_say_what_they_are_and_what_is_only_to_be_read() -> None:
    meant = {HEADINGS[at]: key for at, key in guess(HEADINGS, PEOPLE).items()}

    assert meant == {
        "URN": "urn", "School": "school", "Town of the school": "town",
        "Role": "role", "Name": "name", "E-mail": "email",
    }  # fmt: skip


@pytest.mark.once
def test_name_that_looks_like_a_formula_is_a_text() -> None:
    sheet = load_workbook(io.BytesIO(contact_book([(1, '=HYPERLINK("x")', "Town", "+44 1", "")]))).active

    assert [cell.value for cell in sheet[2]][:4] == [1, '\'=HYPERLINK("x")', "Town", "'+44 1"]
    assert sheet.data_validations.dataValidation[0].formula1 == '"School office,Headteacher,Maths lead"'


def test_filled_in_workbook_makes_contacts_who_are_not_invited(side: Side) -> None:
    ash, birch, cedar = (make.SchoolFactory(authority__hub=side.hub, name=f"{name} School") for name in ("A", "B", "C"))
    browser = side.browser(roles.HUB_LEAD)
    given = browser.get(reverse("dashboards:contact-workbook") + f"?pk={ash.pk}&pk={birch.pk}&pk={cedar.pk}").content
    book = load_workbook(io.BytesIO(given))
    sheet = book.active
    sheet["F2"], sheet["G2"], sheet["H2"] = "Headteacher", "Dr Jo Head", "jo@a.example"
    sheet["H3"] = "office@b.example"
    filled = io.BytesIO()
    book.save(filled)
    file = SimpleUploadedFile("contacts.xlsx", filled.getvalue())
    address = reverse("dashboards:record-create") + "?back=/schools/%3Fengaged%3Dnew"

    answer = browser.post(address, {"kind": "people", "hub": side.hub.pk, "file": file})
    upload = Upload.objects.get()
    done(work.READ)
    upload.refresh_from_db()
    bring_in(upload)
    page = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).content.decode()

    assert answer["Location"] == reverse("dashboards:record-detail", args=[upload.pk])
    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "create", "same"]
    held = Role.objects.filter(school__in=(ash, birch, cedar)).order_by("school")
    assert [(role.person.name, role.person.email, role.kind) for role in held] == [
        ("Dr Jo Head", "jo@a.example", "headteacher"), ("School office", "office@b.example", "office"),
    ]  # fmt: skip
    assert not any(hasattr(role.person, "user") for role in held)
    assert 'href="/schools/?engaged=new"' in page
    person = browser.get(held[0].person.get_absolute_url()).content.decode()
    assert "contacts.xlsx, line 2" in person


def test_workbook_holds_no_school_of_another_hub(side: Side) -> None:
    other = make.SchoolFactory(authority__hub=make.HubFactory())
    given = side.browser(roles.HUB_LEAD).get(reverse("dashboards:contact-workbook") + f"?pk={other.pk}").content

    assert load_workbook(io.BytesIO(given)).active.max_row == 1
    assert School.objects.filter(pk=other.pk).exists()


def test_page_that_is_not_the_portals_is_not_led_back_to(side: Side) -> None:
    page = side.browser(roles.HUB_LEAD).get(reverse("dashboards:record-create") + "?back=//evil.example/")

    assert "evil.example" not in page.content.decode().partition("<main")[2]


def test_person_without_a_role_is_named_so(side: Side) -> None:
    table = [["School", "Name", "E-mail"], [side.school.name, "New Person", "new@x.example"]]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])

    assert "No role is said: New Person is known" in outcomes(upload)[0][1]


def test_line_shows_which_school_it_was_taken_to_mean_and_an_address_that_looks_like_a_slip(side: Side) -> None:
    school, urn = side.school, str(side.school.urns.get().urn)
    table = [
        ["School", "URN", "Name", "E-mail"],
        [school.name, "", "New Person", "new@gmial.com"],
        ["", urn, "Other Person", "other@gmail.com"],
    ]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])

    by_name, by_number = (words.splitlines() for _outcome, words in outcomes(upload))
    parts = [one for one in (school.name, school.town, school.authority.name) if one]
    assert by_name[-1] == f"The school: {', '.join(parts)}, URN {urn}."
    assert "Is the address right? new@gmial.com may be meant to be new@gmail.com." in by_name
    assert not [line for line in by_number if line.startswith(("The school:", "Is the address"))]


def test_line_says_that_its_school_is_closed(side: Side) -> None:
    closed = make.SchoolFactory(name="Shut Lane School", authority=side.school.authority, gias_status=2)
    table = [["URN", "Name", "Role"], [str(closed.urns.get().urn), "New Person", "Maths lead"]]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])

    assert "Shut Lane School is not open today." in outcomes(upload)[0][1]


def test_headteacher_of_a_file_is_asked_about_what_runs_though_the_role_counts_from_autumn(side: Side) -> None:
    """Long before the portal knew of them: a file says of a whole year who works there."""
    applied = make.InterestFactory(school=make.SchoolFactory(authority=side.school.authority), head_confirmed_at=NOW)
    of = {"school": applied.school, "offer": applied.offer, "accepted_on": date(2026, 6, 10)}
    make.EnrolmentFactory(**of, interest=applied, status="active")
    table = [["School", "Role", "Name"], [applied.school.name, "Headteacher", "Nell Newhead"]]

    bring_in(look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD]))

    assert list(HeadConfirmation.objects.values_list("person__name", "school")) == [("Nell Newhead", applied.school_id)]


def test_school_with_a_headteacher_gets_no_second_one_from_a_file(side: Side) -> None:
    """Nor from two lines of one file: the preview says who it is, and how a new one takes over."""
    other = make.SchoolFactory(name="Oak Primary School", authority=side.school.authority)
    head = side.users[roles.HEADTEACHER].person
    lines = [[side.school.name, "Ann Head"], [other.name, "Bo Head"], [other.name, "Cy Head"]]
    table = [["School", "Role", "Name"], *([school, "Headteacher", name] for school, name in lines)]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])
    bring_in(upload)

    said = [what for _outcome, what in outcomes(upload)]
    assert f"{side.school.name} has a headteacher: {head.name}. Where Ann Head has taken over, press Replace" in said[0]
    assert "has a headteacher: Bo Head." in said[2]
    heads = Role.objects.filter(kind=roles.HEADTEACHER, school__in=(side.school, other)).order_by("pk")
    assert [role.person.name for role in heads] == [head.name, "Bo Head"]


def test_second_maths_lead_of_a_school_is_told_of_and_entered(side: Side) -> None:
    """Whether in the portal or in a line before; whoever is maths lead already is no second one."""
    other = make.SchoolFactory(name="Oak Primary School", authority=side.school.authority)
    lead = side.users[roles.MATHS_LEAD].person
    lines = [
        [side.school.name, f"{lead.name}e"],
        [side.school.name, lead.name],
        [other.name, "Bo Lead"],
        [other.name, "Cy Lead"],
    ]
    table = [["School", "Role", "Name"], *([school, "Maths lead", name] for school, name in lines)]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])
    bring_in(upload)

    said = [what for _outcome, what in outcomes(upload)]
    assert (
        f"{side.school.name} has a maths lead: {lead.name}. {lead.name}e will be one, too. The same person?" in said[0]
    )
    assert ["has a maths lead" in words for words in said] == [True, False, False, True]
    assert "has a maths lead: Bo Lead, of line 4. Cy Lead will be one, too." in said[3]
    assert Role.objects.filter(kind=roles.MATHS_LEAD, school__in=(side.school, other)).count() == 4


def test_line_that_only_adds_an_address_changes_somebody(side: Side) -> None:
    person = make.PersonFactory(name="Gita North", email="", school=side.school)
    make.RoleFactory(person=person, kind=roles.MATHS_LEAD, school=side.school)
    table = [["School", "Role", "Name", "E-mail"], [side.school.name, "Maths lead", "Gita North", "gita@e.example"]]

    upload = look_at("people", table, hub=side.hub, by=side.users[roles.HUB_LEAD])

    outcome, said = outcomes(upload)[0]
    assert (outcome, said.splitlines()[0]) == ("change", "Gita North: e-mail gita@e.example.")


@pytest.mark.parametrize(
    ("role", "outcome", "words"),
    [
        ("", "create", "School office, o@hill.example, is new"),
        ("School office", "create", "School office, o@hill.example, is new"),
        ("Headteacher", "create", "Headteacher, o@hill.example, is new"),
        ("Teacher", "error", "The name is empty."),
        ("Mastery Specialist", "error", "The name is empty."),
    ],
)
def test_address_without_a_name_is_somebodys_of_whom_a_school_has_one(
    side: Side, role: str, outcome: str, words: str
) -> None:
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    table = [["School", "Name", "Role", "E-mail"], [school.name, "", role, "o@hill.example"]]

    ((found, said),) = outcomes(look_at("people", table, hub=side.hub, by=side.users["hub_lead"]))

    assert (found, words in said) == (outcome, True), said
