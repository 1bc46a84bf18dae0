"""What somebody has answered so far: a row of its own, opened by the random id that stands in the address.

The browser's session holds the ids of the forms begun or opened in it. So two tabs about two schools do not mix,
and the browser's back button finds every answer again.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions.backends.base import SessionBase as Session

from hubportal.core import clock
from programmes.actions import drafts
from programmes.actions.interest import new_reference
from programmes.models import FormDraft, Interest, Offer
from programmes.rules import APPLY, Answers, Wanted

SESSION_KEY = "express"
SESSION_SECONDS = 24 * 3600
MOST_DRAFTS = 5


class Draft(Answers):
    """One form being filled in: an application for one or more programmes, or an interest told of."""

    def __init__(self, row: FormDraft) -> None:
        super().__init__(row.data, is_change=row.interest is not None and not row.interest.is_light)
        self.row, self.key = row, row.key

    @classmethod
    def start(cls, session: Session, kind: str = APPLY, interest: Interest | None = None) -> Self:
        """A new one, for this browser."""
        row = drafts.start(kind=kind, interest=interest, now=clock.now())
        let_open(session, row.key)
        return cls(row)

    @classmethod
    def find(cls, session: Session, key: str) -> Self | None:
        """The one of this id, unless its time is over or it never was in this browser."""
        if key not in opened_in(session):
            return None
        row = FormDraft.objects.kept(clock.now()).select_related("interest").filter(key=key).first()
        return None if row is None else cls(row)

    def save(self) -> None:
        """Keep the answers.

        :raises DraftChanged: where they were changed on another device since they were read.
        """
        drafts.save_answers(draft=self.row, data=self.data, now=clock.now())

    def answer_contact(self, value: dict[str, Any]) -> None:
        """Keep the contact; the form goes by their name."""
        super().answer_contact(value)
        self.row.name, self.row.email = value["name"], value["email"]

    def reference_for(self, row: str) -> str:
        """The reference of one row of what is sent, its own from the start: sending twice is sending once."""
        found: str = self.data.setdefault("references", {}).setdefault(row, new_reference())
        return found


def wanted(offers: Sequence[Offer]) -> list[Wanted]:
    """What the form asks about each offer; whoever applies for themselves names nobody."""
    found = []
    for one in offers:
        places = (0, False) if one.is_for_persons else (one.teachers_per_school, one.needs_lead_role)
        needs_trn = one.trn == Offer.Trn.REQUIRED
        found.append(Wanted(*places, getattr(one, "has_options", False), needs_trn))
    return found


def opened_in(session: Mapping[str, Any]) -> list[str]:
    """The ids of the forms begun or opened in this browser, the latest last."""
    found = session.get(SESSION_KEY, [])
    return list(found) if isinstance(found, list) else []


def let_open(session: Session, key: str) -> None:
    """From now on this browser may open the form; the oldest of too many it has to find by its link again."""
    kept = [one for one in opened_in(session) if one != key]
    session[SESSION_KEY] = [*kept, key][-MOST_DRAFTS:]
    if SIGNED_IN not in session:
        # Of a visitor without an account nothing else is kept: all goes, whether or not they come back.
        session.set_expiry(clock.real_now() + timedelta(seconds=SESSION_SECONDS))
