"""Links in e-mails by which a person answers for a meeting without signing in.

The link names the meeting and the person and is signed; it stands until the meeting starts (the page looks
at the meeting, so that a link sent before a move still works after it). Opening it changes nothing.
"""

from django.core import signing
from django.urls import reverse

from schools.models import Person
from workgroups.models import Meeting

SALT = "workgroups.answer"


def answer_url(meeting: Meeting, person_pk: int) -> str:
    """The path of a person's answer page; ``?choice=`` preselects an answer there."""
    token = signing.Signer(salt=SALT).sign(f"{meeting.pk}.{person_pk}")
    return reverse("workgroups:meeting-answer", args=[token])


def asked_by(token: str) -> tuple[Meeting, Person] | None:
    """The meeting and the person that a link is about; the signature is all the permission there is."""
    keys = read_token(token)
    if keys is None:
        return None
    meeting = Meeting.objects.for_list().filter(pk=keys[0]).first()
    person = Person.objects.filter(pk=keys[1]).first()
    return (meeting, person) if meeting and person else None


def read_token(token: str) -> tuple[int, int] | None:
    """The meeting's and the person's key, or None where the link is not one of ours."""
    try:
        meeting, _, person = signing.Signer(salt=SALT).unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return int(meeting), int(person)
