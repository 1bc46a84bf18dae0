"""A school says that it has the dates of its year: in its diary, with cover booked."""

from datetime import datetime

from django.db import transaction

from hubportal.core import journal
from schools.models import User
from workgroups.models import Group, Place
from workgroups.models.dates import changed_since, dates_to_accept


class CannotAccept(Exception):
    """Dates that are not accepted, said in words for people."""


CHANGED = "The dates have changed since you opened the page. Please look at them again; nothing was accepted yet."
NO_DATES = "There are no dates of this group to accept now."


@transaction.atomic
def accept_dates(*, place: Place, seen_at: datetime, by: User, now: datetime) -> None:
    """Keep that a school has the dates as they stood when it looked; said twice, the first counts.

    :param seen_at: when the page with the dates was drawn: dates that changed later are not accepted by it.
    :raises CannotAccept: where they have changed since, or there are none.
    """
    if place.left_on is not None or place.group.status != Group.Status.RUNNING:
        raise CannotAccept(NO_DATES)
    own = Place.objects.filter(pk=place.pk)
    if not dates_to_accept(own, now).exists():
        return
    if changed_since(own, seen_at, now).exists():
        raise CannotAccept(CHANGED)
    own.update(dates_accepted_at=min(seen_at, now), dates_accepted_by=by)
    place.refresh_from_db(fields=["dates_accepted_at", "dates_accepted_by"])
    journal.record("Dates accepted", on=place, by=by, owner_id=place.group.hub_id)
