"""How the outbox's rows about one thing are made what is desired: created, moved, brought up to date, cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notice_kinds import Desired, Kind
from hubportal.core.records import record_key

State = Notice.State
# Within this time news that reached nobody is still begun to be told.
IS_NEWS = timedelta(days=1)
Key = tuple[str, str]


def match(  # noqa: PLR0917 - one row of a table, read in this order
    kind: Kind,
    target: models.Model | None,
    wanted: Mapping[Key, Desired],
    rows: dict[Key, Notice],
    said: Sequence[Notice],
    now: datetime,
) -> list[Notice]:
    """Change the rows of one thing and return those to be created.

    :param said: of news of how the thing stands, the rows of every kind of it.
    """
    spare = {at: row for at, row in rows.items() if at not in wanted and row.state == State.PLANNED}
    fresh: list[Notice] = []
    about = str(target)[:200] if wanted else ""
    for at, one in wanted.items():
        row = rows.get(at)
        if row is None:
            row = _moved_row(spare, one)
        if row is not None:
            _rewrite(row, one, about, kind.owner_id(target) if target is not None else row.owner_id, now)
        elif target is not None and (one.until is None or one.until > now) and not _is_old(kind, one, rows, said, now):
            fresh.append(_new_row(kind, target, one, about))
    _change([row.pk for row in spare.values()], from_states=(State.PLANNED,), state=State.CANCELLED)
    return fresh


def _is_old(kind: Kind, one: Desired, rows: Mapping[Key, Notice], said: Sequence[Notice], now: datetime) -> bool:
    """Whether it is news of some time ago, or has left to others, and so is none for somebody who has no row of it."""
    left = _left(rows.values())
    is_late = one.due_at <= now - IS_NEWS or any(row.occurrence == one.occurrence for row in left)
    return (kind.is_news and is_late) or (kind.is_standing and _is_known(kind, one, left, _left(said)))


def _left(rows: Iterable[Notice]) -> list[Notice]:
    return [row for row in rows if row.state in (State.SENDING, State.SENT)]


def _is_known(kind: Kind, one: Desired, left: Sequence[Notice], said: Sequence[Notice]) -> bool:
    """Whether they were told the same last; of what is as usual, who was told nothing goes by what anybody was."""
    offset = _offset(one)
    told = [row for row in left if row.recipient == one.recipient] or (said if offset == kind.usual else [])
    last = max(told, key=lambda row: (row.due_at, row.pk), default=None)
    return last is not None and _offset(last) == offset


def _offset(one: Desired | Notice) -> str:
    return one.occurrence.partition("@")[0]


def _moved_row(spare: dict[Key, Notice], one: Desired) -> Notice | None:
    """An unsent row of the same person and offset, to be moved rather than cancelled and made again."""
    for at, row in spare.items():
        if row.recipient == one.recipient and _offset(row) == _offset(one):
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


def _new_row(kind: Kind, target: models.Model, one: Desired, about: str) -> Notice:
    return Notice(
        kind=kind.key,
        target=record_key(target),
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
