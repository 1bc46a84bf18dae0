"""How allauth meets the portal: nobody signs up by themselves, staff invite."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: acceptance and invitations make users."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
