"""Tables of the core: the clock's shift, heartbeats, the journal and the outbox of notices."""

from hubportal.core.models.beat import ClockShift, Heartbeat
from hubportal.core.models.journal import JournalEntry
from hubportal.core.models.notice import Notice, NoticeQuerySet

__all__ = ["ClockShift", "Heartbeat", "JournalEntry", "Notice", "NoticeQuerySet"]
