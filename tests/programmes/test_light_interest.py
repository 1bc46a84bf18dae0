"""The first of the two steps: a school that has told of its interest and has not applied."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry
from programmes.actions import decisions
from programmes.actions.changes import ask_for_link
from programmes.actions.interest import submit, take_next_copy
from programmes.actions.light import tell_interest
from programmes.models import Interest, Offer
from programmes.notices.sent_links import INVITED
from programmes.rules import Answer, wishes
from schools.models import School
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_application, make_privacy, make_telling

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "submitted"},
        {"status": "accepted"},
        {"head_name": "Jo Head"},
        {"agreed_at": NOW},
    ],
)
def test_light_interest_has_nothing_of_an_application(changed: dict[str, Any]) -> None:
    light = make.LightInterestFactory()

    with pytest.raises(IntegrityError):
        Interest.objects.filter(pk=light.pk).update(**changed)


@pytest.mark.parametrize("changed", [{"status": "interested"}, {"offer": None}, {"head_email": ""}])
def test_application_has_all_of_it(changed: dict[str, Any]) -> None:
    whole = make.InterestFactory()

    with pytest.raises(IntegrityError):
        Interest.objects.filter(pk=whole.pk).update(**changed)


@pytest.mark.parametrize(("year", "looked_at"), [(2025, 0), (2026, 1)])
def test_sweep_leaves_interest_of_past_years_alone(year: int, looked_at: int) -> None:
    light = make.LightInterestFactory(year=year)
    make.OfferFactory(phase=light.phase, year=year)

    assert INVITED.live(INVITED.load(), NOW).count() == looked_at


def test_light_interest_is_not_decided_about_and_takes_no_place_of_another() -> None:
    first = make.InterestFactory()
    light = make.LightInterestFactory(school=first.school, phase=first.phase, status="second", duplicate_of=first)
    copy = make.InterestFactory(school=first.school, offer=first.offer, status="second", duplicate_of=first)

    with pytest.raises(decisions.CannotDecide, match="has not applied yet"):
        decisions.accept(interest=make.LightInterestFactory(), by=None, now=NOW)
    first.move_to("withdrawn", by=None)
    chosen = take_next_copy(closed=first, by=None, now=NOW)

    light.refresh_from_db()
    assert (chosen, light.duplicate_of_id, light.status) == (copy, copy.pk, "second")


def test_colleagues_interest_stands_again_when_the_application_is_withdrawn() -> None:
    first = make.InterestFactory()
    told, later = (
        tell_interest(telling=make_telling(first, contact_email=f"kim{n}@people.example.org"), by=None, now=NOW)[0]
        for n in range(2)
    )

    chosen = decisions.close(interest=first, by=None, now=NOW, reason="They changed their mind.")

    rows = [(one.status, one.duplicate_of) for one in Interest.objects.filter(pk__in=(told.pk, later.pk))]
    assert (chosen, rows) == (None, [("interested", None)] * 2)
    assert JournalEntry.objects.about(told).filter(what="Stands by itself").exists()


def test_hub_reads_light_interest_in_its_list_and_on_its_page(client: Client) -> None:
    light = make.LightInterestFactory(phase__name="Sea Shanties")
    lead = make.make_user(HUB_LEAD, hub=light.hub)
    client.force_login(lead)

    listed = client.get(reverse("programmes:interest-list"), {"status": "interested"}).content.decode()
    exported = client.get(reverse("programmes:interest-list"), {"status": "interested", "export": "csv"})
    page = client.get(light.get_absolute_url()).content.decode()

    assert (light.reference in listed, "Sea Shanties" in listed) == (True, True)
    assert exported.content.decode().count("Sea Shanties,,2026/27,,Interested") == 1
    assert ("Sea Shanties 2026/27" in page, "Named when the school applies." in page) == (True, True)
    assert "Close without a decision" in page


def _begin(school: School) -> Visitor:
    visitor = Visitor()
    visitor.client.post(reverse("programmes:express-school"), {"for": "tell", "school": school.pk})
    return visitor.get(f"/programmes/express/{visitor.client.session['express'][-1]}/wish/")


def _tell(school: School, wish: str) -> Visitor:
    visitor = _begin(school)
    visitor.post(wish=wish).post(**CONTACT)
    texts = visitor.text.partition('name="texts" value="')[2].partition('"')[0]
    return visitor.post(texts=texts, privacy="on").post()


@pytest.fixture
def closed() -> Iterator[Offer]:
    """The year's applications are closed, next year's have no offer yet."""
    with clock.fixed(NOW):
        make_privacy()
        yield make.OfferFactory(closes_on=date(2026, 9, 1), phase__name="Sea Shanties")


def test_interest_is_told_of_for_the_next_year_when_this_one_is_closed(closed: Offer) -> None:
    school = make.SchoolFactory()

    offered = _begin(school).text.count('name="wish"'), _begin(school).text.count("Sea Shanties </span>2027/28")
    done = _tell(school, f"{closed.phase_id}-2027")
    _tell(school, f"{closed.phase_id}-2027")
    delivery.deliver_due()

    light = Interest.objects.get()
    assert offered == (2, 1)
    assert (light.status, light.school, light.phase, light.year, light.hub) == (
        "interested",
        school,
        closed.phase,
        2027,
        school.hub,
    )
    assert (light.reference in done.text, "no place is kept" in done.text) == (False, True)
    assert [one.subject for one in mail.outbox] == [f"{light.reference}: we have noted your interest"]


def test_whoever_tells_of_an_open_programme_may_apply_the_same_day(closed: Offer) -> None:
    offer, school = make.OfferFactory(phase__name="Open Seas"), make.SchoolFactory()

    done = _tell(school, f"{offer.phase_id}-2026")
    delivery.deliver_due()
    (link,) = re.findall(r"/programmes/express/mine/\S+", str(mail.outbox[0].body))

    assert ("Apply today" in done.text, "When you can apply" in done.text + str(mail.outbox[0].body)) == (True, False)
    assert "Open Seas" in Visitor().get(link).text
    assert done.post(reverse("programmes:express-school"), school=school.pk, **{"for": "apply"}).page == "programme"


@pytest.mark.parametrize("wish", ["", "x", "9-2026", "\x00"])
def test_only_what_suits_the_school_is_wished_for(closed: Offer, wish: str) -> None:
    make.OfferFactory(school_phases=[4])

    page = _begin(make.SchoolFactory()).post(wish=wish)

    assert (page.page, "Choose what your school is interested in." in page.text) == ("wish", True)


def test_page_of_programmes_leads_to_the_interest_where_nothing_is_open(closed: Offer) -> None:
    visitor = Visitor()

    visitor.post(reverse("programmes:express-school"), school=make.SchoolFactory().pk)

    assert "No programme is open for your school today" in visitor.text
    assert '<input type="hidden" name="for" value="tell">' in visitor.text


def test_application_makes_what_others_told_of_a_second_copy_and_the_other_way_round() -> None:
    light = make.LightInterestFactory(year=2026)
    offer = make.OfferFactory(phase=light.phase)
    make_privacy()

    interest = submit(application=make_application(school=light.school, offer=offer), by=None, now=NOW)
    later, _is_new = tell_interest(telling=make_telling(light), by=None, now=NOW)

    light.refresh_from_db()
    assert [(one.status, one.duplicate_of) for one in (interest, light, later)] == [
        ("submitted", None),
        ("second", interest),
        ("second", interest),
    ]


@pytest.mark.parametrize("status", ["second", "submitted", "waiting", "accepted"])
def test_interest_told_of_again_is_the_same_one_once_the_school_has_applied(status: str) -> None:
    """Theirs is a second copy of a colleague's application, or the application itself."""
    first = make.InterestFactory(status="submitted" if status == "second" else status)
    telling = make_telling(first)
    if status == "second":
        own, _is_new = tell_interest(telling=telling, by=None, now=NOW)
    else:
        own = first
        Interest.objects.filter(pk=own.pk).update(contact_email=telling.contact_email.upper(), submitted_at=NOW)
    tomorrow = NOW + timedelta(days=1)

    again = tell_interest(telling=make_telling(first), by=None, now=tomorrow)

    own.refresh_from_db()
    assert (again, own.status, own.link_asked_at) == ((own, False), status, tomorrow)
    assert Interest.objects.count() == (2 if status == "second" else 1)


