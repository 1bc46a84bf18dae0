"""Who of a hub's staff looks after something."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hubportal.core import clock
from hubportal.core.forms import PortalForm
from schools.models import Hub, Role, User
from schools.roles import HUB_STAFF


class OwnerField(forms.ChoiceField):
    """Somebody of the staff of these hubs, or (None) nobody in particular."""

    def __init__(self, *, hubs: Iterable[Hub | int], label: str, **kwargs: Any) -> None:
        held = Role.objects.filter(hub__in=list(hubs), kind__in=HUB_STAFF).current(clock.today())
        people = User.objects.filter(person__in=held.values("person"), is_active=True).order_by("person__name", "pk")
        self.staff = {str(user.pk): user for user in people}
        choices = [("", "Nobody in particular"), *((key, user.person.name) for key, user in self.staff.items())]
        super().__init__(label=label, choices=choices, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        """The user, or None."""
        return self.staff.get(super().clean(value))


class OwnerForm(PortalForm):
    """Who looks after one thing, or after many."""

    def __init__(self, *args: Any, hubs: Iterable[Hub | int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = OwnerField(
            hubs=hubs, label="Who looks after it?", help_text="Lists and the home open on one's own."
        )
