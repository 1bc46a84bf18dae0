"""A hub's own offer beside the national one of the same phase and year: neither hides the other."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core.models import Notice
from programmes.actions.light import open_offers, tell_interest
from programmes.models import Interest, Offer
from programmes.notices.links import contact_path
from programmes.notices.sent_links import INVITED
from programmes.rules import Answer, wishes
from schools.models import School
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor, make_telling

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]

TODAY = NOW.date()
CAME = {"how": "phone", "came_on_0": "7", "came_on_1": "9", "came_on_2": "2026", "note": "", "agreed": "on"}
HEADS = {f"head_{name}": value for name, value in HEAD.items()}
CLOSED = {"opens_on": TODAY - timedelta(days=9), "closes_on": TODAY - timedelta(days=2)}


@pytest.fixture
def school() -> School:
    made: School = make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")
    return made


@pytest.fixture
def national() -> Offer:
    made: Offer = make.OfferFactory(title="Sustaining", code="NCP26-11")
    return made


@pytest.fixture
def local(national: Offer, school: School) -> Offer:
    title, code = "Sustaining: lesson design", "NCP26-11a"
    made: Offer = make.OfferFactory(phase=national.phase, hub=school.hub, title=title, code=code)
    return made


@pytest.fixture
def both(national: Offer, local: Offer) -> tuple[Offer, Offer]:
    return national, local


@pytest.fixture
def lead(client: Client, school: School) -> Client:
    client.force_login(make.make_user(HUB_LEAD, hub=school.hub))
    return client


def _choices(lead: Client, school: School) -> dict[str, str]:
    """What may be entered, as the page has it: its label, and what the form sends."""
    form = lead.get(reverse("programmes:interest-enter", args=[school.pk])).context["form"]
    years = [one for one in form.fields["programme"].choices if isinstance(one[1], list)]
    return {label: key for _year, choices in years for key, label in choices}


@pytest.mark.parametrize("kind", ["application", "interest"])
@pytest.mark.parametrize("is_local", [False, True])
def test_hub_enters_what_came_for_either(
    lead: Client, school: School, both: tuple[Offer, Offer], kind: str, is_local: bool
) -> None:
    wanted = both[is_local]
    choices = _choices(lead, school)

    heads = HEADS if kind == "application" else {}
    given = {"kind": kind, "programme": choices[str(wanted)], **CONTACT, **heads, **CAME}
    lead.post(reverse("programmes:interest-enter", args=[school.pk]), given)

    sent = Interest.objects.get()
    assert set(map(str, both)) <= set(choices)
    assert (sent.offer, sent.phase, sent.year) == (wanted if kind == "application" else None, wanted.phase, 2026)


def test_what_was_sent_for_one_of_them_is_entered_again_for_that_one(
    lead: Client, school: School, national: Offer, local: Offer
) -> None:
    for offer in (national, local):
        before = make.InterestFactory(school=school, hub=school.hub, offer=offer, status="declined")

        page = lead.get(f"{reverse('programmes:interest-enter', args=[school.pk])}?again={before.pk}")

        assert page.context["form"]["programme"].value() == _choices(lead, school)[str(offer)]


def test_two_of_one_name_are_told_apart_by_their_codes(
    lead: Client, school: School, national: Offer, local: Offer
) -> None:
    Offer.objects.filter(pk=local.pk).update(title=national.title)

    labels = [label for label in _choices(lead, school) if label.startswith("Sustaining")]

    assert sorted(labels) == ["Sustaining 2026/27 (NCP26-11)", "Sustaining 2026/27 (NCP26-11a)"]


def _apply(light: Interest) -> Visitor:
    visitor, token = Visitor(), contact_path(light, TODAY).split("/")[-2]
    return visitor.post(reverse("programmes:express-mine-apply", args=[token]))


def test_whoever_told_of_an_interest_chooses_between_two_that_are_open(
    school: School, national: Offer, local: Offer
) -> None:
    light = make.LightInterestFactory(school=school, hub=school.hub, phase=national.phase, year=2026)

    both = _apply(light)
    Offer.objects.filter(pk=national.pk).update(**CLOSED)
    one = _apply(light)

    assert (both.page, str(national) in both.text, str(local) in both.text) == ("programme", True, True)
    assert (one.page, open_offers(light, TODAY)) == ("head", [local])


@pytest.mark.parametrize(
    ("of_hub", "of_nation", "invited"),
    [
        (CLOSED, {"opens_on": date(2026, 9, 20)}, ["2026-09-20"]),
        ({"opens_on": date(2026, 9, 15)}, {"opens_on": date(2026, 9, 20)}, ["2026-09-15"]),
        ({"opens_on": date(2026, 9, 20)}, {}, []),
    ],
)
def test_interest_is_invited_when_the_first_of_them_opens(
    school: School, both: tuple[Offer, Offer], of_hub: Any, of_nation: Any, invited: list[str]
) -> None:
    for offer, window in zip(both, (of_nation, of_hub), strict=True):
        Offer.objects.filter(pk=offer.pk).update(**{"title": offer.title, **window})
    like = Interest(school=school, phase=both[0].phase, year=2026)

    light, _is_new = tell_interest(telling=make_telling(like), by=None, now=NOW)

    rows = Notice.objects.about([light]).filter(kind=INVITED.key)
    assert [one.due_at.date().isoformat() for one in rows] == invited


def test_one_that_does_not_suit_the_school_hides_no_year_of_the_other() -> None:
    answers = [(2026, Answer.WRONG_PHASE), (2026, Answer.OPEN)]

    for given in (answers, answers[::-1]):
        assert [(one.year, one.is_open) for one in wishes(given, this_year=2026)] == [(2026, True), (2027, False)]
