"""What and when: terms, phases, offers, interest, enrolments, leaders."""

from programmes.models.agreements import Agreement
from programmes.models.confirming import HeadConfirmation
from programmes.models.copies import InterestApart
from programmes.models.drafts import FormDraft, FormDraftQuerySet
from programmes.models.enrolment import (
    EnrolledTeacher,
    Enrolment,
    EnrolmentQuerySet,
    HeldPlace,
    HostedMeeting,
    named_places,
)
from programmes.models.hub_offers import HubOffer, naming_day
from programmes.models.interest import Interest, InterestQuerySet
from programmes.models.interest_teachers import InterestTeacher
from programmes.models.leaders import Leader, LeaderQuerySet, called_apart
from programmes.models.link_requests import LinkRequest, LinkRequestQuerySet
from programmes.models.offer_queries import OfferQuerySet
from programmes.models.offers import Offer
from programmes.models.phases import (
    AgreementText,
    Pathway,
    Phase,
    PhaseFamily,
    PhaseOption,
    StartQuestion,
    Tag,
    TagSet,
    has_options,
)
from programmes.models.priority import PriorityListing, PriorityUpload
from programmes.models.questions import InterestMessage
from programmes.models.receipts import Receipt, applied_since, entered_how, is_entered, receipts_of
from programmes.models.taking_part import Part, parts_of, run_by, took_part_with
from programmes.models.targets import Target
from programmes.models.teacher_news import Heard, TeacherNews
from programmes.models.terms import HalfTerm
from programmes.models.triage import BEFORE
from programmes.models.turns import (
    TeacherTurn,
    has_one_of,
    keep_turns,
    out_of_turn,
    places_with_turns,
    turn_elsewhere,
    turns_of,
)

__all__ = [
    "BEFORE",
    "Agreement",
    "AgreementText",
    "EnrolledTeacher",
    "Enrolment",
    "EnrolmentQuerySet",
    "FormDraft",
    "FormDraftQuerySet",
    "HalfTerm",
    "HeadConfirmation",
    "Heard",
    "HeldPlace",
    "HostedMeeting",
    "HubOffer",
    "Interest",
    "InterestApart",
    "InterestMessage",
    "InterestQuerySet",
    "InterestTeacher",
    "Leader",
    "LeaderQuerySet",
    "LinkRequest",
    "LinkRequestQuerySet",
    "Offer",
    "OfferQuerySet",
    "Part",
    "Pathway",
    "Phase",
    "PhaseFamily",
    "PhaseOption",
    "PriorityListing",
    "PriorityUpload",
    "Receipt",
    "StartQuestion",
    "Tag",
    "TagSet",
    "Target",
    "TeacherNews",
    "TeacherTurn",
    "applied_since",
    "called_apart",
    "entered_how",
    "has_one_of",
    "has_options",
    "is_entered",
    "keep_turns",
    "named_places",
    "naming_day",
    "out_of_turn",
    "parts_of",
    "places_with_turns",
    "receipts_of",
    "run_by",
    "took_part_with",
    "turn_elsewhere",
    "turns_of",
]
