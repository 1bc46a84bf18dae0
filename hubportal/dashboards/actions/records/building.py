"""Which uploads build on another: they are better taken back before it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import ForeignObjectRel

from funding.models import Claim
from hubportal.core.models import Upload, UploadLine
from hubportal.core.records import read_key
from hubportal.dashboards.actions.records.undoing import AWARDS
from hubportal.dashboards.actions.records.world import in_parts
from programmes.models import Enrolment

State = Upload.State
Keys = dict[type[models.Model], set[int]]
# What one upload left in a record, or another found there: the record, the field, the value.
Values = set[tuple[str, str, str]]


def built_on(upload: Upload) -> list[Upload]:
    """The other files of its owner that hang something on what this one made, or changed what it made or changed.

    Those that build on one of these too; what was brought in last, and is to go first, stands first.
    """
    others = Upload.objects.filter(owner=upload.owner_id, state__in=(State.DONE, State.UNDONE)).exclude(pk=upload.pk)
    if not (rest := list(others.order_by("-ended_at", "-pk"))):
        return []
    keys, left, before = _left_by([upload.pk, *(one.pk for one in rest)])
    found, under = set[int](), [upload.pk]
    while under:
        pk = under.pop()
        made = {f"{model._meta.label_lower}:{key}" for model, some in keys[pk].items() for key in some}
        upper = [
            one.pk
            for one in rest
            if one.pk not in found and one.pk != pk
            if before[one.pk] & left[pk]
            or made & {record for record, *_value in before[one.pk]}
            or _hangs_on(keys[one.pk], keys[pk])
        ]
        found.update(upper)
        under += upper
    return [one for one in rest if one.pk in found]


def _left_by(uploads: Iterable[int]) -> tuple[dict[int, Keys], dict[int, Values], dict[int, Values]]:
    """By upload: what there is by it still, which values it gave and which it found."""
    keys: dict[int, Keys] = defaultdict(lambda: defaultdict(set))
    left, before = defaultdict[int, Values](set), defaultdict[int, Values](set)
    lines = UploadLine.objects.filter(upload__in=list(uploads)).exclude(made=[], changed=[])
    for upload, made, changed in lines.values_list("upload", "made", "changed").iterator():
        for key, _digest in made:
            model, pk = read_key(key)
            keys[upload][model].add(pk)
        for one in changed:
            # Awards, and the places that a group counts, are as they should be in whatever order files go.
            if one["record"].startswith(AWARDS):
                continue
            before[upload].add((one["record"], "", ""))
            for name, (old, new) in ((name, pair) for name, pair in one["values"].items() if name != "places_taken"):
                left[upload].add((one["record"], name, str(new)))
                before[upload].add((one["record"], name, str(old)))
    return keys, left, before


def _hangs_on(theirs: Keys, own: Keys) -> bool:
    """Whether a record of one upload points to one of another."""
    return any(
        not theirs[other].isdisjoint(other._base_manager.filter(**{f"{name}__in": part}).values_list("pk", flat=True))
        for model, pks in own.items()
        for other, name in _pointing(model)
        if other in theirs
        for part in in_parts(sorted(pks))
    )


def _pointing(model: type[models.Model]) -> Iterator[tuple[Any, str]]:
    """The kinds of records that point to one, each with the field that does."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many:
            yield relation.related_model, relation.field.name
    if model is Enrolment:
        # What was paid keeps the award that the portal made by itself, and that the enrolment.
        yield Claim, "award__enrolment"
