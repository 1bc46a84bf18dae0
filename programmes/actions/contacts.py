"""Another contact, or another address, of an interest: what follows for its links, and for what failed there."""

from datetime import datetime
from typing import Any

from django.db import models

from hubportal.core import notices
from programmes.models import Interest
from schools.actions.bounces import forget_unused
from schools.rules import is_outside_domain


def contact_changes(interest: Interest, *, head_email: str | None = None, **contact: Any) -> dict[str, Any]:
    """The contact's new values with what follows: links of an older address end, strange addresses are flagged."""
    email = contact["contact_email"]
    addresses = (email, interest.head_email if head_email is None else head_email)
    found = {
        **contact,
        "is_outside_domain": any(is_outside_domain(address, interest.school.website) for address in addresses),
    }
    if email.lower() != interest.contact_email.lower():
        found |= {"link_number": interest.link_number + 1, "contact_corrected_at": None}
    return found


def follow_address(was: str, email: str, *about: models.Model, now: datetime) -> None:
    """An address was wrong: what failed there goes to the right one, and it is no more work where nobody has it.

    The caller has written the right one, and reconciles what this is about.
    """
    if not was or was.lower() == email.lower():
        return
    notices.readdress(notices.mail_key(was), notices.mail_key(email), *about, now=now)
    if not Interest.objects.filter(models.Q(contact_email__iexact=was) | models.Q(head_email__iexact=was)).exists():
        forget_unused(was, now)
