"""Writes what an import planned: local authorities, trusts, schools, URNs, successors, hubs, journal."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.db import connection
from django.db.models import Count, F, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key
from schools.actions.import_plan import UNCHANGED, Plan, Spot, chunks
from schools.actions.reopening import CHANGED, open_again
from schools.adapters.gias import SchoolRow
from schools.adapters.gias_fields import FACTS
from schools.adapters.postgres import copy_rows, update_rows
from schools.models import GiasImport, HubMove, LocalAuthority, School, SchoolSplit, SchoolUrn, Succession, Trust, User
from schools.rules import with_former

BATCH = 500
MOVED = "Moved hub with its local authority"
# Facts of a row that are no columns of School, or columns of another name.
ELSEWHERE = frozenset({"urn", "la_code", "la_name", "trust_code", "trust_name"})
_COLUMNS = [fact.field for fact in FACTS if fact.field not in ELSEWHERE] + ["authority", "trust"]
_ATTRIBUTES = [f"{name}_id" if name in {"authority", "trust"} else name for name in _COLUMNS]
# What an import writes of its own beside the facts.
_OURS = ("former_names", "row_hash")
_JOURNALLED = {
    "name": "name",
    "authority_id": "local authority",
    "trust_id": "trust",
    "gias_status": "status",
    "phase_code": "phase",
    "type_name": "type",
}
_CHOICES: dict[str, type[School.GiasStatus] | type[School.Phase]] = {
    "gias_status": School.GiasStatus,
    "phase_code": School.Phase,
}


class Places:
    """Local authorities and trusts by their codes; those that a file is the first to name are made."""

    def __init__(self, rows: Iterable[SchoolRow]) -> None:
        authorities: dict[str, str] = {}
        trusts: dict[str, str] = {}
        for row in rows:
            authorities[row.la_code] = row.la_name or authorities.get(row.la_code, "")
            if row.trust_code:
                trusts[row.trust_code] = row.trust_name or trusts.get(row.trust_code, "")
        self.authorities = self._authorities(authorities)
        self.trusts = self._trusts(trusts)

    @cached_property
    def names(self) -> dict[str, dict[int, str]]:
        """Names by key, for the journal."""
        return {
            "authority_id": dict(LocalAuthority.objects.values_list("pk", "name")),
            "trust_id": dict(Trust.objects.values_list("pk", "name")),
        }

    @staticmethod
    def _authorities(names: dict[str, str]) -> dict[str, tuple[int, int | None]]:
        stored = set(LocalAuthority.objects.values_list("code", flat=True))
        LocalAuthority.objects.bulk_create(
            LocalAuthority(code=code, name=name or f"Local authority {code}")
            for code, name in names.items()
            if code not in stored
        )
        rows = LocalAuthority.objects.values_list("code", "pk", "hub_id")
        return {code: (pk, hub_id) for code, pk, hub_id in rows}

    @staticmethod
    def _trusts(names: dict[str, str]) -> dict[str, int]:
        stored = dict(Trust.objects.values_list("code", "name"))
        Trust.objects.bulk_create(
            [
                Trust(code=code, name=name or stored.get(code) or f"Trust {code}")
                for code, name in names.items()
                if code not in stored or (name and stored[code] != name)
            ],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name"],
        )
        return dict(Trust.objects.values_list("code", "pk"))


class Writer:
    """Writes one plan; the transaction is the caller's."""

    def __init__(self, plan: Plan, fields: tuple[str, ...], *, by: User | None, now: datetime) -> None:
        self._plan = plan
        self._by, self._now = by, now
        spots = list(plan.schools())
        self._new = [(spot, spot.row) for spot in spots if spot.pk is None and spot.row]
        self._stored = {spot.pk: spot for spot in spots if spot.pk is not None}
        self._former = [spot for spot in spots if spot.former]
        self._places = Places(spot.row for spot in spots if spot.row)
        self._fields = [name for name in fields if name not in ELSEWHERE]
        self._has_trusts = "trust_code" in fields
        self._schools: dict[int, School] = {}
        self._names: dict[int, str] = {}  # as they were
        self._journal: list[JournalEntry] = []

    def write(self) -> None:
        """Write all of it, and set the outcome of rows that turned out to say nothing new."""
        self._create()
        self._update()
        reopened = [self._schools[pk] for pk in self._plan.reopened]
        self._journal += open_again(reopened, by=self._by, now=self._now)
        self._write_urns()
        self._keep_successions()
        School.objects.filter(pk__in=self._plan.removed).delete()
        self._point_to_successors()
        self._keep_splits()
        self._date_closures()
        JournalEntry.objects.bulk_create(self._journal, batch_size=BATCH)

    def _values(self, row: SchoolRow) -> dict[str, Any]:
        """The columns of School that a row speaks of."""
        values = {name: getattr(row, name) for name in self._fields}
        values["authority_id"] = self._places.authorities[row.la_code][0]
        if self._has_trusts:
            values["trust_id"] = self._places.trusts.get(row.trust_code)
        return values

    def _create(self) -> None:
        hubs = dict(self._places.authorities.values())
        schools = []
        for _, row in self._new:
            values = self._values(row)
            schools.append(values | {"hub_id": hubs[values["authority_id"]], "row_hash": row.row_hash})
        for (spot, _), pk in zip(self._new, _insert(School, schools), strict=True):
            spot.pk = pk
        _insert(SchoolUrn, [{"school_id": spot.pk, "urn": spot.urn, "since": spot.since} for spot, _ in self._new])

    def _update(self) -> None:
        changing = {pk: spot for pk, spot in self._stored.items() if spot.row or spot.facts_of}
        donors = School.objects.in_bulk([spot.facts_of for spot in changing.values() if spot.facts_of])
        self._schools = schools = School.objects.in_bulk(list(changing))
        changed = [school for pk, school in schools.items() if self._change(school, changing[pk], donors)]
        _save_again(changed)

    def _change(self, school: School, spot: Spot, donors: dict[int, School]) -> bool:
        """Set the new facts; False where nothing is to be written.

        A row that is written differently but says the same is remembered as it is now written, so that the next file
        is quick to compare.
        """
        values, row_hash = self._new_values(spot, donors)
        before = {name: getattr(school, name) for name in values}
        changed = {name: [before[name], value] for name, value in values.items() if before[name] != value}
        if not changed and not spot.former:
            self._plan.outcomes[spot.urn] = UNCHANGED
            is_written_anew = bytes(school.row_hash) != row_hash
            school.row_hash = row_hash
            return is_written_anew
        if "name" in changed:
            school.former_names = with_former(school.former_names, *changed["name"])
        self._names[school.pk] = school.name
        for name, (_, value) in changed.items():
            setattr(school, name, value)
        status = changed.get("gias_status", [None, None])
        if status[1] == School.GiasStatus.CLOSING:
            self._plan.closing.append(school.pk)
        if status[0] == School.GiasStatus.CLOSED and spot.row:
            self._plan.reopened.append(school.pk)
        school.row_hash = row_hash
        told = {label: self._shown(name, changed[name]) for name, label in _JOURNALLED.items() if name in changed}
        if told:
            self._tell(school, CHANGED, told)
        return True

    def _shown(self, name: str, values: list[Any]) -> list[str]:
        """Old and new value as people read them."""
        if name in {"authority_id", "trust_id"}:
            names = self._places.names[name]
            return [names.get(value, "") for value in values]
        choices = _CHOICES.get(name)
        return [str(choices(value).label if choices else value) for value in values]

    def _new_values(self, spot: Spot, donors: dict[int, School]) -> tuple[dict[str, Any], bytes]:
        if spot.row:
            return self._values(spot.row), spot.row.row_hash
        donor = donors[spot.facts_of or 0]
        return {name: getattr(donor, name) for name in _ATTRIBUTES}, bytes(donor.row_hash)

    def _write_urns(self) -> None:
        """Former URNs first: a school has one current URN at any moment."""
        wanted = {urn: (spot, until) for spot in self._former for urn, until in spot.former.items()}
        stored = SchoolUrn.objects.in_bulk(list(wanted), field_name="urn")
        moved = []
        for urn, (spot, until) in wanted.items():
            row = stored.get(urn)
            if row is None:
                moved.append(SchoolUrn(urn=urn, school_id=cast(int, spot.pk), is_current=False, until=until))
            elif (row.school_id, row.is_current) != (spot.pk, False):
                row.school_id, row.is_current, row.until = cast(int, spot.pk), False, until or row.until
                moved.append(row)
        self._save_urns(moved)
        self._save_urns(self._current_urns())

    def _current_urns(self) -> list[SchoolUrn]:
        """The URNs that stored schools have from now on and did not have before."""
        stored = {pk: spot for pk, spot in self._stored.items() if spot.former}
        rows = SchoolUrn.objects.in_bulk([spot.urn for spot in stored.values()], field_name="urn")
        moved = []
        for pk, spot in stored.items():
            row = rows.get(spot.urn) or SchoolUrn(urn=spot.urn, since=spot.since)
            if row.pk is None or (row.school_id, row.is_current) != (pk, True):
                row.school_id, row.is_current = pk, True
                moved.append(row)
                urns = ", ".join(str(urn) for urn in spot.former)
                self._tell(self._schools[pk], "Took a new URN", {"URN": [urns, str(spot.urn)]})
                self._plan.converted.append([pk, self._names.get(pk, ""), urns, spot.urn])
        return moved

    @staticmethod
    def _save_urns(rows: list[SchoolUrn]) -> None:
        SchoolUrn.objects.bulk_create(
            rows,
            batch_size=BATCH * 4,
            update_conflicts=True,
            unique_fields=["urn"],
            update_fields=["school", "is_current", "since", "until"],
        )

    def _keep_successions(self) -> None:
        """What was said of a record that is deleted is said of the one that goes on, where that does not say it too."""
        for pk, spot in self._plan.removed.items():
            same = Succession.objects.planned().filter(school=spot.pk).values("successor_urn")
            ours = Succession.objects.filter(school=pk)
            ours.exclude(status=Succession.Status.PLANNED, successor_urn__in=same).update(school=spot.pk)

    def _point_to_successors(self) -> None:
        wanted = {}
        for old_urn, new in self._plan.successors.items():
            old = self._plan.spot_of(old_urn)
            if old is not None and old.pk is not None:
                wanted[old.pk] = new.pk
        schools = School.objects.in_bulk(list(wanted))
        pointing = [school for pk, school in schools.items() if school.succeeded_by_id != wanted[pk]]
        for school in pointing:
            school.succeeded_by_id = wanted[school.pk]
        School.objects.bulk_update(pointing, ["succeeded_by"], batch_size=BATCH)

    def _date_closures(self) -> None:
        """A closed school of which the file of schools says no day has closed on that from which others follow it."""
        spots = {self._plan.spot_of(urn): day for urn, day in self._plan.followed_on.items() if day is not None}
        days = {spot.pk: day for spot, day in spots.items() if spot is not None and spot.pk is not None}
        schools = School.objects.filter(pk__in=days, closed_on=None, gias_status=School.GiasStatus.CLOSED)
        dated = list(schools.order_by("pk"))
        for school in dated:
            school.closed_on = days[school.pk]
        School.objects.bulk_update(dated, ["closed_on"], batch_size=BATCH)

    def _keep_splits(self) -> None:
        """Which schools one became: what goes on of its work goes where its hub says."""
        pairs = [
            (old, new)
            for urn, became in self._plan.splits.items()
            for old, new in ((self._plan.spot_of(urn), one) for one in became)
        ]
        SchoolSplit.objects.bulk_create(
            [
                SchoolSplit(school_id=old.pk, became_id=new.pk)
                for old, new in pairs
                if old is not None and old.pk is not None and new.pk is not None
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )

    def _tell(self, school: School, what: str, changed: dict[str, Any]) -> None:
        self._journal.append(_entry(school, what, changed, self._by, self._now))


def _insert(model: type[Model], rows: list[dict[str, Any]]) -> list[int]:
    """Make records from {attribute: value}, what is not given by default; their keys, in order.

    By COPY on PostgreSQL: 50,000 schools through bulk_create take some four times as long.
    """
    if connection.vendor != "postgresql":
        return [record.pk for record in model._base_manager.bulk_create([model(**row) for row in rows], BATCH)]
    fields = [field for field in model._meta.local_concrete_fields if not field.generated and not field.primary_key]
    defaults = {field.attname: field.get_default() for field in fields}
    key, table = cast(str, model._meta.pk.column), model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, key, len(rows)]
        )
        keys = [pk for (pk,) in cursor.fetchall()]
        # Keys of the row and of the defaults are the same, and so is their order.
        lines = ((pk, *(defaults | row).values()) for pk, row in zip(keys, rows, strict=True))
        copy_rows(cursor.cursor, table, [key, *(cast(str, field.column) for field in fields)], lines)
    return keys


