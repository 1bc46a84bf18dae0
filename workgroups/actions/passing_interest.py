"""Who an interest names, contact, headteacher or teacher, passes on with a replacement, and comes back."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from hubportal.core import journal, locks, notices
from programmes.actions import heads
from programmes.actions.contacts import contact_changes
from programmes.models import Interest, InterestTeacher
from schools.models import Person, User
from schools.rules import is_person
from workgroups.actions.duties import PASSING
from workgroups.models import Replacement, ReplacementPart

Kind = ReplacementPart.Kind


def pass_interest(change: Replacement, part: ReplacementPart, by: User | None, now: datetime) -> None:
    """An interest that is still undecided asks the newcomer from now on; not where a third person was named since.

    Whoever is named then stays, and the replacement says so.
    """
    interest, to = part.interest, change.successor
    if interest is not None and to is None and part.kind == Kind.HEAD:
        _ask_nobody(change, part, interest, by, now)
    if interest is None or to is None:
        return
    interest = locks.held(Interest.objects.select_related("offer", "school"), interest.pk)
    if interest.status not in PASSING:
        return
    if stays := _stays(change, part, interest):
        ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "stays": stays})
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
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "fields": was, "to": [to.name, to.email]})
    changed = {name: [was[name], value] for name, value in names.items() if was[name] != value}
    journal.record(part.get_kind_display() + " replaced", on=interest, by=by, changed=changed, note=change.reason)
    interest.refresh_from_db()
    notices.reconcile(interest, now=now)


def _stays(change: Replacement, part: ReplacementPart, interest: Interest) -> str:
    """Who is named by now, where that is not the leaver any more; of a teacher's line that is gone, that it is."""
    if part.kind == Kind.NOMINEE:
        _find_again(part, interest, change.person)
    _what, named = _named_now(part, interest)
    if named is None:
        return "the teachers have been changed since"
    name, email = part.was.get("named", named)
    if is_person(named, (name, email)):
        return ""
    to = change.successor
    return "" if to is not None and is_person(named, (to.name, to.email)) else f"{named[0]} is named since"


def _find_again(part: ReplacementPart, interest: Interest, leaver: Person) -> None:
    """The leaver's line: the school may have sent its teachers anew, each with another key."""
    mine = part.was.get("named", (leaver.name, leaver.email))
    lines = {one.pk: (one.name, one.email) for one in interest.teachers.all()}
    found = [pk for pk, named in lines.items() if is_person(named, mine)]
    if part.was["pk"] not in found and found:
        part.was = {**part.was, "pk": found[0]}


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
    locked = locks.held(Interest.objects.select_related("school"), interest.pk)
    was = {name: getattr(locked, name) for name in names}
    Interest.objects.filter(pk=locked.pk).update(**contact_changes(locked, **names))
    return was


def _new_nominee(part: ReplacementPart, to: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Name somebody as a teacher instead; what was, and is."""
    names = {"name": to.name, "email": to.email, "job_title": to.job_title}
    teacher = InterestTeacher.objects.filter(pk=part.was["pk"])
    was = teacher.values(*names).get()
    teacher.update(**names)
    return was, names


def _ask_new_head(part: ReplacementPart, interest: Interest, to: Person, by: User | None, now: datetime) -> None:
    # The programmes of one form ask the newcomer with the first of them: each keeps whom it had named.
    newcomer, before = (to.name, to.email), (interest.head_name, interest.head_email)
    if is_person(before, newcomer):
        before = tuple(part.was.get("named", before))
    with suppress(heads.CannotCorrect):  # decided meanwhile, or they are named in it already
        heads.correct_head(interest=interest, name=to.name, email=to.email, by=by, now=now)
    interest.refresh_from_db()
    if (interest.head_name, interest.head_email) == newcomer != before:
        was = dict(zip(("head_name", "head_email"), before, strict=True))
        ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, "fields": was, "to": [*newcomer]})


def _ask_nobody(change: Replacement, part: ReplacementPart, interest: Interest, by: User | None, now: datetime) -> None:
    """The leaver does not answer for the school any more; what they have confirmed, and a third person, stay."""
    interest = locks.held(Interest.objects.select_related("offer", "school"), interest.pk)
    stays = f"{interest.head_name} has confirmed it" if interest.head_confirmed_at else _stays(change, part, interest)
    new: dict[str, Any] = {"stays": stays} if stays else {}
    was = None if stays else heads.ask_nobody(interest, why=str(change), by=by, now=now)
    if was is not None:
        at: datetime = was["head_asked_at"]
        new = {"asked": {**was, "head_asked_at": at.isoformat()}}
    ReplacementPart.objects.filter(pk=part.pk).update(was={**part.was, **new})


def ask_as_before(part: ReplacementPart, interest: Interest, by: User, now: datetime) -> None:
    """The headteacher who stays after all is asked by the link that they have."""
    was = part.was["asked"]
    asked_at = datetime.fromisoformat(was["head_asked_at"])
    heads.ask_as_before(interest, {**was, "head_asked_at": asked_at}, by=by, now=now)


def since_in_interest(change: Replacement, part: ReplacementPart, interest: Interest) -> str:
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


def give_interest_back(part: ReplacementPart, interest: Interest, by: User, now: datetime) -> None:
    """Name the leaver again, where it is still undecided."""
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
