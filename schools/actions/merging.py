"""Two records of one person made one: everything that names the one names the other afterwards.

What may stand once only for a person (a place, a mark in a register) is settled by the app that owns it, which
``settings.PERSON_CLASHES`` names; a link without such a rule is carried over by itself. What both may not be at all,
the app says of the two as they stand, in what ``settings.PERSON_BARS`` names. Where people are named as the outbox
names them, ``settings.PERSON_KEYS`` says so.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.module_loading import import_string

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.models import Notice
from hubportal.core.telling import person_recipient
from schools.actions.giving import hub_told_of, may_correct
from schools.actions.holding import hold_heads
from schools.actions.merging_keys import move_keys
from schools.models import Advocate, MergedPerson, NewsChoice, NotSame, Person, Role, User
from schools.roles import HEADTEACHER

# Of two rows for the same thing, the kept person's and the other's: what becomes of the other's.
Settle = Callable[[Any, Any], None]
NOT_YOURS = "Only people who may correct the details of both can merge them."
JUST_NAMED = "One of the two has just been named somewhere. Nothing was merged: look at both again, then press again."
MERGED = "Merged with another record"
ONCE_ONLY = "Both hold something that one person holds once only. Nothing was changed. Tell whoever runs the portal."
GONE = "One of the two has just been merged or removed. Nothing was done twice."
TOLD_APART = "{} has found that these are two people, since you opened this page. Nothing was merged."
FILLED = ("email", "phone", "job_title", "trn", "previous_name", "school_id")


class CannotMerge(Exception):
    """Two people who cannot be made one; said in words for people."""


def links_to(model: type[models.Model]) -> "Iterator[models.Field[Any, Any]]":
    """Every field of any model that points to this one, hidden ones too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.field  # type: ignore[union-attr]


def label_of(field: "models.Field[Any, Any]") -> str:
    """For example ``programmes.Leader.person``."""
    return f"{field.model._meta.label}.{field.name}"


def is_single(field: "models.Field[Any, Any]") -> bool:
    """Whether a person may stand there once only for something: two rows can clash."""
    meta = field.model._meta
    named = [set(one.fields) for one in meta.constraints if isinstance(one, models.UniqueConstraint)]
    return field.unique or any(field.name in fields for fields in [*named, *map(set, meta.unique_together)])


def clashes() -> Mapping[str, Settle]:
    """How each app settles what may stand once only, by the label of the field."""
    return {label: settle for path in settings.PERSON_CLASHES for label, settle in import_string(path).items()}


def why_not_one(kept: Person, gone: Person, today: date) -> str:
    """Why an app cannot have the two as one person, or an empty string."""
    return next(filter(None, (import_string(path)(kept, gone, today) for path in settings.PERSON_BARS)), "")


def sign_in_moving(kept: Person, gone: Person) -> str:
    """The address that the kept person gets from the other's sign-in in place of their own; empty where none does."""
    user = getattr(gone, "user", None)
    if user is None or hasattr(kept, "user") or user.has_no_address or not kept.email:
        return ""
    return user.email if kept.email.lower() != user.email else ""


def merge(*, kept: Person, gone: Person, by: User, now: datetime) -> None:
    """Let one record take over all of the other, which goes; of two sign-ins one stays.

    :raises CannotMerge: where they are not both theirs to correct, both hold what one person can hold once only, or
        somebody else has just merged them or found that they are two.
    """
    try:
        with transaction.atomic():
            _make_one(kept, gone, by, now)
    except IntegrityError as problem:
        raise CannotMerge(ONCE_ONLY) from problem


def _make_one(kept: Person, gone: Person, by: User, now: datetime) -> None:
    locked = _hold_all(kept, gone)
    _check_not_apart(kept, gone, by)
    if not (may_correct(by, kept) and may_correct(by, gone)):
        raise CannotMerge(NOT_YOURS)
    kept_row, gone_row = locked[kept.pk], locked[gone.pk]
    if problem := why_not_one(kept_row, gone_row, clock.day_of(now)):
        raise CannotMerge(problem)
    number, owner = gone_row.pk, gone_row.school.hub_id if gone_row.school else None
    chosen = kept_row.email
    _move_judgements(kept_row, gone_row)
    _move_roles(kept_row, gone_row)
    _move_links(kept_row, gone_row)
    move_keys(kept_row, gone_row)  # while the outbox still tells the two apart
    _move_notices(kept_row, gone_row)
    _fill(kept_row, gone_row)
    _keep_one_sign_in(kept_row, gone_row, by, now)
    MergedPerson.objects.create(kept=kept_row, number=number, name=gone_row.name, email=gone_row.email, by=by, at=now)
    note = f"{gone_row.name}{f', {gone_row.email}' if gone_row.email else ''}"
    changed = {"email": [chosen, kept_row.email]} if chosen and chosen != kept_row.email else {}
    owner = owner or hub_told_of(kept_row)
    journal.record(MERGED, on=kept_row, by=by, note=note, changed=changed, owner_id=owner)
    _check_nothing_left(gone_row)
    gone_row.delete()
    notices.follow(person_recipient(kept_row).key, now)
    wake.wake()


