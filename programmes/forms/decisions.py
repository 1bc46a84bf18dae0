"""Forms of the hub's steps: deciding, naming teachers, ending an enrolment."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area
from programmes.models import Offer
from schools.models import Role


class AcceptForm(PortalForm):
    """Where the school has another headteacher than the one who is named: who it is now."""

    def __init__(self, *args: Any, named: str, heads: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if heads:
            # The form pack writes labels out as they are.
            labels = [(str(role.pk), escape(f"{named} is headteacher now instead of {role.person}")) for role in heads]
            self.fields["replaced_heads"] = forms.TypedMultipleChoiceField(
                label="Who is headteacher?",
                help_text=escape(
                    f"Without a tick {named} gets no role as headteacher, but is told of your decision by e-mail. "
                    "With it the other's role ends today."
                ),
                choices=labels,
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": "The school's headteacher has changed meanwhile. Please look again."},
            )


class ReasonForm(PortalForm):
    """A reason."""

    reason = Lines(label="Why?", max_length=2000, widget=text_area(5))


class WaitingForm(PortalForm):
    """What a school on the waiting list is told."""

    reason = Lines(
        label="What should the school know? (optional)",
        help_text="It stands in the e-mail. For example: the group is full, and you will know by the end of June.",
        max_length=2000,
        required=False,
        widget=text_area(5),
    )


class DeclineForm(PortalForm):
    """Why a school is declined, in words it reads."""

    reason = Lines(
        label="Why is there no place for this school?",
        help_text="The contact and the headteacher read it in the e-mail. Say what else they could do.",
        max_length=2000,
        widget=text_area(6),
    )


class TeacherForm(PortalForm):
    """A teacher for a place that is held."""

    name = OneLine(label="Full name", max_length=150)
    email = forms.EmailField(
        label="Work e-mail address", max_length=254, help_text="They get an e-mail that says how to sign in."
    )
    job_title = OneLine(label="Job (optional)", max_length=100, required=False)
    has_lead_role = forms.BooleanField(required=False)

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offer.needs_lead_role:
            self.fields["has_lead_role"].label = offer.lead_role_label or "Leads in the department"
        else:
            del self.fields["has_lead_role"]
