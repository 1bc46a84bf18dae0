"""Interest and enrolments follow their school: to another hub, to the school that it became."""

from datetime import datetime

from django.db import IntegrityError, models, transaction

from hubportal.core import journal, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions.interest import follow_application, wait_for_interest
from programmes.models import Enrolment, Interest, InterestQuerySet, Offer
from schools.actions import people
from schools.models import Hub, HubMove, School, User

MOVABLE = (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE, Enrolment.Status.PAUSED)
# What nobody has decided about yet: told of, applied for, waiting, or the second copy of such.
ALIVE = (Interest.Status.INTERESTED, *Interest.UNDECIDED)
FIRST_SEEN = "Somebody else has just changed this. Nothing was done twice."


class CannotFollow(Exception):
    """What cannot go on at another school, said in words for people."""


def follow_hubs(*, now: datetime) -> int:
    """Give undecided interest to the hub that its school belongs to now and return how much; safe to run again.

    It stays where whoever moved the school said so, and where it is for a programme of the old hub's own.
    """
    kept = HubMove.objects.filter(
        school=models.OuterRef("school"),
        was=models.OuterRef("hub"),
        status=HubMove.Status.DONE,
        takes_interest=False,
        ended_at__gte=models.OuterRef("submitted_at"),
    )
    elsewhere = models.Q(hub=None) | ~models.Q(hub=models.F("school__hub"))
    astray = (
        alive(Interest.objects.filter(elsewhere, school__hub__isnull=False))
        .filter(models.Q(offer__hub=None) | models.Q(offer__stands_for__isnull=False))
        .filter(~models.Exists(kept))
        .select_related("school__hub", "hub", "offer")
        .order_by("pk")
    )
    moved = 0
    for interest in astray:
        with apart(interest):
            moved += follow_to(interest, interest.school.hub, now)
    return moved


def alive(rows: InterestQuerySet) -> InterestQuerySet:
    """Those about which nobody has decided yet, and what follows such."""
    following = models.Q(status__in=Interest.FOLLOWING, duplicate_of__status__in=ALIVE)
    return rows.filter(models.Q(status__in=ALIVE) | following)


def follow_to(interest: Interest, hub: Hub | None, now: datetime) -> int:
    """Give interest to a hub. One guarded UPDATE: whoever decides at this moment is first."""
    before = interest.hub
    offer = _offer_in(interest.offer, hub.pk if hub else None) if interest.offer else None
    rows = Interest.objects.filter(pk=interest.pk, status=interest.status, hub=before)
    # Who applied was told of the hub that it was sent to; of none there is no other to tell of.
    came_from, came_at = (before, now) if before else (interest.came_from, interest.came_at)
    if rows.update(hub=hub, offer=offer, came_from=came_from, came_at=came_at) != 1:
        return 0
    interest.hub, interest.offer, interest.came_from, interest.came_at = hub, offer, came_from, came_at
    changed = {"hub": [str(before or ""), str(hub or "")]}
    for owner in {before.pk if before else None, hub.pk if hub else None} - {None}:
        journal.record("Went with its school to another hub", on=interest, by=None, changed=changed, owner_id=owner)
    notices.reconcile(interest, now=now)
    wake.wake()
    return 1


def _offer_in(offer: Offer, hub_id: int | None) -> Offer:
    """The same programme as another hub offers it: its own version, or the national one."""
    national = offer.stands_for or offer
    version = Offer.objects.filter(stands_for=national, hub=hub_id, is_published=True).first()
    return version or national


@transaction.atomic
def move_enrolment(*, enrolment: Enrolment, school: School, by: User | None, now: datetime) -> None:
    """Let an enrolment that goes on belong to the school that its own became; what it accepted goes with it.

    Its group, and who sees the school, follow in ``workgroups``.

    :raises CannotFollow: where that school is in the same offer already.
    :raises CannotMove: where it has ended, or somebody else was quicker.
    """
    old = enrolment.school
    if enrolment.status not in MOVABLE:
        raise CannotMove(f"This enrolment is {enrolment.get_status_display().lower()}: it stays as it was.")
    taken = CannotFollow(f"{school} is in {enrolment.offer} already. Choose which of the two goes on.")
    if enrolment.person_id is None and Enrolment.objects.holding(school=school, offer=enrolment.offer).exists():
        raise taken
    try:
        with transaction.atomic():
            rows = Enrolment.objects.filter(pk=enrolment.pk, school=old, status=enrolment.status)
            if rows.update(school=school) != 1:
                raise CannotMove(FIRST_SEEN)
    except IntegrityError as lost:
        raise taken from lost
    enrolment.school = school
    interest = enrolment.interest
    if interest is not None:
        _take_along(interest, school, by, now)
    people.tie_school(school=school, hub=enrolment.hub)
    changed = {"school": [str(old), str(school)]}
    journal.record("Goes on at the school that this one became", on=enrolment, by=by, changed=changed)
    wake.wake()


def _take_along(interest: Interest, school: School, by: User | None, now: datetime) -> None:
    """The accepted interest, where the school has no other open one of the phase and year."""
    wait_for_interest(school.pk)
    if interest.for_person or not _applied(interest, school).exists():
        Interest.objects.filter(pk=interest.pk).update(school=school)
        interest.school = school
        notices.reconcile(*follow_application(application=interest, by=by), now=now)


def _applied(interest: Interest, school: School) -> InterestQuerySet:
    """The open application of its own that a school has for the same phase and year."""
    return Interest.objects.open().of_school(school.pk, interest.phase_id, interest.year)


@transaction.atomic
def move_interest(*, interest: Interest, school: School, by: User | None, now: datetime) -> None:
    """Let undecided interest belong to the school that its own became, second copies with it.

    What was only told of follows the application that it meets there, whichever of the two moves.

    :raises CannotFollow: where that school has expressed interest in the same phase and year itself.
    :raises CannotMove: where it has been decided or closed.
    """
    wait_for_interest(school.pk)
    old = interest.school
    if interest.status not in ALIVE:
        raise CannotMove(f"This is {interest.get_status_display().lower()}: it stays as it was.")
    taken = CannotFollow(f"{school} has applied for the same itself. Close one of the two.")
    if interest.is_undecided and not interest.for_person and _applied(interest, school).exists():
        raise taken
    try:
        with transaction.atomic():
            rows = Interest.objects.filter(pk=interest.pk, school=old, status=interest.status)
            if rows.update(school=school) != 1:
                raise CannotMove(FIRST_SEEN)
    except IntegrityError as lost:
        raise taken from lost
    interest.seconds.filter(school=old).update(school=school)
    interest.school = school
    changed = {"school": [str(old), str(school)]}
    journal.record("Goes on at the school that this one became", on=interest, by=by, changed=changed)
    first = interest if interest.is_undecided else _applied(interest, school).select_for_update().first()
    light = follow_application(application=first, by=by) if first else []
    notices.reconcile(interest, *light, now=now)
    wake.wake()
