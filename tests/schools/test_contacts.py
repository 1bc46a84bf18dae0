"""Whom one writes to at schools of which nobody was known: typed in, put on a letter, written to."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import long_day
from schools import roles
from schools.actions import contacts, letter_sorting, letters
from schools.actions.contacts import CannotKeep, Contact
from schools.actions.recipients import HEADS, ONE, of_schools
from schools.models import Hub, Letter, Person, Role, School, User
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = clock.day_of(NOW)


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


def _school(hub: Hub, name: str, **fields: Any) -> School:
    made: School = make.SchoolFactory(authority__hub=hub, name=name, **fields)
    return made


def _keep(lead: User, school: School, kind: str = roles.OFFICE, name: str = "", email: str = "office@x.example") -> Any:
    return contacts.keep(contacts=[Contact(school, kind, name, email)], by=lead, now=NOW).people[0]


def _draft(hub: Hub, lead: User, whom: str = HEADS) -> Letter:
    schools = School.objects.visible_to(lead).filter(hub=hub)
    candidates = of_schools(schools, whom, by=lead, now=NOW)
    return letters.begin(candidates=candidates, hub=hub, picked="Schools", picked_from="/", by=lead, now=NOW)


def _listed(letter: Letter) -> list[tuple[str, str, str]]:
    return [(one.name, one.email, one.why) for one in letter.recipients.order_by("pk")]


def test_contact_is_kept_with_the_role_and_nobody_is_invited(hub: Hub, lead: User) -> None:
    school = _school(hub, "Ash School", head_name="Dr Jo Head")

    office, head = _keep(lead, school), _keep(lead, school, roles.HEADTEACHER, email="Head@x.example")

    held = {(role.person.name, role.person.email, role.kind) for role in Role.objects.filter(school=school)}
    assert held == {("School office", "office@x.example", "office"), ("Dr Jo Head", "head@x.example", "headteacher")}
    assert (hasattr(office, "user"), hasattr(head, "user"), Notice.objects.exists()) == (False, False, False)
    assert list(School.objects.never_engaged()) == [school]


def test_contact_kept_twice_is_one_and_an_address_goes_to_who_had_none(hub: Hub, lead: User) -> None:
    school = _school(hub, "Ash School")
    known = make.RoleFactory(person__name="Mrs Pat Head", person__email="", kind=roles.HEADTEACHER, school=school)

    first = _keep(lead, school, roles.HEADTEACHER, "Pat Head", "pat@x.example")
    again = _keep(lead, school, roles.HEADTEACHER, "Pat Head", "pat@x.example")

    assert (first, again) == (known.person, known.person)
    assert Person.objects.get(pk=known.person_id).email == "pat@x.example"
    assert Role.objects.filter(school=school).count() == 1


def test_school_that_has_a_headteacher_gets_no_second_one(hub: Hub, lead: User) -> None:
    school = _school(hub, "Ash School")
    make.RoleFactory(person__name="Ann Old", person__email="", kind=roles.HEADTEACHER, school=school)

    words = "Ash School has a headteacher: Ann Old. Where Bea New has taken over, press Replace"
    with pytest.raises(CannotKeep, match=words):
        _keep(lead, school, roles.HEADTEACHER, "Bea New", "bea@x.example")

    assert not Person.objects.filter(name="Bea New").exists()


def test_contact_of_another_hubs_school_is_refused_and_nothing_of_the_page_is_kept(hub: Hub, lead: User) -> None:
    own, other = _school(hub, "Ash School"), make.SchoolFactory(authority__hub=make.HubFactory())
    asked = [Contact(one, roles.OFFICE, "", f"office{one.pk}@x.example") for one in (own, other)]

    with pytest.raises(CannotKeep) as problem:
        contacts.keep(contacts=asked, by=lead, now=NOW)

    assert (problem.value.contact.school, Role.objects.filter(school__isnull=False).count()) == (other, 0)


def test_one_contact_of_each_school_is_the_first_with_an_address(hub: Hub, lead: User) -> None:
    ash, birch, cedar = (_school(hub, f"{name} School") for name in ("Ash", "Birch", "Cedar"))
    for school, kind, email in (
        (ash, roles.OFFICE, "office@ash.example"),
        (ash, roles.HEADTEACHER, "head@ash.example"),
        (birch, roles.HEADTEACHER, ""),
        (birch, roles.OFFICE, "office@birch.example"),
    ):
        make.RoleFactory(person__name=f"{kind} {school}", person__email=email, kind=kind, school=school)

    found = of_schools(School.objects.filter(hub=hub), ONE, by=lead, now=NOW)

    assert [(one.school_id, one.email) for one in found] == [
        (ash.pk, "head@ash.example"), (birch.pk, "office@birch.example"), (cedar.pk, ""),
    ]  # fmt: skip


def test_letter_is_completed_with_who_is_known_by_now(hub: Hub, lead: User) -> None:
    """Two schools share an office: one e-mail goes there."""
    ash, birch = _school(hub, "Ash School"), _school(hub, "Birch School")
    _school(hub, "Cedar School")
    letter = _draft(hub, lead)
    for school in (ash, birch):
        _keep(lead, school, name=f"{school} office")

    many = contacts.complete(letter=letter, by=lead, now=NOW)

    with clock.fixed(NOW):
        found = letter_sorting.sort_out(Letter.objects.get(pk=letter.pk))
    assert many == 2
    assert _listed(letter) == [
        ("Ash School office", "office@x.example", "School office, Ash School"),
        ("Birch School office", "office@x.example", "School office, Birch School"),
        ("Nobody known", "", "Headteacher, Cedar School"),
    ]
    assert [one.name for one in found.going] == ["Ash School office"]
    assert [(one.name, why) for one, why in found.others] == [
        ("Birch School office", letter_sorting.SHARES), ("Nobody known", "No e-mail address"),
    ]  # fmt: skip


def test_letter_that_was_sent_is_not_completed(hub: Hub, lead: User) -> None:
    _school(hub, "Ash School")
    letter = make.LetterFactory(hub=hub, status="sent")

    with pytest.raises(letters.CannotWrite):
        contacts.complete(letter=letter, by=lead, now=NOW)


def _open(user: User, url: str, sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def test_addresses_for_a_letter_that_has_left_are_kept_and_it_is_sent_on(hub: Hub, lead: User) -> None:
    """Also where it leaves after the page was opened: an address is the school's, not the letter's."""
    ash, birch, cedar = (_school(hub, f"{name} School") for name in ("Ash", "Birch", "Cedar"))
    _keep(lead, cedar, roles.HEADTEACHER, "Cy Head", "cy@x.example")
    letter = _draft(hub, lead)
    letters.write(letter=letter, by=lead, now=NOW, subject="Come", text="Dear {name}.", is_marketing=True)
    url = f"{reverse('schools:school-contacts')}?letter={letter.pk}"
    _open(lead, url)
    with clock.fixed(NOW):
        letters.send(letter=letter, by=lead, now=NOW, seen=1)
    given = {f"email_{ash.pk}": "office@ash.example", f"kind_{ash.pk}": roles.OFFICE, f"name_{ash.pk}": ""}

    answer = _open(lead, url, {"shown": [ash.pk, birch.pk], **given})
    page = _open(lead, letter.get_absolute_url())
    again = _open(lead, reverse("schools:letter-again", args=[letter.pk]), {})

    (said,) = answer.context["messages"]
    assert str(said).startswith("1 address kept. Nobody is invited by that. The letter is no draft any more, so they")
    assert list(Role.objects.filter(school=ash).values_list("person__email", flat=True)) == ["office@ash.example"]
    assert [line[0] for line in answer.context["lines"]] == [birch]
    assert "has been sent already" in answer.content.decode()
    assert "Write again to" in page.content.decode()
    assert [one.email for one in again.context["page_obj"]] == ["office@ash.example"]


def test_invitation_to_who_never_engaged_is_news_and_says_where_nobody_is_reached(hub: Hub, lead: User) -> None:
    ash, _birch = _school(hub, "Ash School"), _school(hub, "Birch School")
    listed = reverse("schools:school-list") + "?engaged=new"

    _open(lead, listed, {"whom": ONE})
    letter = Letter.objects.get()
    letters.write(letter=letter, by=lead, now=NOW, subject="S", text="Dear {first name}", is_marketing=True)
    preview = _open(lead, reverse("schools:letter-preview", args=[letter.pk])).content.decode()
    typed = {"shown": ash.pk, f"email_{ash.pk}": "office@ash.example", f"kind_{ash.pk}": "office"}
    page = reverse("schools:school-contacts") + f"?letter={letter.pk}"
    kept = _open(lead, page, typed)
    after = _open(lead, reverse("schools:letter-preview", args=[letter.pk])).content.decode()

    assert (letter.is_marketing, "2 schools on this list have no e-mail address" in preview) == (True, True)
    assert "1 address kept." in kept.content.decode()
    assert "1 school on this list has no e-mail address" in after
    assert "Dear School office" in after


def test_draft_says_who_has_an_address_by_now_and_takes_them_on_the_list(hub: Hub, lead: User) -> None:
    """Addresses that came with a file, after the draft was begun."""
    ash, _birch = _school(hub, "Ash School"), _school(hub, "Birch School")
    letter = _draft(hub, lead)
    _keep(lead, ash)
    address = reverse("schools:letter-recipients", args=[letter.pk])

    before = _open(lead, address).content.decode()
    _open(lead, reverse("schools:letter-complete", args=[letter.pk]), {})
    after = _open(lead, address).content.decode()

    by_now, none = "1 school that had no e-mail address has somebody", "1 school on this list has no e-mail address"
    assert [(by_now in page, none in page) for page in (before, after)] == [(True, True), (False, True)]
    assert "Not written to: 1" in after


def test_leader_reads_that_nobody_is_reached_and_leaves_it_to_the_hub(hub: Hub, lead: User) -> None:
    """Whom one writes to at a school is kept by the hub's staff."""
    leader = make.make_user(roles.SPECIALIST, hub=hub)
    school = _school(hub, "Ash School")
    letter = make.LetterFactory(hub=hub, written_by=leader)
    make.LetterRecipientFactory(letter=letter, school=school, email="", why="Headteacher, Ash School")
    preview = reverse("schools:letter-preview", args=[letter.pk])

    pages = [_open(user, preview).content.decode() for user in (leader, lead)]
    asked = _open(leader, reverse("schools:school-contacts") + f"?letter={letter.pk}")

    assert ["1 school on this list has no e-mail address" in page for page in pages] == [True, True]
    assert ["Complete the addresses" in page for page in pages] == [False, True]
    assert asked.status_code == 403


