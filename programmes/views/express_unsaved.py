"""What a school typed to change what it had sent, and came too late with: it is shown again, and nothing is lost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from programmes.actions.changes import Change, differences, teacher_lines, teachers_of
from programmes.models import Interest, PhaseOption
from programmes.notices.decisions import outcome_told

LABELS = {
    "contact_name": "Your name",
    "contact_email": "Your e-mail address",
    "contact_phone": "Your telephone number",
    "contact_job": "Your job title",
    "contact_is_head": "You are the headteacher",
    "head_name": "Headteacher",
    "head_email": "Headteacher’s e-mail address",
    "message": "Message",
    "trn": "Teacher reference number",
    "option_id": "Option",
}


def not_saved(request: HttpRequest, token: str, interest: Interest, change: Change) -> HttpResponse:
    """The page that says so: with what was typed and is other than what stands, and whom to write to."""
    page = {
        "heading": "Your changes were not saved",
        "interest": interest,
        "outcome": outcome_told(interest),
        "token": token,
        "typed": _typed(interest, change),
    }
    return render(request, "programmes/express/not_saved.html", page)


def _typed(interest: Interest, change: Change) -> list[tuple[str, str]]:
    found = [(LABELS[name], _in_words(name, typed)) for name, (_stands, typed) in differences(interest, change).items()]
    lines = teacher_lines(change.teachers)
    if lines != teacher_lines(teachers_of(interest)):
        found.append(("Who takes part", "\n".join(lines)))
    return found


def _in_words(name: str, typed: Any) -> str:
    if name == "option_id":
        option = PhaseOption.objects.filter(pk=typed).first() if typed else None
        return str(option or "Not sure yet")
    if isinstance(typed, bool):
        return "Yes" if typed else "No"
    return str(typed or "Nothing")
