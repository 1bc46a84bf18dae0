"""Places and the waiting list: who is proposed when a place frees, and that nobody is accepted by itself."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, enrolments, waiting
from programmes.actions.offer_versions import make_version
from programmes.actions.offer_years import publish_offer
from programmes.figures.bulk import preview
from programmes.figures.proposals import Queue, queues
from programmes.models import HubOffer, Interest, Offer, Target
from programmes.rules.bulk import Step
from schools.models import Hub, School, User
from schools.roles import HUB_ADMIN, HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory(name="Holly Hub"))


@pytest.fixture
def hub(lead: User) -> Hub:
    """The hub."""
    found = lead.person.roles.get().hub
    assert found is not None
    return found


@pytest.fixture
def offer() -> Offer:
    """What the schools want."""
    made: Offer = make.OfferFactory(title="Ladder")
    return made


def _waits(hub: Hub, offer: Offer, **fields: Any) -> Interest:
    made: Interest = make.InterestFactory(school__authority__hub=hub, offer=offer, status="waiting", **fields)
    return made


def _queue(hub: Hub) -> Queue:
    (found,) = queues(hub, since=2026)
    return found


def _open(user: User, name: str, *args: Any, sent: dict[str, Any] | None = None, query: str = "") -> Any:
    client = Client()
    client.force_login(user)
    url = reverse(name, args=args) + query
    with clock.fixed(NOW):
        return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def test_nobody_is_proposed_without_a_number_of_places_or_while_all_are_taken(hub: Hub, offer: Offer) -> None:
    _waits(hub, offer)
    assert _queue(hub).next is None

    Target.objects.create(offer=offer, hub=hub, schools=1)
    make.EnrolmentFactory(school=make.SchoolFactory(authority__hub=hub), offer=offer)

    assert (_queue(hub).room.left, _queue(hub).next) == (0, None)


@pytest.mark.parametrize("step", ["withdraw", "pause", "more places"])
def test_place_that_frees_proposes_the_first_in_line_and_accepts_nobody(
    hub: Hub, lead: User, offer: Offer, step: str
) -> None:
    Target.objects.create(offer=offer, hub=hub, schools=1)
    held = make.EnrolmentFactory(school=make.SchoolFactory(authority__hub=hub), offer=offer)
    plain, listed = _waits(hub, offer), _waits(hub, offer)
    make.PriorityListingFactory(school=listed.school, reason="Area of need")

    if step == "withdraw":
        enrolments.withdraw(enrolment=held, by=lead, now=NOW, reason="They left.")
    elif step == "pause":
        enrolments.pause(enrolment=held, by=lead, now=NOW, reason="New head.")
    else:
        waiting.set_terms(offer=offer, hub=hub, places=2, owner=lead, by=lead)

    first = _queue(hub).next
    assert first is not None
    assert (first.interest, first.why) == (listed, "On the priority list: Area of need")
    assert [line.interest for line in _queue(hub).waiting] == [listed, plain]
    assert set(Interest.objects.values_list("status", flat=True)) == {"waiting"}


def test_school_that_was_enrolled_beside_its_interest_is_not_proposed(hub: Hub, offer: Offer) -> None:
    HubOffer.objects.create(offer=offer, hub=hub, places=3)
    enrolled, withdrew = _waits(hub, offer), _waits(hub, offer)
    make.EnrolmentFactory(school=enrolled.school, offer=offer)
    make.EnrolmentFactory(school=withdrew.school, offer=offer, status="withdrawn")

    assert [line.interest for line in _queue(hub).waiting] == [withdrew]


def test_need_comes_before_finishers_and_both_before_who_came_first(hub: Hub) -> None:
    offer, phase = make.OfferFactory(title="Ladder", priority_fsm=30), make.PhaseFactory()
    offer.priority_after.add(phase)
    places = {}
    for listed, fsm, finished, days in product((False, True), (None, 30), (False, True), (2, 1, 1)):
        one = _waits(hub, offer, submitted_at=NOW - timedelta(days=days), school__fsm_percent=fsm)
        if listed:
            make.PriorityListingFactory(school=one.school)
        if finished:
            make.EnrolmentFactory(school=one.school, offer__phase=phase, status="completed")
        places[one.pk] = (not (listed or fsm), not finished, -days, one.pk)

    found = [one.pk for one in Interest.objects.on_waiting_list(hub, 2026)]

    assert len(found) == 24
    assert found == sorted(places, key=lambda pk: places[pk])


def test_hubs_own_version_shares_the_places_of_the_national_offer(hub: Hub, offer: Offer) -> None:
    HubOffer.objects.create(offer=offer, hub=hub, places=2)
    version = make.OfferFactory(hub=hub, stands_for=offer, phase=offer.phase)
    make.EnrolmentFactory(school=make.SchoolFactory(authority__hub=hub), offer=offer)
    make.EnrolmentFactory(school=make.SchoolFactory(), offer=offer)
    one = _waits(hub, version)

    first = _queue(hub).next
    assert first is not None
    assert (_queue(hub).room.left, first.interest) == (1, one)


def test_school_that_is_passed_over_waits_on_and_comes_back(hub: Hub, lead: User, offer: Offer) -> None:
    HubOffer.objects.create(offer=offer, hub=hub, places=1)
    first, second = _waits(hub, offer), _waits(hub, offer)

    page = _open(lead, "programmes:interest-skip", first.pk, sent={"reason": "Not before Easter."})
    assert "Passed over: Not before Easter." in page.content.decode()
    assert _queue(hub).next == _queue(hub).waiting[0]
    assert [line.interest for line in _queue(hub).waiting] == [second]
    with pytest.raises(CannotMove):
        waiting.pass_over(interest=Interest.objects.get(pk=first.pk), reason="Again.", by=lead, now=NOW)
    _open(lead, "programmes:interest-propose", first.pk, sent={})
    assert [line.interest for line in _queue(hub).waiting] == [first, second]
    decisions.decline(interest=Interest.objects.get(pk=first.pk), by=lead, now=NOW, reason="Full.")
    with pytest.raises(CannotMove, match="not on the waiting list any more"):
        waiting.pass_over(interest=Interest.objects.get(pk=first.pk), reason="Late.", by=lead, now=NOW)


def test_school_whose_headteacher_says_no_is_not_proposed_until_they_confirm(
    hub: Hub, lead: User, offer: Offer
) -> None:
    HubOffer.objects.create(offer=offer, hub=hub, places=1)
    refused, second = _waits(hub, offer, head_refused_at=NOW, school__name="Ash Primary"), _waits(hub, offer)
    new = make.InterestFactory(school__authority__hub=hub, offer=offer)

    home = _open(lead, "dashboards:home").text
    page = _open(lead, "programmes:waiting-list").text
    (bulk, _ticked), *_rest = _open(lead, "programmes:interest-bulk", "accept", query=f"?pk={new.pk}").context["lines"]

    assert (_queue(hub).next, bulk.in_line) == (_queue(hub).waiting[0], 1)
    assert [line.interest for line in _queue(hub).waiting] == [second]
    assert [(line.interest, line.head) for line in _queue(hub).not_proposed] == [(refused, "says no")]
    assert (f"{second.school} is next" in home, "Ash Primary is next" in home) == (True, False)
    assert "Not proposed: the headteacher says no." in page
    Interest.objects.filter(pk=refused.pk).update(head_refused_at=None, head_confirmed_at=NOW)
    assert [(line.interest, line.head) for line in _queue(hub).waiting] == [(refused, "confirmed"), (second, "not yet")]
    Interest.objects.update(head_refused_at=NOW, head_confirmed_at=None)
    assert (_queue(hub).next, _queue(hub).room.waiting) == (None, 0)


def test_waiting_list_marks_what_each_headteacher_has_answered(hub: Hub, lead: User, offer: Offer) -> None:
    HubOffer.objects.create(offer=offer, hub=hub, places=1)
    _waits(hub, offer, contact_is_head=True, head_confirmed_at=NOW)
    silent, confirmed = _waits(hub, offer), _waits(hub, offer, head_confirmed_at=NOW)
    _waits(hub, offer, head_asked_at=None, head_asked=2, head_ended_at=NOW)

    first = _open(lead, "programmes:waiting-list").text
    Interest.objects.exclude(pk__in=(silent.pk, confirmed.pk)).delete()
    second = _open(lead, "programmes:waiting-list")

    (queue,) = second.context["queues"]
    assert [line.head for line in queue.waiting] == ["not yet", "confirmed"]
    marks = ("applied themself", "not yet", "confirmed", "not asked")
    assert [mark for mark in marks if f"<td>{mark}</td>" in first] == list(marks)
    assert ["has not confirmed yet" in page for page in (first, second.text)] == [False, True]


def test_home_says_who_is_next_and_why_and_the_list_leads_to_accepting(hub: Hub, lead: User, offer: Offer) -> None:
    one = _waits(hub, offer, school__name="Holly Bank Primary")
    make.PriorityListingFactory(school=one.school)

    silent = _open(lead, "dashboards:home").content.decode()
    refused = _open(lead, "programmes:offer-places", offer.pk, sent={"places": "-1"})
    _open(lead, "programmes:offer-places", offer.pk, sent={"places": "2", "owner": ""})
    home = _open(lead, "dashboards:home").content.decode()
    page = _open(lead, "programmes:waiting-list").content.decode()

    assert "is next" not in silent
    assert refused.context["form"].errors
    assert "Places free: Holly Bank Primary is next" in home
    assert "Because: On the priority list." in home
    assert f'href="{reverse("programmes:interest-accept", args=[one.pk])}"' in page
    assert "0 of 2 places taken, 2 free." in page


def test_places_show_what_recruits_now_of_any_year_and_the_chosen_year(hub: Hub, lead: User, offer: Offer) -> None:
    """In January most of what recruits is next year's, while the top bar still shows this one."""
    window = {"opens_on": date(2026, 10, 1), "closes_on": date(2027, 9, 30), "year": 2027}
    ahead = make.OfferFactory(title="Ladder again", **window)
    people = make.OfferFactory(title="For people", enrols="persons", **window)
    later = make.OfferFactory(year=2027, opens_on=date(2027, 3, 1), closes_on=date(2027, 9, 30))
    draft = make.OfferFactory(is_published=False, **window)
    Offer.objects.filter(pk=offer.pk).update(opens_on=date(2025, 10, 1), closes_on=date(2026, 9, 30))

    tables = dict(_open(lead, "programmes:waiting-list").context["tables"])

    shown = {name: {queue.offer for queue in rows} for name, rows in tables.items()}
    assert shown == {"Taking applications now": {ahead, people}, "Not taking applications, 2026/27": {offer}}
    assert {later, draft}.isdisjoint(set().union(*shown.values()))


