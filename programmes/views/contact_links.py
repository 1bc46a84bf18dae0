"""The contact's link: what it is about, whether it still opens it, and the forms that were begun by it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hubportal.core import clock
from programmes.models import FormDraft, Interest
from programmes.notices.links import read_contact_token
from programmes.rules import ContactLink, contact_link

NO_LINK = "The link that you came by works no more; a new one is on its way to {}."
NEW_LINK = f"Your changes are saved. {NO_LINK}"
SENT_BEFORE = "This was sent already. It stands as you read it here."


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


def after_change(request: HttpRequest, token: str, was: str, email: str, *, is_new: bool) -> HttpResponse:
    """Back to what was sent; where its contact has another address, the link is no longer good, and a new one is sent.

    :param was, email: the contact's address before and now.
    """
    if email.lower() != was.lower():
        messages.success(request, NEW_LINK.format(email))
        return redirect("programmes:express-status")
    messages.success(request, "Your changes are saved." if is_new else "Nothing was changed.")
    return redirect("programmes:express-mine", token)


def after_second_press(request: HttpRequest, token: str) -> HttpResponse:
    """The same page where the button is pressed once more, or reached again by the browser's way back.

    :param token: the link; empty where the first press gave the contact another address.
    """
    if not token:
        messages.info(request, f"This was sent already. {NO_LINK.format('the new address')}")
        return redirect("programmes:express-status")
    messages.info(request, SENT_BEFORE)
    return redirect("programmes:express-mine", token)
