"""What a replacement means, line by line: read before it is done, and after; and what stays open with it."""

from dataclasses import dataclass
from datetime import date, timedelta

from hubportal.core import clock
from hubportal.core.templatetags.portal import count, long_day
from programmes.models import Enrolment
from schools.models import Role
from schools.roles import HEADTEACHER
from workgroups.actions.duties import PASSED_ON, PASSING
from workgroups.models import Attendance, Meeting, Replacement, ReplacementPart, Visit

Kind = ReplacementPart.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that passes on: what, how, and what goes with it."""

    title: str
    words: str
    more: str = ""


def lines_of(change: Replacement) -> list[Line]:
    """Line by line, what passes on from which day."""
    parts = change.parts.select_related("enrolled__enrolment", "role", "given", "group", "change__leader", "interest")
    return [LINES[part.kind](change, part) for part in parts]


def stays_open(change: Replacement) -> list[str]:
    """What nobody does from then on: a role that no one else holds, a place without a name."""
    if change.successor_id is not None or change.status == Replacement.Status.TAKEN_BACK:
        return []
    day = long_day(change.from_on)
    found = []
    for part in change.parts.select_related("enrolled", "role__school", "interest"):
        if part.kind == Kind.ROLE and part.role is not None and _is_vacant(part.role, change.from_on):
            found.append(f"{part.role}: nobody from {day}")
        if part.kind == Kind.PLACE and part.enrolled is not None and _is_unnamed(part, change.from_on):
            found.append(f"{part.label}: to be named from {day}")
        if part.kind in (Kind.CONTACT, Kind.NOMINEE) and part.interest is not None and part.interest.status in PASSING:
            found.append(f"{part.label}: still {change.person}")
    return found


def _is_vacant(role: Role, from_on: date) -> bool:
    others = Role.objects.filter(school=role.school_id, kind=role.kind).exclude(pk=role.pk)
    later = others.filter(ends_on=None) | others.filter(ends_on__gte=max(from_on, clock.today()))
    return role.kind in PASSED_ON and not later.exists()


def _is_unnamed(part: ReplacementPart, from_on: date) -> bool:
    return part.enrolled is not None and not part.enrolled.turns.filter(since__gte=from_on).exists()


def _names(change: Replacement) -> tuple[str, str, str]:
    """The leaver, the successor in words, and the day."""
    to = str(change.successor) if change.successor else "nobody yet"
    return str(change.person), to, long_day(change.from_on)


def _place(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    words = f"{to} from {day}" if change.successor else f"to be named from {day}; the place is held"
    if part.enrolled is None:
        return Line(part.label, words)
    first = clock.at_london(change.from_on, 0)
    meetings = Meeting.objects.standing().filter(group__places__enrolment=part.enrolled.enrolment_id)
    theirs = meetings.filter(starts_at__gte=first, group__places__left_on=None).distinct().count()
    attended = Attendance.objects.filter(
        person=change.person, meeting__group__places__enrolment=part.enrolled.enrolment_id
    )
    kept = attended.values("meeting").distinct().count()
    stays = f" What {leaver} attended ({count(kept, 'register')}) stays with {leaver}." if kept else ""
    gets = f"{count(theirs, 'meeting')} from that day on; all dates are sent at once." if change.successor else ""
    return Line(part.label, words, f"{gets}{stays}".strip())


def _role(change: Replacement, part: ReplacementPart) -> Line:
    leaver, to, day = _names(change)
    last = long_day(part.role.ends_on if part.role and part.role.ends_on else change.from_on - timedelta(days=1))
    follows = f"; {to} from {day}" if part.given is not None or part.role is None else ""
    more = "Access ends with that day."
    if part.given is not None and part.given.kind == HEADTEACHER and part.role is not None:
        running = Enrolment.objects.in_progress().filter(school=part.role.school_id, person=None).count()
        if running:
            more += f" {to} is asked by e-mail to confirm what the school agreed to in {count(running, 'programme')}."
    return Line(part.label, f"{leaver} until {last}{follows}", more)


def _group(change: Replacement, part: ReplacementPart) -> Line:
    begins = part.change.from_on if part.change else change.from_on
    ahead = Visit.objects.filter(group=part.group, status__in=(Visit.Status.TO_BOOK, Visit.Status.BOOKED))
    booked = ahead.filter(status=Visit.Status.BOOKED).count()
    visits = f"{count(ahead.count(), 'open visit')} move with it, {booked} of them booked. " if ahead.exists() else ""
    told = "Both leaders and the teachers are told by e-mail."
    return Line(part.label, f"{change.successor} leads it from {long_day(begins)}", f"{visits}{told}")


def _interest(change: Replacement, part: ReplacementPart) -> Line:
    _leaver, to, day = _names(change)
    if change.successor is None:
        return Line(part.label, "stays until somebody is known")
    return Line(part.label, f"{to} from {day}")


def _head(change: Replacement, part: ReplacementPart) -> Line:
    _leaver, to, day = _names(change)
    return Line(part.label, f"{to} is asked to confirm on {day}", "The link that was sent before ends.")


def _base(change: Replacement, part: ReplacementPart) -> Line:
    leaver, _to, day = _names(change)
    return Line(part.label, f"no longer, from {day}", f"What {leaver} attended and wrote stays.")


LINES = {
    Kind.PLACE.value: _place,
    Kind.ROLE.value: _role,
    Kind.GROUP.value: _group,
    Kind.CONTACT.value: _interest,
    Kind.NOMINEE.value: _interest,
    Kind.HEAD.value: _head,
    Kind.BASE.value: _base,
}
