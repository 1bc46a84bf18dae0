"""The outbox: one notice is one e-mail to one person about one occurrence of one thing."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import connection, models
from django.utils.crypto import constant_time_compare, salted_hmac

from hubportal.core.access import scope_of
from hubportal.core.records import record_key

# Written without parameters, so that a database sees in an ORDER BY the expressions of the index.
_TURN = "CASE %(expressions)s WHEN 'failed' THEN 0 WHEN 'planned' THEN 1 WHEN 'sending' THEN 1 ELSE 2 END"
_TURN_OF = models.Func("state", template=_TURN, output_field=models.SmallIntegerField())
_OPEN_DUE = models.Func(
    *("state", "due_at"),
    arg_joiner=" IN ('planned', 'sending') THEN ",
    template="CASE WHEN %(expressions)s END",
    output_field=models.DateTimeField(),
)
OUTBOX = (_TURN_OF.asc(), _OPEN_DUE.asc(), models.F("due_at").desc(), models.F("id").desc())


def _mark(pk: int) -> str:
    """What only the portal can write beside a number."""
    return salted_hmac("hubportal.core.message_id", str(pk)).hexdigest()[:20]


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reading the outbox."""

    def visible_to(self, user: Any) -> Self:
        """Notices of the hubs a person works for; national sees all."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(owner__in=scope.hub_ids)

    def for_list(self) -> Self:
        """What a list of notices shows: what failed, what is to be sent (soonest first), the rest (newest first)."""
        return self.select_related("owner").order_by(*OUTBOX)

    def about(self, records: Iterable[models.Model]) -> Self:
        """Notices whose page is one of these records (a group shows its meetings' and visits')."""
        return self.filter(thread__in=[record_key(record) for record in records])

    def due(self, now: datetime, real_now: datetime) -> Self:
        """What may be sent now: due, not past its last moment, not waiting after a failed try."""
        return self.filter(
            models.Q(until=None) | models.Q(until__gt=now),
            models.Q(next_try_at=None) | models.Q(next_try_at__lte=real_now),
            state=Notice.State.PLANNED,
            due_at__lte=now,
        ).order_by("due_at", "pk")

    def overdue(self, before: datetime, now: datetime) -> Self:
        """Due before a moment, worth sending still, and not sent: whether it waits, was tried or is being sent."""
        return self.filter(
            models.Q(until=None) | models.Q(until__gt=now),
            state__in=(Notice.State.PLANNED, Notice.State.SENDING),
            due_at__lte=before,
        ).order_by("due_at", "pk")

    def worth_another_try(self, now: datetime) -> Self:
        """Failed, but not past its last moment."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=now), state=Notice.State.FAILED)

    def named(self, message_id: str) -> Self:
        """The one that a Message-ID is of; none for one that the portal did not make itself."""
        ours = rf"<?notice-(\d{{1,15}})\.([0-9a-f]+)@{re.escape(settings.MAIL_DOMAIN)}>?"
        found = re.fullmatch(ours, message_id.strip())
        is_ours = found is not None and constant_time_compare(found[2], _mark(int(found[1])))
        return self.filter(pk=int(found[1])) if found and is_ours else self.none()

    def too_late(self, now: datetime) -> Self:
        """Planned, but its last moment has passed: to be shown as missed, never sent late."""
        return self.filter(state=Notice.State.PLANNED, until__lte=now)


class Notice(models.Model):
    """One e-mail: planned, claimed by a worker with a lease, then sent, failed, missed or cancelled.

    ``recipient`` is a stable key of the kind's choosing (``person:17``); ``occurrence`` is the offset and
    the date of the thing (``14d@2027-01-22``). ``lease_until`` and ``next_try_at`` are real time, the other
    moments the portal's.
    """

    class State(models.TextChoices):
        """Where an e-mail stands."""

        PLANNED = "planned", "Planned"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        MISSED = "missed", "Missed"
        CANCELLED = "cancelled", "Cancelled"

    # What an e-mail that failed is given to be tried as if for the first time.
    FRESH: ClassVar[Mapping[str, Any]] = {"state": State.PLANNED, "attempts": 0, "problem": "", "next_try_at": None}

    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=60)
    recipient = models.CharField(max_length=100)
    occurrence = models.CharField(max_length=60)
    thread = models.CharField(max_length=60, blank=True)
    # Without an index of its own: the list's begins with the owner.
    owner = models.ForeignKey(
        settings.PORTAL_OWNER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    about = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    due_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # When the e-mail came back after a mail server had taken it; ``problem`` says why.
    bounced_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            # Its index is also read by the reconciler: all rows of some kinds and targets.
            models.UniqueConstraint(fields=("kind", "target", "recipient", "occurrence"), name="notice_once"),
        ]
        indexes = [
            # Read by delivery: what is due, oldest first; and by /readyz: what is overdue.
            models.Index(
                fields=("due_at", "id"), name="notice_due", condition=models.Q(state__in=("planned", "sending"))
            ),
            # Read by the list of notices, of a hub and of all.
            models.Index("owner", *OUTBOX, name="notice_owner"),
            models.Index(*OUTBOX, name="notice_outbox"),
            # Read by a group's Reminders tab.
            models.Index(fields=("thread", "due_at"), name="notice_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.name}"

    @property
    def message_id(self) -> str:
        """The same for every try, so that a mail server can drop a repeat; nobody else can make one up."""
        return f"<notice-{self.pk}.{_mark(self.pk)}@{settings.MAIL_DOMAIN}>"

    def mark_sent(self, now: datetime, *, email: str, subject: str, body: str) -> None:
        """Keep what was sent, where the lease is still the one that this row was claimed with.

        Plain SQL, once for each e-mail: the ORM takes longer to write this statement than PostgreSQL to run it.
        """
        sent_at = connection.ops.adapt_datetimefield_value(now)
        with connection.cursor() as cursor:
            values = [self.State.SENT, sent_at, email, subject, body, self.pk, self.lease, self.State.SENDING]
            cursor.execute(MARK_SENT, values)


MARK_SENT = f"""
    UPDATE {Notice._meta.db_table}
    SET state = %s, sent_at = %s, email = %s, subject = %s, body = %s, lease = '', lease_until = NULL, problem = ''
    WHERE id = %s AND lease = %s AND state = %s
"""  # noqa: S608 - the table's name is ours