def _save_again(schools: list[School]) -> None:
    """Write the GIAS facts of stored schools, many at a time.

    Not by bulk_update: a CASE for each of 30 columns takes many times as long.
    """
    if not schools:
        return
    if connection.vendor != "postgresql":
        School.objects.bulk_create(
            schools, BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=[*_COLUMNS, *_OURS]
        )
        return
    names = ["id", *_ATTRIBUTES, *_OURS]
    with connection.cursor() as cursor:
        rows = ([getattr(school, name) for name in names] for school in schools)
        update_rows(cursor.cursor, School._meta.db_table, names, rows)


def follow_authorities(*, by: User | None, now: datetime, record: GiasImport | None = None) -> int:
    """Give every school the hub of its local authority, except where a hub was set by hand; how many moved.

    :param record: the import by which they move, from which both hubs hear of it.
    """
    astray = list(
        School.objects.filter(hub_set_by_hand=False)
        .annotate(has=Coalesce("hub_id", 0), due=Coalesce("authority__hub_id", 0))
        .exclude(has=F("due"))
        .order_by("pk")
        .values_list("pk", "name", "hub_id", "hub__name", "authority__hub_id", "authority__hub__name")
    )
    hub_of_authority = LocalAuthority.objects.filter(pk=OuterRef("authority_id")).values("hub_id")[:1]
    for ids in chunks([pk for pk, *_ in astray]):
        School.objects.filter(pk__in=ids, hub_set_by_hand=False).update(hub_id=Subquery(hub_of_authority))
    moved = [row for row in astray if row[2] is not None]
    JournalEntry.objects.bulk_create(
        (
            _entry(School(pk=pk, name=name, hub_id=owner), MOVED, {"hub": [old, new]}, by, now)
            for pk, name, was, old, hub, new in moved
            for owner in (was, hub)
            if owner is not None
        ),
        batch_size=BATCH,
    )
    if record is not None:
        _keep_moves(moved, by, now, record)
    return len(astray)


