"""The public form: one question a page, for people who have no account and fill it in once.

The form pack writes labels out as they are, so whatever somebody typed is escaped here before it becomes one.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from html import unescape
from typing import Any

from crispy_forms_gds.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape

from hubportal.core.forms import Lines, OneLine, Phone, PortalForm, text_area
from programmes.models import FormDraft
from programmes.rules import ANSWERS, CONTACT, HEAD, LATER, OTHER
from schools.forms.spelt import SpeltForm
from schools.roles import HEADTEACHER, LABELS
from schools.rules import name_key

Choices = Sequence[tuple[str, str]]

AS_HEADING = {
    "legend_size": "govuk-fieldset__legend--l",
    "legend_tag": "h1",
    "label_size": "govuk-label--l",
    "label_tag": "h1",
}

SAME_TEACHER = "This person already has the other place. Choose somebody else, or name the teacher later."


def plain_letters(value: str) -> None:
    """Mail servers take addresses in plain letters only."""
    if not value.isascii():
        raise ValidationError("Use only plain letters, digits and signs in an e-mail address.")


class AddressField(forms.EmailField):
    """An e-mail address."""

    default_validators = [plain_letters, *forms.EmailField.default_validators]
    default_error_messages = {"invalid": "Enter an e-mail address like name@school.sch.uk."}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": kwargs.pop("autocomplete", "off"), "spellcheck": "false"})
        super().__init__(**{"max_length": 254, "widget": widget, **kwargs})

    def run_validators(self, value: Any) -> None:
        """Say one thing of an address that is none.

        :raises ValidationError: the first that is wrong with it.
        """
        try:
            super().run_validators(value)
        except ValidationError as problem:
            raise ValidationError(problem.error_list[:1]) from problem


def _line(label: str, longest: int, autocomplete: str = "off", kind: type[OneLine] = OneLine, **kwargs: Any) -> OneLine:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return kind(label=label, max_length=longest, widget=widget, **kwargs)


# A name of more words, or with an address, is a message to whom the portal writes.
MOST_WORDS = 9
# Endings of addresses; some are also what people are called (S.Dev, Mr.Co): not after an initial or a title.
_ADDRESS = re.compile(
    r"://|www\.|[\w-]\.(?:com|org|net|info|biz|xyz|site|online|app|io|uk|eu|click)\b|[\w-]\.(?:top|dev|co|link|shop)/"
    r"|\b(?!(?:\w|mr|mrs|ms|miss|mx|dr|prof|rev)\.)[\w-]+\.(?:top|dev|co|link|shop)\b",
    re.IGNORECASE,
)


def is_name(value: str) -> None:
    """What somebody is called: the portal greets others with it, in their e-mail.

    :raises ValidationError: for anything else, such as words to pass on.
    """
    if _ADDRESS.search(value) or len(value.split()) > MOST_WORDS:
        raise ValidationError("Enter a name: first name and last name.")


class PersonName(OneLine):
    """The name of somebody."""

    default_validators = [*OneLine.default_validators, is_name]


AT_SCHOOL, AT_WORK = "If you can, use your address at the school.", "If you can, use your address at work."


class ContactForm(SpeltForm):
    """Who fills the form in."""

    name = _line("Your full name", 150, "name", PersonName)
    email = AddressField(
        label="Your work e-mail address",
        autocomplete="email",
        help_text=f"We confirm here what you send, and tell you here what is decided. {AT_SCHOOL}",
    )
    phone = _line("Your phone number (optional)", 30, "tel", Phone, required=False)
    job_title = _line(
        "Your job at the school", 100, "organization-title", help_text="For example: maths lead", required=False
    )
    is_head = forms.BooleanField(label="I am the headteacher", required=False)

    def __init__(self, *args: Any, is_for_several: bool = False, is_light: bool = False, **kwargs: Any) -> None:
        """:param is_for_several: of several schools nobody is the headteacher who confirms by applying."""
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        if is_light:
            email.help_text = f"We send a confirmation here, and a link when you can apply. {AT_SCHOOL}"
        if is_for_several:
            email.help_text = str(email.help_text).replace(AT_SCHOOL, AT_WORK)
            self.fields["job_title"].label = "Your job"
            self.fields["job_title"].help_text = "For example: maths lead of the trust"
            del self.fields["is_head"]

    def clean(self) -> dict[str, Any]:
        """A headteacher has said their job with the tick."""
        given: dict[str, Any] = super().clean() or {}
        given.setdefault("is_head", False)
        if given.get("is_head") and not given.get("job_title"):
            given["job_title"] = LABELS[HEADTEACHER]
        if not given.get("job_title") and "job_title" not in self.errors:
            self.add_error("job_title", f"Enter your job{' at the school' if 'is_head' in self.fields else ''}.")
        return given


class SharedAddressForm(SpeltForm):
    """Somebody whose address may be another's too: small schools share one, but nobody shares it unawares.

    The tick is asked for only once an address is there twice.
    """

    mistaken = "{} has this address already. Give this teacher's own, or tick that they share it."

    def __init__(self, *args: Any, owners: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owners = owners or {}
        if self._owner(str(self.data.get("email") or self.initial.get("email") or "")):
            self.fields["is_shared"] = forms.BooleanField(label="They share this address", required=False)

    def _owner(self, email: str) -> str:
        return self._owners.get(email.strip().lower(), "")

    def clean(self) -> dict[str, Any]:
        """An address that is somebody else's is shared, or mistaken."""
        found = super().clean() or {}
        owner = self._owner(found.get("email", ""))
        if owner and not found.get("is_shared"):
            self.add_error("email", self.mistaken.format(owner))
        return found


