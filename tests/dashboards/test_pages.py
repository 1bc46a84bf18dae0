"""Reminders, search, the national table and the signs of life."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from hubportal.core import clock
from hubportal.core.models import Heartbeat, Notice
from programmes.models import Target
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


def _get(side: Side, kind: str, path: str) -> str:
    client = Client()
    client.force_login(side.users[kind])
    with clock.fixed(NOW):
        response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_reminders_list_shows_ones_own_hub(side: Side) -> None:
    make.NoticeFactory(owner=side.hub, name="Ours Alone", recipient="person:8")
    make.NoticeFactory(owner=make.HubFactory(), name="Theirs Alone", recipient="person:9")

    found = _get(side, roles.HUB_LEAD, "/reminders/")

    assert "Ours Alone" in found
    assert "Theirs Alone" not in found


def test_reminders_are_filtered_by_state_and_person(side: Side) -> None:
    make.NoticeFactory(owner=side.hub, name="Failing Fay", state=Notice.State.FAILED)
    make.NoticeFactory(owner=side.hub, name="Sent Sam")

    failed = _get(side, roles.HUB_LEAD, "/reminders/?state=failed")
    named = _get(side, roles.HUB_LEAD, "/reminders/?who=sam")

    assert ("Failing Fay" in failed, "Sent Sam" in failed) == (True, False)
    assert ("Failing Fay" in named, "Sent Sam" in named) == (False, True)


def test_reminder_shows_the_text_as_it_was_sent(side: Side) -> None:
    notice = make.NoticeFactory(owner=side.hub, body="Dear Alex,\nexactly this.\n")

    assert "exactly this." in _get(side, roles.HUB_LEAD, f"/reminders/{notice.pk}/")


def test_reminder_that_is_planned_shows_what_would_be_sent(side: Side) -> None:
    notice = make.NoticeFactory(
        owner=side.hub,
        target=f"funding.award:{side.award.pk}",
        recipient="person:8",
        state=Notice.State.PLANNED,
        subject="",
        body="",
    )

    found = _get(side, roles.HUB_LEAD, f"/reminders/{notice.pk}/")

    assert "As it would be sent now" in found
    assert side.school.name in found


def test_reminder_of_something_that_is_gone_says_so(side: Side) -> None:
    notice = make.NoticeFactory(owner=side.hub, target="funding.award:99999", subject="", body="")

    assert "has been removed" in _get(side, roles.HUB_LEAD, f"/reminders/{notice.pk}/")


def test_search_finds_schools_people_groups_and_references(side: Side) -> None:
    person = side.users[roles.TEACHER].person
    type(side.offer).objects.filter(pk=side.offer.pk).update(group_label="Teacher Research Group (TRG)")
    sought = [
        (side.school.name, side.school),
        (person.name, person),
        (person.email, person),
        (side.group.name, side.group),
        (side.interest.reference, side.interest),
        (side.interest.reference[3:].lower(), side.interest),
        (side.offer.code, side.offer),
        ("trg", side.offer),
    ]

    found = [f'href="{one.get_absolute_url()}"' in _get(side, roles.HUB_LEAD, f"/search/?q={q}") for q, one in sought]

    assert found == [True] * len(sought)


def test_search_leads_nobody_to_a_page_that_says_no(side: Side) -> None:
    assert f'href="{side.offer.get_absolute_url()}"' not in _get(side, roles.TEACHER, f"/search/?q={side.offer.code}")


def test_search_finds_nothing_of_another_hub(side: Side) -> None:
    other = make_side()

    things = {
        other.school.name: other.school,
        other.group.name: other.group,
        other.interest.reference: other.interest,
        other.users[roles.TEACHER].person.name: other.users[roles.TEACHER].person,
    }
    for text, thing in things.items():
        assert f'href="{thing.get_absolute_url()}"' not in _get(side, roles.HUB_LEAD, f"/search/?q={text}")


@pytest.mark.parametrize("text", ["", "%00", "   ", "x" * 500, "%25_%27"])
def test_search_takes_any_text(side: Side, text: str) -> None:
    assert "Search" in _get(side, roles.HUB_LEAD, f"/search/?q={text}")


def test_hub_table_counts_each_hub_for_the_chosen_year(side: Side) -> None:
    empty = make.HubFactory(name="An Empty Hub")
    Target.objects.create(offer=side.offer, hub=side.hub, schools=17)

    found = _get(side, roles.NATIONAL, "/hubs/")

    rows = {row.partition("</a>")[0].rpartition(">")[2]: row for row in found.split("<tr>")[2:]}
    assert "17" in rows[side.hub.name]
    assert 'class="num">1<' in rows[side.hub.name]
    assert 'class="num">1<' not in rows[empty.name]


def test_hub_table_says_which_schools_it_counts(side: Side) -> None:
    make.SchoolFactory(authority__hub=side.hub, gias_status=2)
    make.SchoolFactory(authority__hub=side.hub, gias_status=3)
    lead = side.browser(roles.HUB_LEAD)

    found = _get(side, roles.NATIONAL, "/hubs/")
    listed = lead.get("/schools/").context["paginator"].count
    row = found.partition(f">{side.hub.name}</a>")[2].partition("</tr>")[0]

    assert re.findall(r'class="num">(\d+)<', row)[0] == "2"
    assert listed == 3
    assert "Open schools" in found
    assert "it also has closed ones" in found


def test_hub_table_can_be_downloaded(side: Side) -> None:
    client = Client()
    client.force_login(side.users[roles.NATIONAL])

    with clock.fixed(NOW):
        response = client.get("/hubs/?export=csv")
        lines = b"".join(response).decode("utf-8-sig").splitlines()

    assert lines[0].startswith("Hub,Region,Open schools")
    assert any(line.startswith(side.hub.name) for line in lines)


def test_healthz_answers_without_the_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_is_well_while_beat_lives_and_nothing_waits() -> None:
    Heartbeat.objects.create(name="beat", at=clock.real_now())

    response = Client().get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_readyz_says_that_beat_is_late() -> None:
    Heartbeat.objects.create(name="beat", at=clock.real_now() - timedelta(minutes=10))

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["beat"].startswith("last seen ")


@pytest.mark.parametrize(
    ("state", "next_try_in", "until_in", "expected"),
    [
        ("planned", 30, 60, 503),
        ("sending", None, None, 503),
        ("planned", None, -1, 200),
        ("failed", None, None, 200),
    ],
)
def test_readyz_counts_what_waits_after_a_try_or_is_being_sent_and_can_still_be_sent(
    state: str, next_try_in: int | None, until_in: int | None, expected: int
) -> None:
    now = clock.now()
    Heartbeat.objects.create(name="beat", at=clock.real_now())
    make.NoticeFactory(
        state=state,
        due_at=now - timedelta(hours=1),
        next_try_at=next_try_in and now + timedelta(minutes=next_try_in),
        until=until_in and now + timedelta(minutes=until_in),
    )

    response = Client().get("/readyz")

    assert response.status_code == expected


def test_readyz_says_that_an_email_waits() -> None:
    Heartbeat.objects.create(name="beat", at=clock.real_now())
    make.NoticeFactory(state=Notice.State.PLANNED, due_at=clock.now() - timedelta(hours=1))

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["notices"].startswith("waiting since ")


def _make_many(side: Side) -> None:
    for number in range(11):
        school = make.SchoolFactory(name=f"Seek {number:02} Primary School", authority=side.school.authority)
        make.PersonFactory(name=f"Seek Person {number:02}", school=school)
        make.GroupFactory(name=f"Seek {number:02}", offer=side.offer, hub=side.hub)
        make.InterestFactory(reference=f"HP-SEEK{number:02}", school=side.school)


def test_search_leads_to_the_lists_where_there_are_more(side: Side) -> None:
    _make_many(side)

    page = _get(side, roles.HUB_LEAD, "/search/?q=seek")
    links = dict(re.findall(r'<p><a href="(/[^"]+)">(All [^<]+)</a></p>', page))

    assert [label.removesuffix(f" of {side.hub}") for label in links.values()] == [
        *("All 11 schools", "All 11 people", "All 11 groups", "All 11 applications and interests"),
    ]
    with clock.fixed(NOW):
        shown = [side.browser(roles.HUB_LEAD).get(html.unescape(url)).context["paginator"].count for url in links]
    assert shown == [11, 11, 11, 11]


def test_search_leads_nobody_to_a_list_that_says_no(side: Side) -> None:
    _make_many(side)
    for number in range(11):
        make.PersonFactory(name=f"Seek Colleague {number:02}", school=side.school)

    page = _get(side, roles.HEADTEACHER, "/search/?q=seek colleague")

    assert "/schools/people/?" not in page
    assert "There are more. Type more to see fewer." in page


def test_search_stops_silently_at_nothing(side: Side) -> None:
    assert "There are more" not in _get(side, roles.HUB_LEAD, f"/search/?q={side.school.name}")


@pytest.mark.parametrize("words", ["TRG", "trgs", "Teacher Research Group", "work group"])
def test_search_finds_groups_by_their_older_name(side: Side, words: str) -> None:
    type(side.group).objects.filter(pk=side.group.pk).update(name="Barrow Development")
    type(side.offer).objects.filter(pk=side.offer.pk).update(group_label="Work Group")

    page = _get(side, roles.HUB_LEAD, f"/search/?q={words}")
    listed = _get(side, roles.HUB_LEAD, f"/groups/?name={words}")

    assert f'href="{side.group.get_absolute_url()}"' in page
    assert "Barrow Development" in listed
