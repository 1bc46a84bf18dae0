"""What a replacement means, line by line: read before it is done, and after; and what stays open with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, prefetch_related_objects

from hubportal.core import clock
from hubportal.core.templatetags.portal import count, long_day
from programmes.models import EnrolledTeacher, Enrolment, Leader, named_places
from schools.models import Role
from schools.roles import HEADTEACHER, TEACHER
from workgroups.actions.duties import PASSED_ON, PASSING
from workgroups.actions.leaving import groups_beside
from workgroups.models import Attendance, Group, Meeting, Place, Replacement, ReplacementPart, Visit
from workgroups.notices.recipients import TOLD

Kind = ReplacementPart.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that passes on: what, how, and what goes with it."""

    title: str
    words: str
    more: str = ""


def lines_of(change: Replacement) -> list[Line]:
    """Line by line, what passes on from which day; of one that was taken back, what would have."""
    if change.status == Replacement.Status.TAKEN_BACK:
        return [Line(part.label, "stays as it was before") for part in _parts(change)]
    return [LINES[part.kind](change, part) for part in _parts(change)]


def _parts(change: Replacement) -> list[ReplacementPart]:
    """What passes on, read once."""
    rows = ReplacementPart.objects.select_related(
        *("enrolled__enrolment__gave_way_to", "role__school", "given", "group"),
        *("change__leader", "leader", "interest"),
    )
    prefetch_related_objects([change], Prefetch("parts", queryset=rows))
    return list(change.parts.all())


def stays_open(change: Replacement) -> list[str]:
    """What nobody does from then on, a role or a place without a name; and who leads no group any more."""
    if change.status == Replacement.Status.TAKEN_BACK:
        return []
    found = [*_leads_nothing(change), *_still_taking_part(change)]
    if change.successor_id is not None:
        return found
    day = long_day(change.from_on)
    for part in _parts(change):
        if part.kind == Kind.ROLE and part.role is not None and _is_vacant(part.role, change.from_on):
            found.append(f"{part.role}: nobody from {day}")
        if part.kind == Kind.PLACE and part.enrolled is not None and _is_unnamed(part.enrolled, change.from_on):
            found.append(f"{part.label}: to be named from {day}")
        if part.kind == Kind.HEAD and "stays" not in part.was:
            found.append(f"{part.label}: nobody is asked to confirm from {day}, until somebody is named there")
        if part.kind in (Kind.CONTACT, Kind.NOMINEE) and part.interest is not None and part.interest.status in PASSING:
            found.append(f"{part.label}: still {change.person}")
    return found


def _still_taking_part(change: Replacement) -> list[str]:
    """Who leaves a school and keeps a place there: another hub runs it, and says who follows."""
    if not change.leaves:
        return []
    passed = [part.enrolled.pk for part in _parts(change) if part.enrolled is not None]
    kept = named_places().filter(person=change.person_id, enrolment__school=change.school_id).exclude(pk__in=passed)
    rows = (
        kept.exclude(enrolment__hub=change.hub_id).select_related("enrolment__offer", "enrolment__hub").order_by("pk")
    )
    words = "{one.offer.teacher_label} in {one.offer}: still {who}: {one.hub} runs this and says who follows"
    return [words.format(one=place.enrolment, who=change.person) for place in rows]


def _leads_nothing(change: Replacement) -> list[str]:
    """Who has passed on all groups and is a leader of the hub all the same."""
    passed = [part.group for part in _parts(change) if part.kind == Kind.GROUP and part.group]
    rows = Leader.objects.filter(person=change.person_id, hub__in=[one.hub_id for one in passed], ends_on=None)
    led = Group.objects.filter(status__in=Group.OPEN).exclude(pk__in=[one.pk for one in passed])
    rows = rows.exclude(pk__in=led.values("leader")).select_related("person", "hub").order_by("pk")
    return [f"{one} is still {one.get_kind_display()} of {one.hub}, with no group to lead" for one in rows]


def _is_vacant(role: Role, from_on: date) -> bool:
    others = Role.objects.filter(school=role.school_id, kind=role.kind).exclude(pk=role.pk)
    later = others.filter(ends_on=None) | others.filter(ends_on__gte=max(from_on, clock.today()))
    return role.kind in PASSED_ON and not later.exists()


def _is_unnamed(place: EnrolledTeacher, from_on: date) -> bool:
    return not place.enrolment.has_ended and not place.turns.filter(since__gte=from_on).exists()


