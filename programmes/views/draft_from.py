"""Forms that begin from what was sent: to change an application, or to complete an interest that was told of."""

from collections.abc import Sequence
from typing import Any

from django.contrib.sessions.backends.base import SessionBase as Session

from programmes.actions.changes import seen_of
from programmes.forms.options import UNKNOWN
from programmes.models import Interest, InterestTeacher, Offer
from programmes.rules import APPLY, CONTACT, HEAD, LATER, OTHER, PERSON
from programmes.views.draft import Draft
from schools.rules import is_person

KEYS = ("name", "email", "job_title")
# What a page that was changed meanwhile says of it: with the text that it is now, or only what it is about.
TEXTS = {
    ("contact", "name"): "your name",
    ("contact", "email"): "your e-mail address",
    ("contact", "phone"): "your telephone number",
    ("contact", "job_title"): "your job title",
    ("head", "name"): "the headteacher’s name",
    ("head", "email"): "the headteacher’s e-mail address",
    ("message", "message"): "the message",
}
OTHERS = {"option": "the option", "contact": "something about you"}
WHO_TAKES_PART = "who takes part"


def change_of(session: Session, interest: Interest, token: str) -> Draft:
    """A form with all that was sent, to be changed; what it was when it was opened is kept beside it."""
    draft = Draft.start(session, PERSON if interest.for_person else APPLY, interest)
    answers = _answers(interest)
    draft.data |= {"schools": [interest.school_id], "seen": seen_of(interest), "token": token}
    draft.data |= {"answers": answers, "was": answers}
    draft.row.name, draft.row.email = interest.contact_name, interest.contact_email
    draft.save()
    return draft


def go_on_with(draft: Draft, interest: Interest) -> list[str]:
    """Let a form that changes what was sent go on with that as it is now; what of that is another by now, in words."""
    answers = _answers(interest)
    was = draft.data.setdefault("was", answers)
    draft.take_over(answers)
    draft.data["seen"] = seen_of(interest)
    draft.save()
    return _others_changes(was, answers)


def _others_changes(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Each thing once, in the order of the form: what was kept comes back from the database in another."""
    found = []
    for question in {**now, **was}:
        before, after = was.get(question, {}), now.get(question, {})
        for part in {**after, **before}:
            if before.get(part) != after.get(part):
                label = TEXTS.get((question, part))
                words = OTHERS.get(question, WHO_TAKES_PART)
                found.append(f"{label} to “{after.get(part, '')}”" if label else words)
    return list(dict.fromkeys(found))


def _answers(interest: Interest) -> dict[str, Any]:
    """What was sent as the form's answers."""
    offer = interest.applied_offer
    answers: dict[str, Any] = {
        "programme": {"pairs": [[interest.school_id, offer.pk]]},
        "option": {"option": str(interest.option_id or UNKNOWN)},
        "contact": {**_contact(interest), "trn": interest.trn},
        "head": {"name": interest.head_name, "email": interest.head_email},
        "message": {"message": interest.message},
    }
    places = 0 if interest.for_person else offer.teachers_per_school
    teachers = list(interest.teachers.all())[:places]
    holders = []
    for number in range(1, places + 1):
        teacher = teachers[number - 1] if number <= len(teachers) else InterestTeacher()
        how = _how(teacher, interest, answers)
        answers[f"teachers{number}"] = {"who": how}
        if how == OTHER:
            answers[f"teacher{number}"] = {key: getattr(teacher, key) for key in KEYS}
        if teacher.has_lead_role:
            holders.append(str(number))
    answers["lead-role"] = {"holders": holders}
    return answers


def completion_of(session: Session, interest: Interest, offers: Sequence[Offer], token: str) -> Draft:
    """An application that begins with what the school has told of already; of several offers it chooses."""
    draft = Draft.start(session, APPLY, interest)
    draft.data |= {
        "schools": [interest.school_id],
        "token": token,
        "answers": {
            **({"programme": {"pairs": [[interest.school_id, offers[0].pk]]}} if len(offers) == 1 else {}),
            "contact": _contact(interest),
            **({"option": {"option": str(interest.option_id)}} if interest.option_id else {}),
        },
    }
    draft.row.name, draft.row.email = interest.contact_name, interest.contact_email
    draft.save()
    return draft


def _contact(interest: Interest) -> dict[str, Any]:
    return {
        "name": interest.contact_name,
        "email": interest.contact_email,
        "phone": interest.contact_phone,
        "job_title": interest.contact_job,
        "is_head": interest.contact_is_head,
    }


def _how(teacher: InterestTeacher, interest: Interest, answers: dict[str, Any]) -> str:
    """How a place was filled; nobody has two of them."""
    if not teacher.name:
        return LATER
    taken = [answer.get("who") for name, answer in answers.items() if name.startswith("teachers")]
    known = (
        (CONTACT, (interest.contact_name, interest.contact_email)),
        (HEAD, (interest.head_name, interest.head_email)),
    )
    for how, person in known:
        is_contacts = how == HEAD and interest.contact_is_head
        if how not in taken and not is_contacts and is_person(person, (teacher.name, teacher.email)):
            return how
    return OTHER