def test_interest_told_of_again_after_it_was_closed_is_new() -> None:
    first = make.InterestFactory()
    own, _is_new = tell_interest(telling=make_telling(first), by=None, now=NOW)
    own.move_to("withdrawn", by=None)

    again, is_new = tell_interest(telling=make_telling(first), by=None, now=NOW)

    assert (again != own, is_new, again.status) == (True, True, "second")


def test_application_completes_what_the_school_told_of_with_the_same_reference() -> None:
    light = make.LightInterestFactory(year=2026)
    offer = make.OfferFactory(phase=light.phase)
    sent = make_application(school=light.school, offer=offer, reference=light.reference, completes=light)

    interest = submit(application=sent, by=None, now=NOW)

    assert (interest.pk, interest.reference, interest.status, interest.offer) == (
        light.pk,
        light.reference,
        "submitted",
        offer,
    )
    assert (interest.head_asked_at, interest.teachers.count(), Interest.objects.count()) == (NOW, 2, 1)


def test_wishes_are_two_years_that_are_not_closed() -> None:
    closed, later, done = Answer.CLOSED, Answer.NOT_YET, Answer.DONE_ONCE
    cases = {
        ((2026, closed),): [(2027, False), (2028, False)],
        ((2026, Answer.OPEN),): [(2026, True), (2027, False)],
        ((2026, closed), (2027, Answer.OPEN_HUB_CHECKS)): [(2027, True), (2028, False)],
        ((2026, closed), (2027, closed)): [(2028, False)],
        ((2027, later),): [(2027, False), (2028, False)],
        ((2026, Answer.OPEN), (2027, done)): [],
        ((2026, Answer.WRONG_PHASE),): [],
        ((2026, Answer.ALREADY_IN),): [(2027, False), (2028, False)],
    }

    assert {given: [(one.year, one.is_open) for one in wishes(given, this_year=2026)] for given in cases} == cases


