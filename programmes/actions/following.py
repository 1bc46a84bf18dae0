"""Interest and enrolments follow their school, to another hub and to what it became; interest what its hub offers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce

from hubportal.core import journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions.interest import follow_application, wait_for_interest
from programmes.models import Enrolment, Interest, InterestQuerySet, Offer
from programmes.models.same_programme import of_programme, programme_at
from programmes.notices import moved
from schools.actions import people
from schools.models import Hub, HubMove, School, User

MOVABLE = (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE, Enrolment.Status.PAUSED)
# What nobody has decided about yet: told of, applied for, waiting, or the second copy of such.
ALIVE = (Interest.Status.INTERESTED, *Interest.UNDECIDED)
WENT_ON = "Goes on at the school that this one became"
FIRST_SEEN = "Somebody else has just changed this. Nothing was done twice."
IS_IN = "{} is in {} already. Choose which of the two goes on."
HAS_APPLIED = "{} has applied for the same itself. Close one of the two."
Rows = TypeVar("Rows", bound=models.QuerySet[Any])


class CannotFollow(Exception):
    """What cannot go on at another school, said in words for people."""


def with_taken(rows: Rows, schools: Collection[School]) -> Rows:
    """Annotate enrolments or interest of a closed school with whether each of these has the same itself."""
    return rows.annotate(**{_taken_at(one): models.Exists(_same_at(rows.model, one)) for one in schools})


def _taken_at(school: School) -> str:
    return f"taken_at_{school.pk}"


def _same_at(model: type[models.Model], school: School) -> models.QuerySet[Any]:
    """What a school itself has in the programme of the row around."""
    if model is not Enrolment:
        same = {"phase": models.OuterRef("phase"), "year": models.OuterRef("year")}
        return Interest.objects.open().filter(school=school, for_person=False, **same)
    held = Enrolment.objects.filter(school=school, person=None).exclude(status=Enrolment.Status.WITHDRAWN)
    return held.alias(programme=programme_at("offer")).filter(programme=programme_at("offer", outer=True))


def why_not_at(one: Enrolment | Interest, school: School) -> str:
    """Why what is open at a closed school, read ``with_taken``, cannot go on at another, or an empty string."""
    if not getattr(one, _taken_at(school)):
        return ""
    if isinstance(one, Enrolment):
        return "" if one.person_id else IS_IN.format(school, one.offer)
    return HAS_APPLIED.format(school) if one.is_undecided and not one.for_person else ""


def follow_hubs(*, now: datetime) -> int:
    """Give undecided interest to the hub that its school belongs to now and return how much; safe to run again."""
    moved = 0
    for interest in astray().select_related("school__hub", "hub", "offer").order_by("pk"):
        with apart(interest):
            moved += follow_to(interest, interest.school.hub, now)
    return moved


def astray() -> InterestQuerySet:
    """What nobody has decided about and another hub than its school's has.

    It stays where whoever moved the school said so, while that hub works, and where it is for a programme of the old
    hub's own.
    """
    kept = HubMove.objects.filter(
        school=models.OuterRef("school"),
        was=models.OuterRef("hub"),
        status=HubMove.Status.DONE,
        takes_interest=False,
        ended_at__gte=models.OuterRef("submitted_at"),
    )
    elsewhere = models.Q(hub=None) | ~models.Q(hub=models.F("school__hub"))
    return (
        alive(Interest.objects.filter(elsewhere, school__hub__isnull=False))
        .filter(models.Q(offer__hub=None) | models.Q(offer__stands_for__isnull=False))
        .filter(~models.Exists(kept) | models.Q(hub__closed_on__isnull=False))
    )


def alive(rows: InterestQuerySet) -> InterestQuerySet:
    """Those about which nobody has decided yet, and what follows such."""
    following = models.Q(status__in=Interest.FOLLOWING, duplicate_of__status__in=ALIVE)
    return rows.filter(models.Q(status__in=ALIVE) | following)


def follow_to(interest: Interest, hub: Hub | None, now: datetime) -> int:
    """Give interest to a hub, in the caller's transaction. One guarded UPDATE: whoever decides now is first."""
    before = interest.hub
    offer = _offer_in(interest.offer, hub) if interest.offer else None
    rows = Interest.objects.filter(pk=interest.pk, status=interest.status, hub=before)
    came_from, came_at = _came(interest, hub, now)
    if rows.update(hub=hub, offer=offer, came_from=came_from, came_at=came_at) != 1:
        return 0
    interest.hub, interest.offer, interest.came_from, interest.came_at = hub, offer, came_from, came_at
    _keep_where("Went with its school to another hub", interest, before, hub)
    notices.reconcile(interest, now=now)
    wake.wake()
    return 1


def take_accepted(*, enrolment: Enrolment, now: datetime) -> None:
    """Give what was accepted, with its copies, to the hub that runs what came of it, in the caller's transaction.

    Nothing is decided anew: nobody is told that another hub decides.
    """
    of_it = models.Q(enrolment=enrolment) | models.Q(duplicate_of__enrolment=enrolment)
    rows = Interest.objects.filter(of_it).exclude(hub=enrolment.hub)
    taken = list(locks.all_held(rows.select_related("hub").order_by("pk")))
    for interest in taken:
        before, interest.hub = interest.hub, enrolment.hub
        Interest.objects.filter(pk=interest.pk).update(hub=enrolment.hub)
        _keep_where("Goes on with another hub", interest, before, enrolment.hub)
    notices.reconcile(*taken, now=now)


