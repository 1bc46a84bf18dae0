"""The public form of people who apply for themselves, whatever their job is."""

from typing import Any

from django import forms

from hubportal.core.forms import Lines, text_area
from programmes.forms.express import AgreeForm, ContactForm
from programmes.models import Offer
from schools.forms.people import TrnField

WHY_TRN = "Seven digits. It is on your payslip or pension statement if you work for a school."


class PersonForm(ContactForm):
    """Who would like to take part; their teacher reference number where the offer asks for it."""

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offer.trn != Offer.Trn.NO:
            is_needed = offer.trn == Offer.Trn.REQUIRED
            field = TrnField(help_text=WHY_TRN, required=is_needed)
            if is_needed:
                field.label = "Teacher reference number"
                field.error_messages["required"] = "Enter your teacher reference number: this programme needs it."
            self.fields["trn"] = field
        self.fields["job_title"].help_text = "For example: class teacher, teaching assistant, early career teacher"


class PersonAgreeForm(AgreeForm):
    """What the hub should know, the commitments and the privacy notice."""

    message = Lines(
        label="Is there anything your hub should know? (optional)",
        help_text="For example: days on which you cannot come. Do not write about pupils.",
        max_length=2000,
        required=False,
        widget=text_area(4),
    )
    commitments = forms.BooleanField(
        label="I agree to these commitments",
        error_messages={"required": "Tick the box if you agree. Without it your hub cannot accept you."},
    )
    field_order = ("message", "commitments", "privacy")
