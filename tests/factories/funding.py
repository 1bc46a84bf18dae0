"""Rates, awards, claims."""

from datetime import UTC, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from funding.models import Award, Claim, Rate
from tests.factories.programmes import EnrolmentFactory, OfferFactory
from tests.factories.schools import make_user


class RateFactory(DjangoModelFactory[Rate]):
    """A national rate of £1,000."""

    class Meta:
        model = Rate

    offer = factory.SubFactory(OfferFactory)
    amount = Decimal("1000.00")


class AwardFactory(DjangoModelFactory[Award]):
    """An award of £1,000."""

    class Meta:
        model = Award

    enrolment = factory.SubFactory(EnrolmentFactory)
    hub = factory.SelfAttribute("enrolment.hub")
    label = "Teacher release"
    amount = Decimal("1000.00")
    made_at = datetime(2026, 9, 20, 9, tzinfo=UTC)


class ClaimFactory(DjangoModelFactory[Claim]):
    """A claim of £400, counted on its award."""

    class Meta:
        model = Claim

    award = factory.SubFactory(AwardFactory)
    amount = Decimal("400.00")
    raised_by = factory.LazyFunction(make_user)
    raised_at = datetime(2026, 12, 1, 9, tzinfo=UTC)

    @classmethod
    def _create(cls, model_class: type[Claim], *args: object, **kwargs: object) -> Claim:
        claim = super()._create(model_class, *args, **kwargs)
        claim.award.claimed += claim.amount
        claim.award.save(update_fields=["claimed"])
        return claim