def test_interest_of_a_school_is_no_copy_of_what_somebody_there_applied_for_themselves() -> None:
    phase = make.OfferFactory().phase
    own = make.InterestFactory(
        offer__phase=phase, offer__enrols="persons", offer__teachers_per_school=1, for_person=True
    )

    told, is_new = tell_interest(telling=make_telling(own), by=None, now=NOW)

    assert (is_new, told.status, told.duplicate_of) == (True, "interested", None)


def test_words_about_an_interest_promise_only_what_can_be_done_with_it(closed: Offer) -> None:
    """It is changed, withdrawn or applied for; nothing is decided about it."""
    school = make.SchoolFactory()
    contact = _begin(school).post(wish=f"{closed.phase_id}-2027").text
    _tell(school, f"{closed.phase_id}-2027")
    light = Interest.objects.get()
    ask_for_link(interest=light, now=NOW)
    delivery.deliver_due()

    noted, link = (" ".join(str(one.body).split()) for one in mail.outbox)
    assert "You can see how far it is at any time, change it or withdraw it, with your reference" in noted
    assert "Read, change or withdraw it here, or apply when applications are open:" in link
    assert ("decides" in noted, "decision" in noted) == (False, False)
    assert ("and a link when you can apply." in contact, "decision" in contact) == (True, False)


def test_form_names_each_programme_once_with_its_years_and_says_once_that_one_can_apply(closed: Offer) -> None:
    make.OfferFactory(phase__name="Open Seas")
    make.OfferFactory(phase__name="Wide Seas")

    page = " ".join(_begin(make.SchoolFactory()).text.split())

    assert [page.count(f"<strong>{name}</strong>") for name in ("Sea Shanties", "Open Seas", "Wide Seas")] == [1, 1, 1]
    assert page.count("you can also apply today") == 1
    assert page.count('2026/27 <span class="muted small">open</span>') == 2


def test_page_of_an_interest_says_of_each_programme_what_it_is(closed: Offer) -> None:
    """In the words of the first year that can be told of; where that has no offer yet, of the year before."""
    sea = {"phase": closed.phase, "closes_on": closed.closes_on}
    Offer.objects.filter(pk=closed.pk).update(summary="We sing <aloud>.")
    tides = {"phase": make.PhaseFactory(name="Tides")}
    make.OfferFactory(**tides, summary="Two terms at sea.", eligibility="For beginners.")
    make.OfferFactory(**tides, year=2027, opens_on=date(2027, 1, 1), summary="Three terms at sea.")
    make.OfferFactory(**sea, summary="Secret.", is_published=False)

    text = _begin(make.SchoolFactory()).text
    said = [text.partition(f'id="about-{phase.pk}">')[2].partition("<")[0] for phase in (closed.phase, tides["phase"])]

    assert said == ["We sing &lt;aloud&gt;.", "Two terms at sea. For beginners."]
    assert text.count("at sea.") == 1


def test_page_of_an_interest_says_in_a_hub_with_its_own_version_what_that_is(closed: Offer) -> None:
    school = make.SchoolFactory()
    national = make.OfferFactory(phase__name="Tides", summary="As nationally.")
    make.OfferFactory(phase=national.phase, stands_for=national, hub=school.hub, summary="As we do it.")

    text = _begin(school).text

    assert ("As we do it." in text, "As nationally." in text) == (True, False)


def test_start_promises_the_years_that_can_be_told_of(closed: Offer) -> None:
    """This year's applications may be closed: then it is the next and the one after."""
    page = Visitor().get(reverse("programmes:express-start")).text

    assert "for the first school year that you can still join or the one after" in page
    assert "for this year or the next" not in page
