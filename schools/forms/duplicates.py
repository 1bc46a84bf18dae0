"""Whether two records are one person."""

from django import forms
from django.utils.html import escape

from hubportal.core.forms import PortalForm
from schools.actions.merging import sign_in_moving
from schools.models import Person

FIRST, SECOND, NOT_SAME = "first", "second", "not_same"


class SameForm(PortalForm):
    """Which of the two stays, or that they are two."""

    answer = forms.ChoiceField(label="Are they the same person?", widget=forms.RadioSelect)

    def __init__(self, *args: object, first: Person, second: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (FIRST, escape(_keeping(first, second))),
            (SECOND, escape(_keeping(second, first))),
            (NOT_SAME, "No: they are two people. Do not propose them again"),
        ]


def _keeping(kept: Person, gone: Person) -> str:
    """The answer that keeps the one; where the other's sign-in decides which address stays, it says so."""
    address = f" ({kept.email})" if kept.email else ""
    moving = sign_in_moving(kept, gone)
    but = f", but with the address {moving}, which is signed in with" if moving else ""
    return f"Yes: keep {kept.name}{address}{but}, and let it take over all of the other"
