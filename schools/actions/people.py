"""People and their roles: inviting, granting, ending, correcting."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.models import Notice
from hubportal.core.records import record_key
from hubportal.core.telling import person_recipient
from schools import roles, rules
from schools.actions import ours
from schools.actions.bounces import forget_unused
from schools.actions.giving import hub_told_of, may_correct
from schools.actions.holding import ADDING, hold_if_there, hold_person, join_turn_of_heads
from schools.models import Hub, Person, Role, School, SchoolTie, Trust, User
from schools.notices import INVITATION


class CannotChangePeople(Exception):
    """A step about people that cannot be taken, said in words for people."""


LAST_LEAD = "You are the only lead of this hub who stays. Make somebody else a hub lead first, then end your own role."
NO_OTHER_LEAD = "This is the only lead of the hub who stays. Make somebody else a hub lead first, then end this role."
LAST_NATIONAL = (
    "Nobody else who stays in the national team can sign in. Invite somebody else to it first, then end this role."
)
NOT_YOURS = (
    "Only people who may give {person} their roles can correct these details. "
    "Ask the hub to correct those of somebody who has been with another school before, "
    "and the national team where it was another hub's."
)
PRESSED_TWICE = timedelta(minutes=1)
HAS_ENDED = "This role has ended already. Give it again instead."
ADDRESS_IN_USE = "Somebody else already signs in with this e-mail address. Each person who signs in needs their own."


@transaction.atomic
def invite(
    *,
    name: str,
    email: str,
    kind: str,
    by: User | None,
    now: datetime,
    hub: Hub | None = None,
    school: School | None = None,
    trust: Trust | None = None,
    job_title: str = "",
    phone: str = "",
) -> Person:
    """Give a role to somebody known by name and e-mail (made if new) and tell them how to sign in.

    What is already known of somebody is added to only by who may correct it.

    :raises CannotMove: where the hub has just been merged.
    """
    if hub is not None:
        ours.at_hub(hub)
    person = know(name=name, email=email, by=by, hub=hub, school=school, job_title=job_title, phone=phone)
    add_role(person=person, kind=kind, by=by, now=now, hub=hub, school=school, trust=trust)
    return person


def known(name: str, email: str) -> Person | None:
    """The person of this address and name; one who signs in before one who does not. A name alone is nobody's."""
    if not email.strip():
        return None
    found = Person.objects.filter(email__iexact=email.strip()).order_by(models.F("user__pk").asc(nulls_last=True), "pk")
    wanted = rules.name_key(name)
    return next((person for person in found if rules.name_key(person.name) == wanted), None)


def hold_named(named: Iterable[tuple[str, str]], beside: Iterable[int] = ()) -> None:
    """Those of these names and addresses whom one step invites one after another, held as everybody holds several.

    :param beside: keys of people of whom it changes something too.

    Until the transaction ends: their addresses as ``know`` holds each, then those who are known, in order of pk.
    """
    both = {(name, email.strip().lower()) for name, email in named if email.strip()}
    locks.join_turn(ADDING)
    for email in sorted({email for _name, email in both}):
        locks.wait_for_turn(f"invite {email}")
    found = (known(name, email) for name, email in both)
    pks = [*beside, *(person.pk for person in found if person is not None)]
    list(Person.objects.select_for_update().filter(pk__in=pks).order_by("pk"))


@transaction.atomic
def know(
    *,
    name: str,
    email: str,
    by: User | None,
    hub: Hub | None = None,
    school: School | None = None,
    job_title: str = "",
    phone: str = "",
) -> Person:
    """Somebody by name and e-mail, made if new, who gets no role by it.

    What is already known of somebody is added to only by who may correct it.
    """
    # Two equal invitations at the same moment must not make two persons, nor an invitation and a file.
    locks.join_turn(ADDING)
    locks.wait_for_turn(f"invite {email.strip().lower()}")
    person = known(name, email)
    while person is not None and hold_if_there(person) is None:
        person = known(name, email)  # whoever has just been taken out is made anew
    may_add = person is None or (by is not None and may_correct(by, person))
    if person is None:
        person = Person.objects.create(name=" ".join(name.split()), email=email.strip().lower(), school=school)
        journal.record("Person added", on=person, by=by, owner_id=_owner_id(hub, school))
    facts = {"job_title": job_title, "phone": phone, "school": school}
    new = {field: value for field, value in facts.items() if may_add and value and not getattr(person, field)}
    for field, value in new.items():
        setattr(person, field, value)
    if new:
        person.save(update_fields=list(new))
    return person


