"""The headteacher's signed link: it carries which interest and the how-manieth asking; the row says until when."""

from hashlib import blake2b

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from programmes.models import Interest

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
