"""Form bases and fields: rendered by crispy-forms with the GOV.UK pack, errors in plain words."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import validate_email

from hubportal.core.addresses import CannotBeWrittenTo, in_ascii
from hubportal.core.letters import unseen_in

CANNOT_BE_STORED = "This contains a character that cannot be stored. Type it again."
# What Django's validators would say in a programmer's words, by their code.
PLAIN_ERRORS = {
    "max_length": "Use %(limit_value)d characters or fewer. You have used %(show_value)d.",
    "null_characters_not_allowed": CANNOT_BE_STORED,
    "min_value": "Enter a number of at least %(limit_value)s.",
    "max_value": "Enter a number of at most %(limit_value)s.",
    "max_digits": "This number is too long.",
    "max_whole_digits": "This number is too large.",
    "max_decimal_places": "Use at most %(max)s digits after the point.",
}
# The same for what a kind of field says itself: (kind, code, words), used unless the form has words of its own.
KIND_ERRORS: tuple[tuple[type[forms.Field], str, str], ...] = (
    (forms.DateField, "invalid", "Enter a date, for example 12/01/2027."),
    (forms.EmailField, "invalid", "Enter an e-mail address in full, for example name@example.org."),
    (forms.MultipleChoiceField, "invalid_choice", "Choose from the answers shown."),
    (forms.ModelMultipleChoiceField, "invalid_choice", "Choose from the answers shown."),
    (forms.ModelMultipleChoiceField, "invalid_pk_value", "Choose from the answers shown."),
    (forms.ChoiceField, "invalid_choice", "Choose one of the answers shown."),
    (forms.ModelChoiceField, "invalid_choice", "Choose one of the answers shown."),
)
WITHOUT_WIDTH = re.compile("[\u00ad\u200b\u2060\ufeff]")
FEWEST_FIGURES = 6
DIGITS = re.compile(r"^[0-9]{1,4}\Z")
WRONG_BOX = {
    "day": "The day is a number from 1 to 31.",
    "month": "The month is a number from 1 to 12.",
    "year": "Enter the year with four digits, for example 2027.",
}
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
FAR_YEAR = f"Enter a year from {FIRST_DAY.year} to {LAST_DAY.year}."
MONEY = re.compile(r"£?\s*((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{0,2})?)")
TIME = re.compile(r"^\s*(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)?\s*$", re.IGNORECASE)


class _Plain:
    """What every form of the portal shares: the helper, and errors in words for people.

    :cvar asked_besides: ticks that a form asks for only because of what was typed.
    """

    fields: dict[str, forms.Field]
    asked_besides: ClassVar[tuple[str, ...]] = ()

    def _prepare(self) -> None:
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self._choose_words()

    def _choose_words(self) -> None:
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                label = str(field.label or name.replace("_", " "))
                field.error_messages["required"] = _required_words(field, label)
            speak_plainly(field)

    def full_clean(self) -> None:
        """Fields that a form added last have their words too."""
        self._choose_words()
        super().full_clean()  # type: ignore[misc]

    def add_error(self, field: str | None, error: Any) -> None:
        """What a choice of records says of a NUL, no field can say in other words."""
        for one in getattr(error, "error_list", ()):
            if one.code == "null_characters_not_allowed":
                one.message = CANNOT_BE_STORED
        super().add_error(field, error)  # type: ignore[misc]


def can_be_written_to(email: str) -> None:
    """Refuse an address that e-mail cannot carry, or that names a computer; of one that is none the field itself tells.

    :raises ValidationError: naming what is to be looked at.
    """
    try:
        validate_email(email)
    except ValidationError:
        return
    try:
        in_ascii(email)
    except CannotBeWrittenTo as problem:
        raise ValidationError(f"E-mail cannot be sent to this address: {problem.why}.") from problem


def speak_plainly(field: forms.Field) -> None:
    """Words for people, where the form gives none of its own."""
    if isinstance(field, forms.EmailField) and can_be_written_to not in field.validators:
        field.validators = [*field.validators, can_be_written_to]
    if isinstance(field, forms.CharField | forms.IntegerField):  # decimals are integers' children
        field.error_messages = {**PLAIN_ERRORS, **field.error_messages}
    for kind, code, words in KIND_ERRORS:
        if isinstance(field, kind) and not isinstance(field.error_messages.get(code), str):  # Django's own are lazy
            field.error_messages[code] = words


# How a label may begin that reads well after "Enter" as it is.
NEED_NO_ARTICLE = frozenset({"a", "an", "another", "anything", "the", "their", "what", "which", "who", "your"})


def _required_words(field: forms.Field, label: str) -> str:
    if field.widget.is_hidden:
        return "The page came back incomplete. Load it again, then press once more."
    is_acronym = label[:2].isalpha() and label[:2].isupper()
    lower = label if is_acronym else label[:1].lower() + label[1:]
    if lower.partition(" ")[0] not in NEED_NO_ARTICLE:
        lower = f"the {lower}"
    if isinstance(field, forms.BooleanField):
        return "Tick the box to go on."
    if label.endswith("?"):
        return f"Answer “{label}”"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose {lower}."
    return f"Enter {lower}."


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

    def add_error(self, field: str | None, error: Any) -> None:
        """What a constraint says stands beside a field, where there is one to change."""
        of_all = getattr(error, "error_dict", {}).pop(NON_FIELD_ERRORS, []) if field is None else []
        super().add_error(field, error)
        for one in of_all:
            super().add_error(self._field_of(one.message), one)

    def _field_of(self, words: str) -> str | None:
        """Of the one or two fields asked that a constraint with these words is about, the last.

        Where it is about more, nobody knows which of them is wrong.
        """
        for one in self._meta.model._meta.constraints:
            if one.violation_error_message == words:
                about = getattr(one, "fields", ()) or one.condition.referenced_base_fields
                asked = [name for name in self.fields if name in about]
                return asked[-1] if 1 <= len(asked) <= 2 else None
        return None


def no_control_characters(value: str) -> None:
    """Refuse what cannot be seen and would break an e-mail or turn a name round; NUL is refused by Django itself.

    So is the sign for letters that came in no encoding: what they were is lost.

    :raises ValidationError: for any but line breaks and tabs.
    """
    if unseen_in(value.replace("\x00", "")) or "\ufffd" in value:
        raise ValidationError(CANNOT_BE_STORED)


def no_letters_without_width(value: str) -> None:
    """Refuse in a name what makes another of it that looks the same; a text of some lines is pasted with such breaks.

    :raises ValidationError: for any but the two joiners, with which some languages write.
    """
    if WITHOUT_WIDTH.search(value):
        raise ValidationError(CANNOT_BE_STORED)


class OneLine(forms.CharField):
    """A line of text, such as somebody's name; pasted line breaks and runs of spaces become one space."""

    default_validators = [no_control_characters, no_letters_without_width]

    def to_python(self, value: Any) -> str:
        """On one line."""
        return " ".join((super().to_python(value) or "").split())


