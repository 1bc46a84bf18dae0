"""Forms about phases, for the national team."""

from typing import Any

from django import forms

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area
from programmes.models import Pathway, Phase, PhaseFamily

LONGEST_OPTION = 80
LONGEST_QUESTION = 200
COLOURS = [
    (1, "First: before the main year"),
    (2, "Second: the main year"),
    (3, "Third: the year after"),
    (4, "Fourth: lasting"),
]


class PathwayForm(PortalForm):
    """What a pathway is called, and where it stands among the others."""

    name = OneLine(label="Name", max_length=80)

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"] = forms.ModelChoiceField(
            label="Comes after",
            help_text="Its place in lists and pictures.",
            queryset=others,
            required=False,
            empty_label="None: it is the first",
        )


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

    prepares_for = forms.ModelChoiceField(
        label="Prepares for (optional)",
        help_text="Schools may begin here or go straight to that phase: the form suggests one.",
        queryset=Phase.objects.order_by("pathway__position", "position", "pk"),
        required=False,
        empty_label="Nothing: no choice is suggested",
    )
    start_questions = Lines(
        label="What schools are asked for it, one question a line (optional)",
        help_text="To be answered with yes or not yet, for example: Is maths already a priority for the whole school?",
        required=False,
        max_length=3000,
        widget=text_area(5),
    )
    ready_from = forms.IntegerField(
        label="With how many yes is a school ready for the other phase?",
        min_value=0,
        max_value=50,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
    )

    def clean_start_questions(self) -> list[str]:
        """Each once.

        :raises ValidationError: for one that is too long.
        """
        texts = list(
            dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["start_questions"].splitlines())
        )
        if any(len(text) > LONGEST_QUESTION for text in texts):
            raise forms.ValidationError(f"Use {LONGEST_QUESTION} characters or fewer in a line.")
        return [text for text in texts if text]

    def clean_ready_from(self) -> int:
        """Left empty it is none."""
        return self.cleaned_data["ready_from"] or 0

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
    questions = "\n".join(one.text for one in phase.start_questions.all())
    start = {"prepares_for": phase.prepares_for_id, "start_questions": questions, "ready_from": phase.ready_from}
    return {**facts, **start, "options": options}
