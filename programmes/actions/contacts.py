"""Another contact, or another address of theirs, of an interest: what follows for its links."""

from typing import Any

from programmes.models import Interest
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
        found["link_number"] = interest.link_number + 1
    return found
