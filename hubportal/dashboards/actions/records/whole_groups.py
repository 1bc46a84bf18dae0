"""Groups that stay when a file is taken back: whole, with all that it made for them, and what people were told of.

What has been sent by e-mail does not go without a word: whoever cancels it on its page tells everybody.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Prefetch

from funding.models import Award, Claim
from hubportal.core.models import Notice, UploadLine
from hubportal.core.notices import kinds
from hubportal.core.records import record_key
from hubportal.dashboards.actions.records.staying import called
from hubportal.dashboards.actions.records.world import in_parts
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn
from workgroups.models import Attendance, Group, Meeting, Participant, Place, Visit, VisitLog
from workgroups.notices.recipients import schools_with_roles, staff_keys, teacher_keys

# What is said of a group, or a school of it, that stays; one line of what is said about a line of the file.
WHOLE = " stays, with "
BUILT_ON = "{} stays, with the schools, teachers, meetings and visits that this file gave it. {}"
DATES_SENT = (
    "{} stays, with the schools, teachers, meetings and visits that this file gave it: its dates have been sent by "
    "e-mail. Cancel a meeting on its page, and everybody hears of it."
)
SCHOOL_TOLD = (
    "{} stays, with its teachers and visits: the school has had the dates by e-mail. If it leaves, take it out on the "
    "page of the group’s schools."
)
SCHOOL_BUILT_ON = "{} stays, with its teachers and visits. {}"
TOLD = "{} stays: people have been told of it by e-mail. Cancel it on its page, and they hear of it."
# What hangs on a place, and on a group otherwise: the way there.
_ON_PLACE: Mapping[type[models.Model], str] = {
    Participant: "place",
    Visit: "place",
    VisitLog: "visit__place",
    Enrolment: "places",
    EnrolledTeacher: "enrolment__places",
    TeacherTurn: "enrolled__enrolment__places",
    Award: "enrolment__places",
    Claim: "award__enrolment__places",
}
_ON_GROUP: Mapping[type[models.Model], str] = {Meeting: "group", Attendance: "meeting__group", Place: "group"}
Reasons = dict[str, str]
ByModel = Mapping[type[models.Model], list[int]]
# The keys of what could not go, with the reason, if all were tried.
Trial = Callable[[], Reasons]


@dataclass(frozen=True, slots=True)
class _Made:
    """What an upload made, and since when people may have been told of it."""

    by_model: ByModel
    since: datetime
    now: datetime

    def of(self, model: type[models.Model], way: str, to: Iterable[int]) -> Iterator[tuple[str, int]]:
        """The keys of those of one kind that hang on some of another, each with what it hangs on."""
        wanted = set(to)
        for pks in in_parts(self.by_model.get(model, [])):
            rows = model._base_manager.filter(pk__in=pks, **{f"{way}__in": wanted}).order_by("pk")
            for pk, on in rows.values_list("pk", way):
                if on in wanted:
                    yield _key(model, pk), on

    @property
    def coming(self) -> dict[int, int]:
        """The meetings that it made and that lie ahead, each with its group."""
        found: dict[int, int] = {}
        for pks in in_parts(self.by_model.get(Meeting, [])):
            ahead = Meeting.objects.filter(pk__in=pks, starts_at__gt=self.now).order_by("pk")
            found |= dict(ahead.values_list("pk", "group"))
        return found


def held_whole(*, by_model: ByModel, since: datetime, now: datetime, trial: Trial) -> Reasons:
    """What stays with groups that stay, and what people have been told of, each with the reason.

    What is planned to be sent of them is held until the caller's transaction ends, as the caller holds the groups.
    """
    made = _Made(by_model, since, now)
    stays = trial() if by_model.get(Group) or by_model.get(Place) else {}
    told, held = _told_meetings(made), Reasons()
    _hold_groups(made, told, stays, held)
    _hold_places(made, stays, held)
    for meeting in Meeting.objects.filter(pk__in=told).select_related("group"):
        held.setdefault(record_key(meeting), TOLD.format(called(meeting)))
    return held


def said_of_groups(lines: models.QuerySet[UploadLine]) -> list[str]:
    """What is said of groups that stay, each once, in the order of the lines."""
    kept = lines.filter(kept__contains=WHOLE).order_by("number").values_list("kept", flat=True)
    return list(dict.fromkeys(words for said in kept for words in said.splitlines() if WHOLE in words))


def _told_meetings(made: _Made) -> dict[int, int]:
    """The meetings ahead that people have been told of, alone or with all dates of a group, each with its group."""
    ahead = made.coming
    with_dates = _sent(Group, set(ahead.values()), made.since)
    alone = _sent(Meeting, ahead)
    return {pk: group for pk, group in ahead.items() if pk in alone or group in with_dates}


def _sent(model: type[models.Model], pks: Collection[int], since: datetime | None = None) -> dict[int, set[str]]:
    """Who has been sent something about records of one kind, or is being sent it; of what is planned nothing leaves."""
    about = [kind.key for kind in kinds().values() if kind.target_model is model]  # the index begins so
    found: dict[int, set[str]] = defaultdict(set)
    for part in in_parts(sorted(pks)):
        keys = [_key(model, pk) for pk in part]
        rows = Notice.objects.filter(kind__in=about, target__in=keys)
        list(rows.filter(state=Notice.State.PLANNED).order_by("pk").select_for_update().values_list("pk", flat=True))
        rows = rows.filter(state__in=(Notice.State.SENDING, Notice.State.SENT))
        if since is not None:
            rows = rows.exclude(sent_at__lt=since)
        for target, recipient in rows.values_list("target", "recipient"):
            found[int(target.partition(":")[2])].add(recipient)
    return found


def _key(model: type[models.Model], pk: int) -> str:
    return f"{model._meta.label_lower}:{pk}"


def _hold_groups(made: _Made, told: Mapping[int, int], stays: Reasons, held: Reasons) -> None:
    """Groups that it made and that somebody has built on, or whose dates ahead people have had: all of each."""
    groups = made.by_model.get(Group, [])
    of = {key: pk for model, way in _ON_GROUP.items() for key, pk in made.of(model, way, groups)}
    of |= {key: pk for model, way in _ON_PLACE.items() for key, pk in made.of(model, f"{way}__group", groups)}
    of |= {_key(Group, pk): pk for pk in groups}
    why, dated = _first_reasons(of, stays), set(told.values())
    names = {
        pk: called(group)
        for pks in in_parts(groups)
        for pk, group in Group.objects.in_bulk(pks).items()
        if pk in dated or _key(Group, pk) in stays
    }
    for key, pk in of.items():
        if pk in names:
            held[key] = DATES_SENT.format(names[pk]) if pk in dated else BUILT_ON.format(names[pk], why[pk])


def _first_reasons(of: Mapping[str, int], stays: Reasons) -> dict[int, str]:
    """Why something stays: the reason of what was tried first on it, of what somebody has changed or used itself."""
    why: dict[int, str] = {}
    for key, reason in stays.items():
        if key in of:
            why.setdefault(of[key], reason)
    return why


def _hold_places(made: _Made, stays: Reasons, held: Reasons) -> None:
    """The same of schools that it placed in groups that were there before."""
    places = [place for place in _places(made) if record_key(place) not in held]
    groups = {place.group_id for place in places if place.left_on is None}
    told: dict[int, set[str]] = defaultdict(set, _sent(Group, groups, made.since))
    ahead = dict(Meeting.objects.filter(group__in=groups, starts_at__gt=made.now).values_list("pk", "group"))
    for pk, people in _sent(Meeting, ahead, made.since).items():
        told[ahead[pk]] |= people
    of = {_key(Place, place.pk): place.pk for place in places}
    of |= {key: pk for model, way in _ON_PLACE.items() for key, pk in made.of(model, way, of.values())}
    why, staying = _first_reasons(of, stays), dict[int, str]()
    for place in places:
        if told[place.group_id] & (teacher_keys(place) | staff_keys(place)):
            staying[place.pk] = SCHOOL_TOLD.format(called(place))
        elif record_key(place) in stays:
            staying[place.pk] = SCHOOL_BUILT_ON.format(called(place), why[place.pk])
    held |= {key: staying[pk] for key, pk in of.items() if pk in staying}


def _places(made: _Made) -> Iterator[Place]:
    ways = Prefetch("enrolment__school", queryset=schools_with_roles())
    for pks in in_parts(made.by_model.get(Place, [])):
        rows = Place.objects.filter(pk__in=pks).select_related("group", "enrolment__interest", "enrolment__person")
        yield from rows.prefetch_related(ways, "participants__person").order_by("pk")
