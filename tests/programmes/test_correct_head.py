"""Correcting who is headteacher, or their address: who is asked, and what of the older link."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from programmes.actions import decisions
from programmes.actions.changes import Change, change_sent, seen_of
from programmes.actions.heads import CannotCorrect, correct_head
from programmes.actions.interest import confirm_as_head, submit
from programmes.models import Interest, Receipt
from programmes.notices.links import head_token
from programmes.rules import HeadLink
from schools.models import User
from schools.roles import BOARD, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


def _correct(interest: Interest, name: str = "Ann Right", email: str = "ann@people.example.com", **given: Any) -> None:
    correct_head(interest=interest, name=name, email=email, **{"by": None, "now": NOW + DAY, **given})


def _open(user: User, interest: Interest, **data: str) -> Any:
    client, path = Client(), reverse("programmes:interest-head", args=[interest.pk])
    client.force_login(user)
    with clock.fixed(NOW + DAY):
        return client.post(path, data, follow=True) if data else client.get(path, follow=True)


def test_correction_asks_at_the_new_address_at_once_and_ends_the_old_link(interest: Interest) -> None:
    _correct(interest, now=NOW + timedelta(minutes=1))

    interest.refresh_from_db()
    assert (interest.head_name, interest.head_email) == ("Ann Right", "ann@people.example.com")
    assert interest.is_outside_domain
    assert interest.head_link(1, NOW + DAY) is HeadLink.SUPERSEDED
    assert interest.head_link(2, NOW + DAY) is HeadLink.OPEN
    rows = Notice.objects.filter(kind="interest-head").values_list("name", "email", "state")
    assert {row for row in rows if row[2] != "cancelled"} == {("Ann Right", "ann@people.example.com", "planned")}
    assert {row[2] for row in rows if row[0] != "Ann Right"} == {"cancelled"}


def test_correction_stands_in_the_journal(interest: Interest) -> None:
    old = interest.head_email

    _correct(interest, name="Jo Head")

    entry = JournalEntry.objects.about(interest).get(what="Headteacher corrected")
    assert entry.changed == {"head_email": [old, "ann@people.example.com"]}


def test_correction_takes_back_a_confirmation(interest: Interest) -> None:
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    _correct(interest)

    interest.refresh_from_db()
    assert interest.head_confirmed_at is None
    confirm_as_head(interest=interest, asked=2, by=None, now=NOW + DAY)


@pytest.mark.parametrize("by_hub", [True, False])
def test_answer_that_was_entered_for_the_headteacher_before_is_not_the_new_ones(
    interest: Interest, by_hub: bool
) -> None:
    for what in Receipt.What.values:
        Receipt.objects.create(
            interest=interest, what=what, how="phone", came_on=NOW.date(), entered_by=None, entered_at=NOW
        )

    if by_hub:
        _correct(interest)
    else:
        change = Change(
            contact_name="Robin Contact",
            contact_email=interest.contact_email,
            contact_phone="",
            contact_job="Headteacher",
            contact_is_head=True,
            head_name="Robin Contact",
            head_email=interest.contact_email,
            message="",
            teachers=(),
        )
        change_sent(interest=interest, change=change, seen=seen_of(interest), by=None, now=NOW)

    assert list(interest.receipts.values_list("what", flat=True)) == ["sent"]


@pytest.mark.parametrize(("name", "stays"), [("Mrs Robin  Contact", True), ("Ann Right", False)])
def test_contact_who_is_not_the_headteacher_becomes_a_mere_contact(name: str, stays: bool) -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    applied = make_application(**{**_as_dict(applied), "head_email": applied.contact_email})
    interest = submit(application=applied, by=None, now=NOW)

    _correct(interest, name=name)

    interest.refresh_from_db()
    assert (interest.contact_is_head, interest.is_head_contact) == (stays, False)
    assert interest.head_confirmed_at is None


def _as_dict(application: Any) -> dict[str, Any]:
    return {name: getattr(application, name) for name in application.__slots__}


def test_correction_after_acceptance_only_while_unconfirmed(interest: Interest) -> None:
    decisions.accept(interest=interest, by=None, now=NOW)
    _correct(interest)
    confirm_as_head(interest=interest, asked=2, by=None, now=NOW + DAY)

    with pytest.raises(CannotCorrect, match="has confirmed and the school is accepted"):
        _correct(interest, name="Kim Late")
    assert Notice.objects.filter(kind="interest-accepted", email="ann@people.example.com").count() == 1


def test_correction_is_refused_where_nothing_is_new_or_open_or_somebody_was_first(interest: Interest) -> None:
    stale, closed = Interest.objects.get(pk=interest.pk), submit(application=make_application(), by=None, now=NOW)
    closed.move_to("declined", by=None)
    _correct(interest)

    with pytest.raises(CannotCorrect, match="already"):
        _correct(interest)
    with pytest.raises(CannotCorrect, match="Somebody else has just changed this"):
        _correct(stale, name="Kim Late")
    with pytest.raises(CannotCorrect, match="no longer open"):
        _correct(closed)


def test_hub_corrects_the_headteacher_on_a_page(interest: Interest) -> None:
    lead = make.make_user(HUB_LEAD, hub=interest.hub)
    old = reverse("programmes:head-confirm", args=[head_token(interest)])

    asked = _open(lead, interest).content.decode()
    done = _open(lead, interest, name="Ann Right", email="ann@people.example.com").content.decode()

    assert f'value="{interest.head_email}"' in asked
    assert "Ann Right is asked to confirm, at ann@people.example.com. Older links work no more." in done
    assert "Correct the headteacher" in done
    with clock.fixed(NOW + DAY):
        assert "There is a newer link" in Client().get(old).content.decode()


def test_page_of_a_correction_that_comes_too_late_says_so(interest: Interest) -> None:
    lead = make.make_user(HUB_LEAD, hub=interest.hub)
    interest.move_to("declined", by=None)

    page = _open(lead, interest).content.decode()

    assert "is no longer open, so the headteacher is not asked any more." in page
    assert "Correct the headteacher" not in page


def test_staff_elsewhere_who_may_read_correct_nothing(interest: Interest) -> None:
    user = make.make_user(BOARD, hub=interest.hub)
    make.RoleFactory(person=user.person, kind=HUB_LEAD, hub=make.HubFactory())

    answer = _open(user, interest, name="Ann Right", email="ann@people.example.com")

    interest.refresh_from_db()
    assert (answer.status_code, interest.head_name) == (403, "Jo Head")


@pytest.mark.parametrize("has_confirmed", [False, True])
def test_slip_in_the_address_is_asked_about_and_no_colleague_is_blamed_for_it(
    interest: Interest, has_confirmed: bool
) -> None:
    if has_confirmed:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)
    lead = make.make_user(HUB_LEAD, hub=interest.hub)
    typed = {"name": "Ann Right", "email": "ann@gmial.com", "as_it_was": _open(lead, interest).context["as_it_was"]}

    slip = _open(lead, interest, **typed)
    mended = _open(lead, interest, **typed | {"email": "ann@gmail.com", "as_it_was": slip.context["as_it_was"]})

    said = [error for each in slip.context["form"].errors.values() for error in each]
    assert said == ["Did you mean ann@gmail.com? Change it, or tick that the address is right."]
    assert "Ann Right is asked to confirm, at ann@gmail.com." in mended.content.decode()


def test_slip_on_a_page_that_a_colleague_was_faster_than_is_told_both(interest: Interest) -> None:
    lead = make.make_user(HUB_LEAD, hub=interest.hub)
    mark = _open(lead, interest).context["as_it_was"]
    _correct(interest, now=NOW + timedelta(minutes=1))

    page = _open(lead, interest, name="Ann Wrong", email="ann@gmial.com", as_it_was=mark).content.decode()

    told = ("Did you mean ann@gmail.com?", "Somebody else has changed this since you opened it")
    assert [words in page for words in told] == [True, True]
