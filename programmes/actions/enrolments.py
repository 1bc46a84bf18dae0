"""Enrolments: starting, naming teachers, pausing and taking up again, withdrawing, completing."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from hubportal.core import clock, journal, locks, notices, telling, wake
from hubportal.core.templatetags.portal import count
from hubportal.core.workflow import CannotMove
from programmes.actions.new_heads import ask_heads_of
from programmes.actions.teacher_news import tell_back, tell_left
from programmes.actions.teaching import end_teaching
from programmes.models import EnrolledTeacher, Enrolment, Interest, keep_turns, turn_elsewhere, turns_of
from programmes.rules import turns
from schools.actions import handing, people
from schools.actions.holding import hold_if_there
from schools.models import Person, Role, School, User
from schools.roles import TEACHER
from schools.scope import Scope


class CannotName(Exception):
    """A teacher who cannot be named for this place, said in words for people."""


def may_name(scope: Scope, enrolment: Enrolment) -> bool:
    """The hub's staff, the school's leads and its trust's; the place of a single person is theirs alone."""
    if enrolment.person_id is not None:
        return False
    school = enrolment.school
    return (
        scope.staffs(enrolment.hub_id)
        or school.pk in scope.school_lead_ids
        or (school.trust_id is not None and school.trust_id in scope.trust_ids)
    )


@transaction.atomic
def activate(*, enrolment: Enrolment, by: User | None) -> None:
    """The school's year has begun: its group started. One that has begun already stays as it is.

    :raises CannotMove: where it was paused, withdrawn or completed.
    """
    if enrolment.status == Enrolment.Status.PAUSED:
        raise CannotMove(f"{enrolment.who} is paused: let it take part again first.")
    if enrolment.status != Enrolment.Status.ACTIVE:
        enrolment.move_to(Enrolment.Status.ACTIVE, by=by, what="Started")
        wake.wake()


@transaction.atomic
def pause(*, enrolment: Enrolment, by: User | None, now: datetime, reason: str) -> None:
    """The school stops for a while and may take up the same year again; whoever knows of the place is told.

    :raises CannotMove: where it has ended.
    """
    enrolment.move_to(
        Enrolment.Status.PAUSED,
        by=by,
        note=reason,
        what="Paused",
        end_reason=reason,
        paused_from=enrolment.status,
    )
    _tell(enrolment, Enrolment.News.PAUSED, now)


@transaction.atomic
def resume(*, enrolment: Enrolment, by: User | None, now: datetime) -> None:
    """The school takes part again as it did before its pause: active only where its year had begun.

    Whoever has heard of the pause is told; whoever has become headteacher meanwhile is asked about it.

    :raises CannotMove: where it is not paused.
    """
    if enrolment.status != Enrolment.Status.PAUSED:
        raise CannotMove(f"This is {enrolment.get_status_display().lower()}: there is no pause to end.")
    before = enrolment.paused_from or Enrolment.Status.ACCEPTED
    enrolment.move_to(before, by=by, what="Taken up again", end_reason="", paused_from="")
    _tell(enrolment, Enrolment.News.RESUMED, now)
    ask_heads_of([enrolment.school_id], now=now)


@transaction.atomic
def withdraw(
    *,
    enrolment: Enrolment,
    by: User | None,
    now: datetime,
    reason: str,
    news: str = Enrolment.News.WITHDRAWN,
    gave_way_to: School | None = None,
) -> None:
    """The school leaves before the end; its interest is closed too, so that it may express one again.

    A copy of that stays as it is: its sender was told that the school had been accepted.

    :param news: what people hear of it; nothing where the school itself has gone.
    :param gave_way_to: of two that became one, the school whose enrolment goes on instead.
    :raises CannotMove: where it has ended.
    """
    today = now.astimezone(clock.LONDON).date()
    enrolment.move_to(
        Enrolment.Status.WITHDRAWN,
        by=by,
        note=reason,
        what="Withdrawn",
        ended_on=today,
        end_reason=reason,
        gave_way_to=gave_way_to,
    )
    _tell(enrolment, news, now)
    interest = enrolment.interest
    if interest is not None and interest.may_move_to(Interest.Status.WITHDRAWN):
        interest.move_to(Interest.Status.WITHDRAWN, by=by, note=reason, what="Withdrawn")
        notices.reconcile(interest, *interest.seconds.all(), now=now)


def _tell(enrolment: Enrolment, news: str, now: datetime) -> None:
    """Whoever knows of the place hears how it stands, unless that is what they were last told.

    Of an end of a pause of which nobody heard, be it at the school or as leader of its group, nobody hears either.
    """
    heard = telling.last_told(enrolment, Enrolment.News.values)
    is_known = news == Enrolment.News.RESUMED and not heard
    enrolment.news, enrolment.news_at = ("", None) if not news or is_known else (news, now)
    enrolment.save(update_fields=["news", "news_at"])
    notices.reconcile(enrolment, now=now)
    wake.wake()


