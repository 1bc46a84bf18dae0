"""What the lines of a sheet would make and change, kept apart from the database until all of it is written at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar, cast

from django.db import IntegrityError, models, transaction

from funding.models import Award, Claim
from hubportal.core import locks, notices
from hubportal.core.jobs import Progress
from hubportal.core.models import JournalEntry, UploadLine
from hubportal.core.records import owner_id_of, record_key
from programmes.models import EnrolledTeacher, Enrolment, Leader, Offer, TeacherTurn
from schools.models import Person, Role, SchoolTie, User
from workgroups.models import Attendance, Group, Meeting, Participant, Place, Visit, VisitLog

M = TypeVar("M", bound=models.Model)
Seen = dict[str, Any]
Outcome = UploadLine.Outcome
# In this order they are written; taken back the other way round.
ORDER: tuple[type[models.Model], ...] = (
    *(Offer, Person, Role, Leader, SchoolTie, Enrolment, EnrolledTeacher, TeacherTurn, Group, Place, Participant),
    *(Meeting, Attendance, Visit, VisitLog, Award, Claim),
)
UPDATED = "Brought up to date from a file"
# What the journal tells of; the rest is told with it.
TOLD = (Offer, Person, Leader, Enrolment, Group, Visit, Award, Claim)
# What goes on by itself, and says nothing about whether somebody changed a record by hand.
RUNNING_FIELDS = frozenset({"places_taken", "number", "claimed", "search", "row_hash", "given_at", "brought_at"})
# In this order they are held, as everywhere: whoever places a school or names a teacher holds the enrolment first.
HOLD_ORDER = (Enrolment, Group, Person, *(one for one in ORDER if one not in (Enrolment, Group, Person)))
# What of a record has to be as it was read, for what is written to rest on it.
RESTS_ON: dict[type[models.Model], tuple[str, ...]] = {
    Enrolment: ("status", "hub_id", "school_id", "offer_id"),
    Group: ("status", "hub_id", "leader_id", "offer_id"),
}
# The ways from what is made to what it rests on.
HANGS_ON = ("enrolment", "group", "place", "meeting")
BATCH = 1_000
# How often it is tried to make what somebody else may be making at the same moment.
TRIES = 3
# Whoever watches knows how many lines the file has: of each line several records may come.
STAGE = "Writing records, several for some lines"
# Of two files one is written after the other, so that the second sees what the first has made.
WRITING = "records are written"


class ChangedMeanwhile(Exception):
    """A record is no longer what the lines were compared with."""


class NoTurn(Exception):
    """Others added people for as long as the file waited for its turn."""


@dataclass
class Change:
    """New values of a record that stood before; ``move`` where its status moves."""

    record: models.Model
    values: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    move: str = ""


@dataclass
class Entry:
    """What one line comes to."""

    made: list[models.Model] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    # The first line of the file that says something of what this one says, if any does.
    met: int = 0
    # Whether it adds to what another line makes.
    adds: bool = False

    @property
    def outcome(self) -> str:
        """New where anything is made, else what it changes, else nothing new."""
        return Outcome.CREATE if self.made else Outcome.CHANGE if self.changes or self.adds else Outcome.SAME


class Ledger:
    """All lines of one upload."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = defaultdict(Entry)
        self.gone: list[models.Model] = []
        # The schools that a headteacher is brought to, each with who was theirs as it was read.
        self.heads: dict[int, set[int]] = {}
        # What is looked at again once all that is written on is held, and what follows when it is written.
        self.before: list[Callable[[], object]] = []
        self.after: list[Callable[[], object]] = []
        # Meetings that are made on days on which a group had none.
        self.unplanned = 0
        # Meetings to come of which the file says no time.
        self.untimed = 0
        # What is awarded because of it, and how many schools are.
        self.awarded, self.awarded_schools = Decimal(), 0
        # New people whom no line gives a role.
        self.roleless = 0
        self._new: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self._is_new: set[int] = set()
        self._moving: dict[int, str] = {}
        self._lines: dict[int, int] = {}
        self._rests: dict[type[models.Model], dict[int, Seen]] = defaultdict(dict)

    def add(self, number: int, record: M, words: str = "") -> M:
        """A record that a line makes."""
        self._new[type(record)].append(record)
        self._is_new.add(id(record))
        self._lines[id(record)] = number
        entry = self.entries[number]
        entry.made.append(record)
        self.rest_on(record)
        if words:
            entry.words.append(words)
        return record

    def new(self, model: type[M]) -> list[M]:
        """What of a kind is to be made."""
        return cast(list[M], list(self._new[model]))

    def leave(self, model: type[M], records: Iterable[M]) -> None:
        """What somebody else has made meanwhile is not made again, nor taken back with this upload."""
        left = {id(one) for one in records}
        for number in {self._lines[one] for one in left}:
            entry = self.entries[number]
            entry.made = [one for one in entry.made if id(one) not in left]
        self._new[model] = [one for one in self._new[model] if id(one) not in left]

    def rest_on(self, record: models.Model | None) -> None:
        """What is written rests on enrolments and groups as they were read: where one is another, nothing is written.

        What rests on anything else does so on the enrolment and group that it is of.
        """
        model = type(record)
        if record is None or (model in RESTS_ON and self.is_new(record)):
            return
        if model in RESTS_ON:
            self._rests[model].setdefault(record.pk, {name: getattr(record, name) for name in RESTS_ON[model]})
            return
        for name in HANGS_ON:
            self.rest_on(record._state.fields_cache.get(name))

    def rests(self, model: type[models.Model]) -> list[int]:
        """The keys of the records of a kind that stood before, on which something rests."""
        return sorted(self._rests[model])

    def is_new(self, record: models.Model) -> bool:
        """Whether it is made by this upload."""
        return id(record) in self._is_new

    def line_of(self, record: models.Model | None) -> int:
        """The first line that makes or changes a record; 0 where none does."""
        return self._lines.get(id(record), 0)

    def meet(self, number: int, record: models.Model | None) -> None:
        """A line is about a record that a line before it may have made or changed."""
        line = self.line_of(record)
        if line != number:
            self.entries[number].met = line

    def say(self, number: int, words: str) -> None:
        """What is to be known about a line."""
        self.entries[number].words.append(words)

    def change(self, number: int, record: models.Model, words: str = "", *, move: str = "", **values: Any) -> None:
        """New values of a record, in memory at once; one that says nothing new is no change."""
        different = {name: (getattr(record, name), new) for name, new in values.items() if getattr(record, name) != new}
        if self._moving.get(id(record)):
            move = ""
        if not different and not move:
            return
        if move:
            self._moving[id(record)] = move
        self.rest_on(record)
        for name, (_old, new) in different.items():
            setattr(record, name, new)
        entry = self.entries[number]
        if words and (different or not self.is_new(record)):
            entry.words.append(words)
        if self.is_new(record):
            entry.adds |= bool(different)
            return
        self._lines.setdefault(id(record), number)
        known = next((one for one in entry.changes if one.record is record), None)
        if known is None:
            known = Change(record)
            entry.changes.append(known)
        known.values |= {name: (known.values.get(name, pair)[0], pair[1]) for name, pair in different.items()}
        known.move = move or known.move

    def standing(self, record: Any) -> str:
        """The status that a record has, once what is planned is done."""
        return self._moving.get(id(record)) or str(record.status)

    @property
    def tally(self) -> dict[str, int]:
        """What is to be known before it is brought in: meetings, people and awards, and what moves on for good."""
        moves = sum(bool(change.move) for entry in self.entries.values() for change in entry.changes)
        said = {"unplanned": self.unplanned, "untimed": self.untimed, "roleless": self.roleless}
        # Kept in pence: what is kept is text and whole numbers.
        awarded = {"awarded": int(self.awarded * 100), "awarded_schools": self.awarded_schools}
        return said | awarded | {"moves": moves}

    def remove(self, record: models.Model) -> None:
        """A record that gives way to one that is made."""
        self.gone.append(record)

    def write(self, *, by: User, now: datetime, source: str, owner_id: int, lines: int, progress: Progress) -> None:
        """Write it all: what gives way, what is new in the order of what hangs on what, what changes, the journal.

        :param owner_id: the hub whose records they are; it reads what the journal says of those who are no hub's.
        :param lines: how many lines are kept after it, in the same stage of ``progress``.
        :raises ChangedMeanwhile: where somebody has changed what would change or give way since it was compared.
        :raises NoTurn: where others go on adding people.
        :raises CannotMove: where somebody has moved it.
        """
        progress.begin("Making sure that nothing has changed")
        locks.wait_for_turn(WRITING)
        self._hold_seen()
        for look in self.before:
            look()
        changes = [change for entry in self.entries.values() for change in entry.changes]
        progress.begin(STAGE, sum(map(len, self._new.values())) + len(changes) + lines)
        notices.cancel(*self.gone)
        for record in self.gone:
            record.delete()
        for model in ORDER:
            for at in range(0, len(self._new[model]), BATCH):
                some = self._new[model][at : at + BATCH]
                if model is not SchoolTie:
                    model._base_manager.bulk_create(some)
                progress.step(len(some))
        for change in changes:
            _write_change(change, by, source)
            progress.step()
        for step in self.after:
            step()
        self._tell(by, now, source, owner_id)

    def _hold_seen(self) -> None:
        """What changes and what gives way has to be as it was seen; what several lines change, before the first.

        People whom something new points to are held, too: its rows would hold them in whichever order they come.
        """
        found: dict[type[models.Model], dict[int, Seen]] = defaultdict(dict)
        people = (getattr(one, "person_id", None) for rows in self._new.values() for one in rows)
        found[Person].update({pk: {} for pk in people if pk is not None})
        for record in self.gone:
            found[type(record)][record.pk] = {"status": record.status} if hasattr(record, "status") else {}
        for change in (change for entry in self.entries.values() for change in entry.changes):
            seen = found[type(change.record)].setdefault(change.record.pk, {})
            for name, (old, _new) in change.values.items():
                seen.setdefault(name, old)
        for model, rests in self._rests.items():
            for pk, values in rests.items():
                found[model][pk] = values | found[model].get(pk, {})
        for model in sorted(found, key=HOLD_ORDER.index):
            if model is Person and self._new[SchoolTie]:
                self._tie_schools()
            _hold(model, found[model])

    def _tie_schools(self) -> None:
        """Before people, as whoever accepts or places a school does; a tie that stands by then is no conflict.

        :raises ChangedMeanwhile: where somebody else is faster again and again.
        """
        for _try in range(TRIES):
            self._leave_standing_ties()
            ties = self.new(SchoolTie)
            try:
                with transaction.atomic():
                    SchoolTie.objects.bulk_create(ties, batch_size=BATCH)
                return
            except IntegrityError:
                for tie in ties:
                    tie.pk = None
        raise ChangedMeanwhile

    def _leave_standing_ties(self) -> None:
        ties = self.new(SchoolTie)
        rows = SchoolTie.objects.filter(hub__in={tie.hub_id for tie in ties})
        standing = set(rows.values_list("school", "hub"))
        self.leave(SchoolTie, [tie for tie in ties if (tie.school_id, tie.hub_id) in standing])

    def _tell(self, by: User, now: datetime, source: str, owner_id: int) -> None:
        told = [
            JournalEntry(
                at=now,
                by=by,
                what=what,
                record=record_key(record),
                label=str(record)[:200],
                note=f"{source}, line {number}",
                changed=changed,
                owner_id=owner_id_of(record) or owner_id,
            )
            for number, entry in self.entries.items()
            for record, what, changed in _told_of(entry)
        ]
        JournalEntry.objects.bulk_create(told, batch_size=BATCH)