def _keep_moves(moved: list[tuple[Any, ...]], by: User | None, now: datetime, record: GiasImport) -> None:
    """As a change of hub by hand is kept, so that both hubs find it."""
    HubMove.objects.bulk_create(
        (
            HubMove(
                school_id=pk,
                was_id=was,
                hub_id=hub,
                by_hand=False,
                with_import=record,
                status=HubMove.Status.DONE,
                from_on=now.astimezone(clock.LONDON).date(),
                reason="Its local authority changed in the national register.",
                by=by,
                made_at=now,
                ended_at=now,
            )
            for pk, _name, was, _old, hub, _new in moved
        ),
        batch_size=BATCH,
    )


def without_hub(codes: Iterable[str]) -> list[list[Any]]:
    """Code, name and number of open schools of those local authorities that no hub has."""
    orphans = LocalAuthority.objects.filter(code__in=list(codes), hub=None)
    counted = orphans.annotate(many=Count("schools", filter=Q(schools__gias_status__in=School.OPEN, schools__hub=None)))
    return [[one.code, one.name, one.many] for one in counted.order_by("code") if one.many]


def _entry(school: School, what: str, changed: dict[str, Any], by: User | None, now: datetime) -> JournalEntry:
    return JournalEntry(
        at=now,
        by=by,
        what=what,
        record=record_key(school),
        label=str(school)[:200],
        changed=changed,
        owner_id=school.hub_id,
    )
