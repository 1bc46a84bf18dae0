"""Forms of whoever told of an interest: changing it, and an address that was mistyped."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import Lines, OneLine, text_area
from programmes.forms.express import AT_SCHOOL, AddressField, ContactForm
from schools.forms.spelt import SpeltForm


class ToldForm(ContactForm):
    """What was told of, and who told of it; ``seen``: as what it was shown."""

    wish = forms.ChoiceField(
        label="What is your school interested in?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what your school is interested in."},
    )
    message = Lines(
        label="Is there anything your hub should know? (optional)",
        help_text="Do not write about pupils.",
        max_length=2000,
        required=False,
        widget=text_area(4),
    )
    seen = OneLine(widget=forms.HiddenInput, required=False, max_length=64)
    field_order = ("wish", "name", "email", "phone", "job_title", "is_head", "message", "seen")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """:param choices: the programmes with their years; none where it stays what it is."""
        super().__init__(*args, is_light=True, **kwargs)
        self.fields["email"].help_text = f"Where you give another one, a new link goes there. {AT_SCHOOL}"
        wish = self.fields["wish"]
        if not choices:
            del self.fields["wish"]
        elif isinstance(wish, forms.ChoiceField):
            wish.choices = [(value, escape(label)) for value, label in choices]


class MistypedForm(SpeltForm):
    """The address that was meant."""

    email = AddressField(
        label="Your work e-mail address",
        autocomplete="email",
        help_text="We send there what we sent to the other one. Links that went to that one work no more.",
    )
