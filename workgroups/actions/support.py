"""One-school support: a leader and visits for one school, without a group of several."""

from datetime import datetime

from django.db import transaction

from programmes.models import Enrolment, Leader, Offer
from schools.models import User
from workgroups.actions.groups import CannotGroup, make_group, place_school, start_group
from workgroups.models import Group

WHY = "One-school support."


@transaction.atomic
def start_support(*, enrolment: Enrolment, leader: Leader, by: User | None, now: datetime) -> Group:
    """Give one school its leader and its visits: a group of one, which starts at once where nobody has to meet.

    :raises CannotGroup: where its programme is not served so, the leader cannot lead it, or it has its support already.
    :raises CannotMove: where it takes part no more.
    """
    offer = enrolment.offer
    if offer.served_by != Offer.Served.SCHOOL:
        raise CannotGroup(f"{offer} runs in groups: place the school in one.")
    name = _free_name(enrolment)
    group = make_group(offer=offer, hub=enrolment.hub, name=name, leader=leader, host=enrolment.school, by=by)
    Group.objects.filter(pk=group.pk).update(places_max=1)
    group.refresh_from_db(fields=("places_max",))
    place_school(group=group, enrolment=enrolment, by=by, now=now)
    if not offer.meetings:
        start_group(group=group, by=by, now=now, reason=WHY)
    return group


def _free_name(enrolment: Enrolment) -> str:
    """The school's; with a number where it had support of this programme before."""
    base = f"Support for {enrolment.who}"[:90]
    taken = set(Group.objects.of_programme(enrolment.offer, enrolment.hub).values_list("name", flat=True))
    names = [base, *(f"{base} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
