"""Rules about programmes: who may join, when things happen, how far a school has come. Pure."""

from programmes.rules.application import (
    CHECK,
    CONTACT,
    HEAD,
    LATER,
    OTHER,
    Question,
    first_unanswered,
    question_before,
    questions,
)
from programmes.rules.eligibility import (
    Answer,
    OfferTerms,
    Part,
    SchoolFacts,
    Standing,
    next_open,
    offer_eligibility,
    part_words,
)
from programmes.rules.references import HEAD_LINK_LASTS, HeadLink, head_link, make_reference, tidy_reference

__all__ = [
    "CHECK",
    "CONTACT",
    "HEAD",
    "HEAD_LINK_LASTS",
    "LATER",
    "OTHER",
    "Answer",
    "HeadLink",
    "OfferTerms",
    "Part",
    "Question",
    "SchoolFacts",
    "Standing",
    "first_unanswered",
    "head_link",
    "make_reference",
    "next_open",
    "offer_eligibility",
    "part_words",
    "question_before",
    "questions",
    "tidy_reference",
]
