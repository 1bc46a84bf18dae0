"""A headteacher who is signed in finds the step on the application's page and in the list, by the rule of the home."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core.clock import LONDON
from programmes.actions.agreements import answer_as_head
from programmes.models import Interest
from schools import roles
from schools.models import School
from tests import factories as make
from tests.world import NOW, ROLES, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

READERS = tuple(kind for kind in ROLES if kind not in (roles.SPECIALIST, roles.READINESS_LEAD, roles.TEACHER))


def _step(side: Side) -> str:
    return f'href="{reverse("programmes:interest-confirm", args=[side.interest.pk])}"'


def _page(side: Side, kind: str = roles.HEADTEACHER) -> str:
    text: str = side.browser(kind).get(side.interest.get_absolute_url()).text
    return " ".join(text.partition("<main")[2].split())


def _listed(side: Side, kind: str = roles.HEADTEACHER) -> str:
    rows = side.browser(kind).get(reverse("programmes:interest-list") + "?status=all").context["rows"]
    return str(next(row[-4] for row in rows if row[0] == str(side.interest.pk)))


def _home(side: Side) -> str:
    return str(side.browser(roles.HEADTEACHER).get(reverse("dashboards:asked-list")).text)


def test_page_and_list_say_to_the_headteacher_that_it_waits_for_them_and_lead_to_the_answer(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(head_asked_at=NOW)

    pages = {kind: _page(side, kind) for kind in READERS}

    head = pages[roles.HEADTEACHER]
    assert {kind for kind, page in pages.items() if _step(side) in page} == {roles.HEADTEACHER}
    assert {kind for kind, page in pages.items() if "has not confirmed yet" in page} == {*READERS} - {roles.HEADTEACHER}
    assert ("Confirm or say no</a>" in head, "This waits for you:" in head) == (True, True)
    assert "It waits for you to confirm, or to say no." in head
    assert _listed(side) == "Waits for you to confirm, then your hub decides"
    assert _listed(side, roles.OFFICE) == "Waits for your headteacher, then your hub decides"


@pytest.mark.parametrize("status", ["waiting", "accepted"])
def test_what_is_decided_still_waits_for_the_headteacher(side: Side, status: str) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(status=status, decided_at=NOW)

    assert "This waits for you:" in _page(side)
    assert _listed(side).startswith("Waits for you to confirm. Your hub ")


def test_after_a_no_the_page_leads_back_to_the_answer_while_it_can_be_changed(side: Side) -> None:
    said: dict[str, Any] = {"reason": "", "by": side.users[roles.HEADTEACHER], "now": NOW}
    answer_as_head(interest=side.interest, takes_part=False, **said)

    page, listed, others = _page(side), _listed(side), _page(side, roles.MATHS_LEAD)
    answer_as_head(interest=side.interest, takes_part=True, **said)
    confirmed = _page(side)

    assert ("Change the headteacher’s answer</a>" in page, _step(side) in page) == (True, True)
    assert ("waits for you" in page, listed) == (False, "Your headteacher has said no: your hub decides")
    assert [_step(side) in text for text in (others, confirmed, _home(side))] == [False] * 3


def _closed(side: Side) -> None:
    School.objects.filter(pk=side.school.pk).update(gias_status=2)


def _of_last_year(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(year=2025)


def _enrolled(side: Side) -> None:
    make.EnrolmentFactory(school=side.school, offer=side.interest.offer)


def _confirmed(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(head_confirmed_at=NOW)


def _withdrawn(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(status="withdrawn")


def _head_elsewhere(side: Side) -> None:
    """No longer headteacher here but of another school, and maths lead here."""
    head = side.users[roles.HEADTEACHER].person
    head.roles.update(ends_on=NOW.astimezone(LONDON).date() - timedelta(days=1))
    make.RoleFactory(person=head, kind=roles.HEADTEACHER, school=make.SchoolFactory())
    make.RoleFactory(person=head, kind=roles.MATHS_LEAD, school=side.school)


@pytest.mark.parametrize("change", [_closed, _of_last_year, _enrolled, _confirmed, _withdrawn, _head_elsewhere])
def test_one_rule_says_on_page_list_and_home_whether_there_is_an_answer_to_give(side: Side, change: Any) -> None:
    before = [_step(side) in text for text in (_page(side), _home(side))]
    before.append("Waits for you to" in _listed(side))

    change(side)

    after = [_step(side) in text for text in (_page(side), _home(side))]
    after.append("Waits for you to" in _listed(side))
    assert (before, after) == ([True] * 3, [False] * 3)


@pytest.mark.parametrize("many", [1, 4])
def test_headteachers_pages_ask_the_database_as_often_for_many(
    side: Side, many: int, django_assert_max_num_queries: Any
) -> None:
    for _each in range(many):
        make.InterestFactory(school=side.school, head_asked_at=NOW)
    browser = side.browser(roles.HEADTEACHER)

    for path in (reverse("programmes:interest-list"), side.interest.get_absolute_url()):
        with django_assert_max_num_queries(12):
            browser.get(path)
