"""What a replacement brings on its day, and how it is taken back while nothing has happened since."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions import confirming, drafts, heads, turns
from programmes.actions.contacts import contact_changes
from programmes.actions.teaching import turns_at
from programmes.models import FormDraft, Interest, InterestTeacher
from schools.actions import handing, people
from schools.models import Person, Role, School, User
from schools.roles import HEADTEACHER, TEACHER
from schools.rules import is_person
from workgroups.actions import leading, participants
from workgroups.actions.duties import PASSING
from workgroups.models import (
    Attendance,
    LeaderChange,
    Participant,
    Place,
    Replacement,
    ReplacementPart,
    VisitLog,
)

Kind, Status = ReplacementPart.Kind, Replacement.Status


class CannotTakeBack(Exception):
    """A replacement that cannot be taken back, said in words for people."""


def take_effect_due(*, now: datetime) -> int:
    """Let the replacements take effect whose day has come, and return how many did; safe to run again."""
    today = now.astimezone(clock.LONDON).date()
    done = 0
    for change in Replacement.objects.due(today).select_related("person", "successor", "school", "hub"):
        # Of two sweeps at once, one is quicker.
        with apart(change), suppress(CannotMove):
            take_effect(change=change, by=None, now=now)
            done += 1
    return done


@transaction.atomic
def take_effect(*, change: Replacement, by: User | None, now: datetime) -> None:
    """Its day has come: the successor is invited, and answers for what is open from now on.

    :raises CannotMove: where it has taken effect already, or was taken back.
    """
    change.move_to(Status.DONE, by=by, ended_at=now)
    turns.turn_over(today=now.astimezone(clock.LONDON).date())
    for part in change.parts.select_related("interest__offer", "interest__school", "given__school__hub"):
        if part.kind in (Kind.CONTACT, Kind.NOMINEE, Kind.HEAD):
            _pass_interest(change, part, by, now)
        elif part.kind == Kind.DRAFT:
            _pass_draft(change, part, now)
        elif part.kind == Kind.BASE:
            _move_base(change)
        elif _is_new_head(part):
            _ask_about_running(change, part, by, now)
    follow(change, now)
    if change.successor is not None and change.gives_sign_in():
        people.invite_again(person=change.successor, by=by or change.made_by, now=now, is_news=True)
    wake.wake()


def follow(change: Replacement, now: datetime) -> None:
    """The groups of the places that passed on, their dates and reminders, follow at once, also what is to come."""
    enrolments = change.parts.filter(kind=Kind.PLACE).values("enrolled__enrolment")
    places = Place.objects.taken().filter(enrolment__in=enrolments).select_related("group__hub", "enrolment__school")
    for place in places:
        participants.follow_teachers(place, now)
    for group in {place.group for place in places}:
        notices.reconcile(group, *group.meetings.all(), *group.visits.all(), now=now)


def _pass_interest(change: Replacement, part: ReplacementPart, by: User | None, now: datetime) -> None:
    """An interest that is still undecided asks the newcomer from now on."""
    interest, to = part.interest, change.successor
    if interest is None or to is None or interest.status not in PASSING:
        return
    if part.kind == Kind.HEAD:
        _ask_new_head(part, interest, to, by, now)
        return
    if not to.email or interest.for_person:
        return
    if part.kind == Kind.CONTACT:
        was, names = _new_contact(interest, to)
    else:
        was, names = _new_nominee(part, to)
    if not was:
        return
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "fields": was, "to": [to.name, to.email]})
    changed = {name: [was[name], value] for name, value in names.items() if was[name] != value}
    journal.record(part.get_kind_display() + " replaced", on=interest, by=by, changed=changed, note=change.reason)
    interest.refresh_from_db()
    notices.reconcile(interest, now=now)


def _new_contact(interest: Interest, to: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Name somebody as contact, so that the leaver's link ends; what was, and is."""
    names = {
        "contact_name": to.name,
        "contact_email": to.email,
        "contact_phone": to.phone,
        "contact_job": to.job_title,
        "contact_is_head": False,
    }
    return _keep_contact(interest, names), names


def _keep_contact(interest: Interest, names: dict[str, Any]) -> dict[str, Any]:
    """Write a contact, and return who it was."""
    locked = Interest.objects.select_for_update(of=("self",)).select_related("school").get(pk=interest.pk)
    was = {name: getattr(locked, name) for name in names}
    Interest.objects.filter(pk=locked.pk).update(**contact_changes(locked, **names))
    return was


