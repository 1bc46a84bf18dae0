"""Sending what is due: claim with a lease, check again, send, then mark. Real time rules the leases."""

import logging
import smtplib
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, models, transaction
from django.db import connection as database
from django.template.loader import get_template
from django.utils.module_loading import import_string

from hubportal.core import clock
from hubportal.core.addresses import CannotBeWrittenTo, in_ascii
from hubportal.core.models import BadAddress, Notice
from hubportal.core.notices import Extras, Kind, kinds

logger = logging.getLogger(__name__)

BATCH = 400
# What stands is looked at again when the last look is older: nobody is reminded of what was cancelled meanwhile.
FRESH = timedelta(seconds=1)
LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
State = Notice.State
Still = Mapping[tuple[str, str, str], str]

# The database is away: nothing can be marked, so the rows stay claimed until their lease runs out.
NO_DATABASE = (OperationalError, InterfaceError)
NO_KIND = "The portal no longer knows this kind of e-mail."
NO_ADDRESS = "There is no e-mail address for this person."
BAD_ADDRESS = "Not sent, because e-mails to this address do not arrive."
# As a mail server says that what it is to write to is no address (RFC 3463).
BAD_SYNTAX = "5.1.3"
NO_EXTRAS = Extras()


class NoMailServer(Exception):
    """The mail server cannot be reached: this is no fault of one e-mail."""


def deliver_due(many: Callable[[], object] | None = None) -> int:
    """Send all that is due now and return how many were sent; one that cannot be written stops no other.

    :param many: called for each full batch, to ask for another hand (where a database lets many claim at once).
    """
    sent = 0
    Notice.objects.too_late(clock.now()).update(state=State.MISSED)
    _free_stuck_leases()
    connection = get_connection()
    try:
        with _quick_marks():
            while claimed := _claim(BATCH):
                if many is not None and len(claimed) == BATCH and database.features.has_select_for_update_skip_locked:
                    many()
                sent += _deliver(claimed, connection)
    except NoMailServer as problem:
        logger.warning("Nothing is sent until the mail server is back: %s", problem)
    finally:
        _close(connection)
    return sent


@contextmanager
def _quick_marks() -> Iterator[None]:
    """Let PostgreSQL write the marks to disk a moment later: each is one transaction, and waiting costs a third.

    A worker that dies loses nothing by it. Only if the database's own machine fails are the marks of its last
    fraction of a second lost; those mails are sent again with the same Message-ID.
    """
    if database.vendor != "postgresql":
        yield
        return
    with database.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        with database.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def render(kind: Kind, target: models.Model, notice: Notice) -> tuple[str, str]:
    """Subject (one line) and body of a notice, as it would be sent now."""
    return written(kind.template, {"notice": notice, "site": settings.SITE_URL, **kind.context(target, notice)})


def written(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject (one line) and body of an e-mail's template."""
    text = get_template(template).render(context).replace("\x00", "")
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.removeprefix("Subject: ").split())[:200], body.strip() + "\n"


def address(name: str, email: str) -> str:
    """Who it goes to, as a mail's header carries it: the name on one line, the domain in ASCII.

    :raises CannotBeWrittenTo: for an address that e-mail cannot carry.
    """
    return formataddr((" ".join(name.split()), in_ascii(email)))


def _claim(size: int) -> list[Notice]:
    """What is due, ours alone for a while; what somebody else claims at this moment is passed over, not waited for."""
    now, real_now, lease = clock.now(), clock.real_now(), uuid.uuid4().hex
    with transaction.atomic():
        due = Notice.objects.due(now, real_now)
        if database.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        pks = list(due.values_list("pk", flat=True)[:size])
        claimed = Notice.objects.filter(pk__in=pks, state=State.PLANNED).update(
            state=State.SENDING,
            lease=lease,
            lease_until=real_now + LEASE,
            attempts=models.F("attempts") + 1,
        )
    # By key: no index reads leases, and the outbox keeps every e-mail there ever was.
    return list(Notice.objects.filter(pk__in=pks, lease=lease).order_by("due_at", "pk")) if claimed else []


def _free_stuck_leases() -> None:
    """A worker died while it held these: they are tried again with the same Message-ID."""
    Notice.objects.filter(state=State.SENDING, lease_until__lt=clock.real_now()).update(
        state=State.PLANNED, lease="", lease_until=None
    )


