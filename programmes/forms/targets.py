"""Targets in a grid."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from hubportal.core.forms import OneLine, PortalForm
from programmes.forms.offers import NUMBER, number_words

MOST = 5000
BOX = {**NUMBER, "class": "govuk-input govuk-input--width-3"}
SHOWN = re.compile(r"(\w{1,40}):(\d{0,5})(?: |$)", re.ASCII)
OTHERS = (
    "These are other targets than those that you filled in: you chose another hub or family meanwhile, or some of them "
    "have been set by the national team. Nothing was changed. Look at them again."
)


class TargetGridForm(PortalForm):
    """A box for each cell: its name, what it is about, and what stands.

    It sends what it showed. Only a box in which somebody typed something else is theirs to set; each other one shows
    what stands by now.
    """

    seen = OneLine(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, boxes: Iterable[tuple[str, str, int | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = {}
        for name, about, number in boxes:
            standing[name] = "" if number is None else str(number)
            self.fields[name] = forms.IntegerField(
                label=about,
                min_value=0,
                max_value=MOST,
                required=False,
                initial=number,
                widget=forms.TextInput(attrs={**BOX, "aria-label": about}),
                error_messages=number_words(about),
            )
        shows = " ".join(f"{name}:{number}" for name, number in standing.items())
        self.initial["seen"] = shows
        self.shown: dict[str, str] = dict(SHOWN.findall(self.data.get("seen", "")))
        sent = {name: self.data.get(name, was).strip() for name, was in self.shown.items()}
        self.typed = [name for name in standing if name in sent and sent[name] != self.shown[name]]
        if self.is_bound:
            self.data = {**standing, **{name: sent[name] for name in self.typed}, "seen": shows}

    def clean(self) -> dict[str, Any]:
        """Of what is looked at now, nothing that was shown has gone."""
        if not self.shown.keys() <= self.fields.keys():
            raise forms.ValidationError(OTHERS)
        return self.cleaned_data

    def problem(self, name: str) -> str:
        """What is said beside a box, which stands in the row and column of what it is about."""
        said = str(next(iter(self.errors.get(name, [])), "")).removeprefix(f"{self.fields[name].label}: ")
        return f"{said[:1].upper()}{said[1:]}"

    def was(self, name: str) -> int | None:
        """What a box showed."""
        return int(self.shown[name]) if self.shown[name] else None
