"""Forms about phases, for the national team."""

from typing import Any

from django import forms

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area
from programmes.models import Pathway, Phase, PhaseFamily

LONGEST_OPTION = 80
COLOURS = [
    (1, "First: before the main year"),
    (2, "Second: the main year"),
    (3, "Third: the year after"),
    (4, "Fourth: lasting"),
]


class PhaseForm(PortalForm):
    """What a phase is called, and with which it is counted over the years."""

    name = OneLine(label="Name", max_length=80)
    short_name = OneLine(label="Short name, for pictures", max_length=30)
    step = forms.TypedChoiceField(
        label="Step on the ladder",
        help_text="Its colour in pictures.",
        choices=COLOURS,
        coerce=int,
        widget=forms.RadioSelect,
    )

    options = Lines(
        label="Ways of doing it, one a line (optional)",
        help_text="Schools choose one when they apply, for example: Lesson design.",
        required=False,
        max_length=1000,
        widget=text_area(4),
    )

    def clean_options(self) -> list[str]:
        """Their names, each once.

        :raises ValidationError: for one that is too long.
        """
        names = list(dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["options"].splitlines()))
        if any(len(name) > LONGEST_OPTION for name in names):
            raise forms.ValidationError(f"Use {LONGEST_OPTION} characters or fewer in a line.")
        return [name for name in names if name]

    def __init__(self, *args: Any, families: Any, of_its_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["family"] = forms.ModelChoiceField(
            label="Counted over the years with",
            help_text="Choose the family of the phase that it follows under another name.",
            queryset=families,
            required=not of_its_own,
            empty_label="A family of its own" if of_its_own else None,
        )


class PhaseCreateForm(PhaseForm):
    """A new phase says on which pathway it is."""

    def __init__(self, *args: Any, pathways: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pathway"] = forms.ModelChoiceField(label="Pathway", queryset=pathways, empty_label="Choose one")
        self.order_fields(["pathway"])

    def clean(self) -> dict[str, Any]:
        """A family is of one pathway."""
        found: dict[str, Any] = super().clean() or {}
        family: PhaseFamily | None = found.get("family")
        pathway: Pathway | None = found.get("pathway")
        if family and pathway and family.pathway_id != pathway.pk:
            self.add_error("family", f"This family belongs to another pathway: {family.pathway}.")
        return found


def initial_of(phase: Phase) -> dict[str, Any]:
    """As it stands."""
    options = "\n".join(option.name for option in phase.options.all() if option.is_offered)
    facts = {"name": phase.name, "short_name": phase.short_name, "step": phase.step, "family": phase.family_id}
    return {**facts, "options": options}
