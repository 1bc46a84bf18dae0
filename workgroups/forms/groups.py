"""Forms of groups: make, place, start, leave."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from hubportal.core.forms import PortalForm, text_area
from programmes.models import Enrolment, Leader, Offer


class OfferChoiceForm(PortalForm):
    """Which programme the group belongs to."""

    offer = forms.ModelChoiceField(
        label="Which programme is the group for?",
        queryset=Offer.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offers: QuerySet[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].queryset = offers  # type: ignore[attr-defined]


class _LeaderChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Leader) -> str:
        """Name and load, so that nobody is asked to lead too many."""
        led: int = obj.led  # type: ignore[attr-defined]
        return f"{obj.person.name}, leads {led} of {obj.max_groups} this year"


class GroupForm(PortalForm):
    """Name and leader of a new group."""

    name = forms.CharField(label="Name of the group", max_length=100, help_text="Schools read it in every e-mail.")
    leader = _LeaderChoice(
        label="Who leads it?", queryset=Leader.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, leaders: QuerySet[Leader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = leaders  # type: ignore[attr-defined]


class _EnrolmentChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Enrolment) -> str:
        """The school with its town, and how many of its teachers are named."""
        teachers = list(obj.teachers.all())
        named = sum(teacher.person_id is not None for teacher in teachers)
        where = f", {obj.school.town}" if obj.school.town else ""
        return f"{obj.school.name}{where} ({named} of {len(teachers)} teachers named)"


class PlaceForm(PortalForm):
    """Which accepted schools join the group."""

    enrolments = _EnrolmentChoice(
        label="Which schools join?", queryset=Enrolment.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, waiting: QuerySet[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enrolments"].queryset = waiting  # type: ignore[attr-defined]
        # Read once: the widget asks for their number and then for them.
        self.fields["enrolments"].choices = list(self.fields["enrolments"].choices)  # type: ignore[attr-defined]
        self.fields["enrolments"].error_messages["required"] = "Tick at least one school."


class ReasonForm(PortalForm):
    """Why; kept in the history."""

    reason = forms.CharField(label="Why?", max_length=2000, widget=text_area(3))


class StartForm(PortalForm):
    """A reason is asked for only below the minimum."""

    reason = forms.CharField(
        label="Why does it start with fewer schools?", max_length=2000, required=False, widget=text_area(3)
    )

    def __init__(self, *args: Any, is_below: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_below:
            del self.fields["reason"]
