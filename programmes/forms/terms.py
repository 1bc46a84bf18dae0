"""The form of a year's half-terms."""

from datetime import date
from typing import Any

from django import forms

from hubportal.core.forms import DayField, PortalForm
from programmes.rules.calendar import HalfTermDates, name_of

NUMBERS = range(1, 7)


class TermsForm(PortalForm):
    """First and last day of each half-term; a hub may go back to the national dates."""

    def __init__(self, *args: Any, may_follow: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in NUMBERS:
            self.fields[f"starts_{number}"] = DayField(label=f"{name_of(number)}: first day")
            self.fields[f"ends_{number}"] = DayField(label=f"{name_of(number)}: last day")
        if may_follow:
            self.fields["follow"] = forms.BooleanField(
                label="Forget these and use the national dates again", required=False
            )

    @property
    def dates(self) -> list[HalfTermDates]:
        """The six half-terms."""
        given: dict[str, date] = self.cleaned_data
        return [
            HalfTermDates(number, (number + 1) // 2, given[f"starts_{number}"], given[f"ends_{number}"])
            for number in NUMBERS
        ]
