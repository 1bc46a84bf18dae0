"""Notices: kinds, and the one reconciler by which rows of the outbox come to be.

A kind's ``desired`` is a function of the thing alone (not of the time): it says who is due what, when. The
reconciler makes the rows match; actions call it in their own transaction and a periodic sweep calls it too.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.utils.module_loading import import_string

from hubportal.core.models import Notice
from hubportal.core.records import record_key

logger = logging.getLogger(__name__)

State = Notice.State
LONGEST_KEY = 100
TOGETHER = 300
# News that changes nothing by itself (what was decided, an invitation) is not worth sending when a broken mail
# server comes back weeks later.
WORTH_KNOWING = timedelta(days=28)
# Within this time news that reached nobody is still begun to be told.
IS_NEWS = timedelta(days=1)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Desired:
    """One e-mail that should go to one person.

    ``occurrence`` is ``offset@date``; the part before the @ stays when the thing moves. ``until`` is the last
    moment at which it is still worth sending (the next reminder, or the start of the thing); None: no end.
    """

    recipient: str
    occurrence: str
    due_at: datetime
    name: str
    email: str
    until: datetime | None = None


def mail_key(address: str) -> str:
    """The recipient's key where there is no Person yet; of a long address its beginning and a digest of it all."""
    key = f"mail:{address.lower()}"
    if len(key) <= LONGEST_KEY:
        return key
    digest = blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}~{digest}"


@dataclass(frozen=True, slots=True)
class Extras:
    """What an e-mail carries besides its text: headers, and files as (name, content, type)."""

    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, bytes, str]] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    :param key: stable name, at most 40 characters.
    :param label: what a hub reads in its list ("Meeting reminder").
    :param model: the target's model, ``app.Model``.
    :param template: text template with a ``{% block subject %}`` and a ``{% block body %}``.
    :param desired: who is due what, from the target alone.
    :param load: the QuerySet of targets with all that ``desired`` and ``context`` read.
    :param live: narrows ``load`` to targets the sweep must look at.
    :param context: what the template needs for one recipient.
    :param thread: the record whose page lists these notices (the target itself by default).
    :param reply_to: where an answer goes: to whoever it is sent for.
    :param reply_also: who reads an answer too, such as the leader of a group.
    :param extras: headers and files beside the text.
    :param is_news: told to whom it concerns as it happens: who comes to be one of them later, hears nothing of it.
    :param is_standing: news of how the thing stands: nobody is told anew what they were last told.
    """

    key: str
    label: str
    model: str
    template: str
    desired: Callable[[Any], Sequence[Desired]]
    load: Callable[[], models.QuerySet[Any]]
    live: Callable[[models.QuerySet[Any], datetime], models.QuerySet[Any]]
    context: Callable[[Any, Notice], dict[str, Any]]
    thread: Callable[[Any], models.Model] = field(default=lambda target: target)
    owner_id: Callable[[Any], int | None] = field(default=lambda target: getattr(target, "hub_id", None))
    reply_to: Callable[[Any], str] = field(default=lambda _target: "")
    reply_also: Callable[[Any], Sequence[str]] = field(default=lambda _target: ())
    extras: Callable[[Any, Notice], Extras] | None = None
    is_news: bool = False
    is_standing: bool = False

    @property
    def target_model(self) -> type[models.Model]:
        """The model class of the target."""
        return apps.get_model(self.model)

    def load_by_key(self, keys: Iterable[str]) -> dict[str, models.Model]:
        """Targets by their record key, in one load; what no longer stands is left out."""
        pks = [key.partition(":")[2] for key in set(keys)]
        return {record_key(target): target for target in self.load().filter(pk__in=pks)}


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by key, from the dotted paths in ``settings.NOTICE_KINDS``."""
    found = [kind for path in settings.NOTICE_KINDS for kind in import_string(path)]
    by_key = {kind.key: kind for kind in found}
    if len(by_key) != len(found):
        raise ValueError("Two kinds of notice share a key.")
    return by_key


