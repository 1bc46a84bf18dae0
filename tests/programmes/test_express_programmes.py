"""Which programmes a school is shown, and why others are not open."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Interest
from schools.models import School
from tests import factories as make
from tests.programmes.express import NOW, make_privacy

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _in_september() -> Any:
    with clock.fixed(NOW):
        make_privacy()
        yield


def _choose(school: School, client: Client | None = None) -> str:
    """The page of programmes of a school, in one line."""
    client = client or Client()
    response = client.post(reverse("programmes:express-school"), {"school": school.pk}, follow=True)
    return " ".join(response.content.decode().split())


def test_open_programmes_can_be_chosen() -> None:
    offer = make.OfferFactory(title="Good Maths", summary="Six meetings.")

    page = _choose(make.SchoolFactory())

    assert f'name="offer" type="checkbox" value="{offer.pk}"' in page
    assert "Good Maths 2026/27" in page
    assert "Six meetings. Apply by 31 March 2027." in page


CLOSED_ONCE = "Applications for 2026/27 closed on 31 March 2026; this is for 2027/28."


def _closed_and_next(title: str, closes_on: date = date(2026, 3, 31)) -> None:
    phase = make.PhaseFactory()
    make.OfferFactory(phase=phase, title=title, closes_on=closes_on)
    make.OfferFactory(phase=phase, title=title, summary="Six meetings.", year=2027, closes_on=date(2027, 9, 30))


def test_what_a_hub_offers_anew_does_not_say_that_it_had_closed() -> None:
    """The year before was the national offer's."""
    school = make.SchoolFactory()
    national = make.OfferFactory(closes_on=date(2026, 3, 31))
    own = {"phase": national.phase, "hub": school.hub, "closes_on": date(2027, 9, 30)}
    make.OfferFactory(title="Evening group", summary="On Mondays.", year=2027, **own)

    page = _choose(school)

    assert "this is for 2027/28" not in page
    assert "On Mondays. Apply by 30 September 2027." in page


def test_what_is_true_of_all_that_had_a_year_before_is_said_once_above() -> None:
    for title in ("Good Maths", "More Maths"):
        _closed_and_next(title)
    make.OfferFactory(title="New Maths", year=2027, closes_on=date(2027, 9, 30))

    page = _choose(make.SchoolFactory())

    assert page.count(CLOSED_ONCE) == 1
    assert page.index(CLOSED_ONCE) < page.index('name="offer"')


def test_own_offer_of_a_hub_says_when_its_own_year_before_has_closed() -> None:
    school = make.SchoolFactory()
    own = {"phase": make.PhaseFactory(), "hub": school.hub, "title": "Evening group"}
    make.OfferFactory(closes_on=date(2026, 3, 31), **own)
    make.OfferFactory(year=2027, closes_on=date(2027, 9, 30), **own)

    assert CLOSED_ONCE in _choose(school)


def test_what_differs_between_programmes_stands_after_what_they_are() -> None:
    _closed_and_next("Good Maths")
    _closed_and_next("More Maths", closes_on=date(2026, 4, 30))

    page = _choose(make.SchoolFactory())

    assert f"Six meetings. Apply by 30 September 2027. {CLOSED_ONCE}" in page
    assert page.count("this is for 2027/28") == 2


def test_wrong_phase_is_said_in_words() -> None:
    make.OfferFactory(title="Good Maths", school_phases=[4, 5])

    page = _choose(make.SchoolFactory())

    assert "<dt>Good Maths</dt>" in page
    assert "For other schools: secondary, middle deemed secondary. Yours is recorded as: primary." in page
    assert "No programme is open for your school today" in page


def test_independent_school_is_told_why() -> None:
    make.OfferFactory()

    page = _choose(make.SchoolFactory(type_code="11", type_group_code="3", type_name="Other independent school"))

    assert "Only state-funded schools can join. Yours is recorded as: other independent school." in page


