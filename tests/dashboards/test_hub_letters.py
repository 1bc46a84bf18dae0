"""What a hub that goes on in another was writing, and has brought in from files, goes on there."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice, Upload
from schools.actions import hubs
from schools.models import LetterTemplate
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.once


@pytest.mark.django_db
def test_templates_and_letters_that_have_not_left_go_on_in_the_hub_that_goes_on(
    mailoutbox: list[EmailMessage],
) -> None:
    hub, other = make.HubFactory(name="Old Hub"), make.HubFactory()
    taken = make.LetterTemplateFactory(hub=other, name="Welcome")
    make.LetterTemplateFactory(hub=other, name="Welcome (Old Hub)")
    make.LetterTemplateFactory(hub=hub, name="Welcome")
    make.LetterTemplateFactory(hub=hub, name="Dates")
    draft = make.LetterFactory(hub=hub)
    sent = make.LetterFactory(hub=hub, status="sent", sent_at=NOW, due_at=NOW)
    waiting = make.LetterFactory(hub=hub, status="sent", sent_at=NOW, due_at=NOW + timedelta(days=1))
    recipient = make.LetterRecipientFactory(letter=waiting, email="jo@people.example.org")
    notices.reconcile(recipient, now=NOW)

    with clock.fixed(NOW):
        wish = hubs.Wish(kind="merger", hub=hub, other=other, from_on=NOW.date(), reason="Reorganised")
        hubs.plan_change(wish=wish, by=None, now=NOW)

    names = LetterTemplate.objects.values_list("name", "hub")
    assert sorted(names) == [
        (name, other.pk) for name in ("Dates", "Welcome", "Welcome (Old Hub 2)", "Welcome (Old Hub)")
    ]
    assert LetterTemplate.objects.get(name="Welcome") == taken
    for letter in (draft, sent, waiting):
        letter.refresh_from_db()
    assert (draft.hub, sent.hub, waiting.hub) == (other, hub, other)
    with clock.fixed(waiting.due_at):
        delivery.deliver_due()
    (mail,) = [one for one in mailoutbox if one.to == [f"{recipient.name} <jo@people.example.org>"]]
    assert (mail.reply_to, Notice.objects.get(kind="letter").owner) == ([other.email], other)


@pytest.mark.django_db
def test_files_that_were_brought_in_are_the_hubs_that_goes_on_and_checked_ones_are_checked_anew() -> None:
    hub, other = make.HubFactory(), make.HubFactory()
    done, checked = (make.UploadFactory(owner=hub, state=state, counts={"create": 1}) for state in ("done", "ready"))
    lead = make.make_user(HUB_LEAD, hub=other)

    with clock.fixed(NOW):
        wish = hubs.Wish(kind="merger", hub=hub, other=other, from_on=NOW.date(), reason="Reorganised")
        hubs.plan_change(wish=wish, by=None, now=NOW)

    seen = {one.pk: (one.state, one.counts) for one in Upload.objects.visible_to(lead)}
    assert seen == {done.pk: ("done", {"create": 1}), checked.pk: ("new", {})}
