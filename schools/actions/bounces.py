"""E-mails that came back, or that their address let nobody send: kept with it, until somebody mends or clears it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hubportal.core import journal, locks, wake
from hubportal.core.models import BadAddress, Notice
from hubportal.core.telling import person_pk
from schools.actions import news
from schools.models import Person, Role
from schools.rules.bounces import CameBack, is_certain, plain

# An address that could not be reached for a while, long ago, starts anew.
SOFT_COUNTS = timedelta(days=14)
# The same of no e-mail in particular, told again within this time, is taken for the same: services repeat their calls.
REPEATED = timedelta(days=1)
CAME_BACK = "It came back:"


def take_in(told: Iterable[CameBack], *, now: datetime, is_known: bool) -> int:
    """Keep what came back of what the portal sent; how many that were. Told twice, it counts once.

    :param is_known: whether who tells has shown who they are. Anybody can write to a mailbox: what arrives there
        must carry the Message-ID of an e-mail of ours.
    """
    return sum(_take_one(one, now, is_known) for one in told)


@transaction.atomic
def _take_one(one: CameBack, now: datetime, is_known: bool) -> int:
    email = one.email.lower()[:254]
    notice = Notice.objects.named(one.message_id).filter(sent_at__isnull=False).exclude(email="").first()
    if notice is None and not (is_known and Notice.objects.filter(email__iexact=email).exists()):
        return 0  # nothing that we sent: whoever says so may say anything
    if one.is_complaint:
        person = _person(notice)
        news.choose(person=person, email=email, wants=False, how=news.AS_SPAM, by=None, now=now)
        return 1
    if notice is not None:
        email = notice.email.lower()  # a forwarded e-mail comes back from another address than ours
        problem = f"{CAME_BACK} {one.problem}".strip()
        rows = Notice.objects.filter(pk=notice.pk, bounced_at=None)
        if rows.update(bounced_at=now, problem=problem) != 1:
            return 0
    _keep_for_all(email, notice, one, now)
    return 1


@transaction.atomic
def take_refusal(*, notice: Notice, status: str, answer: str, now: datetime) -> None:
    """Keep that an e-mail could not be written, or was not taken, where its address is certain to be the reason.

    :param status: the enhanced status code (RFC 3463) with which it was refused; empty where none was said.
    """
    if not is_certain(status):
        return
    email = notice.email.lower()[:254]
    _keep_for_all(email, notice, CameBack(email, is_hard=True, problem=plain(answer)), now)


def _keep_for_all(email: str, notice: Notice | None, one: CameBack, now: datetime) -> None:
    """For each hub whose it is to mend the address."""
    locks.wait_for_turn(f"bad address {email}")
    for owner_id in _owners(notice, email):
        _keep(email, owner_id, one, now, is_named=notice is not None)


def _person(notice: Notice | None) -> Person | None:
    pk = person_pk(notice.recipient) if notice else None
    return None if pk is None else Person.objects.filter(pk=pk).first()


def _owners(notice: Notice | None, email: str) -> list[int | None]:
    """The hubs whose it is to mend: the sender's, and those of the people with this address."""
    people = Person.objects.filter(email__iexact=email)
    roles = Role.objects.filter(person__in=people.values("pk"), ends_on=None)
    hubs = {notice.owner_id} if notice else set()
    hubs |= set(people.values_list("school__hub", flat=True))
    hubs |= set(roles.values_list("hub", flat=True)) | set(roles.values_list("school__hub", flat=True))
    if notice is None:
        hubs |= set(Notice.objects.filter(email__iexact=email).order_by().values_list("owner", flat=True).distinct())
    known = sorted(hub for hub in hubs if hub is not None)
    return [*known] or [None]


def _keep(email: str, owner_id: int | None, one: CameBack, now: datetime, *, is_named: bool) -> None:
    """``is_named``: it says which e-mail came back, and that was not told of before."""
    row = BadAddress.objects.filter(email=email, owner=owner_id).first()
    if row is None:
        row = BadAddress(email=email, owner_id=owner_id, first_at=now, last_at=now)
    elif not is_named and _is_repeated(row, one, now):
        return
    elif row.cleared_at is not None or (not row.is_hard and now - row.last_at > SOFT_COUNTS):
        row.times, row.is_hard, row.first_at, row.cleared_at = 0, False, now, None
    row.times += 1
    row.is_hard = row.is_hard or one.is_hard
    row.last_at, row.problem = now, one.problem
    sent = Notice.objects.filter(owner=owner_id, email__iexact=email).order_by("-pk")
    row.name, row.about, row.target = sent.values_list("name", "about", "target").first() or ("", "", "")
    row.save()


def _is_repeated(row: BadAddress, one: CameBack, now: datetime) -> bool:
    is_recent = row.cleared_at is None and now - row.last_at < REPEATED
    return is_recent and (row.problem, row.is_hard) == (one.problem, one.is_hard)


@transaction.atomic
def clear(*, address: BadAddress, by: Any, now: datetime) -> None:
    """Write to an address again: its mailbox works again, as staff were told. What failed for it is tried again."""
    cleared = BadAddress.objects.filter(email=address.email, cleared_at=None)
    if not cleared.update(cleared_at=now, times=0, is_hard=False):
        return
    journal.record("Address cleared", on=address, by=by, note=address.problem)
    failed = Notice.objects.worth_another_try(now).filter(email__iexact=address.email)
    failed.filter(bounced_at=None).update(**Notice.FRESH)
    wake.wake()


def forget_unused(email: str, now: datetime) -> None:
    """An address that was corrected and that nobody has any more is no work for anybody."""
    if email and not Person.objects.filter(email__iexact=email).exists():
        BadAddress.objects.filter(email=email.lower(), cleared_at=None).update(cleared_at=now)