def test_list_says_when_who_never_engaged_was_written_to(hub: Hub, lead: User) -> None:
    ash, birch = _school(hub, "Ash School"), _school(hub, "Birch School")
    letter = make.LetterFactory(hub=hub, status="sent", due_at=NOW)
    make.LetterRecipientFactory(letter=letter, school=ash)
    make.LetterRecipientFactory(letter=letter, school=birch, is_ticked=False)
    listed = reverse("schools:school-list")

    page = _open(lead, f"{listed}?engaged=new").content.decode()
    names = [[row[1] for row in _open(lead, f"{listed}?written={one}").context["rows"]] for one in ("yes", "no")]

    assert (f"Written to {long_day(NOW)}" in page, page.count("Not written to yet")) == (True, 1)
    assert names == [["Ash School"], ["Birch School"]]


def test_address_that_is_none_keeps_what_was_typed(hub: Hub, lead: User) -> None:
    ash = _school(hub, "Ash School")
    page = reverse("schools:school-contacts") + f"?pk={ash.pk}"

    rest = {"shown": ash.pk, f"kind_{ash.pk}": "office"}
    answer = _open(lead, page, {**rest, f"name_{ash.pk}": "Sam", f"email_{ash.pk}": "sam@"})
    empty = _open(lead, page, {**rest, f"name_{ash.pk}": "", f"email_{ash.pk}": ""})

    assert "Ash School: enter an e-mail address in full" in answer.content.decode()
    assert 'value="sam@"' in answer.content.decode()
    assert "Type an address first." in empty.content.decode()
    assert not Role.objects.filter(school=ash).exists()


