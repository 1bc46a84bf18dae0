"""The headteacher's confirmation."""

from datetime import timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from programmes.actions.asking import CannotAsk, ask_head_again
from programmes.actions.interest import CannotConfirm, confirm_as_head, submit
from programmes.models import Interest
from programmes.notices.links import head_token, read_head_token
from programmes.rules import HeadLink, tidy_reference
from schools.models import Role, User
from tests.programmes.express import NOW, make_application

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = timedelta(days=1)


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


def test_confirm_counts_once_and_gives_no_role(interest: Interest) -> None:
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW + DAY)

    interest.refresh_from_db()
    assert interest.head_confirmed_at == NOW + DAY
    assert (Role.objects.count(), User.objects.count()) == (0, 0)
    assert JournalEntry.objects.filter(what="Confirmed by the headteacher").count() == 1
    with pytest.raises(CannotConfirm) as problem:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW + DAY)
    assert problem.value.state is HeadLink.USED


def test_confirm_with_a_row_read_earlier_still_counts_once(interest: Interest) -> None:
    stale = Interest.objects.get(pk=interest.pk)
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    with pytest.raises(CannotConfirm) as problem:
        confirm_as_head(interest=stale, asked=1, by=None, now=NOW + DAY)

    assert problem.value.state is HeadLink.USED
    assert Interest.objects.get().head_confirmed_at == NOW


@pytest.mark.parametrize(("days", "is_open"), [(13.99, True), (14, False), (100, False)])
def test_confirm_ends_after_fourteen_days(interest: Interest, days: float, is_open: bool) -> None:
    state = interest.head_link(1, NOW + timedelta(days=days))

    assert state is (HeadLink.OPEN if is_open else HeadLink.EXPIRED)


def test_confirm_after_a_decline_is_not_needed(interest: Interest) -> None:
    interest.move_to("declined", by=None)

    with pytest.raises(CannotConfirm) as problem:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    assert problem.value.state is HeadLink.NOT_NEEDED


def test_asking_again_ends_the_older_link(interest: Interest) -> None:
    ask_head_again(interest=interest, by=None, now=NOW + 20 * DAY)

    assert interest.head_link(1, NOW + 20 * DAY) is HeadLink.SUPERSEDED
    assert interest.head_link(2, NOW + 20 * DAY) is HeadLink.OPEN
    confirm_as_head(interest=interest, asked=2, by=None, now=NOW + 20 * DAY)


def test_asking_again_writes_to_the_stored_address_only(interest: Interest) -> None:
    Notice.objects.filter(kind="interest-head").update(state=Notice.State.SENT)

    ask_head_again(interest=interest, by=None, now=NOW + DAY)

    asked = Notice.objects.filter(kind="interest-head", occurrence__startswith="ask").order_by("pk")
    assert list(asked.values_list("email", "occurrence", "state")) == [
        (interest.head_email, "ask1@2026-09-08", "sent"),
        (interest.head_email, "ask2@2026-09-09", "planned"),
    ]


def test_asking_again_is_refused_within_minutes_and_when_there_is_nothing_to_confirm(interest: Interest) -> None:
    with pytest.raises(CannotAsk, match="a few minutes ago"):
        ask_head_again(interest=interest, by=None, now=NOW + timedelta(minutes=9))
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)
    with pytest.raises(CannotAsk, match="already confirmed"):
        ask_head_again(interest=interest, by=None, now=NOW + DAY)


def test_asking_again_is_refused_for_a_second_copy(interest: Interest) -> None:
    other = make_application(school=interest.school, offer=interest.offer, contact_email="kim@people.example.org")
    second = submit(application=other, by=None, now=NOW)

    with pytest.raises(CannotAsk, match="second copy"):
        ask_head_again(interest=second, by=None, now=NOW + DAY)


def test_unsent_request_is_cancelled_by_the_confirmation(interest: Interest) -> None:
    with clock.fixed(NOW):
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    asked = Notice.objects.filter(kind="interest-head")
    assert set(asked.values_list("state", flat=True)) == {Notice.State.CANCELLED}


def test_token_carries_the_interest_and_the_asking(interest: Interest) -> None:
    assert read_head_token(head_token(interest)) == (interest.pk, 1)


@pytest.mark.parametrize("token", ["", "1-1", "1-1.wrong", "x.y.z", "1-1.\x00", "é.ü"])
def test_token_that_we_have_not_signed_is_nothing(token: str) -> None:
    assert read_head_token(token) is None


@pytest.mark.parametrize("typed", ["HP-7KX4M2", "hp7kx4m2", " 7kx 4m2 ", "HP 7KX-4M2"])
def test_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert tidy_reference(typed) == "HP-7KX4M2"
