"""The catalogue of funding: what each phase pays a school for teacher release, where it is known."""

from decimal import Decimal

from django.db import transaction

from funding.models import Rate
from programmes.models import Offer

TEACHER_RELEASE = "Teacher release"

# Pounds for the whole year, by phase. What other phases pay is not known: they have no rate until one is entered.
RATES: dict[str, Decimal] = {
    "primary-development": Decimal("1000.00"),
    "secondary-development": Decimal("2000.00"),
    "secondary-embedding": Decimal("1000.00"),
}


@transaction.atomic
def load() -> dict[str, int]:
    """Give each national offer of these phases its rate where it has none, and return how many were made."""
    rated = Rate.objects.filter(hub=None).values("offer")
    without = Offer.objects.filter(hub=None, phase__code__in=RATES).exclude(pk__in=rated)
    rows = [
        Rate(offer=offer, label=TEACHER_RELEASE, amount=RATES[offer.phase.code])
        for offer in without.select_related("phase")
    ]
    return {"rates": len(Rate.objects.bulk_create(rows))}
