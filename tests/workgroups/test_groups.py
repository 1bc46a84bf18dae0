"""Groups: places without overfilling, a start that tells everybody once, participants that follow."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher, Enrolment
from schools import roles
from schools.models import Role, School
from tests import factories as make
from tests.races import at_once
from workgroups.actions import groups, meetings, registers
from workgroups.models import Group, Meeting, Participant, Visit

pytestmark = pytest.mark.django_db

NOW = clock.at_london(date(2026, 9, 14), 10)
START, END = time(13, 30), time(16, 0)
IN_JULY = clock.at_london(date(2027, 7, 20))


@pytest.fixture
def group() -> Group:
    """A forming group for two or three schools with three meetings and three visits, and the year's half-terms."""
    make.make_half_terms()
    return make.GroupFactory()


def accepted(group: Group, **school: Any) -> Enrolment:
    """A school of the hub that was accepted into the group's offer, with a teacher and one still to be named."""
    place = make.SchoolFactory(authority__hub=group.hub, **school)
    enrolment = make.EnrolmentFactory(school=place, offer=group.offer, hub=group.hub)
    make.EnrolledTeacherFactory(enrolment=enrolment)
    make.EnrolledTeacherFactory(enrolment=enrolment, person=None)
    return enrolment


def place(group: Group, enrolment: Enrolment) -> Any:
    return groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)


def plan(group: Group) -> None:
    days = meetings.propose_dates(group=group, weekday=1, today=NOW.date())
    slots = [meetings.Slot(day, START, END) for day in days]
    meetings.plan_meetings(group=group, slots=slots, by=None, now=NOW)


def start(group: Group, reason: str = "") -> None:
    groups.start_group(group=group, by=None, now=NOW, reason=reason)


def running(group: Group, schools: int = 2) -> list[Any]:
    found = [place(group, accepted(group)) for _ in range(schools)]
    plan(group)
    start(group)
    return found


def test_group_needs_a_leader_of_the_offers_kind(group: Group) -> None:
    other = make.LeaderFactory(hub=group.hub, kind=roles.READINESS_LEAD)

    with pytest.raises(groups.CannotGroup, match="is led by a Mastery Specialist"):
        groups.make_group(offer=group.offer, hub=group.hub, name="New", leader=other, host=None, by=None)


def test_leader_is_not_given_more_groups_than_agreed(group: Group) -> None:
    make.GroupFactory(offer=group.offer, hub=group.hub, leader=group.leader)

    with pytest.raises(groups.CannotGroup, match="leads 2 groups this year already"):
        groups.make_group(offer=group.offer, hub=group.hub, name="Third", leader=group.leader, host=None, by=None)


def test_group_of_a_hubs_own_programme_is_made_by_that_hub_alone(group: Group) -> None:
    """Who works for two hubs sees both hubs' programmes."""
    own = make.OfferFactory(hub=group.hub, leader_kind=group.leader.kind)
    others = make.OfferFactory(hub=make.HubFactory(), leader_kind=group.leader.kind)
    about: dict[str, Any] = {"hub": group.hub, "name": "New", "leader": group.leader, "host": None, "by": None}

    made = groups.make_group(offer=own, **about)
    with pytest.raises(groups.CannotGroup, match="is another hub's own programme"):
        groups.make_group(offer=others, **about)

    assert made.offer == own


def test_name_of_a_group_is_given_once(group: Group) -> None:
    with pytest.raises(groups.CannotGroup, match="already has a group of this name"):
        groups.make_group(offer=group.offer, hub=group.hub, name=group.name, leader=group.leader, host=None, by=None)


def test_placing_takes_a_seat_names_participants_and_lets_the_leader_see_the_school(group: Group) -> None:
    enrolment = accepted(group)

    held = place(group, enrolment)

    group.refresh_from_db()
    leader = make.make_user(email="lead@people.example.org")
    leader.person = group.leader.person
    leader.save()
    make.RoleFactory(person=leader.person, kind=roles.SPECIALIST, hub=group.hub)
    assert group.places_taken == 1
    assert [row.person_id for row in held.participants.all()] == [
        enrolment.teachers.exclude(person=None).get().person_id
    ]
    assert list(School.objects.visible_to(leader)) == [enrolment.school]


def test_placing_stops_at_the_maximum(group: Group) -> None:
    for _ in range(3):
        place(group, accepted(group))

    with pytest.raises(groups.CannotGroup, match="all 3 places are taken"):
        place(group, accepted(group))

    assert group.places.count() == 3


def test_open_group_has_no_maximum() -> None:
    group = make.GroupFactory(offer__group_max=None)

    for _ in range(12):
        place(group, accepted(group))

    group.refresh_from_db()
    assert group.places_taken == 12


def test_school_has_one_place_only(group: Group) -> None:
    enrolment = accepted(group)
    place(group, enrolment)

    with pytest.raises(groups.CannotGroup, match="already has a place"):
        place(group, enrolment)

    group.refresh_from_db()
    assert group.places_taken == 1


