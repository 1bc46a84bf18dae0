"""Forms of money: a claim, a reason, a date of payment."""

from decimal import Decimal
from typing import Any

from django import forms

from hubportal.core.forms import DayField, Lines, MoneyField, OneLine, PortalForm, text_area


class ClaimForm(PortalForm):
    """How much is claimed; what is left is proposed and never passed."""

    amount = MoneyField(label="How much do you claim?")
    invoice = OneLine(
        label="Your invoice number (optional)",
        max_length=60,
        required=False,
        help_text="If your school sends an invoice.",
    )

    def __init__(self, *args: Any, left: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        self.fields["amount"].initial = f"{left:.2f}"
        self.fields["amount"].help_text = f"£{left:,.2f} of this award has not been claimed yet."

    def clean_amount(self) -> Decimal:
        """Not more than what is left."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount > self.left:
            raise forms.ValidationError(f"That is more than is left of this award: £{self.left:,.2f}.")
        return amount


class ReturnForm(PortalForm):
    """Why a claim goes back."""

    reason = Lines(
        label="Why do you send it back?", max_length=2000, widget=text_area(4), help_text="The school reads this."
    )


class PaidForm(PortalForm):
    """When the hub paid."""

    paid_on = DayField(label="When was it paid?", help_text="For example 12 1 2027")


class RateForm(PortalForm):
    """An amount and what it is for."""

    label = OneLine(label="What for", max_length=80)
    amount = MoneyField(label="How much for a school, in the whole year?", help_text="£0.00: nothing.")

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            label = "Why does your hub pay another amount?"
            self.fields["reason"] = Lines(label=label, max_length=1000, widget=text_area(3))
