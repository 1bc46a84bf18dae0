"""Whether somebody wants news: said by the person, by whoever reads an address, or by staff whom they told."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from hubportal.core import journal
from schools.models import NewsChoice, Person

BY_LINK = "by the link in an e-mail"
ON_PAGE = "on their page"
TOLD_STAFF = "told the hub"
AS_SPAM = "marked an e-mail as unwanted"


@transaction.atomic
def choose(*, person: Person | None, email: str, wants: bool, how: str, by: Any, now: datetime) -> None:
    """Keep what somebody said, for the person and for the address; the last word counts."""
    address = email.strip().lower()
    said = {"wants": wants, "at": now, "how": how}
    if person is not None:
        NewsChoice.objects.update_or_create(person=person, defaults=said)
        journal.record("Wants news" if wants else "Wants no news", on=person, by=by, note=how)
    if address:
        NewsChoice.objects.update_or_create(email=address, defaults={**said, "person": None})


def choice_of(person: Person | None, email: str) -> NewsChoice | None:
    """What somebody said last, as a person or at an address; None where they never did. A no of either counts."""
    of_address = models.Q(email=email.strip().lower()) & ~models.Q(email="")
    wanted = of_address if person is None else models.Q(person=person) | of_address
    return NewsChoice.objects.filter(wanted).order_by("wants", "-at", "pk").first()
