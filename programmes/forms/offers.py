"""Forms about offers, for the national team."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, PortalModelForm, text_area
from programmes.models import Offer
from schools.models import Hub

NUMBER = {"inputmode": "numeric", "class": "govuk-input--width-3"}


class OfferTextsForm(PortalModelForm):
    """What may still change of an offer that schools are enrolled in: texts and dates."""

    opens_on = DayField(label="Applications open on")
    closes_on = DayField(label="Applications close on")

    class Meta:
        model = Offer
        fields: ClassVar[tuple[str, ...]] = Offer.ALWAYS_FREE
        labels: ClassVar[dict[str, str]] = {"is_published": "Published: hubs and schools can see it"}
        widgets: ClassVar[dict[str, Any]] = {"summary": text_area(4)}
        field_classes: ClassVar[dict[str, Any]] = {"title": OneLine, "summary": Lines}


class OfferForm(OfferTextsForm):
    """All of an offer, while no school is enrolled in it."""

    class Meta(OfferTextsForm.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *OfferTextsForm.Meta.fields,
            "group_min",
            "group_max",
            "teachers_per_school",
            "leader_kind",
            "meetings",
            "meetings_per",
            "meeting_half_days",
            "visits",
            "visits_per",
            "visit_half_days",
            "release_days",
            "head_at_first_meeting",
            "state_funded_only",
            "is_once",
            "needs_lead_role",
            "lead_role_label",
            "group_label",
            "teacher_label",
        )
        field_classes: ClassVar[dict[str, Any]] = {
            **OfferTextsForm.Meta.field_classes,
            **dict.fromkeys(("lead_role_label", "group_label", "teacher_label"), OneLine),
        }
        labels: ClassVar[dict[str, str]] = {
            **OfferTextsForm.Meta.labels,
            "group_min": "Smallest group (schools)",
            "group_max": "Largest group (schools; empty: open)",
            "teachers_per_school": "Teachers from each school",
            "leader_kind": "Who leads",
            "meetings": "Meetings in the whole year",
            "meetings_per": "Meetings are spread over each",
            "meeting_half_days": "Length of a meeting in half-days",
            "visits": "Visits to each school in the whole year",
            "visits_per": "Visits are spread over each",
            "visit_half_days": "Length of a visit in half-days",
            "release_days": "Days a school releases its teachers for",
            "head_at_first_meeting": "The headteacher comes to the first meeting",
            "state_funded_only": "For state-funded schools only",
            "is_once": "A school does it once",
            "needs_lead_role": "One of the teachers leads in the department",
            "lead_role_label": "What that role is called",
            "group_label": "What a group is called",
            "teacher_label": "What the teachers are called",
        }
        help_texts: ClassVar[dict[str, str]] = dict.fromkeys(labels, "")
        widgets: ClassVar[dict[str, Any]] = {
            **OfferTextsForm.Meta.widgets,
            **{
                name: forms.TextInput(attrs=NUMBER)
                for name in (
                    "group_min",
                    "group_max",
                    "teachers_per_school",
                    "meetings",
                    "meeting_half_days",
                    "visits",
                    "visit_half_days",
                    "release_days",
                )
            },
        }


class TargetsForm(PortalForm):
    """How many schools each hub is asked to recruit; empty: no target."""

    def __init__(self, *args: Any, hubs: Iterable[Hub], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for hub in hubs:
            self.fields[f"hub_{hub.pk}"] = forms.IntegerField(
                label=hub.name,
                min_value=0,
                max_value=5000,
                required=False,
                widget=forms.TextInput(attrs=NUMBER),
                error_messages={"invalid": f"{hub.name}: enter a whole number, for example 24."},
            )

    @property
    def schools(self) -> dict[int, int | None]:
        """Schools by the hub's key."""
        return {int(name.removeprefix("hub_")): number for name, number in self.cleaned_data.items()}
