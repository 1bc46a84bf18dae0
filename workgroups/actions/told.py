"""What people know of a group and its meetings: who waits for its dates, and what they were last sent."""

from collections.abc import Mapping
from typing import Any

from hubportal.core import notices
from hubportal.core.models import Notice
from hubportal.core.telling import person_recipient
from programmes.models import Enrolment, Heard
from schools.models import Person
from workgroups.models import Group, Meeting
from workgroups.notices.meetings import is_told


def first_mails(group: Group) -> list[tuple[str, Any]]:
    """The e-mails that bring somebody all dates of a group."""
    return [("year_dates", group), *(("leader_changed", change) for change in group.leader_changes.all())]


def who_is_untold(meeting: Meeting, waits: Mapping[str, str] | None = None) -> dict[str, str]:
    """Who has not been sent a meeting's date, and the kind of e-mail that will bring it as it then stands.

    :param waits: who waits for the first e-mails of the group, where the caller has looked already.
    """
    waits = notices.waiting(*first_mails(meeting.group)) if waits is None else waits
    added = ("meeting_added", meeting)
    if meeting.added_at:
        waits = {**notices.waiting(added), **waits}
    if not waits:
        return {}
    sent = who_is_told(meeting)
    return {key: kind for key, kind in waits.items() if key not in sent}


def who_is_told(meeting: Meeting) -> set[str]:
    """Who has been sent a meeting's date, be it another by now."""
    own = [(kind, meeting) for kind in ("meeting_added", "meeting_back", "meeting_moved", "meeting_reminder")]
    # The dates of the year were sent without a meeting that was added later.
    return notices.reached(*own, *(() if meeting.added_at else first_mails(meeting.group)))


def known_facts(meeting: Meeting) -> dict[str, Any]:
    """The start, end and place that people were last sent, as the fields that keep them; reads ``host``.

    Not those of a change of which no e-mail has left yet.
    """
    as_it_is = {"was_at": meeting.starts_at, "was_ends_at": meeting.ends_at, "was_place": meeting.place_name}
    if meeting.was_at is None or not is_told(meeting):
        return as_it_is
    moved = ("meeting_moved", meeting)
    notices.hold(moved)  # none leaves between this look and the step that follows it
    if notices.reached(moved, offset=f"moved-{meeting.sequence}@"):
        return as_it_is
    kept = {name: getattr(meeting, name) for name in as_it_is}
    return {name: kept[name] or now for name, now in as_it_is.items()}


def heard_of_group(enrolment: Enrolment, person: Person) -> Heard:
    """What somebody was written to of the group in which an enrolment has its place, or had it last.

    In the caller's transaction: what has not left by this look does not before what follows from it is done.
    """
    place = enrolment.places.select_related("group").order_by("-pk").first()
    if place is None:
        return Heard.NOTHING
    group = place.group
    if _is_reached(group, person_recipient(person).key):
        return Heard.CANCELLED if group.status == Group.Status.CANCELLED else Heard.DATES
    # Whoever was in a group that came with records has its dates from before.
    is_to_come = group.status == Group.Status.RUNNING and place.left_on is None and group.taken_over_at is None
    return Heard.DATES_TO_COME if is_to_come else Heard.NOTHING


def _is_reached(group: Group, key: str) -> bool:
    rows = Notice.objects.about([group]).filter(recipient=key)
    left = rows.filter(state__in=(Notice.State.SENDING, Notice.State.SENT))
    if left.exists():
        return True
    list(rows.filter(state=Notice.State.PLANNED).order_by("pk").select_for_update().values_list("pk", flat=True))
    return left.exists()
