"""Taking an upload back: what it made goes and what it changed is as it was, unless somebody has built on it since.

The lines keep what has stayed only, so that it can be taken back later, when nothing builds on it any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, ForeignObjectRel, Min, Q, Sum

from funding.models import Award, Claim, Rate
from hubportal.core import journal, notices
from hubportal.core.jobs import Progress
from hubportal.core.models import Upload, UploadLine
from hubportal.core.records import begin_of, owner_id_of, read_key, record_key
from hubportal.dashboards.actions.records.elsewhere import gone_elsewhere, hubs_of
from hubportal.dashboards.actions.records.holding import hold_for_undo
from hubportal.dashboards.actions.records.ledger import BATCH, ORDER, digest_of
from hubportal.dashboards.actions.records.staying import GO_ON, called, kind_of
from hubportal.dashboards.actions.records.whole_groups import held_whole
from programmes.models import EnrolledTeacher, Enrolment, Offer
from schools.models import Person, Role, User
from workgroups.actions import visits
from workgroups.models import Group, Place, Visit, VisitLog

CHANGED = "{} has been changed since, and stays."
USED = "{} cannot go, as something has been added to it since: {}."
HOLDS = "{} stays with what came with the same file and stays: {}."
MOVED = "{} stays {}: what has moved on does not move back."
NOT_AS_LEFT = "{} has been changed since: it stays as it is now."
SIGNS_IN = "{} signs in with this address by now: it stays."
ROLE_STAYS = "{} stays, as what is known of {} has been changed since."
HOLDS_MORE = "{} has more schools than {} by now: it stays without a limit."
Reasons = dict[str, str]
# What a group can hold gets smaller only once the places are gone that it was made larger for.
ROOM = "places_max"
# How the keys of teachers' places begin: one that was filled is held again once nobody takes part from it.
PLACES = begin_of(EnrolledTeacher)
# How the keys of awards begin: they get smaller only once the payments are gone that they were raised for.
AWARDS = begin_of(Award)


@dataclass(frozen=True, slots=True)
class _Follower:
    """What the portal gives to a record by itself: it holds none, and goes with it, while nobody has used it."""

    of: type[models.Model]
    model: type[models.Model]
    field: str
    unused: Q


# Visits that are owed and have never been booked; many files, and every change of a group, plan them again.
OWED = Q(status=Visit.Status.TO_BOOK, sequence=0)
FOLLOWERS = (
    _Follower(Offer, Rate, "offer", Q(pk__isnull=False)),
    _Follower(Enrolment, Award, "enrolment", Q(claimed=0, claims=None)),
    _Follower(Place, Visit, "place", OWED),
)


def undo(*, upload: Upload, by: User | None, now: datetime, progress: Progress) -> dict[str, Any]:
    """Take back what can be; each line says what of it stays, and why."""
    lines = list(UploadLine.objects.filter(upload=upload).order_by("number"))
    made = {key: digest for line in lines for key, digest in line.made}
    by_model: dict[type[models.Model], list[int]] = defaultdict(list)
    for key in made:
        model, pk = read_key(key)
        by_model[model].append(pk)
    progress.begin("Taking back", len(made))
    hold_for_undo(by_model, lines)
    elsewhere = gone_elsewhere(upload, lines)
    reasons = elsewhere | held_whole(
        by_model=by_model, since=upload.at, now=now, trial=lambda: _try(by_model, made, upload.owner_id, elsewhere)
    )
    restored = sum(_restore_all(line, reasons, elsewhere, by) for line in reversed(lines))
    raised = _raised(lines)
    visited = Visit.objects.filter(pk__in=by_model.get(Visit, []), group__hub__in=hubs_of(upload))
    groups = set(visited.values_list("group", flat=True))
    gone = 0
    for model in reversed(ORDER):
        if model is EnrolledTeacher:
            restored += sum(_restore_all(line, reasons, elsewhere, by, filled=True) for line in reversed(lines))
        for pks in _parts(by_model.get(model, [])):
            gone += _remove(model, pks, made, reasons, upload.owner_id)
            progress.step(len(pks))
    restored += sum(_restore_room(line, reasons, by) for line in reversed(lines))
    lowered = {key: Decimal() if key in elsewhere else _lower(key, much, by) for key, much in raised.items()}
    restored += sum(bool(much) for much in lowered.values())
    _keep_raised(lines, {key: raised[key] - much for key, much in lowered.items() if much != raised[key]})
    for group in Group.objects.filter(pk__in=groups, status=Group.Status.RUNNING).select_related("offer", "hub"):
        # A visit that took the place of one that was owed is owed again.
        visits.plan_visits(group=group, by=by, now=now)
    kept = _tell(lines, reasons)
    return {"gone": gone, "restored": restored, "kept": kept}


class _Tried(Exception):
    """All was tried, and nothing is to be."""


def _try(
    by_model: Mapping[type[models.Model], list[int]], made: dict[str, str], owner_id: int, elsewhere: Reasons
) -> Reasons:
    """What of the groups, and of what hangs on them, could not go: as it would be without the rest that stays."""
    reasons = dict(elsewhere)
    with suppress(_Tried), transaction.atomic():
        for model in reversed(ORDER[ORDER.index(Group) : ORDER.index(VisitLog) + 1]):
            for pks in _parts(by_model.get(model, [])):
                _remove(model, pks, made, reasons, owner_id)
        raise _Tried
    return reasons


def _parts(pks: Sequence[int]) -> Iterator[list[int]]:
    return (list(pks[at : at + BATCH // 2]) for at in range(0, len(pks), BATCH // 2))


def _remove(model: type[models.Model], pks: list[int], made: dict[str, str], reasons: Reasons, owner_id: int) -> int:
    """Those of one kind that are as they were made and that nothing else hangs on."""
    held = model._base_manager.select_for_update().filter(pk__in=pks).order_by("pk")
    rows = {row.pk: row for row in held}
    unused = set(held.filter(OWED).values_list("pk", flat=True)) if model is Visit else set[int]()
    for row in rows.values():
        if digest_of(row) != made[record_key(row)] and row.pk not in unused:
            reasons.setdefault(record_key(row), CHANGED.format(called(row)))
    _look_for_users(model, rows, reasons, owner_id)
    if model in GO_ON:
        staying, why = GO_ON[model]
        for pk in staying(pks, made):
            reasons.setdefault(record_key(rows[pk]), why.format(called(rows[pk])))
    if model is Role:
        for role in _of_changed(pks, made):
            reasons.setdefault(record_key(role), ROLE_STAYS.format(called(role), role.person))
    free = [pk for pk, row in rows.items() if record_key(row) not in reasons]
    _settle(model, free)
    _drop(rows[pk] for pk in free)
    return len(free)


def _of_changed(pks: list[int], made: dict[str, str]) -> Iterator[Role]:
    """Roles of people who came with them and stay: a head whose telephone was corrected goes on being the head."""
    for role in Role.objects.filter(pk__in=pks).select_related("person", "school", "hub").order_by("pk"):
        key = record_key(role.person)
        if key in made and digest_of(role.person) != made[key]:
            yield role


def _drop(records: Iterable[models.Model]) -> None:
    """Delete records of one kind; what was to be sent of them is not."""
    if found := list(records):
        notices.cancel(*found)
        type(found[0])._base_manager.filter(pk__in=[one.pk for one in found]).delete()


def _look_for_users(model: type[models.Model], rows: dict[int, models.Model], reasons: Reasons, owner_id: int) -> None:
    """What is left of other tables that points to one of these: made here it would be gone by now.

    What is not the hub's own is called by its kind only.
    """
    relations = (found for found in model._meta.get_fields(include_hidden=True) if isinstance(found, ForeignObjectRel))
    for relation in relations:
        if relation.many_to_many:
            continue
        other: Any = relation.related_model
        if other._meta.auto_created:
            continue
        field = relation.field
        pointing = other._base_manager.filter(**{f"{field.name}__in": list(rows)}).order_by()
        for one in FOLLOWERS:
            if (one.of, one.model, one.field) == (model, other, field.name):
                pointing = pointing.exclude(one.unused)
        # Each record that is pointed to, and one example of what does.
        first = dict(pointing.values_list(field.attname).annotate(first=Min("pk")))
        users = other._base_manager.in_bulk(first.values())
        for pk, user in first.items():
            using = users[user]
            what = called(using) if owner_id_of(using) == owner_id else kind_of(using).lower()
            why = HOLDS if record_key(using) in reasons else USED
            reasons.setdefault(record_key(rows[pk]), why.format(called(rows[pk]), what))


def _settle(model: type[models.Model], pks: Iterable[int]) -> None:
    """Numbers that count what goes, and what followed it by itself."""
    for one in FOLLOWERS:
        if one.of is model:
            _drop(one.model._base_manager.filter(one.unused, **{f"{one.field}__in": pks}))
    if model is Place:
        held = Place.objects.filter(pk__in=pks, left_on=None).order_by().values("group")
        for group, many in held.annotate(many=models.Count("pk")).values_list("group", "many"):
            Group.objects.filter(pk=group).update(places_taken=F("places_taken") - many)
    if model is Claim:
        paid = Claim.objects.filter(pk__in=pks).order_by().values("award")
        for award, amount in paid.annotate(sum=Sum("amount")).values_list("award", "sum"):
            Award.objects.filter(pk=award).update(claimed=F("claimed") - amount)


def _restore_all(
    line: UploadLine, reasons: Reasons, elsewhere: Reasons, by: User | None, *, filled: bool = False
) -> int:
    """What one line changed; what stays, and what waits until places or payments are gone, is left with it.

    :param elsewhere: what another hub has by now: it stays as it is.
    :param filled: whether it is the turn of the teachers' places that were filled, or of all else.
    """
    restored, left = 0, []
    for change in line.changed:
        if change["record"] in elsewhere or change["record"].startswith(PLACES) is not filled:
            left.append(change)
            continue
        stays: Reasons = {}
        restored += _restore(change, stays, by)
        if stays or change["record"].startswith(AWARDS):
            left.append(change)
        elif ROOM in change["values"]:
            left.append(change | {"values": {ROOM: change["values"][ROOM]}})
        reasons |= stays
    line.changed = left
    return restored


def _restore(change: dict[str, Any], reasons: Reasons, by: User | None) -> int:
    """The old values of a record, where it still has the new ones; what counts itself does so when its parts go."""
    model, pk = read_key(change["record"])
    record = model._base_manager.select_for_update().filter(pk=pk).first()
    if record is None or model is Award:
        return 0
    if change["move"]:
        reasons[change["record"]] = MOVED.format(change["label"], record.get_status_display().lower())
        return 0
    if isinstance(record, EnrolledTeacher) and (why := _why_filled(record)):
        reasons[change["record"]] = why
        return 0
    values = {name: pair for name, pair in change["values"].items() if name not in ("places_taken", ROOM)}
    if isinstance(record, Person) and "email" in values and User.objects.filter(person=record).exists():
        reasons[change["record"]] = SIGNS_IN.format(change["label"])
        return 0
    fields = {name: _field(model, name) for name in values}
    now = {name: fields[name].to_python(pair[1]) for name, pair in values.items()}
    if any(getattr(record, fields[name].attname) != value for name, value in now.items()):
        reasons[change["record"]] = NOT_AS_LEFT.format(change["label"])
        return 0
    for name, pair in values.items():
        setattr(record, fields[name].attname, _old(fields[name], pair[0]))
    if values:
        record.save(update_fields=[field.name for field in fields.values()])
        changed = {name: [str(pair[1] or ""), str(pair[0] or "")] for name, pair in values.items()}
        journal.record("Taken back", on=record, by=by, changed=changed)
    return int(bool(values))


def _why_filled(place: EnrolledTeacher) -> str:
    """Why a place that was filled stays so, or an empty string: they take part, or it passed on since."""
    staying, why = GO_ON[EnrolledTeacher]
    if staying([place.pk], ()):
        return why.format(called(place))
    has_passed_on = place.turns.filter(person=place.person_id).exists()
    return NOT_AS_LEFT.format(called(place)) if has_passed_on else ""


def _restore_room(line: UploadLine, reasons: Reasons, by: User | None) -> int:
    """How many schools a group holds at most, once those that came with the file are gone."""
    restored, left = 0, []
    for change in line.changed:
        pair = change["values"].get(ROOM)
        if pair is None or change["record"] in reasons:
            left.append(change)
            continue
        group = Group.objects.select_for_update().filter(pk=read_key(change["record"])[1]).first()
        if group is None:
            continue
        if group.places_max != pair[1]:
            reasons[change["record"]] = NOT_AS_LEFT.format(change["label"])
        elif pair[0] is not None and group.places_taken > pair[0]:
            reasons[change["record"]] = HOLDS_MORE.format(change["label"], pair[0])
        if change["record"] in reasons:
            left.append(change)
            continue
        group.places_max = pair[0]
        group.save(update_fields=[ROOM])
        changed = {ROOM: [str(pair[1] or ""), str(pair[0] or "")]}
        journal.record("Taken back", on=group, by=by, changed=changed)
        restored += 1
    line.changed = left
    return restored


def _raised(lines: Iterable[UploadLine]) -> dict[str, Decimal]:
    """By how much awards were raised, so that what was paid had room on them."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for change in (change for line in lines for change in line.changed):
        if change["record"].startswith(AWARDS) and (pair := change["values"].get("amount")):
            found[change["record"]] += Decimal(pair[1]) - Decimal(pair[0])
    return found