# What is to be reconciled once many steps are done, by record key; None outside ``together``.
_gathered: ContextVar[dict[str, models.Model] | None] = ContextVar("gathered", default=None)


@contextmanager
def together(now: datetime) -> Iterator[None]:
    """Many steps, each with a transaction of its own: what they change is reconciled once, after the last.

    Where that never comes, the sweep finds it.
    """
    token = _gathered.set({})
    try:
        yield
        found = list((_gathered.get() or {}).values())
    finally:
        _gathered.reset(token)
    for start in range(0, len(found), TOGETHER):
        with transaction.atomic():
            reconcile(*found[start : start + TOGETHER], now=now)


def reconcile(*targets: models.Model, now: datetime) -> None:
    """Make the outbox match what is desired for these things, in the caller's transaction."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.update({record_key(target): target for target in targets})
        return
    for family in _families():
        keys = [record_key(target) for target in targets if isinstance(target, family[0].target_model)]
        if keys:
            _reconcile_family(family, keys, now)


def waiting(*about: tuple[str, models.Model]) -> dict[str, str]:
    """Who has one of these e-mails (each a kind and its target) still to get: recipient and kind, the last named wins.

    In the caller's transaction: a worker that is about to take one of the rows waits for what the caller changes,
    and one that has taken it counts as having written.
    """
    order = [(kind, record_key(target)) for kind, target in about]
    rows = _about(order).filter(state=State.PLANNED).select_for_update(skip_locked=True)
    found = sorted(rows.values_list("kind", "target", "recipient"), key=lambda row: order.index((row[0], row[1])))
    return {recipient: kind for kind, _target, recipient in found}


def hold(*about: tuple[str, models.Model]) -> None:
    """Keep these e-mails from leaving until the caller's transaction ends; one that is being claimed is waited for."""
    rows = _about([(kind, record_key(target)) for kind, target in about]).filter(state=State.PLANNED)
    list(rows.select_for_update().values_list("pk", flat=True))


def reached(*about: tuple[str, models.Model], offset: str = "", since: datetime | None = None) -> set[str]:
    """Who has been sent one of these e-mails (each a kind and its target), or is being sent it now.

    :param since: only what left at a moment or after it, and what is leaving.
    """
    rows = _about([(kind, record_key(target)) for kind, target in about])
    rows = rows.filter(state__in=(State.SENDING, State.SENT), occurrence__startswith=offset)
    if since is not None:
        rows = rows.filter(models.Q(state=State.SENDING) | models.Q(sent_at__gte=since))
    return set(rows.values_list("recipient", flat=True))


def hand_over(kind: str, was: models.Model, now: models.Model, *, becomes: str = "") -> None:
    """What was told about a thing counts as told about the one that takes its place; it stays on the page it is on.

    :param becomes: the kind that it counts as there, where that is another.
    """
    counts_as, target = becomes or kind, record_key(now)
    same = {name: models.OuterRef(name) for name in ("recipient", "occurrence")}
    there = Notice.objects.filter(kind=counts_as, target=target, **same)
    rows = Notice.objects.filter(kind=kind, target=record_key(was)).exclude(models.Exists(there))
    rows.update(kind=counts_as, target=target)


def cancel(*targets: models.Model) -> None:
    """Send nothing any more of what is planned about these records, which are about to be deleted."""
    keys = [record_key(one) for one in targets]
    Notice.objects.filter(target__in=keys, state=State.PLANNED).update(state=State.CANCELLED)


def redate(target: models.Model, *kinds: str, before: date, after: date) -> None:
    """A thing is of another day by now: what was told about it counts as told, and is not told anew."""
    rows = Notice.objects.filter(kind__in=kinds, target=record_key(target), occurrence__endswith=f"@{before}")
    for row in rows:
        row.occurrence = row.occurrence.replace(f"@{before}", f"@{after}")
    Notice.objects.bulk_update(rows, ["occurrence"])


