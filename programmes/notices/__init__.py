"""Kinds of notice of programmes: who is due what, when."""

from hubportal.core.notices import Kind
from programmes.notices import confirming, decisions, interest, questions

KINDS: list[Kind] = [
    interest.RECEIVED,
    interest.HEAD_ASKED,
    interest.HEAD_TOLD,
    confirming.NEW_HEAD,
    decisions.ACCEPTED,
    decisions.WAITING,
    decisions.DECLINED,
    decisions.SECOND,
    questions.ASKED,
    questions.ANSWERED,
]