@transaction.atomic
def add_role(
    *,
    person: Person,
    kind: str,
    by: User | None,
    now: datetime,
    hub: Hub | None = None,
    school: School | None = None,
    trust: Trust | None = None,
) -> Role:
    """Give a person a role from today and tell them how to sign in, where it is one to sign in with.

    :raises CannotMove: where the hub has just been merged.
    """
    if hub is not None:
        ours.at_hub(hub)
    today = now.astimezone(clock.LONDON).date()
    join_turn_of_heads(kind)
    # Of two at the same moment only the one who gives it tells of it.
    hold_person(person)
    standing = Role.objects.filter(person=person, kind=kind, hub=hub, school=school, trust=trust)
    is_new = not standing.current(today).select_for_update(no_key=True)
    role = grant_role(person=person, kind=kind, by=by, now=now, hub=hub, school=school, trust=trust)
    if kind not in roles.WITHOUT_SIGN_IN:
        invite_again(person=person, by=by, now=now, is_news=is_new)
    wake.wake()
    return role


@transaction.atomic
def invite_again(
    *, person: Person, by: User | None, now: datetime, is_news: bool = False, at: datetime | None = None
) -> bool:
    """Send the way to sign in (again); False where the person has no address of their own to sign in with.

    A button that is pressed twice sends once; news, such as another role, is told all the same.

    :param at: when it leaves, where that is not now.
    """
    # The second of two presses waits here for the first; a person is held before their user, as by a merger.
    hold_person(person)
    user = _user_of(person)
    if user is None:
        return False
    user = locks.held(User.objects.all(), user.pk)
    if not is_news and _is_just_invited(user, now):
        return True
    user.invited_at, user.invited_by = at or now, by
    user.save(update_fields=["invited_at", "invited_by"])
    notices.reconcile(user, now=now)
    wake.wake()
    return True


def tell_role(*, person: Person, by: User | None, now: datetime) -> None:
    """Tell somebody who signs in of a role that came to them with others; nobody is invited by it."""
    if User.objects.filter(person=person, is_active=True).exists():
        invite_again(person=person, by=by, now=now, is_news=True, at=clock.from_eight(now))