def test_addresses_are_kept_of_the_schools_that_were_shown(hub: Hub, lead: User, monkeypatch: Any) -> None:
    """A colleague fills in what stood before them: the rest moves up, and with it the page."""
    monkeypatch.setattr("schools.views.contacts.PER_PAGE", 2)
    rows = [_school(hub, f"School {letter}") for letter in "ABCD"]
    page = reverse("schools:school-contacts") + "?all=1&page=2"
    shown = [one.pk for one in rows[2:] if f'name="shown" value="{one.pk}"' in _open(lead, page).content.decode()]
    for row in rows[:3]:
        _keep(lead, row, email=f"{row.pk}@mate.example")

    kept = _open(lead, page, {"shown": shown, **{f"email_{pk}": f"{pk}@x.example" for pk in shown}})

    assert "2 addresses kept" in kept.content.decode()
    assert set(Person.objects.filter(email__endswith="@x.example").values_list("email", flat=True)) == {
        f"{one.pk}@x.example" for one in rows[2:]
    }


def test_filter_finds_schools_without_an_address(hub: Hub, lead: User) -> None:
    ash, _birch = _school(hub, "Ash School"), _school(hub, "Birch School")
    _keep(lead, ash)

    found = _open(lead, reverse("schools:school-list") + "?gap=none").context["rows"]

    assert [row[1] for row in found] == ["Birch School"]