def _new_nominee(part: ReplacementPart, to: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Name somebody as a teacher instead; what was (nothing where that line is there no more), and is."""
    names = {"name": to.name, "email": to.email, "job_title": to.job_title}
    teacher = InterestTeacher.objects.filter(pk=part.was["pk"])
    was = teacher.values(*names).first() or {}
    teacher.update(**names)
    return was, names


def _ask_new_head(part: ReplacementPart, interest: Interest, to: Person, by: User | None, now: datetime) -> None:
    was = {"head_name": interest.head_name, "head_email": interest.head_email}
    with suppress(heads.CannotCorrect):  # decided meanwhile, or they are named in it already
        heads.correct_head(interest=interest, name=to.name, email=to.email, by=by, now=now)
    interest.refresh_from_db()
    # The programmes of one form ask the newcomer with the first of them: each keeps whom it had named.
    if (interest.head_name, interest.head_email) == (to.name, to.email) != (was["head_name"], was["head_email"]):
        ReplacementPart.objects.filter(pk=part.pk).update(was={"fields": was, "to": [to.name, to.email]})


def _pass_draft(change: Replacement, part: ReplacementPart, now: datetime) -> None:
    """A form that is still being filled in by the leaver is the newcomer's to go on with."""
    to, leaver = change.successor, change.person
    draft = FormDraft.objects.kept(now).filter(pk=part.was["pk"], email__iexact=leaver.email).first()
    if to is None or not to.email or draft is None or "sent" in draft.data:
        return
    contact = {"name": to.name, "email": to.email, "phone": to.phone, "job_title": to.job_title, "is_head": False}
    was = drafts.hand_on(draft=draft, contact=contact, now=now)
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "contact": was})


def _give_draft_back(change: Replacement, part: ReplacementPart, now: datetime) -> None:
    to = change.successor
    rows = FormDraft.objects.kept(now).filter(pk=part.was["pk"])
    draft = rows.filter(email__iexact=to.email).first() if to is not None else None
    if draft is not None and "contact" in part.was and "sent" not in draft.data:
        drafts.hand_on(draft=draft, contact=part.was["contact"], now=now)


def _is_new_head(part: ReplacementPart) -> bool:
    return part.kind == Kind.ROLE and part.given is not None and part.given.kind == HEADTEACHER


def _ask_about_running(change: Replacement, part: ReplacementPart, by: User | None, now: datetime) -> None:
    """What runs was agreed to by somebody else: the new headteacher reads it and confirms."""
    if change.successor is not None and part.given is not None and part.given.school is not None:
        confirming.ask_new_head(school=part.given.school, person=change.successor, by=by, now=now)


def _move_base(change: Replacement) -> None:
    Person.objects.filter(pk=change.person_id, school=change.school_id).update(school=None)


def why_not_take_back(change: Replacement) -> str:
    """Why a replacement is not taken back, or an empty string: something has happened since, and stays."""
    if change.status == Status.TAKEN_BACK:
        return "This has been taken back already."
    for part in change.parts.select_related(
        "enrolled__enrolment", "role", "given", "leader", "change", "group", "interest", "replacement__successor"
    ):
        problem = _what_happened(change, part)
        if problem:
            return problem
    return ""


def _what_happened(change: Replacement, part: ReplacementPart) -> str:
    if part.kind == Kind.PLACE:
        return _since_in_place(change, part)
    if part.kind == Kind.ROLE:
        return _since_in_role(change, part)
    if part.kind == Kind.GROUP:
        return _since_in_group(change, part)
    if part.kind == Kind.LEADER and (part.leader is None or part.leader.ends_on != _day(part.was["ended_on"])):
        return f"The last day of {change.person} has been changed since: change it in the list of leaders."
    if "fields" in part.was and part.interest is not None:
        return _since_in_interest(change, part, part.interest)
    return ""


