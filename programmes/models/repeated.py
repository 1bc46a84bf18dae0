"""Reading what was sent more than once: second copies, and what may be one of them."""

from typing import Self

from django.db import models
from django.db.models.functions import Coalesce

from programmes.models.asking import AskingQuerySet


class RepeatedQuerySet(AskingQuerySet):
    """Second copies beside the first one that each repeats."""

    def beside_first(self) -> Self:
        """Longest waiting first, every second copy right after the first one it repeats."""
        sent = Coalesce("duplicate_of__submitted_at", "submitted_at")
        first = Coalesce("duplicate_of_id", "pk")
        return self.annotate(first_sent=sent, first_pk=first).order_by("first_sent", "first_pk", "submitted_at", "pk")

    def with_sent_again(self) -> Self:
        """Annotate ``sent_again``: whether another application of each stands that nobody has looked at.

        An interest that was told of, and then applied for, was not sent twice.
        """
        copies = self.model._base_manager.filter(duplicate_of=models.OuterRef("pk"), status=self.model.Status.SECOND)
        return self.annotate(sent_again=models.Exists(copies.filter(offer__isnull=False)))

    def with_earlier_copy(self) -> Self:
        """Annotate ``has_earlier_copy``: whether somebody at the same address sent a copy before it, told for both."""
        earlier = self.model._base_manager.filter(
            duplicate_of=models.OuterRef("duplicate_of"),
            contact_email__iexact=models.OuterRef("contact_email"),
            status__in=self.model.FOLLOWING,
            pk__lt=models.OuterRef("pk"),
        )
        return self.annotate(has_earlier_copy=models.Exists(earlier))

    def with_told_before(self) -> Self:
        """Annotate ``is_told_before``: whether the same was told of earlier from the same address, and still stands."""
        same = {name: models.OuterRef(name) for name in ("school", "phase", "year", "status")}
        email = models.OuterRef("contact_email")
        earlier = self.model._base_manager.filter(**same, contact_email__iexact=email, pk__lt=models.OuterRef("pk"))
        return self.annotate(is_told_before=models.Exists(earlier))

    def may_be_copies(self) -> Self:
        """What may be the same as another and is not known to be: undecided, or only told of."""
        return self.filter(status__in=(self.model.Status.INTERESTED, *self.model.UNDECIDED))

    def standing_copies(self) -> Self:
        """Second copies that stand, the oldest first."""
        return self.filter(status=self.model.Status.SECOND).order_by("submitted_at", "pk")

    def sent_after_decision(self) -> Self:
        """Second copies of what was decided before they came: nobody is told of it until the hub has looked at both."""
        late = models.Q(duplicate_of__decided_at__lt=models.F("submitted_at"))
        return self.standing_copies().filter(late, duplicate_of__status__in=self.model.OPEN)

    def copies(self) -> Self:
        """Those of them that are applications: the first takes the first one's place when that is closed."""
        return self.standing_copies().filter(offer__isnull=False)
