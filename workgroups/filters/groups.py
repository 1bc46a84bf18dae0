"""Filters of groups and meetings."""

import django_filters as filters
from django.db.models import QuerySet

from hubportal.core import clock
from workgroups.models import Group, Meeting, MeetingQuerySet


class GroupFilter(filters.FilterSet):
    """Groups by name, programme, leader and status."""

    name = filters.CharFilter(lookup_expr="icontains", label="Name")
    programme = filters.CharFilter(field_name="offer__title", lookup_expr="icontains", label="Programme")
    leader = filters.CharFilter(field_name="leader__person__name", lookup_expr="icontains", label="Leader")
    status = filters.ChoiceFilter(choices=Group.Status, label="Status", empty_label="All")

    class Meta:
        model = Group
        fields: list[str] = []


class MeetingFilter(filters.FilterSet):
    """Meetings by group and by whether they are over."""

    group = filters.CharFilter(field_name="group__name", lookup_expr="icontains", label="Group")
    status = filters.ChoiceFilter(
        label="Show",
        empty_label="All",
        choices=[("coming", "Still to come"), ("unmarked", "Without a full register"), *Meeting.Status.choices[1:]],
        method="by_status",
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def by_status(self, meetings: MeetingQuerySet, name: str, value: str) -> QuerySet[Meeting]:
        """By what is left to do, or by status."""
        if value == "coming":
            return meetings.filter(status=Meeting.Status.PLANNED, ends_at__gt=clock.now())
        if value == "unmarked":
            return meetings.unmarked(clock.now())
        return meetings.filter(status=value)
