"""How allauth meets the portal: nobody signs up by themselves, staff invite."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: acceptance and invitations make users."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This address and password do not go together. Check both, or ask for a code.",
        "incorrect_code": "This is not the code. Check it, or ask for another one.",
        "incorrect_password": "This is not your password. Check it and type it again.",
        "enter_current_password": "This is not the password that you have now. Check it and type it again.",
        "too_many_login_attempts": "That was tried too often. Wait a few minutes, then try again.",
        "rate_limited": "That was tried too often. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class PortalMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step in the portal's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the code. It changes every half minute: type the one that is shown now.",
    }