def test_closed_programme_leads_to_next_years() -> None:
    phase = make.PhaseFactory()
    closed = make.OfferFactory(phase=phase, closes_on=date(2026, 3, 31))
    following = make.OfferFactory(phase=phase, year=2027, closes_on=date(2027, 6, 30))

    page = _choose(make.SchoolFactory())

    assert f'type="checkbox" value="{following.pk}"' in page
    assert f'type="checkbox" value="{closed.pk}"' not in page
    assert "Applications for 2026/27 closed on 31 March 2026; this is for 2027/28." in page
    assert "Not open for your school today" not in page


def test_closed_programme_without_a_next_year_says_so() -> None:
    make.OfferFactory(title="Good Maths", closes_on=date(2026, 3, 31))

    page = _choose(make.SchoolFactory())

    assert "<dt>Good Maths 2026/27</dt> <dd>Applications for 2026/27 closed on 31 March 2026.</dd>" in page


def test_programme_that_opens_later_says_when() -> None:
    make.OfferFactory(title="Good Maths", opens_on=date(2026, 10, 1))

    assert "You can apply from 1 October 2026." in _choose(make.SchoolFactory())


@pytest.mark.parametrize("facts", [{"phase_code": 0}, {"phase_code": 7, "low_age": 4, "high_age": 18}])
def test_special_and_all_through_schools_are_told_that_the_hub_checks(facts: dict[str, int]) -> None:
    make.OfferFactory()

    assert "Your hub will check that this suits your school." in _choose(make.SchoolFactory(**facts))


def test_phases_that_come_before_are_a_hint() -> None:
    offer = make.OfferFactory()
    offer.follows.set([make.PhaseFactory(name="First Steps"), make.PhaseFactory(name="Second Steps")])

    page = _choose(make.SchoolFactory())

    assert "Most schools come from First Steps or Second Steps; your hub decides" in page


@pytest.mark.parametrize(
    ("status", "words"), [("active", "is in First Steps in 2026/27"), ("completed", "did First Steps in 2026/27")]
)
def test_what_comes_next_for_a_school_on_its_way_stands_first_and_says_why(status: str, words: str) -> None:
    first = make.PhaseFactory(name="First Steps")
    before = make.OfferFactory(phase=first, year=2026, closes_on=date(2026, 2, 1))
    make.OfferFactory(title="Alpha Maths", year=2027)
    after = make.OfferFactory(title="Next Maths", year=2027)
    after.follows.set([first])
    school = make.SchoolFactory()
    make.EnrolmentFactory(school=school, offer=before, status=status)

    page = _choose(school)

    assert f"<strong>Your school {words}, which comes before this.</strong>" in page
    assert "Most schools come from" not in page
    assert page.index("Next Maths") < page.index("Alpha Maths")


def test_other_years_unpublished_personal_and_other_hubs_offers_are_not_shown() -> None:
    make.OfferFactory(title="Past Maths", year=2025)
    make.OfferFactory(title="Far Maths", year=2028)
    make.OfferFactory(title="Secret Maths", is_published=False)
    make.OfferFactory(title="Personal Maths", enrols="persons")
    make.OfferFactory(title="Their Maths", hub=make.HubFactory())
    school = make.SchoolFactory()
    make.OfferFactory(title="Our Maths", hub=school.hub)

    page = _choose(school)

    assert [title for title in ("Past", "Far", "Secret", "Personal", "Their", "Our") if f"{title} Maths" in page] == [
        "Our"
    ]


def test_school_in_a_programme_is_told_so_and_not_offered_the_same_year() -> None:
    offer = make.OfferFactory(title="Good Maths")
    other = make.OfferFactory(title="Other Maths")
    school = make.SchoolFactory()
    make.EnrolmentFactory(school=school, offer=offer, status="active")
    make.EnrolmentFactory(school=school, offer=other, status="withdrawn")

    page = _choose(school)

    assert f'type="checkbox" value="{offer.pk}"' not in page
    assert "<dt>Good Maths</dt> <dd>Your school is in this programme in 2026/27.</dd>" in page
    assert f'type="checkbox" value="{other.pk}"' in page


