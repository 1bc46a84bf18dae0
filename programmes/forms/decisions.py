"""Forms of the hub's steps: deciding, naming teachers, ending an enrolment."""

from typing import Any

from django import forms

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area
from programmes.models import Offer


class ConfirmForm(PortalForm):
    """Nothing to fill in: the page shows what will happen and asks for the press of a button."""


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
