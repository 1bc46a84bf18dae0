"""Forms of letters: text, moment, templates."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hubportal.core import clock
from hubportal.core.file_fields import UploadField
from hubportal.core.forms import (
    CalendarDay,
    Lines,
    OneLine,
    PortalForm,
    PortalModelForm,
    TimeOfDayField,
    text_area,
)
from schools.actions.letter_sorting import parts_of
from schools.actions.letters import ATTACHED, MOST_ATTACHED
from schools.models import Letter, LetterTemplate
from schools.rules import letters as rules

LONGEST_TEXT = 10_000
SERVICE, NEWS = "service", "news"
ABOUT_PART = (
    "About their part in a programme: dates, what is asked of them, what their school agreed to. To whoever has no "
    "part it is news all the same"
)
KINDS = [
    (SERVICE, ABOUT_PART),
    (NEWS, "News and invitations: it carries a link by which they can say that they want no more"),
]


def _no_unknown(value: str) -> None:
    """Refuse a placeholder that there is not.

    :raises ValidationError: naming it, and those that there are.
    """
    unknown = rules.unknown_in(value)
    if unknown:
        raise ValidationError(rules.unknown_words(unknown))


def _subject() -> OneLine:
    return OneLine(label="Subject", max_length=rules.LONGEST_SUBJECT, validators=[_no_unknown])


def _text() -> Lines:
    hint = f"What stands in braces becomes each person's own: {rules.known_words()}."
    return Lines(label="Text", max_length=LONGEST_TEXT, widget=text_area(14), help_text=hint, validators=[_no_unknown])


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(label="What is it?", choices=KINDS, widget=forms.RadioSelect, initial=SERVICE)


class LetterForm(PortalForm):
    """The text of a letter."""

    subject = _subject()
    text = _text()
    kind = _kind()
    attachment = UploadField(label="Attachment (optional)", kinds=ATTACHED, most=MOST_ATTACHED, required=False)
    drop = forms.BooleanField(label="Leave the attachment out", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, *args: Any, letter: Letter, may_send_news: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if letter.attachment is None:
            del self.fields["drop"]
        else:
            self.fields["attachment"].label = f"Another attachment instead of {letter.attachment.name} (optional)"
        self.parts = parts_of(letter)
        self.fields["kind"].help_text = self.parts.words
        if not may_send_news:
            del self.fields["kind"]

    def clean_kind(self) -> str:
        """What is news to everybody on the list is called so.

        :raises ValidationError: where nobody on it has a part in a programme.
        """
        kind = str(self.cleaned_data["kind"])
        if kind == SERVICE and self.parts.nobody_has_one:
            raise ValidationError(rules.NOBODYS_PART)
        return kind

    @property
    def is_news(self) -> bool:
        """What was chosen; of whoever may not choose, news where nobody on the list has a part in a programme."""
        kind = self.cleaned_data.get("kind")
        return self.parts.nobody_has_one if kind is None else bool(kind == NEWS)


class TemplateForm(PortalModelForm):
    """A template."""

    subject = _subject()
    text = _text()
    kind = _kind()

    class Meta:
        model = LetterTemplate
        fields = ("name", "subject", "text")
        field_classes = {"name": OneLine}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["kind"].initial = NEWS if self.instance.is_marketing else SERVICE

    def clean_name(self) -> str:
        """A name that no other template of the same owner has.

        :raises ValidationError: for one in use.
        """
        name = str(self.cleaned_data["name"])
        same = LetterTemplate.objects.filter(hub=self.instance.hub, name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError("There is a template of this name already. Give this one another.")
        return name


class SendForm(PortalForm):
    """When a letter leaves."""

    NOW, LATER = "now", "later"

    when = forms.ChoiceField(
        label="When?",
        choices=[(NOW, "Now"), (LATER, "Later, on the day and at the time below")],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    day = CalendarDay(label="Day", required=False)
    time = TimeOfDayField(label="Time", required=False, initial=time(8))
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        """A day and a time where it leaves later."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("when") == self.LATER:
            for name in ("day", "time"):
                if name in found and not found[name]:
                    self.add_error(name, "Enter the day." if name == "day" else "Enter the time, for example 8am.")
            moment = self.due_at
            if moment is not None and moment <= clock.now():
                self.add_error("day", "This moment has passed. Choose a later one, or send the letter now.")
        return found

    @property
    def due_at(self) -> datetime | None:
        """The moment chosen; None: now."""
        day: date | None = self.cleaned_data.get("day")
        hour: time | None = self.cleaned_data.get("time")
        if self.cleaned_data.get("when") != self.LATER or day is None or hour is None:
            return None
        return clock.at_london(day, hour.hour, hour.minute)
