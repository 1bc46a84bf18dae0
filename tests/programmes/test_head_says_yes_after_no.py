"""A headteacher's yes after a no: who had heard of the no hears of it; and a no that comes to another hub."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from hubportal.core.models import JournalEntry, Notice
from programmes.actions.agreements import answer_as_head
from programmes.actions.asking import ask_head_again
from programmes.actions.copies import TakenOver, merge
from programmes.actions.following import follow_hubs
from programmes.actions.interest import answer_all_as_head, confirm_as_head, refuse_as_head, submit
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from schools.models import Hub, School, User
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.programmes.test_express_head import DAY
from tests.races import once_held

pytestmark = pytest.mark.django_db

LATER = NOW + DAY
PHONE = Came("phone", NOW.date(), "No cover.")


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def interest() -> Interest:
    made = submit(application=make_application(), by=None, now=NOW)
    _mails()
    return made


@pytest.fixture
def lead(interest: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=interest.hub)


def _mails() -> dict[str, str]:
    """What goes out now: all that is said to each address."""
    deliver_due()
    found: dict[str, str] = {}
    for one in mail.outbox:
        address = one.to[0].rpartition("<")[2].rstrip(">")
        found[address] = f"{found.get(address, '')}{one.subject}\n{one.body}"
    mail.outbox.clear()
    return found


def _refuse(interest: Interest, **given: Any) -> None:
    given = {"asked": interest.head_asked, "now": NOW, **given}
    refuse_as_head(interest=interest, reason="No cover.", by=None, **given)


def _confirm(interest: Interest, **given: Any) -> None:
    given = {"asked": interest.head_asked, "now": NOW, **given}
    confirm_as_head(interest=interest, by=None, **given)


def _hub(interest: Interest) -> Hub:
    assert interest.hub is not None
    return interest.hub


def _both(interest: Interest) -> set[str]:
    return {_hub(interest).email, interest.contact_email}


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_whoever_was_told_of_the_no_hears_once_of_the_yes(interest: Interest, is_signed_in: bool) -> None:
    _refuse(interest)
    _mails()

    if is_signed_in:
        head = make.make_user(HEADTEACHER, school=interest.school)
        answer_as_head(interest=interest, takes_part=True, reason="", by=head, now=NOW)
    else:
        _confirm(interest)
    told = _mails()
    notices.sweep(NOW)

    own = {address: body for address, body in told.items() if address in _both(interest)}
    assert (set(own), _mails()) == (_both(interest), {})
    assert all("confirms after all" in body and interest.reference in body for body in own.values())
    assert {address: interest.get_absolute_url() in body for address, body in own.items()} == {
        _hub(interest).email: True,
        interest.contact_email: False,
    }


def test_yes_without_a_no_that_was_told_is_told_to_nobody(interest: Interest) -> None:
    beside = submit(application=make_application(), by=None, now=NOW)
    _mails()
    _refuse(beside)

    for one in (interest, beside):
        _confirm(one)

    assert (_mails(), Notice.objects.filter(kind="interest-head-yes").count()) == ({}, 0)


def test_only_who_was_told_of_the_no_hears_of_the_yes(interest: Interest) -> None:
    _refuse(interest)
    Notice.objects.filter(kind="interest-head-no", email=_hub(interest).email).update(state="failed")
    _mails()

    _confirm(interest)

    assert set(_mails()) == {interest.contact_email}


def test_yes_that_the_hub_enters_is_told_to_whoever_applied(interest: Interest, lead: User) -> None:
    _refuse(interest)
    _mails()

    enter_head(interest=interest, asked=1, came=PHONE, by=lead, now=NOW)

    told = _mails()
    assert (set(told), "confirms after all" in told[interest.contact_email]) == (
        {interest.contact_email, interest.head_email},
        True,
    )


def test_yes_after_a_no_that_the_hub_entered_drops_what_was_entered(interest: Interest, lead: User) -> None:
    enter_head(interest=interest, asked=1, came=PHONE, by=lead, now=NOW, confirms=False)
    _mails()
    head = make.make_user(HEADTEACHER, school=interest.school, person__email=interest.head_email)
    interest = Interest.objects.get()

    answer_as_head(interest=interest, takes_part=True, reason="", by=head, now=NOW)

    assert (set(_mails()), interest.receipts.exists()) == (_both(interest), False)


def test_one_press_that_confirms_several_is_told_in_one_email() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    beside = submit(application=make_application(school=first.school, sent_with=first), by=None, now=NOW)
    answer_all_as_head(asking=[first, beside], asked=1, refusal="", by=None, now=NOW)
    deliver_due()
    mail.outbox.clear()

    answer_all_as_head(asking=[first, beside], asked=1, refusal=None, by=None, now=LATER)
    with clock.fixed(LATER):
        deliver_due()

    bodies = [str(one.body) for one in mail.outbox]
    assert len(bodies) == 2
    assert all(first.reference in body and beside.reference in body for body in bodies)


def test_yes_to_several_of_which_only_the_second_was_refused_is_told(lead: User, interest: Interest) -> None:
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    _refuse(beside)
    _mails()

    answer_all_as_head(asking=[interest, beside], asked=1, refusal=None, by=None, now=NOW)

    told = _mails()
    assert set(told) == _both(interest)
    assert all(beside.reference in body for body in told.values())


@pytest.mark.parametrize("confirmed", [(1,), (1, 2), (0,), (2,)])
def test_yes_to_some_of_what_one_press_refused_is_told_in_one_email(
    interest: Interest, confirmed: tuple[int, ...]
) -> None:
    beside = [
        submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
        for _programme in range(2)
    ]
    every = [interest, *beside]
    answer_all_as_head(asking=every, asked=1, refusal="", by=None, now=NOW)
    _mails()

    # After a day nobody is told anew of what is still refused.
    with clock.fixed(LATER + DAY):
        chosen = [every[at] for at in confirmed]
        answer_all_as_head(asking=chosen, asked=1, refusal=None, by=None, now=clock.now())
        deliver_due()

    assert len(mail.outbox) == 2
    read = {tuple(one.reference in str(sent.body) for one in every) for sent in mail.outbox}
    assert read == {tuple(at in confirmed for at in range(3))}


def test_what_is_told_does_not_hang_on_how_the_history_calls_it(interest: Interest) -> None:
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    answer_all_as_head(asking=[interest, beside], asked=1, refusal="", by=None, now=NOW)
    _mails()
    JournalEntry.objects.filter(what="Refused by the headteacher").update(what="Said no")

    _confirm(beside)

    assert set(_mails()) == _both(interest)


def test_who_had_said_no_before_an_update_is_read_from_the_history(interest: Interest) -> None:
    submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    _refuse(interest)
    Interest.objects.update(head_said_no_at=None)

    import_module("programmes.migrations.0014_interest_head_said_no_at").read_from_history(apps, None)

    said = Interest.objects.filter(head_said_no_at__isnull=False).values_list("pk", "head_said_no_at")
    assert list(said) == [(interest.pk, NOW)]


def test_yes_to_what_was_never_refused_is_not_told_though_another_was(interest: Interest) -> None:
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    _mails()
    _refuse(interest)
    _mails()

    _confirm(beside)

    assert _mails() == {}


def test_each_yes_is_told_after_its_own_no(interest: Interest) -> None:
    """Another headteacher is named after the first yes, or the first is asked again after a no."""
    _refuse(interest)
    _mails()
    _confirm(interest)
    first = _mails()
    Interest.objects.update(head_confirmed_at=None, head_asked=2, head_asked_at=LATER)
    interest.refresh_from_db()

    with clock.fixed(LATER):
        _confirm(interest, now=LATER)
        untold = _mails()
        Interest.objects.update(head_confirmed_at=None)
        interest.refresh_from_db()
        _refuse(interest, now=LATER)
        _mails()
        ask_head_again(interest=interest, by=None, now=LATER + DAY)
    with clock.fixed(LATER + DAY):
        _mails()
        _confirm(interest, now=LATER + DAY)
        again = _mails()

    assert (set(first), untold, set(again)) == (_both(interest), {}, _both(interest))


def test_who_was_told_of_both_hears_of_neither_again_where_the_answers_go_to_another_copy(
    interest: Interest, lead: User
) -> None:
    lee = {"contact_name": "Lee", "contact_email": "lee@people.example.org"}
    application = make_application(school=interest.school, offer=interest.offer, **lee)
    copy = submit(application=application, by=None, now=NOW)
    _refuse(interest)
    _mails()
    _confirm(interest)
    _mails()

    merge(kept=copy, gone=Interest.objects.get(pk=interest.pk), taken=TakenOver(head=True), by=lead, now=NOW)

    copy.refresh_from_db()
    assert (copy.head_confirmed_at, "confirms after all" in "".join(_mails().values())) == (NOW, False)


def _goes(school: School, when: Any) -> Hub:
    """The school goes to another hub."""
    new: Hub = make.HubFactory()
    School.objects.filter(pk=school.pk).update(hub=new)
    follow_hubs(now=when)
    return new


@pytest.mark.parametrize("later", [DAY * 0, DAY * 20])
@pytest.mark.parametrize("is_entered", [True, False])
def test_hub_to_which_it_comes_hears_of_the_no_once(
    interest: Interest, lead: User, later: Any, is_entered: bool
) -> None:
    if is_entered:
        enter_head(interest=interest, asked=1, came=PHONE, by=lead, now=NOW, confirms=False)
    else:
        _refuse(interest)
    _mails()

    with clock.fixed(NOW + later + DAY):
        new = _goes(interest.school, clock.now())
        told = _mails()
        notices.sweep(clock.now())
        again = _mails()
        _confirm(Interest.objects.get(), now=clock.now()) if not later else None
        after = _mails()

    assert (set(told), again) == ({new.email, interest.contact_email}, {})
    assert "This came to" in told[new.email]
    assert all(words in told[new.email] for words in ("does not take part", interest.reference, "No cover."))
    assert "says no" not in told[interest.contact_email]
    assert set(after) == (set() if later else {new.email, interest.contact_email})


def test_no_whose_email_has_not_left_goes_to_the_new_hub_alone(interest: Interest) -> None:
    _refuse(interest)

    new = _goes(interest.school, NOW + DAY / 24)

    rows = Notice.objects.filter(kind="interest-head-no", state="planned").values_list("email", flat=True)
    assert sorted(rows) == sorted([interest.contact_email, new.email])


def test_hub_to_which_several_come_hears_of_them_in_one_email(interest: Interest) -> None:
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    answer_all_as_head(asking=[interest, beside], asked=1, refusal="", by=None, now=NOW)
    _mails()

    with clock.fixed(LATER):
        _goes(interest.school, LATER)
        deliver_due()

    told = [str(one.body) for one in mail.outbox if "says no" in one.subject]
    assert len(told) == 1
    assert all(one.reference in told[0] for one in (interest, beside))


def test_hub_to_which_only_the_second_comes_hears_of_it(interest: Interest) -> None:
    """The first is for a programme of the old hub's own, and stays there."""
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    make.OfferFactory._meta.model.objects.filter(pk=interest.offer_id).update(hub=interest.hub)
    answer_all_as_head(asking=[interest, beside], asked=1, refusal="", by=None, now=NOW)
    _mails()

    with clock.fixed(LATER):
        new = _goes(interest.school, LATER)
        told = _mails()

    assert (beside.reference in told[new.email], interest.reference in told[new.email]) == (True, False)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_no_that_is_being_sent_as_the_yes_comes_counts_as_told(interest: Interest) -> None:
    """A worker has claimed it, and that stands only once the confirmation has begun."""
    _refuse(interest)
    refused = Notice.objects.filter(kind="interest-head-no")
    confirming = Interest.objects.get()

    once_held(lambda: refused.update(state="sending"), lambda: _confirm(confirming))

    told = Notice.objects.filter(kind="interest-head-yes", state="planned").values_list("email", flat=True)
    assert set(told) == _both(interest)