def test_removing_frees_the_seat_and_ends_what_came_with_it(group: Group) -> None:
    held = running(group)[0]

    groups.remove_school(place=held, reason="Building works", by=None, now=NOW)

    group.refresh_from_db()
    open_visits = Visit.objects.filter(place=held).exclude(status=Visit.Status.CANCELLED)
    assert group.places_taken == 1
    assert Participant.objects.filter(place=held, until=None).count() == 0
    assert (
        not Role.objects.filter(source=f"workgroups.place:{held.pk}").current(NOW.date() + timedelta(days=1)).exists()
    )
    assert list(open_visits) == []


def test_group_that_forms_has_no_visits_before_its_start(group: Group) -> None:
    """Whoever joins or leaves it until then: a place taken, given up by hand, or freed by the sweep."""
    stays, goes, pauses = (place(group, accepted(group)) for _ in range(3))

    groups.remove_school(place=goes, reason="Building works", by=None, now=NOW)
    pauses.enrolment.refresh_from_db()
    enrolments.pause(enrolment=pauses.enrolment, by=None, now=NOW, reason="New head")
    groups.reconcile_participants(now=NOW)
    before = Visit.objects.count()
    plan(group)
    start(group, reason="Others follow.")

    assert before == 0
    assert set(Visit.objects.values_list("place", flat=True)) == {stays.pk}


def test_start_says_what_is_missing(group: Group) -> None:
    with pytest.raises(groups.CannotGroup, match="at least one school"):
        start(group)
    place(group, accepted(group))
    with pytest.raises(groups.CannotGroup, match="Plan all 3 meetings first"):
        start(group)
    plan(group)
    with pytest.raises(groups.CannotGroup, match="1 of at least 2 schools"):
        start(group)
    start(group, reason="A second school joins in January.")

    group.refresh_from_db()
    assert (group.status, group.start_reason) == ("running", "A second school joins in January.")


def test_start_sends_all_dates_once_to_everybody(group: Group) -> None:
    first = accepted(group)
    head = make.make_user(roles.HEADTEACHER, school=first.school).person
    make.RoleFactory(person=head, kind=roles.MATHS_LEAD, school=first.school)
    office = make.make_user(roles.OFFICE, school=first.school).person
    for enrolment in (first, accepted(group)):
        place(group, enrolment)
    plan(group)

    start(group)
    groups.reconcile_participants(now=NOW)

    teachers = {row.person_id for row in Participant.objects.all()}
    told = Notice.objects.filter(kind="year_dates").values_list("recipient", flat=True)
    wanted = [*teachers, head.pk, office.pk, group.leader.person_id]
    assert sorted(told) == sorted(f"person:{pk}" for pk in wanted)
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"active"}
    assert Visit.objects.count() == 6


def test_teacher_named_later_joins_and_gets_the_dates(group: Group) -> None:
    held = running(group)[0]
    enrolled = EnrolledTeacher.objects.get(enrolment=held.enrolment, person=None)
    person = enrolments.name_teacher(
        enrolled=enrolled, name="Nia Named", email="nia@people.example.org", job_title="", by=None, now=NOW
    )

    changed = [groups.reconcile_participants(now=NOW), groups.reconcile_participants(now=NOW)]

    assert changed == [1, 0]
    assert Notice.objects.filter(kind="year_dates", recipient=f"person:{person.pk}").count() == 1
    assert Notice.objects.filter(kind="meeting_reminder", recipient=f"person:{person.pk}").count() == 6


def test_withdrawn_enrolment_frees_its_place(group: Group) -> None:
    held = running(group)[0]
    held.enrolment.refresh_from_db()
    enrolments.withdraw(enrolment=held.enrolment, by=None, now=NOW, reason="New head")

    groups.reconcile_participants(now=NOW)

    group.refresh_from_db()
    held.refresh_from_db()
    assert (group.places_taken, held.left_on) == (1, NOW.date())


def test_place_that_cannot_follow_holds_up_no_other(group: Group) -> None:
    """A group that counts fewer places than it has cannot free one; a school of another group is freed all the same."""
    other = make.GroupFactory()
    bad, good = place(group, accepted(group)), place(other, accepted(other))
    Group.objects.filter(pk=group.pk).update(places_taken=0)
    Enrolment.objects.update(status="withdrawn")

    changed = groups.reconcile_participants(now=NOW)

    for held in (bad, good):
        held.refresh_from_db()
    assert (changed, bad.left_on, good.left_on) == (1, None, NOW.date())


def test_starting_twice_tells_who_was_first(group: Group) -> None:
    running(group)

    with pytest.raises(CannotMove):
        groups.start_group(group=Group.objects.get(pk=group.pk), by=None, now=NOW)


