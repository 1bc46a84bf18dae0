"""How a form's inputs are dressed: GOV.UK classes on every kind of input, and what describes it to a screen reader."""

from typing import Any

from django import template
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField, CheckboxInput, FileInput, MultiWidget, NumberInput, Select, Textarea, Widget
from django.forms.widgets import RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hubportal.core.file_fields import KeptFileInput, aside_name
from hubportal.core.files import lay_aside

register = template.Library()

# The first class that the widget is an instance of decides; all that remain are boxes to type in.
CLASSES: tuple[tuple[type[Widget], str], ...] = (
    (CheckboxInput, "govuk-checkboxes__input"),
    (Select, "govuk-select"),
    (Textarea, "govuk-textarea"),
    (FileInput, "govuk-file-upload"),
)
BOX = "govuk-input"


@register.simple_tag
def gds_widget(field: BoundField, max_characters: int | None = None) -> SafeString:
    """The input itself, with its class, its class for errors, and the ids of what describes it."""
    widget = field.field.widget
    if isinstance(widget, MultiWidget):
        return _boxes(field, widget)
    base = next((name for kind, name in CLASSES if isinstance(widget, kind)), BOX)
    classes = [base, f"{base}--error"] if field.errors and base != CLASSES[0][1] else [base]
    described = _describers(field) + ([f"{field.auto_id}-info"] if max_characters else [])
    width = "govuk-input--width-5" if isinstance(widget, NumberInput) else ""
    attrs: dict[str, Any] = {"class": _joined(classes, widget.attrs.get("class", width))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def _boxes(field: BoundField, widget: MultiWidget) -> SafeString:
    """The boxes of one answer; those that are wrong are marked, or all where none is wrong by itself."""
    parts = [getattr(part.widget, "errors", []) for part in getattr(field.field, "fields", [])]
    all_wrong = bool(field.errors) and not any(parts)
    for box, wrong in zip(widget.widgets, parts, strict=True):
        marks = [BOX, f"{BOX}--error"] if all_wrong or wrong else [BOX]
        box.attrs["class"] = _joined(marks, box.attrs.get("class", ""))
    return field.as_widget()


@register.simple_tag
def gds_described(field: BoundField) -> SafeString | str:
    """The ``aria-describedby`` of a fieldset: its hint and its errors."""
    described = _describers(field)
    return format_html(' aria-describedby="{}"', " ".join(described)) if described else ""


@register.simple_tag
def gds_chosen(field: BoundField) -> list[str]:
    """The values ticked in a set of checkboxes, as text."""
    value = field.value()
    if value is None or isinstance(value, str):
        return [value] if value else []
    return [str(one) for one in value]


@register.simple_tag
def gds_choices(field: BoundField) -> list[Any]:
    """The choices, read once: those of records come from the database each time they are asked."""
    return list(field.field.choices)  # type: ignore[attr-defined]


@register.filter
def first_input(field: BoundField) -> str:
    """The id where an error of this field leads: its box, its first choice, or the box that is wrong."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect):  # checkboxes in sets are its children
        return f"{field.auto_id}_0"
    if isinstance(widget, MultiWidget):
        parts = getattr(field.field, "fields", [])
        wrong = [n for n, part in enumerate(parts) if getattr(part.widget, "errors", [])]
        return f"{field.auto_id}_{wrong[0] if wrong else 0}"
    return field.auto_id


@register.filter
def kept_file(field: BoundField) -> dict[str, str]:
    """What was chosen in a form that comes back for something else: laid aside, as browsers do not fill it in again."""
    if not isinstance(field.field.widget, KeptFileInput) or not field.form.errors or field.errors:
        return {}
    if not hasattr(field, "aside"):  # asked for the box and for what describes it; each look reads the file
        field.aside = _aside(field)  # type: ignore[attr-defined]
    found: dict[str, str] = field.aside  # type: ignore[attr-defined]
    return found


def _aside(field: BoundField) -> dict[str, str]:
    upload = field.data
    if not isinstance(upload, UploadedFile):
        return {}
    return {"name": upload.name or "", "field": aside_name(field.html_name), "word": lay_aside(upload)}


def _describers(field: BoundField) -> list[str]:
    hint = [f"{field.auto_id}_hint"] if field.help_text else []
    hint += [f"{field.auto_id}_kept"] if kept_file(field) else []
    return hint + [f"{field.auto_id}_{n}_error" for n, _error in enumerate(field.errors, start=1)]


def _joined(classes: list[str], own: str) -> str:
    return " ".join([*classes, *(name for name in own.split() if name not in classes)])
