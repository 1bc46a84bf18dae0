"""What waits for a decision names what its hub offers: its own version once that is published, else the national."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import decisions, offer_versions, offer_years
from programmes.actions.following import follow_versions
from programmes.actions.offers import CannotOffer, OfferInUse
from programmes.models import Enrolment, FormDraft, Interest, Offer
from schools import roles
from schools.models import Hub, School
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Trent Maths Hub")


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory(code="NCP26-09", title="Main year", meetings=6)
    return made


@pytest.fixture
def version(offer: Offer, hub: Hub) -> Offer:
    """The hub's own, a draft."""
    return offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    """A lead of the hub at a browser."""
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return client


def _came(hub: Hub, offer: Offer, **fields: Any) -> Interest:
    made: Interest = make.InterestFactory(school=make.SchoolFactory(authority__hub=hub), offer=offer, **fields)
    return made


def _named_by(*interests: Interest) -> list[Offer | None]:
    return [Interest.objects.get(pk=one.pk).offer for one in interests]


def test_what_waits_follows_the_version_and_what_is_decided_stays(hub: Hub, offer: Offer, version: Offer) -> None:
    first = _came(hub, offer)
    waiting, copy = (
        _came(hub, offer, status="waiting"),
        make.InterestFactory(school=first.school, offer=offer, status="second", duplicate_of=first),
    )
    decided = [_came(hub, offer, status=status) for status in ("accepted", "declined", "withdrawn")]
    elsewhere = _came(make.HubFactory(), offer)
    agreed = Interest.objects.get(pk=first.pk).commitments

    offer_years.publish_offer(offer=version, by=None, now=clock.now())

    assert _named_by(first, waiting, copy) == [version] * 3
    assert _named_by(*decided, elsewhere) == [offer] * 4
    assert Interest.objects.get(pk=first.pk).commitments == agreed
    noted = JournalEntry.objects.about(first).get(what="Is for the hub's own version now")
    assert noted.changed == {"offer": [f"{offer} (national)", f"{version} (version of {hub})"]}


