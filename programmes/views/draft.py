"""What somebody has answered so far, kept in the session under a random id that stands in the address.

So two tabs about two schools do not mix, and the browser's back button finds every answer again.
"""

import secrets
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions.backends.base import SessionBase as Session

from hubportal.core import clock
from programmes.actions.interest import Named, new_reference
from programmes.models import Offer
from programmes.rules import CONTACT, HEAD, LATER, Question, first_unanswered, questions
from schools.models import School

SESSION_KEY = "express"
KEPT_SECONDS = 24 * 3600
MOST_DRAFTS = 5


class Draft:
    """One expression of interest being filled in."""

    def __init__(self, session: Session, key: str, data: dict[str, Any]) -> None:
        self._session, self.key, self.data = session, key, data

    @classmethod
    def start(cls, session: Session) -> Self:
        """A new one; the oldest are forgotten."""
        draft = cls(session, secrets.token_urlsafe(12), {"reference": new_reference()})
        draft.save()
        return draft

    @classmethod
    def find(cls, session: Session, key: str) -> Self | None:
        """The one of this id, unless it was forgotten or never was in this browser."""
        data = _kept(session).get(key)
        return None if data is None else cls(session, key, data)

    def save(self) -> None:
        """Write the answers to the session."""
        self.data["at"] = clock.real_now().timestamp()
        kept = _kept(self._session) | {self.key: self.data}
        latest = sorted(kept, key=lambda key: float(kept[key]["at"]), reverse=True)[:MOST_DRAFTS]
        self._session[SESSION_KEY] = {key: kept[key] for key in latest}
        if SIGNED_IN not in self._session:
            # Of a visitor without an account nothing else is kept: all goes, whether or not they come back.
            self._session.set_expiry(clock.real_now() + timedelta(seconds=KEPT_SECONDS))

    def answer(self, question: Question, value: Any) -> None:
        """Keep one answer."""
        self.data.setdefault("answers", {})[_name(question)] = value
        self.save()

    def answer_to(self, question: Question) -> Any:
        """What was answered, None where nothing was."""
        return self.data.get("answers", {}).get(_name(question))

    def answer_contact(self, value: dict[str, Any]) -> None:
        """Keep the contact; a place that was the headteacher's is open again when the contact is the headteacher."""
        answers = self.data.setdefault("answers", {})
        if value["is_head"]:
            answers = {name: answer for name, answer in answers.items() if answer != {"who": HEAD}}
            self.data["answers"] = answers
        self.answer(Question("contact"), value)

    def answer_place(self, question: Question, value: dict[str, Any]) -> None:
        """Keep who takes a place; whether they hold a lead role is asked again."""
        if value != self.answer_to(question):
            self.forget(Question("lead-role"))
        self.answer(question, value)

    def answer_school(self, school: School) -> None:
        """Keep the school; another school's programme has to be chosen again."""
        if self.data.get("school") != school.pk:
            self.forget(Question("programme"), Question("agree"))
        self.data["school"] = school.pk
        self.save()

    def answer_programme(self, offer: Offer) -> None:
        """Keep the offer; another offer has its own commitments and its own wish for a lead role."""
        value = {"offer": offer.pk}
        if value != self.answer_to(Question("programme")):
            self.forget(Question("lead-role"), Question("agree"))
        self.answer(Question("programme"), value)

    def forget(self, *asked: Question) -> None:
        """Answers that have to be given anew."""
        for question in asked:
            self.data.get("answers", {}).pop(_name(question), None)
        self.save()

    def mark_sent(self, shown: dict[str, Any]) -> None:
        """Keep only what the confirmation shows: nobody needs the answers any more."""
        self.data = {"sent": shown}
        self.save()

    @property
    def sent(self) -> dict[str, Any] | None:
        """What the confirmation shows, where it was sent."""
        return self.data.get("sent")

    @property
    def contact(self) -> dict[str, Any]:
        """The contact's answers."""
        return self.answer_to(Question("contact")) or {}

    @property
    def head(self) -> dict[str, Any]:
        """The headteacher's name and e-mail address."""
        return self.contact if self.contact.get("is_head") else self.answer_to(Question("head")) or {}

    @property
    def owners(self) -> dict[str, str]:
        """Whose the addresses are that were given for the contact and the headteacher."""
        return {one["email"].lower(): one["name"] for one in (self.head, self.contact) if one}

    def places(self, offer: Offer) -> dict[int, str]:
        """How each of the offer's places is filled so far."""
        answers = {number: self.answer_to(Question("teachers", number)) for number in _numbers(offer)}
        return {number: answer["who"] for number, answer in answers.items() if answer}

    def questions(self, offer: Offer | None) -> list[Question]:
        """The pages of this form in their order."""
        return questions(
            contact_is_head=bool(self.contact.get("is_head")),
            places=self.places(offer) if offer else {},
            teachers=offer.teachers_per_school if offer else 0,
            asks_lead_role=offer.needs_lead_role if offer else False,
        )

    def next_question(self, offer: Offer | None) -> Question:
        """Where to go on."""
        asked = self.questions(offer)
        answered = [question for question in asked if self.answer_to(question) is not None]
        return first_unanswered(asked, answered)

    def teacher(self, number: int, how: str) -> Named:
        """Who takes a place."""
        holders = (self.answer_to(Question("lead-role")) or {}).get("holders", [])
        has_lead_role = str(number) in holders
        if how == LATER:
            return Named(has_lead_role=has_lead_role)
        known = {CONTACT: self.contact, HEAD: {"job_title": "Headteacher", **self.head}}
        person = known.get(how) or self.answer_to(Question("teacher", number)) or {}
        return Named(person.get("name", ""), person.get("email", ""), person.get("job_title", ""), has_lead_role)

    def teachers(self, offer: Offer) -> dict[int, Named]:
        """All places of the offer with who takes them."""
        return {number: self.teacher(number, how) for number, how in self.places(offer).items()}


def _numbers(offer: Offer) -> range:
    return range(1, offer.teachers_per_school + 1)


def _name(question: Question) -> str:
    return f"{question.name}{question.number or ''}"


def _kept(session: Session) -> dict[str, Any]:
    """The drafts that are not too old: a school's computer may be shared."""
    oldest = clock.real_now().timestamp() - KEPT_SECONDS
    return {key: data for key, data in session.get(SESSION_KEY, {}).items() if data["at"] > oldest}
