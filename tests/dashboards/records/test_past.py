"""Past engagement and payments: the past makes no award and tells nobody; what was paid is not paid again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from funding.actions import reconcile_awards
from funding.models import Award, Claim
from hubportal.core import clock, notices
from hubportal.core.models import JournalEntry, Notice, Remembered
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.actions.records.building import built_on
from hubportal.dashboards.actions.records.enrolled import IN_TURN
from hubportal.dashboards.actions.records.lines import Reading, Row
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.kinds import KINDS
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Enrolment, Offer
from schools.models import SchoolTie
from tests import factories as make
from tests.dashboards.records.bringing import bring, counts, done, look_at, outcomes, take_back
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture(autouse=True)
def _now() -> object:
    with clock.fixed(NOW):
        yield


def _told() -> int:
    """E-mails about money."""
    return Notice.objects.filter(kind__in=("award_made", "claim_decided")).count()


def test_past_years_are_entered_without_award_or_email(side: Side) -> None:
    make.RateFactory(offer=side.offer)
    school = make.SchoolFactory(name="Saint Anne's CofE Primary School", authority=side.school.authority)
    phase = side.offer.phase.name
    before = _told()
    table = [
        ["School", "Programme", "Academic Year", "Status", "Reason"],
        ["St Annes C of E Primary", phase, "2024/25", "Yes", ""],
        ["St Annes C of E Primary", phase, "2025-26", "Withdrew", "New headteacher"],
        ["", phase, "2025-26", "", ""],
        ["St Annes C of E Primary", phase, "2025", "", ""],
    ]

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    made = reconcile_awards(now=NOW)
    notices.sweep(NOW)

    assert counts(upload) == {"create": 2, "error": 2}
    assert [words for outcome, words in outcomes(upload) if outcome == "error"] == [
        "The school is empty.",
        "“2025” may mean 2024/25 or 2025/26. Write the school year in full.",
    ]
    entered = Enrolment.objects.filter(school=school).order_by("offer__year")
    assert [(one.offer.year, one.status, one.taken_over) for one in entered] == [
        (2024, "completed", "past"),
        (2025, "withdrawn", "past"),
    ]
    assert entered[1].end_reason == "New headteacher"
    assert (made, Award.objects.filter(enrolment__school=school).count()) == (0, 0)
    assert _told() == before


def test_the_same_file_brings_nothing_twice_and_can_be_taken_back(side: Side) -> None:
    phase = side.offer.phase.name
    years = [["School", "2023/24", "2024/25"], [side.school.name, phase, phase]]
    offers, enrolments = Offer.objects.count(), Enrolment.objects.count()

    first = bring("past", years, hub=side.hub, by=side.users["hub_lead"])
    second = bring("past", years, hub=side.hub, by=side.users["hub_lead"])
    after = Enrolment.objects.count() - enrolments
    # At the next start every offer that has none gets its rate.
    make.RateFactory(offer=Offer.objects.get(phase=side.offer.phase, year=2023))
    take_back(first)

    assert (counts(first), counts(second), after) == ({"create": 1}, {"same": 1}, 2)
    assert (Offer.objects.count(), Enrolment.objects.count()) == (offers, enrolments)
    assert first.state == "undone"


def test_years_made_like_offers_of_one_number_have_a_code_each(side: Side) -> None:
    """Numbers move from year to year: three programmes had the same one, each in a year of its own."""
    names = ("Alpha Phase", "Beta Phase", "Gamma Phase", "Delta Phase")
    for year, name in enumerate(names, start=2023):
        phase = make.PhaseFactory(name=name)
        make.OfferFactory(phase=phase, code=f"NCP{year % 100}-14a", year=year, is_published=True)
    table = [["School", "Programme", "Year"], *([side.school.name, name, "2021/22"] for name in names)]

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert counts(upload) == {"create": 4}
    codes = Offer.objects.filter(year=2021).order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["NCP21-14a", "NCP21-14a-2021", "NCP21-14a-2021a", "NCP21-14a-2021b"]


@pytest.mark.parametrize(("is_once", "ended", "says"), [(True, "", True), (False, "", False), (True, "Left", False)])
def test_line_says_that_a_programme_that_is_done_once_was_done_before(
    side: Side, is_once: bool, ended: str, says: bool
) -> None:
    phase = make.PhaseFactory(name="Development")
    make.OfferFactory(phase=phase, is_once=is_once, is_published=True)
    table = [["School", "Programme", "Year", "Outcome"], [side.school.name, "Development", "2023/24", ended]]
    bring("past", table, hub=side.hub, by=side.users["hub_lead"])

    again = look_at("past", [table[0], [*table[1][:2], "2025/26", ""]], hub=side.hub, by=side.users["hub_lead"])

    ((outcome, words),) = outcomes(again)
    said = f"A school does {phase} once, and {side.school.name} has 2023/24 (completed) on record already: is that"
    assert (outcome, said in words) == ("create", says)


@pytest.fixture(params=["prepares for it", "is followed by it"])
def readiness(request: pytest.FixtureRequest) -> Offer:
    """What a school does in the year before Development."""
    then, is_named = make.PhaseFactory(name="Development"), request.param == "prepares for it"
    first = make.PhaseFactory(name="Readiness", prepares_for=then if is_named else None)
    make.OfferFactory(phase=then, is_published=True).follows.set([] if is_named else [first])
    offer: Offer = make.OfferFactory(phase=first, is_published=True)
    return offer


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("year", "ended", "says"),
    [("2025/26", "Completed", True), ("2024/25", "Completed", False), ("2025/26", "Withdrew", False)],
)
@pytest.mark.usefixtures("readiness")
def test_line_says_that_of_two_programmes_in_one_year_one_goes_before_the_other(
    side: Side, order: int, year: str, ended: str, says: bool
) -> None:
    """The second of the two, whichever that is."""
    lines = [[side.school.name, "Readiness", year, ended], [side.school.name, "Development", "2025/26", "Completed"]]
    table = [["School", "Programme", "Year", "Outcome"], *lines[::order]]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    said = IN_TURN.format("Readiness", "Development", side.school.name, "2025/26")
    assert [(outcome, said in words) for outcome, words in outcomes(upload)] == [("create", False), ("create", says)]


def test_line_that_ends_a_programme_in_the_year_of_the_next_is_doubted(side: Side, readiness: Offer) -> None:
    then = Offer.objects.get(phase__name="Development")
    for offer in (readiness, then):
        make.EnrolmentFactory(school=side.school, offer=offer, hub=side.hub, status="active")
    table = [["School", "Programme", "Year", "Outcome"], [side.school.name, "Readiness", "2026/27", "Completed"]]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    ((outcome, words),) = outcomes(upload)
    said = IN_TURN.format("Readiness", "Development", side.school.name, "2026/27")
    assert (outcome, said in words) == ("change", True)


def test_what_somebody_built_on_stays_and_says_why(side: Side) -> None:
    phase = side.offer.phase.name
    table = [
        ["School", "Programme", "Year"],
        [side.school.name, phase, "2024/25"],
        [side.school.name, phase, "2023/24"],
    ]
    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    used = Enrolment.objects.get(school=side.school, offer__year=2024)
    make.EnrolledTeacherFactory(enrolment=used)

    job = take_back(upload)

    assert job.result["kept"] == 1
    kept = upload.lines.exclude(kept="").get()
    assert "cannot go, as something has been added to it since: teacher." in kept.kept
    assert [one.offer.year for one in Enrolment.objects.filter(school=side.school).order_by("offer__year")] == [
        2024,
        2026,
    ]


def test_award_goes_with_its_enrolment_and_stays_with_one_that_stays(side: Side) -> None:
    other = make.SchoolFactory(name="Quite Another School", authority=side.school.authority)
    phase = side.offer.phase.name
    table = [["School", "Programme", "Year"], [side.school.name, phase, "2024/25"], [other.name, phase, "2024/25"]]
    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    stays, goes = (Enrolment.objects.get(school=one, offer__year=2024) for one in (side.school, other))
    make.EnrolledTeacherFactory(enrolment=stays)
    awards = [make.AwardFactory(enrolment=one, claimed=0) for one in (stays, goes)]

    take_back(upload)

    assert list(Award.objects.filter(pk__in=[one.pk for one in awards])) == [awards[0]]
    assert not Enrolment.objects.filter(pk=goes.pk).exists()


def test_tie_that_somebody_else_needs_by_then_stays(side: Side) -> None:
    """The hub decided about one of two schools in the portal since: that one it keeps seeing, wherever it moves to."""
    built, other = (make.SchoolFactory(name=f"Quite {name}", authority=side.school.authority) for name in ("A", "B"))
    table = [["School", "Programme", "Year"], *([one.name, side.offer.phase.name, "2024/25"] for one in (built, other))]
    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    ties = SchoolTie.objects.filter(hub=side.hub, school__in=(built, other))
    before = ties.count()
    make.EnrolmentFactory(school=built, offer=side.offer, hub=side.hub)

    take_back(upload)

    assert (before, [one.school for one in ties]) == (2, [built])
    # It is the other's now: nothing of the file is left.
    assert not upload.lines.exclude(kept="", made=[]).exists()


def test_what_persons_do_is_no_schools_and_drafts_are_passed_over(side: Side) -> None:
    single = make.OfferFactory(phase=make.PhaseFactory(name="Single Persons"), enrols="persons", year=2025)
    own = make.EnrolmentFactory(school=side.school, offer=single, person=make.PersonFactory(), hub=side.hub)
    draft = make.OfferFactory(phase=side.offer.phase, year=2025, is_published=False)
    years = ("2025/26", "2024/25")
    lines = [[side.school.name, phase.name, year] for phase in (single.phase, side.offer.phase) for year in years]

    upload = bring("past", [["School", "Programme", "Year"], *lines], hub=side.hub, by=side.users["hub_lead"])

    assert counts(upload) == {"error": 2, "create": 2}
    assert [words for outcome, words in outcomes(upload) if outcome == "error"] == [
        f"{single.phase} is for single persons in {year}: say who took part. Choose the column of their names, or add "
        "one: “Who took part”."
        for year in years
    ]
    own.refresh_from_db()
    assert own.status == "accepted"
    assert not Enrolment.objects.filter(offer=draft).exists()


def test_a_payment_in_mid_year_counts_on_the_award_and_is_not_paid_again(side: Side) -> None:
    make.RateFactory(offer=side.offer, amount=Decimal("1000.00"))
    Claim.objects.all().delete()
    Award.objects.all().delete()
    before = _told()
    table = [
        ["School", "Programme", "Year", "Amount", "Date paid", "Invoice"],
        [side.school.name, side.offer.phase.name, "2026/27", "£400.00", "5 Jan 2027", "INV-1"],
        [side.school.name, side.offer.phase.name, "2025/26", "£500", "15/12/2025", "INV-0"],
    ]

    upload = bring("payments", table, hub=side.hub, by=side.users["hub_lead"])
    again = look_at("payments", table, hub=side.hub, by=side.users["hub_lead"])
    made = reconcile_awards(now=NOW + timedelta(minutes=1))
    notices.sweep(NOW)

    assert counts(upload) == {"create": 2}
    assert counts(again) == {"same": 2}
    found = Award.objects.order_by("enrolment__offer__year").values_list("enrolment__offer__year", "amount", "claimed")
    assert list(found) == [(2025, Decimal("500.00"), Decimal("500.00")), (2026, Decimal("1000.00"), Decimal("400.00"))]
    assert (made, _told()) == (0, before)


def test_a_payment_counts_on_an_award_that_stands_and_goes_back(side: Side) -> None:
    table = [
        ["School", "Programme", "Year", "Amount", "Paid on", "What for"],
        [side.school.name, side.offer.phase.name, "2026/27", "100", "05/01/2027", "Teacher release"],
        [side.school.name, side.offer.phase.name, "2026/27", "2000", "06/01/2027", "Teacher release"],
    ]

    upload = bring("payments", table, hub=side.hub, by=side.users["hub_lead"])
    side.award.refresh_from_db()
    with_payment = side.award.claimed
    take_back(upload)
    side.award.refresh_from_db()

    assert counts(upload) == {"create": 1, "error": 1}
    assert (with_payment, side.award.claimed) == (Decimal("500.00"), Decimal("400.00"))


def test_word_that_names_its_ladder_means_that_ladder_at_every_school(side: Side) -> None:
    """“Dev” is each school's own Development; “Secondary Dev” says which, also beside a primary school's name."""
    steps = {}
    for ladder, admitted in (("Primary", [2]), ("Secondary", [4])):
        pathway = make.PathwayFactory(name=ladder)
        steps[ladder] = make.PhaseFactory(pathway=pathway, short_name="Development")
        make.OfferFactory(phase=steps[ladder], school_phases=admitted)
    said = {"owner": side.hub, "topic": "programme", "meant": str(steps["Secondary"].pk), "at": NOW}
    for word in ("dev", "secondary dev"):
        Remembered.objects.create(given=word, **said)
    world = World(hub=side.hub, by=side.users["hub_lead"], now=NOW)
    school = Known(pk=1, name="Oak", phase_code=2)
    row = Row(1, [], {}, Reading(KINDS["past"], {}, {}, from_1904=False))

    found = [world.programme(row, word, school) for word in ("Dev", "Secondary Dev")]

    assert found == [steps["Primary"], steps["Secondary"]]


def test_who_presses_stands_in_the_journal_not_who_handed_the_file_in(side: Side) -> None:
    table = [["School", "2024/25"], [side.school.name, side.offer.phase.name]]
    upload = look_at("past", table, hub=side.hub, by=side.users["hub_admin"])
    uploads.bring_in(upload=upload, by=side.users["hub_lead"], now=NOW, seen=uploads.preview_of(upload))
    done(work.APPLY)

    entry = JournalEntry.objects.get(what="Records brought in")
    assert (upload.by, entry.by) == (side.users["hub_admin"], side.users["hub_lead"])


def test_number_of_another_school_than_the_name_says_is_asked_about(side: Side) -> None:
    """One mistyped URN books nothing on a school that the line does not name; a new name of the same school does."""
    named = make.SchoolFactory(name="Stathern Primary School", town="Stathern", authority=side.school.authority)
    numbered = make.SchoolFactory(name="Worthington School", town="Ashby", authority=side.school.authority)
    urn, phase = str(numbered.urns.get().urn), side.offer.phase.name
    table = [["School", "URN", "2024/25"], [named.name, urn, phase], ["Worthington Juniors", urn, phase]]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    (asked,) = upload.unknown["schools"].values()
    assert asked["candidates"] == [named.pk, numbered.pk]
    assert [outcome for outcome, _words in outcomes(upload)] == ["ask", "create"]
    answers = dict.fromkeys(upload.unknown["schools"], int(numbered.pk))
    uploads.answer(upload=upload, words={}, schools=answers, by=side.users["hub_lead"], now=NOW)
    done(work.READ)
    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "same"]


def test_number_of_a_school_that_is_called_otherwise_is_asked_about_or_told_of(side: Side) -> None:
    """A column of numbers that slipped by a row: what the name may be is asked; a name that is nobody's is told of."""
    crick = make.SchoolFactory(name="Crick Primary School", town="Crick", authority=side.school.authority)
    for town in ("Brixworth", "Kettering"):
        make.SchoolFactory(name="Brixworth CofE Primary School", town=town, authority=side.school.authority)
    urn, phase = str(crick.urns.get().urn), side.offer.phase.name
    table = [
        ["School", "URN", "2024/25"],
        *(["Brixworth Primary", urn, phase], ["Zzyzx Academy", urn, phase], ["Cricke Sch", urn, phase]),
        ["Crick Primary School", "999999", phase],
    ]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    said = outcomes(upload)
    assert [outcome for outcome, _words in said] == ["ask", "create", "same", "same"]
    assert said[0][1].startswith("“Brixworth Primary” may be another school, but the number is that of Crick")
    assert f"The school, by its number: {crick.name}, Crick" in said[1][1]
    assert "by its number" not in said[2][1]
    assert "No school is known that has the URN 999999. The school: Crick" in said[3][1]


