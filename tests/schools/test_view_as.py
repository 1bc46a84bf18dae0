"""Looking at the portal as somebody else: read, never changed, written down, over after an hour."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from schools import roles
from schools.middleware import VIEW_AS
from schools.models import Role, User
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Hubful:
    """A hub with a lead, an administrator, a school and its teacher."""

    def __init__(self) -> None:
        self.hub = make.HubFactory()
        self.school = make.SchoolFactory(authority__hub=self.hub)
        self.lead = make.make_user(roles.HUB_LEAD, hub=self.hub)
        self.admin = make.make_user(roles.HUB_ADMIN, hub=self.hub)
        self.teacher = make.make_user(roles.TEACHER, school=self.school, name="Tara Example")


def _look(client: Client, user: User) -> Any:
    return client.post(reverse("schools:view-as", args=[user.person_id]))


def test_lead_sees_what_a_teacher_sees_with_a_banner_and_a_journal(client: Client) -> None:
    world = Hubful()
    client.force_login(world.lead)

    answer = _look(client, world.teacher)
    page = client.get(reverse("schools:school-detail", args=[world.school.pk]))
    people = client.get(reverse("schools:person-list"))

    assert answer["Location"] == "/"
    assert page.status_code == 200
    assert "looking at the portal as <strong>Tara Example</strong>" in page.content.decode()
    assert people.status_code == 403
    entry = JournalEntry.objects.get()
    assert (entry.what, entry.by, entry.seen_as) == (
        "Started to look as this person",
        world.lead,
        world.teacher,
    )


def test_nothing_is_changed_while_looking(client: Client) -> None:
    world = Hubful()
    client.force_login(world.lead)
    _look(client, world.admin)
    role = world.teacher.person.roles.get()

    answers = [
        client.post(reverse("schools:role-end", args=[role.pk])),
        client.get(reverse("account_change_password")),
        client.get(reverse("admin:index")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert "Press Stop at the top first" in answers[0].content.decode()
    assert Role.objects.get(pk=role.pk).ends_on is None


def test_answer_link_of_somebody_is_not_carried_away(client: Client) -> None:
    """Whoever has the link answers without signing in: it is shown to nobody but its owner."""
    with clock.fixed(NOW):
        side = make_side()
        page = side.meeting.get_absolute_url()
        client.force_login(side.users[roles.TEACHER])
        own = client.get(page)
        client.force_login(side.users[roles.HUB_LEAD])
        _look(client, side.users[roles.TEACHER])
        looked_at = client.get(page)

    assert ["/groups/answer/" in answer.content.decode() for answer in (own, looked_at)] == [True, False]


def test_year_and_hub_are_chosen_while_looking(client: Client) -> None:
    """What somebody sees is seen in any year and hub of theirs."""
    world = Hubful()
    other = make.HubFactory()
    make.RoleFactory(person=world.admin.person, kind=roles.HUB_ADMIN, hub=other)
    client.force_login(make.make_user(roles.NATIONAL))
    _look(client, world.admin)
    this_year = client.get("/").wsgi_request.year  # type: ignore[attr-defined]

    client.post(reverse("schools:year-choose"), {"year": str(this_year - 1)})
    client.post(reverse("schools:hub-choose"), {"hub": str(other.pk)})
    seen = client.get("/").wsgi_request

    assert (seen.year, seen.hub, seen.user) == (this_year - 1, other, world.admin)  # type: ignore[attr-defined]


def test_stopping_gives_the_own_eyes_back(client: Client) -> None:
    world = Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)

    answer = client.post(reverse("schools:view-as-stop"))

    assert answer["Location"] == world.teacher.person.get_absolute_url()
    assert client.get(reverse("schools:person-list")).status_code == 200
    assert JournalEntry.objects.all()[0].what == "Stopped looking as this person"


def test_signing_out_while_looking_signs_out_oneself(client: Client) -> None:
    world = Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)

    answer = client.post(reverse("account_logout"))

    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session
    assert VIEW_AS not in client.session
    entry = JournalEntry.objects.all()[0]
    assert (entry.what, entry.by, entry.seen_as) == ("Stopped looking as this person", world.lead, world.teacher)


def test_fellow_lead_national_and_other_hubs_stay_private(client: Client) -> None:
    world = Hubful()
    fellow = make.make_user(roles.HUB_LEAD, hub=world.hub)
    national = make.make_user(roles.NATIONAL)
    make.RoleFactory(person=national.person, kind=roles.BOARD, hub=world.hub)
    make.RoleFactory(person=world.teacher.person, kind=roles.BOARD, hub=make.HubFactory())
    client.force_login(world.lead)

    for user in (fellow, national, world.teacher):
        assert _look(client, user)["Location"] == user.person.get_absolute_url()

    assert VIEW_AS not in client.session
    assert JournalEntry.objects.count() == 0


def test_somebody_who_sees_schools_elsewhere_stays_private(client: Client) -> None:
    world = Hubful()
    make.RoleFactory(person=world.teacher.person, kind=roles.TEACHER, school=make.SchoolFactory())
    client.force_login(world.lead)

    _look(client, world.teacher)

    assert VIEW_AS not in client.session


def test_looking_ends_by_itself_and_when_it_is_no_longer_allowed(client: Client) -> None:
    world = Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)
    session = client.session
    session[VIEW_AS] = {"user": world.teacher.pk, "until": (clock.real_now() - timedelta(minutes=1)).timestamp()}
    session.save()

    page = client.get(reverse("schools:person-list"))
    assert (page.status_code, VIEW_AS in client.session) == (200, False)
    assert "You looked as Tara Example for an hour" in page.content.decode()

    _look(client, world.teacher)
    make.RoleFactory(person=world.teacher.person, kind=roles.NATIONAL)
    page = client.get(reverse("schools:person-list"))
    assert (page.status_code, VIEW_AS in client.session) == (200, False)
    assert "You cannot look as Tara Example" in page.content.decode()


def test_looking_ends_when_the_person_sees_schools_elsewhere(client: Client) -> None:
    """As at its start: a role given meanwhile must not open another hub's school."""
    world, other = Hubful(), Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)
    make.RoleFactory(person=world.teacher.person, kind=roles.HEADTEACHER, school=other.school)

    page = client.get(reverse("schools:school-detail", args=[other.school.pk]))

    assert (page.status_code, VIEW_AS in client.session) == (404, False)


