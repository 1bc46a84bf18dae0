"""Filters of groups and meetings."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet

from hubportal.core import clock
from hubportal.core.access import may
from schools.roles import HUB_READERS
from schools.rules import academic_year
from workgroups.models import Group, GroupQuerySet, Meeting, MeetingQuerySet, short_of_meetings, year_is_over


class GroupFilter(filters.FilterSet):
    """Groups by name, programme, leader and status."""

    name = filters.CharFilter(method="by_words", label="Name")
    programme = filters.CharFilter(field_name="offer__title", lookup_expr="icontains", label="Programme")
    leader = filters.CharFilter(field_name="leader__person__name", lookup_expr="icontains", label="Leader")
    status = filters.ChoiceFilter(
        choices=[*Group.Status.choices, ("short", "Needs another meeting"), ("over", "Year over, not completed")],
        label="Status",
        empty_label="All",
        method="by_status",
    )

    class Meta:
        model = Group
        fields: list[str] = []

    def by_words(self, groups: GroupQuerySet, name: str, value: str) -> GroupQuerySet:
        """As the search finds groups."""
        return groups.matching(value)

    def by_status(self, groups: GroupQuerySet, name: str, value: str) -> GroupQuerySet:
        """By status, or by what is left to plan."""
        if value == "over":
            return year_is_over(groups, clock.now())
        return short_of_meetings(groups, clock.today()) if value == "short" else groups.filter(status=value)


class WhoseFilter(filters.FilterSet):
    """What one leads oneself, for those of a hub; everybody else reads their own anyway."""

    leader_path: ClassVar[str]
    whose = filters.ChoiceFilter(label="Whose", empty_label="All", choices=[("mine", "Mine")], method="by_whose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: Any = kwargs["request"].user
        self.is_of_hub = may(self.user, *HUB_READERS)
        if not self.is_of_hub:
            del self.filters["whose"]

    def by_whose(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One's own."""
        return rows.filter(**{self.leader_path: self.user.person_id})


class MeetingFilter(WhoseFilter):
    """Meetings by whose they are, group and when; without a choice this year's that are to come, all of other years."""

    leader_path = "group__leader__person"
    group = filters.CharFilter(field_name="group__name", lookup_expr="icontains", label="Group")
    status = filters.ChoiceFilter(
        label="Show",
        empty_label="All",
        choices=[
            ("coming", "To come"),
            ("over", "Over"),
            ("unmarked", "Without a full register"),
            ("place", "Needs another place"),
            *Meeting.Status.choices[1:],
        ],
        method="by_status",
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request: Any = self.request
        is_this_year = (
            getattr(request, "year", None) == academic_year(clock.today()) and request.GET.get("years") != "all"
        )
        self.opens_on_coming = is_this_year
        if is_this_year:
            first, *rest = self.filters["status"].extra["choices"]
            self.filters["status"].extra |= {"empty_label": first[1], "choices": [*rest, ("all", "All")]}
            asked: Any = self.data
            if asked and asked.get("status") == first[0]:
                # Said in an address of another year's page.
                self.data = {**asked.dict(), "status": ""}

    def filter_queryset(self, queryset: Any) -> Any:
        """What comes next is there first."""
        found: Any = super().filter_queryset(queryset)
        return self.by_status(found, "status", "coming") if self.is_narrowed else found

    @property
    def is_narrowed(self) -> bool:
        """Whether only what is to come is shown, because nothing was chosen."""
        return self.opens_on_coming and not self.form.cleaned_data.get("status")

    def by_status(self, meetings: MeetingQuerySet, name: str, value: str) -> QuerySet[Meeting]:
        """By when, newest first where they are over; by what is left to do; or by status."""
        now = clock.now()
        if value == "all":
            return meetings
        if value == "coming":
            # With those that were cancelled: somebody looks for them here.
            return meetings.filter(ends_at__gt=now)
        if value == "over":
            return meetings.filter(ends_at__lte=now).order_by("-starts_at", "-pk")
        if value == "unmarked":
            # A leader's calendar also has meetings they only attend: somebody else keeps those registers.
            return meetings.unmarked(now).with_register_for(self.user)
        if value == "place":
            # As of registers: somebody else chooses where they meet.
            return meetings.to_place_anew(now).with_register_for(self.user)
        return meetings.filter(status=value)
