"""The headteacher's signed link: it carries which interest and the how-manieth asking; the row says until when."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from programmes.models import Interest

# No colon: some mail programs end a link there.
_signer = Signer(sep=".", salt="programmes.head")


def head_token(interest: Interest) -> str:
    """What the link of the last asking carries."""
    return _signer.sign(f"{interest.pk}-{interest.head_asked}")


def head_path(interest: Interest) -> str:
    """The address of the page on which the headteacher confirms."""
    return reverse("programmes:head-confirm", args=[head_token(interest)])


def read_head_token(token: str) -> tuple[int, int] | None:
    """The key of the interest and the number of the asking; None for what we have not signed."""
    try:
        pk, _, asked = _signer.unsign(token).partition("-")
    except BadSignature:
        return None
    return int(pk), int(asked)
