"""What and when: terms, phases, offers, interest, enrolments, leaders."""

from programmes.models.agreements import Agreement
from programmes.models.enrolment import EnrolledTeacher, Enrolment, EnrolmentQuerySet
from programmes.models.interest import Interest, InterestQuerySet, InterestTeacher
from programmes.models.leaders import Leader, LeaderQuerySet
from programmes.models.offers import Offer, OfferQuerySet, Target
from programmes.models.phases import AgreementText, Pathway, Phase, PhaseFamily, Tag, TagSet
from programmes.models.terms import HalfTerm

__all__ = [
    "Agreement",
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
    "PhaseFamily",
    "Tag",
    "TagSet",
    "Target",
]
