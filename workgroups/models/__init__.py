"""How it happens: groups, places, participants, meetings, registers, visits."""

from workgroups.models.changed import (
    OpenWork,
    closed_with_work,
    in_line_of,
    of_unknown_successor,
    open_work,
    with_counts,
)
from workgroups.models.groups import (
    CoLeader,
    Group,
    GroupQuerySet,
    Participant,
    Place,
    PlaceQuerySet,
    last_place_of,
    led_by,
    place_of,
    waiting_for,
    with_last_place,
    without_group,
)
from workgroups.models.leading import LeaderChange, leader_at, led_then, with_load
from workgroups.models.meetings import Answer, Attendance, Meeting, MeetingQuerySet, short_of_meetings, year_is_over
from workgroups.models.replacements import Replacement, ReplacementPart, ReplacementQuerySet
from workgroups.models.visits import AgreedAction, Visit, VisitLog, VisitQuerySet, late_visits, with_outlook

__all__ = [
    "AgreedAction",
    "Answer",
    "Attendance",
    "CoLeader",
    "Group",
    "GroupQuerySet",
    "LeaderChange",
    "Meeting",
    "MeetingQuerySet",
    "OpenWork",
    "Participant",
    "Place",
    "PlaceQuerySet",
    "Replacement",
    "ReplacementPart",
    "ReplacementQuerySet",
    "Visit",
    "VisitLog",
    "VisitQuerySet",
    "closed_with_work",
    "in_line_of",
    "last_place_of",
    "late_visits",
    "leader_at",
    "led_by",
    "led_then",
    "of_unknown_successor",
    "open_work",
    "place_of",
    "short_of_meetings",
    "waiting_for",
    "with_counts",
    "with_last_place",
    "with_load",
    "with_outlook",
    "without_group",
    "year_is_over",
]