def test_places_show_the_hubs_own_version_once(hub: Hub, lead: User, offer: Offer) -> None:
    version = make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    publish_offer(offer=version, by=None, now=clock.now())
    other = make_version(offer=offer, hub=make.HubFactory(), reason="Distances.", by=None)
    publish_offer(offer=other, by=None, now=clock.now())

    offered = Offer.objects.offered_in(hub, 2026, NOW.date())

    assert list(offered) == [version]


def test_list_of_offers_says_which_other_year_recruits(lead: User, offer: Offer) -> None:
    make.OfferFactory(year=2027, opens_on=date(2026, 10, 1), closes_on=date(2027, 9, 30))
    Offer.objects.filter(pk=offer.pk).update(opens_on=date(2025, 10, 1), closes_on=date(2026, 9, 30))

    page = _open(lead, "programmes:offer-list")

    assert page.context["recruiting"] == [(2027, "2027/28")]
    assert "Open now" not in page.content.decode()
    assert "Open now" in _open(lead, "programmes:offer-list", query="?years=all").content.decode()


@pytest.mark.parametrize("placed_in_version", [True, False])
def test_school_with_a_place_in_the_other_version_of_an_offer_is_not_next(
    hub: Hub, offer: Offer, lead: User, *, placed_in_version: bool
) -> None:
    HubOffer.objects.create(hub=hub, offer=offer, places=5)
    version = make.OfferFactory(hub=hub, stands_for=offer, phase=offer.phase)
    waits_for, placed_in = (offer, version) if placed_in_version else (version, offer)
    one = _waits(hub, waits_for)
    make.EnrolmentFactory(school=one.school, hub=hub, offer=placed_in)

    assert queues(hub, since=2026) == []
    with pytest.raises(decisions.CannotDecide, match="already enrolled"):
        decisions.accept(interest=one, by=lead, now=NOW)
    Interest.objects.filter(pk=one.pk).update(status="submitted")
    one.refresh_from_db()
    with pytest.raises(decisions.CannotDecide, match="already enrolled"):
        decisions.put_on_waiting_list(interest=one, by=lead, now=NOW, reason="")
    for step in (Step.ACCEPT, Step.WAIT):
        (line,) = preview(step, list(Interest.objects.filter(pk=one.pk).for_bulk()), NOW.date()).lines
        assert line.verdict.blocked == "The school is enrolled already."


