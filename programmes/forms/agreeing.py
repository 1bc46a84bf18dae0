"""A headteacher's answer in the portal."""

from typing import Any, cast

from django import forms
from django.utils.html import escape

from hubportal.core.forms import Lines, PortalForm, text_area

YES, NO = "yes", "no"


class HeadAnswerForm(PortalForm):
    """Yes, or no with a reason that the hub reads."""

    answer = forms.ChoiceField(
        label="Does your school take part?",
        choices=[
            (YES, "Yes: I am the headteacher and I confirm what the school agrees to"),
            (NO, "No: I do not want my school to take part"),
        ],
        widget=forms.RadioSelect,
    )
    reason = Lines(
        label="If not, why? (optional)",
        required=False,
        max_length=2000,
        widget=text_area(3),
        help_text="The hub reads it.",
    )

    def __init__(self, *args: Any, person: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person:
            field = cast(forms.ChoiceField, self.fields["answer"])
            field.label = escape(f"May {person} take part?")
            field.choices = [
                (YES, escape(f"Yes: I am the headteacher, {person} works here and may take part")),
                (NO, escape(f"No: {person} cannot take part")),
            ]


class AgreeForm(PortalForm):
    """Agreeing to the text that is shown."""

    text = forms.IntegerField(widget=forms.HiddenInput)
    agrees = forms.BooleanField(
        label="I am the headteacher and our school agrees to this",
        error_messages={"required": "Tick the box if your school agrees. If it does not, tell your hub."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages = {"required": CHANGED_TEXT, "invalid": CHANGED_TEXT}


CHANGED_TEXT = "Open this page again: the text may have changed."
