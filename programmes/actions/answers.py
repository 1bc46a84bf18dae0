"""What a headteacher has answered is told to whom it concerns."""

from datetime import datetime

from hubportal.core import notices, wake
from programmes.models import Interest
from programmes.notices.refusals import REFUSED


def tell_answer(interest: Interest, now: datetime) -> None:
    """In the transaction of the answer: who has heard of a no hears of the yes, and no no leaves in between."""
    notices.hold((REFUSED.key, interest))
    notices.reconcile(interest, now=now)
    wake.wake()