def test_accepting_many_says_where_others_wait_in_line_and_ticks_nobody_before_them(
    hub: Hub, lead: User, offer: Offer
) -> None:
    Target.objects.create(offer=offer, hub=hub, schools=3)
    first, _second = _waits(hub, offer), _waits(hub, offer)
    _waits(hub, offer, passed_over_at=NOW)
    new = make.InterestFactory.create_batch(2, school__authority__hub=hub, offer=offer)

    pages = [
        _open(lead, "programmes:interest-bulk", "accept", query="?pk=" + "&pk=".join(str(one.pk) for one in chosen))
        for chosen in (new, [first, *new])
    ]

    ticked = [[(line.left, line.in_line, is_ticked) for line, is_ticked in page.context["lines"]] for page in pages]
    assert ticked == [[(2, 0, True), (1, 2, False)], [(2, 0, True), (1, 0, True), (0, 1, False)]]
    assert "2 on the waiting list</a>" in pages[0].text
    assert "The places left are for those in line: 2 on the waiting list." in pages[0].text


def test_place_free_stands_on_the_home_of_whoever_owns_the_programme_and_of_no_other(
    hub: Hub, lead: User, offer: Offer
) -> None:
    admin = make.make_user(HUB_ADMIN, name="Owen Admin", hub=hub)
    waits = _waits(hub, offer)
    Target.objects.create(offer=offer, hub=hub, schools=1)
    homes = []

    for owner in (None, admin):
        waiting.set_terms(offer=offer, hub=hub, places=1, owner=owner, by=lead)
        homes.append([f"{waits.school} is next" in _open(who, "dashboards:home").text for who in (lead, admin)])

    everybodys = _open(lead, "dashboards:home", query="?whose=all").text
    assert homes == [[True, True], [False, True]]
    assert f"{waits.school} is next" in everybodys
    assert "Owen Admin looks after it." in _open(lead, "programmes:waiting-list").text


