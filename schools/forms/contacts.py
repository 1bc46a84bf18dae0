"""The form of many schools' contacts: a row each, of which any may stay empty."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from hubportal.core.forms import OneLine, PortalForm
from schools.actions.contacts import KINDS, Contact
from schools.forms.spelt import DID_YOU_MEAN, meant_in, right_as_typed
from schools.models import School
from schools.roles import LABELS
from schools.rules import email_domain_of


class ContactsForm(PortalForm):
    """Whom one writes to at each of some schools."""

    def __init__(self, *args: Any, schools: Sequence[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = schools
        self._meant: dict[School, str] = {}
        for one in schools:
            kinds = [(kind, LABELS[kind]) for kind in KINDS]
            self.fields[f"kind_{one.pk}"] = forms.ChoiceField(label=f"Role, {one}", choices=kinds, required=False)
            self.fields[f"name_{one.pk}"] = OneLine(label=f"Name, {one}", max_length=150, required=False)
            in_full = {"invalid": f"{one}: enter an e-mail address in full, for example name@example.org."}
            self.fields[f"email_{one.pk}"] = forms.EmailField(
                label=f"E-mail address, {one}", required=False, error_messages=in_full
            )
            if meant := meant_in(self.data.get(f"email_{one.pk}"), [email_domain_of(one.website)]):
                self._meant[one] = meant
                self.fields[f"right_{one.pk}"] = right_as_typed()

    def clean(self) -> dict[str, Any]:
        """A name alone says nothing; all rows empty are a button pressed too early."""
        given = self.cleaned_data
        for one in self.schools:
            if given.get(f"name_{one.pk}") and f"email_{one.pk}" in given and not given[f"email_{one.pk}"]:
                self.add_error(f"email_{one.pk}", f"{one}: enter the e-mail address.")
        for one, meant in self._meant.items():
            if not given.get(f"right_{one.pk}") and f"email_{one.pk}" not in self.errors:
                self.add_error(f"email_{one.pk}", f"{one}: {DID_YOU_MEAN.format(meant)}")
        if not self.errors and not self.contacts:
            self.add_error(None, "Type an address first.")
        return given

    @property
    def contacts(self) -> list[Contact]:
        """Those that were given."""
        given = self.cleaned_data
        return [
            Contact(one, given[f"kind_{one.pk}"] or KINDS[0], given[f"name_{one.pk}"], given[f"email_{one.pk}"])
            for one in self.schools
            if given.get(f"email_{one.pk}")
        ]

    def lines(self) -> Iterator[tuple[School, Any, Any, Any, Any]]:
        """Each school with its fields, the last a tick where its address is asked about."""
        for one in self.schools:
            tick = self[f"right_{one.pk}"] if one in self._meant else None
            yield one, self[f"kind_{one.pk}"], self[f"name_{one.pk}"], self[f"email_{one.pk}"], tick
