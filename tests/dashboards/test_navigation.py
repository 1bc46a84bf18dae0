"""The navigation says where one is, on pages of other families too."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from tests.world import NOW, ROLES, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CURRENT = re.compile(r'<nav class="portal-nav".*?</nav>', re.DOTALL)


@pytest.mark.parametrize(
    ("kind", "name", "thing", "expected"),
    [
        (roles.HUB_LEAD, "dashboards:home", "", ["Home"]),
        (roles.HUB_LEAD, "schools:school-list", "", ["Schools"]),
        (roles.HUB_LEAD, "schools:school-history", "school", ["Schools"]),
        (roles.HUB_LEAD, "programmes:school-journey", "school", ["Schools"]),
        (roles.HUB_LEAD, "funding:school-funding", "school", ["Schools"]),
        (roles.HUB_LEAD, "workgroups:meeting-detail", "meeting", ["Groups"]),
        (roles.HUB_LEAD, "funding:group-funding", "group", ["Groups"]),
        (roles.HUB_LEAD, "funding:claim-detail", "claim", ["Funding"]),
        (roles.HUB_LEAD, "programmes:copy-list", "", ["Interest"]),
        (roles.HUB_LEAD, "programmes:enrolment-detail", "enrolment", ["Interest"]),
        (roles.HUB_LEAD, "programmes:leader-list", "", ["People"]),
        (roles.HUB_LEAD, "schools:letter-list", "", ["People"]),
        (roles.NATIONAL, "schools:template-list", "", ["People"]),
        (roles.SPECIALIST, "schools:letter-list", "", ["My groups"]),
        (roles.HUB_LEAD, "schools:hub-detail", "hub", []),
        (roles.NATIONAL, "schools:hub-detail", "hub", ["Hubs"]),
        (roles.NATIONAL, "programmes:term-dates", "", ["Offers"]),
        (roles.HUB_LEAD, "programmes:term-dates", "", ["Offers"]),
        (roles.SPECIALIST, "workgroups:meeting-detail", "meeting", ["Calendar"]),
        (roles.OFFICE, "programmes:school-journey", "school", ["Our journey"]),
        (roles.OFFICE, "funding:school-funding", "school", ["Funding"]),
        (roles.TEACHER, "workgroups:meeting-detail", "meeting", ["Meetings"]),
    ],
)
def test_navigation_marks_the_entry_that_a_page_belongs_to(
    client: Client, kind: str, name: str, thing: str, expected: list[str]
) -> None:
    with clock.fixed(NOW):
        side = make_side()
        client.force_login(side.users[kind])
        answer = client.get(reverse(name, args=[getattr(side, thing).pk] if thing else []))

    navigation = CURRENT.search(answer.content.decode())
    assert navigation is not None
    assert re.findall(r'aria-current="page">([^<]+)<', navigation.group()) == expected


@pytest.mark.parametrize("kind", ROLES)
def test_top_bar_leads_everybody_to_their_own_details_and_to_their_hub(client: Client, kind: str) -> None:
    with clock.fixed(NOW):
        side = make_side()
        user = side.users[kind]
        client.force_login(user)
        header = client.get("/").content.decode().partition("<header")[2].partition("</header>")[0]
        links = re.findall(r'href="(/[^"]*)"', header)
        answers = {link: client.get(link).status_code for link in links}
        own = client.get(f"/schools/people/{user.person_id}/").content.decode()

    assert {link for link, status in answers.items() if status != 200} <= {"/account/password/change/"}
    assert f"/schools/people/{user.person_id}/" in links
    assert f"/schools/people/{user.person_id}/edit/" in own
    assert (f"/schools/hubs/{side.hub.pk}/" in links) == (kind in (*roles.HUB_READERS, *roles.LEADERS))


@pytest.mark.parametrize(
    ("name", "of", "kind", "back"),
    [
        ("schools:school-detail", "school", roles.HUB_LEAD, "schools:school-list"),
        ("funding:school-funding", "school", roles.HUB_LEAD, "schools:school-list"),
        ("schools:person-detail", "person", roles.HUB_LEAD, "schools:person-list"),
        ("schools:person-detail", "person", roles.HEADTEACHER, "schools:school-people"),
    ],
)
def test_page_leads_back_to_where_it_is_listed(client: Client, name: str, of: str, kind: str, back: str) -> None:
    side = make_side()
    side.things["person"] = person = side.users[roles.TEACHER].person
    type(person).objects.filter(pk=person.pk).update(school=side.school)
    client.force_login(side.users[kind])

    page = client.get(reverse(name, args=[getattr(side, of).pk])).content.decode()

    link = reverse(back, args=[side.school.pk] if back.endswith("people") else [])
    assert f'<p class="breadcrumbs"><a href="{link}">' in page
