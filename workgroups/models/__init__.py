"""How it happens: groups, places, participants, meetings, registers, visits."""

from workgroups.models.groups import Group, Participant, Place, without_group
from workgroups.models.meetings import Answer, Attendance, Meeting, MeetingQuerySet
from workgroups.models.visits import AgreedAction, Visit, VisitLog, VisitQuerySet, late_visits

__all__ = [
    "AgreedAction",
    "Answer",
    "Attendance",
    "Group",
    "Meeting",
    "MeetingQuerySet",
    "Participant",
    "Place",
    "Visit",
    "VisitLog",
    "VisitQuerySet",
    "late_visits",
    "without_group",
]
