"""One form for several programmes, or for several schools of a trust: a row each, one e-mail, one press of the head."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from programmes.actions.asking import ask_head_again
from programmes.actions.interest import confirm_as_head
from programmes.models import FormDraft, Interest, Offer
from programmes.notices.links import head_path
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, SAM, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]


@pytest.fixture
def school() -> School:
    return make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")


def _apply_for_two(school: School) -> Visitor:
    """One teacher in both programmes, the other places later."""
    first, second = make.OfferFactory(title="Good Maths"), make.OfferFactory(title="Number Fun", teachers_per_school=1)
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    visitor.post(offer=[first.pk, second.pk]).post(**CONTACT).post(**HEAD)
    visitor.post(who="other").post(**SAM).post(who="later")
    assert "Who will be your Lead Participant for Number Fun?" in visitor.text
    visitor.post(who="as1").post(message="")
    return visitor.agree()


def test_two_programmes_make_a_row_each_and_one_email_each_for_contact_and_head(school: School) -> None:
    visitor = _apply_for_two(school).post()
    delivery.deliver_due()

    rows = list(Interest.objects.order_by("pk"))
    received, asked = sorted(mail.outbox, key=lambda one: one.subject)
    assert [(row.programme, row.status, row.sent_with) for row in rows] == [
        ("Good Maths 2026/27", "submitted", None),
        ("Number Fun 2026/27", "submitted", rows[0]),
    ]
    assert [[one.name for one in row.teachers.all()] for row in rows] == [["Sam Teacher", ""], ["Sam Teacher"]]
    assert [all(row.reference in text for row in rows) for text in (visitor.text, received.body, asked.body)] == [
        True
    ] * 3
    assert (received.to, asked.to) == (["Robin Contact <robin@hill.example.org>"], ["Jo Head <head@hill.example.org>"])
    assert (
        asked.subject == "Hill Primary School: please confirm your school's applications for Good Maths and Number Fun"
    )


def test_head_confirms_both_with_one_press_and_is_asked_for_the_rest_only(school: School) -> None:
    _apply_for_two(school).post()
    first, second = Interest.objects.order_by("pk")
    first.move_to("withdrawn", by=None)

    page = Visitor().get(head_path(first))
    alone = "Number Fun 2026/27" in page.text and "Good Maths 2026/27" not in page.text
    page.post(head_path(first))

    second.refresh_from_db()
    assert (alone, second.head_confirmed_at, "Confirmed" in page.text) == (True, NOW, True)
    assert Interest.objects.get(pk=first.pk).head_confirmed_at is None


def test_head_confirms_one_of_two_and_answers_for_the_other_later(school: School) -> None:
    _apply_for_two(school).post()
    first, second = Interest.objects.order_by("pk")

    nothing = Visitor().post(head_path(first), chooses="yes").text
    page = Visitor().post(head_path(first), chooses="yes", programme=second.pk).text

    first.refresh_from_db()
    second.refresh_from_db()
    assert "Tick what you confirm." in nothing
    assert (f"You have confirmed {second.programme}." in page, "say so below, and you are not" in page) == (True, True)
    assert "You have confirmed" not in nothing
    assert (first.head_confirmed_at, second.head_confirmed_at) == (None, NOW)
    assert ("school&#x27;s application for Good Maths" in page, "I am the headteacher and I confirm<" in page) == (
        True,
        True,
    )


def test_head_reads_everything_that_one_press_confirmed(school: School) -> None:
    _apply_for_two(school).post()
    rows = Interest.objects.order_by("pk")

    page = Visitor().post(head_path(rows[0]))

    assert "Confirmed" in page.text
    assert all(row.programme in page.text and row.reference in page.text for row in rows)


def test_reminder_leaves_out_what_was_confirmed_since(school: School) -> None:
    _apply_for_two(school).post()
    delivery.deliver_due()
    first = Interest.objects.earliest("pk")
    confirm_as_head(interest=first, asked=first.head_asked, by=None, now=NOW)
    notices.sweep(NOW)

    with clock.fixed(NOW + timedelta(days=5)):
        delivery.deliver_due()

    asked = [one for one in mail.outbox if "please confirm" in one.subject]
    assert [("Good Maths" in one.body, "Number Fun" in one.body) for one in asked] == [(True, True), (False, True)]
    assert "Good Maths" not in asked[1].subject


def test_head_is_asked_again_for_one_after_another_was_answered(school: School) -> None:
    _apply_for_two(school).post()
    delivery.deliver_due()
    first, second = Interest.objects.order_by("pk")
    confirm_as_head(interest=first, asked=first.head_asked, by=None, now=NOW)
    notices.sweep(NOW)
    delivery.deliver_due()
    asked = sum("please confirm" in one.subject for one in mail.outbox)

    with clock.fixed(NOW + timedelta(days=1)):
        ask_head_again(interest=second, by=None, now=clock.now())
        delivery.deliver_due()

    again = [one for one in mail.outbox if "please confirm" in one.subject][asked:]
    second.refresh_from_db()
    assert (asked, second.head_asked, [one.to for one in again]) == (1, 2, [["Jo Head <head@hill.example.org>"]])
    assert head_path(second) in again[0].body


def test_two_offers_of_one_phase_and_year_are_not_both_taken(school: School) -> None:
    phase = make.PhaseFactory()
    offers = [make.OfferFactory(phase=phase), make.OfferFactory(phase=phase)]
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)

    visitor.post(offer=[one.pk for one in offers])

    assert (visitor.page, visitor.text.count("only one of them can be joined")) == ("programme", 2)


@pytest.mark.parametrize("how", ["prepares", "follows"])
def test_two_phases_of_which_one_comes_first_are_not_both_taken_in_one_year(school: School, how: str) -> None:
    first, later = make.OfferFactory(title="Readiness"), make.OfferFactory(title="Development")
    if how == "follows":
        later.follows.add(first.phase)
    else:
        type(first.phase).objects.filter(pk=first.phase_id).update(prepares_for=later.phase)
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)

    visitor.post(offer=[first.pk, later.pk])

    assert (visitor.page, "in one year only one of them can be joined" in visitor.text) == ("programme", True)


def test_trust_lead_applies_for_several_schools_at_once() -> None:
    trust = make.TrustFactory()
    ash, birch, other = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash School", "Birch School", "Other"))
    junior = make.OfferFactory(title="Good Maths", school_phases=[2])
    birch.phase_code = 4
    birch.save()
    senior = make.OfferFactory(title="Big Maths", school_phases=[4])
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))

    visitor.post(reverse("programmes:express-school"), several="yes", school=[ash.pk, birch.pk])
    assert '<p class="caption">Ash School; Birch School</p>' in visitor.text
    assert "For Ash School. Not open for Birch School." in " ".join(visitor.text.split())
    visitor.post(offer=[junior.pk, senior.pk]).post(**CONTACT)
    assert "The headteacher of Ash School" in visitor.text
    visitor.post(name="Jo Ash", email="jo@ash.example.org").post(name="Kim Birch", email="kim@birch.example.org")
    visitor.post(message="").agree().post()
    delivery.deliver_due()

    rows = Interest.objects.order_by("pk")
    assert [(row.school, row.offer, row.head_name, row.hub) for row in rows] == [
        (ash, junior, "Jo Ash", ash.hub),
        (birch, senior, "Kim Birch", birch.hub),
    ]
    assert sorted(one.to[0].partition(" <")[0] for one in mail.outbox) == ["Jo Ash", "Kim Birch", "Robin Contact"]
    assert not Interest.objects.filter(school=other).exists()


def test_schools_of_a_trust_are_ticked_in_one_list_for_either_way() -> None:
    trust = make.TrustFactory()
    schools = [make.SchoolFactory(trust=trust) for _each in range(2)]
    make.OfferFactory()
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))

    page = visitor.get(reverse("programmes:express-start")).text
    ticked = {"several": "yes", "school": [school.pk for school in schools]}
    told = visitor.post(reverse("programmes:express-school"), **ticked, **{"for": "tell"}).page

    assert [page.count(f'name="school" type="checkbox" value="{school.pk}"') for school in schools] == [1, 1]
    assert [f'name="for" value="{kind}"' in page for kind in ("apply", "tell")] == [True, True]
    assert told == "wish"


def test_interest_is_told_for_those_schools_of_a_trust_that_can_join() -> None:
    trust = make.TrustFactory()
    ash, birch = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash School", "Birch School"))
    School.objects.filter(pk=birch.pk).update(phase_code=4)
    junior, senior = (make.OfferFactory(school_phases=[code]) for code in (2, 4))
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))

    told = {"several": "yes", "school": [ash.pk, birch.pk], "for": "tell"}
    page = " ".join(visitor.post(reverse("programmes:express-school"), **told).text.split())
    visitor.post(wish=[f"{one.phase_id}-{one.year}" for one in (junior, senior)]).post(**CONTACT)
    visitor.agree().post()

    assert ["For Ash School." in page, "For Birch School." in page] == [True, True]
    assert list(Interest.objects.order_by("pk").values_list("school", "phase")) == [
        (ash.pk, junior.phase_id),
        (birch.pk, senior.phase_id),
    ]


@pytest.mark.parametrize("is_open", [True, False])
def test_interest_told_of_instead_of_applying_is_for_all_schools_of_the_form(is_open: bool) -> None:
    trust = make.TrustFactory()
    schools = [make.SchoolFactory(name=f"{name} School", trust=trust) for name in ("Ash", "Birch")]
    if is_open:
        make.OfferFactory()
    make.OfferFactory(opens_on=NOW.date() + timedelta(days=9))
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))
    visitor.post(reverse("programmes:express-school"), several="yes", school=[one.pk for one in schools])

    form = visitor.text.rpartition(f'action="{reverse("programmes:express-school")}"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(for|instead|school)" value="([^"]*)"', form))
    visitor.post(reverse("programmes:express-school"), **sent)

    told = FormDraft.objects.get(key=visitor.draft).data
    assert (visitor.page, told["schools"]) == ("wish", [one.pk for one in schools])
    assert told["trusts"] == {str(one.pk): trust.pk for one in schools}


def test_form_that_is_kept_no_longer_is_not_begun_instead_for_one_school() -> None:
    visitor = Visitor()

    visitor.post(reverse("programmes:express-school"), instead="gone", **{"for": "tell"})

    assert ("no longer kept here" in visitor.text, FormDraft.objects.exists()) == (True, False)


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_schools_of_others_are_not_taken_together(is_signed_in: bool) -> None:
    client, own = Client(), make.SchoolFactory()
    if is_signed_in:
        client.force_login(make.make_user(roles.MATHS_LEAD, school=own))

    answer = client.post(
        reverse("programmes:express-school"), {"several": "yes", "school": [make.SchoolFactory().pk, "x", "\x00"]}
    )

    assert answer["Location"] == reverse("programmes:express-start")


def _for_three_schools() -> tuple[Visitor, list[School], Offer]:
    """A trust's lead has answered all about three schools."""
    trust = make.TrustFactory()
    schools: list[School] = [
        make.SchoolFactory(name=f"{name} School", trust=trust) for name in ("Ash", "Birch", "Cedar")
    ]
    offer: Offer = make.OfferFactory()
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))
    visitor.post(reverse("programmes:express-school"), several="yes", school=[one.pk for one in schools])
    visitor.post(offer=offer.pk).post(**CONTACT)
    for name in ("ash", "birch", "cedar"):
        visitor.post(name=f"Head of {name}", email=f"head@{name}.example.org")
    return visitor.post(message="").agree(), schools, offer


