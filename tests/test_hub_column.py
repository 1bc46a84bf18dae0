"""Who looks at all hubs together reads in every list of whose each row is; whoever works in one hub does not."""

import csv
import io
from collections.abc import Iterator

import pytest
from django.test import Client

from hubportal.core import clock
from schools.roles import HUB_LEAD, NATIONAL
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

LISTS = (
    *("/groups/", "/groups/meetings/", "/groups/visits/", "/programmes/interest/?status=all"),
    *("/funding/", "/funding/claims/", "/reminders/", "/programmes/leaders/"),
)


@pytest.fixture
def sides() -> Iterator[list[Side]]:
    """Two hubs with everything once."""
    with clock.fixed(NOW):
        yield [make_side(), make_side()]


@pytest.mark.parametrize("page", LISTS)
def test_lists_of_all_hubs_name_the_hub(client: Client, sides: list[Side], page: str) -> None:
    names = sorted(side.hub.name for side in sides)
    client.force_login(sides[0].users[NATIONAL])

    shown = client.get(page)
    told = client.get(f"{page}{'&' if '?' in page else '?'}export=csv").content.decode("utf-8-sig")

    assert '<th scope="col">Hub</th>' in shown.content.decode()
    assert sorted({row[-1] for row in shown.context["rows"]}) == names
    assert all(f'<td class="hub">{name}</td>' in shown.content.decode() for name in names)
    assert sorted({row["Hub"] for row in csv.DictReader(io.StringIO(told))}) == names


@pytest.mark.parametrize("page", LISTS)
def test_lists_of_one_hub_do_not(client: Client, sides: list[Side], page: str) -> None:
    client.force_login(sides[0].users[HUB_LEAD])

    shown = client.get(page)
    told = client.get(f"{page}{'&' if '?' in page else '?'}export=csv").content.decode("utf-8-sig")

    assert '<th scope="col">Hub</th>' not in shown.content.decode()
    assert shown.context["rows"]
    assert "Hub" not in (csv.DictReader(io.StringIO(told)).fieldnames or ())


@pytest.mark.parametrize(("kind", "is_named"), [(NATIONAL, True), (HUB_LEAD, False)])
def test_next_meetings_of_all_hubs_name_the_hub(
    client: Client, sides: list[Side], kind: str, *, is_named: bool
) -> None:
    client.force_login(sides[0].users[kind])

    page = client.get("/").content.decode()

    assert [f" · {side.hub.name} · " in page for side in sides] == [is_named, is_named]


def test_list_of_the_hub_that_was_chosen_does_not(client: Client, sides: list[Side]) -> None:
    client.force_login(sides[0].users[NATIONAL])
    session = client.session
    session["hub"] = sides[0].hub.pk
    session.save()

    shown = client.get("/groups/")

    assert [row[-1] for row in shown.context["rows"]] == [""]
    assert '<th scope="col">Hub</th>' not in shown.content.decode()
