"""What one press changes is told once: another address, a headteacher's no, a withdrawal between two hubs."""

from datetime import timedelta

import pytest
from django.core import mail

from hubportal.core import clock
from hubportal.core.delivery import deliver_due
from programmes.actions.changes import withdraw_sent
from programmes.actions.copies import TakenOver, merge
from programmes.actions.interest import refuse_as_head
from programmes.models import Interest
from programmes.notices.interest import received
from schools.models import School
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW
from tests.programmes.test_copies import send

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def test_whoever_gives_another_address_gets_the_link_there_and_no_second_receipt() -> None:
    (first,) = send(0)
    before = len(received(first))

    first.email_changed_at = first.link_asked_at = LATER

    assert (before, received(first)) == (1, [])


def test_hub_hears_of_a_no_once_where_the_answer_passes_to_the_copy_that_stays() -> None:
    with clock.fixed(LATER):
        first, copy = send(1)
        lead = make.make_user(HUB_LEAD, hub=first.hub)
        refuse_as_head(interest=first, asked=first.head_asked, reason="No cover.", by=None, now=LATER)
        deliver_due()
        to_hub = [one.to for one in mail.outbox if "says no" in one.subject]
        mail.outbox.clear()
    with clock.fixed(LATER + timedelta(hours=1)):
        kept, gone = Interest.objects.get(pk=copy.pk), Interest.objects.get(pk=first.pk)
        merge(kept=kept, gone=gone, taken=TakenOver(head=True), by=lead, now=clock.now())
        deliver_due()

    assert len(to_hub) == 2
    assert [one.to for one in mail.outbox if "says no" in one.subject] == []


def test_whoever_sent_it_withdraws_it_also_while_the_school_goes_to_another_hub() -> None:
    with clock.fixed(NOW):
        (first,) = send(0)
        School.objects.filter(pk=first.school_id).update(hub=make.HubFactory())

        withdraw_sent(interest=Interest.objects.select_related("school__hub", "hub").get(), reason="", by=None, now=NOW)

    assert Interest.objects.get().status == "withdrawn"
