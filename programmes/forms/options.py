"""In which way a school does a phase."""

from collections.abc import Sequence
from typing import Any

from crispy_forms_gds.layout import Field, Layout
from django import forms
from django.utils.html import escape

from hubportal.core.forms import PortalForm
from programmes.forms.express import AS_HEADING
from programmes.models import Phase, PhaseOption

UNKNOWN = "unknown"
QUESTION, SEVERALS_QUESTION = "Which would your school like?", "Which would your schools like?"
PERSONS_QUESTION = "Which would you like?"


def choices_of(phase: Phase, standing: PhaseOption | None = None) -> list[tuple[str, str]]:
    """What is offered, what stands already, and that it is not known yet; empty where a phase is done in one way."""
    offered = [option for option in phase.options.all() if option.is_offered or option == standing]
    found = [(str(option.pk), escape(option.name)) for option in offered]
    return [*found, (UNKNOWN, "Not sure yet: the hub advises")] if found else []


class OptionForm(PortalForm):
    """One of the ways, or not known yet."""

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], label: str = QUESTION, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"] = forms.ChoiceField(
            label=label,
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose one, or say that you are not sure yet."},
        )


class WayForm(OptionForm):
    """The same as a page of the public form: the question is its heading."""

    is_one_question = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(Field("option", context=AS_HEADING))