HEAD_ELSEWHERE = (
    "Is this right? You have given this address for {}, the headteacher of another of these schools. "
    "Change it, or tick that they share it."
)


class HeadForm(SharedAddressForm):
    """The headteacher, who is asked to confirm."""

    name = _line("Headteacher's full name", 150, kind=PersonName)
    email = AddressField(
        label="Headteacher's e-mail address",
        help_text="They get a link to confirm. If you can, use their address at the school.",
    )
    mistaken = (
        "This is your own address. If you are the headteacher, go back and say so; if not, give the headteacher's "
        "address, or tick that you share this one."
    )

    def __init__(
        self, *args: Any, is_only_told: bool = False, heads: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        self._heads = heads or {}
        super().__init__(*args, **kwargs)
        if is_only_told:
            self.fields["email"].help_text = "If you can, use their address at the school."

    def _owner(self, email: str) -> str:
        """Also the headteacher of another of the schools, unless one person heads both."""
        beside = self._heads.get(email.strip().lower(), "")
        own, name = super()._owner(email), str(self.data.get("name") or self.initial.get("name") or "")
        if own or not beside or name_key(beside) == name_key(name):
            return own
        self.mistaken = HEAD_ELSEWHERE
        return beside


class OneQuestionForm(PortalForm):
    """A form whose only field is the page's question: its label is the page's heading."""

    is_one_question = True

    def ask_in_heading(self, field: str) -> None:
        """The label or legend becomes the first-level heading."""
        self.helper.layout = Layout(Field(field, context=AS_HEADING))


LATER_WILL_DO = "You can name teachers later, {}: your hub holds the places."


class StartForm(PortalForm):
    """Where the school is now: any of it may be left out."""

    def __init__(self, *args: Any, questions: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, text in questions:
            self.fields[f"q{key}"] = forms.ChoiceField(
                label=escape(text), choices=ANSWERS, required=False, widget=forms.RadioSelect
            )
        layout = [Field.radios(f"q{key}", inline=True) for key, _text in questions]
        self.helper.layout = Layout(*layout)


class PlaceForm(OneQuestionForm):
    """Who takes one of the teachers' places."""

    def __init__(
        self, *args: Any, label: str, named: str, role: str, choices: Choices, taken: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # Nobody is offered two places; who asks for them from a page opened before reads why not.
        refused = SAME_TEACHER if self.data.get("who") in taken else "Choose who it is."
        self.fields["who"] = forms.ChoiceField(
            label=escape(label),
            help_text=escape(f"At least one of them is to be {in_sentence(role)}. " if role else "")
            + LATER_WILL_DO.format(named),
            choices=[choice for choice in choices if choice[0] not in taken],
            widget=forms.RadioSelect,
            error_messages={"required": "Choose who it is.", "invalid_choice": refused},
        )
        self.ask_in_heading("who")


def place_choices(*, contact_name: str, head_name: str, before: Choices = ()) -> Choices:
    """The people named so far (no headteacher's name: the contact is the headteacher), others, or later.

    ``before``: teachers of another programme.
    """
    head = [(HEAD, escape(f"{head_name}, the headteacher"))] if head_name else []
    return [
        (CONTACT, escape(f"Me, {contact_name}")),
        *head,
        *((value, escape(name)) for value, name in before),
        (OTHER, "Another teacher"),
        (LATER, "To be named later"),
    ]


class TeacherForm(SharedAddressForm):
    """A teacher who is neither the contact nor the headteacher."""

    name = _line("Full name", 150, kind=PersonName)
    email = AddressField(label="E-mail address", help_text="They get the dates of the meetings here.")
    job_title = _line("Job at the school", 100, help_text="For example: class teacher, or second in department")

    def __init__(self, *args: Any, others: frozenset[tuple[str, str]], **kwargs: Any) -> None:
        self._others = others
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Nobody takes two places; several may share an office's address."""
        found = super().clean() or {}
        if (found.get("name", "").lower(), found.get("email", "").lower()) in self._others:
            self.add_error("name", SAME_TEACHER)
        return found

    def _owner(self, email: str) -> str:
        """Not of the very same person, who is refused as such."""
        name = str(self.data.get("name") or self.initial.get("name") or "").strip().lower()
        return "" if (name, email.strip().lower()) in self._others else super()._owner(email)


def in_sentence(label: str) -> str:
    """A label of the offer inside a sentence: `Head of maths` → `head of maths`, but `KS3 lead` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class LeadRoleForm(OneQuestionForm):
    """Which of the teachers hold a role of the kind that the offer asks for."""

    def __init__(self, *args: Any, label: str, role: str, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = f"At least one must be {role}. If none of them is, go back and name another teacher."
        self.fields["holders"] = forms.MultipleChoiceField(
            label=escape(label),
            choices=[(key, escape(name)) for key, name in choices],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": wanted, "invalid_choice": wanted, "invalid_list": wanted},
        )
        self.ask_in_heading("holders")


class MessageForm(OneQuestionForm):
    """Anything else."""

    message = Lines(
        label="Is there anything your hub should know? (optional)",
        help_text="For example: days on which your teachers cannot be released, or why you would like to take part. "
        "Do not write about pupils.",
        max_length=2000,
        required=False,
        widget=text_area(6),
    )

    def __init__(self, *args: Any, is_person: bool = False, hubs: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hubs > 1:
            self.fields["message"].label = "Is there anything your hubs should know? (optional)"
        if is_person:
            self.fields["message"].help_text = "For example: days on which you cannot come. Do not write about pupils."
        self.ask_in_heading("message")


class AgreeForm(PortalForm):
    """The commitments and the privacy notice, both to be agreed; of an interest only told of, the notice."""

    commitments = forms.BooleanField(
        label="My school agrees to these commitments",
        error_messages={"required": "Tick the box if your school agrees. Without it your hub cannot accept you."},
    )
    privacy = forms.BooleanField(
        label="I have read the privacy notice",
        error_messages={"required": "Read the privacy notice and tick the box."},
    )

    def __init__(
        self,
        *args: Any,
        has_commitments: bool = True,
        is_person: bool = False,
        is_for_several: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        agrees = self.fields["commitments"]
        if is_for_several:
            agrees.label = "My schools agree to these commitments"
            agrees.error_messages["required"] = "Tick the box if your schools agree. Without it none can be accepted."
        if is_person:
            agrees.label = "I agree to these commitments"
            agrees.error_messages["required"] = "Tick the box if you agree. Without it your hub cannot accept you."
        if not has_commitments:
            del self.fields["commitments"]


class RefusalForm(PortalForm):
    """Why a school does not take part, in its headteacher's words."""

    reason = Lines(label="Why? (optional, your hub reads it)", max_length=1000, required=False, widget=text_area(3))


class StatusForm(PortalForm):
    """Looking up an interest."""

    reference = _line("Your reference", 30, help_text="For example: HP-7KX4M2")
    email = AddressField(label="The e-mail address you gave", autocomplete="email")


class SaveForm(PortalForm):
    """Where the link to come back goes."""

    email = AddressField(
        label="Your e-mail address",
        autocomplete="email",
        help_text="We send a link there. Whoever has the link can go on with the form.",
    )

    def __init__(self, *args: Any, draft: FormDraft, typed: str, **kwargs: Any) -> None:
        interest = draft.interest
        address = interest.contact_email if interest else draft.email or typed
        super().__init__(*args, initial={"email": address}, **kwargs)
        if interest is not None:
            # What was sent already is shown and changed by its contact alone.
            self.fields["email"].disabled = True
            self.fields["email"].help_text = "We send a link to the contact's address that we have."


class WithdrawForm(PortalForm):
    """Why a school does not take part after all."""

    reason = Lines(label="Why? (optional, your hub reads it)", max_length=1000, required=False, widget=text_area(3))


def said_otherwise(form: forms.Form, answer: Mapping[str, Any]) -> list[str]:
    """The parts of an answer that are other than what was typed into a form, each under what the page calls it."""
    found = []
    for name, value in answer.items():
        if name in form.fields and isinstance(value, str) and value.strip() != str(form.data.get(name, "")).strip():
            # A choice is escaped already, and is escaped again where this is shown.
            words = {key: unescape(label) for key, label in getattr(form.fields[name], "choices", ())}
            found.append(f"{form.fields[name].label}: {words.get(value, value) or 'empty'}")
    return found
