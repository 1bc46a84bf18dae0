"""A local authority that no hub has is given to one."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property

from hubportal.core import clock
from hubportal.core.views import StepForm, local_path
from schools import roles
from schools.actions import hubs
from schools.forms.places import AuthorityHubForm
from schools.models import LocalAuthority

LONGEST_NAME = 100


class AuthorityHub(StepForm):
    """Give a local authority to a hub, also one that only the file in a preview names."""

    form_class = AuthorityHubForm
    roles = (roles.NATIONAL,)
    submit_label, done = "Give it to this hub", ""
    failures = (hubs.CannotChangeHub,)

    @cached_property
    def authority(self) -> LocalAuthority:
        """The one with the code in the address, made when it is given."""
        code, name = self.kwargs["code"], self.request.GET.get("name", "").replace("\x00", "").strip()
        return LocalAuthority.objects.filter(code=code).first() or LocalAuthority(code=code, name=name[:LONGEST_NAME])

    def get_heading(self) -> str:
        """Of which."""
        return f"Which hub does {self.authority.name or 'this local authority'} ({self.authority.code}) belong to?"

    def get_initial(self) -> dict[str, Any]:
        """As the file names it."""
        return {"name": self.authority.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The name is asked where the portal does not know it."""
        return {**super().get_form_kwargs(), "is_known": self.authority.pk is not None}

    def act(self, form: AuthorityHubForm) -> LocalAuthority:
        """Give it."""
        hub, name = form.cleaned_data["hub"], form.cleaned_data.get("name", "")
        given = hubs.give_authority(code=self.authority.code, name=name, hub=hub, by=self.request.user, now=clock.now())
        messages.success(self.request, f"{given} belongs to {hub}.")
        return given

    def get_success_url(self) -> str:
        """Where one came from, or all imports."""
        return local_path(self.request.GET.get("next", "")) or reverse("schools:import-list")

    get_cancel_url = get_success_url
