"""Work Groups, the places of schools in them and the teachers who take part."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.workflow import StatusModel
from programmes.catalogue.words import group_words
from programmes.models import Enrolment, EnrolmentQuerySet, HeldPlace, Leader, Offer
from programmes.models.same_programme import grouped_with, of_programme
from schools.models import Hub, Person, School, User
from schools.scope import Scope, among, reach


def led_by(scope: Scope, person: str, hub: str, group: str = "") -> models.Q:
    """What one leads in a hub that one leads groups for today: with the role ends what came with it.

    :param group: the path to the group, where whoever leads it beside its leader counts too.
    """
    hubs = among(hub, scope.leader_hub_ids)
    if not scope.leader_hub_ids:
        return hubs
    leads = models.Q(**{person: scope.person_id})
    if group:
        beside = CoLeader.objects.on(clock.today()).filter(leader__person=scope.person_id)
        leads |= models.Q(**{f"{group}__in": beside.values("group")})
    return hubs & leads


def group_seen_by(scope: Scope) -> models.Q:
    """Groups of one's hubs, that one leads, or that a school of one's own, or of one's hubs, has a place in.

    A school may go to another hub while its group stays: its hub of today reads the group as the school does.
    """
    seen = among("hub", scope.hub_ids) | led_by(scope, "leader__person", "hub", "pk")
    if scope.hub_ids:
        seen |= models.Q(pk__in=placed_at(scope.hub_ids))
    if not scope.school_ids and not scope.trust_ids:
        return seen
    school = "places__enrolment__school"
    placed = among(school, scope.school_ids) | among(f"{school}__trust", scope.trust_ids)
    return seen | (placed & models.Q(places__left_on=None))


def placed_at(hubs: Iterable[int]) -> models.QuerySet[Any, Any]:
    """The groups, whichever hub runs them, in which a school of some hubs has a place."""
    return Place._base_manager.filter(enrolment__school__hub__in=hubs, left_on=None).values("group")


class GroupQuerySet(models.QuerySet["Group"]):
    """Reading groups."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs theirs; leaders those they lead; schools, and their hubs, those they have a place in."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(pk__in=Group._base_manager.filter(group_seen_by(scope)).values("pk"))

    def for_hub(self, hub: Hub | None) -> Self:
        """The groups of one hub, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def elsewhere(self, hub: Hub) -> Self:
        """Those that other hubs run, and in which a school of this hub has a place."""
        return self.filter(pk__in=placed_at([hub.pk])).exclude(hub=hub)

    def for_year(self, year: int) -> Self:
        """Groups of one academic year."""
        return self.filter(offer__year=year)

    def of_programme(self, offer: Offer, hub: Hub) -> Self:
        """A hub's groups of an offer, and of its own version of it or what that stands for."""
        return self.filter(of_programme(offer), hub=hub)

    def that_may_take(self, enrolment: Enrolment) -> Self:
        """Groups of an enrolment's programme and hub that are not full."""
        return self.filter(grouped_with(enrolment.offer), hub=enrolment.hub_id).with_room()

    def run_by(self, user: Any) -> Self:
        """The groups a person plans for: those they lead, or of the hubs they work for."""
        scope = reach(user)
        if scope is None:
            return self.none()
        return self.filter(led_by(scope, "leader__person", "hub", "pk") | among("hub", scope.staff_hub_ids))

    def led_by(self, person_id: int | None) -> Self:
        """The groups one person leads, alone or beside their leader."""
        beside = CoLeader.objects.on(clock.today()).filter(leader__person=person_id)
        return self.filter(models.Q(leader__person=person_id) | models.Q(pk__in=beside.values("group")))

    def matching(self, text: str) -> Self:
        """By name or by what the offer calls its groups, today or before."""
        called = group_words(text)
        return self.filter(
            models.Q(name__icontains=text.strip())
            | models.Q(name__icontains=called)
            | models.Q(offer__group_label__icontains=called)
        )

    def with_room(self) -> Self:
        """Groups that a school may still join."""
        free = models.Q(places_max=None) | models.Q(places_taken__lt=models.F("places_max"))
        return self.filter(free, status__in=Group.OPEN)

    def for_list(self) -> Self:
        """What a list of groups shows."""
        return self.select_related("offer__phase", "hub", "leader__person", "host").order_by("name", "pk")


