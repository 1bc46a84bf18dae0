"""That somebody asked for links to all that was sent with an e-mail address, until it is answered."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Lower

from programmes.models.interest import Interest

KEPT = timedelta(days=1)


class LinkRequestQuerySet(models.QuerySet["LinkRequest"]):
    """Reading who asked; for the sweep alone."""

    def waiting(self) -> Self:
        """Those that the sweep has not looked at, in the order in which they came."""
        return self.filter(is_answered=False).order_by("pk")

    def answered_before(self, other: "LinkRequest") -> Self:
        """Those of the same address that brought an e-mail in the day before another came."""
        return self.filter(email=other.email, is_answered=True, asked_at__gt=other.asked_at - KEPT)

    def with_what_stands(self) -> Self:
        """With ``stands``, whether there is anything to link to, and ``is_last``, whether no later one was answered."""
        sent = Interest.objects.filter(status__in=Interest.STANDING).alias(address=Lower("contact_email"))
        answered = LinkRequest.objects.filter(is_answered=True, email=models.OuterRef("email"))
        later = answered.filter(pk__gt=models.OuterRef("pk"))
        stands = models.Exists(sent.filter(address=models.OuterRef("email")))
        return self.annotate(stands=stands, is_last=~models.Exists(later))

    def out_of_time(self, now: datetime) -> Self:
        """Those to be deleted."""
        return self.filter(asked_at__lte=now - KEPT)


class LinkRequest(models.Model):
    """One asking, written for every address alike: whether anything stands there only the sweep looks.

    Where nothing does the sweep deletes it; what it answers by an e-mail is kept for a day, so that it is counted.
    """

    # In small letters.
    email = models.EmailField()
    asked_at = models.DateTimeField()
    is_answered = models.BooleanField(default=False)

    objects = LinkRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return "Links to what was sent"
