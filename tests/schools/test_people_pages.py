"""Inviting, giving and ending roles, correcting: by the pages, as people do it."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from schools import roles
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("kind", "place", "back"),
    [(roles.HUB_LEAD, "hub", "/schools/people/"), (roles.HEADTEACHER, "school", "/")],
)
def test_invitation_can_be_left_before_a_place_is_chosen(client: Client, kind: str, place: str, back: str) -> None:
    """To the list of people, or home for whoever may not read it."""
    client.force_login(
        make.make_user(kind, **{place: make.SchoolFactory() if place == "school" else make.HubFactory()})
    )

    page = client.get(reverse("schools:person-create"))

    assert f'<a href="{back}">Cancel</a>' in page.content.decode()
    assert client.get(back).status_code == 200


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make.SchoolFactory(name="Soar Valley Primary", trust=make.TrustFactory(name="Wreake Trust"))


@pytest.fixture
def lead(school: School) -> User:
    assert school.hub is not None
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def _invite(client: Client, place: str, **fields: Any) -> Any:
    facts = {"name": "Jo Hill", "email": "jo@soar.example.org", **fields}
    return client.post(f"{reverse('schools:person-create')}?{place}", facts)


def test_invite_asks_first_where_and_finds_schools_and_trusts(client: Client, lead: User, school: School) -> None:
    client.force_login(lead)

    first = client.get(reverse("schools:person-create")).content.decode()
    found = client.get(reverse("schools:person-create"), {"q": "soar"}).content.decode()
    trusts = client.get(reverse("schools:person-create"), {"q": "wreake"}).content.decode()

    assert f"?hub={school.hub_id}" in first
    assert f"?school={school.pk}" in found
    assert f"?trust={school.trust_id}" in trusts


@pytest.mark.parametrize(("query", "says"), [("", False), ("?q=", True), ("?q=++", True), ("?q=ash", False)])
def test_invite_says_that_nothing_was_typed_to_search_for(
    client: Client, lead: User, query: str, *, says: bool
) -> None:
    client.force_login(lead)

    page = client.get(f"/schools/people/invite/{query}").content.decode()

    assert ("Type a part of the name to search for." in page) == says


def test_invite_gives_the_role_and_writes_one_mail(client: Client, lead: User, school: School) -> None:
    client.force_login(lead)

    answer = _invite(client, f"school={school.pk}", kind=roles.HEADTEACHER, job_title="Headteacher")

    person = Person.objects.get(name="Jo Hill")
    assert answer["Location"] == person.get_absolute_url()
    assert str(person.roles.get()) == "Headteacher, Soar Valley Primary"
    assert [notice.kind for notice in Notice.objects.all()] == ["invitation"]


def test_invite_keeps_what_was_typed_when_something_is_missing(client: Client, lead: User, school: School) -> None:
    client.force_login(lead)

    answer = _invite(client, f"school={school.pk}", email="not an address")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="not an address"' in text
    assert "Choose the role." in text
    assert not Person.objects.filter(name="Jo Hill").exists()


def test_invite_of_a_role_that_one_may_not_give_is_refused(client: Client, school: School) -> None:
    assert school.hub is not None
    client.force_login(make.make_user(roles.HUB_ADMIN, hub=school.hub))

    at_hub = _invite(client, f"hub={school.hub_id}", kind=roles.HUB_LEAD)
    client.force_login(make.make_user(roles.MATHS_LEAD, school=school))
    as_head = _invite(client, f"school={school.pk}", kind=roles.HEADTEACHER)

    assert (at_hub.status_code, as_head.status_code) == (403, 200)
    assert not Person.objects.filter(name="Jo Hill").exists()


@pytest.mark.parametrize("place", ["school=0", "school=x", "hub=9999999999999999999", "trust=-1", "school=%00"])
def test_invite_at_a_place_that_is_not_there_is_not_found(client: Client, lead: User, place: str) -> None:
    client.force_login(lead)

    answer = client.get(f"{reverse('schools:person-create')}?{place}")

    assert answer.status_code == 404


def test_invite_at_a_taken_address_is_said_unless_it_is_shared(client: Client, lead: User, school: School) -> None:
    make.make_user(roles.OFFICE, school=school, name="The Office", email="office@soar.example.org")
    client.force_login(lead)

    refused = _invite(client, f"school={school.pk}", kind=roles.TEACHER, email="office@soar.example.org")
    taken = _invite(client, f"school={school.pk}", kind=roles.TEACHER, email="office@soar.example.org", is_shared="on")

    assert "already signs in with this address" in refused.content.decode()
    assert taken.status_code == 302
    assert not User.objects.filter(person__name="Jo Hill").exists()


def test_school_cannot_find_out_whether_an_address_is_in_use_elsewhere(client: Client, school: School) -> None:
    make.make_user(roles.TEACHER, school=make.SchoolFactory(), name="Tam Stone", email="taken@far.example.org")
    client.force_login(make.make_user(roles.HEADTEACHER, school=school))
    seen = []

    for address in ("taken@far.example.org", "free@far.example.org"):
        answer = client.post(
            f"{reverse('schools:person-create')}?school={school.pk}",
            {"name": "Jo Hill", "email": address, "kind": roles.TEACHER},
            follow=True,
        )
        person = Person.objects.get(email=address, name="Jo Hill")
        again = client.post(reverse("schools:person-invite-again", args=[person.pk]), follow=True)
        listed = client.get(reverse("schools:school-people", args=[school.pk]))
        pages = [page.content.decode().partition("<main")[2] for page in (answer, again)]
        row = listed.content.decode().partition(f'{person.get_absolute_url()}">')[2].partition("</tr>")[0]
        # But for the form's token, the address itself and the numbers of person and role.
        words = [re.sub(r'value="[^"]{64}"|/\d+/', "", text) for text in (*pages, row)]
        seen.append([text.replace(address, "") for text in words])

    assert seen[0] == seen[1]


@pytest.mark.parametrize("has_left", [False, True])
def test_school_is_told_of_an_address_of_its_own_people(client: Client, school: School, has_left: bool) -> None:
    user = make.make_user(roles.OFFICE, school=school, name="The Office", email="office@soar.example.org")
    if has_left:
        user.person.roles.update(starts_on=date(2020, 9, 1), ends_on=date(2021, 8, 31))
        Person.objects.filter(user=user).update(school=None)
    client.force_login(make.make_user(roles.HEADTEACHER, school=school))

    refused = _invite(client, f"school={school.pk}", kind=roles.TEACHER, email="office@soar.example.org")

    assert "already signs in with this address" in refused.content.decode()


def test_national_invites_the_first_lead_of_a_hub(client: Client) -> None:
    hub = make.HubFactory()
    client.force_login(make.make_user(roles.NATIONAL))

    page = client.get(reverse("schools:hub-detail", args=[hub.pk])).content.decode()
    link = reverse("schools:person-create") + f"?hub={hub.pk}&kind=hub_lead"
    form = client.get(link).context["form"]
    _invite(client, f"hub={hub.pk}", kind=roles.HUB_LEAD)

    assert f'href="{link.replace("&", "&amp;")}">Invite its lead' in page
    assert form["kind"].value() == roles.HUB_LEAD
    assert Role.objects.get(hub=hub).person.name == "Jo Hill"


def test_role_is_given_to_somebody_known_and_ended_again(client: Client, lead: User, school: School) -> None:
    teacher = make.make_user(roles.TEACHER, school=school)
    client.force_login(lead)
    place = f"?school={school.pk}"

    client.post(reverse("schools:role-grant", args=[teacher.person_id]) + place, {"kind": roles.MATHS_LEAD})
    role = teacher.person.roles.get(kind=roles.MATHS_LEAD)
    early = client.post(
        reverse("schools:role-end", args=[role.pk]), {"last_day_0": "1", "last_day_1": "1", "last_day_2": "2027"}
    )
    ended = client.post(
        reverse("schools:role-end", args=[role.pk]),
        {"last_day_0": "31", "last_day_1": "8", "last_day_2": "2027"},
        follow=True,
    )

    role.refresh_from_db()
    assert "it cannot end before that" in early.content.decode()
    assert str(role.ends_on) == "2027-08-31"
    assert "The role ends with 31 August 2027." in ended.content.decode()


def test_last_lead_is_told_why_the_role_stays(client: Client, lead: User) -> None:
    client.force_login(lead)
    role = lead.person.roles.get()

    answer = client.post(reverse("schools:role-end", args=[role.pk]))

    assert answer.status_code == 200
    assert "You are the only lead of this hub" in answer.content.decode()


def test_mightier_account_cannot_be_corrected(client: Client, lead: User, school: School) -> None:
    teacher = make.make_user(roles.TEACHER, school=school)
    make.RoleFactory(person=teacher.person, kind=roles.NATIONAL)
    client.force_login(lead)

    answer = client.post(reverse("schools:person-edit", args=[teacher.person_id]), {"name": "X", "email": lead.email})

    assert answer.status_code == 403


def test_own_details_are_corrected_but_not_the_own_address(client: Client, school: School) -> None:
    teacher = make.make_user(roles.TEACHER, school=school)
    client.force_login(teacher)

    client.post(
        reverse("schools:person-edit", args=[teacher.person_id]),
        {"name": "New Name", "email": "else@soar.example.org", "trn": "12 34567"},
    )

    teacher.person.refresh_from_db()
    assert (teacher.person.name, teacher.person.trn) == ("New Name", "1234567")
    assert teacher.person.email != "else@soar.example.org"


def test_people_are_filtered_by_role_place_and_words(client: Client, lead: User, school: School) -> None:
    make.make_user(roles.TEACHER, school=school, name="Tara Wood")
    make.make_user(roles.OFFICE, school=school, name="Olly Stone")
    make.make_user(roles.TEACHER, school=make.SchoolFactory(), name="Elsewhere Person")
    client.force_login(lead)
    url = reverse("schools:person-list")

    def names(**query: str) -> list[str]:
        return [row[1] for row in client.get(url, query).context["rows"]]

    assert names(kind=roles.TEACHER) == ["Tara Wood"]
    assert names(place="soar valley") == ["Olly Stone", "Tara Wood"]
    assert names(q="stone") == ["Olly Stone"]
    assert names(sign_in="invited", kind=roles.OFFICE) == ["Olly Stone"]
    assert "Elsewhere Person" not in names()


def test_trust_lead_is_seen_by_the_hub_that_invited_them(client: Client, lead: User, school: School) -> None:
    client.force_login(lead)

    answer = _invite(client, f"trust={school.trust_id}", kind=roles.TRUST_LEAD)

    assert client.get(answer["Location"]).status_code == 200


def test_superuser_is_not_said_to_see_nothing(client: Client) -> None:
    user = User.objects.create_superuser("set.up@ncetm.example.org", "a-password-of-theirs")
    client.force_login(user)

    page = client.get(reverse("schools:person-detail", args=[user.person_id])).content.decode()

    assert "counts as the national team" in page
    assert "nothing that they can see" not in page


def _shown_of(client: Client, person: Person, school: School) -> tuple[str, str]:
    """The person's row on the school's People page, and the person's own page."""
    listed = client.get(reverse("schools:school-people", args=[school.pk])).content.decode()
    row = listed.partition(f'{person.get_absolute_url()}">')[2].partition("</tr>")[0]
    return row, client.get(person.get_absolute_url()).content.decode()


