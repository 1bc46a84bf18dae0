"""Whether two records are one person."""

from django import forms
from django.utils.html import escape

from hubportal.core.forms import PortalForm
from schools.models import Person

FIRST, SECOND, NOT_SAME = "first", "second", "not_same"


class SameForm(PortalForm):
    """Which of the two stays, or that they are two."""

    answer = forms.ChoiceField(label="Are they the same person?", widget=forms.RadioSelect)

    def __init__(self, *args: object, first: Person, second: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        keep = "Yes: keep {name}{email}, and let it take over all of the other"
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (FIRST, escape(keep.format(name=first.name, email=f" ({first.email})" if first.email else ""))),
            (SECOND, escape(keep.format(name=second.name, email=f" ({second.email})" if second.email else ""))),
            (NOT_SAME, "No: they are two people. Do not propose them again"),
        ]