def _hold_all(kept: Person, gone: Person) -> dict[int, Person]:
    """Both; before them, as everybody does, the enrolments they are in and who is headteacher of their schools.

    :raises CannotMerge: where one of them has gone, or has come to more of these while they were waited for.
    """
    both = (kept, gone)
    held = [set(_keys(rows.select_for_update(no_key=True))) for rows in _held_before(both)]
    schools = set(_headed_by(both))
    hold_heads(schools)
    locked = _hold_both(kept, gone)
    is_more = any(set(_keys(rows)) - before for rows, before in zip(_held_before(both), held, strict=True))
    if is_more or set(_headed_by(both)) - schools:
        raise CannotMerge(JUST_NAMED)
    return locked


def _held_before(people: Collection[Person]) -> list[models.QuerySet[Any]]:
    """What of these people is held before them: the app that owns it says so."""
    return [import_string(path)(people) for path in settings.PERSON_HOLDS]


def _keys(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.order_by("pk").values_list("pk", flat=True)


def _headed_by(people: Collection[Person]) -> models.QuerySet[Any]:
    """The keys of the schools whose headteacher they are, were or will be."""
    held = Role.objects.filter(person__in=people, kind=HEADTEACHER, school__isnull=False)
    return held.order_by().values_list("school", flat=True)


def _hold_both(one: Person, other: Person) -> dict[int, Person]:
    """:raises CannotMerge: where one of them has gone, also at this moment."""
    rows = Person.objects.select_for_update().filter(pk__in=(one.pk, other.pk)).order_by("pk")
    locked = {row.pk: row for row in rows}
    if len(locked) != 2:
        raise CannotMerge(GONE)
    return locked


def _check_not_apart(kept: Person, gone: Person, by: User) -> None:
    """Whoever has found them to be two may think better of it; nobody else's page proposes them any more.

    :raises CannotMerge: where somebody else has said so.
    """
    said = NotSame.objects.naming(kept).naming(gone).filter(by__isnull=False).exclude(by=by)
    apart = said.select_related("by__person").first()
    if apart is not None:
        raise CannotMerge(TOLD_APART.format(apart.by))


@transaction.atomic
def say_not_same(*, one: Person, other: Person, by: User, now: datetime) -> None:
    """Remember that two are two: they are proposed no more.

    :raises CannotMerge: where they have just been merged, or one was removed.
    """
    _hold_both(one, other)
    NotSame.objects.remember(one.pk, other.pk, by=by, at=now)


def _move_judgements(kept: Person, gone: Person) -> None:
    """What was found not to be the one is not the other either."""
    rows = NotSame.objects.naming(gone)
    for row in rows:
        other = row.second_id if row.first_id == gone.pk else row.first_id
        if other != kept.pk:
            NotSame.objects.remember(kept.pk, other, by=row.by, at=row.at)
    rows.delete()


def _move_roles(kept: Person, gone: Person) -> None:
    """A role that both hold at one place is one role, from the earlier day to the later."""
    held = {_role_key(role): role for role in Role.objects.filter(person=kept).order_by("starts_on", "pk")}
    for role in Role.objects.filter(person=gone).order_by("starts_on", "pk"):
        same = held.get(_role_key(role))
        if same is None or not _overlap(same, role):
            role.person = kept
            role.save(update_fields=["person"])
            continue
        same.starts_on = min(same.starts_on, role.starts_on)
        same.ends_on = max(same.ends_on, role.ends_on) if same.ends_on and role.ends_on else None
        if same.brought_at is not None and role.brought_at is None:
            same.brought_at, same.given_at = None, role.given_at  # a step in the portal gave it, too
        same.save(update_fields=["starts_on", "ends_on", "brought_at", "given_at"])
        role.delete()


def _role_key(role: Role) -> tuple[Any, ...]:
    return role.kind, role.hub_id, role.school_id, role.trust_id, role.source


def _overlap(one: Role, other: Role) -> bool:
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)


def _move_links(kept: Person, gone: Person) -> None:
    rules = clashes()
    for field in links_to(Person):
        if field.model in (NotSame, User):
            continue
        rows = field.model._base_manager.filter(**{field.name: gone}).order_by("pk")
        if is_single(field):
            for row in rows:
                _move_row(field, row, kept, rules[label_of(field)])
        else:
            _carry_over(field, rows, kept)


def _carry_over(field: "models.Field[Any, Any]", rows: models.QuerySet[Any], kept: Person) -> None:
    """All at once.

    :raises CannotMerge: where the two stand in one row that is about two people.
    """
    try:
        with transaction.atomic():
            rows.update(**{field.name: kept})
    except IntegrityError as problem:
        what = str(field.model._meta.verbose_name)
        raise CannotMerge(f"One of the two took over from the other ({what}), so they are two people.") from problem


