"""Hubs: who runs the programme in a region, and where answers to their e-mails go."""

from functools import cached_property
from typing import Any, Self

from django.db import models
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.scope import reach


class HubQuerySet(models.QuerySet["Hub"]):
    """Reading hubs."""

    def visible_to(self, user: Any) -> Self:
        """National sees all; others the hubs they work for or lead groups in."""
        scope = reach(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(pk__in=scope.hub_ids | scope.leader_hub_ids)

    def open(self) -> Self:
        """Hubs that work: a closed one stands in history only."""
        return self.filter(closed_on=None)

    def for_list(self) -> Self:
        """Hubs by region and name."""
        return self.order_by("region", "name", "pk")


class Hub(models.Model):
    """One of the 40 regional partnerships."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    region = models.CharField(max_length=40)
    email = models.EmailField(blank=True, help_text="Where answers to the portal's e-mails go.")
    lead_school = models.ForeignKey("School", null=True, blank=True, on_delete=models.PROTECT, related_name="led_hubs")
    closed_on = models.DateField(null=True, blank=True, help_text="The first day on which it no longer worked.")
    goes_on_in = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="went_before")

    objects = HubQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The hub's page."""
        return reverse("schools:hub-detail", args=[self.pk])

    @property
    def owner_id(self) -> int:
        """For the journal: a hub owns itself."""
        return self.pk

    @property
    def why_closed(self) -> str:
        """Since when it is closed and where it goes on, in words; nothing where it works."""
        if self.closed_on is None:
            return ""
        into = f": it goes on in {self.goes_on_in}" if self.goes_on_in else ""
        return f"{self} is closed from {self.closed_on.day} {self.closed_on:%B %Y}{into}."

    def answered_at(self, by: Any = None) -> str:
        """Where an answer to one of its e-mails goes: to its address, else to who wrote it (``by``), else to its lead.

        Empty: to nobody there, so that the national contact has it; then no e-mail says that the hub reads it.
        """
        return self.email or (by.email if by else self._lead_email)

    # Not loaded with the hub: what plans e-mails loads hubs far more often than one without an address is written for.
    @cached_property
    def _lead_email(self) -> str:
        leads = self.roles.current(clock.today()).filter(kind=roles.HUB_LEAD).exclude(person__email="")
        return leads.order_by("pk").values_list("person__email", flat=True).first() or ""