def test_group_completes_after_its_last_meeting(group: Group) -> None:
    running(group)
    with pytest.raises(groups.CannotGroup, match="still to come"):
        groups.complete_group(group=group, by=None, now=NOW)

    Meeting.objects.update(status="held")
    Visit.objects.update(status="done")
    groups.complete_group(group=group, by=None, now=IN_JULY)

    assert set(Enrolment.objects.values_list("status", flat=True)) == {"completed"}


@pytest.mark.parametrize("lacks", ["a register", "a log", "a booking"])
def test_group_that_lacks_something_completes_with_a_reason_that_the_history_keeps(group: Group, lacks: str) -> None:
    running(group)
    if lacks != "a register":
        Meeting.objects.update(status="held")
    if lacks == "a register":
        Visit.objects.update(status="done")
    elif lacks == "a log":
        Visit.objects.update(status="booked", on=date(2027, 3, 2), starts_at=clock.at_london(date(2027, 3, 2), 9))
    for reason in ("", "  "):
        with pytest.raises(groups.CannotGroup, match="Say why"):
            groups.complete_group(group=group, by=None, now=IN_JULY, reason=reason)

    groups.complete_group(group=group, by=None, now=IN_JULY, reason=" The leader was ill. ")

    entry = JournalEntry.objects.about(group).get(what="Group completed")
    assert (entry.note, entry.moved_to) == ("The leader was ill.", "completed")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_people_filling_the_last_place_cannot_overfill() -> None:
    make.make_half_terms()
    group = make.GroupFactory(offer__group_max=2)
    place(group, accepted(group))
    rivals = [accepted(group) for _ in range(4)]

    def fill(enrolment: Enrolment) -> str:
        try:
            place(Group.objects.get(pk=group.pk), enrolment)
        except groups.CannotGroup:
            return "full"
        return "placed"

    outcomes = at_once(fill, rivals)

    group.refresh_from_db()
    assert sorted(outcomes) == ["full", "full", "full", "placed"]
    assert (group.places_taken, group.places.count()) == (2, 2)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_school_placed_in_two_groups_at_once_has_one_place() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    other = make.GroupFactory(offer=group.offer, hub=group.hub)
    enrolment = accepted(group)

    def fill(given: tuple[Group, Enrolment]) -> str:
        chosen, mine = given
        try:
            place(Group.objects.get(pk=chosen.pk), mine)
        except groups.CannotGroup:
            return "has one"
        return "placed"

    outcomes = at_once(fill, [(one, Enrolment.objects.get(pk=enrolment.pk)) for one in (group, other)])

    assert sorted(outcomes) == ["has one", "placed"]
    assert enrolment.places.count() == 1


def test_group_that_met_before_it_was_entered_has_its_teachers_in_that_register(group: Group) -> None:
    """Whoever joins after the start is expected from then on only."""
    for enrolment in (accepted(group), accepted(group)):
        place(group, enrolment)
    days = (date(2026, 9, 10), date(2026, 11, 10), date(2027, 1, 12))
    slots = [meetings.Slot(day, START, END) for day in days]
    meetings.plan_meetings(group=group, slots=slots, by=None, now=NOW)

    start(group)
    place(group, accepted(group))

    held = Meeting.objects.get(number=1)
    teachers = Participant.objects.filter(since=date(2026, 9, 10)).values_list("person__name", flat=True)
    assert sorted(line.person.name for line in registers.register_of(held)) == sorted(teachers)
    assert len(teachers) == 2
    assert Participant.objects.filter(since=NOW.date()).count() == 1


def test_school_placed_while_somebody_starts_the_group_takes_part_from_the_start(group: Group) -> None:
    """Its enrolment is active and its visits are planned, though the page was opened before the start."""
    for enrolment in (accepted(group), accepted(group)):
        place(group, enrolment)
    plan(group)
    opened = Group.objects.get(pk=group.pk)
    start(group)
    late = accepted(group)

    place(opened, late)

    assert Enrolment.objects.get(pk=late.pk).status == "active"
    assert Visit.objects.filter(school=late.school).count() == group.offer.visits


def test_school_placed_while_the_group_gets_another_leader_is_seen_by_that_leader(group: Group) -> None:
    opened = Group.objects.select_related("leader__person").get(pk=group.pk)
    other = make.LeaderFactory(hub=group.hub)
    Group.objects.filter(pk=group.pk).update(leader=other)

    held = place(opened, accepted(group))

    assert Role.objects.get(source=held.role_source).person == other.person


def test_dates_of_the_year_say_how_often_the_leader_comes(group: Group, mailoutbox: list[EmailMessage]) -> None:
    """A group that starts when a term is over owes one visit fewer than the offer says."""
    late = clock.at_london(date(2027, 1, 20), 10)
    place(group, accepted(group))
    place(group, accepted(group))
    plan(group)

    groups.start_group(group=group, by=None, now=late)
    with clock.fixed(late):
        delivery.deliver_due()

    assert Visit.objects.count() == 4
    assert {
        "also visits your school 2 times in the year" in mail.body for mail in mailoutbox if "lead it" not in mail.body
    } == {True}