def _queries(step: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        step()
    return len(asked)


def test_each_more_that_waits_takes_two_queries_more_when_a_version_is_published_and_taken_back(offer: Offer) -> None:
    """One names the offer, one writes the history: what is due to whom is read for all at once."""
    counted = []
    for waiting in (1, 3):
        hub = make.HubFactory()
        for _number in range(waiting):
            _came(hub, offer)
        own = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
        publish = _queries(partial(offer_years.publish_offer, offer=own, by=None, now=NOW))
        own.refresh_from_db()
        counted.append((publish, _queries(partial(offer_years.withdraw_offer, offer=own, by=None, now=NOW))))

    (publish, withdraw), (publish_many, withdraw_many) = counted
    assert (publish_many - publish, withdraw_many - withdraw) == (4, 4)


def test_accepted_after_the_version_is_published_is_enrolled_in_it(hub: Hub, offer: Offer, version: Offer) -> None:
    first = _came(hub, offer)
    offer_years.publish_offer(offer=version, by=None, now=clock.now())

    with clock.fixed(NOW):
        enrolment = decisions.accept(interest=first, by=None, now=NOW)

    assert enrolment.offer == version


def test_version_that_is_taken_back_gives_back_what_waits(hub: Hub, offer: Offer, version: Offer) -> None:
    first, declined = _came(hub, offer), _came(hub, offer)
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    decisions.decline(interest=Interest.objects.get(pk=declined.pk), by=None, now=NOW, reason="Full.")

    offer_years.withdraw_offer(offer=version, by=None, now=clock.now())

    version.refresh_from_db()
    assert (version.is_published, _named_by(first, declined)) == (False, [offer, version])


def test_version_that_somebody_is_enrolled_in_stays_published(hub: Hub, offer: Offer, version: Offer) -> None:
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    make.EnrolmentFactory(offer=version, hub=hub)

    with pytest.raises(CannotOffer, match="it stays published"):
        offer_years.withdraw_offer(offer=version, by=None, now=clock.now())


def test_version_stays_published_while_what_waits_could_go_back_to_nothing(
    hub: Hub, offer: Offer, version: Offer
) -> None:
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    _came(hub, version)
    Offer.objects.filter(pk=offer.pk).update(is_published=False)

    with pytest.raises(CannotOffer, match="national offer is a draft"):
        offer_years.withdraw_offer(offer=version, by=None, now=clock.now())


def test_version_that_would_leave_out_who_waits_is_not_published(hub: Hub, offer: Offer, version: Offer) -> None:
    _came(hub, offer)
    version.school_phases = [School.Phase.SECONDARY]
    version.save()

    with pytest.raises(OfferInUse, match="would leave out 1 application still to be decided"):
        offer_years.publish_offer(offer=version, by=None, now=clock.now())
    version.refresh_from_db()
    assert not version.is_published


def test_version_enrols_whom_the_national_offer_enrols(lead: Client, version: Offer) -> None:
    page = lead.get(reverse("programmes:offer-edit", args=[version.pk])).content.decode()

    assert 'name="enrols"' not in page
    assert "A version is of the same programme" in page


@pytest.mark.parametrize("is_published", [True, False])
def test_sweep_mends_what_was_sent_in_the_moment_of_publishing(
    hub: Hub, offer: Offer, version: Offer, *, is_published: bool
) -> None:
    Offer.objects.filter(pk=version.pk).update(is_published=is_published)
    late = _came(hub, offer if is_published else version)
    light = make.LightInterestFactory(school=make.SchoolFactory(authority__hub=hub), phase=offer.phase, year=offer.year)

    assert (follow_versions(now=NOW), follow_versions(now=NOW)) == (1, 0)
    assert _named_by(late, light) == [version if is_published else offer, None]


def test_page_says_beforehand_how_many_follow_and_how_many_stay(
    lead: Client, hub: Hub, offer: Offer, version: Offer
) -> None:
    _came(hub, offer)
    _came(hub, offer, status="waiting")
    make.EnrolmentFactory(offer=offer, hub=hub)
    make.EnrolmentFactory(offer=offer, hub=hub, status=Enrolment.Status.WITHDRAWN)
    make.EnrolmentFactory(offer=offer)

    before = lead.get(version.get_absolute_url()).content.decode()
    lead.post(reverse("programmes:offer-publish", args=[version.pk]))
    after = lead.get(version.get_absolute_url()).content.decode()

    assert "2 applications that wait for a decision are for it then" in before
    assert "1 school that is accepted already stays with the national offer" in before
    assert "2 applications that wait for a decision go back to the national offer" in after


def test_hub_that_takes_over_a_version_lets_what_waits_follow_it(hub: Hub, offer: Offer, version: Offer) -> None:
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    other = make.HubFactory()
    came = _came(other, offer)

    taken = offer_versions.make_version(offer=offer, hub=other, reason="Theirs.", by=None, like=version)
    before = _named_by(came)
    offer_years.publish_offer(offer=taken, by=None, now=clock.now())

    assert (before, _named_by(came)) == ([offer], [taken])


def test_form_that_was_begun_goes_on_with_the_version(hub: Hub, offer: Offer) -> None:
    """What is agreed to is agreed anew: it may be worded otherwise."""
    make_privacy()
    school, visitor = make.SchoolFactory(authority__hub=hub), Visitor()
    with clock.fixed(NOW):
        visitor.choose(school, offer).answer_people()
        visitor.post(message="")
        visitor.agree()
        checked = visitor.page
        version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
        Offer.objects.filter(pk=version.pk).update(title="Clusters")
        version.refresh_from_db()
        offer_years.publish_offer(offer=version, by=None, now=clock.now())
        visitor.post()
        asked, said = visitor.page, visitor.text
        visitor.agree()
        visitor.post()

    assert (checked, asked) == ("check", "agree")
    assert "has its own version of Main year 2026/27 now" in said
    assert Interest.objects.get().offer == version


def test_form_goes_on_with_the_national_offer_where_the_version_is_taken_back(
    hub: Hub, offer: Offer, version: Offer
) -> None:
    """What is typed at that moment is kept."""
    make_privacy()
    school, visitor = make.SchoolFactory(authority__hub=hub), Visitor()
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    with clock.fixed(NOW):
        visitor.choose(school, version)
        begun = visitor.page
        offer_years.withdraw_offer(offer=Offer.objects.get(pk=version.pk), by=None, now=clock.now())
        visitor.post(**CONTACT)

    assert (begun, visitor.page) == ("contact", "head")
    assert "Trent Maths Hub offers Main year 2026/27 as it is nationally again" in visitor.text
    assert FormDraft.objects.get().data["answers"]["programme"] == {"pairs": [[school.pk, offer.pk]]}


def test_form_for_a_version_that_is_taken_back_with_nothing_national_chooses_anew(
    hub: Hub, offer: Offer, version: Offer
) -> None:
    make_privacy()
    school, visitor = make.SchoolFactory(authority__hub=hub), Visitor()
    offer_years.publish_offer(offer=version, by=None, now=clock.now())
    with clock.fixed(NOW):
        visitor.choose(school, version)
        Offer.objects.update(is_published=False)
        visitor.post(**CONTACT)

    assert (visitor.page, "nationally again" in visitor.text) == ("programme", False)