def _since_in_interest(change: Replacement, part: ReplacementPart, interest: Interest) -> str:
    """The newcomer has confirmed, or a third person is named by now, by a later replacement or by hand."""
    if part.kind == Kind.HEAD and interest.head_confirmed_at:
        return f"{interest.head_name} has confirmed {interest.reference} since. Replace them instead."
    if interest.status not in PASSING or change.successor is None:
        return ""
    what, named = _named_now(part, interest)
    if named is None:
        return f"The teachers named in {interest.reference} have been changed since. Change them there instead."
    # The page of a person may have been corrected since, and what was written here not.
    newcomer = (change.successor.name, change.successor.email)
    name, email = part.was.get("to", newcomer)
    if is_person(named, (name, email)) or is_person(named, newcomer):
        return ""
    return f"{named[0]} is named as {what} of {interest.reference} since. Replace them instead."


def _named_now(part: ReplacementPart, interest: Interest) -> tuple[str, tuple[str, str] | None]:
    """As what a part names somebody in an interest, and whom it names now; None where that line is there no more."""
    if part.kind == Kind.CONTACT:
        return "contact", (interest.contact_name, interest.contact_email)
    if part.kind == Kind.HEAD:
        return "headteacher", (interest.head_name, interest.head_email)
    return "teacher", InterestTeacher.objects.filter(pk=part.was["pk"]).values_list("name", "email").first()


def _since_in_place(change: Replacement, part: ReplacementPart) -> str:
    enrolled, to = part.enrolled, change.successor
    if enrolled is None or enrolled.enrolment.has_ended:
        return "The school's year in this programme has ended since: its teachers stay as they were."
    if not turns.is_as_handed_over(enrolled=enrolled, leaver=change.person, to=to, from_on=change.from_on):
        return "Somebody else has been named or replaced in that place since. Replace them instead."
    marked = Attendance.objects.filter(
        person=to,
        meeting__group__places__enrolment=enrolled.enrolment_id,
        meeting__starts_at__gte=clock.at_london(change.from_on, 0),
    )
    return f"{to} stands in a register since. Replace them instead." if to and marked.exists() else ""


def _since_in_role(change: Replacement, part: ReplacementPart) -> str:
    role, given = part.role, part.given
    if role is None or role.ends_on != _day(part.was["ended_on"]):
        return f"The role of {change.person} has been changed since: change it on their page."
    if given is not None and _has_confirmed_as_head(change, given):
        return f"{change.successor} has confirmed what the school agreed to since. Replace them instead."
    if given is not None and given.ends_on is not None:
        return f"The role of {change.successor} has been changed since: change it on their page."
    return ""


def _has_confirmed_as_head(change: Replacement, given: Role) -> bool:
    school, to = given.school, change.successor
    if given.kind != HEADTEACHER or school is None or to is None:
        return False
    return confirming.has_confirmed(school=school, person=to, since=change.made_at)


def _day(kept: str) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _since_in_group(change: Replacement, part: ReplacementPart) -> str:
    group, made, to = part.group, part.change, change.successor
    if group is None or made is None or not group.is_open:
        return "A group that passed on is over since: its leader stays."
    later = LeaderChange.objects.standing().filter(group=group, pk__gt=made.pk).exists()
    if later or made.status == LeaderChange.Status.TAKEN_BACK:
        return f"The leader of {group} has been changed again since. Change it on the group's page."
    logged = VisitLog.objects.filter(visit__group=group, written_by__person=to, written_at__gte=made.made_at)
    marked = Attendance.objects.filter(meeting__group=group, marked_by__person=to, marked_at__gte=made.made_at)
    return f"{to} has worked with {group} since. Change its leader instead." if logged or marked else ""


@transaction.atomic
def take_back(*, change: Replacement, by: User, now: datetime) -> None:
    """Let everything be as it was before a replacement.

    :raises CannotTakeBack: where something has happened since.
    :raises CannotMove: where somebody else was quicker.
    """
    Person.objects.select_for_update().get(pk=change.person_id)
    # Whoever is named in an interest at this moment is waited for.
    passed = change.parts.filter(interest__isnull=False).values("interest")
    list(Interest.objects.select_for_update(of=("self",)).filter(pk__in=passed).order_by("pk"))
    problem = why_not_take_back(change)
    if problem:
        raise CannotTakeBack(problem)
    was_done = change.status == Status.DONE
    change.move_to(Status.TAKEN_BACK, by=by, ended_at=now)
    today = now.astimezone(clock.LONDON).date()
    parts = change.parts.select_related(
        "enrolled__enrolment__school",
        "role__person",
        "role__school",
        "given__person",
        "given__school",
        "group",
        "leader",
    )
    # Whoever leads a group again must be a leader again.
    for part in sorted(parts, key=lambda one: one.kind != Kind.LEADER):
        _give_back(change, part, by, now)
    if was_done and change.parts.filter(kind=Kind.BASE).exists():
        Person.objects.filter(pk=change.person_id, school=None).update(school=change.school)
    _forget_participants(change)
    turns.turn_over(today=today)
    follow(change, now)
    note = f"{change}, from {change.from_on.day} {change.from_on:%B %Y}"
    for one in filter(None, (change.person, change.successor, change.school)):
        journal.record("Replacement taken back", on=one, by=by, note=note, owner_id=change.hub_id)
    wake.wake()