def _about(keys: Iterable[tuple[str, str]]) -> models.QuerySet[Notice]:
    wanted = models.Q(pk__in=())
    for kind, target in keys:
        wanted |= models.Q(kind=kind, target=target)
    return Notice.objects.filter(wanted).order_by("pk")


def sweep(now: datetime, chunk: int = 200) -> None:
    """Reconcile every live target of every kind: finds what an action could not have told us."""
    for family in _families():
        all_of_them = family[0].load()
        rows = [kind.live(all_of_them, now) for kind in family]
        pks = sorted({pk for live in rows for pk in live.order_by().values_list("pk", flat=True)})
        label = family[0].target_model._meta.label_lower
        for start in range(0, len(pks), chunk):
            _sweep_keys(family, [f"{label}:{pk}" for pk in pks[start : start + chunk]], now)


def follow(recipient: str, now: datetime) -> None:
    """Let what has not reached somebody follow a change of theirs: another address, another name."""
    rows = Notice.objects.filter(recipient=recipient, state__in=(State.PLANNED, State.FAILED))
    targets: dict[str, set[str]] = defaultdict(set)
    for kind, target in rows.values_list("kind", "target"):
        targets[kind].add(target)
    for kind, keys in targets.items():
        if kind in kinds():
            _sweep_keys([kinds()[kind]], sorted(keys), now)


def _sweep_keys(family: Sequence[Kind], keys: Sequence[str], now: datetime) -> None:
    """Reconcile some targets together; where one of them cannot say what it is due, each of the others alone."""
    try:
        with transaction.atomic():
            _reconcile_family(family, _free(family[0], keys), now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(keys) == 1 and len(family) == 1:
            logger.exception("The %s notices of %s cannot be reconciled", family[0].key, keys[0])
            return
        for part in [[kind] for kind in family] if len(keys) == 1 else [family]:
            for key in keys:
                _sweep_keys(part, [key], now)


def _free(kind: Kind, keys: Sequence[str]) -> Sequence[str]:
    """The targets that nobody is changing now, held until the end: what we read of the others would be old.

    Whoever changes one reconciles it. Those that are gone are no longer to be held, and stay in.
    """
    if not connection.features.has_select_for_update_skip_locked:
        return keys  # one writer at a time
    by_pk = {int(key.partition(":")[2]): key for key in keys}
    rows = kind.target_model._base_manager.filter(pk__in=by_pk).order_by("pk").values_list("pk", flat=True)
    there = set(rows)
    held = set(rows.select_for_update(skip_locked=True, no_key=True))
    return [key for pk, key in by_pk.items() if pk in held or pk not in there]


def _families() -> Sequence[Sequence[Kind]]:
    """The kinds that load their targets alike, together: these are loaded once for all of them."""
    families: dict[Any, list[Kind]] = defaultdict(list)
    for kind in kinds().values():
        families[kind.model, kind.load].append(kind)
    return list(families.values())


def _reconcile_family(family: Sequence[Kind], keys: Sequence[str], now: datetime) -> None:
    loaded = family[0].load_by_key(keys)
    rows: dict[tuple[str, str], dict[Key, Notice]] = defaultdict(dict)
    for row in Notice.objects.filter(kind__in=[kind.key for kind in family], target__in=keys):
        rows[row.kind, row.target][row.recipient, row.occurrence] = row
    fresh: list[Notice] = []
    for kind in family:
        for key in keys:
            target = loaded.get(key)
            wanted = {(one.recipient, one.occurrence): one for one in kind.desired(target)} if target else {}
            fresh += _match(kind, key, target, wanted, rows[kind.key, key], now)
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)


