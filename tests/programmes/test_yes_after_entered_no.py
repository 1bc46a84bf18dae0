"""A headteacher's yes after a no that their hub had entered: the hub hears that its record was turned round."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from programmes.actions.asking import ask_head_again
from programmes.actions.following import follow_hubs
from programmes.actions.interest import answer_all_as_head, confirm_as_head, refuse_as_head, submit
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.programmes.test_express_head import DAY

pytestmark = pytest.mark.django_db

PHONE = Came("phone", NOW.date(), "No cover.")
LATER = NOW + DAY


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def two() -> list[Interest]:
    first = submit(application=make_application(), by=None, now=NOW)
    return [first, submit(application=make_application(school=first.school, sent_with=first), by=None, now=NOW)]


@pytest.fixture
def lead(two: list[Interest]) -> User:
    return make.make_user(HUB_LEAD, hub=two[0].hub)


def _told() -> dict[str, mail.EmailMessage]:
    """What goes out now of a yes after a no, by whom it is for."""
    deliver_due()
    found = {one.to[0].rpartition("<")[2].rstrip(">"): one for one in mail.outbox if "after all" in one.subject}
    mail.outbox.clear()
    return found


def _enter(interest: Interest, lead: User, *, confirms: bool = False) -> None:
    interest = Interest.objects.get(pk=interest.pk)
    enter_head(interest=interest, asked=interest.head_asked, came=PHONE, by=lead, now=clock.now(), confirms=confirms)
    deliver_due()
    mail.outbox.clear()


def _confirm(*interests: Interest) -> None:
    asking = [Interest.objects.get(pk=one.pk) for one in interests]
    answer_all_as_head(asking=asking, asked=asking[0].head_asked, refusal=None, by=None, now=clock.now())


@pytest.mark.parametrize("of", [0, 1])
@pytest.mark.parametrize("is_entered", [True, False])
def test_only_what_had_a_no_is_named_and_the_hubs_answer_goes_to_the_headteacher(
    two: list[Interest], lead: User, of: int, is_entered: bool
) -> None:
    if is_entered:
        _enter(two[of], lead)
    else:
        refuse_as_head(interest=two[of], asked=1, reason="", by=None, now=NOW)
        deliver_due()
        mail.outbox.clear()

    _confirm(*two)
    told = _told()
    notices.sweep(NOW)

    hub = two[0].hub
    assert hub is not None
    assert set(told) == {hub.email, two[0].contact_email}
    for one in told.values():
        words = f"{one.subject}{one.body}"
        assert (two[of].reference in words, two[1 - of].reference in words) == (True, False)
        assert two[1 - of].programme_title not in words
    assert told[hub.email].reply_to == [two[0].head_email]
    assert _told() == {}


def test_hub_is_told_once_for_each_no_that_it_entered(two: list[Interest], lead: User) -> None:
    (one, _beside), hub = two, two[0].hub
    assert hub is not None
    told = []
    for day in (0, 1, 2):
        with clock.fixed(NOW + 2 * day * DAY):
            Interest.objects.filter(pk=one.pk).update(head_confirmed_at=None, head_refused_at=None)
            if day != 1:
                _enter(one, lead)
            ask_head_again(interest=Interest.objects.get(pk=one.pk), by=None, now=clock.now() + DAY / 2)
        with clock.fixed(NOW + 2 * day * DAY + DAY):
            _confirm(one)
            told.append(hub.email in _told())

    assert told == [True, False, True]


def test_hub_that_entered_the_yes_too_is_not_told_of_a_later_one(two: list[Interest], lead: User) -> None:
    hub = two[0].hub
    assert hub is not None
    _enter(two[0], lead)
    _enter(two[0], lead, confirms=True)
    Interest.objects.filter(pk=two[0].pk).update(head_confirmed_at=None)
    two[0].receipts.all().delete()

    confirm_as_head(interest=Interest.objects.get(pk=two[0].pk), asked=1, by=None, now=NOW)

    assert hub.email not in _told()


def test_hub_to_which_it_came_hears_nothing_of_what_only_the_one_before_had_entered(
    two: list[Interest], lead: User
) -> None:
    _enter(two[0], lead)
    with clock.fixed(LATER):
        School.objects.update(hub=make.HubFactory())
        follow_hubs(now=LATER)
        Interest.objects.filter(pk=two[0].pk).update(head_refused_at=None)
        notices.reconcile(Interest.objects.get(pk=two[0].pk), now=LATER)
        _told()
        _confirm(two[0])

        assert set(_told()) <= {two[0].contact_email}


def test_what_was_entered_before_an_update_is_read_from_how_it_came(two: list[Interest], lead: User) -> None:
    _enter(two[0], lead)
    refuse_as_head(interest=two[1], asked=1, reason="", by=None, now=NOW)
    Interest.objects.update(head_no_entered_at=None)

    import_module("programmes.migrations.0021_interest_head_no_entered_at").read_from_receipts(apps, None)

    kept = Interest.objects.filter(head_no_entered_at__isnull=False).values_list("pk", "head_no_entered_at")
    assert list(kept) == [(two[0].pk, NOW)]
