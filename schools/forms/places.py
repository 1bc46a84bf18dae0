"""Forms about hubs and the hub of a school."""

from typing import Any

from django import forms

from hubportal.core.forms import PortalForm
from schools.models import Hub, School


class SchoolHubForm(PortalForm):
    """Which hub a school belongs to."""

    FOLLOW = "authority"

    hub = forms.ChoiceField(label="Which hub should this school belong to?")

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every hub may be given a school, seen by the giver or not: the names of the hubs are public.
        self.hubs = {str(hub.pk): hub for hub in Hub.objects.order_by("name", "pk")}
        followed = school.authority.hub
        follow = f"Follow the local authority ({school.authority}): {followed or 'no hub'}"
        field = self.fields["hub"]
        field.choices = [(self.FOLLOW, follow), *((key, hub.name) for key, hub in self.hubs.items())]  # type: ignore[attr-defined]
        field.help_text = "A hub chosen here is kept: no import of school data changes it."

    def clean_hub(self) -> Hub | None:
        """The hub, None where the school follows its local authority."""
        return self.hubs.get(self.cleaned_data["hub"])


class HubEmailForm(PortalForm):
    """Where answers to a hub's e-mails go."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="Answers to the portal's e-mails about your schools and groups come here.",
    )
