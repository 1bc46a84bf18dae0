"""A cover contact is written to and sees nothing; the page of people says who hears what and whom it lacks."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from schools import roles
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TYPED = {"kind": roles.COVER, "name": "Cas Cover", "email": "cover@people.example.org"}


def head_of(school: School) -> Client:
    client = Client()
    client.force_login(make.make_user(roles.HEADTEACHER, school=school, name="Harriet Head"))
    return client


def test_school_names_its_cover_contact_who_is_not_invited() -> None:
    school = make.SchoolFactory()
    client = head_of(school)
    page = client.get(reverse("schools:school-people", args=[school.pk]))

    link = f"{reverse('schools:person-create')}?school={school.pk}&kind={roles.COVER}"
    answer = client.post(link, TYPED, follow=True)

    assert [kind for kind, _label, _why in page.context["missing"]] == [roles.MATHS_LEAD, roles.OFFICE, roles.COVER]
    assert client.get(link).context["heading"] == "Name a cover contact"
    assert [str(one) for one in answer.context["messages"]] == [
        "Cas Cover gets all dates and changes by e-mail, and does not sign in."
    ]
    role = Role.objects.get(kind=roles.COVER)
    assert (role.school, role.person.email) == (school, "cover@people.example.org")
    assert not User.objects.filter(email="cover@people.example.org").exists()
    assert Notice.objects.count() == 0
    assert JournalEntry.objects.filter(what="Role given", record=f"schools.role:{role.pk}").count() == 1


def test_cover_contact_is_sent_no_invitation_by_a_forged_button(client: Client) -> None:
    school = make.SchoolFactory()
    contact = make.PersonFactory(name="Cas Cover", school=school)
    make.RoleFactory(person=contact, kind=roles.COVER, school=school)
    client = head_of(school)

    page = client.get(contact.get_absolute_url())
    client.post(reverse("schools:person-invite-again", args=[contact.pk]))

    assert not page.context["may_invite"]
    assert "is only written to" in page.content.decode()
    assert not User.objects.filter(person=contact).exists()


def test_cover_contact_who_signs_in_elsewhere_sees_nothing_by_it() -> None:
    with clock.fixed(NOW):
        side = make_side()
        user = make.make_user(roles.COVER, school=side.school)
        client = Client()
        client.force_login(user)
        answers = [client.get(reverse(f"schools:school-{tab}", args=[side.school.pk])) for tab in ("detail", "people")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_office_manager_who_books_cover_is_one_person_with_two_roles() -> None:
    school = make.SchoolFactory()
    office = make.make_user(roles.OFFICE, school=school, name="Olu Office", email="olu@people.example.org")

    head_of(school).post(
        f"{reverse('schools:person-create')}?school={school.pk}",
        {**TYPED, "name": "Olu Office", "email": "olu@people.example.org"},
    )

    held = Role.objects.filter(person=office.person).order_by("pk").values_list("kind", flat=True)
    assert list(held) == [roles.OFFICE, roles.COVER]
    assert Person.objects.filter(name="Olu Office").count() == 1


@pytest.mark.parametrize(
    ("kind", "acts"),
    [(roles.HEADTEACHER, True), (roles.MATHS_LEAD, True), (roles.OFFICE, False)],
)
def test_page_of_people_says_who_hears_what_and_offers_changes_to_leads_only(kind: str, acts: bool) -> None:
    with clock.fixed(NOW):
        side = make_side()
        page = side.browser(kind).get(reverse("schools:school-people", args=[side.school.pk]))

    rows = {row.person.pk: row for row in page.context["rows"]}
    office = rows[side.users[roles.OFFICE].person_id]
    assert office.hears == ["All dates and changes, visits, money"]
    assert [may_end for _role, may_end in office.held] == [acts]
    assert office.may_correct == (acts or kind == roles.OFFICE)
    assert bool(page.context["missing"]) == acts
    # No link leads to a page that says no.
    body = page.content.decode()
    links = set(re.findall(r'href="(/[^"]+/(?:replace|end|edit)/[^"]*)"', body))
    assert {side.browser(kind).get(link.replace("&amp;", "&")).status_code for link in links} == {200}
