"""The verbs of meetings: propose and plan a year's dates, move, cancel, bring back, say where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.templatetags.portal import clock_time, moment
from hubportal.core.workflow import CannotMove
from programmes.rules import calendar
from schools.models import School, User
from workgroups.actions.clashes import busy_times
from workgroups.actions.told import first_mails, known_facts, who_is_untold
from workgroups.actions.visits import holidays_of, planning_dates, year_dates
from workgroups.models import Group, Meeting
from workgroups.models.meetings import place_words
from workgroups.notices.meetings import REMIND_DAYS
from workgroups.notices.reminding import reminders_of
from workgroups.rules import planning

MEETINGS_STAY = "its meetings stay as they are."
HAS_CLOSED = "{school} has closed: choose another place."


class CannotMeet(Exception):
    """A date or a place that a meeting cannot have, said in words for people."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a meeting is, in London's time, and where: at a school, or at a venue."""

    day: date
    start: time
    end: time
    host: School | None = None
    venue: str = ""

    @property
    def starts_at(self) -> datetime:
        """The aware moment."""
        return clock.at_london(self.day, self.start.hour, self.start.minute)

    @property
    def ends_at(self) -> datetime:
        """The aware moment."""
        return clock.at_london(self.day, self.end.hour, self.end.minute)


def propose_dates(
    *, group: Group, weekday: int, today: date, start: time = time.min, end: time = time.max
) -> list[date]:
    """Dates for the meetings that the offer says and that are not planned yet, spread over what is left of the year.

    Beside meetings that are planned, they are in the half-terms (terms) that lack theirs.

    :param start, end: the hours they are planned for: days on which the leader meets another group then are avoided.
    :raises calendar.CannotPlan: where the year has too few school days left.
    """
    taken = _days_of(group)
    missing = max(group.offer.meetings - len(taken), 0)
    if not missing:
        return []
    year = (group.offer.meetings_per, planning_dates(group), holidays_of(group), weekday)
    avoid = _leaders_days(group, start, end)
    if taken:
        return calendar.fill_gaps(missing, *year, held=taken, first=today, avoid=avoid)
    return calendar.spread(missing, *year, first=today, avoid=avoid)


def _leaders_days(group: Group, start: time, end: time) -> set[date]:
    """The days on which who leads the group meets another group at these hours."""
    found = set()
    for one in busy_times(group):
        day = one.meeting.starts_at.astimezone(clock.LONDON).date()
        if one.overlaps(*(datetime.combine(day, at, clock.LONDON) for at in (start, end))):
            found.add(day)
    return found


@transaction.atomic
def plan_meetings(*, group: Group, slots: Sequence[Slot], by: User | None, now: datetime) -> list[Meeting]:
    """Add meetings on these days and return them; a running group is told of each.

    :raises CannotMeet: where a day will not do, or its school has closed by then.
    :raises CannotMove: where the group has ended.
    """
    group = _locked(group.pk)
    over = group.why_over("it plans no more meetings.")
    if over:
        raise CannotMove(over)
    _check(group, slots, _days_of(group))
    half_days = group.offer.meeting_half_days
    untold = notices.waiting(*first_mails(group))
    made = Meeting.objects.bulk_create(
        [
            Meeting(
                group=group,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                host=slot.host,
                venue=slot.venue,
                half_days=half_days,
                # Who has the dates of the year already hears of one more.
                changed_at=now if group.started_at else None,
                added_at=now if group.started_at else None,
                untold=untold,
            )
            for slot in slots
        ]
    )
    new = {one.pk for one in made}
    made = [one for one in number_again(group) if one.pk in new]
    journal.record("Meetings planned", on=group, by=by, note="\n".join(_words(one) for one in made))
    notices.reconcile(group, *made, now=now)
    wake.wake()
    return made


@transaction.atomic
def move_meeting(*, meeting: Meeting, slot: Slot, reason: str, seen: int, by: User | None, now: datetime) -> None:
    """Move a planned meeting, or only its end; where the group is running, everybody is told once.

    A date that was mistaken for one in the past is put right while the group is forming.

    :param seen: the meeting's ``sequence`` as the person saw it: a step made on an old page loses.
    :raises CannotMeet: where the new date will not do.
    :raises CannotMove: where somebody else was first, or the meeting is no longer planned.
    """
    group = meeting.group = _locked(meeting.group_id)
    # Nobody is marked in the register between this look and the move.
    _hold(meeting, seen)
    problem = why_not_move(meeting, now)
    if problem:
        raise CannotMove(problem)
    _check(group, [slot], _days_of(group, but=meeting))
    if slot.starts_at <= now < meeting.starts_at:
        raise CannotMeet("That time has passed. Choose a date that is still to come.")
    if (slot.starts_at, slot.ends_at) == (meeting.starts_at, meeting.ends_at):
        raise CannotMeet("The meeting already is at this time.")
    before, keeps_start = _words(meeting), slot.starts_at == meeting.starts_at
    moved = Meeting.objects.filter(pk=meeting.pk, sequence=seen, status=Meeting.Status.PLANNED).update(
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        sequence=F("sequence") + 1,
        **known_facts(meeting),
        changed_at=now,
        change_note=reason,
        untold=who_is_untold(meeting),
    )
    if moved != 1:
        raise CannotMove(meeting.who_was_first())
    number_again(group)
    if not keeps_start:
        # What people said, and marks made before it began, were about another day.
        meeting.answers.all().delete()
        meeting.register.all().delete()
    meeting.refresh_from_db()
    changed = {"date": [before, _words(meeting)]}
    what = "End of the meeting changed" if keeps_start else "Meeting moved"
    journal.record(what, on=meeting, by=by, note=reason, changed=changed)
    notices.reconcile(group, meeting, now=now)
    wake.wake()


