"""E-mail addresses from which e-mails came back; they are shown where an address is used."""

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.access import scope_of

# So many e-mails in a row came back for a while (a full mailbox): the address does not work.
MOST_SOFT = 3


class BadAddressQuerySet(models.QuerySet["BadAddress"]):
    """Reading addresses that do not work."""

    def visible_to(self, user: Any) -> Self:
        """Those that a person's hubs wrote to; national sees all."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(owner__in=scope.hub_ids)

    def for_hub(self, hub: Any) -> Self:
        """Those that one hub wrote to, or all where none is chosen."""
        return self if hub is None else self.filter(owner=hub)

    def standing(self) -> Self:
        """Addresses that nothing is sent to: refused for good, or for a while too often, and nobody cleared them."""
        refused = models.Q(is_hard=True) | models.Q(times__gte=MOST_SOFT)
        return self.filter(refused, cleared_at=None)

    def among(self, emails: Iterable[str]) -> dict[str, "BadAddress"]:
        """Which of these addresses do not work, by address in small letters."""
        wanted = {email.lower() for email in emails if email}
        return {row.email: row for row in self.standing().filter(email__in=wanted).order_by("last_at", "pk")}

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("owner").order_by("-last_at", "-pk")


class BadAddress(models.Model):
    """An address from which e-mails of one owner came back; in small letters."""

    email = models.EmailField()
    owner = models.ForeignKey(
        settings.PORTAL_OWNER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    is_hard = models.BooleanField(default=False, help_text="Refused for good, not only for a while.")
    # As the owner's last e-mail to it had it: not everybody who is written to is a person in the portal.
    name = models.CharField(max_length=150, blank=True)
    about = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=60, blank=True, help_text="What that e-mail was about, as records are named.")
    times = models.PositiveIntegerField(default=0, help_text="How often since it was last cleared.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    problem = models.TextField(blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects = BadAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            # Its index is also read by delivery: what is known of some addresses.
            models.UniqueConstraint(fields=("email", "owner"), name="bad_address_once"),
            models.UniqueConstraint(fields=("email",), condition=models.Q(owner=None), name="bad_address_once_alone"),
        ]
        verbose_name_plural = "bad addresses"

    def __str__(self) -> str:
        return self.email

    @property
    def words(self) -> str:
        """What the mail server said, for somebody who wonders why nothing arrives."""
        how = "does not work" if self.is_hard or self.times >= MOST_SOFT else "could not be reached for a while"
        return f"{self.email} {how}: {self.problem}" if self.problem else f"{self.email} {how}."
