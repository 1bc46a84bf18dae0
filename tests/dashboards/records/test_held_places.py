"""Whoever a file names gets a place that is held as to be named, while one is free; taken back, it is held again."""

from datetime import date, timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import Job
from hubportal.dashboards.actions.records import past
from programmes.actions import turns
from programmes.actions.enrolments import free_place
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn
from schools.models import Person
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, bring_in, counts, look_at, outcomes, take_back
from tests.world import NOW, Side
from workgroups.actions import groups
from workgroups.models import Participant

pytestmark = pytest.mark.django_db
HELD = "has a place that was to be named."


@pytest.fixture
def held(side: Side) -> Enrolment:
    """A school that takes part, with two places, both to be named."""
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    made: Enrolment = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub, status="active")
    for has_lead_role in (True, False):
        make.EnrolledTeacherFactory(enrolment=made, person=None, has_lead_role=has_lead_role)
    return made


def _groups(held: Enrolment, teachers: str) -> Table:
    head = ["Work Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1"]
    phase, school = held.offer.phase.name, str(held.school.name)
    return [head, ["North", phase, "2026/27", "Lee Leader", school, teachers, "26 January 2027"]]


def _past(held: Enrolment, teachers: str) -> Table:
    head = ["School", "Programme", "Year", "Outcome", "Participant"]
    return [head, [str(held.school.name), held.offer.phase.name, "2026/27", "active", teachers]]


def _names(held: Enrolment) -> list[str]:
    return [str(one) for one in EnrolledTeacher.objects.filter(enrolment=held).order_by("pk")]


@pytest.mark.parametrize("kind", ["groups", "past"])
def test_teachers_of_a_file_have_the_places_that_are_held(side: Side, held: Enrolment, kind: str) -> None:
    table = (_groups if kind == "groups" else _past)(held, "Ann Able; Ben Bold; Cat Clay")

    upload = bring(kind, table, hub=side.hub, by=side.users["hub_lead"])
    said, names = outcomes(upload)[0][1], _names(held)
    is_to_name = Enrolment.objects.to_name().filter(pk=held.pk).exists()
    again = look_at(kind, table, hub=side.hub, by=side.users["hub_lead"])
    result = take_back(upload).result

    assert (names, is_to_name) == (["Ann Able", "Ben Bold", "Cat Clay"], False)
    assert [f"{name} {HELD}" in said for name in names] == [True, True, False]
    assert counts(again) == {"same": 1}
    assert (_names(held), result["kept"]) == (["To be named"] * 2, 0)
    lead = EnrolledTeacher.objects.filter(enrolment=held).values_list("has_lead_role", flat=True)
    assert list(lead.order_by("pk")) == [True, False]
    assert not Person.objects.filter(name__in=names).exists()


def test_place_of_whom_a_register_tells_stays_and_goes_later(side: Side, held: Enrolment) -> None:
    """As does that of whoever else is in the group: it stays whole."""
    lead = side.users["hub_lead"]
    upload = bring("groups", _groups(held, "Ann Able; Ben Bold"), hub=side.hub, by=lead)
    register = [["Name", "Group", "Date", "Mark"], ["Ann Able", "North", "6 Oct 2026", "Y"]]
    marks = bring("attendance", register, hub=side.hub, by=lead, constants={"year": "2026/27"})

    take_back(upload)
    first, why = _names(held), " ".join(upload.lines.values_list("kept", flat=True))
    take_back(marks)
    take_back(upload)

    assert first == ["Ann Able", "Ben Bold"]
    assert "Teacher “Ann Able” stays: they take part in a group that stays." in why
    assert _names(held) == ["To be named"] * 2
    assert upload.lines.exclude(kept="").count() == 0


def test_place_that_passes_on_since_stays_as_it_is(side: Side, held: Enrolment) -> None:
    upload = bring("past", _past(held, "Ann Able"), hub=side.hub, by=side.users["hub_lead"])
    place = EnrolledTeacher.objects.select_related("person").get(enrolment=held, person__name="Ann Able")
    assert place.person is not None
    later = NOW.date() + timedelta(days=30)
    turns.hand_over(enrolled=place, leaver=place.person, to=None, from_on=later, now=NOW)

    take_back(upload)

    assert _names(held) == ["Ann Able", "To be named"]
    assert "changed since" in upload.lines.get().kept