def _deliver(claimed: Sequence[Notice], connection: BaseEmailBackend) -> int:
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in claimed:
        by_kind[notice.kind].append(notice)
    try:
        return sum(_deliver_kind(key, rows, connection) for key, rows in by_kind.items())
    except NoMailServer as problem:
        for row in claimed:  # those already marked are no longer ours and stay as they are
            _not_tried(row, problem)
        raise


def _deliver_kind(key: str, rows: Sequence[Notice], connection: BaseEmailBackend) -> int:
    kind = kinds().get(key)
    if kind is None:
        return sum(_cannot_write(row, NO_KIND) for row in rows)
    sent = 0
    for row, look in _with_looks(kind, rows):
        email = look.still.get((row.target, row.recipient, row.occurrence))
        if row.target in look.broken:
            _cannot_write(row, look.broken[row.target])
        elif email is None:
            _mark(row, state=State.CANCELLED)
        elif row.until is not None and row.until <= clock.now():
            _mark(row, state=State.MISSED)
        elif email.lower() in look.bad:
            row.email = email
            _cannot_write(row, f"{BAD_ADDRESS} {look.bad[email.lower()].words}")
        else:
            sent += _send_one(kind, look.targets[row.target], row, email, connection)
    return sent


@dataclass(frozen=True, slots=True)
class Look:
    """What stood as it was looked at: targets, addresses of what is desired, what cannot be said, what comes back."""

    targets: dict[str, models.Model]
    still: Still
    broken: dict[str, str]
    bad: Mapping[str, Any]


def _with_looks(kind: Kind, rows: Sequence[Notice]) -> Iterator[tuple[Notice, Look]]:
    """Each row with a fresh look, which reaches as far as the last one stayed fresh: the rest is looked at later."""
    since, ahead, look, looked_at = 0, len(rows), None, clock.real_now()
    for place, row in enumerate(rows):
        is_end, is_old = place == since + ahead, clock.real_now() - looked_at > FRESH
        if look is None or is_end or is_old:
            if look is not None:
                ahead = place - since if is_old else 2 * ahead
            targets, still, broken = _what_stands(kind, rows[place : place + ahead])
            look = Look(targets, still, broken, BadAddress.objects.among(still.values()))
            since, looked_at = place, clock.real_now()
        yield row, look


def _what_stands(kind: Kind, rows: Sequence[Notice]) -> tuple[dict[str, models.Model], Still, dict[str, str]]:
    """The rows' targets, the addresses of what is still desired, and what is wrong with a target that cannot say."""
    keys = {row.target for row in rows}
    targets, broken = _loaded(kind, keys)
    still: dict[tuple[str, str, str], str] = {}
    for key, target in targets.items():
        try:
            desired = kind.desired(target)
            still |= {(key, one.recipient, one.occurrence): one.email for one in desired}
            if desired:
                kind.read_ahead(target)
        except NO_DATABASE:
            raise
        except Exception as problem:
            logger.exception("What %s is due cannot be said", key)
            broken[key] = _words(problem)
    return targets, still, broken


def _loaded(kind: Kind, keys: Collection[str]) -> tuple[dict[str, models.Model], dict[str, str]]:
    """The targets, and what is wrong with those that cannot be loaded: they are found one by one."""
    try:
        return kind.load_by_key(keys), {}
    except NO_DATABASE:
        raise
    except Exception as problem:
        if len(keys) == 1:
            (key,) = keys
            logger.exception("%s cannot be loaded", key)
            return {}, {key: _words(problem)}
    targets: dict[str, models.Model] = {}
    broken: dict[str, str] = {}
    for key in keys:
        found, wrong = _loaded(kind, [key])
        targets |= found
        broken |= wrong
    return targets, broken


def _send_one(kind: Kind, target: models.Model, row: Notice, email: str, connection: BaseEmailBackend) -> int:
    row.email = email  # kept with the row if this fails: it is revived when the address differs
    if not email:
        return _cannot_write(row, NO_ADDRESS)
    try:
        mail = _write(kind, target, row, email, connection)
    except NO_DATABASE:
        raise
    except CannotBeWrittenTo as problem:
        _cannot_write(row, _words(problem))
        _tell_of_address(row, BAD_SYNTAX, str(problem))
        return 0
    except Exception as problem:
        logger.exception("Notice %s cannot be written", row.pk)
        return _cannot_write(row, _words(problem))
    _open(connection)
    if _is_ours(row) and _is_taken(mail, row, connection):
        row.mark_sent(clock.now(), email=email, subject=str(mail.subject), body=str(mail.body))
        return 1
    return 0


