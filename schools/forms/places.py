"""Forms about hubs and the hub of a school."""

from datetime import date
from typing import Any

from django import forms

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, text_area
from schools.actions import successors
from schools.forms.spelt import SpeltForm
from schools.models import Hub, School


class SchoolHubForm(PortalForm):
    """Which hub a school belongs to, from when, why, and what becomes of its undecided interest."""

    FOLLOW = "authority"
    GOES, STAYS = "goes", "stays"

    hub = forms.ChoiceField(label="Which hub should this school belong to?")
    from_on = DayField(label="From which day?", help_text="Today, or a later day: it then happens by itself.")
    reason = Lines(
        label="Why?",
        max_length=500,
        widget=text_area(3),
        help_text="Both hubs read this, and any other that works with the school.",
    )
    interest = forms.ChoiceField(
        label="What happens to applications and interests that are not decided?",
        choices=[
            (GOES, "They go with the school: its new hub decides"),
            (STAYS, "They stay: the hub that has them decides"),
        ],
        widget=forms.RadioSelect,
        initial=GOES,
    )

    def __init__(self, *args: Any, school: School, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every open hub may be given a school, seen by the giver or not: the names of the hubs are public.
        self.hubs = {str(hub.pk): hub for hub in Hub.objects.open().order_by("name", "pk")}
        followed = school.authority.hub
        follow = f"Follow the local authority ({school.authority}): {followed or 'no hub'}"
        field = self.fields["hub"]
        field.choices = [(self.FOLLOW, follow), *((key, hub.name) for key, hub in self.hubs.items())]  # type: ignore[attr-defined]
        field.help_text = "A hub chosen here is kept: no import of school data changes it."
        self.fields["from_on"].initial = today
        self.today = today

    def clean_hub(self) -> Hub | None:
        """The hub, None where the school follows its local authority."""
        return self.hubs.get(self.cleaned_data["hub"])

    def clean_from_on(self) -> date:
        """What has been is not changed."""
        day: date = self.cleaned_data["from_on"]
        if day < self.today:
            raise forms.ValidationError("Choose today or a later day.")
        return day


class AuthorityHubForm(PortalForm):
    """Which hub a local authority belongs to."""

    name = OneLine(label="Name of the local authority", max_length=100)
    hub = forms.ModelChoiceField(
        label="Which hub does it belong to?",
        queryset=Hub.objects.none(),
        empty_label="Choose a hub",
        help_text="Its schools belong to that hub too, now and whenever schools are loaded.",
    )

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hub"].queryset = Hub.objects.open().order_by("name", "pk")  # type: ignore[attr-defined]
        if is_known:
            del self.fields["name"]


class HubEmailForm(SpeltForm):
    """Where answers to a hub's e-mails go."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="Answers to the portal's e-mails about your schools and groups come here.",
    )


class SuccessorForm(PortalForm):
    """How a school went on in another, from when, and how one knows."""

    how = forms.ChoiceField(
        label="What happened?",
        choices=[
            (successors.CONVERTED, "The same school has another URN now, for example as an academy"),
            (successors.MERGED, "It became part of the other school"),
            (successors.SPLIT, "It became several schools, and this is one of them"),
        ],
        widget=forms.RadioSelect,
    )
    since = DayField(
        label="From which day?", help_text="The day on which it happened, or a later one: it then happens by itself."
    )
    reason = Lines(label="How do you know?", max_length=500, widget=text_area(3), help_text="Kept in the history.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = today