def _keep_raised(lines: Iterable[UploadLine], rest: dict[str, Decimal]) -> None:
    """By how much each award is still larger than before, with the first line that raised it."""
    for line in lines:
        left = []
        for change in line.changed:
            if not change["record"].startswith(AWARDS):
                left.append(change)
            elif "amount" in change["values"] and (much := rest.pop(change["record"], None)):
                left.append(change | {"values": {"amount": ["0", str(much)]}})
        line.changed = left


def _lower(key: str, raised: Decimal, by: User | None) -> Decimal:
    """How much smaller an award has become: by what it was raised, but never below what is claimed of it by now.

    By the difference, as another file may have raised it since.
    """
    award = Award.objects.select_for_update().filter(pk=read_key(key)[1]).first()
    if award is None:
        return raised
    before, award.amount = award.amount, max(award.amount - raised, award.claimed)
    if award.amount == before:
        return Decimal()
    award.save(update_fields=["amount"])
    journal.record("Taken back", on=award, by=by, changed={"amount": [str(before), str(award.amount)]})
    return before - award.amount


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if name in (field.name, field.attname))


def _old(field: Any, value: Any) -> Any:
    try:
        return field.to_python(value)
    except ValidationError:
        return value


def _tell(lines: Sequence[UploadLine], reasons: Reasons) -> int:
    """Leave with each line what of it stays, and why; returns how many have something that does."""
    staying, gone = [], []
    for line in lines:
        line.made = [[key, digest] for key, digest in line.made if key in reasons]
        keys = [*(key for key, _digest in line.made), *(change["record"] for change in line.changed)]
        line.kept = "\n".join(dict.fromkeys(reasons[key] for key in keys if reasons.get(key)))
        if line.kept or line.changed:
            staying.append(line)
        else:
            gone.append(line.pk)
    UploadLine.objects.bulk_update(staying, ["kept", "made", "changed"], batch_size=200)
    for pks in _parts(gone):
        UploadLine.objects.filter(pk__in=pks).update(kept="", made=[], changed=[])
    return sum(bool(line.kept) for line in staying)
