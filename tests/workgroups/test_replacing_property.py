"""Whatever is replaced, freed, named and taken back, and when: each day has its people, each reminder comes once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher
from programmes.rules.turns import A_DAY
from schools import roles
from schools.models import Person, Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place, plan, start
from workgroups.actions import groups, passing, registers, replacing, taking_effect
from workgroups.actions.duties import duties_of
from workgroups.models import Group, Participant, Place, Replacement

pytestmark = [pytest.mark.django_db, pytest.mark.once]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("replace", "end", "free", "name", "take_back")),
        st.integers(-20, 70),  # from which day, counted from the day of the step
        st.integers(0, 40),  # days since the step before
    ),
    min_size=1,
    max_size=5,
)
DAYS = [NOW.date() + timedelta(days=number) for number in range(-25, 290, 3)]


@settings(
    max_examples=12, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_each_day_has_exactly_its_people_and_nobody_is_reminded_twice(
    steps: Sequence[tuple[str, int, int]],
) -> None:
    with transaction.atomic():
        make.make_half_terms()
        year = Year(make.GroupFactory(offer__group_min=1))
        for what, offset, passed in steps:
            year.step(what, offset, passed)
            year.check()
        transaction.set_rollback(True)


class Year:
    """A group with one school and one teacher's place, and beside it the same as a list of (who, first, last)."""

    def __init__(self, group: Group) -> None:
        self.held: Place = place(group, accepted(group))
        EnrolledTeacher.objects.filter(enrolment=self.held.enrolment, person=None).delete()
        plan(group)
        start(group)
        self.group = Group.objects.get(pk=group.pk)
        self.staff = make.make_user(roles.HUB_LEAD, hub=group.hub)
        self.now: datetime = NOW
        first = Person.objects.get(enrolled__enrolment=self.held.enrolment)
        make.RoleFactory(person=first, kind=roles.TEACHER, school=self.held.enrolment.school)
        self.turns: list[tuple[int, date | None, date | None]] = [(first.pk, None, None)]
        self.before: dict[int, list[tuple[int, date | None, date | None]]] = {}
        self.known = 0

    @property
    def today(self) -> date:
        return self.now.astimezone(clock.LONDON).date()

    @property
    def enrolled(self) -> EnrolledTeacher:
        return EnrolledTeacher.objects.select_related("enrolment__school", "enrolment__offer", "person").get(
            enrolment=self.held.enrolment
        )

    def step(self, what: str, offset: int, passed: int) -> None:
        self.now += timedelta(days=passed, minutes=1)
        with clock.fixed(self.now):
            self.night()
            before = list(self.turns)
            try:
                with transaction.atomic():
                    getattr(self, what)(self.today + timedelta(days=offset))
            except (passing.CannotReplace, enrolments.CannotName, taking_effect.CannotTakeBack):
                self.turns = before
            self.night()

    def night(self) -> None:
        for _twice in range(2):
            taking_effect.take_effect_due(now=self.now)
            groups.reconcile_participants(now=self.now)
        delivery.deliver_due()

    def replace(self, day: date, *, is_named: bool = True) -> None:
        leaver = self.enrolled.person
        if leaver is None:
            return
        self.known += 1
        came = replacing.Newcomer(name=f"New {self.known}", email=f"new{self.known}@people.example.org")
        plan = replacing.Plan(
            person=leaver,
            newcomer=came if is_named else None,
            duties=duties_of(leaver, by=User.objects.get(pk=self.staff.pk), today=self.today),
            school=self.held.enrolment.school,
            from_on=day,
        )
        change = replacing.replace(plan=plan, by=self.staff, now=self.now)
        self.before[change.pk] = list(self.turns)
        *kept, (person, since, _until) = self.turns
        self.turns = [*kept, (person, since, day - A_DAY)]
        if change.successor_id is not None:
            self.turns.append((change.successor_id, day, None))

    def end(self, day: date) -> None:
        self.replace(day, is_named=False)

    def free(self, day: date) -> None:
        enrolled = self.enrolled
        if enrolled.person is None:
            return
        enrolments.free_place(enrolled=enrolled, by=self.staff, now=self.now)
        yesterday = self.today - A_DAY
        cut = [(who, since, yesterday if self._covers(since, until) else until) for who, since, until in self.turns]
        self.turns = [one for one in cut if one[1] is None or one[2] is None or one[1] <= one[2]]

    def name(self, day: date) -> None:
        self.known += 1
        person = enrolments.name_teacher(
            enrolled=self.enrolled,
            name=f"New {self.known}",
            email=f"new{self.known}@people.example.org",
            job_title="",
            by=self.staff,
            now=self.now,
        )
        # Where somebody leaves the place on a later day, it is the other's from the day after.
        opens = max([self.today, *(until + A_DAY for _who, _since, until in self.turns if until is not None)])
        self.turns.append((person.pk, opens, None))

    def take_back(self, day: date) -> None:
        change = Replacement.objects.standing().order_by("-pk").first()
        if change is not None:
            taking_effect.take_back(change=change, by=self.staff, now=self.now)
            self.turns = self.before[change.pk]

    def _covers(self, since: date | None, until: date | None) -> bool:
        return (since is None or since <= self.today) and (until is None or until >= self.today)

    def expected(self, day: date) -> set[int]:
        first = self.held.placed_on
        return {
            who
            for who, since, until in self.turns
            if max(since or first, first) <= day and (until is None or until >= day)
        }

    def check(self) -> None:
        rows = [(row.person_id, row.since, row.until or date.max) for row in Participant.objects.all()]
        there = {day: {pk for pk, since, until in rows if since <= day <= until} for day in DAYS}
        assert there == {day: self.expected(day) for day in DAYS}
        for meeting in self.group.meetings.all():
            day = meeting.starts_at.astimezone(clock.LONDON).date()
            assert {line.person.pk for line in registers.register_of(meeting)} == self.expected(day)
        assert {self.enrolled.person_id} - {None} == self.expected(self.today)
        self.check_access()
        self.check_reminders()

    def check_access(self) -> None:
        """From today on nobody sees the school whose place it is not, and whoever's it is does."""
        held = list(Role.objects.filter(kind=roles.TEACHER))
        days = [day for day in DAYS if day >= self.today]
        sees = {day: {role.person_id for role in held if role.is_held_on(day)} for day in days}
        assert sees == {day: self.expected(day) for day in days}

    def check_reminders(self) -> None:
        """Of what is still to be sent, only whose meeting it is; of what was sent, nothing twice."""
        rows = Notice.objects.filter(kind="meeting_reminder").exclude(recipient=f"person:{self.group.leader.person_id}")
        planned = {(row.target, row.recipient) for row in rows.filter(state="planned", until__gt=self.now)}
        for meeting in self.group.meetings.filter(starts_at__gt=self.now):
            day = meeting.starts_at.astimezone(clock.LONDON).date()
            due = {recipient for target, recipient in planned if target == f"workgroups.meeting:{meeting.pk}"}
            assert due <= {f"person:{pk}" for pk in self.expected(day)}
        sent = list(rows.filter(state="sent").values_list("target", "recipient", "occurrence"))
        assert len(sent) == len(set(sent))
