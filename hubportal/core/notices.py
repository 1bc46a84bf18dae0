"""The outbox: the one reconciler by which its rows come to be, and what actions ask of it.

A kind's ``desired`` is a function of the thing alone (not of the time): it says who is due what, when. The
reconciler makes the rows match; actions call it in their own transaction and a periodic sweep calls it too.
What a kind is stands in ``notice_kinds``, how rows are matched in ``matching``; all others read both from here.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, models, transaction

from hubportal.core.matching import Key, match
from hubportal.core.models import Notice
from hubportal.core.notice_kinds import WORTH_KNOWING, Desired, Extras, Kind, kinds, mail_key
from hubportal.core.records import record_key

__all__ = [
    "WORTH_KNOWING",
    "Desired",
    "Extras",
    "Kind",
    "cancel",
    "follow",
    "hand_over",
    "hold",
    "kinds",
    "mail_key",
    "reached",
    "readdress",
    "reconcile",
    "redate",
    "sweep",
    "together",
    "waiting",
]

logger = logging.getLogger(__name__)

State = Notice.State
TOGETHER = 300

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


def readdress(was: str, becomes: str, *targets: models.Model, now: datetime) -> None:
    """What failed at an address that was wrong waits anew under the key of the one that is right.

    The caller reconciles these things next: what is still due goes there, and the rest is cancelled. What is past its
    last moment stays as it is.
    """
    if was == becomes:
        return
    same = {name: models.OuterRef(name) for name in ("kind", "target", "occurrence")}
    there = Notice.objects.filter(recipient=becomes, **same)
    failed = Notice.objects.worth_another_try(now).filter(target__in=[record_key(one) for one in targets])
    failed = failed.filter(recipient=was)
    failed.filter(~models.Exists(there)).update(recipient=becomes, **Notice.FRESH)
    failed.update(state=State.CANCELLED)


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
    standing = _standing(family)
    rows: dict[tuple[str, str], dict[Key, Notice]] = defaultdict(dict)
    for row in Notice.objects.filter(kind__in=[*(kind.key for kind in family), *standing], target__in=keys):
        rows[row.kind, row.target][row.recipient, row.occurrence] = row
    fresh: list[Notice] = []
    for kind in family:
        for key in keys:
            target = loaded.get(key)
            wanted = {(one.recipient, one.occurrence): one for one in kind.desired(target)} if target else {}
            said = [row for each in standing for row in rows[each, key].values()]
            fresh += match(kind, target, wanted, rows[kind.key, key], said, now)
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)


def _standing(family: Sequence[Kind]) -> list[str]:
    """The kinds that tell how these targets stand, where one of the family does; the others may load them otherwise."""
    if not any(kind.is_standing for kind in family):
        return []
    return [kind.key for kind in kinds().values() if kind.is_standing and kind.model == family[0].model]