def _write(kind: Kind, target: models.Model, row: Notice, email: str, connection: BaseEmailBackend) -> EmailMessage:
    subject, body = render(kind, target, row)
    extras = NO_EXTRAS if kind.extras is None else kind.extras(target, row)
    headers = {"Message-ID": row.message_id, "Auto-Submitted": "auto-generated", **extras.headers}
    if settings.BOUNCE_EMAIL:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    return EmailMessage(
        subject,
        body,
        from_email=settings.BOUNCE_EMAIL or None,  # the envelope's: what comes back goes there
        to=[address(row.name, email)],
        reply_to=_answered_by(kind, target, email),
        headers=headers,
        attachments=extras.files,
        connection=connection,
    )


def _answered_by(kind: Kind, target: models.Model, email: str) -> list[str]:
    """Where an answer goes: not back to whoever gives it, and to the portal's contact where there is nobody."""
    found = {one.casefold(): one for one in (kind.reply_to(target), *kind.reply_also(target)) if one}
    if not kind.is_copy:
        found.pop(email.casefold(), None)
    return list(found.values()) or [settings.CONTACT_EMAIL]


def _is_taken(mail: EmailMessage, row: Notice, connection: BaseEmailBackend) -> bool:
    """Whether the mail server took the mail; where not, the row says why and perhaps when it is tried again."""
    try:
        mail.send()
    except NO_DATABASE:
        raise
    except smtplib.SMTPRecipientsRefused as problem:
        code = max(answer[0] for answer in problem.recipients.values())
        _failed(row, problem, for_good=code >= 500)
        for _code, answer in problem.recipients.values():
            said = answer.decode(errors="replace")
            _tell_of_address(row, next(iter(said.split()), ""), said)
    except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as problem:
        _failed(row, problem, for_good=getattr(problem, "smtp_code", 500) >= 500)
        _close(connection)
    except (smtplib.SMTPException, OSError) as problem:
        _close(connection)
        _failed(row, problem, for_good=False)
    except Exception as problem:
        logger.exception("Notice %s cannot be written", row.pk)
        _cannot_write(row, _words(problem))
    else:
        return True
    return False


def _open(connection: BaseEmailBackend) -> None:
    """Open the connection, which stays open for the whole sweep; nothing happens where it is open.

    :raises NoMailServer: so that a dead server costs one time-out, not one for each e-mail.
    """
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as problem:
        raise NoMailServer(str(problem)) from problem


def _close(connection: BaseEmailBackend) -> None:
    with suppress(smtplib.SMTPException, OSError):
        connection.close()


def _is_ours(row: Notice) -> bool:
    """Whether the lease holds long enough; a slow server's later rows renew it, or another worker has them."""
    now = clock.real_now()
    if row.lease_until is not None and row.lease_until - now > LEASE / 2:
        return True
    held = Notice.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING)
    return held.update(lease_until=now + LEASE) > 0


def _words(problem: Exception) -> str:
    return f"The portal could not write this e-mail: {problem}".replace("\x00", "")[:1000]


def _cannot_write(row: Notice, why: str) -> int:
    """Shown to the hub as failed, with the reason; the others go on."""
    _mark(row, state=State.FAILED, problem=why)
    return 0


def _failed(row: Notice, problem: Exception, *, for_good: bool) -> None:
    logger.warning("Notice %s was not taken: %s", row.pk, problem)
    if for_good:
        _mark(row, state=State.FAILED, problem=str(problem))
        return
    _put_back(row, problem)


def _tell_of_address(row: Notice, status: str, answer: str) -> None:
    """An address that is refused for its own sake is known as one from which e-mails come back."""
    import_string(settings.ADDRESS_REFUSED)(notice=row, status=status, answer=answer, now=clock.now())


def _put_back(row: Notice, problem: Exception) -> None:
    """To be tried again, each time after a longer pause."""
    pause = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
    _mark(row, state=State.PLANNED, problem=str(problem), next_try_at=clock.real_now() + pause)


def _not_tried(row: Notice, problem: Exception) -> None:
    """To be sent soon after the mail server is back: that it was away is no try of this e-mail."""
    next_try_at = clock.real_now() + FIRST_PAUSE
    _mark(row, state=State.PLANNED, problem=str(problem), next_try_at=next_try_at, attempts=row.attempts - 1)


def _mark(row: Notice, *, state: str, **values: str | int | datetime) -> None:
    """Only while the lease is still ours: a row freed meanwhile belongs to another worker."""
    Notice.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING).update(
        state=state, lease="", lease_until=None, email=row.email, **values
    )
