"""What a headteacher advocate agrees to."""

from collections.abc import Sequence
from typing import Any

from django import forms

from hubportal.core.forms import DayField, PortalForm
from schools.models import School
from schools.models.advocates import Advocate


class ConsentForm(PortalForm):
    """What they agree to; whoever enters it for them says when and how it came."""

    school = forms.ChoiceField(label="As headteacher of", widget=forms.RadioSelect)
    speaks = forms.BooleanField(label="Speak to other headteachers at events of the hub", required=False)
    testimonial = forms.BooleanField(label="Give a testimonial about the programme", required=False)
    may_be_named = forms.BooleanField(label="Be named, with the school, where that is used", required=False)
    how = forms.ChoiceField(
        label="How did they agree?",
        choices=[one for one in Advocate.How.choices if one[0] != Advocate.How.PORTAL],
        widget=forms.RadioSelect,
    )
    given_on = DayField(label="On which day?", help_text="For example 12 1 2027.")

    def __init__(self, *args: Any, schools: Sequence[School], is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [(str(one.pk), one.name) for one in schools]  # type: ignore[attr-defined]
        if len(schools) == 1:
            del self.fields["school"]
        if is_own:
            del self.fields["how"], self.fields["given_on"]

    def clean(self) -> dict[str, Any]:
        """At least one of the two."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not (found.get("speaks") or found.get("testimonial")):
            self.add_error("speaks", "Tick what is agreed to: speaking, a testimonial, or both.")
        return found