def _names(change: Replacement) -> tuple[str, str, str]:
    """The leaver, the successor in words, and the day."""
    to = str(change.successor) if change.successor else "nobody yet"
    return str(change.person), to, long_day(change.from_on)


def _place(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    words = f"{to} from {day}" if change.successor else f"to be named from {day}; the place is held"
    if part.enrolled is None:
        return Line(part.label, words)
    if _ended_before(part.enrolled.enrolment, change.from_on):
        return _ended(part, part.enrolled.enrolment)
    if change.successor is None:
        # Somebody may have been named for it after the replacement.
        later = part.enrolled.turns.filter(since__gte=change.from_on).select_related("person").order_by("since")
        words = next((f"{turn.person} from {long_day(turn.since)}" for turn in later[:1]), words)
    first = clock.at_london(change.from_on, 0)
    meetings = Meeting.objects.standing().filter(group__places__enrolment=part.enrolled.enrolment_id)
    meetings = meetings.filter(starts_at__gte=first, group__places__left_on=None)
    theirs = list(meetings.values_list("pk", "starts_at", "group__status").distinct())
    attended = Attendance.objects.filter(
        person=change.person, meeting__group__places__enrolment=part.enrolled.enrolment_id
    )
    kept = attended.values("meeting").distinct().count()
    stays = f" What {leaver} attended ({count(kept, 'register')}) stays with {leaver}." if kept else ""
    sent = _sent(change, theirs)
    gets = f"{count(len(theirs), 'meeting')} from that day on{sent}." if change.successor else ""
    return Line(part.label, words, f"{gets}{stays}".strip())


def _sent(change: Replacement, theirs: Sequence[tuple[int, datetime, str]]) -> str:
    """Which of the dates whoever comes is sent: those that lie ahead, once the group (by its status) runs."""
    if change.successor is None or not change.successor.email:
        return ""
    ahead = [status for _pk, at, status in theirs if at > change.made_at]
    running = ahead.count(Group.Status.RUNNING)
    if not running:
        return "; the dates are sent when the group starts" if ahead else ""
    if running == len(theirs):
        return "; all dates are sent at once"
    return f"; the dates that lie ahead ({running}) are sent at once"


def _ended_before(enrolment: Enrolment, day: date) -> bool:
    return enrolment.has_ended and enrolment.ended_on is not None and enrolment.ended_on < day


def _ended(part: ReplacementPart, enrolment: Enrolment) -> Line:
    """The school left before the day came, or takes part with another school's place since the two became one."""
    instead = f"The place of {enrolment.gave_way_to} goes on instead." if enrolment.gave_way_to else ""
    return Line(part.label, f"ended on {long_day(enrolment.ended_on)}, before that day", instead)


def _role(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    last = long_day(part.role.ends_on if part.role and part.role.ends_on else change.from_on - timedelta(days=1))
    follows = f"; {to} from {day}" if part.given is not None or part.role is None else _is_it_already(change, part.role)
    more = "Access ends with that day."
    if part.role is not None and part.role.kind == TEACHER and not change.leaves:
        more = f"{leaver} stays at the school, and has no teacher’s place there any more: what teachers see ends."
    if part.given is not None and part.role is not None and _hears_of_dates(part.given):
        more += f" {to} gets the dates of its groups from that day on, {_when(change, part.given)}."
    if part.given is not None and part.given.kind == HEADTEACHER and part.role is not None:
        running = Enrolment.objects.in_progress().filter(school=part.role.school_id, person=None).count()
        if running:
            more += f" {to} is asked by e-mail to confirm what the school agreed to in {count(running, 'programme')}."
    return Line(part.label, f"{leaver} until {last}{follows}", more)


def _is_it_already(change: Replacement, role: Role) -> str:
    """Who follows where the successor holds the role beside the leaver; nothing where it ends with nobody after it."""
    if change.successor_id is None:
        return ""
    held = Role.objects.current(change.from_on).filter(
        person=change.successor_id, kind=role.kind, school=role.school_id
    )
    found = set(held.values_list("pk", flat=True))
    if found <= {part.given_id for part in _parts(change)}:
        # As a teacher's, which comes with the place.
        return f"; {change.successor} from {long_day(change.from_on)}" if found else ""
    return f"; {change.successor} is {role.get_kind_display().lower()} there already, and stays so"


def _hears_of_dates(role: Role) -> bool:
    """Whether a role is one that is told the dates, at a school that has some."""
    here = Place.objects.taken().filter(enrolment__school=role.school_id, group__status=Group.Status.RUNNING)
    return role.kind in TOLD and here.exists()


def _when(change: Replacement, given: Role) -> str:
    """When the dates are sent: at 8.00 of the first day, or at once where that is past."""
    if given.starts_on > clock.day_of(change.made_at):
        return "on that day at 8.00"
    return "now" if clock.at_london(given.starts_on) <= change.made_at else "at 8.00 today"


def _group(change: Replacement, part: ReplacementPart) -> Line:
    begins, made_on = change.from_on, clock.day_of(change.made_at)
    visits = Visit.objects.filter(Q(on=None) | Q(on__gte=begins), group=part.group)
    visits = visits.filter(status__in=(Visit.Status.TO_BOOK, Visit.Status.BOOKED))
    ahead, booked = visits.count(), visits.filter(on__gte=made_on).count()
    unlogged = ahead - booked - visits.filter(on=None).count()
    more = [f"{count(ahead, 'open visit')} move with it, {booked} of them booked." if ahead else ""]
    if unlogged:
        visits_since = count(unlogged, "visit")
        more.append(f"{visits_since} since that day without a log: now for {change.successor} to log.")
    if begins < made_on:
        more.append("The group and its schools change hands today; registers and logs written since stay.")
    # Before it starts the teachers have no dates, and no leader.
    has_started = part.group is not None and part.group.started_at is not None
    told = "Both leaders, the teachers and their schools are" if has_started else "Both leaders are"
    more.append(f"{told} told by e-mail.")
    return Line(part.label, f"{change.successor} leads it from {long_day(begins)}", " ".join(filter(None, more)))


def _leader(change: Replacement, part: ReplacementPart) -> Line:
    leaver, _to, day = _names(change)
    more = ["They no longer see the groups and schools that they led."]
    if names := ", ".join(groups_beside(part.was).values_list("name", flat=True)):
        more.append(f"They lead no group beside its leader any more: {names}.")
    if visits := len(part.was.get("visits", [])):
        more.append(f"{count(visits, 'open visit')} of theirs: now for whoever leads the group.")
    return Line(part.label, f"{leaver}, from {day}", " ".join(more))


def _begins(change: Replacement, part: ReplacementPart) -> Line:
    _leaver, to, day = _names(change)
    groups = count(part.leader.max_groups, "group") if part.leader else ""
    return Line(part.label, f"{to}, from {day}", f"For {groups} a year." if groups else "")


def _interest(change: Replacement, part: ReplacementPart) -> Line:
    _leaver, to, day = _names(change)
    if change.successor is None:
        return Line(part.label, "stays until somebody is known")
    if "stays" in part.was:
        return Line(part.label, f"stays as it is: {part.was['stays']}")
    return Line(part.label, f"{to} from {day}")


def _draft(change: Replacement, part: ReplacementPart) -> Line:
    more = "They get the link to go on with it; the one that was sent before ends." if change.successor else ""
    return Line(part.label, _interest(change, part).words, more)


def _head(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    if "stays" in part.was:
        return Line(part.label, f"stays as it is: {part.was['stays']}")
    if change.successor is None:
        ends = f"{leaver}’s link ends, and no reminder is sent. What is confirmed before that day stays."
        return Line(part.label, f"nobody is asked to confirm from {day}", ends)
    return Line(part.label, f"{to} is asked to confirm on {day}", "The link that was sent before ends.")


def _address(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    if "stays" in part.was:
        return _interest(change, part)
    words = f"This address passes on to {to} on {day}"
    return Line(part.label, words, f"{leaver} signs in with it no more, and has no other until somebody gives one.")


def _base(change: Replacement, part: ReplacementPart) -> Line:
    leaver, _to, day = _names(change)
    return Line(part.label, f"no longer, from {day}", f"What {leaver} attended and wrote stays.")


LINES = {
    Kind.PLACE.value: _place,
    Kind.ROLE.value: _role,
    Kind.GROUP.value: _group,
    Kind.LEADER.value: _leader,
    Kind.BEGINS.value: _begins,
    Kind.CONTACT.value: _interest,
    Kind.NOMINEE.value: _interest,
    Kind.DRAFT.value: _draft,
    Kind.HEAD.value: _head,
    Kind.BASE.value: _base,
    Kind.ADDRESS.value: _address,
}