@transaction.atomic
def complete(*, enrolment: Enrolment, by: User | None, today: date) -> None:
    """The school has done its year.

    :raises CannotMove: where it never began, or has ended.
    """
    enrolment.move_to(Enrolment.Status.COMPLETED, by=by, what="Completed", ended_on=today)
    wake.wake()


def hold(*chosen: Enrolment) -> None:
    """Lock enrolments, whichever was chosen first, in order of pk: of two who change them one waits for the other.

    How each stands is read anew.
    """
    for enrolment in sorted(chosen, key=lambda one: one.pk):
        locks.refresh(enrolment, ("status",))


def _hold(enrolment: Enrolment) -> Enrolment:
    """An enrolment as it stands now, until the end of the transaction: nobody withdraws it meanwhile."""
    locks.refresh(enrolment, ("status",), no_key=True)
    return enrolment


def _hold_to_name(enrolment: Enrolment) -> Enrolment:
    """:raises CannotName: where it has ended, also at this moment."""
    if _hold(enrolment).has_ended:
        raise CannotName(f"This enrolment is {enrolment.get_status_display().lower()}: nobody can be named any more.")
    return enrolment


@transaction.atomic
def name_teacher(
    *,
    enrolled: EnrolledTeacher,
    name: str,
    email: str,
    job_title: str,
    by: User | None,
    now: datetime,
    has_lead_role: bool | None = None,
) -> Person:
    """Name the teacher of a place that is held, and return them; they teach there, and are invited, from their day.

    :raises CannotName: where somebody else has named one, or this teacher has the enrolment's other place.
    """
    enrolment = _hold_to_name(enrolled.enrolment)
    person = people.know(name=name, email=email, by=by, school=enrolment.school, job_title=job_title)
    lead = enrolled.has_lead_role if has_lead_role is None else has_lead_role
    day = _fill(enrolled, person, has_lead_role=lead, by=by, now=now)
    _let_teach(person, enrolment.school, from_on=day, by=by, now=now)
    return person


def _let_teach(person: Person, school: School, *, from_on: date, by: User | None, now: datetime) -> None:
    """Whoever comes on a later day is invited when their first turn comes; who teaches there until then, at once."""
    today = clock.day_of(now)
    if from_on <= today:
        people.add_role(person=person, kind=TEACHER, by=by, now=now, school=school)
        return
    held = Role.objects.filter(person=person, kind=TEACHER, school=school, source="")
    is_there = held.current(today).not_over(from_on).exists()
    handing.give_from(person=person, kind=TEACHER, school=school, from_on=from_on, by=by, now=now)
    if is_there:
        people.invite_again(person=person, by=by, now=now)


def _fill(enrolled: EnrolledTeacher, person: Person, *, has_lead_role: bool, by: User | None, now: datetime) -> date:
    """Today, or from when whoever has the place leaves it: that day; the caller holds the enrolment.

    :raises CannotName: where somebody else has named one, or this teacher has the enrolment's other place.
    """
    enrolment, kept = enrolled.enrolment, turns_of(enrolled)
    places = EnrolledTeacher.objects.filter(enrolment=enrolment)
    today = now.astimezone(clock.LONDON).date()
    opens = turns.opens_on(kept, today)
    day = opens or today
    other = turn_elsewhere(enrolled, person.pk, since=day)
    if other is not None and other.since is not None and other.since > today:
        follows = f"{person.name} takes over another place in this enrolment on {turns.words(other.since)}."
        raise CannotName(f"{follows} Name somebody else, or take that back first.")
    if other is not None or places.filter(person=person).exists():
        raise CannotName(f"{person.name} already has a place in this enrolment. Name somebody else.")
    coming = enrolled.turns.filter(since__gt=day).select_related("person").first()
    if coming is not None and coming.since is not None:
        raise CannotName(f"{coming.person.name} has this place from {turns.words(coming.since)}. Take that back first.")
    is_ahead = day > today
    # Until then it is whose it is, and as it is: the sweep of turns passes it on.
    holder, lead = (enrolled.person, enrolled.has_lead_role) if is_ahead else (person, has_lead_role)
    held = places.filter(pk=enrolled.pk, person=None if opens is None else enrolled.person_id)
    if held.update(person=holder, has_lead_role=lead) != 1:
        raise CannotName("Somebody else has just named a teacher for this place. Nothing was done twice.")
    enrolled.person, enrolled.has_lead_role = holder, lead
    leads = has_lead_role if is_ahead else None
    keep_turns(enrolled, turns.named(kept, person=person.pk, day=day, leads=leads))
    tell_back(enrolment=enrolment, person=person, now=now)
    note = f"{person.name}, from {turns.words(day)}" if is_ahead else person.name
    journal.record("Teacher named", on=enrolment, by=by, note=note)
    wake.wake()
    return day


