"""E-mails that bring a link: to change what was sent, to go on with a form, to apply now that one can."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from hubportal.core import clock
from hubportal.core.clock import LONDON, at_london, day_of
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind, mail_key
from hubportal.core.records import begin_of
from programmes.models import Enrolment, FormDraft, Interest, LinkRequest, LinkRequestQuerySet, Offer
from programmes.notices.links import contact_path, draft_path
from programmes.notices.loading import interests, told_of
from programmes.rules import CONTACT_LINK_DAYS, Answers
from schools.models import Hub, School
from schools.rules import listed

# Whoever asked for a link waits for it; a day later they have asked again.
WORTH_SENDING = timedelta(days=1)
# Of several hubs, how many read an answer.
MOST_ANSWERED = 2


def _asked(offset: str, moment: datetime, name: str, email: str) -> Desired:
    return Desired(
        recipient=mail_key(email),
        occurrence=f"{offset}@{moment:%Y-%m-%dT%H:%M:%S}",
        due_at=moment,
        until=moment + WORTH_SENDING,
        name=name,
        email=email,
    )


def contact_link(interest: Interest) -> Sequence[Desired]:
    """Whoever sent it gets a link when somebody who has reference and address asks for it."""
    if interest.link_asked_at is None or not interest.contact_email:
        return []
    return [_asked("link", interest.link_asked_at, interest.contact_name, interest.contact_email)]


def all_links(asked: LinkRequest) -> Sequence[Desired]:
    """One e-mail to an address at which something stands; where it was asked anew before that left, the later one."""
    is_due = asked.is_answered and asked.stands and asked.is_last  # type: ignore[attr-defined]
    # Anybody can have typed the address, and several share one: it goes to nobody by name.
    return [_asked("links", asked.asked_at, asked.email, asked.email)] if is_due else []


def draft_link(draft: FormDraft) -> Sequence[Desired]:
    """Whoever fills a form in gets a link to come back, where they asked for one."""
    if draft.link_asked_at is None or not draft.email:
        return []
    # Anybody can have typed the address, and the name: none of their words goes there. Who hands it on is known.
    name = draft.handed["to"] if draft.handed else draft.email
    return [_asked("back", draft.link_asked_at, name, draft.email)]


def invited(interest: Interest) -> Sequence[Desired]:
    """Whoever told of an interest is invited once: by the hub, or on the first morning when they can apply.

    Whoever could have applied as they told of it is invited by the hub alone. What is published late opens at once. Two
    that came to one address, as when somebody changes theirs, bring one e-mail.
    """
    due_at = interest.invited_at
    waits = interest.status == Interest.Status.INTERESTED and bool(interest.contact_email)
    is_there = waits and not interest.school.has_closed
    by_hub_alone = interest.could_apply or getattr(interest, "is_told_before", False)
    if not is_there or (by_hub_alone and due_at is None):
        return []
    window = _window(interest)
    if due_at is None and window is not None:
        due_at = max(at_london(window[0]), interest.submitted_at)
    if due_at is None:
        return []
    return [
        Desired(
            recipient=mail_key(interest.contact_email),
            occurrence=f"invite@{due_at.astimezone(LONDON).date().isoformat()}",
            due_at=due_at,
            until=at_london(window[1] + timedelta(days=1), 0) if window else due_at + timedelta(days=28),
            name=interest.contact_name,
            email=interest.contact_email,
        )
    ]


def _window(interest: Interest) -> tuple[date, date] | None:
    """From when until when it can be applied for, from the day it was told of on; of several offers the first.

    Offers are the published ones that take its school; the hub's own version stands there instead of the national one.
    """
    told_on, hub = day_of(interest.submitted_at), interest.school.hub_id
    to_come: list[Offer] = interest.phase.offers_to_come  # type: ignore[attr-defined]
    offers = [one for one in to_come if one.year == interest.year and one.hub_id in (None, hub)]
    replaced = {one.stands_for_id for one in offers}
    offers = [one for one in offers if one.pk not in replaced and one.closes_on >= told_on]
    school, windows = interest.school, [(max(one.opens_on, told_on), one) for one in offers]
    # What a school took part in is read only where it can make a difference.
    windows = [(day, one) for day, one in windows if one.must_follow or one.answer_to(school, day, ()).is_open]
    parts = Enrolment.objects.parts_of(school) if windows else ()
    return min(
        ((day, one.closes_on) for day, one in windows if one.answer_to(school, day, parts).is_open), default=None
    )


def _load_drafts() -> QuerySet[FormDraft]:
    return FormDraft.objects.select_related("interest__hub")


def _load_requests() -> LinkRequestQuerySet:
    return LinkRequest.objects.with_what_stands()


def _answered(rows: QuerySet[LinkRequest], now: datetime) -> QuerySet[LinkRequest]:
    return rows.filter(is_answered=True, asked_at__gt=now - WORTH_SENDING)


def _lately_asked(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    return rows.filter(link_asked_at__gt=now - WORTH_SENDING)


def _to_invite(rows: Any, now: datetime) -> QuerySet[Interest]:
    """What can be applied for by now and nobody was invited to. Whom a hub invites its own step writes to."""
    key = Concat(Value(begin_of(Interest)), Cast(OuterRef("pk"), CharField()))
    left = Notice.objects.filter(kind=INVITED.key, target=key, state__in=(Notice.State.SENDING, Notice.State.SENT))
    left = left.filter(email__iexact=OuterRef("contact_email"))  # another contact has had none
    found: QuerySet[Interest] = rows.to_invite(day_of(now)).filter(~Exists(left))
    return found


def _link_of(interest: Interest, day: date) -> dict[str, Any]:
    ends_on = day + timedelta(days=CONTACT_LINK_DAYS)
    return {"interest": interest, "path": contact_path(interest, day), "ends_on": ends_on}


def _contact_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    is_new_address = interest.email_changed_at is not None and interest.email_changed_at == interest.link_asked_at
    return {**_link_of(interest, day_of(notice.due_at)), "is_new_address": is_new_address}


def _all_links_context(asked: LinkRequest, notice: Notice) -> dict[str, Any]:
    day = day_of(notice.due_at)
    return {
        "links": [(one, contact_path(one, day)) for one in Interest.objects.for_link().sent_from(asked.email)],
        "ends_on": day + timedelta(days=CONTACT_LINK_DAYS),
        "answered": answered_by(_hubs_at(asked)),
        "portal": settings.PORTAL_NAME,
    }


def _hubs_at(asked: LinkRequest) -> list[Hub]:
    """The hubs that have what was sent from there."""
    rows = Interest.objects.sent_from(asked.email).select_related("hub")
    return list(dict.fromkeys(one.hub for one in rows if one.hub))


def _answers_at(asked: LinkRequest) -> list[str]:
    return answers_of(_hubs_at(asked))


def _invited_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    """The link is of the day on which it leaves: what was published late was due before."""
    window = _window(interest)
    return {**_link_of(interest, clock.today()), "closes_on": window[1] if window else None}


def _draft_context(draft: FormDraft, notice: Notice) -> dict[str, Any]:
    hubs = _hubs(draft)
    return {
        "path": draft_path(draft),
        "ends_at": draft.kept_until.astimezone(LONDON),
        "handed": draft.handed,
        "hubs": hubs,
        "answered": answered_by(hubs),
        "portal": settings.PORTAL_NAME,
        **_what_it_is(draft),
    }


def _hubs(draft: FormDraft) -> list[Hub]:
    """The hub that has what the form is about already, else those of its schools, in their order."""
    if draft.interest is not None:
        return [draft.interest.hub] if draft.interest.hub else []
    keys = Answers(draft.data).schools
    schools = School.objects.filter(pk__in=keys, hub__isnull=False).select_related("hub").in_bulk()
    found = (schools[key].hub for key in keys if key in schools)
    return list(dict.fromkeys(hub for hub in found if hub is not None))


def _draft_answers(draft: FormDraft) -> list[str]:
    return answers_of(_hubs(draft))


def _what_it_is(draft: FormDraft) -> dict[str, Any]:
    """For which schools and programmes a form is, as it says by now: names that we know, no words of theirs."""
    answers = Answers(draft.data)
    offers = Offer.objects.filter(pk__in={offer for _school, offer in answers.pairs}).order_by("year", "title", "pk")
    schools = list(School.objects.filter(pk__in=answers.schools).order_by("name", "pk"))
    return {
        "school": schools[0] if len(schools) == 1 else None,
        "schools": listed(one.name for one in schools),
        "programmes": listed(dict.fromkeys(f"{one.title}, {one.year_label}" for one in offers)),
    }


def hub_email(interest: Interest) -> str:
    """Where an answer goes: to the hub; empty where nobody there has an address."""
    return interest.hub.answered_at() if interest.hub else ""


def answers_of(hubs: Sequence[Hub]) -> list[str]:
    """Where an answer about what several hubs have goes: to two of them; the portal's contact stands for who has none.

    Empty where nobody at any of them has an address.
    """
    found = [address for hub in hubs if (address := hub.answered_at())]
    return [*found, *([settings.CONTACT_EMAIL] if found and len(found) < len(hubs) else [])][:MOST_ANSWERED]


def answered_by(hubs: Sequence[Hub]) -> str:
    """The same in words: who reads an answer."""
    reached, others = ([hub for hub in hubs if bool(hub.answered_at()) is has] for has in (True, False))
    if len(reached) != 1 or not others:
        return listed(reached[:MOST_ANSWERED])
    return f"{reached[0]} and, for {listed(others)}, to {settings.PORTAL_NAME}"


CONTACT_LINK = Kind(
    key="interest-link",
    label="Link to change what was sent",
    model="programmes.Interest",
    template="programmes/emails/interest_link.txt",
    desired=contact_link,
    load=interests,
    live=_lately_asked,
    context=_contact_context,
    reply_to=hub_email,
)
ALL_LINKS = Kind(
    key="interest-links",
    label="Links to all that was sent",
    model="programmes.LinkRequest",
    template="programmes/emails/interest_links.txt",
    desired=all_links,
    load=_load_requests,
    live=_answered,
    context=_all_links_context,
    reply_to=lambda asked: next(iter(_answers_at(asked)), ""),
    reply_also=lambda asked: _answers_at(asked)[1:],
)
INVITED = Kind(
    key="interest-invited",
    label="Interested school invited to apply",
    model="programmes.Interest",
    template="programmes/emails/interest_invited.txt",
    desired=invited,
    load=told_of,
    live=_to_invite,
    context=_invited_context,
    reply_to=hub_email,
    is_standing=True,
)
DRAFT_LINK = Kind(
    key="form-link",
    label="Link to go on with a form",
    model="programmes.FormDraft",
    template="programmes/emails/form_link.txt",
    desired=draft_link,
    load=_load_drafts,
    live=_lately_asked,
    context=_draft_context,
    reply_to=lambda draft: next(iter(_draft_answers(draft)), ""),
    reply_also=lambda draft: _draft_answers(draft)[1:],
)
