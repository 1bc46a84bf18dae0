"""The work list: what needs somebody now, each line with its number and its oldest; one query for all lines."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import CharField, Count, F, Min, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from funding.models import Claim
from hubportal.core.clock import LONDON
from hubportal.core.models import BadAddress, Notice
from programmes.figures.proposals import Queue, Waiting, queues
from programmes.models import Enrolment, HeadConfirmation, Interest
from schools.models import Advocate, Hub, School, SchoolQuerySet, User, with_two_heads, without_follower, without_lead
from schools.rules import academic_year
from workgroups.models import (
    Group,
    Meeting,
    Visit,
    VisitQuerySet,
    closed_with_work,
    of_unknown_successor,
    open_work,
    short_of_meetings,
    without_group,
    year_is_over,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of work: its words, where it is done, the rows that wait, and since when (empty: without a date)."""

    key: str
    title: str
    action: str
    url_name: str
    query: str
    rows: Callable[["Reader"], QuerySet[Any]]
    since: str
    name: str
    is_late: bool = False
    own: str = ""  # what the list is asked besides where the reader's own rows are counted
    all: str = ""  # the same where everybody's are counted
    by: str = ""  # what the date says, where it is not since when the row waits


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the list is made: one hub, or (``hub`` None) all one sees; leaders see their own."""

    user: User
    hub: Hub | None
    now: datetime
    today: date
    own_only: bool = False
    of_all: bool = False  # also what others of the hub's staff look after


@dataclass(frozen=True, slots=True)
class Item:
    """A line with its number, as the page draws it."""

    count: int
    title: str
    oldest: str
    since: date | None
    by: str
    url: str
    action: str
    is_late: bool
    note: str = ""


def proposed(hub: Hub, reader: Reader) -> list[Item]:
    """Who would be next, for each programme of a hub with a free place and somebody waiting; as ``_undecided``."""
    found = queues(hub, since=academic_year(reader.today))
    return [_proposal(one, one.next) for one in found if one.next and (reader.of_all or _is_own(one.next, reader))]


def _is_own(first: Waiting, reader: Reader) -> bool:
    return first.keeper in (None, reader.user.pk)


def _proposal(queue: Queue, first: Waiting) -> Item:
    left = queue.room.left or 0
    return Item(
        count=left,
        title=f"{'Place' if left == 1 else 'Places'} free: {first.interest.who} is next",
        oldest="",
        since=None,
        by="",
        url=f"{reverse('programmes:waiting-list')}#offer-{queue.offer.pk}",
        action="Decide",
        is_late=False,
        note=f"{queue.offer}. Because: {first.why}." if first.why else f"{queue.offer}. Because it has waited longest.",
    )


def _hub(rows: Any, reader: Reader) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.visible_to(reader.user).for_hub(reader.hub)
    return found


def _visits(reader: Reader) -> VisitQuerySet:
    visits = Visit.objects.visible_to(reader.user).for_hub(reader.hub)
    return visits.filter(leader__person=reader.user.person_id) if reader.own_only else visits


def _unlogged(reader: Reader) -> QuerySet[Any]:
    return _visits(reader).overdue_log(reader.today)


def _unbooked(reader: Reader) -> Any:
    return _visits(reader).due_to_book(reader.today)


def _unmarked(reader: Reader) -> QuerySet[Any]:
    meetings = Meeting.objects.visible_to(reader.user).for_hub(reader.hub).unmarked(reader.now)
    return meetings.filter(group__leader__person=reader.user.person_id) if reader.own_only else meetings


def _to_place(reader: Reader) -> QuerySet[Any]:
    meetings = Meeting.objects.visible_to(reader.user).for_hub(reader.hub).to_place_anew(reader.now)
    return meetings.filter(group__leader__person=reader.user.person_id) if reader.own_only else meetings


def _short(reader: Reader) -> QuerySet[Any]:
    groups = Group.objects.visible_to(reader.user).for_hub(reader.hub)
    if reader.own_only:
        groups = groups.led_by(reader.user.person_id)
    return short_of_meetings(groups, reader.today)


def _over(reader: Reader) -> QuerySet[Any]:
    return year_is_over(Group.objects.visible_to(reader.user).for_hub(reader.hub), reader.now)


def _undecided(reader: Reader) -> QuerySet[Any]:
    rows: Any = _hub(Interest.objects, reader).filter(status=Interest.Status.SUBMITTED)
    # As the list opens: whoever decides begins with their own and with what nobody looks after.
    keeps = bool(reader.user.scope.staff_hub_ids) and not reader.of_all
    found: QuerySet[Any] = rows.mine_or_nobodys(reader.user) if keeps else rows
    return found


def _unnamed(reader: Reader) -> QuerySet[Any]:
    return Enrolment.objects.visible_to(reader.user).for_hub(reader.hub).unnamed_late(reader.today)


def _refusing_heads(reader: Reader) -> QuerySet[Any]:
    return Interest.objects.visible_to(reader.user).for_hub(reader.hub).refused_since(reader.now)


def _sent_after(reader: Reader) -> QuerySet[Any]:
    rows = Interest.objects.visible_to(reader.user).for_hub(reader.hub).sent_after_decision()
    return rows.filter(year__gte=academic_year(reader.today))


def _silent_heads(reader: Reader) -> QuerySet[Any]:
    return Interest.objects.visible_to(reader.user).for_hub(reader.hub).without_answer(reader.now)


def _to_ring(reader: Reader) -> QuerySet[Any]:
    return Interest.objects.visible_to(reader.user).for_hub(reader.hub).to_be_rung(reader.today)


def _new_heads(reader: Reader) -> QuerySet[Any]:
    return HeadConfirmation.objects.visible_to(reader.user).for_hub(reader.hub).open()


def _ungrouped(reader: Reader) -> QuerySet[Any]:
    return without_group(Enrolment.objects.visible_to(reader.user).for_hub(reader.hub))


def _changed(reader: Reader) -> SchoolQuerySet:
    return closed_with_work(School.objects.visible_to(reader.user), open_work(reader.user, reader.hub, reader.now))


def _unknown(reader: Reader) -> QuerySet[Any]:
    return of_unknown_successor(_changed(reader))


def _doubled(reader: Reader) -> QuerySet[Any]:
    schools = School.objects.visible_to(reader.user).belonging_to(reader.hub, reader.user)
    return with_two_heads(schools, reader.today)


def _to_approve(reader: Reader) -> QuerySet[Any]:
    return _hub(Claim.objects, reader).filter(status=Claim.Status.RAISED)


def _to_pay(reader: Reader) -> QuerySet[Any]:
    return _hub(Claim.objects, reader).filter(status=Claim.Status.APPROVED)


def _failed(reader: Reader) -> QuerySet[Any]:
    failed = Notice.objects.visible_to(reader.user).worth_another_try(reader.now)
    return failed.filter(owner=reader.hub) if reader.hub else failed


def _addresses(reader: Reader) -> QuerySet[Any]:
    return BadAddress.objects.visible_to(reader.user).for_hub(reader.hub).standing()


def _advocates(reader: Reader) -> QuerySet[Any]:
    return Advocate.objects.visible_to(reader.user).for_hub(reader.hub).to_ask_anew(reader.today)


def _for_national(reader: Reader) -> QuerySet[Any]:
    claims = Claim.objects.visible_to(reader.user).for_hub(reader.hub)
    return claims.for_national(reader.today)


def _leadless(reader: Reader) -> QuerySet[Any]:
    return without_lead(Hub.objects.visible_to(reader.user), reader.today)


def _gaps(reader: Reader) -> QuerySet[Any]:
    schools = School.objects.visible_to(reader.user).for_hub(reader.hub)
    return without_follower(schools, reader.today)


def _hubless(reader: Reader) -> QuerySet[Any]:
    return School.objects.visible_to(reader.user).for_hub(reader.hub).without_hub()


FAILED = Line(
    "failed", "Reminders that failed", "Mend", "dashboards:notice-list", "state=to_mend",
    _failed, "due_at", "name", is_late=True,
)  # fmt: skip
LEADER_LINES = (
    Line(
        "unlogged", "Visits without a log", "Log them", "workgroups:visit-list", "state=to_log&years=all",
        _unlogged, "on", "school__name", is_late=True, own="&whose=mine",
    ),
    Line(
        "unmarked", "Meetings without a full register", "Open", "workgroups:meeting-list", "status=unmarked&years=all",
        _unmarked, "starts_at", "group__name", is_late=True, own="&whose=mine",
    ),
    Line(
        "to_place", "Meetings that need another place", "Choose it", "workgroups:meeting-list",
        "status=place&years=all", _to_place, "starts_at", "group__name", own="&whose=mine", by="on",
    ),
    Line(
        "unbooked", "Visits to book, late or within three weeks", "Book", "workgroups:visit-list",
        "state=book_soon&years=all", _unbooked, "book_by", "school__name", own="&whose=mine", by="to be booked by",
    ),
    Line(
        "short", "Groups that need another meeting", "Plan it", "workgroups:group-list", "status=short&years=all",
        _short, "", "name", own="&mine=yes",
    ),
)  # fmt: skip
HUB_LINES = (
    Line(
        "undecided", "Applications to decide", "Decide", "programmes:interest-list", "status=submitted",
        _undecided, "submitted_at", "school__name", all="&whose=all",
    ),
    Line(
        "to_ring", "Interested schools to tell that they can apply: they have no e-mail address", "Tell them",
        "programmes:interest-list", "status=ring&whose=all", _to_ring, "submitted_at", "school__name",
    ),
    Line(
        "new_heads", "New headteachers who have not confirmed", "See who", "programmes:confirmation-list", "state=open",
        _new_heads, "asked_at", "school__name",
    ),
    Line(
        "refusing_heads", "Headteachers who said no", "Decide", "programmes:interest-list",
        "status=all&head=settle&whose=all", _refusing_heads, "head_refused_at", "school__name", is_late=True,
    ),
    Line(
        "sent_after", "Sent again after you had decided", "Compare", "programmes:copy-list", "late=yes",
        _sent_after, "submitted_at", "school__name",
    ),
    Line(
        "silent_heads", "Headteachers who never answered", "Ask again", "programmes:interest-list",
        "status=all&head=late&whose=all", _silent_heads, "head_asked_at", "school__name", is_late=True,
    ),
    Line(
        "unnamed", "Schools that have not named their teachers in time", "See which", "programmes:places-to-name",
        "late=yes", _unnamed, "named_by", "school__name", is_late=True,
    ),
    Line(
        "gaps", "Schools whose headteacher or maths lead leaves, nobody follows", "Ask them", "schools:school-list",
        "gap=yes", _gaps, "", "name",
    ),
    Line(
        "ungrouped", "Schools without a group", "Place them", "workgroups:place-waiting", "",
        _ungrouped, "accepted_on", "school__name",
    ),
    Line(
        "changed", "Closed schools with something open", "Settle", "workgroups:changed-list", "",
        _changed, "closed_on", "name",
    ),
    Line(
        "doubled", "Schools with two headteachers since another became part of them", "End one role",
        "schools:school-list", "gap=two&whose=all", _doubled, "", "name",
    ),
    *LEADER_LINES,
    Line(
        "over", "Groups whose year is over", "Complete", "workgroups:group-list", "status=over&years=all",
        _over, "", "name",
    ),
    Line(
        "to_approve", "Claims to approve", "Approve", "funding:claim-list", "status=raised&years=all",
        _to_approve, "raised_at", "award__enrolment__school__name",
    ),
    Line(
        "to_pay", "Approved claims to pay", "Pay", "funding:claim-list", "status=approved&years=all",
        _to_pay, "approved_at", "award__enrolment__school__name",
    ),
    Line(
        "advocates", "Headteacher advocates who have left: ask anew", "See", "schools:advocate-list", "state=anew",
        _advocates, "given_on", "person__name",
    ),
    FAILED,
    Line(
        "addresses", "E-mail addresses that do not work", "Mend", "schools:address-list", "stands=yes",
        _addresses, "last_at", "email",
    ),
)  # fmt: skip


NATIONAL_LINES = (
    Line(
        "for_national", "Claims that only the national team can approve", "Approve", "funding:claim-list",
        "approver=national&years=all", _for_national, "raised_at", "award__enrolment__school__name",
    ),
    Line(
        "leadless", "Hubs that nobody leads", "Invite a lead", "dashboards:hub-table", "lead=none",
        _leadless, "", "name",
    ),
    Line(
        "hubless", "Open schools without a hub", "Give them one", "schools:school-list", "hub=none",
        _hubless, "", "name",
    ),
    Line(
        "unknown", "Closed schools with something open: not known what they became", "Say which",
        "workgroups:changed-list", "became=unknown", _unknown, "closed_on", "name",
    ),
    replace(FAILED, title="Reminders that failed, in all hubs", action="See why"),
)  # fmt: skip


def work_list(reader: Reader, lines: tuple[Line, ...]) -> list[Item]:
    """The lines with something in them, the late ones first."""
    by_key = {line.key: line for line in lines}
    counted = [_counted(line, reader) for line in lines]
    rows = counted[0].union(*counted[1:], all=True)
    items = [_item(by_key[key], reader, number, first) for key, number, first in rows if number]
    order = list(by_key)
    keys = {by_key[key].title: order.index(key) for key in order}
    return sorted(items, key=lambda item: (not item.is_late, keys[item.title]))


def _counted(line: Line, reader: Reader) -> QuerySet[Any, Any]:
    """How many rows wait, and the smallest "date|name": the oldest with its name, without a second query."""
    since = Cast(line.since, CharField()) if line.since else Value("")
    dated = Concat(since, Value("|"), F(line.name), output_field=CharField())
    rows: Any = line.rows(reader)
    counted: QuerySet[Any, Any] = (
        rows.order_by()
        .values(key=Value(line.key, output_field=CharField()))
        .annotate(number=Count("pk"), first=Min(dated))
        .values_list("key", "number", "first")
    )
    return counted


def _item(line: Line, reader: Reader, number: int, first: str | None) -> Item:
    when, _, name = (first or "").partition("|")
    return Item(
        count=number,
        title=line.title,
        oldest=name,
        since=_day(when) if when else None,
        by=line.by,
        url=_address(line, own_only=reader.own_only, of_all=reader.of_all),
        action=line.action,
        is_late=line.is_late,
    )


def _day(written: str) -> date:
    """The day in London of what the database wrote, a date or a moment (SQLite leaves out that it is UTC)."""
    moment = datetime.fromisoformat(written)
    if len(written) == len("2026-09-01"):
        return moment.date()
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LONDON).date()


def _address(line: Line, *, own_only: bool, of_all: bool) -> str:
    """Where the line is emptied."""
    query = line.query + (line.own if own_only else "") + (line.all if of_all else "")
    return reverse(line.url_name) + (f"?{query}" if query else "")
