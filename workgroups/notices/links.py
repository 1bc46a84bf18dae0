"""Links in e-mails by which a person answers for a meeting without signing in.

The link names the meeting and the person and is signed; it stands until the meeting starts (the page looks
at the meeting, so that a link sent before a move still works after it). Opening it changes nothing.
"""

from functools import cache

from django.core import signing
from django.urls import reverse

from schools.models import Person
from workgroups.models import Meeting, with_leader_then

SALT = "workgroups.answer"
# No colon: some mail programs end a link there. Links that were sent with one are still good.
_signer = signing.Signer(sep=".", salt=SALT)
_old_signer = signing.Signer(sep=":", salt=SALT)


def answer_url(meeting: Meeting, person_pk: int) -> str:
    """The path of a person's answer page; ``?choice=`` preselects an answer there."""
    before, after = _around_token()
    return f"{before}{_signer.sign(f'{meeting.pk}-{person_pk}')}{after}"


@cache
def _around_token() -> tuple[str, str]:
    """What stands around the token, found once: thousands of e-mails have such a link."""
    before, _, after = reverse("workgroups:meeting-answer", args=["token"]).partition("token")
    return before, after


def asked_by(token: str) -> tuple[Meeting, Person] | None:
    """The meeting and the person that a link is about; the signature is all the permission there is."""
    keys = read_token(token)
    if keys is None:
        return None
    meeting = with_leader_then(Meeting.objects.for_list()).filter(pk=keys[0]).first()
    person = Person.objects.filter(pk=keys[1]).first()
    return (meeting, person) if meeting and person else None


def read_token(token: str) -> tuple[int, int] | None:
    """The meeting's and the person's key, or None where the link is not one of ours."""
    signer, between = (_old_signer, ".") if ":" in token else (_signer, "-")
    try:
        meeting, _, person = signer.unsign(token).partition(between)
        return int(meeting), int(person)
    except (signing.BadSignature, ValueError):
        return None
