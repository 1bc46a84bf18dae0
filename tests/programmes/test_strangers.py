"""What somebody who only knows an address can find out, stop or have sent: nothing of anybody else's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.forms.express import is_name
from programmes.models import FormDraft, Interest, Offer
from programmes.views import express_send
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor, make_privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Iterator[Offer]:
    """One that is open to every school."""
    with clock.fixed(NOW):
        make_privacy()
        yield make.OfferFactory(teachers_per_school=1)


def _begin(school: School, kind: str) -> Visitor:
    return Visitor().post(reverse("programmes:express-school"), school=school.pk, **{"for": kind})


def _tell(school: School, offer: Offer, **contact: str) -> Visitor:
    visitor = _begin(school, "tell").post(wish=f"{offer.phase_id}-{offer.year}")
    return visitor.post(**{**CONTACT, **contact}).agree().post()


def _apply(school: School, offer: Offer, **contact: str) -> Visitor:
    visitor = _begin(school, "apply").post(offer=offer.pk).post(**{**CONTACT, **contact})
    return visitor.post(**HEAD).post(who="later").post(message="").agree().post()


def _deliver() -> list[str]:
    mail.outbox.clear()
    delivery.deliver_due()
    return [one.to[0] for one in mail.outbox]


def _words(page: Visitor) -> list[str]:
    shown = page.text.partition("<main")[2].partition("</main>")[0].replace(page.draft, "").split()
    return [word for at, word in enumerate(shown) if at == 0 or shown[at - 1] != 'name="csrfmiddlewaretoken"']


def test_stranger_reads_nothing_of_what_was_told_with_an_address_and_its_owner_hears_of_it(offer: Offer) -> None:
    school = make.SchoolFactory(website="hill.example.org")
    _tell(school, offer, email="Robin@hill.example.org")
    _deliver()
    light = Interest.objects.get()

    with clock.fixed(NOW + timedelta(days=3)):
        known = _tell(school, offer, name="Mallory Spy", email="robin@hill.example.org")
        sent = _deliver()
        unknown = _tell(school, offer, name="Mallory Spy", email="other@hill.example.org")

    assert (known.page, light.reference in known.text) == ("done", False)
    assert [word.replace("robin@", "other@") for word in _words(known)] == _words(unknown)
    assert (sent, light.reference in mail.outbox[0].subject) == (["Robin Contact <Robin@hill.example.org>"], True)
    assert Interest.objects.exclude(pk=light.pk).get().contact_email == "other@hill.example.org"


def test_school_of_a_trust_that_is_new_to_it_is_confirmed_beside_one_that_was_told_before(offer: Offer) -> None:
    trust = make.TrustFactory()
    schools = [make.SchoolFactory(name=name, trust=trust) for name in ("Ash School", "Birch School")]
    _tell(schools[0], offer)
    _deliver()
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))

    with clock.fixed(NOW + timedelta(days=3)):
        ticked = {"several": "yes", "school": [one.pk for one in schools], "for": "tell"}
        visitor.post(reverse("programmes:express-school"), **ticked).post(wish=f"{offer.phase_id}-{offer.year}")
        visitor.post(**CONTACT).agree().post()
        _deliver()

    new = Interest.objects.get(school=schools[1])
    assert any(new.reference in str(one.body) for one in mail.outbox)


def _queries_to_tell(offer: Offer, count: int) -> int:
    trust = make.TrustFactory()
    schools = make.SchoolFactory.create_batch(count, trust=trust)
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=trust))
    ticked = {"several": "yes", "school": [one.pk for one in schools], "for": "tell"}
    visitor.post(reverse("programmes:express-school"), **ticked).post(wish=f"{offer.phase_id}-{offer.year}")
    visitor.post(**CONTACT).agree()
    with CaptureQueriesContext(connection) as found:
        visitor.post()
    assert Interest.objects.filter(school__trust=trust).count() == count
    return len(found)


def test_each_further_school_that_tells_costs_the_same(offer: Offer) -> None:
    _queries_to_tell(offer, 2)  # with what is read once and kept

    two, four, six = (_queries_to_tell(offer, count) for count in (2, 4, 6))

    assert six - four <= four - two


def test_strangers_lock_no_school_out(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 1)
    school = make.SchoolFactory(name="Hill School", website="www.hill.example.org")

    strangers = [_tell(school, offer, email=f"m{at}@evil.example") for at in range(2)]
    own = _apply(school, offer)

    assert [one.status for one in (*strangers, own)] == [200, 429, 200]
    assert "Hill School" in strangers[1].text
    assert "your network" not in strangers[1].text
    assert own.page == "done"


def test_addresses_that_anybody_can_type_at_the_schools_domain_have_an_end_too(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express_send, "MOST_OF_ITS_OWN", 1)
    school = make.SchoolFactory(name="Hill School", website="www.hill.example.org")

    own = [_tell(school, offer, email=f"m{at}@hill.example.org") for at in range(2)]
    stranger = _tell(school, offer, email="m@evil.example")

    assert [one.status for one in (*own, stranger)] == [200, 429, 200]
    assert "Very much was sent for Hill School in the last hour, so we have paused it." in own[1].text


def test_where_no_address_is_known_as_the_schools_all_are_strangers(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 1)
    school = make.SchoolFactory(name="Hill School", website="")

    assert [_tell(school, offer, email=f"m{at}@any{at}.example").status for at in range(2)] == [200, 429]


def test_colleague_who_is_signed_in_is_not_counted_with_strangers(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 0)
    school = make.SchoolFactory(website="www.hill.example.org")
    user = make.make_user(roles.MATHS_LEAD, school=school, email="kim@mail.example")
    visitor = Visitor()
    visitor.client.force_login(user)

    visitor.post(reverse("programmes:express-school"), school=school.pk, **{"for": "tell"})
    visitor.post(wish=f"{offer.phase_id}-{offer.year}").post(**{**CONTACT, "email": user.email}).agree().post()

    assert visitor.page == "done"


def test_who_is_signed_in_is_a_stranger_to_another_school(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 0)
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.MATHS_LEAD, school=make.SchoolFactory()))

    visitor.post(reverse("programmes:express-school"), school=make.SchoolFactory().pk, **{"for": "tell"})
    visitor.post(wish=f"{offer.phase_id}-{offer.year}").post(**{**CONTACT, "email": "m@evil.example"}).agree().post()

    assert visitor.status == 429


@pytest.mark.parametrize(
    "name",
    [
        "You have won, claim at https://evil.example",
        "Claim at www.evil.example",
        "Claim your prize at evil.com",
        "Claim your prize at my-evil.dev",
        "Claim your prize at t.co/evil",
        "Claim your prize at x.com",
        "You have won five hundred pounds and can claim them today",
    ],
)
def test_what_is_no_name_is_not_taken_for_one(offer: Offer, name: str) -> None:
    page = _begin(make.SchoolFactory(), "apply").post(offer=offer.pk).post(**{**CONTACT, "name": name})

    assert (page.page, "Enter a name" in page.text) == ("contact", True)


@pytest.mark.parametrize("name", ["S.Dev", "A.Dev Patel", "A.J.Dev", "J.Co Smith", "P.Top", "Dr.Dev", "Mr.Link"])
def test_name_after_an_initial_or_a_title_without_a_space_is_one(name: str) -> None:
    is_name(name)


def test_link_to_come_back_greets_nobody_by_the_name_that_was_typed(offer: Offer) -> None:
    visitor = _begin(make.SchoolFactory(), "apply").post(offer=offer.pk).post(**{**CONTACT, "name": "Wonderful Prize"})

    visitor.post(reverse("programmes:express-save", args=[visitor.draft]), email="victim@people.example.org")

    assert FormDraft.objects.get().name == "Wonderful Prize"
    (to,) = _deliver()
    assert ("victim@people.example.org" in to, "Wonderful" in to + str(mail.outbox[0].body)) == (True, False)