def test_application_names_the_owner_that_it_has_from_its_school_or_programme(
    hub: Hub, lead: User, offer: Offer
) -> None:
    admin = make.make_user(HUB_ADMIN, name="Owen Admin", hub=hub)
    waits = _waits(hub, offer)
    waiting.set_terms(offer=offer, hub=hub, places=1, owner=admin, by=lead)

    of_programme = _open(lead, "programmes:interest-detail", waits.pk).text
    School.objects.filter(pk=waits.school_id).update(kept_by=lead)
    of_school = _open(lead, "programmes:interest-detail", waits.pk).text
    Interest.objects.update(kept_by=admin)
    own = _open(lead, "programmes:interest-detail", waits.pk).text

    assert "<p>Owen Admin, who looks after the programme</p>" in of_programme
    assert "<p>Priya Lead, who looks after the school</p>" in of_school
    assert "<p>Owen Admin</p>" in own


def test_page_to_accept_says_once_that_one_can_accept_all_the_same(hub: Hub, lead: User, offer: Offer) -> None:
    waits = _waits(hub, offer)
    Target.objects.create(offer=offer, hub=hub, schools=0)

    page = _open(lead, "programmes:interest-accept", waits.pk).text

    assert "No place is free: of 0 places 0 are taken." in page
    assert "has not confirmed yet" in page
    assert page.count("You can accept all the same.") == 1
