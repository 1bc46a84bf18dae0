"""What it is worth: rates of offers, awards to schools, claims and their payment."""

from funding.models.awards import Award, AwardQuerySet, Rate
from funding.models.claims import Claim, ClaimQuerySet, approvers, with_paid

__all__ = ["Award", "AwardQuerySet", "Claim", "ClaimQuerySet", "Rate", "approvers", "with_paid"]
