"""Tables of the core: addresses, clock, heartbeats, files, jobs, spreadsheets, the journal and the outbox."""

from hubportal.core.models.address import BadAddress, BadAddressQuerySet
from hubportal.core.models.beat import ClockShift, Heartbeat
from hubportal.core.models.file import StoredFile
from hubportal.core.models.job import Job, JobQuerySet
from hubportal.core.models.journal import JournalEntry
from hubportal.core.models.notice import Notice, NoticeQuerySet
from hubportal.core.models.upload import Remembered, Upload, UploadLine, UploadLineQuerySet, UploadQuerySet

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
    "Remembered",
    "StoredFile",
    "Upload",
    "UploadLine",
    "UploadLineQuerySet",
    "UploadQuerySet",
]