def _move_row(field: "models.Field[Any, Any]", row: models.Model, kept: Person | User, settle: Settle) -> None:
    manager = field.model._base_manager
    try:
        with transaction.atomic():
            manager.filter(pk=row.pk).update(**{field.name: kept})
    except IntegrityError:
        other = _same_thing(field, row, kept)
        if other is None:
            raise
        settle(other, row)


def _same_thing(field: "models.Field[Any, Any]", row: models.Model, kept: Person | User) -> models.Model | None:
    """The kept one's row that stands where this one would."""
    for one in field.model._meta.constraints:
        if isinstance(one, models.UniqueConstraint) and field.name in one.fields:
            same = {name: getattr(row, name) for name in one.fields if name != field.name}
            rows = field.model._base_manager.filter(**{**same, field.name: kept}).exclude(pk=row.pk)
            found = (rows.filter(one.condition) if one.condition else rows).first()
            if found is not None:
                return found
    return None


def _move_notices(kept: Person, gone: Person) -> None:
    """What is planned for the one goes to the other, once; what was sent stays told of."""
    for row in Notice.objects.filter(recipient=person_recipient(gone).key).order_by("pk"):
        try:
            with transaction.atomic():
                Notice.objects.filter(pk=row.pk).update(recipient=person_recipient(kept).key)
        except IntegrityError:
            row.delete()  # the same e-mail was theirs already
    Notice.objects.filter(thread=f"schools.person:{gone.pk}").update(thread=f"schools.person:{kept.pk}")


def _fill(kept: Person, gone: Person) -> None:
    """What is known of the one only."""
    new = {name: getattr(gone, name) for name in FILLED if not getattr(kept, name) and getattr(gone, name)}
    for name, value in new.items():
        setattr(kept, name, value)
    if new:
        kept.save(update_fields=list(new))


def _keep_one_sign_in(kept: Person, gone: Person, by: User, now: datetime) -> None:
    """The kept person's sign-in stays, or takes over the other's; the address that no longer opens it is told so."""
    users = {one.person_id: one for one in locks.all_held(User.objects.filter(person__in=(kept, gone)))}
    mine, theirs = users.get(kept.pk), users.get(gone.pk)
    if theirs is None:
        return
    if mine is None:
        theirs.person = kept
        theirs.save(update_fields=["person"])
        if not theirs.has_no_address and kept.email.lower() != theirs.email:
            # They sign in with the address that they know.
            Person.objects.filter(pk=kept.pk).update(email=theirs.email)
            kept.email = theirs.email
        return
    for model in (EmailAddress, Authenticator, User.groups.through, User.user_permissions.through):
        model.objects.filter(user=theirs).delete()
    _move_sign_in(mine, theirs)
    past = [*mine.past_addresses, *theirs.past_addresses, [theirs.email, now.isoformat(), str(by), by.pk]]
    mine.past_addresses, mine.is_superuser = past, mine.is_superuser or theirs.is_superuser
    Notice.objects.filter(target=f"schools.user:{theirs.pk}", state=Notice.State.PLANNED).delete()
    theirs.delete()
    mine.save(update_fields=["past_addresses", "is_superuser"])
    notices.reconcile(mine, now=now)


def _move_sign_in(mine: User, theirs: User) -> None:
    """What was done with the one sign-in was done with the other."""
    rules = clashes()
    for field in links_to(User):
        rows = field.model._base_manager.filter(**{field.name: theirs}).order_by("pk")
        if not is_single(field):
            rows.update(**{field.name: mine})
            continue
        for row in rows:
            _move_row(field, row, mine, rules[label_of(field)])


def _check_nothing_left(gone: Person) -> None:
    """Nothing is lost with the record that goes.

    :raises CannotMerge: where a row names it still, which no rule knew of.
    """
    left = [label_of(field) for field in links_to(Person) if field.model._base_manager.filter(**{field.name: gone})]
    if left:
        raise CannotMerge(f"This cannot be merged: {', '.join(left)}. Tell whoever runs the portal.")


def _news(kept: NewsChoice, gone: NewsChoice) -> None:
    """Who said no once wants none."""
    if kept.wants and not gone.wants:
        NewsChoice.objects.filter(pk=kept.pk).update(wants=False, at=gone.at, how=gone.how)
    gone.delete()


def _advocate(kept: Advocate, gone: Advocate) -> None:
    """The later consent stands; the earlier one stays on record as what it replaced."""
    later, earlier = sorted((kept, gone), key=lambda one: (one.given_on, one.entered_at), reverse=True)
    Advocate.objects.filter(pk=earlier.pk).update(withdrawn_at=later.entered_at, withdrawn_by=later.entered_by)
    Advocate.objects.filter(pk=gone.pk).update(person=kept.person)


CLASHES: dict[str, Settle] = {"schools.NewsChoice.person": _news, "schools.Advocate.person": _advocate}
