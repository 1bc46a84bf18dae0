"""What somebody without an account may look up of what they sent."""

from typing import Any, Self

from programmes import rules
from programmes.models.triage import TriageQuerySet


class SentQuerySet(TriageQuerySet):
    """Reading what was sent with an address."""

    def sent_as(self, reference: str, email: str) -> Self:
        """Where both the reference and the contact's address fit."""
        found: Any = self.filter(reference=rules.tidy_reference(reference), contact_email__iexact=email.strip())
        linked: Self = found.select_related("school", "offer", "phase", "hub", "duplicate_of").with_naming()
        return linked

    def sent_from(self, email: str) -> Self:
        """All with this address that stands, the newest first."""
        status = self.model.Status
        stands = (status.INTERESTED, *self.model.OPEN, status.SECOND)
        return self.filter(contact_email__iexact=email.strip(), status__in=stands).order_by("-pk")
