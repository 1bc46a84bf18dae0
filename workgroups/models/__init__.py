"""How it happens: groups, places, participants, meetings, registers, visits."""

from workgroups.models.groups import Group, Participant, Place
from workgroups.models.meetings import Answer, Attendance, Meeting
from workgroups.models.visits import AgreedAction, Visit, VisitLog

__all__ = [
    "AgreedAction",
    "Answer",
    "Attendance",
    "Group",
    "Meeting",
    "Participant",
    "Place",
    "Visit",
    "VisitLog",
]
