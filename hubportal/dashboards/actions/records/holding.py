"""What is held before an upload is taken back: in the order in which everybody holds it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import models

from funding.models import Award, Claim
from hubportal.core.models import UploadLine
from hubportal.core.records import read_key
from hubportal.dashboards.actions.records.ledger import held_rows
from hubportal.dashboards.actions.records.world import in_parts
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn
from schools.models import Person, Role, SchoolTie
from workgroups.models import Attendance, Group, Meeting, Participant, Place, Visit

# What hangs on an enrolment, a group or a person, and the way there; held in this order, as in ``HOLD_ORDER``.
_WAYS: Mapping[type[models.Model], Mapping[type[models.Model], str]] = {
    Enrolment: {
        Enrolment: "pk",
        EnrolledTeacher: "enrolment",
        TeacherTurn: "enrolled__enrolment",
        Place: "enrolment",
        Participant: "place__enrolment",
        Award: "enrolment",
        Claim: "award__enrolment",
    },
    Group: {
        Group: "pk",
        Place: "group",
        Participant: "place__group",
        Meeting: "group",
        Attendance: "meeting__group",
        Visit: "group",
    },
    # Whoever accepts or places a school ties it to the hub, and then gives its people their roles.
    SchoolTie: {SchoolTie: "pk"},
    Person: {Person: "pk", Role: "person"},
}


def hold_for_undo(made: Mapping[type[models.Model], Iterable[int]], lines: Iterable[UploadLine]) -> None:
    """Hold the enrolments, groups and people of all that an upload made and changed until the transaction ends.

    What goes is held before it is looked at: whoever relies on it by then is through, and is seen.
    """
    found: dict[type[models.Model], set[int]] = defaultdict(set)
    for model, pks in made.items():
        found[model].update(pks)
    for change in (change for line in lines for change in line.changed):
        model, pk = read_key(change["record"])
        found[model].add(pk)
    for kind, ways in _WAYS.items():
        held_rows(kind, _reached(ways, found))


def _reached(ways: Mapping[type[models.Model], str], found: Mapping[type[models.Model], Iterable[int]]) -> set[int]:
    reached = set[int]()
    for model, way in ways.items():
        for pks in in_parts(found.get(model, ())):
            rows = model._base_manager.filter(pk__in=pks).order_by()
            reached.update(rows.values_list(way, flat=True))
    return reached
