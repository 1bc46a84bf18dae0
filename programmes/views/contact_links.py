"""The contact's link: what it is about, whether it still opens it, and the forms that were begun by it."""

from hubportal.core import clock
from programmes.models import FormDraft, Interest
from programmes.notices.links import read_contact_token
from programmes.rules import ContactLink, contact_link


def opened_by(token: str) -> tuple[Interest | None, ContactLink]:
    """What a link is about, and what became of it."""
    carried = read_contact_token(token)
    interest = Interest.objects.for_link().filter(pk=carried[0]).first() if carried else None
    if interest is None or carried is None:
        return None, ContactLink.EXPIRED
    _pk, number, day = carried
    return interest, contact_link(carried=number, number=interest.link_number, sent_on=day, today=clock.today())


def has_lost_its_link(row: FormDraft) -> bool:
    """Whether a form about something that was sent was begun by a link that no longer opens it."""
    if row.interest_id is None or "sent" in row.data:
        return False
    interest, state = opened_by(row.data.get("token", ""))
    return interest is None or interest.pk != row.interest_id or state is not ContactLink.OPEN
