"""In which way a school does a phase."""

from django.db import transaction

from hubportal.core import journal
from programmes.models import Enrolment, Interest, PhaseOption
from schools.models import User


class CannotChoose(Exception):
    """An option that cannot be chosen, said in words for people."""


@transaction.atomic
def choose_option(*, record: Enrolment | Interest, option: PhaseOption | None, by: User | None) -> None:
    """In which way the phase is done, or (None) not known yet; of an interest and its enrolment both follow.

    :raises CannotChoose: where it is a way of another phase.
    """
    interest = record if isinstance(record, Interest) else record.interest
    enrolment = record if isinstance(record, Enrolment) else getattr(record, "enrolment", None)
    for one in (interest, enrolment):
        if one is None or one.option == option:
            continue
        phase_id = one.phase_id if isinstance(one, Interest) else one.offer.phase_id
        if option is not None and option.phase_id != phase_id:
            raise CannotChoose("This is chosen in another programme.")
        changed = {"option": [str(one.option or ""), str(option or "")]}
        one.option = option
        one.save(update_fields=["option"])
        journal.record("Option changed", on=one, by=by, changed=changed)
