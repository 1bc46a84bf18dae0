"""E-mail addresses that look like a slip of the finger, asked about wherever somebody is named."""

import re
from collections.abc import Collection
from typing import Any, ClassVar

from django import forms

from hubportal.core.forms import PortalForm
from schools.models import Role, School
from schools.rules.addresses import meant_address

BETWEEN = re.compile(r"[\s,;<>]+")
# No field takes more, so longer text is refused anyway; it comes from anybody, and is not read before that.
LONGEST = 2000
DID_YOU_MEAN = "Did you mean {}? Change it, or tick that the address is right."


class Spelt(forms.BaseForm):
    """Somebody's e-mail address that looks like a slip of the finger: asked about once, taken when it is right.

    ``addresses``: the fields that hold one, or several in their text; ``domains``: the school's own, or the ``school``.
    """

    addresses: tuple[str, ...] = ("email",)
    asked_besides: ClassVar[tuple[str, ...]] = ("is_right", "is_shared")

    def __init__(self, *args: Any, domains: Collection[str] = (), school: School | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.data if self.is_bound else self.initial
        self._meant: dict[str, str] = {}
        typed = any(given.get(name) for name in self.addresses)
        known = {*domains, *(Role.objects.mail_domains_at(school) if school and typed else ())}
        for name in self.addresses:
            if meant := meant_in(given.get(name), known):
                self._meant[name] = meant
            else:  # a colleague's is likely to be there too
                known |= {one.rpartition("@")[2].lower() for one in _addresses(given.get(name))}
        if self._meant:
            self.fields["is_right"] = right_as_typed()
            self._put_tick()

    def _put_tick(self) -> None:
        """Below the last address that is asked about."""
        names = [name for name in self.fields if name != "is_right"]
        at = max(names.index(name) for name in self._meant) + 1
        self.order_fields([*names[:at], "is_right", *names[at:]])

    def clean(self) -> dict[str, Any]:
        """Ask whether another address was meant."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name, meant in self._meant.items():
            if not found.get("is_right") and name not in self.errors:
                self.add_error(name, DID_YOU_MEAN.format(meant))
        return found


class SpeltForm(Spelt, PortalForm):
    """A step's form with such an address."""


def right_as_typed() -> forms.BooleanField:
    """The tick by which an address that was asked about is taken."""
    return forms.BooleanField(label="The address is right as I typed it", required=False)


def meant_in(text: object, domains: Collection[str]) -> str:
    """The first address of a text that was probably meant otherwise."""
    meant = (meant_address(one, domains) for one in _addresses(text))
    return next(filter(None, meant), "")


def _addresses(text: object) -> list[str]:
    """What stands in a text with something on both sides of an @."""
    said = str(text or "")
    return [one for one in BETWEEN.split(said) if "@" in one[1:-1]] if len(said) <= LONGEST else []