def why_not_move(meeting: Meeting, now: datetime) -> str:
    """Why a planned meeting cannot be moved (any more), or an empty string; reads ``group``."""
    over = meeting.group.why_over(MEETINGS_STAY)
    if over or meeting.starts_at > now:
        return over
    if meeting.group.status != Group.Status.FORMING:
        return "This meeting has started or is over: it cannot be moved any more."
    if meeting.register.exists():
        return "People are marked in the register of this meeting, so it took place: it cannot be moved."
    return ""


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, seen: int, by: User | None, now: datetime) -> None:
    """Cancel a planned meeting; where the group is running, everybody who had been sent its date is told once.

    :param seen: the meeting's ``sequence`` as the person saw it: a step made on an old page loses.
    :raises CannotMeet: where it has begun and somebody is marked in its register: it took place.
    :raises CannotMove: where somebody else was first, or the meeting was held.
    """
    group = meeting.group = _locked(meeting.group_id)
    # Nobody is marked in the register between this look and the cancellation.
    _hold(meeting, seen)
    problem = why_not_cancel(meeting, now)
    if problem:
        raise CannotMeet(problem)
    # Marks made before it began say nothing about a meeting that did not take place.
    meeting.register.all().delete()
    meeting.move_to(
        Meeting.Status.CANCELLED,
        by=by,
        note=reason,
        what="Meeting cancelled",
        sequence=F("sequence") + 1,
        **known_facts(meeting),
        changed_at=now,
        change_note=reason,
        untold=who_is_untold(meeting),
        number=None,
    )
    number_again(group)
    meeting.refresh_from_db()
    notices.reconcile(group, meeting, now=now)
    wake.wake()


def why_not_cancel(meeting: Meeting, now: datetime) -> str:
    """Why a planned meeting cannot be cancelled (any more), or an empty string."""
    if meeting.starts_at <= now and meeting.register.exists():
        return "People are marked in the register of this meeting, so it took place: complete the register instead."
    return ""


@transaction.atomic
def bring_back(*, meeting: Meeting, by: User | None, now: datetime) -> None:
    """Let a cancelled meeting take place after all; everybody who had heard of the cancellation is told once.

    Whoever had not, and knows another date of it from before a move, is told of the new date.

    :raises CannotMeet: where its day will no longer do, or has passed.
    :raises CannotMove: where somebody else was first, or the group has ended.
    """
    group = meeting.group = _locked(meeting.group_id)
    over = group.why_over(MEETINGS_STAY)
    if over:
        raise CannotMove(over)
    if meeting.starts_at <= now:
        raise CannotMeet("The time of this meeting has passed. Plan another one instead.")
    start, end = (moment.astimezone(clock.LONDON) for moment in (meeting.starts_at, meeting.ends_at))
    _check(group, [Slot(start.date(), start.time(), end.time())], _days_of(group, but=meeting))
    # Who had not heard of it before it was cancelled is told of it as of any that is added.
    unheard = {key: kind for key, kind in meeting.untold.items() if kind == "meeting_added"}
    untold = unheard | notices.waiting(("meeting_cancelled", meeting), *first_mails(group))
    knows_old_date = "meeting_cancelled" in untold.values() and not meeting.is_as_known
    meeting.move_to(
        Meeting.Status.PLANNED,
        by=by,
        what="Meeting brought back",
        sequence=F("sequence") + 1,
        was_at=meeting.was_at if knows_old_date else None,
        was_ends_at=meeting.was_ends_at if knows_old_date else None,
        was_place=meeting.was_place if knows_old_date else "",
        changed_at=now,
        change_note="",
        untold=untold,
    )
    number_again(group)
    meeting.refresh_from_db()
    notices.reconcile(group, meeting, now=now)
    wake.wake()


def cancel_with_group(*, group: Group, reason: str, by: User | None, now: datetime) -> None:
    """Cancel what lies ahead of a group that was given up; its own e-mail tells of all of them at once.

    A meeting that took place stays, even where its register is not complete.
    """
    # One look for all meetings: who has the dates of the year already waits for none of them.
    waits = notices.waiting(*first_mails(group))
    ahead = group.meetings.filter(status=Meeting.Status.PLANNED, starts_at__gt=now).select_related("host")
    for meeting in locks.all_held(ahead):
        meeting.group = group
        meeting.move_to(
            Meeting.Status.CANCELLED,
            by=by,
            note=reason,
            number=None,
            **known_facts(meeting),
            changed_at=now,
            change_note=reason,
            untold=who_is_untold(meeting, waits),
        )


