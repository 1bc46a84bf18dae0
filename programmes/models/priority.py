"""Schools that a hub takes first, by a list of its own: the national register often lacks free school meals."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.access import scope_of
from schools.models import Hub, School, SchoolUrn


class PriorityListingQuerySet(models.QuerySet["PriorityListing"]):
    """Reading priority lists."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs their own. A school does not read that it is on one."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(hub__in=scope.hub_ids)

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's list, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_list(self) -> Self:
        """By the school's name."""
        return self.select_related("school__authority", "hub").order_by("school__name", "pk")

    def with_urn(self) -> Self:
        """Annotate ``urn``, the school's current one."""
        current = SchoolUrn.objects.filter(school=models.OuterRef("school"), is_current=True)
        return self.annotate(urn=models.Subquery(current.values("urn")[:1]))


class PriorityListing(models.Model):
    """A school on a hub's priority list, with the hub's reason."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="priority_listings")
    reason = models.CharField(max_length=200, blank=True)

    objects = PriorityListingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("hub", "school"), name="priority_listing_once")]

    def __str__(self) -> str:
        return f"{self.school}: {self.reason}" if self.reason else str(self.school)


class PriorityUploadQuerySet(models.QuerySet["PriorityUpload"]):
    """Reading the files that lists were filled from."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs their own."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(hub__in=scope.hub_ids)

    def pending(self) -> Self:
        """Looked at, and neither applied nor thrown away."""
        return self.filter(is_pending=True)


class PriorityUpload(models.Model):
    """A file for a hub's priority list: looked at first, then applied; how many schools, which lines were left out."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    is_whole = models.BooleanField(default=False)  # it took the place of the list before
    # Looked at, and neither applied nor thrown away: ``entries`` are its lines as `rules.priority_list.Entry` has them.
    is_pending = models.BooleanField(default=False)
    entries = models.JSONField(default=list, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    # Each line that was left out: its number in the file, what stood there, why.
    problems = models.JSONField(default=list, blank=True)

    objects = PriorityUploadQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        # Read by the hub's priority list: the last one.
        indexes = [models.Index(fields=("hub", "-at"), name="priority_upload_hub")]

    def __str__(self) -> str:
        return self.file_name
