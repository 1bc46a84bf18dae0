"""Rules about programmes: who may join, when things happen, how far a school has come. Pure."""

from programmes.rules.eligibility import Answer, OfferTerms, SchoolFacts, next_open, offer_eligibility

__all__ = ["Answer", "OfferTerms", "SchoolFacts", "next_open", "offer_eligibility"]
