"""Who hears of what an applicant does themselves: withdraws what they sent, or gives another e-mail address."""

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from hubportal.core.delivery import deliver_due
from programmes.actions import decisions
from programmes.actions.changes import change_sent, seen_of, withdraw_sent
from programmes.actions.interest import confirm_as_head, submit
from programmes.models import Interest
from programmes.notices.links import contact_path
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application
from tests.programmes.test_express_mine import _change_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]

NEW = "new@hill.example.org"


@pytest.fixture
def sent() -> Interest:
    school = make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")
    interest = submit(application=make_application(school=school), by=None, now=NOW)
    _mails()
    return interest


def _mails() -> dict[str, str]:
    """What goes out now: all that is said to each address."""
    deliver_due()
    found: dict[str, str] = {}
    for one in mail.outbox:
        address = one.to[0].rpartition("<")[2].rstrip(">")
        found[address] = f"{found.get(address, '')}{one.subject}\n{one.body}"
    mail.outbox.clear()
    return found


@pytest.mark.parametrize("has_confirmed", [True, False])
def test_withdrawal_is_confirmed_and_the_headteacher_hears_of_it(sent: Interest, has_confirmed: bool) -> None:
    if has_confirmed:
        confirm_as_head(interest=sent, asked=1, by=None, now=NOW)

    Visitor().post(contact_path(sent, NOW.date()) + "withdraw/", reason="Secret reason.")

    told = _mails()
    assert set(told) == {sent.contact_email, sent.head_email}
    assert "as you asked on" in told[sent.contact_email]
    assert "Robin Contact has withdrawn the application of Hill Primary School" in told[sent.head_email]
    assert ("which you had confirmed" in told[sent.head_email]) is has_confirmed
    assert "Secret reason." not in "".join(told.values())


def test_withdrawal_of_a_second_copy_or_an_interest_is_told_to_no_headteacher(sent: Interest) -> None:
    colleague = {"contact_name": "Kim Colleague", "contact_email": "kim@people.example.org"}
    copy = submit(application=make_application(school=sent.school, offer=sent.offer, **colleague), by=None, now=NOW)
    light = make.LightInterestFactory(contact_email="lee@people.example.org")
    _mails()

    for one in (copy, light):
        withdraw_sent(interest=one, reason="", by=None, now=NOW)

    assert set(_mails()) == {"kim@people.example.org", "lee@people.example.org"}


def test_what_the_hub_closes_is_still_told_to_nobody(sent: Interest) -> None:
    decisions.close(interest=sent, by=None, now=NOW, reason="They rang.")

    assert _mails() == {}


def test_old_address_hears_that_it_was_changed_and_the_new_one_gets_the_link(sent: Interest) -> None:
    change = _change_of(sent, contact_email=NEW)

    change_sent(interest=sent, change=change, seen=seen_of(sent), by=None, now=NOW)

    told, old = _mails(), sent.contact_email
    sent.refresh_from_db()
    assert set(told) >= {old, NEW}
    assert ("was changed on Tuesday 8 September 2026" in told[old], NEW in told[old]) == (True, False)
    assert "somebody who gave your e-mail address" not in told[NEW]


@pytest.mark.parametrize("changed", [{"contact_phone": "0116 496 0009"}, {"contact_email": "ROBIN@hill.example.org"}])
def test_nobody_hears_of_an_address_that_stays(sent: Interest, changed: Any) -> None:
    change_sent(interest=sent, change=_change_of(sent, **changed), seen=seen_of(sent), by=None, now=NOW)

    assert _mails() == {}


def test_page_after_a_new_address_says_where_the_new_link_went(sent: Interest) -> None:
    visitor = Visitor()
    visitor.post(contact_path(sent, NOW.date()) + "change/")
    own = {"name": "Robin Contact", "phone": sent.contact_phone, "job_title": "Maths lead"}
    visitor.post(f"/programmes/express/{visitor.draft}/contact/", email=NEW, **own)

    visitor.post()

    assert visitor.path == reverse("programmes:express-status")
    assert f"a new one is on its way to {NEW}" in visitor.text
    assert "has expired" not in visitor.text
