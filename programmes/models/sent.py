"""What somebody without an account may look up of what they sent."""

from typing import Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Coalesce

from programmes import rules
from programmes.models.hub_offers import naming_day
from programmes.models.triage import TriageQuerySet


class SentQuerySet(TriageQuerySet):
    """Reading what was sent with an address."""

    def sent_as(self, reference: str, email: str) -> Self:
        """Where both the reference and the contact's address fit."""
        found = self.filter(reference=rules.tidy_reference(reference), contact_email__iexact=email.strip())
        return found.select_related("school", "offer", "phase", "hub", "duplicate_of").with_naming()

    def sent_from(self, email: str) -> Self:
        """All with this address that stands, the newest first."""
        return self.filter(contact_email__iexact=email.strip(), status__in=self.model.STANDING).order_by("-pk")

    def for_link(self) -> Self:
        """What a page opened by a signed link shows."""
        linked = ("school", "offer", "phase", "option", "hub", "commitments", "privacy")
        return self.select_related(*linked).with_naming()

    def with_naming(self) -> Self:
        """Annotate ``named_by``, until when teachers are to be named, and ``held``, the places of those still to be."""
        # By name: the module of teachers imports that of interest.
        teachers = apps.get_model("programmes.InterestTeacher")._base_manager
        held = teachers.filter(interest=models.OuterRef("pk"), name="").order_by()
        count = held.values("interest").annotate(n=models.Count("pk")).values("n")
        named_by = naming_day("offer__", models.OuterRef("hub"))
        return self.annotate(named_by=named_by, held=Coalesce(models.Subquery(count), 0))
