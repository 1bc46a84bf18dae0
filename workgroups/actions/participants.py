"""Who takes part in a group: its participants follow the places of teachers in enrolments, to the day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import Exists, Min, OuterRef, Q

from hubportal.core import clock
from programmes.actions.turns import begin_at_start
from programmes.models import EnrolledTeacher, TeacherTurn, turns_of
from programmes.rules.turns import A_DAY, Turn
from workgroups.models import Group, Participant, Place


def out_of_step(today: date) -> Q:
    """Places whose participants of today are not the teachers of their enrolment today, or lack one who is to come."""
    there = Participant.objects.on(today)
    named = EnrolledTeacher.objects.filter(person=OuterRef("person"))
    gone = there.filter(~Exists(named.filter(enrolment=OuterRef("place__enrolment"))), place=OuterRef("pk"))
    taking_part = there.filter(person=OuterRef("person"), place=OuterRef(OuterRef("pk")))
    new = EnrolledTeacher.objects.filter(~Exists(taking_part), enrolment=OuterRef("enrolment"), person__isnull=False)
    then = Q(until=None) | Q(until__gte=OuterRef("since"))
    known = Participant.objects.filter(
        then, person=OuterRef("person"), place=OuterRef(OuterRef("pk")), since__lte=OuterRef("since")
    )
    coming = TeacherTurn.objects.filter(~Exists(known), enrolled__enrolment=OuterRef("enrolment"), since__gt=today)
    return Q(Exists(gone)) | Q(Exists(new)) | Q(Exists(coming))


def follow_teachers(place: Place, now: datetime) -> None:
    """Participants are the teachers of the enrolment's places, each from when to when the place is theirs.

    Whoever left keeps a row with the dates; where it is not kept from when somebody has a place, it is from today.
    """
    today = now.astimezone(clock.LONDON).date()
    rows = list(place.participants.order_by("since", "pk"))
    matched: set[int] = set()
    wanted = _wanted(place)
    for turn, is_dated in wanted:
        row = _row_of(turn, [one for one in rows if one.pk not in matched])
        first = _first_of(turn, row, place, today if not is_dated else None)
        if turn.until is not None and turn.until < first:
            continue
        if row is None:
            row = Participant.objects.create(
                place=place, person_id=turn.person, since=first, until=turn.until, entered_at=now
            )
        elif (row.since, row.until) != (first, turn.until):
            Participant.objects.filter(pk=row.pk).update(since=first, until=turn.until)
        matched.add(row.pk)
    dated = {turn.person for turn, is_dated in wanted if is_dated}
    _end([one for one in rows if one.pk not in matched], dated, today)


def take_part_from_first_meeting(group: Group, now: datetime) -> None:
    """A group may have met before it was entered here: its teachers stand in the registers of those meetings too."""
    day, today = _first_meeting(group), now.astimezone(clock.LONDON).date()
    if day is None:
        return
    here = Participant.objects.filter(place__group=group, until=None, since__lte=today)
    here.filter(since__gt=day).update(since=day)
    for place in group.places.taken().select_related("enrolment", "group"):
        begin_at_start(place.enrolment, today)
        follow_teachers(place, now)


def leave(place: Place, today: date) -> None:
    """The people of a place that is given up are expected no more, those who were to come later not at all."""
    place.participants.filter(since__gt=today).delete()
    place.participants.filter(Q(until=None) | Q(until__gt=today)).update(until=today)


def _wanted(place: Place) -> Sequence[tuple[Turn, bool]]:
    """The turns in the places of the enrolment, and whether it is kept when each began."""
    places = EnrolledTeacher.objects.filter(enrolment=place.enrolment_id).prefetch_related("turns").order_by("pk")
    found = [(turn, bool(one.turns.all())) for one in places for turn in turns_of(one)]
    return sorted(found, key=lambda one: one[0].since or date.min)


def _row_of(turn: Turn, rows: Iterable[Participant]) -> Participant | None:
    """The row that is about a turn already."""
    own = [row for row in rows if row.person_id == turn.person]
    return next((row for row in own if turn.meets(row.since, row.until)), None)


def _first_of(turn: Turn, row: Participant | None, place: Place, new_on: date | None) -> date:
    """The first day of a turn in a group: not before its school came, but from the group's first meeting."""
    if turn.since is not None:
        return max(turn.since, _first_day(place))
    return row.since if row is not None else (new_on or _first_day(place))


def _first_day(place: Place) -> date:
    group = place.group
    if group.started_at is None or place.placed_on > group.started_at.astimezone(clock.LONDON).date():
        return place.placed_on
    return min(place.placed_on, _first_meeting(group) or place.placed_on)


def _first_meeting(group: Group) -> date | None:
    first = group.meetings.standing().aggregate(first=Min("starts_at"))["first"]
    return first.astimezone(clock.LONDON).date() if first else None


def _end(rows: Iterable[Participant], dated: Collection[int], today: date) -> None:
    """Rows that no turn is about any more: over with yesterday, or never begun; so by the dates of who has some."""
    for row in rows:
        is_there = row.until is None or row.until >= today
        if is_there and (row.since >= today or row.person_id in dated):
            row.delete()
        elif is_there:
            Participant.objects.filter(pk=row.pk).update(until=today - A_DAY)
