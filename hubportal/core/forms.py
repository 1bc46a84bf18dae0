"""Form bases and fields: rendered by crispy-forms with the GOV.UK pack, errors in plain words."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

PLAIN_ERRORS = {
    "required": "Fill this in.",
    "max_length": "Use %(limit_value)d characters or fewer. You have used %(show_value)d.",
}
TIME = re.compile(r"^\s*(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)?\s*$", re.IGNORECASE)


class _Plain:
    """What every form of the portal shares: the helper, and errors in words for people."""

    fields: dict[str, forms.Field]

    def _prepare(self) -> None:
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                label = str(field.label or name.replace("_", " ")).rstrip("?")
                field.error_messages["required"] = _required_words(field, label)
            if isinstance(field, forms.CharField):
                _say_length(field)


def _required_words(field: forms.Field, label: str) -> str:
    lower = label if label[:2].isupper() else label[:1].lower() + label[1:]
    if isinstance(field, forms.BooleanField):
        return "Tick the box to go on."
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose {lower}."
    return f"Enter {lower}."


def _say_length(field: forms.CharField) -> None:
    for validator in field.validators:
        if getattr(validator, "code", "") == "max_length":
            validator.message = PLAIN_ERRORS["max_length"]  # type: ignore[attr-defined]
        if isinstance(validator, ProhibitNullCharactersValidator):
            validator.message = "This contains a character that cannot be stored. Type it again."


class PortalForm(_Plain, forms.Form):
    """A step's form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare()


class PortalModelForm(_Plain, forms.ModelForm):  # type: ignore[type-arg]
    """Plain record-keeping."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare()


class DayField(DateInputField):  # type: ignore[misc]
    """A date in three boxes, with errors that say which one is wrong; a two-digit year is refused."""

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.get("required", True)
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = "Enter a date, for example 12 1 2027."
        for field in self.fields:
            field.required = required
        self.widget.is_required = required

    def compress(self, data_list: Any) -> dt.date | None:
        """A date, or None where all boxes are empty."""
        if not data_list or not any(data_list):
            return None
        day, month, year = (int(part) for part in data_list)
        if not 2000 <= year <= 2100:
            raise ValidationError("Enter the year with four digits, for example 2027.", code="invalid")
        try:
            return dt.date(year, month, day)
        except ValueError as problem:
            raise ValidationError("There is no such date.", code="invalid") from problem


class TimeOfDayField(forms.CharField):
    """A time as people write it: 1.30pm, 13:30, 9am."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example 1.30pm or 13:30")
        super().__init__(max_length=10, **kwargs)

    def clean(self, value: Any) -> dt.time | None:
        """The time, or None where it is empty and may be.

        :raises ValidationError: for what is no time.
        """
        text = super().clean(value)
        if not text:
            return None
        match = TIME.match(text)
        if match is None:
            raise ValidationError("Enter a time, for example 1.30pm.")
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
        if half and not 1 <= hour <= 12:
            raise ValidationError("Enter a time, for example 1.30pm.")
        hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
        try:
            return dt.time(hour, minute)
        except ValueError as problem:
            raise ValidationError("Enter a time, for example 1.30pm.") from problem

    def prepare_value(self, value: Any) -> Any:
        """A stored time as 1.30pm."""
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value


class MoneyField(forms.DecimalField):
    """Pounds and pence; £ signs and commas are taken as people type them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_digits": 9, "decimal_places": 2, "min_value": Decimal("0.01"), **kwargs}
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-10"}), **kwargs
        )
        self.error_messages["invalid"] = "Enter an amount in pounds, for example 1,000.00."
        self.error_messages["min_value"] = "Enter an amount of at least 1p."

    def to_python(self, value: Any) -> Any:
        """Without £ and commas."""
        if isinstance(value, str):
            value = value.replace("£", "").replace(",", "").strip()
        return super().to_python(value)


def text_area(rows: int = 5) -> forms.Textarea:
    """A text box of some lines."""
    return forms.Textarea(attrs={"rows": rows})
