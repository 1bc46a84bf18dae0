"""Kinds of notice of programmes: who is due what, when."""

from hubportal.core.notices import Kind
from programmes.notices import (
    changes,
    confirming,
    decisions,
    enrolments,
    interest,
    merged,
    moved,
    naming,
    questions,
    refusals,
    sent_links,
)

KINDS: list[Kind] = [
    interest.RECEIVED,
    interest.HEAD_ASKED,
    interest.HEAD_TOLD,
    interest.HEAD_RECORDED,
    refusals.REFUSED,
    refusals.CONFIRMED,
    changes.WITHDRAWN,
    changes.OLD_ADDRESS,
    moved.WENT_TO_HUB,
    sent_links.CONTACT_LINK,
    sent_links.ALL_LINKS,
    sent_links.DRAFT_LINK,
    sent_links.INVITED,
    naming.TO_NAME,
    confirming.NEW_HEAD,
    decisions.ACCEPTED,
    decisions.WAITING,
    decisions.DECLINED,
    decisions.SECOND,
    enrolments.CHANGED,
    merged.CHOSEN,
    questions.ASKED,
    questions.ANSWERED,
]
