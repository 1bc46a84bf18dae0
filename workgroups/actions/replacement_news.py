"""Telling of a replacement whoever is replaced and who leads the groups, once; and where it is taken back, who heard.

Leaders are told of their groups by ``leading``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from hubportal.core import notices
from hubportal.core.clock import at_london, day_of
from hubportal.core.models import Notice
from hubportal.core.notices import mail_key
from hubportal.core.records import record_key
from hubportal.core.telling import last_told, person_recipient
from programmes.actions.teacher_news import tell_back, tell_left
from programmes.models import Enrolment, FormDraft, HeadConfirmation, Interest
from programmes.notices.confirming import NEW_HEAD
from schools.actions import handing
from schools.models import Person, Role, User
from schools.notices import INVITATION
from schools.roles import TEACHER
from workgroups.models import CoLeader, Group, Meeting, Place, Replacement, ReplacementNews, ReplacementPart

Kind, News = ReplacementPart.Kind, ReplacementNews.News
# What tells somebody that they have a role at a school: how to sign in, what to confirm, all dates.
OF_A_ROLE = (INVITATION.key, NEW_HEAD.key, "year_dates")


def tell_replaced(*, change: Replacement, by: User, now: datetime) -> None:
    """Whoever is replaced hears what ends for them, who leads the groups who comes; not of what they did themselves."""
    parts = list(change.parts.select_related("role", "leader", "enrolled__enrolment__school"))
    told = {person: what for person, what in _of_groups(change, parts).items() if person != change.successor_id}
    told[change.person_id] = _ends(parts)
    told.pop(by.person_id, None)
    rows = [
        ReplacementNews(replacement=change, person_id=person, what=what, news=News.PASSES, news_at=now)
        for person, what in told.items()
        if what
    ]
    notices.reconcile(*ReplacementNews.objects.bulk_create(rows), now=now)


def tell_taken_back(*, change: Replacement, heard: Collection[str], by: User, now: datetime) -> None:
    """Whoever had been written to hears that it does not stand, and nobody else.

    :param heard: what the successor had been written to of, by ``heard_by_successor``.
    """
    rows = list(change.news.select_related("person"))
    if change.successor is not None and heard:
        rows.append(ReplacementNews(replacement=change, person=change.successor, what=[*heard]))
    for row in rows:
        is_told = row.pk is None or bool(last_told(row, News.values))
        row.news = News.STAYS if is_told and row.person_id != by.person_id else ""
        row.news_at = now if row.news else None
        row.save()
    notices.reconcile(*rows, now=now)
    if change.successor is not None:
        handing.invite_no_more(person=change.successor, since=change.made_at, now=now)


def tell_teachers(change: Replacement, enrolment: Enrolment, by: User, now: datetime) -> None:
    """Who takes part after all, and who does not: the successor has taken part only where their group met since."""
    tell_back(enrolment=enrolment, person=change.person, now=now)
    if change.successor is None:
        return
    met = Meeting.objects.standing().filter(group__places__enrolment=enrolment, starts_at__lte=now)
    has_begun = met.filter(starts_at__gte=at_london(change.from_on, 0)).exists()
    tell_left(enrolment=enrolment, person=change.successor, from_on=day_of(now), by=by, now=now, has_begun=has_begun)


def heard_by_successor(change: Replacement, now: datetime) -> list[str]:
    """What the successor was written to of, beside their places and groups, by its labels.

    In the caller's transaction: none of it leaves between this look and what follows from it.
    """
    to = change.successor
    if to is None:
        return []
    parts = change.parts.select_related("given__school", "interest", "replacement")
    about = [(part.label, _mails(change, part, to, now)) for part in parts]
    return [label for label, mails in about if mails is not None and _is_reached(to, mails, change.made_at)]


def _ends(parts: Iterable[ReplacementPart]) -> list[str]:
    """What ends for whoever is replaced; of groups the change of their leader says when the time as one ends."""
    kinds = {part.kind for part in parts}
    is_role = [part for part in parts if part.kind == Kind.ROLE and part.role is not None and part.role.kind != TEACHER]
    is_time = [] if Kind.GROUP in kinds else [part for part in parts if part.kind == Kind.LEADER]
    return [part.label for part in (*is_role, *is_time)]


def _of_groups(change: Replacement, parts: Iterable[ReplacementPart]) -> dict[int, list[str]]:
    """Who leads the groups in which a place passes on: which groups, and which schools, by person."""
    enrolments = [part.enrolled.enrolment_id for part in parts if part.kind == Kind.PLACE and part.enrolled is not None]
    places = Place.objects.taken().filter(enrolment__in=enrolments, group__status__in=Group.OPEN)
    found: dict[int, list[str]] = defaultdict(list)
    for place in places.select_related("group__leader", "enrolment__school").order_by("pk"):
        beside = CoLeader.objects.standing().filter(Q(until=None) | Q(until__gte=change.from_on), group=place.group_id)
        leading = [place.group.leader.person_id, *beside.values_list("leader__person", flat=True)]
        for person in dict.fromkeys(one for one in leading if one != change.person_id):
            found[person].append(f"{place.group}, {place.enrolment.school}")
    return found


def _mails(change: Replacement, part: ReplacementPart, to: Person, now: datetime) -> Q | None:
    """Which e-mails tell whoever follows of one part; None where another tells of it, or it has not passed yet."""
    if part.kind == Kind.ROLE and part.given is not None:
        return _of_role(change, part, part.given, to) if _has_begun(part, part.given, now) else None
    if part.interest is not None and "fields" in part.was:
        return Q(target__in=[record_key(one) for one in _in_one_email(part, part.interest)])
    if part.kind == Kind.DRAFT and "contact" in part.was:
        return Q(target=record_key(FormDraft(pk=part.was["pk"])))
    return None


def _in_one_email(part: ReplacementPart, interest: Interest) -> list[Interest]:
    """Of which interests one e-mail to a contact, or a headteacher, tells: it goes with the first of a form."""
    if part.kind == Kind.NOMINEE:
        return [interest]
    form = Interest.objects.of_same_form(interest)
    rows = form.filter(school=interest.school_id) if part.kind == Kind.HEAD else form
    return [one for one in rows if one.is_light == interest.is_light]


def _has_begun(part: ReplacementPart, given: Role, now: datetime) -> bool:
    """Whether a role that goes with the replacement has begun: what comes with it by another stays."""
    if given.kind == TEACHER or not part.is_given_by_it or given.starts_on > day_of(now):
        return False
    others = ReplacementPart.objects.filter(given=given, replacement__in=Replacement.objects.standing())
    return not others.exclude(replacement=part.replacement_id).exists()


def _of_role(change: Replacement, part: ReplacementPart, given: Role, to: Person) -> Q:
    users = User.objects.filter(person=to)
    asked = HeadConfirmation.objects.filter(person=to, school=given.school_id, asked_at__gte=change.made_at)
    groups = Group.objects.filter(places__enrolment__school=given.school_id).distinct()
    targets = [record_key(one) for one in (*users, *asked.order_by("pk"), *groups.order_by("pk"))]
    return Q(kind__in=OF_A_ROLE, target__in=targets)


def _is_reached(to: Person, mails: Q, since: datetime) -> bool:
    rows = Notice.objects.filter(mails, recipient__in=(person_recipient(to).key, mail_key(to.email)))
    list(rows.filter(state=Notice.State.PLANNED).order_by("pk").select_for_update().values_list("pk", flat=True))
    return rows.filter(Q(state=Notice.State.SENDING) | Q(state=Notice.State.SENT, sent_at__gte=since)).exists()
