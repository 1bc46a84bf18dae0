"""Who is named in what was sent, corrected by the hub: asked about as in the form that it was sent with."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import OneLine, Phone
from programmes.forms.express import AddressField, PersonName, SharedAddressForm, TeacherForm
from schools.rules import listed, name_key


class CorrectionForm(SharedAddressForm):
    """Somebody's name and address, and how the hub knows."""

    name: OneLine = PersonName(label="Full name", max_length=150)
    email = AddressField(label="E-mail address")
    how = OneLine(
        label="How do you know?",
        help_text="Kept in the history. For example: the school office phoned on Monday.",
        max_length=200,
        error_messages={"required": "Say how you know."},
    )
    field_order = ("name", "email", "is_right", "is_shared", "phone", "job_title", "everywhere", "how")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Some have none: what came by phone may be entered so.
        self.fields["email"].required = bool(self.initial.get("email"))
        self.order_fields(self.field_order)

    def _owner(self, email: str) -> str:
        """Not themselves, who may be named elsewhere with the right address."""
        owner = super()._owner(email)
        name = str(self.data.get("name") or self.initial.get("name") or "")
        return "" if name_key(owner) == name_key(name) else owner


class ContactCorrectionForm(CorrectionForm):
    """The contact; ``beside``: as what else they are named."""

    phone = Phone(label="Telephone (optional)", max_length=30, required=False)
    job_title = OneLine(label="Job at the school (optional)", max_length=100, required=False)
    everywhere = forms.BooleanField(required=False)
    mistaken = "{} has this address already. Give the contact's own, or tick that they share it."

    def __init__(self, *args: Any, beside: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["everywhere"].label = escape(f"They are named as {listed(beside)} too: correct that as well")
        if not beside:
            del self.fields["everywhere"]


class TeacherCorrectionForm(CorrectionForm, TeacherForm):
    """A teacher who is named; the job stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["job_title"]
