"""Whoever has become headteacher, in whichever way, is asked about what runs; whoever is none any more is not."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from hubportal.core.clock import day_of
from hubportal.core.models import JournalEntry
from hubportal.core.records import apart, begin_of, read_key
from programmes.actions.confirming import ask_new_head, ask_no_more, close_over
from programmes.actions.following import WENT_ON
from programmes.actions.heads import ask_after_all, ask_nobody, has_left, has_left_since
from programmes.models import Enrolment, EnrolmentQuerySet, HeadConfirmation, Interest
from programmes.models.agreements import Agreement, asks_head, with_said
from programmes.models.confirming import LASTS
from schools.models import Role, RoleQuerySet, School, SchoolSplit
from schools.roles import HEADTEACHER
from schools.rules import academic_year


def follow_heads(*, now: datetime) -> int:
    """Ask new headteachers, and return how many were; safe to run again.

    Whoever replaces somebody, or comes with a file, is asked with that. This finds the others: invited, or the one who
    stays after a merger. Of two who lead a school together each is asked. Nobody is asked as new who came long ago,
    as before the portal looked for them.
    """
    close_over(now=now)
    _close_of_leavers(now)
    _ask_no_leavers(now)
    _ask_who_came_back(now)
    today, moved = day_of(now), _moved()
    return _ask(_not_asked(today, moved).filter(_lately(today, moved)), now)


@transaction.atomic
def ask_heads_of(schools: Collection[int], *, now: datetime) -> int:
    """Ask the headteachers of some schools who are new to what runs there, whenever they came; how many were."""
    return _ask(_not_asked(day_of(now), _moved()).filter(school__in=schools), now)


def _ask(heads: RoleQuerySet, now: datetime) -> int:
    asked = 0
    for role in heads.select_related("person", "school__hub"):
        with apart(role):
            if role.school is not None and _is_to_ask(role):
                ask_new_head(school=role.school, person=role.person, by=None, now=now)
                asked += 1
    return asked


def _close_of_leavers(now: datetime) -> None:
    """Whoever was asked, and is headteacher no more, does not answer for the school."""
    held = Role.objects.filter(kind=HEADTEACHER, school=OuterRef("school"), person=OuterRef("person"))
    gone = HeadConfirmation.objects.open().filter(~Exists(held.current(day_of(now))))
    for asked in gone.select_related("school", "person").order_by("pk"):
        with apart(asked):
            ask_no_more(school=asked.school, person=asked.person, now=now)


def _ask_no_leavers(now: datetime) -> None:
    """Whoever an application names, and is headteacher no more, does not confirm it, however they left.

    Not of a school that has closed, or became another: what is open there is settled, or goes on, first.
    """
    today = day_of(now)
    ended = Role.objects.filter(kind=HEADTEACHER, school=OuterRef("school"), ends_on__lt=today)
    ended = ended.filter(person__email__iexact=OuterRef("head_email"))
    asked = Interest.objects.open().filter(Exists(ended), head_asked_at__isnull=False, head_confirmed_at=None)
    asked = asked.filter(year__gte=academic_year(today), school__succeeded_by=None)
    for interest in asked.exclude(school__gias_status=School.GiasStatus.CLOSED).order_by("pk"):
        with apart(interest):
            if has_left_since(interest, today):
                ask_nobody(interest, why=f"{interest.head_name} is headteacher no more.", by=None, now=now)


def _ask_who_came_back(now: datetime) -> None:
    """Whoever is headteacher after all, as where a role was ended by mistake and given again, is asked once more."""
    today = day_of(now)
    for interest in Interest.objects.open().filter(head_ended_at__isnull=False, head_confirmed_at=None).order_by("pk"):
        with apart(interest):
            if not has_left(interest, today):
                ask_after_all(interest, now=now)


def _not_asked(today: date, moved: Collection[int]) -> RoleQuerySet:
    """Headteachers of today who are new to something that runs and were not asked about it: few among all."""
    heads = Role.objects.filter(kind=HEADTEACHER).current(today)
    found: RoleQuerySet = heads.filter(Exists(_new_to(today, moved))).order_by("-starts_on", "-pk")
    return found


def _lately(today: date, moved: Mapping[int, date]) -> Q:
    """Headteachers who have come lately, or to whom something has: a link that was sent then would still work.

    To whoever is there already it comes from a school that became theirs, or when the other of two has left.
    """
    since = today - LASTS
    came = Enrolment.objects.filter(pk__in=[pk for pk, day in moved.items() if day >= since])
    became = Exists(School.objects.filter(succeeded_by=OuterRef("school")))
    left = Role.objects.filter(became, kind=HEADTEACHER, ends_on__gte=since, ends_on__lt=today)
    return Q(starts_on__gte=since) | Q(school__in=came.values("school")) | Q(school__in=left.values("school"))


def _moved() -> dict[int, date]:
    """What runs and came from a school that became this one, or this one among others: its key, and on which day.

    Not in the query about every headteacher: of the journal only what is about these few is read.
    """
    became = Exists(School.objects.filter(succeeded_by=OuterRef("school")))
    became_part = Exists(SchoolSplit.objects.filter(became=OuterRef("school")))
    running = Enrolment.objects.in_progress().filter(became | became_part, person=None)
    records = [f"{begin_of(Enrolment)}{pk}" for pk in running.values_list("pk", flat=True)]
    entries = JournalEntry.objects.filter(record__in=records, what=WENT_ON).order_by("at")
    return {read_key(record)[1]: day_of(at) for record, at in entries.values_list("record", "at")}


def _new_to(today: date, moved: Collection[int]) -> EnrolmentQuerySet:
    """What runs at the school of a headteacher's role, and was agreed to, or led, by somebody else before them."""
    head, since = OuterRef(OuterRef("person")), OuterRef(OuterRef("starts_on"))
    before = Role.objects.filter(kind=HEADTEACHER, ends_on__gte=OuterRef("accepted_on"), ends_on__lt=today)
    before = before.exclude(person=head)
    # Whoever led a school that became this one led what came from there, and nothing else that runs here.
    has_moved = Q(pk__in=list(moved))
    # Apart: an OR over both tables has every role read for each enrolment.
    led_there = has_moved & Exists(before.filter(school__succeeded_by=OuterRef("school")))
    led = led_there | Exists(before.filter(school=OuterRef("school")))
    agreed = Agreement.objects.filter(enrolment=OuterRef("pk"))
    asked = HeadConfirmation.objects.filter(
        school=OuterRef("school"), person=head, asked_at__date__gte=OuterRef("accepted_on")
    )
    is_agreed = Q(interest__head_confirmed_at__isnull=False) | Exists(agreed)
    # Whom it names is for ``asks_head`` to say: here most of them are left out.
    is_named = Q(named=Lower(OuterRef("person__email"))) | Q(called=Lower(OuterRef("person__name")))
    running = Enrolment.objects.in_progress().filter(school=OuterRef("school"), person=None)
    return running.annotate(named=Lower("interest__head_email"), called=Lower("interest__head_name")).filter(
        Q(accepted_on__lte=OuterRef("starts_on")) | has_moved,
        is_agreed | led,
        Q(interest=None) | ~is_named,
        ~Exists(agreed.filter(by__person=head)),
        ~Exists(asked.filter(asked_at__date__gte=since)),
        school__gias_status__in=School.OPEN,
    )


def _is_to_ask(role: Role) -> bool:
    running = with_said(Enrolment.objects.in_progress().filter(school=role.school_id, person=None))
    return any(asks_head(one, role.person) for one in running)
