"""Rules about programmes: who may join, when things happen, how far a school has come. Pure."""

from programmes.rules.eligibility import Answer, OfferTerms, SchoolFacts, next_open, offer_eligibility
from programmes.rules.references import HEAD_LINK_LASTS, HeadLink, head_link, make_reference, tidy_reference

__all__ = [
    "HEAD_LINK_LASTS",
    "Answer",
    "HeadLink",
    "OfferTerms",
    "SchoolFacts",
    "head_link",
    "make_reference",
    "next_open",
    "offer_eligibility",
    "tidy_reference",
]
