"""What an upload made or changed and another hub has by now: whoever had it before takes none of it back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import models
from django.db.models import Q

from funding.models import Award, Claim
from hubportal.core.models import Upload, UploadLine
from hubportal.core.records import begin_of, read_key
from hubportal.dashboards.actions.records.staying import kind_of
from hubportal.dashboards.actions.records.world import in_parts
from programmes.models import EnrolledTeacher, Enrolment, Leader, Offer, TeacherTurn
from schools.models import Hub, HubChange, HubMove, Person, Role, School, SchoolTie
from workgroups.models import Attendance, Group, Meeting, Participant, Place, Visit, VisitLog

# What is not the hub's own any more is called by its kind only.
ELSEWHERE = "{} is with {} now, and stays."
# The ways to the hubs that have a record. What was paid counts where the enrolment is, whoever paid it.
_HUBS: Mapping[type[models.Model], tuple[str, ...]] = {
    Offer: ("hub",),
    Leader: ("hub",),
    Role: ("hub",),
    Enrolment: ("hub",),
    EnrolledTeacher: ("enrolment__hub",),
    TeacherTurn: ("enrolled__enrolment__hub",),
    Group: ("hub",),
    Place: ("group__hub",),
    Participant: ("place__group__hub",),
    Meeting: ("group__hub",),
    Attendance: ("meeting__group__hub",),
    Visit: ("group__hub",),
    VisitLog: ("visit__group__hub",),
    Award: ("enrolment__hub", "hub"),
    Claim: ("award__enrolment__hub", "award__hub"),
}
# The ways to the school whose hub keeps its people.
_SCHOOLS: Mapping[type[models.Model], str] = {Person: "school", Role: "school"}
Reasons = dict[str, str]
Keys = Mapping[type[models.Model], Iterable[int]]


def hubs_of(upload: Upload) -> set[int]:
    """The hub whose upload it is, with those that have gone on in it."""
    return {upload.owner_id, *Hub.objects.filter(goes_on_in=upload.owner_id).values_list("pk", flat=True)}


def gone_elsewhere(upload: Upload, lines: Sequence[UploadLine]) -> Reasons:
    """The keys of what its lines made or changed, and another hub has by now, with that as the reason."""
    keys = _keys(lines)
    own, hubs = hubs_of(upload), dict(Hub.objects.values_list("pk", "name"))
    found = Reasons()
    for model, ways in _HUBS.items():
        for way in ways:
            for key, hub in _on(model, way, keys):
                if hub not in own:
                    found.setdefault(key, ELSEWHERE.format(kind_of(model()), hubs[hub]))
    left = _schools_left(own, upload.at)
    for model, way in _SCHOOLS.items():
        for key, school in _on(model, way, keys):
            if school in left:
                found.setdefault(key, ELSEWHERE.format(kind_of(model()), hubs[left[school]]))
    return _ties(lines, found) | found


def _ties(lines: Sequence[UploadLine], gone: Reasons) -> Reasons:
    """The hub goes on seeing what has gone from it: nobody has to hear of that."""
    kept = Reasons()
    for keys in map(_keys_of, lines):
        if not gone.keys().isdisjoint(keys):
            kept |= {key: "" for key in keys if key.startswith(begin_of(SchoolTie))}
    return kept


def _keys_of(line: UploadLine) -> list[str]:
    return [*(key for key, _digest in line.made), *(change["record"] for change in line.changed)]


def _keys(lines: Sequence[UploadLine]) -> Keys:
    found: dict[type[models.Model], set[int]] = defaultdict(set)
    for model, pk in (read_key(key) for line in lines for key in _keys_of(line)):
        found[model].add(pk)
    return found


def _on(model: type[models.Model], way: str, keys: Keys) -> Iterator[tuple[str, int]]:
    """The keys of those of one kind that have something at the end of a way, each with that."""
    for part in in_parts(keys.get(model, ())):
        rows = model._base_manager.filter(pk__in=part, **{f"{way}__isnull": False}).order_by("pk")
        for pk, end in rows.values_list("pk", way):
            yield f"{begin_of(model)}{pk}", end


def _schools_left(own: set[int], since: datetime) -> dict[int, int]:
    """The schools that have gone from some hubs to another since a moment, each with that hub."""
    moves = HubMove.objects.filter(was__in=own, status=HubMove.Status.DONE, ended_at__gte=since)
    changes = HubChange.objects.filter(hub__in=own, status=HubChange.Status.DONE, ended_at__gte=since)
    went = Q(pk__in=moves.values("school")) | Q(pk__in=changes.values("schools"))
    rows = School.objects.filter(went, hub__isnull=False).exclude(hub__in=own)
    return dict(rows.order_by("pk").values_list("pk", "hub"))