def test_schools_of_a_trusts_form_are_chosen_again_from_the_check_of_answers() -> None:
    visitor, (ash, birch, cedar), offer = _for_three_schools()
    draft = visitor.draft
    change = reverse("programmes:express-start") + f"?draft={draft}"

    linked = change in visitor.text
    visitor.get(change)
    ticked = [f'value="{one.pk}" checked' in visitor.text for one in (ash, birch, cedar)]
    none = visitor.post(reverse("programmes:express-school"), several="yes", draft=draft).text
    visitor.post(reverse("programmes:express-school"), several="yes", draft=draft, school=[ash.pk, cedar.pk])
    fewer = (visitor.page, "Ash School<br>Cedar School" in visitor.text, "head@cedar.example.org" in visitor.text)
    visitor.post(reverse("programmes:express-school"), several="yes", draft=draft, school=[birch.pk, cedar.pk])
    other = (visitor.page, f'value="{offer.pk}" checked' in visitor.text)
    visitor.post(offer=offer.pk)
    asked = (visitor.page, "The headteacher of Birch School" in visitor.text)
    visitor.post(name="Head of birch", email="head@birch.example.org")

    assert (linked, ticked, "Tick the schools that it is for." in none) == (True, [True] * 3, True)
    assert fewer == ("check", True, True)
    assert (other, asked) == (("programme", True), ("head/2", True))
    assert visitor.page == "agree"


