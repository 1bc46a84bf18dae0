"""History of a school that has become another: it stays under its own name, and whoever looks is told."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads, work
from programmes.models import Enrolment
from schools.models import Person, School
from tests import factories as make
from tests.dashboards.records.bringing import bring, bring_in, counts, done, look_at, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Attendance, Place, Visit

pytestmark = pytest.mark.django_db
HEADINGS = ["School", "URN", "Programme", "Year"]


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        School.objects.filter(pk=made.school.pk).update(name="Desford Community Primary School", town="Leicester")
        made.school.refresh_from_db()
        yield made


@pytest.fixture
def gone(side: Side) -> School:
    found: School = make.SchoolFactory(
        name="Martinshaw Primary School",
        town="Leicester",
        authority=side.school.authority,
        gias_status=School.GiasStatus.CLOSED,
        closed_on=date(2024, 8, 31),
        succeeded_by=side.school,
    )
    return found


def _bring(side: Side, kind: str, table: list[list[str]]) -> Upload:
    return bring(kind, table, hub=side.hub, by=side.users["hub_lead"])


def _urn(school: School) -> str:
    return str(school.urns.get().urn)


def test_history_of_a_merged_school_is_its_own_until_it_closed(side: Side, gone: School) -> None:
    phase = side.offer.phase.name
    years = ("2021/22", "2023/24", "2024/25")
    lines = [["Martinshaw Primary School", _urn(gone), phase, year] for year in years]
    lines += [["Martinshaw Primary School", "", phase, "2022/23"], ["", _urn(side.school), phase, "2021/22"]]

    upload = _bring(side, "past", [HEADINGS, *lines])
    again = look_at("past", [HEADINGS, *lines], hub=side.hub, by=side.users["hub_lead"])
    journey = side.browser("hub_lead").get(reverse("programmes:school-journey", args=[side.school.pk])).text

    past = Enrolment.objects.filter(offer__year__lt=2026).order_by("offer__year", "school")
    assert [(one.offer.year, one.school) for one in past] == [
        (2021, side.school),
        (2021, gone),
        (2022, gone),
        (2023, gone),
        (2024, side.school),
    ]
    words = [said for _outcome, said in outcomes(upload)]
    became = f"{gone.name}, Leicester, {gone.authority.name}, URN {_urn(gone)} has closed: {side.school.name}, "
    assert [became in one for one in words] == [True] * 4 + [False]
    assert f"\n{gone.name}: " in words[0]
    assert counts(again) == {"same": 5}
    assert journey.count("as Martinshaw Primary School") == 3


def test_what_may_go_on_is_entered_with_the_school_of_today(side: Side, gone: School) -> None:
    _bring(side, "past", [[*HEADINGS, "Outcome"], ["", _urn(gone), side.offer.phase.name, "2022/23", "Paused"]])

    assert Enrolment.objects.get(offer__year=2022).school == side.school


def test_groups_registers_visits_and_payments_follow_a_merged_school(side: Side, gone: School) -> None:
    phase, urn, year = side.offer.phase.name, _urn(gone), "2022/23"
    head = [*HEADINGS, "Group", "Leader", "Meeting 1", "Teacher"]
    line = ["", urn, phase, year, "Old", side.leader.person.name, "4/10/2022", "Ann Able"]

    files = [
        _bring(side, "past", [HEADINGS, ["", urn, phase, year]]),
        _bring(side, "groups", [head, line]),
        _bring(
            side,
            "attendance",
            [
                ["Name", "URN", "Group", "Date", "Mark"],
                ["Ann Able", urn, "Old", "4/10/2022", "Y"],
                ["Ben Bold", urn, "Old", "4/10/2022", "Y"],
            ],
        ),
        _bring(side, "visits", [["URN", "Date"], [urn, "4/11/2022"]]),
        _bring(side, "payments", [[*HEADINGS, "Amount", "Paid on"], ["", urn, phase, year, "500", "1/2/2023"]]),
    ]

    assert [counts(one) for one in files] == [{"create": 1}, {"create": 1}, {"create": 2}, *[{"create": 1}] * 2]
    kept = Enrolment.objects.get(offer__year=2022)
    assert (kept.school, int(kept.awards.get().claimed), Place.objects.get(enrolment=kept).group.name) == (
        gone,
        500,
        "Old",
    )
    assert set(Attendance.objects.values_list("meeting__group__name", flat=True)) == {"Old"}
    assert Visit.objects.get(on=date(2022, 11, 4)).school == gone
    # Its people are those of the school of today.
    assert {one.school for one in Person.objects.filter(name__in=("Ann Able", "Ben Bold"))} == {side.school}


def test_school_that_may_be_meant_says_what_it_was(side: Side, gone: School) -> None:
    School.objects.filter(pk=side.school.pk).update(former_names="Desford County School")
    line = ["Martinshaw Primary School, Groby", "", side.offer.phase.name, "2022/23"]
    upload = look_at("past", [HEADINGS, line], hub=side.hub, by=side.users["hub_lead"])
    assert counts(upload) == {"ask": 1}

    shown = side.browser("hub_lead").get(reverse("dashboards:record-schools", args=[upload.pk])).text
    (key,) = upload.unknown["schools"]
    uploads.answer(upload=upload, words={}, schools={key: side.school.pk}, by=side.users["hub_lead"], now=NOW)
    again = _bring_answered(upload)

    assert "<br>took the place of Martinshaw Primary School, Leicester" in shown
    assert "<br>formerly Desford County School" in shown
    assert Enrolment.objects.get(offer__year=2022).school == gone
    assert "has closed: Desford Community Primary School" in outcomes(again)[0][1]


def _bring_answered(upload: Upload) -> Upload:
    done(work.READ)
    upload.refresh_from_db()
    bring_in(upload)
    return upload
