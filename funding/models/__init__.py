"""What it is worth: rates of offers, awards to schools, claims and their payment."""

from funding.models.awards import Award, Rate
from funding.models.claims import Claim, ClaimQuerySet, approvers

__all__ = ["Award", "Claim", "ClaimQuerySet", "Rate", "approvers"]
