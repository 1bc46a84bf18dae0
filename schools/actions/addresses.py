"""The address of a post, such as head@school: it passes from whoever leaves the post to whoever follows, and back."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import models, transaction

from hubportal.core import journal, locks, notices, wake
from hubportal.core.notices import mail_key
from hubportal.core.telling import person_recipient
from schools.actions import people
from schools.actions.giving import hub_told_of
from schools.actions.holding import hold_person
from schools.models import NOWHERE, Person, Role, User
from schools.notices import ADDRESS_MOVED
from schools.roles import WITHOUT_SIGN_IN

IN_USE = "Somebody else signs in with {} since: that stays."


def shares(leaver: Person, to: Person) -> bool:
    """Whether who follows has the leaver's address, and no sign-in yet of their own."""
    address = to.email.lower()
    theirs = {leaver.email.lower(), *User.objects.filter(person=leaver).values_list("email", flat=True)}
    has_own = User.objects.filter(person=to).exclude(email__endswith=NOWHERE).exists()
    return bool(address) and address in theirs and not has_own


def signs_in_for(leaver: Person, day: date) -> str:
    """What the leaver still signs in for from a day on, in words; with nothing left their address is free."""
    held = Role.objects.filter(person=leaver).exclude(kind__in=WITHOUT_SIGN_IN).with_places()
    held = held.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day)).order_by("pk")
    if User.objects.filter(person=leaver, is_superuser=True).exists():
        return "the portal itself"
    return ", ".join(map(str, held))


@transaction.atomic
def pass_on(*, leaver: Person, to: Person, by: User | None, now: datetime) -> None:
    """The leaver signs in with it no more, and is written to there no more; who follows can be invited."""
    address = to.email.lower()
    locks.wait_for_turn(f"invite {address}")
    hold_person(leaver)  # before their user, as where details are corrected
    _close(leaver, address, by, now)
    Person.objects.filter(pk=leaver.pk, email__iexact=address).update(email="")
    owner_id, changed = hub_told_of(leaver), {"email": [address, ""]}
    journal.record("Address passed on", on=leaver, by=by, note=str(to), changed=changed, owner_id=owner_id)
    _open(to, address, now)
    notices.follow(person_recipient(leaver).key, now)
    wake.wake()


def why_not_give_back(*, leaver: Person, to: Person, address: str) -> str:
    """Why an address stays where it is, or an empty string."""
    others = User.objects.filter(email=address).exclude(person__in=(leaver, to))
    return IN_USE.format(address) if others.exists() else ""


@transaction.atomic
def give_back(*, leaver: Person, to: Person, address: str, by: User | None, now: datetime) -> None:
    """The leaver has it again, unless they have been given another one since; who followed keeps no sign-in by it."""
    locks.wait_for_turn(f"invite {address}")
    if Person.objects.filter(pk=leaver.pk, email="").update(email=address) != 1:
        return
    _close(to, address, by, now)
    _open(leaver, address, now)
    owner_id, changed = hub_told_of(leaver), {"email": ["", address]}
    journal.record("Address given back", on=leaver, by=by, note=str(to), changed=changed, owner_id=owner_id)
    _tell_again(leaver, address, by, now)
    wake.wake()


@transaction.atomic
def forget(*, person: Person, address: str, by: User | None) -> None:
    """Whoever was to have a post, and has it not, is reached there no more."""
    if Person.objects.filter(pk=person.pk, email__iexact=address).update(email="") == 1:
        owner_id, changed = hub_told_of(person), {"email": [address, ""]}
        journal.record("Address given back", on=person, by=by, changed=changed, owner_id=owner_id)


def _tell_again(leaver: Person, address: str, by: User | None, now: datetime) -> None:
    """Whoever had been told that they sign in with it no more is told how they do; else nobody is told of it at all."""
    user = User.objects.filter(person=leaver, email=address).first()
    if user is None:
        return
    moved = (ADDRESS_MOVED.key, user)
    notices.hold(moved)  # none leaves between this look and what follows from it
    if mail_key(address) in notices.reached(moved):
        people.invite_again(person=leaver, by=by, now=now, is_news=True)
        return
    user.past_addresses = [one for one in user.past_addresses if one[0] != address]
    user.save(update_fields=["past_addresses"])
    notices.reconcile(user, now=now)


def _close(person: Person, address: str, by: User | None, now: datetime) -> None:
    """The account has no address until it is given another: sessions and codes end, and the address is told."""
    user = locks.all_held(User.objects.filter(person=person, email=address)).first()
    if user is None:
        return
    EmailAddress.objects.filter(user=user).delete()
    moved = [address, now.isoformat(), str(by or "The portal"), *([by.pk] if by else [])]
    user.past_addresses = [*user.past_addresses, moved]
    user.email, user.is_active = f"user-{user.pk}{NOWHERE}", False
    user.save(update_fields=["email", "is_active", "past_addresses"])
    notices.reconcile(user, now=now)


def _open(person: Person, address: str, now: datetime) -> None:
    """An account that has lost its address has this one now."""
    user = locks.all_held(User.objects.filter(person=person, email__endswith=NOWHERE)).first()
    if user is not None:
        user.email, user.is_active = address, True
        user.save(update_fields=["email", "is_active"])
        notices.reconcile(user, now=now)