class Group(StatusModel):
    """A Work Group of one offer, led by one leader, with places for schools.

    ``places_taken`` is counted by the same guarded UPDATE that gives a place, so that two people filling
    the last one at once cannot overfill it; ``places_max`` is copied from the offer (empty: open).
    """

    class Status(models.TextChoices):
        """Where a group stands."""

        FORMING = "forming", "Forming"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (Status.FORMING, Status.RUNNING)
    MOVES = {
        Status.FORMING: frozenset({Status.RUNNING, Status.CANCELLED}),
        Status.RUNNING: frozenset({Status.COMPLETED, Status.CANCELLED}),
        Status.COMPLETED: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.FORMING)
    name = models.CharField(max_length=100)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="groups")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="groups")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="groups")
    host = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="hosted_groups")
    places_max = models.PositiveSmallIntegerField(null=True, blank=True)
    places_taken = models.PositiveSmallIntegerField(default=0)
    start_reason = models.TextField(blank=True, help_text="Why it started below its minimum.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # When it came from records that were kept before: whoever they brought had its dates already.
    taken_over_at = models.DateTimeField(null=True, blank=True)
    # What everybody is told in one e-mail: the dates that were cancelled at this moment fell away with the group.
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("hub", "offer", "name"),
                name="group_name_once",
                violation_error_message="Your hub already has a group of this name in this programme and year.",
            ),
            models.CheckConstraint(
                condition=models.Q(places_max=None) | models.Q(places_taken__lte=models.F("places_max")),
                name="group_not_overfull",
                violation_error_message="The group is full.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The group's page."""
        return reverse("workgroups:group-detail", args=[self.pk])

    def is_run_by(self, scope: Scope) -> bool:
        """Whether a person leads it today or works for its hub; reads ``leader``."""
        if scope.staffs(self.hub_id):
            return True
        if self.hub_id not in scope.leader_hub_ids:
            return False
        beside = CoLeader.objects.on(clock.today()).filter(group=self.pk, leader__person=scope.person_id)
        return self.leader.person_id == scope.person_id or beside.exists()

    @property
    def is_open(self) -> bool:
        """Whether it goes on: what is over is put on record, and planned no more."""
        return self.status in self.OPEN

    def why_over(self, what: str) -> str:
        """Why a step is not taken on a group that is over, ending in what stays as it is; empty while it goes on."""
        return "" if self.is_open else f"This group is {self.get_status_display().lower()}: {what}"

    @property
    def is_full(self) -> bool:
        """Whether every place is taken."""
        return self.places_max is not None and self.places_taken >= self.places_max


class CoLeaderQuerySet(models.QuerySet["CoLeader"]):
    """Reading who leads beside."""

    def visible_to(self, user: Any) -> Self:
        """Of the groups one sees."""
        return self.filter(group__in=Group.objects.visible_to(user).values("pk"))

    def standing(self) -> Self:
        """Not those who were taken off before their first day."""
        lasts = models.Q(until=None) | models.Q(until__gte=models.F("since"))
        return self.filter(lasts).select_related("leader__person")

    def to_come_for(self, person_id: int | None, today: date) -> Self:
        """The open groups that one person is to lead beside their leader from a later day, soonest first."""
        coming = self.standing().filter(leader__person=person_id, since__gt=today, group__status__in=Group.OPEN)
        return coming.select_related("group__offer__phase", "group__leader__person").order_by("since", "pk")

    def on(self, day: date) -> Self:
        """Those of a day."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=day), since__lte=day)

    def not_over(self, day: date) -> Self:
        """Those of a day, and those who begin later."""
        return self.standing().filter(models.Q(until=None) | models.Q(until__gte=day))


class CoLeader(models.Model):
    """Somebody who leads a group beside its one leader, from when to when (both days included).

    Whoever is taken off before their first day keeps the row, with a last day before it, for as long as it may be given
    back, or where others have been told of them.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="co_leaders")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="co_leads")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    # When it was said, and the group's leader is told; empty where they came with records, or led it so before.
    made_at = models.DateTimeField(null=True, blank=True)
    # When the last day became another than was said, and who had been told until then, as the outbox names people.
    changed_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=list, blank=True)

    objects = CoLeaderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("group", "leader"),
                condition=models.Q(until=None),
                name="co_leader_once",
                violation_error_message="This person leads the group beside its leader already.",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(until__gte=models.F("since"))
                | models.Q(changed_at__isnull=False),
                name="co_leader_dates",
            ),
        ]

    def __str__(self) -> str:
        return str(self.leader)

    @property
    def has_days(self) -> bool:
        """Whether they lead it on any day: not where they were taken off before the first."""
        return self.until is None or self.until >= self.since

    @property
    def owner_id(self) -> int:
        """For the journal: the group's hub."""
        return self.group.hub_id


