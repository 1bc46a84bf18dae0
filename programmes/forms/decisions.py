"""Forms of the hub's steps: deciding, naming teachers, ending an enrolment."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area
from programmes.models import Offer
from programmes.rules.inviting import CONTACT_KINDS
from schools.forms.people import ADDRESS_TAKEN, is_known_as_anothers, shared_address_field
from schools.forms.spelt import SpeltForm
from schools.models import Person, Role, User
from schools.roles import LABELS
from schools.rules import listed, name_key

TEACHERS_ADDRESS = (
    "{name} takes part with this address already. Check the name, give another address, "
    "or tick that several people share it."
)

AGAINST_A_NO = "The headteacher has said no. Why do you accept all the same?"
RULES_SAY_NOTHING = "The offer's rules do not say that this school fits: say why it does."
WHAT_THEY_SEE = (
    "A maths lead names teachers and sees the school's programmes, dates, visits and money. The school office sees "
    "these too. A teacher sees the dates of their own group."
)
HUBS_ONLY = "Your hub decides, and only hubs read this note."


class AcceptForm(PortalForm):
    """Who is headteacher now, where the school has another than the one named; why it is accepted, where that is asked.

    :param needs_note: the offer's rules do not say that it fits.
    :param is_refused: its headteacher has said no.
    :param contact_kind: what whoever applied would be at the school; empty: that is not asked.
    :param leads: who is maths lead there beside them.
    """

    def __init__(
        self,
        *args: Any,
        named: str,
        heads: Sequence[Role],
        needs_note: bool = False,
        is_refused: bool = False,
        contact: str = "",
        contact_kind: str = "",
        leads: Sequence[Role] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if contact_kind:
            self._ask_contact(contact, contact_kind, leads)
        if needs_note or is_refused:
            self.fields["note"] = Lines(
                label=AGAINST_A_NO if is_refused else "Why does this school fit?",
                help_text=" ".join([*([RULES_SAY_NOTHING] if needs_note else []), HUBS_ONLY]),
                max_length=2000,
                widget=text_area(3),
            )
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

    def _ask_contact(self, contact: str, kind: str, leads: Sequence[Role]) -> None:
        names, is_one = listed(role.person for role in leads), len(leads) == 1
        how = "is maths lead there, and stays so" if is_one else "are maths leads there, and stay so"
        stays = f"{names} {how}. " if leads else ""
        self.fields["contact_kind"] = forms.ChoiceField(
            label=escape(f"What is {contact} at the school?"),
            help_text=escape(f"{stays}{WHAT_THEY_SEE}"),
            choices=[(one, LABELS[one]) for one in CONTACT_KINDS],
            initial=kind,
            required=False,  # then it is as it was shown
            widget=forms.RadioSelect,
        )


class ReasonForm(PortalForm):
    """A reason."""

    reason = Lines(label="Why?", max_length=2000, widget=text_area(5))


class EndForm(ReasonForm):
    """Why a place ends or is paused, in words that the school reads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "The school reads it, in the e-mail and on its own page."


class WaitingForm(PortalForm):
    """What a school on the waiting list is told."""

    reason = Lines(
        label="What should the school know? (optional)",
        help_text="The school reads it. For example: the group is full, and you will know by the end of June.",
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


class TeacherForm(SpeltForm):
    """A teacher for a place that is held."""

    name = OneLine(label="Full name", max_length=150)
    email = forms.EmailField(
        label="Work e-mail address", max_length=254, help_text="They get an e-mail that says how to sign in."
    )
    is_shared = shared_address_field()
    job_title = OneLine(label="Job (optional)", max_length=100, required=False)
    has_lead_role = forms.BooleanField(required=False)

    def __init__(self, *args: Any, offer: Offer, others: Sequence[Person], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._others, self._by = others, by
        if offer.needs_lead_role:
            self.fields["has_lead_role"].label = offer.lead_role_label or "Leads in the department"
        else:
            del self.fields["has_lead_role"]

    def clean(self) -> dict[str, Any]:
        """An address that is somebody else's only where it is known to be shared."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        email, name = found.get("email", ""), found.get("name", "")
        if not email or found.get("is_shared"):
            return found
        same = [one for one in self._others if one.email.lower() == email.lower()]
        other = next((one for one in same if name_key(one.name) != name_key(name)), None)
        if other is not None:
            self.add_error("email", TEACHERS_ADDRESS.format(name=other.name))
        elif is_known_as_anothers(name=name, email=email, by=self._by):
            self.add_error("email", ADDRESS_TAKEN)
        return found