@transaction.atomic
def take_over(*, enrolment: Enrolment, teachers: Sequence[EnrolledTeacher], by: User | None, now: datetime) -> None:
    """Let teachers of another enrolment, which has ended, go on in the free places of this one; who is new is invited.

    Whoever is to follow one of them on a day to come comes along.

    :raises CannotName: where this one has ended too, there are more of them than free places, or one has a place
        already.
    """
    _hold_to_name(enrolment)
    free = list(EnrolledTeacher.objects.filter(enrolment=enrolment, person=None).order_by("pk"))
    if len(teachers) > len(free):
        raise CannotName(f"{count(len(free), 'place')} to be named, but you ticked {count(len(teachers), 'teacher')}.")
    for place, teacher in zip(free, teachers, strict=False):
        if teacher.person is not None:
            place.enrolment = enrolment
            held = Role.objects.filter(person=teacher.person, kind=TEACHER, school=enrolment.school)
            if not held.current(clock.day_of(now)).exists():
                people.add_role(person=teacher.person, kind=TEACHER, by=by, now=now, school=enrolment.school)
            lead = place.has_lead_role or teacher.has_lead_role
            _fill(place, teacher.person, has_lead_role=lead, by=by, now=now)
            _bring_who_follows(place, teacher, clock.day_of(now))


def _bring_who_follows(place: EnrolledTeacher, teacher: EnrolledTeacher, today: date) -> None:
    """Whoever follows a teacher on a day to come follows them in the place to which they went, too.

    :raises CannotName: where that one has a place in the other enrolment already.
    """
    before = turns_of(teacher)
    for turn in teacher.turns.filter(since__gt=today).select_related("person"):
        if turn_elsewhere(place, turn.person_id, since=turn.since or today):
            raise CannotName(
                f"{turn.person} is to follow {teacher.person}, and has a place in the other enrolment already. "
                "Take that back first."
            )
    if turns.opens_on(before, today) or turns.to_come(before, today):
        keep_turns(place, turns.carried(turns_of(place), before, day=today))


def next_place(enrolment: Enrolment) -> EnrolledTeacher | None:
    """For which place the next teacher is named: the first that is free, else the first that somebody leaves."""
    places = EnrolledTeacher.objects.filter(enrolment=enrolment)
    free = places.filter(person=None).order_by("pk").first()
    return free or places.opening().annotate(last=Max("turns__until")).order_by("last", "pk").first()


@transaction.atomic
def name_next_teacher(
    *,
    enrolment: Enrolment,
    name: str,
    email: str,
    job_title: str,
    by: User | None,
    now: datetime,
    has_lead_role: bool | None = None,
) -> Person:
    """Name the teacher of the first place that is free, else of one that somebody leaves, and return them.

    :raises CannotName: where none is free, or this teacher cannot have it.
    """
    # Of two who name somebody at the same moment each takes a place.
    _hold(enrolment)
    enrolled = next_place(enrolment)
    if enrolled is None:
        raise CannotName("Every place of this school has its teacher already.")
    enrolled.enrolment = enrolment
    return name_teacher(
        enrolled=enrolled,
        name=name,
        email=email,
        job_title=job_title,
        has_lead_role=has_lead_role,
        by=by,
        now=now,
    )


@transaction.atomic
def free_place(*, enrolled: EnrolledTeacher, by: User | None, now: datetime) -> None:
    """A teacher leaves: from today their place is held as "to be named", and they see no more of the school.

    They are told so, where they had been told of taking part. What they attended stays with them.

    :raises CannotName: where the enrolment has ended, or nobody was named.
    """
    enrolment, person, today = _hold(enrolled.enrolment), enrolled.person, clock.day_of(now)
    if enrolment.person_id is not None:
        raise CannotName("This is one person's own place: withdraw the enrolment instead.")
    if enrolment.has_ended:
        raise CannotName(f"This enrolment is {enrolment.get_status_display().lower()}: its teachers stay as they were.")
    if person is not None:
        hold_if_there(person)  # before their place and roles, as where two records of one person are merged
    if EnrolledTeacher.objects.filter(pk=enrolled.pk, person=person).exclude(person=None).update(person=None) != 1:
        raise CannotName("Somebody else has just changed this place. Nothing was done twice.")
    keep_turns(enrolled, turns.freed(turns_of(enrolled), day=today))
    enrolled.person = None
    if person is not None:
        end_teaching(person=person, school=enrolment.school, by=by, today=today)
        tell_left(enrolment=enrolment, person=person, from_on=today, by=by, now=now)
    journal.record("Teacher left", on=enrolment, by=by, note=str(person))
    wake.wake()
