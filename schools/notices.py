"""Kinds of notice of schools: who is due what, when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from schools import roles
from schools.models import Hub, Role, User

# An invitation that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)


def _invitation(user: User) -> Sequence[Desired]:
    if user.invited_at is None or not user.is_active:
        return []
    return [
        Desired(
            recipient=f"person:{user.person_id}",
            occurrence=f"invited@{user.invited_at.isoformat()}",
            due_at=user.invited_at,
            name=user.person.name,
            email=user.email,
        )
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
    return {
        "person": user.person,
        "user": user,
        "roles": user.person.current_roles,  # type: ignore[attr-defined]
        "answered_by": _answers(user)[0],
        "invited_by": user.invited_by,
        "has_signed_in": user.last_login is not None,
        "sign_in": f"{settings.SITE_URL}{reverse('account_login')}",
        "portal": settings.PORTAL_NAME,
    }


def _answers(user: User) -> tuple[str, str]:
    """Who answers a question, name and address: a hub's own people ask whoever invited them, schools ask their hub."""
    hub, inviter = _hub(user), user.invited_by
    held: list[Role] = user.person.current_roles  # type: ignore[attr-defined]
    if inviter and (hub is None or any(role.hub_id for role in held)):
        return str(inviter), inviter.email
    return (hub.name, hub.email) if hub else ("", "")


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

KINDS: list[Kind] = [INVITATION]
