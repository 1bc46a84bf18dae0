"""E-mails about a place that was given: it is paused, taken up again or withdrawn; to whoever knows of the place."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import QuerySet

from hubportal.core import clock
from hubportal.core.clock import day_of
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import Recipient, address_recipient, each_address_once, news_to_each, person_recipient
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn, has_one_of
from programmes.models.same_programme import programme_at
from programmes.notices.decisions import told
from schools.models import Person, Role
from schools.roles import HEADTEACHER, MATHS_LEAD

# News that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)


def told_of_change(enrolment: Enrolment, at: datetime) -> list[Recipient]:
    """The school's leads at a moment, who asked and has not left, and its teachers.

    Nobody hears of a past that was brought from records. Whose address is corrected keeps their key.
    """
    if enrolment.taken_over == Enrolment.TakenOver.PAST:
        return []
    if enrolment.news == Enrolment.News.MERGED:
        return who_lose_their_place(enrolment)
    day = day_of(at)
    of_school = [] if enrolment.person_id else list(enrolment.school.roles.all())
    held = [role for role in of_school if role.is_held_on(day)]
    there = [role.person for role in held if role.hears_of(at)]
    staying = {role.person.email.lower() for role in held}
    gone = {role.person.email.lower() for role in of_school} - staying
    asked = told(enrolment.interest) if enrolment.interest else []
    teachers = [place.person for place in enrolment.teachers.all() if place.person is not None]
    teachers += [turn.person for turn in turns_to_come(enrolment, day)]
    people = [*there, *([enrolment.person] if enrolment.person else []), *teachers]
    found = [person_recipient(person) for person in people]
    found += [address_recipient(name, email) for name, email in asked if email.lower() not in gone]
    return each_address_once(found)


def who_lose_their_place(enrolment: Enrolment) -> list[Recipient]:
    """Teachers, also those to come, who take part in the same offer nowhere else, once this one has ended."""
    people = [one.person for one in enrolment.teachers.all() if not one.goes_on]  # type: ignore[attr-defined]
    people += [turn.person for turn in turns_to_come(enrolment) if not turn.goes_on]  # type: ignore[attr-defined]
    return each_address_once(person_recipient(person) for person in people if person is not None)


def turns_to_come(enrolment: Enrolment, day: date | None = None) -> list[TeacherTurn]:
    """Who was to have a place from a day on that is still to come, as of its news, or of another day."""
    day = day or (day_of(enrolment.news_at) if enrolment.news_at else date.max)
    rows = [turn for one in enrolment.teachers.all() for turn in one.turns.all()]
    return [turn for turn in rows if turn.since is not None and turn.since > day]


def is_told(enrolment: Enrolment) -> bool:
    """Whether there is news of a place, and it still is as that says: an upload may have changed it, and tells nobody.

    Nor does anybody hear of a past that was brought from records.
    """
    if enrolment.news_at is None or enrolment.taken_over == Enrolment.TakenOver.PAST:
        return False
    told = Enrolment.Status.WITHDRAWN if enrolment.news == Enrolment.News.MERGED else enrolment.news
    return told == (Enrolment.News.RESUMED if enrolment.is_in_progress else enrolment.status)


def _desired(enrolment: Enrolment) -> Sequence[Desired]:
    if enrolment.news_at is None or not is_told(enrolment):
        return []
    people = told_of_change(enrolment, enrolment.news_at)
    return news_to_each(people, f"{enrolment.news}@{enrolment.news_at.isoformat()}", enrolment.news_at)


def with_teachers(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """With all that ``who_lose_their_place`` reads."""
    turns = TeacherTurn.objects.select_related("person").annotate(goes_on=_goes_on("enrolled__enrolment"))
    teachers = EnrolledTeacher.objects.select_related("person").annotate(goes_on=_goes_on("enrolment"))
    teachers = teachers.prefetch_related(models.Prefetch("turns", queryset=turns.order_by("pk")))
    return rows.prefetch_related(models.Prefetch("teachers", queryset=teachers.order_by("pk")))


def _goes_on(path: str) -> models.Q:
    """Whether a row's person has, or comes to have, a place of another living enrolment of the same programme.

    :param path: from the row to its enrolment.
    """
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    places = EnrolledTeacher.objects.alias(programme=programme_at("enrolment__offer"))
    others = places.filter(programme=programme_at(f"{path}__offer", outer=True))
    others = others.exclude(enrolment__status__in=over).exclude(enrolment=models.OuterRef(path))
    return has_one_of(others, since=clock.today())


def with_names(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """With the teachers of today only."""
    teachers = EnrolledTeacher.objects.select_related("person").order_by("pk")
    return rows.prefetch_related(models.Prefetch("teachers", queryset=teachers))


def with_told(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """With all that ``told_of_change`` reads."""
    leads = Role.objects.filter(kind__in=(HEADTEACHER, MATHS_LEAD)).select_related("person__user")
    leads = leads.order_by("kind", "pk")
    linked = with_teachers(rows).select_related("school__succeeded_by", "gave_way_to", "interest", "person")
    return linked.prefetch_related(models.Prefetch("school__roles", queryset=leads))


def _load() -> QuerySet[Enrolment]:
    return with_told(Enrolment.objects.with_last_place().with_hosting(clock.now()).select_related("offer", "hub"))


def live(rows: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    """Those of which there was news lately."""
    return rows.filter(news_at__gt=now - SWEPT_FOR)


def _is_to(person: Person, notice: Notice) -> bool:
    """Whether an e-mail goes to this person; small schools share addresses."""
    return (notice.name, notice.email.lower()) == (person.name, person.email.lower())


def _context(enrolment: Enrolment, notice: Notice) -> dict[str, Any]:
    school, place = enrolment.school, enrolment.last_place()
    left_on = place.left_on if place else None
    is_freed = left_on is None or (enrolment.news_at is not None and left_on >= day_of(enrolment.news_at))
    return {
        "enrolment": enrolment,
        "name": notice.name,
        # Whoever takes part for themselves is spoken to.
        "is_own": enrolment.person is not None and _is_to(enrolment.person, notice),
        "successor": school.succeeded_by or school,
        "place": place,
        "freed": place if is_freed else None,
        "hosting": enrolment.hosting(clock.now()),
        "is_to_come": notice.recipient in {person_recipient(turn.person).key for turn in turns_to_come(enrolment)},
    }


CHANGED = Kind(
    key="enrolment-changed",
    label="Place paused, taken up again or withdrawn",
    model="programmes.Enrolment",
    template="programmes/emails/enrolment_changed.txt",
    desired=_desired,
    load=_load,
    live=live,
    context=_context,
    reply_to=lambda enrolment: enrolment.hub.answered_at(),
    is_news=True,
    is_standing=True,
    usual=Enrolment.News.RESUMED,
)
