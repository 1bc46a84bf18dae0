"""The public form while it is being filled in: keeping answers, sending them, deleting those whose time is over."""

import secrets
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hubportal.core import locks, notices, wake
from hubportal.core.templatetags.portal import by_day
from programmes.actions.changes import Change, change_sent
from programmes.actions.interest import PAUSE_BETWEEN_LINKS, Application, submit, wait_for_interest
from programmes.actions.light import Telling, tell_interest
from programmes.actions.light_changes import correct_address
from programmes.models import FormDraft, Interest
from schools.models import User


class DraftChanged(Exception):
    """The answers were changed on another device since they were read."""


def start(*, kind: str, interest: Interest | None, now: datetime) -> FormDraft:
    """A new form; ``interest`` is what it changes or completes."""
    draft = FormDraft(key=secrets.token_urlsafe(12), data={"kind": kind}, interest=interest, saved_at=now)
    draft.kept_until = now + timedelta(days=draft.days_kept)
    draft.save()
    return draft


def save_answers(*, draft: FormDraft, data: dict[str, Any], now: datetime) -> None:
    """Keep what was answered, and the form for its time from now on.

    :raises DraftChanged: where somebody else has answered since, or it was deleted.
    """
    kept = FormDraft.objects.filter(pk=draft.pk, version=draft.version)
    values = {
        "data": data,
        "version": draft.version + 1,
        "name": draft.name,
        "email": draft.email,
        "link_asked_at": draft.link_asked_at,
        "saved_at": now,
        "kept_until": now + timedelta(days=draft.days_kept),
    }
    if kept.update(**values) != 1:
        raise DraftChanged
    for field, value in values.items():
        setattr(draft, field, value)


@transaction.atomic
def send(
    *,
    draft: FormDraft,
    applications: Sequence[Application] = (),
    tellings: Sequence[Telling] = (),
    shown: dict[str, Any],
    by: User | None,
    now: datetime,
) -> None:
    """Send all that one form says, or nothing of it; what comes after the first is known to have come with it.

    :param shown: what the confirmation shows, beside the references of what was applied for and who is to be named.
    :raises NotOpen: where something may not be applied for, or told of, now.
    :raises TextChanged: where other texts were agreed than those in force.
    :raises DraftChanged: where somebody else has answered or sent it since.
    """
    # Two forms may name the same schools in any order: each school's turn is waited for in one.
    for pk in sorted({one.school.pk for one in applications} | {one.school.pk for one in tellings}):
        wait_for_interest(pk)
    sent: list[Interest] = []
    for application in applications:
        sent.append(submit(application=replace(application, sent_with=sent[0] if sent else None), by=by, now=now))
    for telling in tellings:
        told = replace(telling, sent_with=sent[0] if sent else None)
        interest, is_new = tell_interest(telling=told, by=by, now=now)
        sent += [interest] if is_new else []
    if applications:
        rows = [[one.reference, str(one.school), one.programme] for one in sent]
        shown = {**shown, "rows": rows, "to_name": _to_name(sent)}
    else:
        # Not shown: what a mistyped address is corrected of.
        shown = {**shown, "told": [one.pk for one in sent]}
    mark_sent(draft=draft, shown=shown, now=now)


def _to_name(sent: list[Interest]) -> list[str]:
    """By when teachers are to be named, of each application that holds places for them."""
    rows = Interest.objects.filter(pk__in=[one.pk for one in sent]).with_naming().filter(held__gt=0)
    rows = rows.select_related("school", "offer", "phase").order_by("pk")
    days = {one: (getattr(one, "held", 0), getattr(one, "named_by", None)) for one in rows}
    return [f"{one.programme}, {one.school}: {held} to be named {by_day(day)}" for one, (held, day) in days.items()]


def mark_sent(*, draft: FormDraft, shown: dict[str, Any], now: datetime) -> None:
    """Keep only what the confirmation shows: nobody needs the answers any more.

    :raises DraftChanged: where somebody else has answered or sent it since.
    """
    draft.name = draft.email = ""
    save_answers(draft=draft, data={"sent": shown}, now=now)


