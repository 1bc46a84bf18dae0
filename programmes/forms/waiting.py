"""How many places an offer has in a hub, and who looks after it."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hubportal.core.forms import DayField, PortalForm
from schools.forms.owners import OwnerField
from schools.models import Hub


class TermsForm(PortalForm):
    """A hub's own facts about an offer."""

    places = forms.IntegerField(
        label="How many can take part?",
        help_text="Schools, or people where they apply for themselves. Leave it empty and your hub's target counts.",
        min_value=0,
        max_value=5000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
    )

    names_by = DayField(
        label="Until when do schools name their teachers? (optional)",
        help_text="They are reminded before. Leave it empty and the offer's own day counts.",
        required=False,
    )

    def __init__(self, *args: Any, hubs: Iterable[Hub | int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = OwnerField(
            hubs=hubs, label="Who looks after this programme?", help_text="They find its schools among their own."
        )
