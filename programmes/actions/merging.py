"""What becomes of enrolments, places and leaders when two records of one person are made one."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from hubportal.core import clock, notices
from programmes.models import Agreement, EnrolledTeacher, Enrolment, HeadConfirmation, Leader, TeacherNews, turns_of
from programmes.rules.turns import Turn, meet_later
from schools.actions.merging import CannotMerge, Settle
from schools.models import Person

ON_OTHER_DAYS = (
    "Both have a place in {}. One of the two is replaced there, or follows somebody, on a day to come: "
    "take that replacement back first."
)


def enrolments_of(people: Collection[Person]) -> QuerySet[Enrolment]:
    """Those in which somebody has a place, had one or is to have one, or takes part for themselves."""
    places = EnrolledTeacher.objects.filter(Q(person__in=people) | Q(turns__person__in=people))
    return Enrolment.objects.filter(Q(pk__in=places.values("enrolment")) | Q(person__in=people))


def why_not_one(kept: Person, gone: Person, today: date) -> str:
    """Why two records cannot be one person's yet, who would come to have two places of an enrolment.

    What both have today, and neither passes on, is settled: one of the two places is to be named.
    """
    theirs = _turns(gone)
    for enrolment, turns in _turns(kept).items():
        if any(meet_later(one, other, today) for one in turns for other in theirs.get(enrolment, ())):
            return ON_OTHER_DAYS.format(enrolment)
    return ""


def _turns(person: Person) -> dict[Enrolment, list[Turn]]:
    """Somebody's time in teachers' places, by enrolments that go on."""
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    rows = EnrolledTeacher.objects.filter(Q(person=person, turns=None) | Q(turns__person=person))
    rows = rows.exclude(enrolment__status__in=over).select_related("enrolment__offer", "enrolment__school").distinct()
    found: dict[Enrolment, list[Turn]] = {}
    for one in rows.prefetch_related("turns").order_by("pk"):
        found.setdefault(one.enrolment, []).extend(turn for turn in turns_of(one) if turn.person == person.pk)
    return found


def _enrolment(kept: Enrolment, gone: Enrolment) -> None:
    raise CannotMerge(f"Both take part in {kept.offer} for themselves. Withdraw one of them first.")


def _place(kept: EnrolledTeacher, gone: EnrolledTeacher) -> None:
    """One person takes one place; the other is held for a teacher to be named, if the programme holds so many.

    A file brings as many as a register names: a school is not asked for a teacher more than its programme has.
    """
    if gone.has_lead_role and not kept.has_lead_role:
        EnrolledTeacher.objects.filter(pk=kept.pk).update(has_lead_role=True)
    EnrolledTeacher.objects.filter(pk=gone.pk).update(person=None)
    # Else the turn that goes on would take the place again.
    gone.turns.filter(person__in=(kept.person_id, gone.person_id), until=None).delete()
    enrolment = gone.enrolment
    if enrolment.teachers.count() > enrolment.offer.teachers_per_school and not gone.turns.exists():
        gone.delete()


def _leader(kept: Leader, gone: Leader) -> None:
    raise CannotMerge(f"Both lead groups for {kept.hub}. Hand the groups of one over first, and end that one.")


def _agreement(kept: Agreement, gone: Agreement) -> None:
    """One word of one headteacher: as they gave it first."""
    first = min(kept, gone, key=lambda one: (one.at, one.pk))
    Agreement.objects.filter(pk=kept.pk).update(name=first.name, at=first.at)
    gone.delete()


def _confirmation(kept: HeadConfirmation, gone: HeadConfirmation) -> None:
    """One headteacher is asked once; the other link says that there is nothing to confirm by it."""
    HeadConfirmation.objects.filter(pk=gone.pk).update(person=kept.person_id, closed_at=clock.now())
    notices.cancel(gone)


def _teacher_news(kept: TeacherNews, gone: TeacherNews) -> None:
    """What was said last stands; whatever either was told counts as told."""
    if gone.news_at and (kept.news_at is None or gone.news_at > kept.news_at):
        last = {"news": gone.news, "news_at": gone.news_at, "from_on": gone.from_on, "has_begun": gone.has_begun}
        TeacherNews.objects.filter(pk=kept.pk).update(**last)
    notices.hand_over(TeacherNews.KIND, gone, kept)
    notices.cancel(gone)
    gone.delete()


CLASHES: dict[str, Settle] = {
    "programmes.Agreement.by": _agreement,
    "programmes.Enrolment.person": _enrolment,
    "programmes.EnrolledTeacher.person": _place,
    "programmes.HeadConfirmation.person": _confirmation,
    "programmes.Leader.person": _leader,
    "programmes.TeacherNews.person": _teacher_news,
}
