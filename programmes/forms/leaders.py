"""Forms about leaders."""

from typing import Any

from django import forms

from hubportal.core.forms import DayField, OneLine, PortalForm
from schools.forms.spelt import SpeltForm
from schools.forms.typed import one_school
from schools.models import School
from schools.roles import LABELS, LEADERS

NO_SCHOOL = "No school of your hub fits this. Type its URN, or leave it empty."


def groups_a_year_field(label: str = "How many groups can they lead in a year?", **rest: Any) -> forms.IntegerField:
    """How many groups are agreed with a leader."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-2"})
    return forms.IntegerField(label=label, min_value=1, max_value=20, widget=widget, **rest)


class LeaderForm(SpeltForm):
    """Somebody who is to lead groups: known by name and e-mail, or new."""

    kind = forms.ChoiceField(
        label="What will they be?", choices=[(kind, LABELS[kind]) for kind in LEADERS], widget=forms.RadioSelect
    )
    name = OneLine(label="Full name", max_length=150)
    email = forms.EmailField(
        label="Work e-mail address",
        max_length=254,
        help_text="Somebody the portal knows by this name and address keeps what they have, and gets the new role.",
    )
    school = OneLine(
        label="Base school (optional)",
        max_length=150,
        required=False,
        help_text="The school they teach at: its URN, or its name with the town or postcode.",
    )
    max_groups = groups_a_year_field(initial=1)
    starts_on = DayField(label="From which day?", help_text="For example 1 9 2027")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_school(self) -> School | None:
        """The one school that fits what was typed, of those this person may see."""
        return one_school(self.cleaned_data["school"], School.objects.visible_to(self.user), NO_SCHOOL)


class GroupsAYearForm(PortalForm):
    """How many groups are agreed with a leader from now on."""

    max_groups = groups_a_year_field()


class BaseSchoolForm(PortalForm):
    """The school at which a leader teaches from now on."""

    school = OneLine(
        label="Base school",
        max_length=150,
        required=False,
        help_text="Its URN, or its name with the town or postcode. Leave it empty where they have none any more.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_school(self) -> School | None:
        """The one school that fits what was typed, of those this person may see."""
        return one_school(self.cleaned_data["school"], School.objects.visible_to(self.user), NO_SCHOOL)
