"""What somebody does that can pass to another: teachers' places, roles at schools, groups, open applications."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from hubportal.core import clock
from hubportal.core.templatetags.portal import long_day
from programmes.actions.enrolments import may_name
from programmes.models import EnrolledTeacher, Enrolment, FormDraft, Interest, InterestTeacher, Leader
from schools import roles
from schools.actions.giving import may_hand_on
from schools.models import Person, Role, School, User
from schools.scope import Scope
from workgroups.actions.known_as import KnownAs
from workgroups.models import Group, LeaderChange, Replacement, ReplacementPart

Kind = ReplacementPart.Kind
# What a school's own role is called when it passes on; teachers' roles follow their places.
PASSED_ON = (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.COVER)

# Interests whose people may still change: light ones, and what is not decided.
PASSING = (Interest.Status.INTERESTED, *Interest.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody does: how a form names it (``key``) and a page (``label``).

    ``held_up``: what is planned already, and has to be taken back before it can pass on.
    """

    kind: str
    record: Any
    label: str
    school: School | None
    hub_id: int | None
    held_up: str = ""

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.record.pk}"


def duties_of(person: Person, *, by: User, today: date) -> list[Duty]:
    """All that somebody does and that ``by`` may hand to another, in the order in which people think of it."""
    found: list[Duty] = [*_roles(person, by, today), *_places(person, by.scope), *_leading(person, by.scope, today)]
    known = KnownAs(person)
    return [*found, *_applications(known, by), *_drafts(known, by)]


def schools_of(duties: Iterable[Duty]) -> list[School]:
    """The schools at which somebody does something, by name."""
    schools = {duty.school.pk: duty.school for duty in duties if duty.school is not None}
    return sorted(schools.values(), key=lambda school: (school.name, school.pk))


def may_replace(by: User, school: School) -> bool:
    """Whether somebody changes who does what at a school: its hub's staff, its leads and its trust's."""
    scope = by.scope
    is_trust = school.trust_id is not None and school.trust_id in scope.trust_ids
    return scope.staffs(school.hub_id) or school.pk in scope.school_lead_ids or is_trust


def may_let_leave(person: Person, school: School, *, by: User, today: date) -> bool:
    """Whether somebody may end all that a person is at a school: its hub's staff do, its maths lead not of its head."""
    if by.scope.staffs(school.hub_id):
        return True
    held = Role.objects.by_hand().with_places().filter(person=person, school=school).not_over(today)
    return all(may_hand_on(by.scope, role) for role in held)


def open_interest(school: School) -> QuerySet[Interest]:
    """What a school has applied for and is not decided."""
    return Interest.objects.undecided().filter(school=school).select_related("offer", "school").order_by("pk")


def unconfirmed_interest(school: School) -> QuerySet[Interest]:
    """What a school has applied for, accepted by now or not, and its headteacher has not confirmed."""
    unconfirmed = Interest.objects.open().filter(school=school, head_confirmed_at=None)
    return unconfirmed.select_related("offer", "school").order_by("pk")


def interests_of(duties: Iterable[Duty]) -> list[int]:
    """The keys of the interest that passes on with these: that names somebody, or asks who is headteacher."""
    found = set[int]()
    for duty in duties:
        if duty.kind == Kind.CONTACT:
            found.add(duty.record.pk)
        elif duty.kind == Kind.NOMINEE:
            found.add(duty.record.interest_id)
        elif duty.kind == Kind.ROLE and duty.record.kind == roles.HEADTEACHER and duty.school is not None:
            for rows in (open_interest(duty.school), unconfirmed_interest(duty.school)):
                found.update(rows.values_list("pk", flat=True))
    return sorted(found)


def about(interest: Interest) -> str:
    """Which interest, in words."""
    return f"{interest.reference}, {interest.offer or interest.phase}, {interest.school}"


def _roles(person: Person, by: User, today: date) -> list[Duty]:
    held = Role.objects.by_hand().with_places().filter(person=person, kind__in=PASSED_ON)
    held = held.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    return [
        Duty(Kind.ROLE, role, f"{role.get_kind_display()}, {role.school}", role.school, role.owner_id)
        for role in held.order_by("kind", "pk")
        if may_hand_on(by.scope, role)
    ]


