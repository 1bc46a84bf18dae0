"""The work list leads to what it counts."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import resolve, reverse

from hubportal.core import clock
from hubportal.dashboards.figures.work import HUB_LINES, Line
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.models import Visit

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def _visit(side: Side, number: int, status: str, *, on: date | None = None, book_by: date) -> Visit:
    starts_at = clock.at_london(on, 9) if on else None
    return make.VisitFactory(
        place=side.place, number=number, status=status, on=on, starts_at=starts_at, book_from=TODAY, book_by=book_by
    )


@pytest.mark.parametrize("line", HUB_LINES, ids=[line.key for line in HUB_LINES])
def test_work_line_asks_its_list_for_something_the_filter_knows(line: Line) -> None:
    name, _, value = line.query.partition("=")
    side = make_side()
    view = resolve(reverse(line.url_name)).func.view_class  # type: ignore[attr-defined]
    request = type("Request", (), {"user": side.users[roles.HUB_LEAD], "hub": side.hub, "GET": {}})()

    filterset = view.filterset_class({name: value}, queryset=view.model.objects.all(), request=request)

    assert filterset.form.is_valid()
    assert filterset.form.cleaned_data[name] == value


def test_visits_without_a_log_lead_to_those_visits(client: Client) -> None:
    side = make_side()
    Visit.objects.all().delete()
    unlogged = _visit(side, 1, "booked", on=TODAY - timedelta(days=4), book_by=TODAY)
    _visit(side, 2, "booked", on=TODAY + timedelta(days=4), book_by=TODAY + timedelta(days=9))
    _visit(side, 3, "to_book", book_by=TODAY - timedelta(days=1))
    client.force_login(side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        home = client.get("/")
        link = next(item.url for item in home.context["work"] if item.title == "Visits without a log")
        listed = client.get(link)

    assert [visit.pk for visit in listed.context["rows"]] == [unlogged.pk]


def test_late_visits_are_the_same_number_for_hub_and_national_team(client: Client) -> None:
    side = make_side()
    Visit.objects.all().delete()
    _visit(side, 1, "booked", on=TODAY - timedelta(days=4), book_by=TODAY)
    _visit(side, 2, "to_book", book_by=TODAY - timedelta(days=1))
    _visit(side, 3, "to_book", book_by=TODAY + timedelta(days=1))
    client.force_login(side.users[roles.NATIONAL])

    with clock.fixed(NOW):
        table = client.get(reverse("dashboards:hub-table"))
        visits = client.get(reverse("workgroups:visit-list"), {"state": "late"})

    late = {hub.pk: hub.late for hub in table.context["rows"]}
    assert (late[side.hub.pk], len(visits.context["rows"])) == (2, 2)