def test_one_address_for_two_headteachers_of_a_trust_is_asked_about() -> None:
    """Not where one person heads both schools."""
    visitor, _schools, _offer = _for_three_schools()
    second = visitor.get(visitor.path.replace("check", "head/2"))

    asked = second.post(name="Kim Birch", email="Head@ash.example.org")
    said = (asked.page, "Is this right? You have given this address for Head of ash" in asked.text)
    same = second.post(name="Head of Ash", email="head@ash.example.org").page
    shared = visitor.get(visitor.path.replace(visitor.page, "head/2"))
    shared.post(name="Kim Birch", email="head@ash.example.org", is_shared="on")

    assert (said, same, shared.page) == (("head/2", True), "check", "check")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gias_status": 2}, "Birch School has closed since this form was begun."),
        ({"trust": None}, "Birch School no longer belongs to the trust"),
    ],
)
def test_school_that_closes_or_leaves_the_trust_is_left_out_and_the_others_are_sent(
    change: dict[str, Any], said: str
) -> None:
    visitor, (ash, birch, cedar), offer = _for_three_schools()
    School.objects.filter(pk=birch.pk).update(**change)

    first = visitor.post()
    told = (first.page, said in first.text, "What you answered for them is kept" in first.text)
    sent = Interest.objects.count()
    visitor.post()

    assert (told, sent) == (("check", True, True), 0)
    assert list(Interest.objects.order_by("pk").values_list("school", "offer", "head_name")) == [
        (ash.pk, offer.pk, "Head of ash"),
        (cedar.pk, offer.pk, "Head of cedar"),
    ]