@transaction.atomic
def grant_role(
    *,
    person: Person,
    kind: str,
    by: User | None,
    now: datetime,
    hub: Hub | None = None,
    school: School | None = None,
    trust: Trust | None = None,
    source: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Role:
    """Give a role from today or a later day, for good or until a day.

    Where it is held then (from the same source) it is kept, for as long as either lasts; one that was to begin within
    that time begins then.
    """
    join_turn_of_heads(kind)
    # Two at the same moment must not give it twice.
    hold_person(person)
    today, place = clock.day_of(now), {"hub": hub, "school": school, "trust": trust}
    begins = max(starts_on or today, today)
    # Whoever is just taking one of these out is waited for: what has gone then is given anew.
    standing = Role.objects.select_for_update(no_key=True).filter(person=person, kind=kind, source=source, **place)
    held = standing.current(begins).first()
    if held is not None:
        if held.ends_on is not None and (ends_on is None or ends_on > held.ends_on):
            _change(held, "Role kept", by, ends_on=ends_on)
        return held
    planned = standing.filter(starts_on__gt=begins).order_by("starts_on", "pk").first()
    if planned is not None and (ends_on is None or ends_on >= planned.starts_on - timedelta(days=1)):
        is_for_good = ends_on is None or planned.ends_on is None
        last_day = None if is_for_good else max(filter(None, (ends_on, planned.ends_on)))
        _change(planned, "Role given", by, starts_on=begins, ends_on=last_day)
        return planned
    of = {"person": person, "kind": kind, "source": source, **place}
    role = Role.objects.create(starts_on=begins, ends_on=ends_on, given_at=now, **of)
    journal.record("Role given", on=role, by=by, note=person.name)
    return role


@transaction.atomic
def end_role(*, role: Role, by: User | None, today: date, last_day: date | None = None) -> None:
    """End a role at once, or with ``last_day``, which may be later than one given before.

    :raises CannotChangePeople: where nobody would lead the hub by a lead's own doing, or nobody in the national team
        could sign in, or where it has ended already.
    :raises Gone: where it has just been taken out with what it came from.
    """
    if role.kind in (roles.NATIONAL, roles.HUB_LEAD):
        # Two who end each other's role at the same moment are looked at in turn.
        locks.wait_for_turn(f"end roles {role.kind} {role.hub_id}")
    locks.refresh(role, ("starts_on", "ends_on"))
    ends_on = last_day or today - timedelta(days=1)
    has_ended = role.ends_on is not None and role.ends_on < min(today, ends_on)
    if role.ends_on == ends_on or (has_ended and last_day is None):
        return
    if has_ended:
        raise CannotChangePeople(HAS_ENDED)
    if role.kind == roles.HUB_LEAD and by is not None:
        _check_other_lead(role, by, ends_on, today)
    if role.kind == roles.NATIONAL:
        _check_other_national(role, ends_on, today)
    # A role given today and ended today was held for no whole day; the journal keeps both moments.
    _change(role, "Role ended", by, ends_on=ends_on, starts_on=min(role.starts_on, ends_on))


@transaction.atomic
def end_roles_from(*, source: str, by: User | None, today: date, last_day: date | None = None) -> None:
    """End every current role that came from one thing, as a place in a group is, at once or with ``last_day``."""
    for role in Role.objects.filter(source=source).current(today).select_related("hub", "school__hub", "trust"):
        end_role(role=role, by=by, today=today, last_day=last_day)


@transaction.atomic
def tie_school(*, school: School, hub: Hub) -> None:
    """Let a hub that runs something for a school keep seeing it, whichever hub it moves to.

    Held, as whoever takes a file back may be just taking it out.
    """
    SchoolTie.objects.select_for_update(no_key=True).get_or_create(school=school, hub=hub)


@transaction.atomic
def correct_person(*, person: Person, by: User, facts: dict[str, Any], now: datetime) -> None:
    """Correct what is known of a person; a new e-mail address is also the new one to sign in with.

    What could not reach them goes to the new address at once; so does the way to sign in of whoever was invited at the
    old one and has never come.

    :raises Gone: where they have just been merged into another record, or taken out.
    :raises CannotChangePeople: where they are not theirs to correct, or somebody else signs in with that address.
    """
    before = hold_person(person)
    if by.person_id != before.pk and not may_correct(by, before):
        raise CannotChangePeople(NOT_YOURS.format(person=before))
    changed = {field: [str(getattr(before, field) or ""), str(value or "")] for field, value in facts.items()}
    changed = {field: pair for field, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return
    for field in changed:
        setattr(person, field, facts[field])
    if "email" in changed:
        _move_sign_in(person, by, now)
    person.save(update_fields=list(changed))
    _tell_corrected(person, by, changed)
    if "email" in changed:
        forget_unused(changed["email"][0], now)
        waits = User.objects.filter(person=person, is_active=True, last_login=None).exclude(invited_at=None)
        if waits.exists() and Role.objects.filter(person=person).not_over(clock.day_of(now)).exists():
            invite_again(person=person, by=by, now=now, is_news=True)
    notices.follow(person_recipient(person).key, now)
    wake.wake()


def _tell_corrected(person: Person, by: User, changed: dict[str, list[str]]) -> None:
    """For the hub's history, but for a teacher reference number, which not everybody who reads that may know."""
    for owner_id, is_number in ((hub_told_of(person), False), (None, True)):
        if told := {field: pair for field, pair in changed.items() if (field == "trn") == is_number}:
            journal.record("Details corrected", on=person, by=by, changed=told, owner_id=owner_id)


def _move_sign_in(person: Person, by: User, now: datetime) -> None:
    """The old address must no longer open the account, and is told so: whoever reads it may know nothing of it."""
    user = User.objects.filter(person=person).first()
    if user is None:
        return
    if not person.email:
        raise CannotChangePeople("This person signs in with their e-mail address: give another one, or leave it.")
    if User.objects.filter(email=person.email).exclude(pk=user.pk).exists():
        raise CannotChangePeople(ADDRESS_IN_USE)
    EmailAddress.objects.filter(user=user).delete()
    user.past_addresses = [*user.past_addresses, [user.email, now.isoformat(), str(by), by.pk]]
    user.email, user.is_active = person.email, user.is_active or user.has_no_address
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "is_active", "past_addresses"])
    except IntegrityError as problem:
        # Somebody else was given the same address at this very moment.
        raise CannotChangePeople(ADDRESS_IN_USE) from problem
    notices.reconcile(user, now=now)


