"""Steps, tried on declining an interest: who, on what, and what happens to what was typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.models import Interest
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

LONG = "<script>alert(1)</script> " * 100  # over the 2,000 characters that fit


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture
def lead(client: Client, side: Side) -> Client:
    client.force_login(side.users[roles.HUB_LEAD])
    return client


def decline(client: Client, interest: Interest, **data: Any) -> Any:
    with clock.fixed(NOW):
        return client.post(reverse("programmes:interest-decline", args=[interest.pk]), data)


def test_step_is_taken_once_and_says_so(lead: Client, side: Side) -> None:
    answer = decline(lead, side.interest, reason="The group is full.")

    side.interest.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, side.interest.get_absolute_url())
    assert side.interest.status == "declined"
    assert "Declined. The school is told by e-mail." in lead.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("", "Answer “Why is there no place for this school?”"),
        ("   ", "Answer “Why is there no place for this school?”"),
        (LONG, "Use 2000 characters or fewer. You have used 2599."),
        ("full\x00", "This contains a character that cannot be stored. Type it again."),
    ],
)
def test_step_refused_keeps_what_was_typed_and_changes_nothing(
    lead: Client, side: Side, reason: str, error: str
) -> None:
    answer = decline(lead, side.interest, reason=reason)

    html = answer.content.decode()
    side.interest.refresh_from_db()
    assert (answer.status_code, side.interest.status) == (200, "submitted")
    assert answer.context["form"].errors["reason"] == [error]
    assert "<title>Error: " in html
    assert 'href="#id_reason"' in html
    assert "<script>alert" not in html
    assert ("&lt;script&gt;alert(1)" in html) == (reason == LONG)


def test_step_that_somebody_else_took_first_says_who_and_keeps_what_was_typed(lead: Client, side: Side) -> None:
    other = make.make_user(roles.HUB_ADMIN, hub=side.hub, name="Sam Other")
    with clock.fixed(NOW):
        opened = lead.get(reverse("programmes:interest-decline", args=[side.interest.pk])).context["as_it_was"]
        decisions.decline(interest=side.interest, by=other, now=NOW, reason="Too far away.")

    answer = decline(lead, side.interest, reason="The group is full.", as_it_was=opened)

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == [
        "Sam Other has decided about this on 11 January 2027: declined. Nothing was done twice."
    ]
    html = answer.content.decode()
    assert "The group is full." in html


def test_step_on_what_one_does_not_see_is_not_found(client: Client, side: Side) -> None:
    client.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))

    assert decline(client, side.interest, reason="x").status_code == 404


def test_step_of_another_role_is_refused_before_anything_is_loaded(client: Client, side: Side) -> None:
    client.force_login(side.users[roles.TEACHER])

    with clock.fixed(NOW):
        answer = client.post(reverse("programmes:interest-decline", args=[999_999]))

    assert answer.status_code == 403


def test_step_by_a_stranger_leads_to_signing_in(client: Client, side: Side) -> None:
    answer = decline(client, side.interest, reason="x")

    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/?next=")


def test_move_that_comes_too_late_names_who_changed_what_and_when(side: Side) -> None:
    sam = make.make_user(roles.HUB_LEAD, hub=side.hub, name="Sam Other")
    side.enrolment.refresh_from_db()
    with clock.fixed(NOW):
        side.enrolment.move_to("withdrawn", by=sam, what="Withdrawn by the school")

    with pytest.raises(CannotMove) as problem:
        side.enrolment.move_to("active", by=sam)

    assert str(problem.value) == (
        "This is withdrawn: it cannot become active. "
        "Last changed by Sam Other, 11 January 2027: withdrawn by the school."
    )


@pytest.mark.parametrize(
    ("record", "moved_from", "moved_to", "expected"),
    [
        ("programmes.interest:1", "submitted", "accepted", ("To decide", "Accepted")),
        ("funding.claim:1", "raised", "approved", ("To approve", "Approved")),
        ("gone.thing:1", "old", "new", ("old", "new")),
        ("schools.school:1", "", "", None),
    ],
)
def test_history_names_statuses_as_pages_do(
    record: str, moved_from: str, moved_to: str, expected: tuple[str, str] | None
) -> None:
    entry = JournalEntry(record=record, moved_from=moved_from, moved_to=moved_to)

    assert entry.moved == expected
