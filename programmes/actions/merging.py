"""What becomes of enrolments, places and leaders when two records of one person are made one."""

from programmes.models import Agreement, EnrolledTeacher, Enrolment, Leader
from schools.actions.merging import CannotMerge, Settle


def _enrolment(kept: Enrolment, gone: Enrolment) -> None:
    raise CannotMerge(f"Both take part in {kept.offer} for themselves. Withdraw one of them first.")


def _place(kept: EnrolledTeacher, gone: EnrolledTeacher) -> None:
    """One person takes one place; the other is held for a teacher to be named."""
    if gone.has_lead_role and not kept.has_lead_role:
        EnrolledTeacher.objects.filter(pk=kept.pk).update(has_lead_role=True)
    EnrolledTeacher.objects.filter(pk=gone.pk).update(person=None)
    # Else the turn that goes on would take the place again.
    gone.turns.filter(person__in=(kept.person_id, gone.person_id), until=None).delete()


def _leader(kept: Leader, gone: Leader) -> None:
    raise CannotMerge(f"Both lead groups for {kept.hub}. Hand the groups of one over first, and end that one.")


def _agreement(kept: Agreement, gone: Agreement) -> None:
    """One word of one headteacher: as they gave it first."""
    first = min(kept, gone, key=lambda one: (one.at, one.pk))
    Agreement.objects.filter(pk=kept.pk).update(name=first.name, at=first.at)
    gone.delete()


CLASHES: dict[str, Settle] = {
    "programmes.Agreement.by": _agreement,
    "programmes.Enrolment.person": _enrolment,
    "programmes.EnrolledTeacher.person": _place,
    "programmes.Leader.person": _leader,
}