def test_place_that_somebody_left_is_the_newcomers_from_the_day_after(side: Side, held: Enrolment) -> None:
    left = EnrolledTeacher.objects.filter(enrolment=held).earliest("pk")
    old = make.PersonFactory(name="Old Hand", school=held.school)
    EnrolledTeacher.objects.filter(pk=left.pk).update(person=old)
    left.refresh_from_db()
    free_place(enrolled=left, by=None, now=clock.at_london(date(2026, 12, 1)))

    upload = bring("groups", _groups(held, "Ann Able; Old Hand"), hub=side.hub, by=side.users["hub_lead"])
    turns.turn_over(now=NOW)
    groups.reconcile_participants(now=NOW)

    assert _names(held) == ["Ann Able", "To be named"]
    assert "Old Hand had a place until 30 November 2026, and gets none again by a file." in outcomes(upload)[0][1]
    kept = TeacherTurn.objects.filter(enrolled=left).order_by("pk").values_list("person__name", "since", "until")
    assert list(kept) == [("Old Hand", None, date(2026, 11, 30)), ("Ann Able", date(2026, 12, 1), None)]
    ann = Participant.objects.get(person__name="Ann Able")
    assert (ann.since, ann.until) == (date(2026, 12, 1), None)
    take_back(upload)
    turns.turn_over(now=NOW)
    assert _names(held) == ["To be named"] * 2
    assert list(left.turns.values_list("person", "until")) == [(old.pk, date(2026, 11, 30))]


@pytest.mark.parametrize("kind", ["groups", "past"])
def test_nobody_has_a_place_before_their_turn_in_another(side: Side, held: Enrolment, kind: str) -> None:
    first, _second = EnrolledTeacher.objects.filter(enrolment=held).order_by("pk")
    zoe = make.PersonFactory(name="Zoe Last")
    ann = make.PersonFactory(name="Ann Able", school=held.school)
    EnrolledTeacher.objects.filter(pk=first.pk).update(person=zoe)
    first.refresh_from_db()
    later = NOW.date() + timedelta(days=30)
    turns.hand_over(enrolled=first, leaver=zoe, to=ann, from_on=later, now=NOW)
    table = (_groups if kind == "groups" else _past)(held, "Ann Able")

    upload = bring(kind, table, hub=side.hub, by=side.users["hub_lead"])
    names = _names(held)
    turns.turn_over(now=clock.at_london(later))

    said = f"Ann Able has a place from {later.day} {later:%B %Y}, and gets no other before."
    assert said in outcomes(upload)[0][1]
    assert names == ["Zoe Last", "To be named"]
    assert _names(held) == ["Ann Able", "To be named"]
    assert not Participant.objects.filter(person=ann, since__lte=NOW.date()).exists()


@pytest.mark.parametrize("days", [0, 30])
def test_place_that_is_somebodys_from_a_day_on_is_not_free(side: Side, held: Enrolment, days: int) -> None:
    """Nor on that day itself, before the portal has let the place be theirs."""
    first, second = EnrolledTeacher.objects.filter(enrolment=held).order_by("pk")
    EnrolledTeacher.objects.filter(pk=second.pk).delete()
    coming = make.PersonFactory(name="Zoe Last", school=held.school)
    TeacherTurn.objects.create(enrolled=first, person=coming, since=NOW.date() + timedelta(days=days))

    upload = bring("past", _past(held, "Ann Able; Zoe Last"), hub=side.hub, by=side.users["hub_lead"])

    assert _names(held) == ["To be named", "Ann Able"]
    assert HELD not in outcomes(upload)[0][1]


def test_place_that_a_colleague_fills_meanwhile_is_not_written_over(
    side: Side, held: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = look_at("past", _past(held, "Ann Able"), hub=side.hub, by=side.users["hub_lead"])
    first, other = EnrolledTeacher.objects.filter(enrolment=held).earliest("pk"), make.PersonFactory(name="Zoe Last")
    rows = EnrolledTeacher.objects.filter(pk=first.pk)
    monkeypatch.setattr(past.Past, "finish", lambda _planner: rows.update(person=other))

    job = bring_in(upload)

    assert job.state == Job.State.WAITING
    assert "Ann Able" not in _names(held)
