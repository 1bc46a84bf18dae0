"""Looking at the portal as somebody else: who may, and that it is written down."""

from django.db import transaction

from hubportal.core import journal
from schools import rules
from schools.models import Person, School, User


class CannotLook(Exception):
    """Why one may not look as this person, said in words for people."""


def check_looking(*, person: Person, by: User) -> User:
    """The user of a person, if ``by`` may look at the portal as them.

    :raises CannotLook: where they do not sign in, or would see what ``by`` may not see.
    """
    user = User.objects.select_related("person").filter(person=person, is_active=True).first()
    if user is None:
        raise CannotLook(f"{person} does not sign in, so there is nothing to look at.")
    if not rules.may_look_as(by.scope, user.scope):
        raise CannotLook(f"You cannot look as {person}: the national team and other hubs' people stay private.")
    own = School.objects.visible_to(by).values("pk")
    if not by.scope.is_national and School.objects.visible_to(user).exclude(pk__in=own).exists():
        raise CannotLook(f"You cannot look as {person}: they see schools that you do not see.")
    return user


def check_still_looking(*, person: Person, by: User) -> User:
    """The same on each request, as roles and schools may have changed since: the user who is looked at.

    :raises CannotLook: where one could not begin to look now.
    """
    if not Person.objects.visible_to(by).filter(pk=person.pk).exists():
        raise CannotLook(f"You cannot look as {person}: they are no longer among the people you see.")
    return check_looking(person=person, by=by)


@transaction.atomic
def start_looking(*, person: Person, by: User) -> User:
    """Begin to look at the portal as a person.

    :raises CannotLook: where that is not allowed.
    """
    user = check_looking(person=person, by=by)
    _record("Started to look as this person", user, by)
    return user


@transaction.atomic
def stop_looking(*, user: User, by: User) -> None:
    """Look with one's own eyes again."""
    _record("Stopped looking as this person", user, by)


def _record(what: str, user: User, by: User) -> None:
    owner_id = min(by.scope.lead_hub_ids, default=None)
    token = journal.seen_as.set(user)
    try:
        journal.record(what, on=user.person, by=by, owner_id=owner_id)
    finally:
        journal.seen_as.reset(token)