def test_looking_ends_when_the_person_left_the_hub(client: Client) -> None:
    world, other = Hubful(), Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)
    Role.objects.filter(person=world.teacher.person).delete()
    type(world.teacher.person).objects.filter(pk=world.teacher.person_id).update(school=other.school)

    page = client.get("/")

    assert "they are no longer among the people you see. You see your own pages again." in page.content.decode()


def test_what_is_sent_when_looking_has_ended_is_not_done_in_ones_own_name(client: Client) -> None:
    """The page was another person's; its button must not act for who looked."""
    world = Hubful()
    client.force_login(world.lead)
    _look(client, world.teacher)
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)

    opened = {"email": "new@example.org", "as_it_was": "as the page had it"}
    answer = client.post(reverse("schools:hub-email", args=[world.hub.pk]), opened)

    world.hub.refresh_from_db()
    assert (answer.status_code, answer["Location"], world.hub.email == "new@example.org") == (302, "/", False)


def test_looked_at_with_nothing_to_sign_in_is_said(client: Client) -> None:
    world = Hubful()
    person = make.PersonFactory(school=world.school)
    client.force_login(world.lead)

    answer = client.post(reverse("schools:view-as", args=[person.pk]), follow=True)

    assert "does not sign in" in answer.content.decode()


def test_button_is_there_for_whom_one_may_look_as(client: Client) -> None:
    world = Hubful()
    fellow = make.make_user(roles.HUB_LEAD, hub=world.hub)
    client.force_login(world.lead)

    pages = [client.get(user.person.get_absolute_url()).content.decode() for user in (world.teacher, fellow)]

    assert ["See what they see" in page for page in pages] == [True, False]