@transaction.atomic
def place_meeting(
    *, meeting: Meeting, host: School | None, venue: str, topic: str, by: User | None, now: datetime
) -> None:
    """Say where a meeting is and what it is about; the next reminder carries it.

    People who know another place, or get no more reminder, are told at once.

    :raises CannotMeet: where it would be at a school that has closed by then.
    :raises CannotMove: where it is cancelled, or somebody has just changed it.
    """
    group = meeting.group = _locked(meeting.group_id)
    _hold(meeting, meeting.sequence)
    if meeting.status == Meeting.Status.CANCELLED:
        raise CannotMove("This meeting is cancelled: bring it back first, or plan another one.")
    if (meeting.host, meeting.venue, meeting.topic) == (host, venue, topic):
        return
    known, before = known_facts(meeting), {"place": meeting.place_name, "topic": meeting.topic}
    meeting.host, meeting.venue, meeting.topic = host, venue, topic
    after = {"place": meeting.place_name, "topic": topic}
    changed = {name: [old, after[name]] for name, old in before.items() if old != after[name]}
    # What it is about can be said before another place is found.
    if "place" in changed and meeting.is_at_closed:
        raise CannotMeet(HAS_CLOSED.format(school=host))
    news: dict[str, Any] = {}
    if "place" in changed and _is_news_where(meeting, known["was_place"], now):
        # A move of which nobody has heard yet keeps its reason.
        note = "" if known["was_at"] == meeting.starts_at else meeting.change_note
        news = {**known, "sequence": meeting.sequence + 1, "changed_at": now, "change_note": note}
        news["untold"] = who_is_untold(meeting)
    for name, value in news.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=["host", "venue", "topic", *news])
    journal.record("Meeting changed", on=meeting, by=by, changed=changed)
    notices.reconcile(group, meeting, now=now)
    wake.wake()


def _is_news_where(meeting: Meeting, known_place: str, now: datetime) -> bool:
    """Whether people must be told at once where a meeting is."""
    if meeting.group.started_at is None or meeting.starts_at <= now:
        return False
    was_known = known_place != place_words("", None)
    return was_known or not reminders_of(meeting.starts_at, REMIND_DAYS, now)


def why_not_day(*, group: Group, day: date) -> str:
    """Why the group cannot meet on a day, or an empty string."""
    return planning.day_problem(day, half_terms=year_dates(group), bank_holidays=holidays_of(group))


def _locked(pk: int) -> Group:
    """The group as it stands; nobody else plans, moves, ends or begins anything in it until the caller is done."""
    return locks.held(Group.objects.select_related("offer", "hub"), pk)


def _hold(meeting: Meeting, seen: int) -> None:
    """Lock a meeting's row and bring it up to date; in its group's lock.

    :raises CannotMove: where it was moved, cancelled or brought back since somebody saw it.
    """
    fields = [field.attname for field in meeting._meta.concrete_fields if not field.is_relation]
    locks.refresh(meeting, fields)
    if meeting.sequence == seen:
        return
    stands = meeting.status == Meeting.Status.PLANNED
    raise CannotMove(meeting.who_was_first() + (f" The meeting is now on {_words(meeting)}." if stands else ""))


def number_again(group: Group) -> list[Meeting]:
    """Let the standing meetings of a group, which the caller has locked, be 1, 2, 3 … by their dates; returns them."""
    standing = list(group.meetings.standing().order_by("starts_at", "pk"))
    changed = []
    for number, meeting in enumerate(standing, start=1):
        if meeting.number != number:
            meeting.number = number
            changed.append(meeting)
    # No number is there twice at any moment.
    is_free = Q(status=Meeting.Status.CANCELLED) | Q(pk__in=[one.pk for one in changed])
    group.meetings.filter(is_free).update(number=None)
    Meeting.objects.bulk_update(changed, ["number"])
    return standing


def _check(group: Group, slots: Sequence[Slot], taken: set[date]) -> None:
    """That a group can meet at these times, beside the days that are taken already and each other's."""
    half_terms, bank_holidays, taken = year_dates(group), holidays_of(group), set(taken)
    for slot in slots:
        problem = planning.day_problem(slot.day, half_terms=half_terms, bank_holidays=bank_holidays, taken=taken)
        problem = problem or planning.time_problem(slot.start, slot.end)
        if not problem and slot.host is not None and slot.host.has_closed_by(slot.day):
            problem = HAS_CLOSED.format(school=slot.host)
        if problem:
            raise CannotMeet(problem)
        taken.add(slot.day)


def _days_of(group: Group, but: Meeting | None = None) -> set[date]:
    meetings = group.meetings.standing()
    if but is not None:
        meetings = meetings.exclude(pk=but.pk)
    return {start.astimezone(clock.LONDON).date() for start in meetings.values_list("starts_at", flat=True)}


def _words(meeting: Meeting) -> str:
    """For the journal: Tuesday 12 January 2027, 1.30pm to 3.30pm."""
    return f"{moment(meeting.starts_at)} to {clock_time(meeting.ends_at)}"
