"""Schools and hubs by their pages: finding, exporting, giving to another hub, the top bar's choices."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from schools import roles
from schools.models import School, SchoolTie, User
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make.SchoolFactory(name="St Anne's CofE Primary", town="Loughborough", postcode="LE11 4SQ", urn=119000)


@pytest.fixture
def lead(school: School) -> User:
    assert school.hub is not None
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def moving(**given: Any) -> dict[str, Any]:
    """A school's change of hub, as its form sends it: from the world's day."""
    day = {"from_on_0": "11", "from_on_1": "1", "from_on_2": "2027"}
    return {"reason": "Nearer", "interest": "goes", **day, **given}


@pytest.mark.parametrize(
    "query",
    [
        {"q": "saint annes"},
        {"q": "le114sq"},
        {"q": "119000"},
        {"authority": "anneshire"},
        {"phase": "2", "status": "1"},
        {"engaged": "yes"},
    ],
)
def test_school_is_found_by_each_filter(client: Client, lead: User, school: School, query: dict[str, str]) -> None:
    # A whole name is that of one: its county is another.
    make.SchoolFactory(authority__hub=school.hub, authority__name="Anneshire North", name="Other School", phase_code=4)
    type(school.authority).objects.filter(pk=school.authority_id).update(name="Anneshire")
    assert school.hub is not None
    SchoolTie.objects.create(school=school, hub=school.hub)
    client.force_login(lead)

    answer = client.get(reverse("schools:school-list"), query)

    assert [unescape(row[1]) for row in answer.context["rows"]] == ["St Anne's CofE Primary"]


@pytest.mark.parametrize("query", ["page=999", "page=x", "sort=zzz", "q=%00", "phase=99", "status=x", "sort=-town"])
def test_school_list_bears_any_address(client: Client, lead: User, query: str) -> None:
    client.force_login(lead)

    assert client.get(f"{reverse('schools:school-list')}?{query}").status_code == 200


def test_school_list_is_exported_as_filtered(client: Client, lead: User, school: School) -> None:
    make.SchoolFactory(authority=school.authority, name="=1+1")
    client.force_login(lead)

    both = client.get(reverse("schools:school-list"), {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    one = client.get(reverse("schools:school-list"), {"export": "csv", "q": "anne"}).content.decode().splitlines()
    sheet = client.get(reverse("schools:school-list"), {"export": "xlsx"})

    assert both[0].startswith("URN,School,Former names,Town,Postcode,Local authority")
    assert "'=1+1" in both[1]
    assert len(one) == 2
    assert sheet.content[:2] == b"PK"


def test_hub_is_changed_by_hand_and_kept_in_the_history(client: Client, lead: User, school: School) -> None:
    other = make.HubFactory(name="Other Hub")
    client.force_login(lead)

    answer = client.post(reverse("schools:school-hub", args=[school.pk]), moving(hub=other.pk))

    before = school.hub
    school.refresh_from_db()
    assert (school.hub, school.hub_set_by_hand) == (other, True)
    assert answer["Location"] == reverse("schools:school-list")
    entries = JournalEntry.objects.about(school)
    assert {entry.owner for entry in entries} == {before, other}
    assert entries[0].changed == {"hub": [str(before), "Other Hub"]}


def test_school_follows_its_authority_again(client: Client, school: School) -> None:
    national = make.make_user(roles.NATIONAL)
    home = school.hub
    School.objects.filter(pk=school.pk).update(hub=make.HubFactory(), hub_set_by_hand=True)
    client.force_login(national)

    client.post(reverse("schools:school-hub", args=[school.pk]), moving(hub="authority"))

    school.refresh_from_db()
    assert (school.hub, school.hub_set_by_hand) == (home, False)


def test_lead_of_a_hub_that_only_knows_the_school_cannot_take_it(client: Client, school: School) -> None:
    other = make.HubFactory()
    SchoolTie.objects.create(school=school, hub=other)
    client.force_login(make.make_user(roles.HUB_LEAD, hub=other))

    answer = client.post(reverse("schools:school-hub", args=[school.pk]), {"hub": other.pk})

    assert answer.status_code == 403


def test_website_that_is_no_web_address_is_not_linked(client: Client, lead: User, school: School) -> None:
    School.objects.filter(pk=school.pk).update(website="javascript:alert(1)")
    client.force_login(lead)

    text = client.get(school.get_absolute_url()).content.decode()

    assert 'href="javascript' not in text


def test_teacher_sees_the_school_but_not_its_history_tab(client: Client, school: School) -> None:
    client.force_login(make.make_user(roles.TEACHER, school=school))

    answer = client.get(school.get_absolute_url())

    labels = [tab["label"] for tab in answer.context["tabs"]]
    assert "Facts" in labels
    assert "History" not in labels


def test_hub_staff_change_where_answers_go(client: Client, school: School) -> None:
    assert school.hub is not None
    client.force_login(make.make_user(roles.HUB_ADMIN, hub=school.hub))

    client.post(reverse("schools:hub-email", args=[school.hub_id]), {"email": "new@hub.example.org"})

    school.hub.refresh_from_db()
    assert school.hub.email == "new@hub.example.org"
    assert JournalEntry.objects.get().what == "E-mail address changed"


def test_top_bar_chooses_year_and_hub_and_returns_to_the_page(client: Client) -> None:
    hub = make.HubFactory()
    make.SchoolFactory(authority__hub=hub, name="Inside")
    make.SchoolFactory(name="Elsewhere")
    client.force_login(make.make_user(roles.NATIONAL))
    page = reverse("schools:school-list") + "?q=side"

    back = client.post(reverse("schools:hub-choose"), {"hub": hub.pk, "next": page})
    client.post(reverse("schools:year-choose"), {"year": "2025"})
    one = client.get(reverse("schools:school-list"))
    client.post(reverse("schools:hub-choose"), {"hub": ""})
    both = client.get(reverse("schools:school-list"))

    assert back["Location"] == page
    assert [row[1] for row in one.context["rows"]] == ["Inside"]
    assert one.wsgi_request.year == 2025  # type: ignore[attr-defined]
    assert len(both.context["rows"]) == 2


@pytest.mark.parametrize(
    "target", ["//evil.example.org", "https://evil.example.org", "/\\evil.example.org", "/\t/evil"]
)
def test_top_bar_leads_nowhere_else(client: Client, target: str) -> None:
    client.force_login(make.make_user(roles.NATIONAL))

    answer = client.post(reverse("schools:year-choose"), {"year": "x", "next": target})

    assert answer["Location"] == "/"


def test_hub_of_others_cannot_be_chosen(client: Client, lead: User) -> None:
    other = make.HubFactory()
    client.force_login(lead)

    client.post(reverse("schools:hub-choose"), {"hub": other.pk})

    assert client.session.get("hub") is None


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (roles.NATIONAL, "Schools"),
        (roles.HUB_ADMIN, "Schools"),
        (roles.SPECIALIST, "My schools"),
        (roles.TRUST_LEAD, "Our schools"),
    ],
)
def test_school_list_is_called_as_in_ones_navigation(client: Client, kind: str, heading: str) -> None:
    client.force_login(make_side().users[kind])

    page = client.get(reverse("schools:school-list")).content.decode()

    assert f'<h1 class="title">{heading}</h1>' in page
    assert f">{heading}</a>" in page


@pytest.mark.parametrize(("percent", "written"), [("7.10", "7.1%"), ("10.00", "10%"), ("0.00", "0%")])
def test_share_of_free_school_meals_is_written_without_idle_noughts(
    client: Client, lead: User, school: School, percent: str, written: str
) -> None:
    School.objects.filter(pk=school.pk).update(fsm_percent=percent)
    client.force_login(lead)

    page = client.get(school.get_absolute_url()).content.decode()

    assert f">{written}<" in page


def test_national_opens_a_hubs_home_from_its_page(client: Client) -> None:
    hub, _other = make.HubFactory(), make.HubFactory()
    client.force_login(make.make_user(roles.NATIONAL))

    page = client.get(hub.get_absolute_url())
    client.post(reverse("schools:hub-choose"), {"hub": str(hub.pk), "next": "/"})
    again = client.get(hub.get_absolute_url())

    assert ["Open its home" in answer.content.decode() for answer in (page, again)] == [True, False]
    assert client.get("/").wsgi_request.hub == hub  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "is_offered"), [(roles.HEADTEACHER, True), (roles.OFFICE, False)])
def test_page_speaks_of_replacing_only_to_who_may(client: Client, school: School, kind: str, is_offered: bool) -> None:
    client.force_login(make.make_user(kind, school=school))

    page = client.get(reverse("schools:school-people", args=[school.pk])).content.decode()

    assert ("Press Replace" in page, "A wrong e-mail address is corrected here" in page) == (is_offered, True)


def test_hub_reads_who_is_known_from_a_school_without_a_role_there_today(client: Client, school: School) -> None:
    """Brought in from a file without a role, or gone since: their hub knows them, the school does not follow them."""
    make.PersonFactory(name="Nia None", school=school)
    make.RoleFactory(person__name="Gus Gone", kind=roles.TEACHER, school=school, ends_on=date(2021, 8, 31))
    make.RoleFactory(person__name="Fay Future", kind=roles.MATHS_LEAD, school=school, starts_on=date(2090, 9, 1))
    make.PersonFactory(name="Eli Elsewhere", school=make.SchoolFactory(hub=school.hub))
    pages = []
    for kind, place in ((roles.HUB_LEAD, {"hub": school.hub}), (roles.OFFICE, {"school": school})):
        client.force_login(make.make_user(kind, **place))
        pages.append(client.get(reverse("schools:school-people", args=[school.pk])).content.decode())

    shown = [pages[0].partition(f">{name}</a>")[2].partition("</li>")[0] for name in ("Nia None", "Gus Gone")]
    assert [text.partition('small">')[2].removesuffix("</span>") for text in shown] == [
        "No role",
        "Teacher until 31 August 2021",
    ]
    to_come = 'Maths lead <span class="muted small">from 1 September 2090</span>'
    assert [to_come in page.partition(">Fay Future</a>")[2].partition("</tr>")[0] for page in pages] == [True, True]
    assert ["Without a role here today" in page for page in pages] == [True, False]
    assert not any("Eli Elsewhere" in page for page in pages)


def test_list_of_a_hub_says_which_school_belongs_to_another_now(client: Client, lead: User, school: School) -> None:
    own = make.SchoolFactory(name="Own Primary", authority__hub=school.hub)
    other = make.HubFactory(name="Wolds & Coast Hub")
    assert school.hub is not None
    SchoolTie.objects.create(school=school, hub=school.hub)
    School.objects.filter(pk=school.pk).update(hub=other)
    client.force_login(lead)

    page = client.get(reverse("schools:school-list")).text

    rows = {
        one: page.partition(f">{one}</a>")[2].partition("</tr>")[0] for one in (own.name, "St Anne&#x27;s CofE Primary")
    }
    assert ["Belongs to Wolds &amp; Coast Hub" in row for row in rows.values()] == [False, True]


def test_filter_says_in_its_line_what_is_filtered(client: Client, lead: User) -> None:
    client.force_login(lead)

    pages = [client.get(reverse("schools:school-list"), query).text for query in ({}, {"q": "a < b", "phase": "2"})]

    said = [page.partition('<span id="filter-said">')[2].partition("</span></summary>")[0] for page in pages]
    assert said[0] == ""
    assert "Name, town, postcode or URN “a &lt; b”; Phase: Primary" in said[1]


def test_page_of_a_closed_school_leads_its_hub_to_what_is_open_there(
    client: Client, school: School, lead: User
) -> None:
    client.force_login(lead)
    page, url = school.get_absolute_url(), reverse("workgroups:changed-school", args=[school.pk])
    before = client.get(page).text
    School.objects.filter(pk=school.pk).update(gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date())

    after = client.get(page).text
    client.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))
    to_strangers = client.get(page)

    assert (url in before, url in after) == (False, True)
    assert url not in to_strangers.text
    client.force_login(lead)
    assert "Nothing of this school is open with you any more." in client.get(url).text
