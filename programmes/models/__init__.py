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
from programmes.models.enrolment import EnrolledTeacher, Enrolment, EnrolmentQuerySet
from programmes.models.interest import Interest, InterestQuerySet, InterestTeacher
from programmes.models.leaders import Leader, LeaderQuerySet

__all__ = [
    "AgreementText",
    "EnrolledTeacher",
    "Enrolment",
    "EnrolmentQuerySet",
    "HalfTerm",
    "Interest",
    "InterestQuerySet",
    "InterestTeacher",
    "Leader",
    "LeaderQuerySet",
    "Offer",
    "OfferQuerySet",
    "Pathway",
    "Phase",
    "Tag",
    "TagSet",
    "Target",
]
