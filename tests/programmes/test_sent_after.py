"""What was sent again when the hub had decided: its sender hears what, once somebody has looked at both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from programmes.actions import decisions
from programmes.actions.copies import TakenOver, merge, say_not_same
from programmes.actions.interest import submit
from programmes.models import Interest
from programmes.notices.decisions import outcome_told
from programmes.notices.links import contact_path
from programmes.rules.copies import SENT_AFTER
from schools.models import School, User
from schools.roles import HUB_LEAD, TEACHER, TRUST_LEAD
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application
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


STRANGER = "lee@elsewhere.example.com"


def _with_copy(**copied: Any) -> tuple[Interest, Interest]:
    first = submit(application=make_application(), by=None, now=NOW)
    lee = {"contact_name": "Lee Curious", "contact_email": STRANGER, **copied}
    again = make_application(school=first.school, offer=first.offer, **lee)
    return first, submit(application=again, by=None, now=NOW + timedelta(hours=1))


def _read_by_sender(copy: Interest) -> str:
    """What their page says, and their e-mails since."""
    delivery.deliver_due()
    mails = Notice.objects.about([copy]).filter(kind="interest-second")
    page = Visitor().get(contact_path(copy, clock.today())).text.partition("<main")[2]
    return "\n".join([page, *(f"{one.subject}\n{one.body}" for one in mails)])


@pytest.mark.parametrize("decide", [decisions.accept, decisions.decline])
def test_stranger_who_sends_a_copy_learns_nothing_of_the_decision(client: Client, decide: Callable[..., Any]) -> None:
    first, copy = _with_copy()
    lead, later = make.make_user(HUB_LEAD, hub=first.hub), NOW + timedelta(hours=2)
    client.force_login(lead)
    with clock.fixed(later):
        decisions.put_on_waiting_list(interest=first, by=lead, now=later, reason="")
        waits = _read_by_sender(copy)
        step = client.get(reverse(f"programmes:interest-{decide.__name__}", args=[first.pk]))
        decide(interest=first, by=lead, now=later, **({"reason": "Full."} if decide is decisions.decline else {}))
        told = _read_by_sender(copy)

    copy = Interest.objects.get(pk=copy.pk)
    assert "has not told you a decision yet" in waits
    assert told.count("together with another one of the same") == 2
    assert [words in waits + told for words in ("ccepted", "cannot offer", "waiting list")] == [False] * 3
    assert (outcome_told(copy), len(told_of(copy))) == ("settled", 1)
    assert step.context["told_settled"] == [(copy.contact_name, copy.contact_email)]
    assert STRANGER in step.text
    assert copy.contact_email not in dict(map(reversed, step.context["told"]))


@pytest.mark.parametrize("known", ["teacher", "trust lead", "merged", "contact"])
def test_sender_of_a_copy_with_another_address_who_is_known_at_the_school_reads_the_decision(known: str) -> None:
    first, copy = _with_copy()
    lead, later = make.make_user(HUB_LEAD, hub=first.hub), NOW + timedelta(hours=2)
    if known == "contact":
        Interest.objects.filter(pk=first.pk).update(contact_email=STRANGER.upper())
    elif known == "teacher":
        make.RoleFactory(kind=TEACHER, school=first.school, person__email=STRANGER)
    elif known == "trust lead":
        School.objects.filter(pk=first.school_id).update(trust=make.TrustFactory())
        trust = School.objects.get(pk=first.school_id).trust
        make.RoleFactory(kind=TRUST_LEAD, school=None, trust=trust, person__email=STRANGER)
    else:
        merge(kept=first, gone=copy, taken=TakenOver(), by=lead, now=later)
    with clock.fixed(later):
        decisions.accept(interest=Interest.objects.get(pk=first.pk), by=lead, now=later)

    copy = Interest.objects.get(pk=copy.pk)
    assert outcome_told(copy) == "accepted"
    # Whoever sent both hears of the first.
    assert told_of(copy) == ([] if known == "contact" else ["accepted"])


def test_where_the_schools_web_address_is_not_known_no_address_is_taken_for_its_own() -> None:
    first, copy = _with_copy(contact_email="lee@people.example.org")
    with clock.fixed(NOW + timedelta(hours=2)):
        decisions.accept(interest=first, by=None, now=NOW + timedelta(hours=2))
        of_school = outcome_told(Interest.objects.get(pk=copy.pk))
        School.objects.update(website="")

        assert (of_school, outcome_told(Interest.objects.get(pk=copy.pk))) == ("accepted", "settled")
