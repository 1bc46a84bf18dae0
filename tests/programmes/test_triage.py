"""The hub's list of interest narrowed to what it decides about next: whose, need, history, who comes first."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Job
from programmes.figures import known_about
from programmes.figures.line import claims_of
from programmes.figures.proposals import wants_of
from programmes.models import HubOffer, Interest
from programmes.views.bulk import MOST
from schools.models import User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, NATIONAL
from schools.rules import year_label
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def _came(lead: User, **fields: Any) -> Interest:
    hub = lead.person.roles.get().hub
    made: Interest = make.InterestFactory(**{"school__authority__hub": hub, **fields})
    return made


def _list(user: User, **query: str) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(reverse("programmes:interest-list"), query)


def _found(user: User, **query: str) -> list[str]:
    return [row[1] for row in _list(user, **query).context["rows"]]


def test_list_opens_on_ones_own_and_nobodys(lead: User) -> None:
    hub = lead.person.roles.get().hub
    assert hub is not None
    other = make.make_user(HUB_ADMIN, name="Olu Admin", hub=hub)
    nobodys, of_other, of_school, of_offer = (_came(lead) for _number in range(4))
    Interest.objects.filter(pk=of_other.pk).update(kept_by=other)
    type(of_school.school).objects.filter(pk=of_school.school_id).update(kept_by=lead)
    HubOffer.objects.create(offer=of_offer.applied_offer, hub_id=hub.pk, kept_by=other)
    board = make.make_user(BOARD, hub=hub)

    assert _found(lead) == [nobodys.reference, of_school.reference]
    assert _found(other) == [nobodys.reference, of_other.reference, of_offer.reference]
    assert _found(lead, whose="mine") == [of_school.reference]
    assert _found(lead, whose="none") == [nobodys.reference]
    assert len(_found(lead, whose="all")) == len(_found(board)) == len(_found(make.make_user(NATIONAL))) == 4
    page = _list(lead, whose="all").content.decode()
    assert "Olu Admin" in page
    assert "Only yours" not in page
    assert "Only yours" in _list(lead).content.decode()


def test_what_somebody_looked_after_who_is_of_another_hub_or_left_is_nobodys(lead: User) -> None:
    hub = lead.person.roles.get().hub
    assert hub is not None
    former, gone = make.make_user(HUB_LEAD, hub=make.HubFactory()), make.make_user(HUB_ADMIN, hub=hub)
    gone.person.roles.update(ends_on=NOW.date() - timedelta(days=1))
    went, of_school, left, of_offer = (_came(lead) for _number in range(4))
    Interest.objects.filter(pk=went.pk).update(kept_by=former)
    Interest.objects.filter(pk=left.pk).update(kept_by=gone)
    type(of_school.school).objects.filter(pk=of_school.school_id).update(kept_by=former)
    HubOffer.objects.create(offer=of_offer.applied_offer, hub_id=hub.pk, kept_by=gone)
    all_four = [one.reference for one in (went, of_school, left, of_offer)]
    client = Client()
    client.force_login(lead)

    with clock.fixed(NOW):
        schools = [client.get(reverse("schools:school-list"), {"whose": whose}) for whose in ("", "none", "mine")]

    assert (_found(lead), _found(lead, whose="none"), _found(lead, whose="mine")) == (all_four, all_four, [])
    assert [page.context["total"] for page in schools] == [4, 4, 0]


def test_list_is_narrowed_by_how_the_school_was_engaged_before(lead: User) -> None:
    new, asked, done, left = (_came(lead) for _number in range(4))
    make.InterestFactory(school=asked.school, hub=make.HubFactory(), status="declined")
    make.EnrolmentFactory(school=make.SchoolFactory(succeeded_by=done.school), status="completed")
    make.EnrolmentFactory(school=left.school, status="withdrawn")
    make.InterestFactory(school=new.school, offer=new.offer, status="second", duplicate_of=new)

    found = {how: _found(lead, before=how) for how in ("new", "asked", "now", "done", "left")}

    assert found == {
        "new": [new.reference, *found["new"][1:]],
        "asked": [asked.reference, *found["asked"][1:]],
        "now": [],
        "done": [done.reference],
        "left": [left.reference],
    }


def test_list_is_narrowed_by_trust_need_and_question(lead: User) -> None:
    plain, listed, poor = _came(lead), _came(lead), _came(lead, offer__priority_fsm=30)
    trust = make.TrustFactory(name="Lantern Trust")
    type(plain.school).objects.filter(pk=plain.school_id).update(trust=trust)
    make.PriorityListingFactory(school=listed.school, reason="Area of need")
    make.PriorityListingFactory(hub=make.HubFactory(), school=plain.school)
    type(poor.school).objects.filter(pk=poor.school_id).update(fsm_percent=Decimal("41.5"))
    Interest.objects.filter(pk=plain.pk).update(question="answered")

    assert _found(lead, trust="lantern") == [plain.reference]
    assert _found(lead, need="yes") == [listed.reference, poor.reference]
    assert _found(lead, need="no") == [plain.reference]
    assert _found(lead, question="answered") == [plain.reference]
    page = _list(lead).content.decode()
    for words in ("On the priority list: Area of need", "41.5% free school meals", "The school has answered"):
        assert words in page


def test_list_sorts_by_who_is_taken_first(lead: User) -> None:
    phase = make.PhaseFactory(name="Foundations")
    plain = _came(lead)
    finished, listed = _came(lead, offer=plain.offer), _came(lead, offer=plain.offer)
    plain.applied_offer.priority_after.add(phase)
    make.EnrolmentFactory(school=finished.school, offer__phase=phase, status="completed")
    make.EnrolmentFactory(school=plain.school, offer__phase=phase, status="withdrawn")
    # What somebody of the school completed for themselves, the school did not.
    make.EnrolmentFactory(school=plain.school, offer__phase=phase, status="completed", person=make.PersonFactory())
    make.PriorityListingFactory(school=listed.school)
    # Places are given in the spring before: who is in it now has finished by then.
    takes_part = _came(lead, offer=plain.offer)
    make.EnrolmentFactory(school=takes_part.school, offer__phase=phase, offer__year=plain.year - 1, status="active")
    make.EnrolmentFactory(school=plain.school, offer__phase=phase, offer__year=plain.year, status="active")

    came = [listed.reference, finished.reference, takes_part.reference, plain.reference]
    assert _found(lead, sort="priority") == came
    assert _list(lead).content.decode().count(f"In Foundations {year_label(plain.year - 1)}") == 1
    assert _list(lead).content.decode().count("Completed Foundations") == 1
    told = _list(lead, export="csv").content.decode()
    assert [line.count("high") for line in told.splitlines()[1:5]] == [0, 0, 1, 0]


def test_work_list_counts_ones_own_and_leads_to_just_these(lead: User) -> None:
    other = make.make_user(HUB_ADMIN, hub=lead.person.roles.get().hub)
    _came(lead)
    Interest.objects.filter(pk=_came(lead).pk).update(kept_by=other)
    client = Client()
    client.force_login(lead)

    with clock.fixed(NOW):
        homes = [client.get(f"/{query}") for query in ("", "?whose=all")]
        lines = [
            next(item for item in home.context["sections"][0]["work"] if "to decide" in item.title) for home in homes
        ]
        found = [client.get(line.url).context["total"] for line in lines]

    assert [line.count for line in lines] == found == [1, 2]


def test_preview_and_page_say_what_is_asked_for_in_the_same_year_and_what_the_form_suggested(lead: User) -> None:
    first = _came(lead, head_confirmed_at=NOW)
    later = _came(lead, school=first.school, advised=first.phase, advice="You said so.", head_confirmed_at=NOW)
    later.applied_offer.follows.add(first.phase, later.phase)
    beside = _came(lead, school=first.school)
    make.OfferFactory(phase=first.phase, hub=make.HubFactory(), year=2020).follows.add(beside.phase)
    other = _came(lead, offer=first.offer)
    assert make.EnrolmentFactory(school=other.school, offer=later.offer, hub=first.hub).offer.year == other.year

    client, asked = Client(), {"pk": [first.pk, later.pk, other.pk, beside.pk]}
    client.force_login(lead)
    with clock.fixed(NOW):
        lines = client.get(reverse("programmes:interest-bulk", args=["accept"]), asked).context["lines"]
        waiting = client.get(reverse("programmes:interest-bulk", args=["wait"]), asked).context["lines"]
        page = client.get(later.get_absolute_url()).content.decode()

    offers = [one.applied_offer for one in (first, later)]
    assert [one.is_in_turn_with(two) for one in offers for two in offers] == [False, True, True, False]
    warned = {line.interest.pk: [one for one in line.verdict.warnings if "same year" in one] for line, _ in lines}
    end = "for the same year: of these two phases one comes before the other."
    assert warned == {
        first.pk: [f"The school has applied for {later.phase.name} {end}"],
        later.pk: [f"The school has applied for {first.phase.name} {end}"],
        other.pk: [f"The school is in {later.phase.name} {end}"],
        beside.pk: [],
    }
    # Accepting both would take two places: the hub says which. Waiting for both takes none.
    assert [line.interest.pk for line, is_ticked in lines if is_ticked] == [beside.pk]
    assert all(is_ticked for _line, is_ticked in waiting)
    suggested = f"The form suggested {first.phase.name}, and told the school: “You said so.”"
    assert [line.interest.pk for line, _ in lines if suggested in line.verdict.warnings] == [later.pk]
    assert (warned[later.pk][0] in page, suggested in page) == (True, True)


def test_page_says_why_a_school_would_be_taken_first_until_it_is_decided(lead: User) -> None:
    offer = make.OfferFactory(priority_fsm=30)
    phase = make.PhaseFactory()
    offer.priority_after.add(phase)
    one = _came(lead, offer=offer, school__fsm_percent=Decimal(35))
    make.PriorityListingFactory(school=one.school, hub=one.hub, reason="Area of need")
    make.EnrolmentFactory(school=one.school, offer__phase=phase, status="completed")
    words = "Taken first: On the priority list: Area of need, 35% free school meals, Comes from the phase before."
    client = Client()
    client.force_login(lead)

    pages = []
    for status in ("submitted", "waiting", "accepted"):
        Interest.objects.filter(pk=one.pk).update(status=status)
        with clock.fixed(NOW):
            pages.append(words in client.get(one.get_absolute_url()).text)

    assert pages == [True, True, False]


def test_what_prepares_for_a_phase_goes_before_whatever_follows_that_too(lead: User) -> None:
    """Readiness and Embedding in one year: Development stands between them."""
    main = make.PhaseFactory()
    readiness = _came(lead, offer=make.OfferFactory(phase=make.PhaseFactory(prepares_for=main)))
    embedding = _came(lead, school=readiness.school, offer=make.OfferFactory(year=readiness.year))
    embedding.applied_offer.follows.add(main)
    beside = _came(lead, school=readiness.school, offer=make.OfferFactory(year=readiness.year))

    rows = {one.pk: one for one in Interest.objects.with_same_year()}

    sent = (readiness, embedding, beside)
    said = [[one.applied_offer.is_in_turn_with(other.applied_offer) for other in sent] for one in sent]
    assert said == [[False, True, False], [True, False, False], [False, False, False]]
    assert [rows[one.pk].beside_applied for one in sent] == [  # type: ignore[attr-defined]
        embedding.phase.name,
        readiness.phase.name,
        None,
    ]


def test_as_many_as_the_page_shows_are_taken_with_one_press(lead: User) -> None:
    one = _came(lead, is_apart=True)
    made = {field.attname: getattr(one, field.attname) for field in Interest._meta.concrete_fields}
    more = [Interest(**{**made, "id": None, "reference": f"HQ-{number:05d}"}) for number in range(MOST - 1)]
    Interest.objects.bulk_create(more)
    client, url = Client(), reverse("programmes:interest-bulk", args=["decline"])
    client.force_login(lead)

    with clock.fixed(NOW):
        page = client.get(url, {"all": 1}).text
        (shown,) = re.findall(r'name="shown" value="([^"]+)"', page)
        sent = {"shown": shown, "line": re.findall(r'name="line" value="([^"]+)"', page), "reason": "Full."}
        answer = client.post(url, sent)

    job = Job.objects.get()
    assert (answer.status_code, len(job.params["interests"]), len(job.params["was"])) == (302, MOST, MOST)


@pytest.mark.parametrize(
    ("status", "is_before", "words"),
    [
        ("completed", False, "has completed Foundations in {year}."),
        ("active", False, "takes part in Foundations in {year}."),
        ("active", True, "takes part in Foundations in {year} as Old School, which it follows or became."),
        (
            "withdrawn",
            False,
            "No record that the school has completed Foundations, or takes part in it in a year before.",
        ),
    ],
)
def test_hub_reads_what_a_school_came_by_also_as_the_one_before_it(
    lead: User, status: str, is_before: bool, words: str
) -> None:
    phase = make.PhaseFactory(name="Foundations")
    one = _came(lead)
    one.applied_offer.follows.add(phase)
    before = make.SchoolFactory(name="Old School", succeeded_by=one.school) if is_before else one.school
    make.EnrolmentFactory(school=before, offer__phase=phase, offer__year=one.year - 1, status=status)

    read = Interest.objects.for_list().with_same_year().get(pk=one.pk)
    told = [flag.text for flag in known_about(read, NOW.date()).flags if "Foundations" in flag.text]

    assert len(told) == 1
    assert told[0].endswith(words.format(year=year_label(one.year - 1)))


STANDINGS = ("accepted", "active", "completed", "paused", "withdrawn")
WHOSE = ("its own", "its predecessor's", "of the one before that", "of the one that it became", "another's")


@pytest.mark.cases
@pytest.mark.parametrize("whose", WHOSE)
def test_one_rule_says_in_the_line_in_its_reasons_and_in_the_flag_that_a_school_comes_from_the_phase_before(
    lead: User, whose: str
) -> None:
    """Completed, or taking part in a year before: so says the database, and so the rule that reads what was loaded."""
    became = make.SchoolFactory()
    found, expected = {}, {}
    for status, years in [(status, years) for status in STANDINGS for years in (1, 0)]:
        phase = make.PhaseFactory()
        one = _came(lead, school__succeeded_by=became if whose == WHOSE[3] else None)
        one.applied_offer.follows.add(phase)
        one.applied_offer.priority_after.add(phase)
        # Of another year's offer, which gives priority for the same phase.
        make.OfferFactory(year=one.year + 2).priority_after.add(phase)
        before = make.SchoolFactory(succeeded_by=one.school)
        at = (one.school, before, make.SchoolFactory(succeeded_by=before), became, make.SchoolFactory())
        school = at[WHOSE.index(whose)]
        make.EnrolmentFactory(school=school, offer__phase=phase, offer__year=one.year - years, status=status)

        rows: Any = Interest.objects.filter(pk=one.pk)
        flags = known_about(rows.for_list().with_same_year().get(), NOW.date()).flags
        found[status, years] = (
            rows.with_priority().get().comes_from_phase_before,
            bool(claims_of([wants_of(one)])[one.pk].before),
            not [flag for flag in flags if flag.text.startswith("No record that")],
        )
        counts = status == "completed" or (status in {"accepted", "active"} and years == 1)
        expected[status, years] = (counts and whose != WHOSE[4],) * 3

    assert found == expected
