"""What was sent again when the hub had decided: its sender hears what, once somebody has looked at both."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from programmes.actions import decisions
from programmes.actions.copies import TakenOver, merge, say_not_same
from programmes.actions.interest import submit
from programmes.models import Interest
from programmes.notices.decisions import outcome_told
from programmes.rules.copies import SENT_AFTER
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.programmes.test_sent_twice import told_of

pytestmark = pytest.mark.django_db


def test_who_sends_the_same_after_a_decision_is_told_once_the_hub_says_that_it_is_the_same(client: Client) -> None:
    first, copy, lead = _sent_after_acceptance()
    client.force_login(lead)
    home = client.get(reverse("dashboards:home")).content.decode()
    page = client.get(reverse("programmes:copy-list"), {"late": "yes"})
    compare = reverse("programmes:copy-compare", args=[first.pk, copy.pk])
    asked = client.get(compare).content.decode()
    client.post(compare, {"answer": "first"})

    copy = Interest.objects.get(pk=copy.pk)
    assert f"{reverse('programmes:copy-list')}?late=yes" in home
    assert [(pair.first, pair.second, pair.reason) for pair in page.context["pairs"]] == [(first, copy, SENT_AFTER)]
    assert "Lee Curious hears by e-mail what was decided" in asked
    assert (copy.status, outcome_told(copy), told_of(copy)) == ("merged", "accepted", ["accepted"])
    assert not client.get(reverse("programmes:copy-list"), {"late": "yes"}).context["pairs"]


def test_who_was_told_of_an_earlier_copy_gets_an_answer_to_a_later_one_too() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    lee = {"contact_name": "Lee Curious", "contact_email": "lee@people.example.org"}
    of_lee = {"school": first.school, "offer": first.offer, **lee}
    before = submit(application=make_application(**of_lee), by=None, now=NOW + timedelta(hours=1))
    decisions.accept(interest=Interest.objects.get(pk=first.pk), by=lead, now=NOW + timedelta(hours=2))
    after = submit(application=make_application(**of_lee), by=None, now=NOW + timedelta(hours=3))

    merge(kept=first, gone=after, taken=TakenOver(), by=lead, now=NOW + timedelta(hours=4))

    assert (told_of(before), told_of(after)) == (["accepted"], ["accepted"])


def test_of_what_was_sent_after_a_decision_and_is_not_the_same_nobody_is_told(client: Client) -> None:
    first, copy, lead = _sent_after_acceptance()

    say_not_same(one=first, other=copy, by=lead, now=NOW + timedelta(hours=3))

    copy = Interest.objects.get(pk=copy.pk)
    assert (copy.status, outcome_told(copy), told_of(copy)) == ("submitted", "submitted", [])


def _sent_after_acceptance() -> tuple[Interest, Interest, User]:
    first = submit(application=make_application(), by=None, now=NOW)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    decisions.accept(interest=first, by=lead, now=NOW + timedelta(hours=1))
    curious = {"contact_name": "Lee Curious", "contact_email": "lee@people.example.org"}
    again = make_application(school=first.school, offer=first.offer, **curious)
    return first, submit(application=again, by=None, now=NOW + timedelta(hours=2)), lead


def test_page_that_compares_two_applications_says_who_hears_at_once_where_the_first_was_decided_before(
    client: Client,
) -> None:
    """Neither is a second copy: they had been told apart."""
    first, copy, lead = _sent_after_acceptance()
    say_not_same(one=first, other=copy, by=lead, now=NOW + timedelta(hours=3))
    client.force_login(lead)
    compare = reverse("programmes:copy-compare", args=[copy.pk, first.pk])

    asked = client.get(compare).content.decode()
    client.post(compare, {"answer": "second"})

    copy = Interest.objects.get(pk=copy.pk)
    assert (copy.status, told_of(copy)) == ("merged", ["accepted"])
    assert f"{first.reference} stays, Lee Curious hears by e-mail what was decided" in asked
    assert "and nothing now" not in asked


def test_of_a_school_that_has_its_place_nobody_is_asked_to_confirm_or_to_accept_what_was_told_apart(
    client: Client,
) -> None:
    first, copy, lead = _sent_after_acceptance()
    say_not_same(one=first, other=copy, by=lead, now=NOW + timedelta(hours=3))
    client.force_login(lead)

    page = client.get(copy.get_absolute_url()).content.decode()
    refused = client.get(reverse("programmes:interest-accept", args=[copy.pk]), follow=True).content.decode()
    again = reverse("programmes:interest-ask-head", args=[copy.pk])
    asked = client.post(again, follow=True).content.decode()

    copy = Interest.objects.get(pk=copy.pk)
    assert (copy.head_asked_at, copy.head_asked) == (None, 1)
    assert "already enrolled</a> in" in page
    assert "Not asked: the school is already enrolled." in page
    offered = [reverse(f"programmes:interest-{step}", args=[copy.pk]) in page for step in ("accept", "wait", "decline")]
    assert offered == [False, False, True]
    assert f"{copy.school} is already enrolled in {copy.offer}." in refused
    assert "The school is already enrolled in this programme: there is nothing to confirm." in asked
