"""Work that is open at a school which has closed: it goes on at the successor, or ends."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import models, transaction

from hubportal.core import clock, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, enrolments
from programmes.actions.following import ALIVE, MOVABLE, CannotFollow, move_enrolment, move_interest
from programmes.models import EnrolledTeacher, Enrolment, Interest, Leader
from programmes.models.same_programme import of_programme
from schools.actions import people
from schools.actions.holding import hold_people
from schools.models import Role, School, User
from workgroups.actions import co_leading
from workgroups.models import OpenWork, Place, Replacement, ReplacementPart, Visit

SCHOOL_CLOSED = "The school has closed."
BECAME_ONE = "Two schools in this programme became one, which takes part once."
LOOK_AGAIN = "Nothing was changed. Please look again which of the two takes part."


@transaction.atomic
def go_on_at(*, enrolment: Enrolment, school: School, by: User | None, now: datetime) -> None:
    """Let an enrolment go on at another school with its place, its teachers and its visits ahead.

    The register stays with the people who were there; what was visited stays a visit to the old school.

    :raises CannotFollow: where that school is in the same offer already.
    :raises CannotMove: where it has ended, or somebody else was quicker.
    """
    # Locked as everybody who places or withdraws one does, so that its place stands while it moves.
    enrolments.hold(enrolment)
    move_enrolment(enrolment=enrolment, school=school, by=by, now=now)
    today = now.astimezone(clock.LONDON).date()
    place = (
        Place.objects.taken()
        .select_related("group__leader__person", "group__hub", "enrolment__school")
        .filter(enrolment=enrolment)
        .first()
    )
    if place is None:
        return
    _move_leaders(place, by, now)
    ahead = Visit.objects.filter(status__in=(Visit.Status.TO_BOOK, Visit.Status.BOOKED), place=place)
    ahead.filter(models.Q(on=None) | models.Q(on__gte=today)).update(school=school)
    notices.reconcile(place.group, *place.group.meetings.all(), *place.visits.all(), now=now)
    wake.wake()


def _move_leaders(place: Place, by: User | None, now: datetime) -> None:
    """Whoever leads its group, or does so beside its leader, now or later, sees the new school and not the old one."""
    group, seen = place.group, Role.objects.filter(source=place.role_source).select_related("person")
    today = clock.day_of(now)
    beside = group.co_leaders.not_over(today).select_related("leader__person")
    # Before their roles, as whoever gives them one does.
    hold_people([group.leader.person, *(role.person for role in seen), *(one.leader.person for one in beside)])
    people.end_roles_from(source=place.role_source, by=by, today=today)
    Role.objects.filter(source=place.role_source, starts_on__gt=today).delete()
    if group.is_open:
        co_leading.open_schools(group, [place], by=by, now=now)


def follow_successors(*, now: datetime) -> int:
    """Let what is open at closed schools go on at their successors and return how much did; safe to run again.

    What the successor has itself stays where it is: the hub chooses which of the two goes on.
    """
    gone = {"school__gias_status": School.GiasStatus.CLOSED, "school__succeeded_by__isnull": False}
    moved = 0
    open_enrolments = Enrolment.objects.filter(status__in=MOVABLE, **gone)
    for enrolment in open_enrolments.select_related("school__succeeded_by", "offer", "hub", "interest").order_by("pk"):
        with apart(enrolment), suppress(CannotFollow, CannotMove):
            _check_free(enrolment)
            go_on_at(enrolment=enrolment, school=_successor(enrolment.school), by=None, now=now)
            moved += 1
    for leader in Leader.objects.filter(**gone).select_related("school__succeeded_by").order_by("pk"):
        with apart(leader):
            Leader.objects.filter(pk=leader.pk).update(school=leader.school and leader.school.succeeded_by)
    undecided = Interest.objects.filter(status__in=ALIVE, **gone)
    for interest in undecided.select_related("school__succeeded_by").order_by("pk"):
        with apart(interest), suppress(CannotFollow, CannotMove):
            move_interest(interest=interest, school=_successor(interest.school), by=None, now=now)
            moved += 1
    return moved


def _successor(school: School) -> School:
    if school.succeeded_by is None:
        raise CannotFollow(f"{school} has no successor.")
    return school.succeeded_by


def _check_free(enrolment: Enrolment) -> None:
    """:raises CannotFollow: where another predecessor is in the same offer too: neither goes first by chance."""
    successor = _successor(enrolment.school)
    if enrolment.person_id is not None:
        return
    twins = Enrolment.objects.filter(
        of_programme(enrolment.offer),
        person=None,
        status__in=MOVABLE,
        school__succeeded_by=successor,
        school__gias_status=School.GiasStatus.CLOSED,
    ).exclude(pk=enrolment.pk)
    if twins.exists():
        raise CannotFollow("Two of the schools that became one are in the same programme.")


@transaction.atomic
def end_all(*, school: School, work: OpenWork, reason: str, by: User | None, now: datetime) -> int:
    """Close a closed school's interest and withdraw its enrolments, with a reason; how many. Visits ahead go too.

    :raises CannotMove: where somebody else has just done a part of it.
    """
    # Held, so that what somebody lets go on elsewhere at this moment is not ended there.
    enrolled = list(work.enrolments.filter(school=school).order_by("pk").select_for_update(of=("self",)))
    interests = list(work.interests.filter(school=school).order_by("pk").select_for_update(of=("self",)))
    if not interests and not enrolled:
        raise CannotMove("Somebody else has just settled what was open here. Nothing was withdrawn.")
    for interest in interests:
        decisions.close(interest=interest, by=by, now=now, reason=reason)
    for enrolment in enrolled:
        enrolments.withdraw(enrolment=enrolment, by=by, now=now, reason=reason, news="")
    return len(interests) + len(enrolled)


@transaction.atomic
def move_all(*, school: School, successor: School, work: OpenWork, by: User | None, now: datetime) -> int:
    """Let all that is open at a closed school go on at another; how much does.

    :raises CannotFollow: where that school has the same itself: each of the two is to be chosen between.
    :raises CannotMove: where somebody else was quicker.
    """
    moved = 0
    found = work.enrolments.filter(school=school).select_related("school", "offer", "hub", "interest")
    for enrolment in found.order_by("pk"):
        go_on_at(enrolment=enrolment, school=successor, by=by, now=now)
        moved += 1
    for interest in work.interests.filter(school=school).select_related("school").order_by("pk"):
        move_interest(interest=interest, school=successor, by=by, now=now)
        moved += 1
    return moved


@transaction.atomic
def choose(
    *,
    goes_on: Enrolment,
    ends: Enrolment,
    school: School,
    reason: str,
    by: User | None,
    now: datetime,
    teachers: Sequence[EnrolledTeacher] = (),
) -> None:
    """Of two enrolments of schools that became one in the same offer, let one go on at a school and the other end.

    :param teachers: those of the one that ends who go on in free places of the other; the rest are told of its end.
    :raises CannotFollow: where they are not of the same offer.
    :raises CannotName: where there is no room for these teachers.
    :raises CannotMove: where somebody else has just done it, or has withdrawn the one that is to go on.
    """
    if goes_on.offer.base_id != ends.offer.base_id or goes_on.pk == ends.pk:
        raise CannotFollow("These two enrolments are not in the same programme.")
    # Both before either changes: whoever chooses the other way round, or withdraws one, is first or waits.
    enrolments.hold(goes_on, ends)
    if goes_on.status == Enrolment.Status.WITHDRAWN:
        raise CannotMove(f"The enrolment of {goes_on.school} has been withdrawn by now: it cannot go on. {LOOK_AGAIN}")
    enrolments.withdraw(
        enrolment=ends, by=by, now=now, reason=reason, news=Enrolment.News.MERGED, gave_way_to=goes_on.school
    )
    if goes_on.school_id != school.pk:
        # The place of the one that ends is freed by the sweep; that of the other goes along now.
        go_on_at(enrolment=goes_on, school=school, by=by, now=now)
    if teachers:
        enrolments.take_over(enrolment=goes_on, teachers=teachers, by=by, now=now)
        _replacements_follow(goes_on, teachers)
    # Which goes on where, and who with it, is known only now.
    notices.reconcile(ends, now=now)


def _replacements_follow(goes_on: Enrolment, teachers: Sequence[EnrolledTeacher]) -> None:
    """What is planned for a teacher's place is of the place to which they went: it is read, and taken back, there."""
    for teacher in teachers:
        place = EnrolledTeacher.objects.filter(enrolment=goes_on, person=teacher.person_id).first()
        parts = ReplacementPart.objects.filter(kind=ReplacementPart.Kind.PLACE, enrolled=teacher.pk)
        parts.filter(replacement__status=Replacement.Status.PLANNED).update(enrolled=place)