@pytest.mark.parametrize("ends_on", [None, date(2026, 8, 31)])
def test_school_reads_no_telephone_of_whom_it_invited_and_another_place_knows(
    client: Client, school: School, ends_on: date | None
) -> None:
    known = make.make_user(name="Jo Hill", email="jo@soar.example.org")
    Person.objects.filter(pk=known.person_id).update(phone="0116 496 0001", job_title="Adviser")
    make.RoleFactory(person=known.person, kind=roles.NATIONAL, ends_on=ends_on)
    client.force_login(make.make_user(roles.HEADTEACHER, school=school))

    _invite(client, f"school={school.pk}", kind=roles.TEACHER)

    for page in _shown_of(client, known.person, school):
        assert "jo@soar.example.org" in page
        assert "0116 496 0001" not in page
        assert "Adviser" not in page


def test_school_reads_telephone_and_job_of_its_own_people(client: Client, school: School) -> None:
    client.force_login(make.make_user(roles.OFFICE, school=school))
    teacher = make.make_user(roles.TEACHER, school=school).person
    Person.objects.filter(pk=teacher.pk).update(phone="0116 496 0001", job_title="Year 4")

    for page in _shown_of(client, teacher, school):
        assert "0116 496 0001" in page
        assert "Year 4" in page


def test_school_moves_no_address_of_whom_another_place_had(client: Client, school: School) -> None:
    """An ended national's account, invited by name and address, must not become the school's."""
    known = make.make_user(name="Jo Hill", email="jo@soar.example.org")
    make.RoleFactory(person=known.person, kind=roles.NATIONAL, ends_on=date(2026, 8, 31))
    head = make.make_user(roles.HEADTEACHER, school=school)
    client.force_login(head)
    _invite(client, f"school={school.pk}", kind=roles.TEACHER)
    facts = {"name": "Jo Hill", "email": "mine@soar.example.org"}

    refused = client.post(reverse("schools:person-edit", args=[known.person_id]), facts)
    client.force_login(make.make_user(roles.NATIONAL))
    moved = client.post(reverse("schools:person-edit", args=[known.person_id]), facts)

    assert (refused.status_code, moved.status_code) == (403, 302)
    assert "Ask the hub to correct" in refused.content.decode()
    known.refresh_from_db()
    assert known.email == "mine@soar.example.org"


