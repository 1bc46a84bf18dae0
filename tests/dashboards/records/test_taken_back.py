"""Files of one group taken back one after the other: what the portal did by itself in between goes with the group."""

from datetime import date

import pytest
from django.urls import reverse

from hubportal.core import notices
from hubportal.core.models import JournalEntry, Notice, Upload
from hubportal.core.records import record_key
from hubportal.dashboards.actions.records.building import built_on
from programmes.models import Enrolment, Leader
from schools.models import Person, Role, SchoolTie
from tests import factories as make
from tests.dashboards.records.bringing import bring, take_back
from tests.world import NOW, Side
from workgroups.models import Group, Meeting, Participant, Place, Visit

pytestmark = pytest.mark.django_db
TABLES = (Group, Place, Enrolment, Meeting, Participant, Person, Leader, Role, Visit, SchoolTie)


def _files(side: Side) -> dict[str, list[list[str]]]:
    hill = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority).name
    phase = side.offer.phase.name
    heads = ["Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1"]
    return {
        "groups": [heads, ["North", phase, "2026/27", "Lee Leader", hill, "Ann Able", "6 Oct 2026"]],
        "attendance": [
            ["Name", "Group", "School year", "Date", "Mark"],
            ["Ann Able", "North", "2026/27", "6/10/26", "Y"],
        ],
        "visits": [["School", "Date of visit"], [hill, "12 Nov 2026"]],
        "payments": [
            ["School", "Programme", "Year", "Amount", "Paid on"],
            [hill, phase, "2026/27", "400", "5 Jan 2027"],
        ],
    }


def _bring(side: Side, *kinds: str) -> list[Upload]:
    files = _files(side)
    return [bring(kind, files[kind], hub=side.hub, by=side.users["hub_lead"]) for kind in kinds]


def _planned_for_nothing() -> list[str]:
    visits = {record_key(one) for one in Visit.objects.all()}
    planned = Notice.objects.filter(state="planned", target__startswith="workgroups.visit:")
    return [one for one in planned.values_list("target", flat=True) if one not in visits]


def _left(before: list[int]) -> dict[str, int]:
    now = [model.objects.count() for model in TABLES]
    return {model.__name__: many - was for model, many, was in zip(TABLES, now, before, strict=True) if many != was}


def test_group_goes_whole_after_the_files_that_built_on_it(side: Side) -> None:
    """In the order that the pages advise: the visits that are owed again when a visit is taken back go, too."""
    before = [model.objects.count() for model in TABLES]
    groups, *rest = _bring(side, "groups", "attendance", "visits", "payments")
    notices.sweep(NOW)

    for upload in built_on(groups):
        take_back(upload)
    group = Group.objects.get(name="North")
    owed, stray = group.visits.filter(status="to_book").count(), _planned_for_nothing()
    result = take_back(groups).result

    assert len(rest) == 3
    assert (owed > 0, stray) == (True, [])
    assert (result["kept"], _left(before)) == (0, {})
    assert _planned_for_nothing() == []


def test_visit_that_somebody_booked_keeps_its_group(side: Side) -> None:
    (groups,) = _bring(side, "groups")
    visit = Visit.objects.filter(group__name="North").order_by("number")[0]
    Visit.objects.filter(pk=visit.pk).update(status="booked", on=date(2027, 3, 2), starts_at=NOW, sequence=1)

    take_back(groups)
    take_back(groups)

    group = Group.objects.get(name="North")
    assert visit in group.visits.all()
    assert (group.places.count(), group.status) == (1, "running")


def test_what_stayed_goes_once_nobody_uses_it_though_visits_were_planned_again(side: Side) -> None:
    before = [model.objects.count() for model in TABLES]
    groups, visits = _bring(side, "groups", "visits")

    for upload in (groups, visits, groups):
        take_back(upload)

    assert _left(before) == {}


def test_role_of_years_ago_goes_though_the_leader_leads_today(side: Side) -> None:
    """As does, without a word, the tie to a school that the hub runs something else for."""
    before = [model.objects.count() for model in TABLES]
    lee, phase = side.leader, side.offer.phase.name
    heads = ["Group", "Programme", "Year", "Leader", "School"]
    Leader.objects.filter(pk=lee.pk).update(starts_on=date(2025, 9, 1))
    table = [heads, ["Old", phase, "2023/24", lee.person.name, side.school.name]]
    upload = bring("groups", table, hub=side.hub, by=side.users["hub_lead"])
    role = Role.objects.get(person=lee.person, ends_on=date(2024, 8, 31))

    take_back(upload)

    assert not Role.objects.filter(pk=role.pk).exists()
    assert set(upload.lines.values_list("kept", flat=True)) == {""}
    assert set(_left(before)) <= {"SchoolTie"}
    note = JournalEntry.objects.get(what="Records taken back").note
    assert note.partition(" ")[2] == "records removed"


def test_payment_on_an_award_that_the_portal_made_builds_on_the_file_of_the_group(side: Side) -> None:
    (groups,) = _bring(side, "groups")
    enrolment = Enrolment.objects.get(places__group__name="North")
    make.AwardFactory(enrolment=enrolment, amount=400)
    table = [
        ["School", "Programme", "Year", "Amount", "Paid on"],
        [enrolment.school.name, side.offer.phase.name, "2026/27", "400", "5 Jan 2027"],
    ]
    payments = bring("payments", table, hub=side.hub, by=side.users["hub_lead"])

    before = built_on(groups)
    take_back(groups)

    assert before == [payments]
    assert "Money claimed or paid “" in "".join(groups.lines.values_list("kept", flat=True))
    take_back(payments)
    take_back(groups)
    assert not Enrolment.objects.filter(pk=enrolment.pk).exists()


def test_list_says_how_much_of_a_file_that_is_taken_back_has_stayed(side: Side) -> None:
    by, what = side.users["hub_lead"], [side.school.name, side.offer.phase.name, "2024/25"]
    past = bring("past", [["School", "Programme", "Year"], what], hub=side.hub, by=by)
    paid = [["School", "Programme", "Year", "Amount", "Paid on"], [*what, "500", "15/12/2024"]]
    payments = bring("payments", paid, hub=side.hub, by=by)
    browser = side.browser("hub_lead")

    shown = []
    for upload in (past, payments, past):
        take_back(upload)
        shown.append(browser.get(reverse("dashboards:record-list")).text)

    states = [[words in page for words in ("Not taken back: 1 line stays", "Taken back</")] for page in shown]
    assert states == [[True, False], [True, True], [False, True]]
    assert Upload.objects.get(pk=past.pk).standing == "Taken back"


def test_of_a_file_that_went_in_part_the_list_says_so(side: Side) -> None:
    hill = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority).name
    table = [["School", "Name"], [hill, "Ann Able"], [hill, "Bo Brown"]]
    people = bring("people", table, hub=side.hub, by=side.users["hub_lead"])
    Person.objects.filter(name="Bo Brown").update(phone="01632 960123")

    take_back(people)

    assert Upload.objects.get(pk=people.pk).standing == "Taken back in part: 1 line stays"