def _told_of(entry: Entry) -> Iterator[tuple[models.Model, str, dict[str, Any]]]:
    """What a line makes that has a history, and the address that it gives to somebody known."""
    for record in entry.made:
        if isinstance(record, TOLD):
            yield record, "Brought in from a file", {}
    for change in entry.changes:
        if isinstance(change.record, Person) and "email" in change.values:
            yield change.record, UPDATED, {"email": list(change.values["email"])}


def _write_change(change: Change, by: User, source: str) -> None:
    record: Any = change.record
    values = {name: new for name, (_old, new) in change.values.items()}
    if change.move:
        record.move_to(change.move, by=by, what=UPDATED, note=source, **values)
    else:
        record.save(update_fields=list(values))


def _hold(model: type[models.Model], seen: dict[int, Seen]) -> None:
    """Keep records until all is written, where they still have what was seen: none is held from the start."""
    rows = {row.pk: row for row in held_rows(model, seen)}
    for pk, values in seen.items():
        if pk not in rows or any(getattr(rows[pk], name) != old for name, old in values.items()):
            raise ChangedMeanwhile


def held_rows(model: type[models.Model], pks: Iterable[int]) -> list[models.Model]:
    """Records of one kind, held until the transaction ends.

    Many at a time, in the order of their keys: two who hold the same ones wait for each other instead of for ever.
    """
    wanted, held = sorted(pks), list[models.Model]()
    for at in range(0, len(wanted), BATCH // 2):
        some = wanted[at : at + BATCH // 2]
        held += model._base_manager.select_for_update(no_key=True).filter(pk__in=some).order_by("pk")
    return held


def key_of(record: models.Model) -> int:
    """What stands for a record in memory: its key, or itself while it has none."""
    return int(record.pk) if record.pk is not None else -id(record)


def digest_of(record: models.Model) -> str:
    """What stands for a record as it was brought in: another one later means that somebody changed it."""
    names = (one.attname for one in record._meta.concrete_fields if one.name not in RUNNING_FIELDS)
    text = "|".join(f"{name}={_plain(getattr(record, name))}" for name in names)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def digests(records: Iterable[models.Model]) -> dict[str, str]:
    """The digests of records as the database holds them, by key; many at a time."""
    by_model: dict[type[models.Model], list[int]] = defaultdict(list)
    for record in records:
        by_model[type(record)].append(record.pk)
    return {
        record_key(one): digest_of(one)
        for model, pks in by_model.items()
        for at in range(0, len(pks), BATCH)
        for one in model._base_manager.filter(pk__in=pks[at : at + BATCH])
    }


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.timestamp():.6f}"
    return str(value)


def as_json(value: Any) -> Any:
    """A field's value as it is kept with the line that changed it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    return str(value) if isinstance(value, Decimal) else value
