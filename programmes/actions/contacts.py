"""Another contact, or another address, of an interest: what follows for its links, and for what failed there."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from hubportal.core import notices
from programmes.models import Interest, InterestTeacher
from schools.actions.bounces import forget_unused
from schools.rules import is_outside_domain

# What is remembered of who agreed.
NAMED = ("contact_name", "contact_job")


def contact_changes(interest: Interest, *, head_email: str | None = None, **contact: Any) -> dict[str, Any]:
    """The contact's new values with what follows: links of an older address end, strange addresses are flagged.

    Who agreed stays who it was, also where somebody else is named; but what another agreed to brings who that was.
    """
    email = contact["contact_email"]
    addresses = (email, interest.head_email if head_email is None else head_email)
    is_renamed = any(name in contact and contact[name] != getattr(interest, name) for name in NAMED)
    found = {
        **({"agreed_by": interest.who_agreed} if is_renamed else {}),
        **contact,
        "is_outside_domain": any(is_outside_domain(address, interest.school.website) for address in addresses),
    }
    if email.lower() != interest.contact_email.lower():
        found |= {"link_number": interest.link_number + 1, "contact_corrected_at": None}
    return found


def follow_address(was: str, email: str, *about: Model, now: datetime) -> None:
    """An address was wrong: what failed there goes to the right one, and it is no more work where nobody has it.

    The caller has written the right one, and reconciles what this is about.
    """
    if not was or was.lower() == email.lower():
        return
    notices.readdress(notices.mail_key(was), notices.mail_key(email), *about, now=now)
    leave_address(was, now=now)


def leave_address(was: str, *, now: datetime) -> None:
    """An address that was wrong is no more work once nobody has it who can still be corrected.

    As contact, headteacher or teacher to come. The caller has written the right one.
    """
    teaching = InterestTeacher.objects.filter(email__iexact=was).values("interest")
    named = Q(contact_email__iexact=was) | Q(head_email__iexact=was) | Q(pk__in=teaching)
    for one in Interest.objects.filter(named).select_related("duplicate_of"):
        if one.may_be_changed or (one.may_correct_head and one.head_email.lower() == was.lower()):
            return
    forget_unused(was, now)
