"""Forms about who leads: another leader for a group, the last day of a leader's time."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from hubportal.core.forms import DayField, Lines, PortalForm, text_area
from programmes.models import Leader, called_apart
from workgroups.forms.groups import LeaderChoice


class LeaderChangeForm(PortalForm):
    """Who leads the group from which day, and why."""

    leader = LeaderChoice(
        label="Who is to lead it?", queryset=Leader.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    from_on = DayField(label="From which day?", help_text="For example 12 1 2027")
    back_on = DayField(
        label="Is it cover? From which day does whoever leads it now lead it again? (optional)",
        required=False,
        help_text="On that day it goes back by itself. Leave it empty where the change is for good.",
    )
    reason = Lines(
        label="Why?", max_length=1000, widget=text_area(3), help_text="Kept in the history; it is not in the e-mails."
    )

    def __init__(self, *args: Any, leaders: QuerySet[Leader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].offer_those_with_room(leaders)  # type: ignore[attr-defined]


class CoLeaderForm(PortalForm):
    """Who leads a group beside its leader, from when to when."""

    leader = forms.ModelChoiceField(
        label="Who leads it too?", queryset=Leader.objects.none(), empty_label="Choose a leader of your hub"
    )
    since = DayField(label="From which day?", help_text="For example 12 1 2027")
    until = DayField(label="Until which day? (optional)", required=False, help_text="Their last day, included.")

    def __init__(self, *args: Any, leaders: QuerySet[Leader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["leader"]
        field.queryset = leaders
        called = called_apart(leaders)
        field.choices = [("", field.empty_label), *((one.pk, called[one.person_id]) for one in leaders)]


class LastDayForm(PortalForm):
    """The last day of a leader's time."""

    last_day = DayField(label="What is their last day?", help_text="For example 31 8 2027")

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_one:
            self.fields["last_day"].required = False
            self.fields["last_day"].help_text = "For example 31 8 2027. Leave it empty if they stay."
