"""What e-mails about an interest are made of: one load for all their kinds, so that a change is looked at once."""

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import TruncDate

from hubportal.core.clock import LONDON
from programmes.models import Interest, Offer


def interests() -> QuerySet[Interest]:
    """All that ``desired`` and ``context`` of every kind about an interest read."""
    together = models.Prefetch("sent_together", queryset=Interest.objects.for_link().order_by("pk"))
    rows = (
        Interest.objects.for_link().with_asking().select_related("enrolment", "duplicate_of", "came_from", "sent_with")
    )
    return with_window(rows).prefetch_related("teachers", "receipts__entered_by__person", together)


def with_window(interests: QuerySet[Interest]) -> QuerySet[Interest]:
    """With when applications open for what the school is interested in: of several offers of its phase and year the
    first that had not closed when it said so; the hub's own version stands there instead of the national one.
    """
    published = Offer.objects.public()
    of_hub = models.Q(hub=None) | models.Q(hub=models.OuterRef("hub"))
    offers = published.filter(of_hub, phase=models.OuterRef("phase"), year=models.OuterRef("year"))
    version = published.filter(stands_for=models.OuterRef("pk"), hub=models.OuterRef(models.OuterRef("hub")))
    told_before_its_end = offers.exclude(models.Exists(version)).filter(closes_on__gte=models.OuterRef("told_on"))
    first = told_before_its_end.order_by("opens_on", "pk")
    rows: QuerySet[Interest] = interests.annotate(
        told_on=TruncDate("submitted_at", tzinfo=LONDON),
        opens_on=models.Subquery(first.values("opens_on")[:1]),
        closes_on=models.Subquery(first.values("closes_on")[:1]),
    )
    return rows