def test_hub_to_which_it_comes_hears_of_no_yes_to_a_no_that_only_the_hub_before_was_told(interest: Interest) -> None:
    _refuse(interest)
    _mails()
    new = _goes(interest.school, NOW + DAY)
    Notice.objects.filter(kind="interest-head-no", email=new.email).update(state="failed")

    with clock.fixed(LATER):
        _mails()
        _confirm(Interest.objects.get(), now=LATER + DAY / 24)
    with clock.fixed(LATER + DAY / 24):
        told = _mails()

    assert set(told) == {interest.contact_email}


def test_hub_that_keeps_the_second_of_two_hears_of_its_yes_though_the_first_that_told_of_both_has_gone(
    interest: Interest,
) -> None:
    beside = submit(application=make_application(school=interest.school, sent_with=interest), by=None, now=NOW)
    make.OfferFactory._meta.model.objects.filter(pk=beside.offer_id).update(hub=interest.hub)
    answer_all_as_head(asking=[interest, beside], asked=1, refusal="", by=None, now=NOW)
    _mails()

    with clock.fixed(LATER):
        _goes(interest.school, LATER)
        _mails()
        _confirm(Interest.objects.get(pk=beside.pk), now=LATER)
        told = _mails()

    assert beside.reference in told[_hub(interest).email]
