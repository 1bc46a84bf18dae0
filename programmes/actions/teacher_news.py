"""Telling a teacher that they no longer take part, or after all do; what waits for its day is told at once.

Whoever calls these holds the enrolment, and does so before what they follow is seen by others.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from hubportal.core import clock, notices, telling
from programmes.models import Enrolment, Heard, TeacherNews
from schools.models import Person, User
from schools.notices import INVITATION

News = TeacherNews.News


@transaction.atomic
def tell_left(
    *, enrolment: Enrolment, person: Person, from_on: date, by: User | None, now: datetime, has_begun: bool = True
) -> None:
    """Whoever was told of taking part hears that they do no longer, once for a day; not of what they did themselves.

    :param has_begun: not where they were to take part and have not yet.
    """
    if enrolment.taken_over == Enrolment.TakenOver.PAST:
        return
    row = _row(enrolment, person) or TeacherNews(enrolment=enrolment, person=person)
    heard = _last_heard(row)
    is_known = (heard, row.from_on) == (News.LEFT, from_on) or (by is not None and by.person_id == person.pk)
    is_news = not is_known and (bool(heard) or _is_told(enrolment, person))
    if is_news or row.pk:
        row.from_on, row.has_begun = from_on, has_begun
        _tell(row, News.LEFT if is_news else "", now)


@transaction.atomic
def tell_back(*, enrolment: Enrolment, person: Person, now: datetime) -> None:
    """Whoever was told that they take part no longer hears that they do; where they were not, of neither.

    Nor do they where they get all dates for the first time.
    """
    row = _row(enrolment, person)
    if row is not None:
        is_news = _last_heard(row) == News.LEFT and _heard(enrolment, person) != Heard.DATES_TO_COME
        _tell(row, News.BACK if is_news else "", now)


def _row(enrolment: Enrolment, person: Person) -> TeacherNews | None:
    return TeacherNews.objects.filter(enrolment=enrolment, person=person).first()


def _last_heard(row: TeacherNews) -> str:
    if not row.pk:
        return ""
    return telling.last_told(row, News.values).get(telling.person_recipient(row.person).key, "")


def _tell(row: TeacherNews, news: str, now: datetime) -> None:
    row.news, row.news_at = news, now if news else None
    row.save()
    notices.reconcile(row, now=now)


def _is_told(enrolment: Enrolment, person: Person) -> bool:
    """Whether somebody was told that they take part: by the dates of a group that stands, or else by an invitation."""
    heard = _heard(enrolment, person)
    if heard in (Heard.DATES, Heard.CANCELLED):
        return heard == Heard.DATES
    user = User.objects.filter(person=person).first()
    if user is None:
        return False
    invited = (INVITATION.key, user)
    notices.hold(invited)  # none leaves between this look and what follows from it
    return bool(notices.reached(invited, since=clock.at_london(enrolment.accepted_on, 0)))


def _heard(enrolment: Enrolment, person: Person) -> Heard:
    found: Heard = import_string(settings.ENROLMENT_HEARD)(enrolment, person)
    return found