@pytest.mark.parametrize("days", [{"ends_on": date(2026, 8, 31)}, {"starts_on": date(2027, 9, 1)}])
@pytest.mark.parametrize("kind", [roles.HEADTEACHER, roles.NATIONAL])
def test_hub_moves_no_address_of_whom_others_had_or_will_have(
    client: Client, lead: User, school: School, kind: str, days: dict[str, date]
) -> None:
    """Given a role here they are the hub's to write to; their account stays theirs."""
    place = {} if kind == roles.NATIONAL else {"school": make.SchoolFactory()}
    known = make.make_user(kind, name="Jo Hill", email="jo@soar.example.org", **place)
    Role.objects.filter(person=known.person).update(**days)
    client.force_login(lead)
    _invite(client, f"school={school.pk}", kind=roles.TEACHER)
    assert known.person.roles.filter(school=school).exists()

    answer = client.post(
        reverse("schools:person-edit", args=[known.person_id]), {"name": "Jo Hill", "email": "mine@soar.example.org"}
    )

    known.refresh_from_db()
    assert (answer.status_code, known.email) == (403, "jo@soar.example.org")


def test_school_moves_no_address_that_somebody_signed_in_with_before(client: Client, school: School) -> None:
    known = make.make_user(name="Jo Hill", email="jo@soar.example.org")
    User.objects.filter(pk=known.pk).update(last_login=NOW)
    client.force_login(make.make_user(roles.HEADTEACHER, school=school))
    _invite(client, f"school={school.pk}", kind=roles.TEACHER)

    answer = client.get(reverse("schools:person-edit", args=[known.person_id]))

    assert answer.status_code == 403


