"""What e-mails about an interest are made of: one load for all their kinds, so that a change is looked at once."""

from django.db import models
from django.db.models import QuerySet

from hubportal.core import clock
from programmes.models import Interest, Offer
from schools.rules import academic_year


def interests() -> QuerySet[Interest]:
    """All that ``desired`` and ``context`` of every kind about an interest read."""
    together = models.Prefetch("sent_together", queryset=Interest.objects.for_link().order_by("pk"))
    rows = Interest.objects.for_link().with_asking().with_earlier_copy()
    rows = rows.select_related("enrolment", "duplicate_of", "came_from", "sent_with")
    return rows.prefetch_related("teachers", "receipts__entered_by__person", together)


def told_of() -> QuerySet[Interest]:
    """What schools have only told of, with ``phase.offers_to_come``: what can be applied for, read once for all."""
    offers = Offer.objects.public().filter(year__gte=academic_year(clock.today())).prefetch_related("follows")
    to_come = models.Prefetch("phase__offers", queryset=offers.order_by("pk"), to_attr="offers_to_come")
    told = Interest.objects.for_link().filter(status=Interest.Status.INTERESTED).with_told_before()
    return told.prefetch_related(to_come)
