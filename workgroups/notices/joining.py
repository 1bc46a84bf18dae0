"""What whoever joins a running group reads of it: from which school, in whose place, from when; reads prefetched rows.

But for whom they follow, which the places of the enrolment say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programmes.models import TeacherTurn
from schools.models import School
from schools.roles import WITHOUT_SIGN_IN
from workgroups.models import Group, Participant, Place
from workgroups.notices.recipients import roles_on

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody who takes part from a school since a day, or from a day to come, and whom they follow."""

    school: School
    in_place_of: str
    since: date
    is_later: bool


def joining(group: Group, recipient: str, places: Sequence[Place], written_on: date) -> list[Joining]:
    """How whoever was named since the group started takes part; of those who were there all along nothing."""
    rows = [row for place in places for row in place.participants.all() if _is_new(row, recipient, group)]
    rows = [row for row in rows if row.until is None or row.until >= written_on]
    of = {place.pk: place.enrolment for place in places}
    return [
        Joining(of[row.place_id].school, _before(row, of[row.place_id].pk), row.since, row.since > written_on)
        for row in rows
    ]


def may_open(recipient: str, places: Sequence[Place], written_on: date) -> bool:
    """Whether somebody, but who leads, signs in on a day for what lets them see the group."""
    takes_part = any(
        row.since <= written_on and (row.until is None or row.until >= written_on)
        for place in places
        for row in place.participants.all()
        if f"person:{row.person_id}" == recipient
    )
    held = [role for place in places for role in roles_on(place.enrolment.school, written_on)]
    return takes_part or any(
        f"person:{role.person_id}" == recipient and role.kind not in WITHOUT_SIGN_IN for role in held
    )


def _is_new(row: Participant, recipient: str, group: Group) -> bool:
    if group.started_at is None or row.entered_at is None:
        return False
    return f"person:{row.person_id}" == recipient and row.entered_at > group.started_at


def _before(row: Participant, enrolment: int) -> str:
    """Who had the place until the day before."""
    own = TeacherTurn.objects.filter(enrolled__enrolment=enrolment, person=row.person_id, since=row.since)
    before = TeacherTurn.objects.filter(until=row.since - A_DAY, enrolled__in=own.values("enrolled"))
    return next((str(name) for name in before.values_list("person__name", flat=True)), "")
