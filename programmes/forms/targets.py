"""Targets in a grid."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hubportal.core.forms import PortalForm
from programmes.forms.offers import NUMBER

MOST = 5000
BOX = {**NUMBER, "class": "govuk-input govuk-input--width-3"}


class TargetGridForm(PortalForm):
    """A box for each cell: its name, what it is about, and what stands."""

    def __init__(self, *args: Any, boxes: Iterable[tuple[str, str, int | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, about, standing in boxes:
            self.fields[name] = forms.IntegerField(
                label=about,
                min_value=0,
                max_value=MOST,
                required=False,
                initial=standing,
                widget=forms.TextInput(attrs={**BOX, "aria-label": about}),
                error_messages={"invalid": f"{about}: enter a whole number, for example 24."},
            )
