"""E-mails to people about their own sign-in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.module_loading import import_string

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind, mail_key
from hubportal.core.records import record_key
from hubportal.core.telling import person_recipient
from schools import roles
from schools.models import NOWHERE, Hub, Role, User

# An invitation that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)


def _invitation(user: User) -> Sequence[Desired]:
    if user.invited_at is None or not user.is_active:
        return []
    return [
        Desired(
            recipient=person_recipient(user.person).key,
            occurrence=f"invited@{user.invited_at.isoformat()}",
            due_at=user.invited_at,
            until=user.invited_at + WORTH_KNOWING,
            name=user.person.name,
            email=user.email,
        )
    ]


def _moved_away(user: User) -> Sequence[Desired]:
    """Each address that no longer opens the account is told so, at once."""
    found = [
        (email, datetime.fromisoformat(at)) for email, at, *_by in user.past_addresses if not email.endswith(NOWHERE)
    ]
    return [
        Desired(
            recipient=mail_key(email),
            occurrence=f"moved@{at.isoformat()}",
            due_at=at,
            until=at + SWEPT_FOR,
            name=user.person.name,
            email=email,
        )
        for email, at in found
    ]


def _users() -> models.QuerySet[User]:
    held = Role.objects.current(clock.today()).exclude(kind=roles.LEADS_SCHOOL)
    return User.objects.select_related("person", "invited_by__person").prefetch_related(
        models.Prefetch(
            "person__roles",
            queryset=held.select_related("hub", "school__hub", "trust").order_by("-starts_on", "-pk"),
            to_attr="current_roles",
        )
    )


def _invited_lately(users: models.QuerySet[User], now: datetime) -> models.QuerySet[User]:
    return users.filter(invited_at__gt=now - SWEPT_FOR)


def _hub(user: User) -> Hub | None:
    """The hub of the newest role: it answers questions about the invitation."""
    held: list[Role] = user.person.current_roles  # type: ignore[attr-defined]
    hubs = (role.hub or (role.school.hub if role.school else None) for role in held)
    return next((hub for hub in hubs if hub), None)


def _owner_id(user: User) -> int | None:
    hub = _hub(user)
    return hub.pk if hub else None


def _context(user: User, notice: Notice) -> dict[str, Any]:
    held: list[Role] = user.person.current_roles  # type: ignore[attr-defined]
    parts: Sequence[Any] = import_string(settings.PARTS_OF)(user.person, clock.today())
    told = _told(user)
    new = _new_roles(user, held, told)
    hub = _hub(user)
    of_school = hub is not None and not any(role.hub_id for role in held)
    return {
        "person": user.person,
        "user": user,
        "roles": held,
        "parts": parts,
        "is_first": not told,
        "programmes": _programmes(parts),
        "new_programmes": _programmes([part for part in parts if _line(part) not in told]),
        # What a teacher hears of is what they take part in.
        "new_roles": [role for role in new if not (parts and role.kind == roles.TEACHER)],
        "kept_roles": [role for role in held if role not in new],
        "over": _over_since(user, new),
        "hub": hub if of_school else None,
        "answered_by": _answers(user)[0],
        "invited_by": user.invited_by,
        "has_signed_in": user.last_login is not None,
        "sign_in": f"{settings.SITE_URL}{reverse('account_login')}",
        "portal": settings.PORTAL_NAME,
    }


def _programmes(parts: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(part.programme for part in parts))


def _line(one: Any) -> str:
    """A role, or what somebody takes part in, as the invitation lists it."""
    return f"- {one}"


def _told(user: User) -> set[str]:
    """The lines of the invitations that have gone to the address of today: what is not among them is news."""
    sent = Notice.objects.filter(kind=INVITATION.key, target=record_key(user), state=Notice.State.SENT)
    return {line for body in sent.filter(email=user.email).values_list("body", flat=True) for line in body.splitlines()}


def _new_roles(user: User, held: Sequence[Role], told: set[str]) -> list[Role]:
    """What no invitation has said yet; to who has signed in, what they had then is not new either."""
    since = user.last_login
    untold = [role for role in held if _line(role) not in told]
    return [role for role in untold if since is None or _known_since(role) > since]


def _known_since(role: Role) -> datetime:
    """When a step, or a file, gave a role; of those from before that was kept, its first day."""
    return role.given_at or role.brought_at or clock.at_london(role.starts_on)


def _over_since(user: User, new: Sequence[Role]) -> list[Role]:
    """Roles at hubs that ended as one of these was given: who signs in reads that it was instead, not besides."""
    days = {clock.day_of(role.given_at) - timedelta(days=1) for role in new if role.given_at and role.hub_id}
    if user.last_login is None or not days:
        return []
    held = Role.objects.by_hand().filter(person=user.person, hub__isnull=False, source="", ends_on__in=days)
    return list(held.select_related("hub").order_by("kind", "pk"))


def _answers(user: User) -> tuple[str, str]:
    """Who answers a question, name and address: a hub's own people ask whoever invited them, schools ask their hub.

    Where their hub has no address, they too ask whoever invited them, and without one who leads the hub.
    """
    hub, inviter = _hub(user), user.invited_by
    held: list[Role] = user.person.current_roles  # type: ignore[attr-defined]
    if inviter and (hub is None or not hub.email or any(role.hub_id for role in held)):
        return str(inviter), inviter.email
    return (hub.name, hub.answered_at()) if hub and hub.answered_at() else ("", "")


def _have_moved(users: models.QuerySet[User], now: datetime) -> models.QuerySet[User]:
    return users.exclude(past_addresses=[])


def _moved_context(user: User, notice: Notice) -> dict[str, Any]:
    by = next((by for email, _at, by, *_pk in user.past_addresses if mail_key(email) == notice.recipient), "")
    return {
        "person": user.person,
        "new_email": "" if user.has_no_address else user.email,
        # The old address may have been a slip: whoever reads it is a stranger, and nobody has signed in yet.
        "has_signed_in": user.last_login is not None,
        "by": by,
        "portal": settings.PORTAL_NAME,
    }


INVITATION = Kind(
    key="invitation",
    label="Invitation",
    model="schools.User",
    template="schools/emails/invitation.txt",
    desired=_invitation,
    load=_users,
    live=_invited_lately,
    context=_context,
    thread=lambda user: user.person,
    owner_id=_owner_id,
    reply_to=lambda user: _answers(user)[1],
)

ADDRESS_MOVED = Kind(
    key="address_moved",
    label="Sign-in address changed",
    model="schools.User",
    template="schools/emails/address_moved.txt",
    desired=_moved_away,
    load=_users,
    live=_have_moved,
    context=_moved_context,
    thread=lambda user: user.person,
    owner_id=_owner_id,
    reply_to=lambda user: _answers(user)[1],
    # Whoever moved it may be the one who reads the hub's answers.
    reply_also=lambda _user: [settings.CONTACT_EMAIL],
)
