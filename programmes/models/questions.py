"""What a hub asks a school about its interest, and what the school answers."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from programmes.models.interest import Interest


class InterestMessageQuerySet(models.QuerySet["InterestMessage"]):
    """Reading questions and answers."""

    def visible_to(self, user: Any) -> Self:
        """Those about the interest that one sees."""
        return self.filter(interest__in=Interest.objects.visible_to(user).values("pk"))

    def for_link(self) -> Self:
        """For whoever holds the contact's signed link: that is the permission."""
        return self

    def of(self, interest: Interest) -> Self:
        """Both sides of one interest, the oldest first."""
        return self.filter(interest=interest).select_related("by__person").order_by("at", "pk")


class InterestMessage(models.Model):
    """One question of the hub, or one answer of the school; nobody changes it afterwards."""

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="messages")
    is_from_hub = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField()

    objects = InterestMessageQuerySet.as_manager()

    class Meta:
        # Read by the page of one interest.
        indexes = [models.Index(fields=("interest", "at"), name="interest_message_thread")]

    def __str__(self) -> str:
        # Where notices are listed, as those of the interest itself.
        return str(self.interest)

    def get_absolute_url(self) -> str:
        """The hub's page of the interest."""
        return reverse("programmes:interest-detail", args=[self.interest_id])

    @property
    def hub_id(self) -> int | None:
        """For notices: the interest's hub."""
        return self.interest.hub_id