def test_school_that_did_a_programme_reads_it_beside_the_next_year() -> None:
    phase = make.PhaseFactory()
    before = make.OfferFactory(phase=phase, year=2025)
    offer = make.OfferFactory(phase=phase, summary="Six meetings.")
    school = make.SchoolFactory()
    make.EnrolmentFactory(school=school, offer=before, status="completed")

    page = _choose(school)

    assert f'type="checkbox" value="{offer.pk}"' in page
    assert (
        "<strong>Your school did this programme in 2025/26.</strong> "
        "Your hub will check that it suits your school to join again. Six meetings."
    ) in page


def test_programme_that_is_done_once_is_not_begun_again() -> None:
    phase = make.PhaseFactory()
    before = make.OfferFactory(phase=phase, year=2025)
    make.OfferFactory(phase=phase, title="Good Maths", is_once=True)
    school = make.SchoolFactory()
    make.EnrolmentFactory(school=school, offer=before, status="completed")

    page = _choose(school)

    assert "<dt>Good Maths</dt> <dd>Your school did this programme in 2025/26. A school does it once.</dd>" in page


@pytest.mark.parametrize("is_successor", [True, False])
def test_part_of_a_predecessor_or_successor_is_said_and_the_hub_decides(is_successor: bool) -> None:
    offer = make.OfferFactory(is_once=True)
    school, other = make.SchoolFactory(), make.SchoolFactory(name="Hill Infants")
    old, new = (school, other) if is_successor else (other, school)
    old.succeeded_by = new
    old.save()
    make.EnrolmentFactory(school=other, offer=offer, status="active")

    page = _choose(school)

    assert f'type="checkbox" value="{offer.pk}"' in page
    assert "Hill Infants, which your school follows or became, is in this programme in 2026/27." in page


@pytest.mark.parametrize("is_accepted", [False, True])
def test_earlier_interest_of_the_school_is_not_revealed(is_accepted: bool) -> None:
    offer = make.OfferFactory(is_once=True)
    school = make.SchoolFactory()
    page = _choose(school)
    interest = make.InterestFactory(school=school, offer=offer)
    if is_accepted:
        Interest.objects.filter(pk=interest.pk).update(status="accepted", decided_at=clock.now())
        make.EnrolmentFactory(school=school, offer=offer, interest=interest)

    again = _choose(school)

    assert _without_ids(again) == _without_ids(page)


def _without_ids(page: str) -> str:
    """Without what is different in every visit."""
    page = re.sub(r"/express/[^/]+/save/", "/express/draft/save/", page)
    return page.partition("<main")[2].partition("csrfmiddlewaretoken")[0] + page.partition("<fieldset")[2]


def test_offer_that_is_not_open_cannot_be_chosen() -> None:
    client = Client()
    make.OfferFactory()
    closed = make.OfferFactory(closes_on=date(2026, 3, 31))
    _choose(make.SchoolFactory(), client)
    path = f"/programmes/express/{next(iter(client.session['express']))}/programme/"

    answers = [client.post(path, {"offer": value}) for value in (str(closed.pk), "", "x", "\x00", "9" * 30)]

    assert f"{closed} is no longer open." in answers.pop(0).content.decode()
    assert [(answer.status_code, b"Choose one of the programmes" in answer.content) for answer in answers] == [
        (200, True)
    ] * 4


def test_school_without_a_hub_is_told_what_to_do() -> None:
    make.OfferFactory()
    hub = make.HubFactory(name="Nearby Hub")
    school = make.SchoolFactory(authority__name="Farshire", authority__hub=None, hub=None)

    page = _choose(school)

    assert "Your school’s local authority, Farshire, is not linked to a Maths Hub here yet" in page
    assert f'<a href="mailto:{hub.email}">' in page


def test_programmes_take_the_same_queries_for_one_offer_and_ten(django_assert_num_queries: Any) -> None:
    client = Client()
    school = make.SchoolFactory()
    make.OfferFactory()
    _choose(school, client)
    path = f"/programmes/express/{next(iter(client.session['express']))}/programme/"

    with django_assert_num_queries(8):
        client.get(path)
    for _ in range(9):
        make.OfferFactory().follows.add(make.PhaseFactory())
    with django_assert_num_queries(8):
        client.get(path)
