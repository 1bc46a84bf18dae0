"""The forms of signing in: allauth's own, with the portal's labels and words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms

from hubportal.core.forms import speak_plainly

EMAIL, PASSWORD, NEW, AGAIN = "E-mail address", "Password", "New password", "The new password again"
APP_CODE = "Code of the authenticator app, or a recovery code"
LABELS = {
    "login": (EMAIL, "Enter your e-mail address."),
    "email": (EMAIL, "Enter your e-mail address."),
    "password": (PASSWORD, "Enter your password."),
    "oldpassword": ("The password that you have now", "Enter the password that you have now."),
    "password1": (NEW, "Enter a new password."),
    "password2": (AGAIN, "Enter the new password again."),
    "code": ("Code", "Enter the code."),
}


class InOurWords:
    """Labels as everywhere else in the portal, and none inside the boxes, where it goes away as one types."""

    fields: dict[str, forms.Field]
    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in LABELS:
                label, field.error_messages["required"] = LABELS[name]
                field.label = self.labels.get(name, label)
            speak_plainly(field)


class LoginForm(InOurWords, account.LoginForm):  # type: ignore[misc]
    """E-mail address and password."""


class CodeRequestForm(InOurWords, account.RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send a code."""


class CodeForm(InOurWords, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code of the e-mail."""

    labels = {"code": "Code from the e-mail"}


class PasswordResetForm(InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """Where to send the link."""


class PasswordFromLinkForm(InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, after the link."""


class PasswordChangeForm(InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """Another password."""


class PasswordSetForm(InOurWords, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class AskAgainForm(InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class SecondStepForm(InOurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    """The code of the second step."""

    labels = {"code": APP_CODE}


class SecondStepAgainForm(InOurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The code of the second step once more."""

    labels = {"code": APP_CODE}


class AppForm(InOurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    labels = {"code": "Code that the app shows"}
