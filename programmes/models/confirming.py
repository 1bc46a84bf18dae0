"""A new headteacher is shown what the school has agreed to in programmes that run, and confirms it by a link."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.urls import reverse

from programmes.models.enrolment import Enrolment, EnrolmentQuerySet
from schools.models import Hub, Person, School, User
from schools.scope import among, reach

# A link works until then; the hub still sees that it was not used.
LASTS = timedelta(days=60)


def of_hubs(hubs: Collection[int]) -> models.Q:
    """What is the matter of one of these: it has the school, or runs some of what is to be confirmed."""
    if not hubs:
        return models.Q(pk__in=())
    run = Enrolment.objects.in_progress().filter(school=models.OuterRef("school"), person=None, hub__in=hubs)
    return models.Q(hub__in=hubs) | models.Q(models.Exists(run))


class HeadConfirmationQuerySet(models.QuerySet["HeadConfirmation"]):
    """Reading what new headteachers are asked."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs what they asked or run; a school's leads and its trust's their own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        own = among("school", scope.school_lead_ids) | among("school__trust", scope.trust_ids)
        return self.filter(of_hubs(scope.hub_ids) | own)

    def for_hub(self, hub: Hub | None) -> Self:
        """What one hub asked, or runs; all where none is chosen."""
        return self if hub is None else self.filter(of_hubs([hub.pk]))

    def open(self) -> Self:
        """Asked, and not answered."""
        return self.filter(confirmed_at=None, closed_at=None)

    def with_running(self) -> Self:
        """Annotate ``has_running``: whether the school takes part in anything that was agreed to."""
        rows = Enrolment.objects.in_progress().filter(school=models.OuterRef("school"), person=None)
        return self.annotate(has_running=models.Exists(rows))

    def with_nothing_left(self) -> Self:
        """Those of schools where nothing runs any more that could be confirmed, nor is paused."""
        over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
        rows = Enrolment.objects.filter(school=models.OuterRef("school"), person=None).exclude(status__in=over)
        return self.filter(~models.Exists(rows))

    def for_link(self) -> Self:
        """What a page opened by a signed link shows."""
        return self.select_related("school", "person", "hub")

    def for_list(self) -> Self:
        """What lists show, the longest waiting first."""
        return self.select_related("school", "person", "hub").order_by("asked_at", "pk")


class HeadConfirmation(models.Model):
    """What one new headteacher is asked to confirm for a school; closed where somebody else is asked instead.

    Two who lead a school together are asked each for themselves.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="head_confirmations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="head_confirmations")
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Whoever of the hub heard it by telephone or e-mail; empty: the headteacher, by the link.
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = HeadConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("school", "person"),
                condition=models.Q(confirmed_at=None, closed_at=None),
                name="head_confirmation_one_open_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.school}"

    def get_absolute_url(self) -> str:
        """The list on which it stands."""
        return reverse("programmes:confirmation-list")

    @property
    def is_open(self) -> bool:
        """Asked, and not answered."""
        return self.confirmed_at is None and self.closed_at is None

    def answered_by(self, running: Iterable[Enrolment]) -> list[Hub]:
        """The hubs that run what is to be confirmed, the school's own before the others; its own where none does."""
        found = {one.hub_id: one.hub for one in running}
        return sorted(found.values(), key=lambda hub: hub.pk != self.hub_id) or [hub for hub in (self.hub,) if hub]

    def running(self) -> EnrolmentQuerySet:
        """What the school takes part in, with what was agreed to."""
        rows = Enrolment.objects.in_progress().filter(school=self.school_id, person=None)
        return rows.select_related("offer__phase", "offer__commitments", "interest__commitments", "hub").order_by("pk")
