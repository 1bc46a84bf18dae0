"""What and when: terms, phases, offers, interest, enrolments, leaders."""

from programmes.models.catalogue import (
    AgreementText,
    HalfTerm,
    Offer,
    OfferQuerySet,
    Pathway,
    Phase,
    Tag,
    TagSet,
    Target,
)
from programmes.models.enrolment import EnrolledTeacher, Enrolment
from programmes.models.interest import Interest, InterestTeacher
from programmes.models.leaders import Leader

__all__ = [
    "AgreementText",
    "EnrolledTeacher",
    "Enrolment",
    "HalfTerm",
    "Interest",
    "InterestTeacher",
    "Leader",
    "Offer",
    "OfferQuerySet",
    "Pathway",
    "Phase",
    "Tag",
    "TagSet",
    "Target",
]
