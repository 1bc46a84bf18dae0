"""Who may use each URL of programmes."""

from typing import Any

from programmes.notices.links import head_token
from tests.access.table import Line
from tests.world import Side


def _no_draft(side: Side) -> list[Any]:
    """A form that this browser does not know: sent to the start."""
    return ["nobodys-draft"]


def _no_place(side: Side) -> list[Any]:
    return ["nobodys-draft", 1]


def _head_link(side: Side) -> list[Any]:
    return [head_token(side.interest)]


EXPRESS = {
    "express-start": Line(public=True),
    "express-school": Line(public=True),
    "express-suggestions": Line(public=True),
    "express-programme": Line(public=True, args=_no_draft, ok=302),
    "express-contact": Line(public=True, args=_no_draft, ok=302),
    "express-head": Line(public=True, args=_no_draft, ok=302),
    "express-teachers": Line(public=True, args=_no_place, ok=302),
    "express-teacher": Line(public=True, args=_no_place, ok=302),
    "express-lead-role": Line(public=True, args=_no_draft, ok=302),
    "express-message": Line(public=True, args=_no_draft, ok=302),
    "express-agree": Line(public=True, args=_no_draft, ok=302),
    "express-check": Line(public=True, args=_no_draft, ok=302),
    "express-done": Line(public=True, args=_no_draft, ok=302),
    "express-status": Line(public=True),
    "head-confirm": Line(public=True, args=_head_link),
    "head-again": Line(public=True, args=_head_link, method="post", ok=302),
    "privacy": Line(public=True),
}

TABLE: dict[str, Line] = {**EXPRESS}
