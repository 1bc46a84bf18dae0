"""What somebody who applies for themselves has answered so far, kept in the session by school and offer."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions.backends.base import SessionBase as Session

from hubportal.core import clock
from programmes.actions.interest import new_reference

SESSION_KEY = "express_person"
KEPT_SECONDS = 24 * 3600
MOST_DRAFTS = 5


class PersonDraft:
    """One application of somebody for themselves being filled in."""

    def __init__(self, session: Session, key: str, data: dict[str, Any]) -> None:
        self._session, self.key, self.data = session, key, data

    @classmethod
    def start(cls, session: Session, school: int, offer: int) -> Self:
        """A new one: the next colleague at the same computer begins afresh."""
        draft = cls(session, _key(school, offer), {"reference": new_reference(), "answers": {}})
        draft.save()
        return draft

    @classmethod
    def find(cls, session: Session, school: int, offer: int) -> Self | None:
        """The one for this school and offer, unless it was forgotten or never was in this browser."""
        data = _kept(session).get(_key(school, offer))
        return None if data is None else cls(session, _key(school, offer), data)

    def save(self) -> None:
        """Write the answers to the session."""
        self.data["at"] = clock.real_now().timestamp()
        kept = _kept(self._session) | {self.key: self.data}
        latest = sorted(kept, key=lambda key: float(kept[key]["at"]), reverse=True)[:MOST_DRAFTS]
        self._session[SESSION_KEY] = {key: kept[key] for key in latest}
        if SIGNED_IN not in self._session:
            self._session.set_expiry(clock.real_now() + timedelta(seconds=KEPT_SECONDS))

    def answer(self, page: str, value: dict[str, Any]) -> None:
        """Keep the answers of one page."""
        self.data["answers"][page] = value
        self.save()

    def answer_to(self, page: str) -> dict[str, Any]:
        """What was answered; empty where nothing was."""
        found: dict[str, Any] = self.data.get("answers", {}).get(page, {})
        return found

    @property
    def person(self) -> dict[str, Any]:
        """Who applies."""
        return self.answer_to("about")

    @property
    def head(self) -> dict[str, Any]:
        """The headteacher's name and address: whoever applies may be it."""
        return self.person if self.person.get("is_head") else self.answer_to("head")

    @property
    def next_page(self) -> str:
        """The first page without an answer, or the check of all."""
        return "about" if not self.person else "check" if self.head else "head"

    @property
    def pages_until_next(self) -> list[str]:
        """The pages that may be opened: those that are answered, and the next."""
        asked = ["about", "check"] if self.person.get("is_head") else ["about", "head", "check"]
        return asked[: asked.index(self.next_page) + 1]

    def mark_sent(self, shown: dict[str, Any]) -> None:
        """Keep only what the confirmation shows."""
        self.data = {"sent": shown}
        self.save()


def _key(school: int, offer: int) -> str:
    return f"{school}-{offer}"


def _kept(session: Session) -> dict[str, Any]:
    oldest = clock.real_now().timestamp() - KEPT_SECONDS
    return {key: data for key, data in session.get(SESSION_KEY, {}).items() if data["at"] > oldest}
