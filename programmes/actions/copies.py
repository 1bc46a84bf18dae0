"""Of several copies that a school sent, which one counts: the others stand beside it."""

from datetime import datetime

from django.db import transaction

from hubportal.core import notices, wake
from hubportal.core.workflow import CannotMove
from programmes.models import Interest
from schools.models import User

NO_COPY = "This is no second copy of something that waits for a decision. Nothing was changed."


@transaction.atomic
def let_copy_count(*, copy: Interest, by: User, now: datetime) -> None:
    """Decide about this copy from now on, and keep the first one, with its message and teachers, beside it.

    The copy's headteacher is asked to confirm, where nobody has; the first one's link ends.

    :raises CannotMove: where it is no copy of what waits for a decision, or somebody else was first.
    """
    rows = {
        one.pk: one for one in Interest.objects.filter(pk__in=(copy.pk, copy.duplicate_of_id or 0)).select_for_update()
    }
    first = rows.get(copy.duplicate_of_id or 0)
    if first is None or not first.is_undecided or copy.status != Interest.Status.SECOND or copy.is_light:
        raise CannotMove(NO_COPY)
    others = list(first.seconds.exclude(pk=copy.pk).filter(status=Interest.Status.SECOND))
    is_asked = not (copy.head_confirmed_at or copy.only_tells_head)
    # The first one steps aside before: only one may stand for a school, phase and year.
    first.move_to(
        Interest.Status.SECOND, by=by, what="Stands beside another copy", note=copy.reference, duplicate_of=copy
    )
    copy.move_to(
        Interest.Status.SUBMITTED,
        by=by,
        what="Counts instead of the first",
        note=first.reference,
        duplicate_of=None,
        head_asked_at=now if is_asked else copy.head_asked_at,
        kept_by_id=first.kept_by_id,
    )
    Interest.objects.filter(pk__in=[one.pk for one in others]).update(duplicate_of=copy)
    notices.reconcile(copy, first, *others, now=now)
    wake.wake()
