"""A group's life: made and placed in June, started in July, a year of meetings and visits, completed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from funding.actions import reconcile_awards
from hubportal.core import clock
from hubportal.dashboards.actions.demo import applying, meetings, money, visits, words
from hubportal.dashboards.actions.demo.scene import Scene
from programmes.actions.enrolments import name_teacher
from programmes.models import EnrolledTeacher, Enrolment, Offer
from schools.models import School
from workgroups.actions import groups as verbs
from workgroups.actions.meetings import Slot, place_meeting, plan_meetings, propose_dates
from workgroups.actions.visits import year_dates
from workgroups.models import Group

MORNING, AFTERNOON = (time(9, 30), time(12, 0)), (time(13, 15), time(15, 45))


@dataclass
class Plot:
    """One group of the story, the ``at``-th of its year."""

    scene: Scene
    offer: Offer
    schools: Sequence[School]
    at: int
    enrolled: list[Enrolment] = field(default_factory=list)

    def tell(self) -> None:
        """Schools apply in February and March, are accepted in May, and the group forms before the summer."""
        year, story = self.offer.year, self.scene.story
        for place, school in enumerate(self.schools):
            applying.apply_and_enrol(
                self.scene,
                school,
                self.offer,
                on=date(year, 2, 2) + timedelta(days=4 * place + self.at),
                accepted_on=date(year, 5, 4) + timedelta(days=place % 4),
                enrolled=self.enrolled,
            )
        story.at(date(year, 6, 22) + timedelta(days=self.at % 4), 14, self.at, self._form)

    def _form(self, now: datetime) -> None:
        host = self.schools[0]
        name = f"{host.town} {self.offer.phase.short_name}"
        if Group.objects.filter(offer=self.offer, hub=self.scene.hub, name=name).exists():
            name = f"{name} 2"
        group = verbs.make_group(
            offer=self.offer,
            hub=self.scene.hub,
            name=name,
            leader=self.scene.leader_for(self.offer, self.at - 1),
            host=host,
            by=self.scene.lead,
        )
        for enrolment in self.enrolled:
            verbs.place_school(group=group, enrolment=enrolment, by=self.scene.lead, now=now)
        self._plan(group, now)
        self.scene.story.at(date(self.offer.year, 7, 3), 11, self.at, lambda moment: self._start(group, moment))

    def _plan(self, group: Group, now: datetime) -> None:
        start, end = MORNING if self.at % 3 == 2 else AFTERNOON
        days = propose_dates(group=group, weekday=self.at % 4, today=now.astimezone(clock.LONDON).date())
        slots = [Slot(day, start, end, self.schools[at % len(self.schools)]) for at, day in enumerate(days)]
        plan_meetings(group=group, slots=slots, by=self.scene.admin, now=now)
        for place, meeting in enumerate(group.meetings.order_by("number")):
            place_meeting(
                meeting=meeting,
                host=slots[place].host,
                venue="",
                topic=words.TOPICS[(place + self.at) % len(words.TOPICS)],
                by=self.scene.admin,
                now=now,
            )

    def _start(self, group: Group, now: datetime) -> None:
        group.refresh_from_db()
        reason = words.SMALL_GROUP if group.places_taken < self.offer.group_min else ""
        verbs.start_group(group=group, by=self.scene.lead, now=now, reason=reason)
        self.scene.story.at_moment(now + timedelta(minutes=1), lambda moment: self._award(group, moment))
        meetings.tell(self.scene, group, self.at)
        visits.tell(self.scene, group, self.at)
        half_terms = year_dates(group)
        name_from = half_terms[0].starts_on + timedelta(days=9)
        self.scene.story.at(name_from, 12, self.at, self._name_teachers)
        after = max(one.ends_on for one in half_terms) + timedelta(days=1)
        # A group whose last register is still open is not completed yet.
        if not meetings.leaves_register(self.scene, group, self.at):
            self.scene.story.at(after, 9, self.at, lambda moment: self._complete(group, moment))

    def _award(self, group: Group, now: datetime) -> None:
        reconcile_awards(now=now)
        money.tell(self.scene, group, self.at)

    def _name_teachers(self, now: datetime) -> None:
        """In September schools know who takes part; one of them still does not."""
        places = EnrolledTeacher.objects.filter(enrolment__in=self.enrolled, person=None).select_related(
            "enrolment__school"
        )
        for enrolled in places.order_by("pk")[1:] if self.at % 2 else places.order_by("pk"):
            named = self.scene.names.of(enrolled.enrolment.school)
            name_teacher(
                enrolled=enrolled, name=named.name, email=named.email, job_title="Teacher", by=self.scene.admin, now=now
            )
        verbs.reconcile_participants(now=now)

    def _complete(self, group: Group, now: datetime) -> None:
        group.refresh_from_db()
        reason = words.NOT_ALL_VISITS if verbs.left_open(group, now).missing else ""
        verbs.complete_group(group=group, by=self.scene.lead, now=now, reason=reason)
