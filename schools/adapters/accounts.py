"""How allauth meets the portal: nobody signs up by themselves, staff invite."""

import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import passthrough_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

log = logging.getLogger(__name__)


def _of_site(link: str) -> str:
    """A link at the portal's own address: the request may have named it by another port, or spelt otherwise."""
    return f"{settings.SITE_URL}{urlunsplit(('', '', *urlsplit(link)[2:]))}"


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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Codes and links go out while the person waits: they are told when the mail server is away.

        An unknown address is sent an e-mail too, so this tells nobody who is known.
        """
        links = {name: _of_site(value) for name, value in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, {**context, **links})
        except OSError as error:  # smtplib's errors too
            log.exception("An e-mail for signing in could not be sent.")
            messages.error(self.request, "The e-mail could not be sent just now. Try again in a few minutes.")
            back = passthrough_next_redirect_url(self.request, self.request.path, REDIRECT_FIELD_NAME)
            raise ImmediateHttpResponse(redirect(back)) from error

    def login(self, request: HttpRequest, user: Any) -> None:
        """What a visitor began without an account ends after a day; a sign-in lasts as long as any other."""
        super().login(request, user)
        request.session.set_expiry(None)

    def pre_login(
        self, request: HttpRequest, user: Any, *, email: str | None = None, **others: Any
    ) -> HttpResponse | None:
        """A code that was sent to an address which is the person's no more lets nobody in."""
        if email and email.lower() != user.email.lower():
            messages.error(request, "This code was sent to another address. Ask for a new one.")
            return redirect("account_login")
        found: HttpResponse | None = super().pre_login(request, user, email=email, **others)
        return found


class PortalMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step in the portal's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the code. It changes every half minute: type the one that is shown now.",
    }