def _give_back(change: Replacement, part: ReplacementPart, by: User, now: datetime) -> None:
    today = now.astimezone(clock.LONDON).date()
    if part.kind == Kind.PLACE and part.enrolled is not None:
        turns.give_back(enrolled=part.enrolled, from_on=change.from_on, today=today)
        _teach_again(change.person, part.enrolled.enrolment.school, by)
    if part.kind == Kind.ROLE and part.role is not None:
        handing.give_back(role=part.role, ends_on=_day(part.was["ends_on"]), by=by)
    if part.given is not None:
        _take_away(part.given, by, now)
    if part.kind == Kind.DRAFT:
        _give_draft_back(change, part, now)
    if part.kind == Kind.LEADER and part.leader is not None:
        leading.end_leader(leader=part.leader, by=by, today=today, last_day=None, now=now)
    if part.kind == Kind.GROUP:
        _give_group_back(part, by, now)
    if "fields" in part.was and part.interest is not None:
        _give_interest_back(part, part.interest, by, now)


def _teach_again(person: Person, school: School, by: User) -> None:
    """Whoever has a place without end again sees the school again, whichever replacement ended that."""
    role = Role.objects.by_hand().filter(person=person, school=school, kind=TEACHER).order_by("-ends_on", "-pk").first()
    if role is not None and role.ends_on is not None:
        handing.give_back(role=role, ends_on=None, by=by)


def _take_away(role: Role, by: User, now: datetime) -> None:
    """Take back a role that came with a replacement; that of a teacher stays from when they have another place."""
    if role.kind == HEADTEACHER and role.school is not None:
        confirming.ask_no_more(school=role.school, person=role.person, now=now)
    kept = turns_at(role.person, role.school) if role.kind == TEACHER and role.school is not None else []
    since = min((turn.since or role.starts_on for turn in kept), default=None)
    if since is None:
        handing.take_away(role=role, by=by, today=now.astimezone(clock.LONDON).date())
    elif since > role.starts_on:
        Role.objects.filter(pk=role.pk).update(starts_on=since)


def _give_group_back(part: ReplacementPart, by: User, now: datetime) -> None:
    made, group = part.change, part.group
    if made is None or group is None:
        return
    try:
        if made.status == LeaderChange.Status.PLANNED:
            leading.take_back(group=group, by=by, now=now)
        else:
            group.refresh_from_db()
            leading.change_leader(
                group=group,
                leader=made.was,
                from_on=made.from_on,
                reason="The replacement was taken back.",
                by=by,
                now=now,
            )
    except leading.CannotChangeLeader as problem:
        raise CannotTakeBack(str(problem)) from problem


def _give_interest_back(part: ReplacementPart, interest: Interest, by: User, now: datetime) -> None:
    was = part.was["fields"]
    if interest.status not in PASSING:
        return
    if part.kind == Kind.HEAD:
        with suppress(heads.CannotCorrect):
            heads.correct_head(interest=interest, name=was["head_name"], email=was["head_email"], by=by, now=now)
    elif part.kind == Kind.CONTACT:
        _keep_contact(interest, was)
        interest.refresh_from_db()
        notices.reconcile(interest, now=now)
    else:
        InterestTeacher.objects.filter(pk=part.was["pk"]).update(**was)


def _forget_participants(change: Replacement) -> None:
    """The successor never took part in what was taken back."""
    if change.successor is None:
        return
    enrolments = change.parts.filter(kind=Kind.PLACE).values("enrolled__enrolment")
    rows = Participant.objects.filter(place__enrolment__in=enrolments, person=change.successor)
    rows.filter(since__gte=change.from_on).delete()