def _places(person: Person, scope: Scope) -> list[Duty]:
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    rows = EnrolledTeacher.objects.filter(person=person).exclude(enrolment__status__in=over)
    rows = rows.select_related("enrolment__school", "enrolment__offer__phase", "enrolment__hub", "person")
    return [
        Duty(
            Kind.PLACE,
            one,
            f"{one.enrolment.offer.teacher_label} in {one.enrolment.offer}, {one.enrolment.school}",
            one.enrolment.school,
            one.enrolment.hub_id,
        )
        for one in rows.order_by("enrolment__offer__year", "pk")
        if may_name(scope, one.enrolment)
    ]


def _leading(person: Person, scope: Scope, today: date) -> list[Duty]:
    """The groups that somebody leads; then, that they lead for a hub at all, which ends once others lead those."""
    times = list(Leader.objects.filter(person=person, hub__in=scope.staff_hub_ids).for_list())
    if not times:
        return []
    led = Group.objects.filter(leader__in=times, status__in=Group.OPEN, hub__in=scope.staff_hub_ids)
    groups = led.select_related("offer__phase", "hub", "leader__person").order_by("name", "pk")
    planned = LeaderChange.objects.filter(status=LeaderChange.Status.PLANNED).select_related("leader__person")
    groups = groups.prefetch_related(Prefetch("leader_changes", planned, to_attr="planned_changes"))
    here = [one for one in times if one.ends_on is None and one.starts_on <= today]
    return [
        *(Duty(Kind.GROUP, one, f"Leads {one}, {one.offer}", None, one.hub_id, _planned(one)) for one in groups),
        *(Duty(Kind.LEADER, one, f"No longer {one.get_kind_display()} of {one.hub}", None, one.hub_id) for one in here),
    ]


def _planned(group: Any) -> str:
    """Of a group as ``_leading`` reads it: who leads it from a day to come."""
    return "".join(f"{one.leader} leads it from {long_day(one.from_on)}" for one in group.planned_changes)


def _applications(known: KnownAs, by: User) -> list[Duty]:
    """A school's open interests that name somebody as contact or as a teacher, as they are known or were.

    Not what somebody applied for themselves: that is nobody else's.
    """
    interests = Interest.objects.filter(status__in=PASSING, for_person=False).visible_to(by)
    interests = interests.select_related("offer__phase", "phase", "school")
    contacts = known.at_address(interests, "contact_email").order_by("pk")
    named = known.at_address(InterestTeacher.objects.filter(interest__in=interests.values("pk")), "email")
    found = [
        Duty(Kind.CONTACT, one, f"Contact of {about(one)}", one.school, one.hub_id)
        for one in contacts
        if may_replace(by, one.school) and known.is_named(one.contact_name, one.contact_email)
    ]
    for teacher in named.select_related("interest__offer__phase", "interest__school").order_by("pk"):
        one = teacher.interest
        if may_replace(by, one.school) and known.is_named(teacher.name, teacher.email):
            label = f"Named as a teacher in {about(one)}"
            found.append(Duty(Kind.NOMINEE, teacher, label, one.school, one.hub_id))
    return found


def _drafts(known: KnownAs, by: User) -> list[Duty]:
    """Forms that somebody goes on with by a link; of what stands in them nothing is told."""
    rows = FormDraft.objects.kept(clock.now()).filter(interest=None, link_asked_at__isnull=False)
    found = []
    for draft in known.at_address(rows, "email").order_by("pk"):
        wanted = draft.data.get("schools", [])
        schools = list(School.objects.visible_to(by).filter(pk__in=wanted).order_by("name", "pk"))
        is_for_them = wanted and len(schools) == len(wanted) and all(may_replace(by, one) for one in schools)
        if is_for_them and known.is_named(draft.begun_by, draft.email):
            where = ", ".join(one.name for one in schools)
            label = f"Form that is being filled in for {where}"
            found.append(Duty(Kind.DRAFT, draft, label, schools[0], schools[0].hub_id))
    return found


def why_lost(person: Person, labels: Sequence[str]) -> str:
    """What to tell somebody who passes on what somebody (by its labels) no longer has: who was first, and with whom."""
    standing = Replacement.objects.exclude(status=Replacement.Status.TAKEN_BACK).filter(person=person)
    passed = standing.filter(parts__label__in=[label[:250] for label in labels])
    first = passed.select_related("made_by__person", "successor").order_by("-pk").first()
    to = f" to {first.successor}" if first and first.successor else ""
    who = f" {first.made_by or 'The portal'} has passed it on{to}." if first else ""
    return f"{person} no longer has this: {'; '.join(labels)}.{who} Nothing was done: look again."
