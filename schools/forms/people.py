"""Forms about people and their roles."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hubportal.core.forms import DayField, OneLine, Phone, PortalForm, PortalModelForm
from schools import rules
from schools.forms.spelt import Spelt, SpeltForm
from schools.models import Person, Role, School, User
from schools.roles import COVER, HUB_STAFF, LABELS, NATIONAL

ADDRESS_TAKEN = (
    "Somebody of another name already signs in with this address. Check the name, give another address, "
    "or tick that several people share it. If they have left, the hub can free it: by correcting their address."
)


def shared_address_field() -> forms.BooleanField:
    """For somebody whose only address is another person's too."""
    return forms.BooleanField(
        label="Several people share this address",
        required=False,
        help_text="They are added, but cannot sign in if somebody else already signs in with it.",
    )


def is_known_as_anothers(*, name: str, email: str, by: User) -> bool:
    """Whether somebody of another name signs in with an address, as far as this person may be told."""
    taken = User.objects.select_related("person").filter(email=email.lower()).first() if email else None
    if taken is None or rules.name_key(taken.person.name) == rules.name_key(name):
        return False
    return _may_tell(by, taken.person)


class RoleForm(PortalForm):
    """Which role somebody gets at a place."""

    kind = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        self.fields["kind"].choices = [(kind, LABELS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0]


class InviteForm(SpeltForm, RoleForm):
    """Somebody who is invited, and as what."""

    name = OneLine(label="Name", max_length=150, help_text="First name and last name, as they use it at work.")
    email = forms.EmailField(label="E-mail address", help_text="They sign in with it: best their own work address.")
    job_title = OneLine(label="Job title (optional)", max_length=100, required=False)
    phone = Phone(label="Telephone (optional)", max_length=30, required=False)
    is_shared = shared_address_field()

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if COVER in self.kinds:
            self.fields[
                "email"
            ].help_text = "They sign in with it: best their own work address. A cover contact is only written to there."

    def clean(self) -> dict[str, Any]:
        """Say before, not after, that an address is taken; a school only of those whom it knows."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        email, name = found.get("email", ""), found.get("name", "")
        if not found.get("is_shared") and is_known_as_anothers(name=name, email=email, by=self.by):
            self.add_error("email", ADDRESS_TAKEN)
        return found


def _may_tell(by: User, person: Person) -> bool:
    """Whether somebody may learn that an address is a person's: else anybody's could be tried here.

    A school may of those who have left it, too: it gave them the address.
    """
    if by.scope.has(NATIONAL, *HUB_STAFF) or Person.objects.visible_to(by).filter(pk=person.pk).exists():
        return True
    return Role.objects.filter(person=person, school__in=School.objects.with_staff_read_by(by).values("pk")).exists()


class RoleEndForm(PortalForm):
    """When a role ends."""

    last_day = DayField(
        label="Last day in this role (optional)",
        required=False,
        help_text="For example 31 8 2027. Leave it empty to end the role at once.",
    )

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role

    def clean_last_day(self) -> date | None:
        """Not before it started.

        :raises ValidationError: for an earlier day.
        """
        last_day: date | None = self.cleaned_data["last_day"]
        if last_day is not None and last_day < self.role.starts_on:
            starts = self.role.starts_on
            raise ValidationError(f"The role started on {starts.day} {starts:%B %Y}: it cannot end before that.")
        return last_day


class TrnField(OneLine):
    """A teacher reference number: seven digits, which people write with spaces or a slash."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {"label": "Teacher reference number (optional)", "help_text": "Seven digits.", "max_length": 12}
        super().__init__(**{**usual, **kwargs})

    def clean(self, value: Any) -> str:
        """Seven digits, if any.

        :raises ValidationError: for anything else.
        """
        trn = "".join(str(super().clean(value)).split()).replace("/", "")
        if trn and not (trn.isascii() and trn.isdigit() and len(trn) == 7):
            raise ValidationError("A teacher reference number has seven digits.")
        return trn


class PersonForm(Spelt, PortalModelForm):
    """What is known of a person; the address only for those who may move the sign-in."""

    trn = TrnField(required=False)

    class Meta:
        model = Person
        fields = ("name", "previous_name", "email", "phone", "job_title", "trn")
        labels = {
            "previous_name": "Previous name (optional)",
            "email": "E-mail address",
            "phone": "Telephone (optional)",
            "job_title": "Job title (optional)",
        }
        field_classes = {**dict.fromkeys(("name", "previous_name", "job_title"), OneLine), "phone": Phone}
        help_texts = {"email": "Also the address to sign in with."}

    def __init__(self, *args: Any, may_change_email: bool, **kwargs: Any) -> None:
        person, typed = kwargs["instance"], kwargs.get("data") or {}
        # What stands, or is nobody's to change here, is not asked about.
        is_new = may_change_email and typed.get("email", "").strip().lower() != person.email.lower()
        self.addresses = ("email",) if typed and is_new else ()
        domains = [rules.email_domain_of(person.school.website)] if self.addresses and person.school else []
        super().__init__(*args, domains=domains, **kwargs)
        if not may_change_email:
            del self.fields["email"]

    def clean_email(self) -> str:
        """In small letters, as addresses are compared."""
        return str(self.cleaned_data["email"]).lower()
