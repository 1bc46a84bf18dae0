"""Groups, meetings and visits in Django's admin: read-only, national only."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from hubportal.core import clock
from hubportal.core.admin_site import ReadOnlyAdmin
from schools.models import Hub
from workgroups.models import (
    AgreedAction,
    Answer,
    Attendance,
    CoLeader,
    Group,
    LeaderChange,
    Meeting,
    Participant,
    Place,
    Replacement,
    ReplacementNews,
    ReplacementPart,
    Visit,
    VisitLog,
    with_outlook,
)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """Groups."""

    # The columns of the portal's own list of groups, which `make bench` holds against this one.
    list_display = ("name", "hub", "offer", "leader", "places_taken", "places_max", "next_at", "status", "late_visits")
    list_filter = ("status",)
    list_select_related = ("hub", "offer__phase", "leader__person")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With the next meeting and what to watch."""
        return with_outlook(Group.objects.all(), now=clock.now(), late=Visit.objects.late(clock.today()))

    @admin.display(description="Next meeting", ordering="next_at")
    def next_at(self, group: Group) -> datetime | None:
        """When the group meets next."""
        found: datetime | None = group.next_at  # type: ignore[attr-defined]
        return found

    @admin.display(description="Late visits", ordering="late_visits")
    def late_visits(self, group: Group) -> int:
        """How many should have been by now."""
        found: int = group.late_visits  # type: ignore[attr-defined]
        return found


@admin.register(LeaderChange)
class LeaderChangeAdmin(ReadOnlyAdmin):
    """Changes of leader."""

    list_display = ("group", "was", "leader", "from_on", "status")
    list_select_related = ("group", "was__person", "leader__person")
    search_fields = ("group__name",)


@admin.register(Replacement)
class ReplacementAdmin(ReadOnlyAdmin):
    """Who follows whom."""

    list_display = ("person", "successor", "school", "from_on", "status")
    list_select_related = ("person", "successor", "school")
    search_fields = ("person__name", "successor__name")


@admin.register(ReplacementNews)
class ReplacementNewsAdmin(ReadOnlyAdmin):
    """What people hear of replacements."""

    list_display = ("person", "replacement", "news", "news_at")
    list_select_related = ("person", "replacement__person", "replacement__successor")


@admin.register(ReplacementPart)
class ReplacementPartAdmin(ReadOnlyAdmin):
    """What passed on."""

    list_display = ("label", "kind", "replacement")
    list_select_related = ("replacement__person", "replacement__successor")
    search_fields = ("label",)


@admin.register(CoLeader)
class CoLeaderAdmin(ReadOnlyAdmin):
    """Who leads beside."""

    list_display = ("leader", "group", "since", "until")
    list_select_related = ("leader__person", "group")
    search_fields = ("group__name",)


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

    # The columns of the portal's own list of meetings, which `make bench` holds against this one.
    list_display = ("starts_at", "group", "hub", "number", "place_name", "status")
    list_filter = ("status",)
    list_select_related = ("group__hub", "host")
    search_fields = ("group__name",)

    @admin.display(description="Hub")
    def hub(self, meeting: Meeting) -> Hub:
        """Whose group it is."""
        return meeting.group.hub


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

    # The columns of the portal's own list of visits, which `make bench` holds against this one.
    list_display = (
        *("school", "town", "hub", "number", "group", "on", "starts_at", "book_by"),
        *("status", "term", "leader"),
    )
    list_filter = ("term", "status")
    list_select_related = ("school", "group__hub", "leader__person")
    search_fields = ("school__name",)

    @admin.display(description="Town")
    def town(self, visit: Visit) -> str:
        """Where the school is."""
        return visit.school.town

    @admin.display(description="Hub")
    def hub(self, visit: Visit) -> Hub:
        """Whose group it belongs to."""
        return visit.group.hub


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
