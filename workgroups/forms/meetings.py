"""Forms of meetings: a year's dates, one meeting's date, where it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, TimeOfDayField, text_area
from schools.models import School
from workgroups.actions.meetings import Slot

NOT_AT_A_SCHOOL = "Not at a school of the group"
CANNOT_HOST = {"invalid_choice": "This school has closed, or has no place in the group any more: choose another place."}
WEEKDAYS = [(str(number), name) for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))]


class WishForm(PortalForm):
    """On which weekday and when the group usually meets; read from the address."""

    weekday = forms.ChoiceField(label="Weekday", choices=WEEKDAYS, initial="1")
    start = TimeOfDayField(label="From", initial="1.30pm", help_text="")
    end = TimeOfDayField(label="Until", initial="4pm", help_text="")


class _SlotForm(PortalForm):
    def slot(self) -> Slot:
        """When it is."""
        return Slot(self.cleaned_data["day"], self.cleaned_data["start"], self.cleaned_data["end"])


class PlanLineForm(_SlotForm):
    """One proposed meeting, to be kept, changed or left out."""

    day = DayField(label="Date")
    start = TimeOfDayField(label="From", help_text="")
    end = TimeOfDayField(label="Until", help_text="")
    host = forms.ChoiceField(label="Where", required=False, error_messages=CANNOT_HOST)
    venue = OneLine(label="Another place, or “online”", max_length=150, required=False)

    def __init__(self, *args: Any, hosts: Sequence[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hosts = {str(school.pk): school for school in hosts}
        names = [(pk, school.name) for pk, school in self._hosts.items()]
        self.fields["host"].choices = [("", NOT_AT_A_SCHOOL), *names]  # type: ignore[attr-defined]

    def slot(self) -> Slot:
        """When and where it is; a place that was typed counts before the school whose turn it would be."""
        venue = self.cleaned_data["venue"]
        host = None if venue else self._hosts.get(self.cleaned_data["host"])
        return replace(super().slot(), host=host, venue=venue)


class PlanFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The proposed meetings of a year: each is filled in or left out."""

    default_error_messages = {
        "missing_management_form": "Some of this page was not sent. Load it again and send it once more.",
        "too_many_forms": "Plan at most %(num)d meetings at once.",
    }

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """A line that came back empty is not passed over."""
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Say in plain words what the box to leave a date out does."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Leave this date out"


class MeetingMoveForm(_SlotForm):
    """A new date for a meeting, and why."""

    day = DayField(label="New date", help_text="For example 12 1 2027")
    start = TimeOfDayField(label="From")
    end = TimeOfDayField(label="Until")
    reason = Lines(
        label="Why? (optional)", max_length=1000, required=False, widget=text_area(2), help_text="Everybody reads this."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class MeetingCancelForm(PortalForm):
    """Why a meeting does not take place."""

    reason = Lines(label="Why?", max_length=1000, widget=text_area(3), help_text="Everybody reads this.")
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class _HostField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: School) -> str:
        """A school that stands there although it has closed says so."""
        return f"{obj.name} (has closed)" if obj.has_closed else obj.name


class MeetingPlaceForm(PortalForm):
    """Where a meeting is, and what it is about."""

    host = _HostField(
        label="Host school",
        queryset=School.objects.none(),
        required=False,
        empty_label=NOT_AT_A_SCHOOL,
        error_messages=CANNOT_HOST,
    )
    venue = OneLine(
        label="Another place (optional)",
        max_length=150,
        required=False,
        help_text="For example a teaching centre, or “online”.",
    )
    topic = OneLine(
        label="What it is about (optional)",
        max_length=150,
        required=False,
        help_text="For example the lesson that is observed.",
    )

    def __init__(self, *args: Any, hosts: QuerySet[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something is said; what it is about may be known before the place."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("host", "Choose a school of the group, or type another place below.")
        return data