def test_programme_of_the_school_that_closes_goes_with_it() -> None:
    visitor, (ash, birch, _cedar), _offer = _for_three_schools()
    School.objects.filter(pk__in=(ash.pk, birch.pk)).update(gias_status=2)

    visitor.post()

    assert (visitor.page, "Head of" in visitor.text) == ("teachers/1", True)
    visitor.post(who="later").post(who="later")
    assert (visitor.page, visitor.text.count("head@cedar.example.org")) == ("check", 1)


def test_single_school_that_closes_leads_to_the_one_it_became(school: School) -> None:
    offer = make.OfferFactory()
    visitor = Visitor().choose(school, offer).post(**CONTACT)
    successor = make.SchoolFactory(name="Hill Academy")
    School.objects.filter(pk=school.pk).update(gias_status=2, succeeded_by=successor)

    visitor.post(name="Jo Head", email="head@hill.example.org")
    told = (visitor.path, "Hill Primary School has closed since this form was begun" in visitor.text)
    assert f'name="school" value="{successor.pk}"' in visitor.text
    visitor.post(school=successor.pk, draft=FormDraft.objects.get().key)

    assert told == (reverse("programmes:express-school"), True)
    assert visitor.page == "programme"
    assert FormDraft.objects.get().data["answers"]["contact"]["name"] == "Robin Contact"


def test_form_changed_on_another_device_is_looked_at_again(school: School) -> None:
    make.OfferFactory(title="Good Maths")
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    offer = make.OfferFactory()
    visitor.post(offer=offer.pk)
    other = Visitor()
    other.client.cookies = visitor.client.cookies
    visitor.post(**CONTACT)

    other.post(f"/programmes/express/{visitor.draft}/contact/", **{**CONTACT, "name": "Kim Colleague"})
    visitor.get(f"/programmes/express/{visitor.draft}/contact/")

    assert 'value="Kim Colleague"' in visitor.text
