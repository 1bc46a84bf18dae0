"""Sending what is due: claim with a lease, check again, send, then mark. Real time rules the leases."""

import logging
import smtplib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import models
from django.template.loader import get_template

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Kind, kinds

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
State = Notice.State


def deliver_due() -> int:
    """Send all that is due now and return how many were sent."""
    sent = 0
    Notice.objects.too_late(clock.now()).update(state=State.MISSED)
    _free_stuck_leases()
    connection = get_connection()
    try:
        with _quick_marks():
            while claimed := _claim(BATCH):
                sent += _deliver(claimed, connection)
    finally:
        connection.close()
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
    context = {"notice": notice, "site": settings.SITE_URL, **kind.context(target, notice)}
    text = get_template(kind.template).render(context)
    subject, _, body = text.strip().partition("\n")
    return subject.strip().removeprefix("Subject: ")[:200], body.strip() + "\n"


def message_id(notice: Notice) -> str:
    """The same for every try, so that a mail server can drop a repeat."""
    return f"<notice-{notice.pk}@{settings.MAIL_DOMAIN}>"


def _claim(size: int) -> list[Notice]:
    now, real_now, lease = clock.now(), clock.real_now(), uuid.uuid4().hex
    due = Notice.objects.due(now, real_now)
    pks = list(due.values_list("pk", flat=True)[:size])
    claimed = Notice.objects.filter(pk__in=pks, state=State.PLANNED).update(
        state=State.SENDING,
        lease=lease,
        lease_until=real_now + LEASE,
        attempts=models.F("attempts") + 1,
    )
    return list(Notice.objects.filter(lease=lease).order_by("due_at", "pk")) if claimed else []


def _free_stuck_leases() -> None:
    """A worker died while it held these: they are tried again with the same Message-ID."""
    Notice.objects.filter(state=State.SENDING, lease_until__lt=clock.real_now()).update(
        state=State.PLANNED, lease="", lease_until=None
    )


def _deliver(claimed: Sequence[Notice], connection: BaseEmailBackend) -> int:
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in claimed:
        by_kind[notice.kind].append(notice)
    return sum(_deliver_kind(kinds()[key], rows, connection) for key, rows in by_kind.items())


def _deliver_kind(kind: Kind, rows: Iterable[Notice], connection: BaseEmailBackend) -> int:
    rows = list(rows)
    targets = kind.load_by_key(row.target for row in rows)
    still = {
        (key, one.recipient, one.occurrence): one.email
        for key, target in targets.items()
        for one in kind.desired(target)
    }
    sent = 0
    for row in rows:
        email = still.get((row.target, row.recipient, row.occurrence))
        if email is None:
            _mark(row, state=State.CANCELLED)
        else:
            sent += _send_one(kind, targets[row.target], row, email, connection)
    return sent


def _send_one(kind: Kind, target: models.Model, row: Notice, email: str, connection: BaseEmailBackend) -> int:
    if not email:
        _mark(row, state=State.FAILED, problem="There is no e-mail address for this person.")
        return 0
    subject, body = render(kind, target, row)
    reply_to = kind.reply_to(target)
    mail = EmailMessage(
        subject,
        body,
        to=[formataddr((row.name, email))],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id(row), "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        connection.open()  # stays open for the whole sweep; nothing happens where it is open
        mail.send()
    except smtplib.SMTPRecipientsRefused as problem:
        code = max(answer[0] for answer in problem.recipients.values())
        _failed(row, problem, for_good=code >= 500)
    except (smtplib.SMTPException, OSError) as problem:
        connection.close()
        _failed(row, problem, for_good=False)
    else:
        _mark(row, state=State.SENT, sent_at=clock.now(), subject=subject, body=body, email=email, problem="")
        return 1
    return 0


def _failed(row: Notice, problem: Exception, *, for_good: bool) -> None:
    logger.warning("Notice %s was not taken: %s", row.pk, problem)
    if for_good:
        _mark(row, state=State.FAILED, problem=str(problem))
        return
    pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
    _mark(row, state=State.PLANNED, problem=str(problem), next_try_at=clock.real_now() + pause)


def _mark(row: Notice, *, state: str, **values: str | datetime) -> None:
    """Only while the lease is still ours: a row freed meanwhile belongs to another worker."""
    Notice.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING).update(
        state=state, lease="", lease_until=None, **values
    )
