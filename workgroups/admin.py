"""Groups, meetings and visits in Django's admin: read-only, national only."""

from django.contrib import admin

from hubportal.core.admin_site import ReadOnlyAdmin
from workgroups.models import (
    AgreedAction,
    Answer,
    Attendance,
    Group,
    Meeting,
    Participant,
    Place,
    Visit,
    VisitLog,
)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """Groups."""

    list_display = ("name", "offer", "hub", "leader", "status")
    list_select_related = ("offer__phase", "hub", "leader__person")
    search_fields = ("name",)


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    """Places."""

    list_display = ("group", "enrolment", "placed_on", "left_on")
    list_select_related = ("group", "enrolment__school", "enrolment__offer__phase")
    search_fields = ("group__name",)


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """Participants."""

    list_display = ("person", "place", "since", "until")
    list_select_related = ("person", "place__group", "place__enrolment__school", "place__enrolment__offer__phase")
    search_fields = ("person__name",)


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Meetings."""

    list_display = ("group", "number", "starts_at", "status")
    list_select_related = ("group",)
    search_fields = ("group__name",)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """Answers to meetings."""

    list_display = ("person", "meeting", "kind", "answered_at")
    list_select_related = ("person", "meeting__group")
    search_fields = ("person__name",)


@admin.register(Attendance)
class AttendanceAdmin(ReadOnlyAdmin):
    """Registers."""

    list_display = ("person", "meeting", "mark", "marked_at")
    list_select_related = ("person", "meeting__group")
    search_fields = ("person__name",)


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    """Visits."""

    list_display = ("school", "number", "term", "status", "starts_at")
    list_select_related = ("school",)
    search_fields = ("school__name",)


@admin.register(VisitLog)
class VisitLogAdmin(ReadOnlyAdmin):
    """Visit logs."""

    list_display = ("visit", "on", "half_days", "written_at")
    list_select_related = ("visit__school",)
    exclude = ("private",)  # for the leader and the hub's staff only


@admin.register(AgreedAction)
class AgreedActionAdmin(ReadOnlyAdmin):
    """Agreed actions."""

    list_display = ("text", "owner_name", "due_on")
