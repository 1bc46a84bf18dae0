"""What e-mails about an interest are made of: one load for all their kinds, so that a change is looked at once."""

from django.db import models
from django.db.models import QuerySet

from programmes.models import Interest, Offer


def interests() -> QuerySet[Interest]:
    """All that ``desired`` and ``context`` of every kind about an interest read."""
    together = models.Prefetch("sent_together", queryset=Interest.objects.for_link().order_by("pk"))
    rows = (
        Interest.objects.for_link().with_asking().select_related("enrolment", "duplicate_of", "came_from", "sent_with")
    )
    return with_window(rows).prefetch_related("teachers", "receipts__entered_by__person", together)


def with_window(interests: QuerySet[Interest]) -> QuerySet[Interest]:
    """With when applications open for what the school is interested in: its hub's own dates before the national."""
    of_hub = models.Q(hub=None) | models.Q(hub=models.OuterRef("hub"))
    offers = Offer.objects.public().filter(of_hub, phase=models.OuterRef("phase"), year=models.OuterRef("year"))
    first = offers.order_by(models.F("hub").desc(nulls_last=True), "opens_on", "pk")
    rows: QuerySet[Interest] = interests.annotate(
        opens_on=models.Subquery(first.values("opens_on")[:1]),
        closes_on=models.Subquery(first.values("closes_on")[:1]),
    )
    return rows