def _user_of(person: Person) -> User | None:
    """The person's user, made where there is none; None where the address is missing or somebody else's."""
    user = User.objects.filter(person=person).first()
    if user is not None or not person.email:
        return None if user is not None and user.has_no_address else user
    user, _made = User.objects.get_or_create(
        email=person.email.lower(), defaults={"person": person, "password": make_password(None)}
    )
    return user if user.person_id == person.pk else None


def _is_just_invited(user: User, now: datetime) -> bool:
    """Whether an invitation to this very address went out a moment ago, or is about to."""
    about = Notice.objects.filter(kind=INVITATION.key, target=record_key(user), email=user.email)
    alive = about.filter(state__in=(Notice.State.PLANNED, Notice.State.SENDING, Notice.State.SENT))
    return alive.filter(due_at__range=(now - PRESSED_TWICE, now)).exists()


def _check_other_lead(role: Role, by: User, ends_on: date, today: date) -> None:
    """Another lead stays at least as long as this one would have; the national team may leave a hub without one."""
    is_own = by.person_id == role.person_id
    if _is_prolonged(role, ends_on) or (by.scope.is_national and not is_own):
        return
    others = Role.objects.filter(kind=roles.HUB_LEAD, hub=role.hub_id).exclude(person=role.person_id)
    if not others.current(today).filter(_stays_as_long_as(role)).exists():
        raise CannotChangePeople(LAST_LEAD if is_own else NO_OTHER_LEAD)


def _check_other_national(role: Role, ends_on: date, today: date) -> None:
    """Somebody else who signs in stays national at least as long: else nobody could invite anybody any more."""
    can_sign_in = User.objects.filter(is_active=True)
    if _is_prolonged(role, ends_on) or not can_sign_in.filter(person=role.person_id).exists():
        return
    others = Role.objects.filter(kind=roles.NATIONAL).exclude(pk=role.pk).current(today).filter(_stays_as_long_as(role))
    stay = models.Q(is_superuser=True) | models.Q(person__in=others.values("person"))
    if not can_sign_in.filter(stay).exists():
        raise CannotChangePeople(LAST_NATIONAL)


def _is_prolonged(role: Role, ends_on: date) -> bool:
    return role.ends_on is not None and role.ends_on < ends_on


def _stays_as_long_as(role: Role) -> models.Q:
    return models.Q(ends_on=None) | models.Q(ends_on__gte=role.ends_on or date.max)


def _change(role: Role, what: str, by: User | None, **values: date | None) -> None:
    changed = {
        field: [str(getattr(role, field) or ""), str(value or "")]
        for field, value in values.items()
        if getattr(role, field) != value
    }
    for field, value in values.items():
        setattr(role, field, value)
    role.save(update_fields=list(values))
    journal.record(what, on=role, by=by, note=role.person.name, changed=changed)


def _owner_id(hub: Hub | None, school: School | None) -> int | None:
    return hub.pk if hub else (school.hub_id if school else None)
