"""Signed links: the headteacher's, the contact's, and that of a form to be gone on with.

The headteacher's carries which interest and the how-manieth asking; the row says until when. The contact's carries
its day too. That of a form carries the form's key: it is good while the form is kept.
"""

from datetime import date
from hashlib import blake2b

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from programmes.models import FormDraft, Interest

# No colon: some mail programs end a link there.
_signer = Signer(sep=".", salt="programmes.head")
_question_signer = Signer(sep=".", salt="programmes.question")


def head_token(interest: Interest) -> str:
    """What the link of the last asking carries."""
    return _signer.sign(f"{interest.pk}-{interest.head_asked}")


def head_path(interest: Interest) -> str:
    """The address of the page on which the headteacher confirms."""
    return reverse("programmes:head-confirm", args=[head_token(interest)])


def question_path(interest: Interest) -> str:
    """The address of the page on which the contact answers; it ends with the contact's address."""
    return reverse("programmes:question-answer", args=[question_token(interest)])


def question_token(interest: Interest) -> str:
    """What the contact's link carries."""
    return _question_signer.sign(f"{interest.pk}-{_digest(interest.contact_email)}")


def read_question_token(token: str) -> tuple[int, str] | None:
    """The key of the interest and the digest of the address that the link was sent to; None for what is not ours."""
    try:
        pk, _, digest = _question_signer.unsign(token).partition("-")
    except BadSignature:
        return None
    return int(pk), digest


def is_for_contact(interest: Interest, digest: str) -> bool:
    """Whether the link was sent to whoever is the contact today."""
    return digest == _digest(interest.contact_email)


def _digest(address: str) -> str:
    return blake2b(address.lower().encode(), digest_size=6).hexdigest()


def read_head_token(token: str) -> tuple[int, int] | None:
    """The key of the interest and the number of the asking; None for what we have not signed."""
    try:
        pk, _, asked = _signer.unsign(token).partition("-")
    except BadSignature:
        return None
    return int(pk), int(asked)


_contact_signer = Signer(sep=".", salt="programmes.contact")
_draft_signer = Signer(sep=".", salt="programmes.draft")


def contact_path(interest: Interest, day: date) -> str:
    """The address of the page on which the contact changes, withdraws or completes what they sent."""
    token = _contact_signer.sign(f"{interest.pk}-{interest.link_number}-{day:%Y%m%d}")
    return reverse("programmes:express-mine", args=[token])


def read_contact_token(token: str) -> tuple[int, int, date] | None:
    """The key of the interest, the link's number and its day; None for what we have not signed."""
    try:
        pk, number, day = _contact_signer.unsign(token).split("-")
    except BadSignature:
        return None
    return int(pk), int(number), date.fromisoformat(day)


def draft_path(draft: FormDraft) -> str:
    """The address of the page from which a form is gone on with."""
    return reverse("programmes:express-back", args=[_draft_signer.sign(draft.key)])


def read_draft_token(token: str) -> str | None:
    """The key of the form; None for what we have not signed."""
    try:
        return _draft_signer.unsign(token)
    except BadSignature:
        return None