class Phone(OneLine):
    """A telephone number as people write it, with spaces, brackets, a plus or an extension."""

    def validate(self, value: Any) -> None:
        """Enough figures to dial.

        :raises ValidationError: for less than a number.
        """
        super().validate(value)
        if value and sum(character.isdigit() for character in value) < FEWEST_FIGURES:
            raise ValidationError("Type the telephone number with its area code, or leave it empty.")


class Lines(forms.CharField):
    """Text of some lines; a line break counts as one character, as it does for whoever types it."""

    default_validators = [no_control_characters]

    def to_python(self, value: Any) -> str:
        """With plain line breaks."""
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        return text.replace("\u2028", "\n").replace("\u2029", "\n")


class RecordsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of the records offered; a number that is too long for the database is none of them."""

    def clean(self, value: Any) -> Any:
        """What was chosen.

        :raises ValidationError: for what is not offered.
        """
        try:
            return super().clean(value)
        except OverflowError as problem:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from problem


class CalendarDay(forms.DateField):
    """A date in one box, in this century."""

    def __init__(self, **kwargs: Any) -> None:
        box = forms.DateInput(
            attrs={"type": "date", "min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}, format="%Y-%m-%d"
        )
        super().__init__(widget=box, **kwargs)

    def validate(self, value: dt.date | None) -> None:
        """A year that somebody may have meant.

        :raises ValidationError: for any other.
        """
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(FAR_YEAR)


class DayField(DateInputField):  # type: ignore[misc]
    """A date in three boxes, with errors that say which box is wrong; a two-digit year is refused."""

    BOXES = (("day", 1, 31), ("month", 1, 12), ("year", FIRST_DAY.year, LAST_DAY.year))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = "Enter a date, for example 12 1 2027."
        for box in self.widget.widgets:
            box.attrs["inputmode"] = "numeric"

    def clean(self, value: Any) -> dt.date | None:
        """The date, or None where all boxes are empty and may be.

        :raises ValidationError: naming the box; the widget of that box keeps its own errors, to be marked on the page.
        """
        if isinstance(value, dt.date):
            return value
        texts = [str(part or "").strip() for part in [*(value or []), "", "", ""][:3]]
        for field in self.fields:
            field.widget.errors = []
        if not any(texts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        problems = [self._read_box(number, text) for number, text in enumerate(texts)]
        if any(problems):
            raise ValidationError([problem for problem in problems if problem], code="invalid")
        day, month, year = (int(text) for text in texts)
        try:
            return dt.date(year, month, day)
        except ValueError as problem:
            raise ValidationError("There is no such date.", code="invalid") from problem

    def _read_box(self, number: int, text: str) -> str:
        """What is wrong with one box, in words; kept on its widget too."""
        name, lowest, highest = self.BOXES[number]
        if not text:
            problem = f"Enter the {name} too."
        elif not DIGITS.match(text) or not lowest <= int(text) <= highest:
            problem = FAR_YEAR if number == 2 and DIGITS.match(text) and len(text) == 4 else WRONG_BOX[name]
        else:
            return ""
        self.fields[number].widget.errors.append(problem)
        return problem


class TimeOfDayField(forms.CharField):
    """A time as people write it: 1.30pm, 13:30, 9am."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example 1.30pm or 13:30")
        super().__init__(max_length=10, widget=forms.TextInput(attrs={"class": "govuk-input--width-5"}), **kwargs)

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
        """A stored time as 13:30."""
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value


class MoneyField(forms.DecimalField):
    """Pounds and pence; £ signs and commas are taken as people type them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_digits": 9, "decimal_places": 2, "min_value": Decimal("0.01"), **kwargs}
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-10"}), **kwargs
        )
        self.error_messages["invalid"] = "Type the amount in pounds, for example 1,000 or 1000.50."
        if kwargs["min_value"] == Decimal("0.01"):
            self.error_messages["min_value"] = "Enter an amount of at least 1p."

    def to_python(self, value: Any) -> Any:
        """Without £ and commas; a comma anywhere but between thousands would make another amount of it.

        :raises ValidationError: for what is no amount in pounds.
        """
        if isinstance(value, str) and value.strip():
            match = MONEY.fullmatch(value.strip())
            if match is None:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = match[1].replace(",", "")
        return super().to_python(value)


class PortalFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows that are filled in together, with words for people."""

    default_error_messages = {
        "missing_management_form": "Some of this page was not sent. Load it again and send it once more.",
        "too_many_forms": "Fill in at most %(num)d rows.",
        "too_few_forms": "Fill in at least %(num)d rows.",
    }


def text_area(rows: int = 5) -> forms.Textarea:
    """A text box of some lines."""
    return forms.Textarea(attrs={"rows": rows})
