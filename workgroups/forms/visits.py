"""Forms of visits: booking, taking a booking back, logging."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from hubportal.core import clock
from hubportal.core.forms import (
    CalendarDay,
    DayField,
    Lines,
    OneLine,
    PortalForm,
    PortalFormSet,
    RecordsField,
    TimeOfDayField,
    text_area,
)
from hubportal.core.templatetags.portal import day as day_words
from programmes.models import Tag
from workgroups.actions.logs import Agreed, LogEntry
from workgroups.models import Visit
from workgroups.rules import visits as rules

LENGTHS = [(half_days, words.capitalize()) for half_days, words in rules.LENGTHS.items()]
MOST_AGREED = 20
TODAY, BOOKED, OTHER = "today", "booked", "other"


class VisitBookForm(PortalForm):
    """When a visit is to be, and what the school should know."""

    day = DayField(label="Day of the visit")
    starts = TimeOfDayField(label="Start")
    half_days = forms.TypedChoiceField(label="Length", choices=LENGTHS, coerce=int, widget=forms.RadioSelect)
    note = Lines(
        label="Something to tell the school",
        help_text="You can leave this empty. The school reads it in the e-mail.",
        required=False,
        max_length=1000,
        widget=text_area(3),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def starts_at(self) -> datetime:
        """Day and time together."""
        start = self.cleaned_data["starts"]
        return clock.at_london(self.cleaned_data["day"], start.hour, start.minute)


class CancelBookingForm(PortalForm):
    """Why a booked visit will not be."""

    reason = Lines(
        label="Why will the visit not take place?",
        help_text="The school reads this in an e-mail.",
        max_length=1000,
        widget=text_area(3),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class VisitDropForm(PortalForm):
    """Why a visit without a date will not be."""

    reason = Lines(
        label="Why will the visit not take place?",
        help_text="The school can read this on the page of the visit.",
        max_length=1000,
        widget=text_area(3),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AgreedForm(PortalForm):
    """One agreed action; an empty row is left out."""

    text = OneLine(label="What was agreed", max_length=250, required=False)
    owner_name = OneLine(label="Who does it", max_length=150, required=False)
    due_on = CalendarDay(label="By when", required=False)

    def clean(self) -> dict[str, Any]:
        """Somebody and a date need something to be done."""
        data = super().clean() or {}
        if (data.get("owner_name") or data.get("due_on")) and not data.get("text") and "text" not in self.errors:
            self.add_error("text", "Say what was agreed.")
        return data


AgreedFormSet = forms.formset_factory(
    AgreedForm, formset=PortalFormSet, extra=1, max_num=MOST_AGREED, absolute_max=MOST_AGREED
)


class VisitLogForm(PortalForm):
    """What a visit was, as it is written on a phone."""

    when = forms.ChoiceField(label="When was the visit?", widget=forms.RadioSelect)
    other_day = CalendarDay(
        label="Which day?",
        required=False,
        error_messages={"invalid": "Enter the day of the visit as a date, for example 12/01/2027."},
    )
    half_days = forms.TypedChoiceField(label="How long was it?", choices=LENGTHS, coerce=int, widget=forms.RadioSelect)
    people = forms.MultipleChoiceField(label="Whom did you meet?", required=False)
    others = OneLine(label="Anybody else", max_length=500, required=False)
    tags = RecordsField(queryset=Tag.objects.none(), required=False)
    shared = Lines(label="What you saw", max_length=10_000, widget=text_area(6))
    private = Lines(label="Private note", max_length=10_000, required=False, widget=text_area(4))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self, *, visit: Visit, names: Sequence[str], today: date, entry: LogEntry | None, **kwargs: Any
    ) -> None:
        self.visit, self.today = visit, today
        days = {TODAY: today}
        known = entry.on if entry else visit.on
        if known and known < today:
            days[BOOKED] = known
        self.days = days
        initial = _initial(visit, names, entry, BOOKED if BOOKED in days else TODAY)
        super().__init__(initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self._offer_days("Logged" if entry else "Booked")
        self.fields["people"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["tags"].queryset = Tag.objects.filter(tag_set=visit.group.offer.visit_tags_id)  # type: ignore[attr-defined]
        self.fields["shared"].error_messages["required"] = "Say what you saw. The school reads this."
        self.agreed = AgreedFormSet(
            self.data if self.is_bound else None,
            prefix="agreed",
            # What is typed counts whole: compared with the kept rows, an unchanged one would count as empty.
            initial=[row_of(one) for one in entry.agreed] if entry and not self.is_bound else None,
        )

    def _offer_days(self, known_as: str) -> None:
        labels = [(TODAY, f"Today, {self.today.day} {self.today:%B}")]
        if BOOKED in self.days:
            labels.append((BOOKED, f"{known_as}: {day_words(self.days[BOOKED])}"))
        self.fields["when"].choices = [*labels, (OTHER, "Another day")]  # type: ignore[attr-defined]

    def tag_choices(self) -> list[tuple[Tag, bool]]:
        """The tags of the offer, and whether each is ticked."""
        chosen = {str(getattr(one, "pk", one)) for one in self["tags"].value() or []}
        return [(tag, str(tag.pk) in chosen) for tag in self.fields["tags"].queryset]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Another day needs its date; somebody was met."""
        data = super().clean() or {}
        if data.get("when") == OTHER and not data.get("other_day") and "other_day" not in self.errors:
            self.add_error("other_day", "Enter the day of the visit.")
        if not data.get("people") and not data.get("others"):
            self.add_error("others", "Say whom you met.")
        return data

    def is_valid(self) -> bool:
        """The log and its agreed actions."""
        own, rows = super().is_valid(), self.agreed.is_valid()
        return own and rows

    def entry(self) -> LogEntry:
        """What was written, once it is valid."""
        data = self.cleaned_data
        people = [*data["people"], *([data["others"]] if data["others"] else [])]
        rows = (form.cleaned_data for form in self.agreed.forms)
        return LogEntry(
            on=self.days.get(data["when"]) or data["other_day"],
            half_days=data["half_days"],
            people_met=", ".join(people),
            shared=data["shared"],
            private=data["private"],
            tags=tuple(data["tags"]),
            agreed=tuple(
                Agreed(row["text"], row.get("owner_name", ""), row.get("due_on")) for row in rows if row.get("text")
            ),
        )


def one_more_row(data: QueryDict) -> QueryDict:
    """What was typed, with an empty row for another agreed action."""
    more = data.copy()
    total = more.get("agreed-TOTAL_FORMS", "")
    rows = int(total) if total.isdecimal() and len(total) < 4 else 0
    more["agreed-TOTAL_FORMS"] = str(min(rows + 1, MOST_AGREED))
    return more


def row_of(one: Agreed) -> dict[str, Any]:
    """An agreed action as the fields of its row."""
    return {"text": one.text, "owner_name": one.owner_name, "due_on": one.due_on}


def _initial(visit: Visit, names: Sequence[str], entry: LogEntry | None, when: str) -> dict[str, Any]:
    if entry is None:
        return {"when": when, "half_days": visit.half_days}
    met = [name.strip() for name in entry.people_met.split(",")]
    return {
        "when": when,
        "half_days": entry.half_days,
        "people": [name for name in met if name in names],
        "others": ", ".join(name for name in met if name not in names),
        "tags": list(entry.tags),
        "shared": entry.shared,
        "private": entry.private,
    }