def test_school_corrects_whom_it_alone_has_had(client: Client, school: School) -> None:
    head = make.make_user(roles.HEADTEACHER, school=school)
    teacher = make.make_user(roles.TEACHER, school=school)
    make.RoleFactory(person=teacher.person, kind=roles.OFFICE, school=school, ends_on=date(2026, 8, 31))
    User.objects.filter(pk=teacher.pk).update(last_login=NOW)
    client.force_login(head)

    answer = client.post(
        reverse("schools:person-edit", args=[teacher.person_id]), {"name": "Jo", "email": "jo@soar.example.org"}
    )

    teacher.refresh_from_db()
    assert (answer.status_code, teacher.email) == (302, "jo@soar.example.org")


def test_last_of_the_national_team_is_told_why_the_role_stays(client: Client) -> None:
    national = make.make_user(roles.NATIONAL)
    client.force_login(national)

    answer = client.post(reverse("schools:role-end", args=[national.person.roles.get().pk]))

    assert answer.status_code == 200
    assert "Invite somebody else to it first" in answer.content.decode()


def test_superuser_is_listed_as_the_national_team(client: Client) -> None:
    superuser = User.objects.create_superuser("set.up@ncetm.example.org", "a-password-of-theirs")
    make.PersonFactory(name="Nobody Yet")
    client.force_login(superuser)

    rows = {row[0]: row[3] for row in client.get(reverse("schools:person-list")).context["rows"]}
    told = b"".join(client.get(reverse("schools:person-list"), {"export": "csv"})).decode("utf-8-sig")

    assert rows[str(superuser.person_id)] == "National team"
    assert sorted(rows.values()) == ["", "National team"]
    assert told.count("National team") == 1