class PlaceQuerySet(models.QuerySet["Place"]):
    """Reading places."""

    def visible_to(self, user: Any) -> Self:
        """The places of the groups one sees."""
        return self.filter(group__in=Group.objects.visible_to(user).values("pk"))

    def taken(self) -> Self:
        """Places that are held now."""
        return self.filter(left_on=None)


def without_group(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Schools that take part and have no place in a group, nor one-school support: not yet, or no longer.

    What is open at one that has closed is settled elsewhere: it takes no place.
    """
    held = Place.objects.taken().filter(enrolment=models.OuterRef("pk"))
    still = enrolments.exclude(school__gias_status=School.GiasStatus.CLOSED)
    return still.in_progress().filter(~models.Exists(held))


def waiting_for(group: Group, enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Those of a group's programme and hub that wait for a group."""
    return without_group(enrolments).filter(grouped_with(group.offer), hub=group.hub_id)


class Place(models.Model):
    """A school's place in a group; a school that left keeps its row with the date."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="places")
    placed_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True, help_text="When it was placed here; empty: by records.")
    # When a file of records did it, which tells nobody.
    brought_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When somebody at the school last looked at all dates and said that it has them.
    dates_accepted_at = models.DateTimeField(null=True, blank=True)
    dates_accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("enrolment",),
                condition=models.Q(left_on=None),
                name="place_one_group",
                violation_error_message="This school already has a place in a group.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.who} in {self.group}"

    @property
    def role_source(self) -> str:
        """What the leader's role at the school comes from."""
        return f"workgroups.place:{self.pk}"


def place_of(enrolment: Enrolment, user: Any) -> HeldPlace | None:
    """The group in which an enrolment has its place, as far as somebody sees it; None where it has none.

    One that is paused or withdrawn has none, though the sweep frees its seat a little later.
    """
    if enrolment.status in (Enrolment.Status.PAUSED, Enrolment.Status.WITHDRAWN):
        return None
    places = Place.objects.visible_to(user).taken().filter(enrolment=enrolment.pk)
    place = places.select_related("group__offer", "group__leader__person").first()
    return _held(place, place.group.leader.person) if place else None


def with_last_place(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """With what ``last_place_of`` reads, once for all of them."""
    newest = Place.objects.select_related("group__offer").order_by("-pk")
    return enrolments.prefetch_related(models.Prefetch("places", queryset=newest, to_attr="newest_places"))


def last_place_of(enrolment: Enrolment) -> HeldPlace | None:
    """The group in which an enrolment has, or had last, its place; None where it never had one."""
    read: list[Place] | None = getattr(enrolment, "newest_places", None)
    if read is None:
        read = list(Place.objects.filter(enrolment=enrolment.pk).select_related("group__offer").order_by("-pk")[:1])
    return _held(read[0]) if read else None


def _held(place: Place, by: Person | None = None) -> HeldPlace:
    return HeldPlace(str(place.group), place.group.get_absolute_url(), place.group.offer.meetings, place.left_on, by)
