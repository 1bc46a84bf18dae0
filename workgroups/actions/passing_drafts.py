"""A form that is still being filled in passes on with a replacement, and comes back."""

from datetime import datetime

from programmes.actions import drafts
from programmes.models import FormDraft
from workgroups.models import Replacement, ReplacementPart


def pass_draft(change: Replacement, part: ReplacementPart, now: datetime) -> None:
    """A form that is still being filled in by the leaver is the newcomer's to go on with."""
    to, leaver = change.successor, change.person
    email = part.was.get("email", leaver.email)
    draft = FormDraft.objects.kept(now).filter(pk=part.was["pk"], email__iexact=email).first()
    if to is None or not to.email or draft is None or "sent" in draft.data:
        return
    contact = {"name": to.name, "email": to.email, "phone": to.phone, "job_title": to.job_title, "is_head": False}
    was = drafts.hand_on(draft=draft, contact=contact, to=to.name, by=leaver.name, now=now)
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "contact": was})


def give_draft_back(change: Replacement, part: ReplacementPart, now: datetime) -> None:
    """It is the leaver's again, where it has not been sent."""
    to = change.successor
    rows = FormDraft.objects.kept(now).filter(pk=part.was["pk"])
    draft = rows.filter(email__iexact=to.email).first() if to is not None else None
    if to is not None and draft is not None and "contact" in part.was and "sent" not in draft.data:
        names = {"to": change.person.name, "by": to.name}
        drafts.hand_on(draft=draft, contact=part.was["contact"], now=now, is_back=True, **names)