@transaction.atomic
def correct_sent(*, draft: FormDraft, email: str, by: User | None, now: datetime) -> None:
    """From the page that confirms what was told a moment ago: it is sent to another address.

    :raises DraftChanged: where it was corrected at the same moment, also to another address; nothing is changed.
    """
    sent = draft.data["sent"]
    correct_address(keys=sent.get("told", ()), was=sent["email"], email=email, by=by, now=now)
    mark_sent(draft=draft, shown={**sent, "email": email}, now=now)


@transaction.atomic
def send_change(*, draft: FormDraft, change: Change, by: User | None, now: datetime) -> bool:
    """Keep what a form changes of what was sent, and of the form where that stands; whether anything was new.

    Whoever presses twice is led there: by the link that the form was begun with, as long as that is good.

    :raises CannotChange: as ``change_sent``; the form stays.
    :raises DraftChanged: where somebody else has answered or sent it since.
    """
    if draft.interest is None:
        raise DraftChanged
    has_moved = change.contact_email.lower() != draft.interest.contact_email.lower()
    mine = "" if has_moved else draft.data["token"]
    # Of a copy: where the change is refused the form goes on as it was read. Nobody comes back to it by its own link.
    kept = copy(draft)
    kept.link_asked_at = None
    mark_sent(draft=kept, shown={"is_light": False, "mine": mine}, now=now)
    return change_sent(interest=draft.interest, change=change, seen=draft.data["seen"], by=by, now=now)


@transaction.atomic
def ask_to_come_back(*, draft: FormDraft, email: str, now: datetime) -> None:
    """Send the link to go on with the form, which is kept longer from now on; asked twice in a moment, it is one.

    :raises DraftChanged: where somebody else has answered since, or it was deleted.
    """
    was_asked = draft.link_asked_at
    if was_asked is not None and email == draft.email and now < was_asked + PAUSE_BETWEEN_LINKS:
        return
    draft.email, draft.link_asked_at = email, now
    save_answers(draft=draft, data=draft.data, now=now)
    notices.reconcile(draft, now=now)
    wake.wake()


@transaction.atomic
def hand_on(
    *, draft: FormDraft, contact: dict[str, Any], to: str, by: str, now: datetime, is_back: bool = False
) -> dict[str, Any]:
    """Let somebody else go on with a form, and return who was its contact: the link that was sent before ends.

    :param contact: their name and address, as the form keeps them, or as an earlier handing on returned them.
    :param to, by: whose it is from now on, and whose it was, by name.
    :param is_back: whether it was theirs before.
    """
    draft = locks.hold(draft)
    was = {"name": draft.name, "email": draft.email, **_replace_contact(draft.data, contact)}
    handed = {"to": to, "by": by, "is_back": is_back, "at": now.timestamp()}
    # Whoever had it opened finds it no more, and reads so by the link that they were sent.
    ended = {**draft.data.get("handed_on", {}).get("ended", {}), draft.key: True}
    draft.data["handed_on"] = {**handed, "ended": ended}
    draft.name, draft.email, draft.link_asked_at = contact["name"], contact["email"], now
    save_answers(draft=draft, data=draft.data, now=now)
    FormDraft.objects.filter(pk=draft.pk).update(key=secrets.token_urlsafe(12))
    notices.reconcile(draft, now=now)
    return was


def _replace_contact(data: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """Write somebody as the contact where one was answered, or was only typed; what stood there."""
    answers, begun = data.setdefault("answers", {}), data.setdefault("begun", {})
    was = {**answers.get("contact", {})}
    typed = begun.pop("contact", None)
    if typed is not None:
        was["typed"] = typed
    new = {name: value for name, value in contact.items() if name != "typed"}
    if "contact" in answers:
        answers["contact"] = new
    else:
        begun["contact"] = contact.get("typed") or {name: [value] for name, value in new.items() if name != "is_head"}
    return was


def forget_old(*, now: datetime) -> None:
    """Delete the forms whose time is over; for the sweep."""
    FormDraft.objects.out_of_time(now).delete()