@pytest.mark.parametrize(
    ("named", "numbered", "written"),
    [
        ("Abbey Mead Primary Academy", "Abbey CofE Academy", "Abbey Mead"),
        ("Alderman Richard Hallam Primary School", "Orchard CofE Primary School", "Alderman Richard Hallam"),
    ],
)
def test_name_that_has_more_of_another_school_than_of_the_numbered_one_is_asked_about(
    side: Side, named: str, numbered: str, written: str
) -> None:
    """One word in common, or one like another, says nothing where another school is called so."""
    meant = make.SchoolFactory(name=named, authority=side.school.authority)
    urn = make.SchoolFactory(name=numbered, authority=side.school.authority).urns.get().urn
    table = [["School", "URN", "2024/25"], [written, str(urn), side.offer.phase.name]]

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert [outcome for outcome, _words in outcomes(upload)] == ["ask"]
    assert next(iter(upload.unknown["schools"].values()))["candidates"][0] == meant.pk


def test_file_that_moved_or_went_on_changing_what_another_brought_builds_on_it(side: Side) -> None:
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    make.PersonFactory(name="Jo Hill", school=school)
    heads, by = ["School", "Programme", "Year", "Outcome"], side.users["hub_lead"]
    years = [
        bring("past", [heads, [school.name, side.offer.phase.name, "2026/27", outcome]], hub=side.hub, by=by)
        for outcome in ("Active", "Paused")
    ]
    phones = [
        bring("people", [["Name", "School", "Telephone"], ["Jo Hill", school.name, phone]], hub=side.hub, by=by)
        for phone in ("01632 960001", "01632 960002")
    ]

    assert [built_on(one) for one in (*years, *phones)] == [[years[1]], [], [phones[1]], []]


def test_line_tells_of_schools_elsewhere_that_are_called_as_the_hubs_own(side: Side) -> None:
    make.SchoolFactory(name="Parks Primary School", town="Leicester", authority=side.school.authority)
    for n in range(5):
        make.SchoolFactory(name="Parks Primary School", town=f"Hull {n}", hub=make.HubFactory())
    table = [["School", "Programme", "Year"], ["Parks Primary School", side.offer.phase.name, "2024/25"]]

    ((_outcome, words),) = outcomes(look_at("past", table, hub=side.hub, by=side.users["hub_lead"]))

    assert "The school: Parks Primary School, Leicester" in words
    assert "Called so, too: Parks Primary School, Hull 0" in words
    assert words.endswith(", and 2 more.")