def _keep_where(what: str, interest: Interest, before: Hub | None, hub: Hub | None) -> None:
    """Both hubs read in their histories that it went, and from where to where."""
    changed = {"hub": [str(before or ""), str(hub or "")]}
    for owner in {before.pk if before else None, hub.pk if hub else None} - {None}:
        journal.record(what, on=interest, by=None, changed=changed, owner_id=owner)


def _came(interest: Interest, hub: Hub | None, now: datetime) -> tuple[Hub | None, datetime | None]:
    """The hub that whoever applied knows of, and since when another decides; neither where that is the same again."""
    if interest.hub is None:
        # Who applied was told of the hub that it was sent to; of none there is no other to tell of.
        return interest.came_from, interest.came_at
    known = interest.came_from if _is_untold(interest) else interest.hub
    return (None, None) if known == hub else (known, now)


def _is_untold(interest: Interest) -> bool:
    """Whether nobody has heard yet that it came to the hub that has it; no e-mail about that leaves meanwhile."""
    if interest.came_at is None:
        return False
    mails = [(moved.WENT_TO_HUB.key, one) for one in (interest, interest.sent_with) if one is not None]
    notices.hold(*mails)
    return not notices.reached(*mails, offset=moved.news_of(interest.came_at))


def _offer_in(offer: Offer, hub: Hub | None) -> Offer:
    """The same programme as another hub offers it: its own version, or the national one."""
    national = offer.stands_for or offer
    version = Offer.objects.filter(stands_for=national, hub=hub, is_published=True).first()
    return version or national


def follow_versions(*, now: datetime) -> int:
    """Let what nobody has decided about name what its hub offers, and return how much does; safe to run again.

    Whoever publishes a version does the same (``follow_version``): this finds what was sent at that moment.
    """
    moved = 0
    rows = list(_astray())
    offers = _going_to(rows)
    for interest in rows:
        with apart(interest):
            moved += _go_over(interest, offers, by=None, now=now)
    return moved


def follow_version(*, version: Offer, by: User | None, now: datetime) -> int:
    """The same in the hub and the programme of a version, in the transaction that published it or took it back.

    What is due to whom is read once for all of them: for one it takes as long as for many.
    """
    rows = list(_astray(version))
    offers = _going_to(rows)
    with wake.held(), notices.together(now):
        return sum(_go_over(one, offers, by=by, now=now) for one in rows)


def _going_to(rows: Sequence[Any]) -> dict[int, Offer]:
    """The offers that they are for, by key."""
    return Offer.objects.select_related("hub").in_bulk({one.goes_to for one in rows})


def _astray(version: Offer | None = None) -> InterestQuerySet:
    """What names a national offer of which its hub has published a version, or a version that is a draft again.

    With ``goes_to``, the offer that it is for. Where versions and national offers enrol the one schools, the other
    persons, what was applied for stays as it is.
    """
    base = Coalesce(models.OuterRef("offer__stands_for"), models.OuterRef("offer"))
    own = Offer.objects.filter(
        stands_for=base, hub=models.OuterRef("hub"), enrols=models.OuterRef("offer__enrols"), is_published=True
    )
    # What a school has only told of names no offer yet; a hub's own offer stands for no other.
    rows = Interest.objects.filter(models.Q(offer__hub=None) | models.Q(offer__stands_for__isnull=False))
    rows = rows.filter(offer__isnull=False)
    if version is not None:
        rows = rows.filter(of_programme(version), hub=version.hub_id)
    goes_to = Coalesce(models.Subquery(own.values("pk")[:1]), "offer__stands_for", "offer")
    astray: InterestQuerySet = alive(rows).annotate(goes_to=goes_to).exclude(goes_to=models.F("offer"))
    return astray.select_related("school", "offer__hub", "hub").order_by("pk")


def _go_over(interest: Any, offers: Mapping[int, Offer], *, by: User | None, now: datetime) -> int:
    """One guarded UPDATE: whoever decides at this moment is first. What was agreed stays as it was agreed."""
    before, after = interest.offer, offers[interest.goes_to]
    rows = Interest.objects.filter(pk=interest.pk, status=interest.status, hub=interest.hub_id, offer=before)
    if rows.update(offer=after) != 1:
        return 0
    interest.offer = after
    what = "Is for the hub's own version now" if after.stands_for_id else "Is for the national offer again"
    journal.record(what, on=interest, by=by, changed={"offer": [_in_words(before), _in_words(after)]})
    notices.reconcile(interest, now=now)
    wake.wake()
    return 1


def _in_words(offer: Offer) -> str:
    return f"{offer} ({f'version of {offer.hub}' if offer.stands_for_id else 'national'})"


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
    taken = CannotFollow(IS_IN.format(school, enrolment.offer))
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
    journal.record(WENT_ON, on=enrolment, by=by, changed=changed)
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
    taken = CannotFollow(HAS_APPLIED.format(school))
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
    journal.record(WENT_ON, on=interest, by=by, changed=changed)
    first = interest if interest.is_undecided else _applied(interest, school).select_for_update().first()
    light = follow_application(application=first, by=by) if first else []
    notices.reconcile(interest, *light, now=now)
    wake.wake()