def _match(  # noqa: PLR0917 - one row of a table, read in this order
    kind: Kind,
    key: str,
    target: models.Model | None,
    wanted: Mapping[Key, Desired],
    rows: dict[Key, Notice],
    now: datetime,
) -> list[Notice]:
    """Change the rows of one thing and return those to be created."""
    spare = {at: row for at, row in rows.items() if at not in wanted and row.state == State.PLANNED}
    fresh: list[Notice] = []
    about = str(target)[:200] if wanted else ""
    for at, one in wanted.items():
        row = rows.get(at)
        if row is None:
            row = _moved_row(spare, one)
        if row is not None:
            _rewrite(row, one, about, kind.owner_id(target) if target is not None else row.owner_id, now)
        elif target is not None and (one.until is None or one.until > now) and not _is_old(kind, one, rows, now):
            fresh.append(_new_row(kind, key, target, one, about))
    _change([row.pk for row in spare.values()], from_states=(State.PLANNED,), state=State.CANCELLED)
    return fresh


def _is_old(kind: Kind, one: Desired, rows: Mapping[Key, Notice], now: datetime) -> bool:
    """Whether it is news of some time ago, or has left to others, and so is none for somebody who has no row of it."""
    left = [row for row in rows.values() if row.state in (State.SENDING, State.SENT)]
    is_late = one.due_at <= now - IS_NEWS or any(row.occurrence == one.occurrence for row in left)
    return (kind.is_news and is_late) or (kind.is_standing and _is_known(one, left))


def _is_known(one: Desired, left: Sequence[Notice]) -> bool:
    """Whether they were told the same last; who was told nothing yet goes by what others were told last."""
    own = [row for row in left if row.recipient == one.recipient] or left
    last = max(own, key=lambda row: (row.due_at, row.pk), default=None)
    return last is not None and last.occurrence.partition("@")[0] == one.occurrence.partition("@")[0]


def _moved_row(spare: dict[Key, Notice], one: Desired) -> Notice | None:
    """An unsent row of the same person and offset, to be moved rather than cancelled and made again."""
    offset = one.occurrence.partition("@")[0]
    for at in spare:
        if at[0] == one.recipient and at[1].partition("@")[0] == offset:
            return spare.pop(at)
    return None


def _rewrite(row: Notice, one: Desired, about: str, owner_id: int | None, now: datetime) -> None:
    """Bring an unsent row up to date; while it is not too late one that was cancelled, missed or failed comes back.

    It is in the list of whoever the thing belongs to by now: one that failed is for them to send again.

    One that was missed: its last moment has moved on, or the demo's date back; not where it was tried, or somebody
    settled it, which its problem says. One that failed: where the address is no longer the one that failed.
    """
    has_failed = row.state == State.FAILED
    comes_back = (has_failed and row.email != one.email) or (row.state == State.MISSED and not row.problem)
    if row.state not in (State.PLANNED, State.CANCELLED) and not comes_back:
        if has_failed and row.owner_id != owner_id:
            _change([row.pk], from_states=(State.FAILED,), owner_id=owner_id)
        return
    too_late = one.until is not None and one.until <= now
    if too_late and row.state != State.PLANNED:
        return
    new = {
        "occurrence": one.occurrence,
        "due_at": one.due_at,
        "until": one.until,
        "about": about,
        "owner_id": owner_id,
        "name": one.name,
        "email": one.email,
        "state": State.PLANNED,
        **(Notice.FRESH if has_failed else {}),
    }
    if any(getattr(row, name) != value for name, value in new.items()):
        _change([row.pk], from_states=(row.state,) if comes_back else (State.PLANNED, State.CANCELLED), **new)


def _new_row(kind: Kind, key: str, target: models.Model, one: Desired, about: str) -> Notice:
    return Notice(
        kind=kind.key,
        target=key,
        recipient=one.recipient,
        occurrence=one.occurrence,
        thread=record_key(kind.thread(target)),
        owner_id=kind.owner_id(target),
        about=about,
        name=one.name,
        email=one.email,
        due_at=one.due_at,
        until=one.until,
    )


def _change(pks: Sequence[int], *, from_states: Sequence[str], **values: Any) -> None:
    """Guarded: a row that a worker has claimed meanwhile is left to the worker's own re-check."""
    if pks:
        Notice.objects.filter(pk__in=pks, state__in=from_states).update(**values)
