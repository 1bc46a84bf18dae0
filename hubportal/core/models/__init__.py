"""Tables of the core: bad addresses, the clock's shift, heartbeats, files, jobs, the journal and the outbox."""

from hubportal.core.models.address import BadAddress, BadAddressQuerySet
from hubportal.core.models.beat import ClockShift, Heartbeat
from hubportal.core.models.file import StoredFile
from hubportal.core.models.job import Job, JobQuerySet
from hubportal.core.models.journal import JournalEntry
from hubportal.core.models.notice import Notice, NoticeQuerySet

__all__ = [
    "BadAddress",
    "BadAddressQuerySet",
    "ClockShift",
    "Heartbeat",
    "Job",
    "JobQuerySet",
    "JournalEntry",
    "Notice",
    "NoticeQuerySet",
    "StoredFile",
]
