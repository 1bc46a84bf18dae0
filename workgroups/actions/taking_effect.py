"""What a replacement brings on its day, and how it is taken back while nothing has happened since."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions import confirming, leaders, turns
from programmes.actions.teaching import end_teaching, turns_at
from programmes.models import Interest, Leader
from schools.actions import addresses, handing, people
from schools.models import Person, Role, School, User
from schools.roles import HEADTEACHER, TEACHER
from workgroups.actions import (
    co_leading,
    leading,
    leaving,
    next_leaders,
    participants,
    passing_drafts,
    passing_interest,
    replacement_news,
)
from workgroups.models import (
    Attendance,
    Group,
    LeaderChange,
    Participant,
    Place,
    Replacement,
    ReplacementPart,
    VisitLog,
)

Kind, Status = ReplacementPart.Kind, Replacement.Status


class CannotTakeBack(Exception):
    """A replacement that cannot be taken back, said in words for people."""


def take_effect_due(*, now: datetime) -> int:
    """Let the replacements take effect whose day has come, and return how many did; safe to run again."""
    today = now.astimezone(clock.LONDON).date()
    done = 0
    for change in Replacement.objects.due(today).select_related("person", "successor", "school", "hub"):
        # Of two sweeps at once, one is quicker.
        with apart(change), suppress(CannotMove):
            take_effect(change=change, by=None, now=now)
            done += 1
    return done


@transaction.atomic
def take_effect(*, change: Replacement, by: User | None, now: datetime) -> None:
    """Its day has come: the successor is invited, and answers for what is open from now on.

    :raises CannotMove: where it has taken effect already, or was taken back.
    """
    _hold(change)
    change.move_to(Status.DONE, by=by, ended_at=now)
    turns.turn_over(now=now, places=_places(change))
    for part in change.parts.select_related("interest__offer", "interest__school", "given__school__hub"):
        if part.kind in (Kind.CONTACT, Kind.NOMINEE, Kind.HEAD):
            passing_interest.pass_interest(change, part, by, now)
        elif part.kind == Kind.DRAFT:
            passing_drafts.pass_draft(change, part, now)
        elif part.kind == Kind.BASE:
            _move_base(change)
        elif part.kind == Kind.ADDRESS:
            _pass_address(change, part, by, now)
        elif _is_new_head(part):
            _ask_about_running(change, part, by, now)
    follow(change, now)
    if change.successor is not None and change.gives_sign_in(clock.day_of(now)):
        at, by_whom = (now, by) if by else (clock.from_eight(now), change.made_by)
        people.invite_again(person=change.successor, by=by_whom, now=now, is_news=True, at=at)
    wake.wake()


def hold(
    people: Collection[Person | None],
    places: Collection[int],
    groups: Collection[int],
    interests: Collection[int] = (),
) -> dict[int, Person]:
    """Let nobody else replace these, or change the enrolments of these places, or these groups, until it is done.

    These first, and interest that passes on: whoever names a teacher, accepts or places a school holds them before the
    person, to whom they give a role; so does a merger. Leaver and successor in order of pk: elsewhere, or in a merger,
    each may be the other one.
    """
    turns.hold_enrolments(places)
    list(Group.objects.select_for_update().filter(pk__in=groups).order_by("pk"))
    list(Interest.objects.select_for_update().filter(pk__in=interests).order_by("pk"))
    rows = Person.objects.select_for_update().filter(pk__in=[one.pk for one in people if one is not None])
    return {one.pk: one for one in rows.order_by("pk")}


def _hold(change: Replacement) -> None:
    groups = change.parts.filter(kind=Kind.GROUP, group__isnull=False).values_list("group", flat=True)
    # Whoever is named in an interest at this moment is waited for.
    passed = change.parts.filter(interest__isnull=False).values_list("interest", flat=True)
    hold((change.person, change.successor), _places(change), list(groups), list(passed))


def _places(change: Replacement) -> list[int]:
    return list(change.parts.filter(enrolled__isnull=False).values_list("enrolled", flat=True))


def follow(change: Replacement, now: datetime) -> None:
    """The groups of the places that passed on, their dates and reminders, follow at once, also what is to come."""
    enrolments = change.parts.filter(kind=Kind.PLACE).values("enrolled__enrolment")
    places = Place.objects.taken().filter(enrolment__in=enrolments).select_related("group__hub", "enrolment__school")
    for place in places:
        participants.follow_teachers(place, now)
    for group in {place.group for place in places}:
        notices.reconcile(group, *group.meetings.all(), *group.visits.all(), now=now)


def _pass_address(change: Replacement, part: ReplacementPart, by: User | None, now: datetime) -> None:
    """Unless the leaver has been given something since for which they sign in."""
    leaver, to = change.person, change.successor
    if to is None or not addresses.shares(leaver, to):
        return
    stays = addresses.signs_in_for(leaver, now.astimezone(clock.LONDON).date())
    if not stays:
        addresses.pass_on(leaver=leaver, to=to, by=by or change.made_by, now=now)
    new = {"stays": f"{leaver} still signs in with it for {stays}"} if stays else {"passed": True}
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, **new})


def _is_new_head(part: ReplacementPart) -> bool:
    is_head = part.kind == Kind.ROLE and part.given is not None and part.given.kind == HEADTEACHER
    return is_head and part.is_given_by_it


def _ask_about_running(change: Replacement, part: ReplacementPart, by: User | None, now: datetime) -> None:
    """What runs was agreed to by somebody else: the new headteacher reads it and confirms."""
    if change.successor is not None and part.given is not None and part.given.school is not None:
        confirming.ask_new_head(school=part.given.school, person=change.successor, by=by, now=now)


def _move_base(change: Replacement) -> None:
    Person.objects.filter(pk=change.person_id, school=change.school_id).update(school=None)


def why_not_take_back(change: Replacement) -> str:
    """Why a replacement is not taken back, or an empty string: something has happened since, and stays."""
    if change.status == Status.TAKEN_BACK:
        return "This has been taken back already."
    for part in change.parts.select_related(
        "enrolled__enrolment", "role", "given", "leader", "change", "group", "interest", "replacement__successor"
    ):
        problem = _what_happened(change, part)
        if problem:
            return problem
    return ""


def _what_happened(change: Replacement, part: ReplacementPart) -> str:
    if part.kind == Kind.PLACE:
        return _since_in_place(change, part)
    if part.kind == Kind.ROLE:
        return _since_in_role(change, part)
    if part.kind == Kind.GROUP:
        return _since_in_group(change, part)
    if part.kind == Kind.LEADER and (part.leader is None or part.leader.ends_on != _day(part.was["ended_on"])):
        return f"The last day of {change.person} has been changed since: change it in the list of leaders."
    if part.kind == Kind.BEGINS:
        return next_leaders.why_not_end(change, part)
    if part.kind == Kind.ADDRESS and "passed" in part.was and change.successor is not None:
        return addresses.why_not_give_back(leaver=change.person, to=change.successor, address=part.was["address"])
    if "fields" in part.was and part.interest is not None:
        return passing_interest.since_in_interest(change, part, part.interest)
    return ""


def _since_in_place(change: Replacement, part: ReplacementPart) -> str:
    enrolled, to = part.enrolled, change.successor
    if enrolled is None:
        return "That place is no longer there."
    if problem := turns.why_not_give_back(enrolled=enrolled, leaver=change.person, to=to, from_on=change.from_on):
        return problem
    marked = Attendance.objects.filter(
        person=to,
        meeting__group__places__enrolment=enrolled.enrolment_id,
        meeting__starts_at__gte=clock.at_london(change.from_on, 0),
    )
    return f"{to} stands in a register since. Replace them instead." if to and marked.exists() else ""


def _since_in_role(change: Replacement, part: ReplacementPart) -> str:
    role, given = part.role, part.given
    if role is None or role.ends_on != _day(part.was["ended_on"]):
        return f"The role of {change.person} has been changed since: change it on their page."
    if given is not None and _has_confirmed_as_head(change, given):
        return f"{change.successor} has confirmed what the school agreed to since. Replace them instead."
    if given is not None and given.ends_on is not None:
        return f"The role of {change.successor} has been changed since: change it on their page."
    return ""


def _has_confirmed_as_head(change: Replacement, given: Role) -> bool:
    school, to = given.school, change.successor
    if given.kind != HEADTEACHER or school is None or to is None:
        return False
    return confirming.has_confirmed(school=school, person=to, since=change.made_at)


def _day(kept: str) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _since_in_group(change: Replacement, part: ReplacementPart) -> str:
    group, made, to = part.group, part.change, change.successor
    if group is None or made is None or not group.is_open:
        return "A group that passed on is over since: its leader stays."
    later = LeaderChange.objects.standing().filter(group=group, pk__gt=made.pk).exists()
    if later or made.status == LeaderChange.Status.TAKEN_BACK:
        return f"The leader of {group} has been changed again since. Change it on the group's page."
    logged = VisitLog.objects.filter(visit__group=group, written_by__person=to, written_at__gte=made.made_at)
    marked = Attendance.objects.filter(meeting__group=group, marked_by__person=to, marked_at__gte=made.made_at)
    return f"{to} has worked with {group} since. Change its leader instead." if logged or marked else ""


@transaction.atomic
def take_back(*, change: Replacement, by: User, now: datetime) -> None:
    """Let everything be as it was before a replacement.

    :raises CannotTakeBack: where something has happened since.
    :raises CannotMove: where somebody else was quicker.
    """
    _hold(change)
    change.refresh_from_db(fields=["status"])  # whoever was quicker had it before us
    if change.successor is not None:
        confirming.hold(change.successor)
    problem = why_not_take_back(change)
    if problem:
        raise CannotTakeBack(problem)
    was_done, heard = change.status == Status.DONE, replacement_news.heard_by_successor(change, now)
    change.move_to(Status.TAKEN_BACK, by=by, ended_at=now)
    parts = change.parts.select_related(
        "enrolled__enrolment__school",
        "role__person",
        "role__school",
        "given__person",
        "given__school",
        "group",
        "leader",
        "change__group__hub",
        "change__leader__person",
        "change__was__person",
    )
    # Whoever leads a group again must be a leader again; whoever became one with it is one until it is given back.
    order = {Kind.LEADER: 0, Kind.BEGINS: 2}
    for part in sorted(parts, key=lambda one: order.get(Kind(one.kind), 1)):
        _give_back(change, part, by, now)
        _give_address_back(change, part, by, now)
    # Once all places are given back: a role may have come with several of them.
    given = {part.given_id: part.given for part in parts if part.given is not None and part.is_given_by_it}
    for role in given.values():
        _take_away(change, role, by, now)
    if was_done and change.parts.filter(kind=Kind.BASE).exists():
        Person.objects.filter(pk=change.person_id, school=None).update(school=change.school)
    _forget_participants(change)
    turns.turn_over(now=now, places=_places(change))
    follow(change, now)
    replacement_news.tell_taken_back(change=change, heard=heard, by=by, now=now)
    note = f"{change}, from {change.from_on.day} {change.from_on:%B %Y}"
    for one in filter(None, (change.person, change.successor, change.school)):
        journal.record("Replacement taken back", on=one, by=by, note=note, owner_id=change.hub_id)
    wake.wake()


def _give_back(change: Replacement, part: ReplacementPart, by: User, now: datetime) -> None:
    if part.kind == Kind.PLACE and part.enrolled is not None:
        turns.give_back(enrolled=part.enrolled, from_on=change.from_on, now=now)
        _teach_again(change.person, part.enrolled.enrolment.school, by, now)
        replacement_news.tell_teachers(change, part.enrolled.enrolment, by, now)
    if part.kind == Kind.ROLE and part.role is not None:
        _give_role_back(part, part.role, by, now)
    if part.kind == Kind.DRAFT:
        passing_drafts.give_draft_back(change, part, now)
    if part.leader is not None:
        _give_time_back(part, part.leader, by, now)
    if part.kind == Kind.GROUP:
        _give_group_back(part, by, now)
    if "fields" in part.was and part.interest is not None:
        passing_interest.give_interest_back(part, part.interest, by, now)
    if "asked" in part.was and part.interest is not None:
        passing_interest.ask_as_before(part, part.interest, by, now)


def _give_time_back(part: ReplacementPart, leader: Leader, by: User, now: datetime) -> None:
    today = now.astimezone(clock.LONDON).date()
    if part.kind == Kind.LEADER:
        leaving.end_leader(leader=leader, by=by, today=today, last_day=None, now=now)
    elif part.kind == Kind.BEGINS:
        leaving.end_all_beside(leader=leader, by=by, last_day=today - handing.A_DAY, now=now)
        co_leading.forget_untold(leader)
        leaders.take_away(leader=leader, by=by, today=today)


def _give_role_back(part: ReplacementPart, role: Role, by: User, now: datetime) -> None:
    began = _day(part.was.get("starts_on", ""))
    handing.give_back(role=role, ends_on=_day(part.was["ends_on"]), starts_on=began, by=by)
    if role.kind == HEADTEACHER and role.school is not None:
        confirming.ask_after_all(school=role.school, person=role.person, since=part.replacement.made_at, now=now)


def _give_address_back(change: Replacement, part: ReplacementPart, by: User, now: datetime) -> None:
    to = change.successor
    if part.kind != Kind.ADDRESS or to is None:
        return
    address = part.was["address"]
    if "passed" in part.was:
        addresses.give_back(leaver=change.person, to=to, address=address, by=by, now=now)
    if part.was.get("new"):
        addresses.forget(person=to, address=address, by=by)


def _teach_again(person: Person, school: School, by: User, now: datetime) -> None:
    """Whoever has a place without end again sees the school again, whichever replacement ended that."""
    roles = Role.objects.by_hand().filter(person=person, school=school, kind=TEACHER)
    last = roles.exclude(ends_on=None).order_by("ends_on", "pk").last()
    if last is not None and not roles.filter(ends_on=None, starts_on__lte=clock.day_of(now)).exists():
        handing.give_back(role=last, ends_on=None, by=by)


def _take_away(change: Replacement, role: Role, by: User, now: datetime) -> None:
    """Take back a role that came with a replacement; where something else gives it too, it stays for as long as that.

    That of a teacher follows their places.
    """
    today = clock.day_of(now)
    if role.kind == HEADTEACHER and role.school is not None:
        confirming.ask_no_more(school=role.school, person=role.person, now=now)
    needed = _needed_from(change, role)
    if not needed:
        handing.take_away(role=role, by=by, today=today)
        return
    if min(needed) > role.starts_on:
        Role.objects.filter(pk=role.pk).update(starts_on=min(needed))
    if role.kind == TEACHER and role.school is not None:
        end_teaching(person=role.person, school=role.school, by=by, today=today)


def _needed_from(change: Replacement, role: Role) -> list[date]:
    if role.kind == TEACHER and role.school is not None:
        turns = [turn for turn in turns_at(role.person, role.school) if turn.meets(role.starts_on)]
        return [turn.since or role.starts_on for turn in turns]
    others = ReplacementPart.objects.filter(given=role, replacement__in=Replacement.objects.standing())
    return list(others.exclude(replacement=change).values_list("replacement__from_on", flat=True))


def _give_group_back(part: ReplacementPart, by: User, now: datetime) -> None:
    made, group = part.change, part.group
    if made is None or group is None:
        return
    try:
        if made.status == LeaderChange.Status.PLANNED:
            leading.take_back(group=group, by=by, now=now)
        elif made.ended_at is not None and clock.day_of(made.ended_at) == clock.day_of(now):
            leading.undo(change=made, by=by, now=now)
        else:
            group.refresh_from_db()
            leading.change_leader(
                group=group,
                leader=made.was,
                from_on=made.from_on,
                reason="The replacement was taken back.",
                by=by,
                now=now,
            )
    except leading.CannotChangeLeader as problem:
        raise CannotTakeBack(str(problem)) from problem
    # What nobody has read of leaves no trace but the history's.
    if not notices.reached(("leader_changed", made), ("leader_replaced", made)):
        unread = LeaderChange.objects.filter(status=LeaderChange.Status.TAKEN_BACK, read_with_dates=[])
        unread.filter(pk=made.pk).delete()


def _forget_participants(change: Replacement) -> None:
    """The successor never took part in what was taken back."""
    if change.successor is None:
        return
    enrolments = change.parts.filter(kind=Kind.PLACE).values("enrolled__enrolment")
    rows = Participant.objects.filter(place__enrolment__in=enrolments, person=change.successor)
    rows.filter(since__gte=change.from_on).delete()
