"""Tables of the core, and what others' are made of: addresses, clock, files, jobs, uploads, journal, outbox."""

from hubportal.core.models.address import BadAddress, BadAddressQuerySet
from hubportal.core.models.apart import FoundApart, FoundApartQuerySet, once_and_in_order
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
    "FoundApart",
    "FoundApartQuerySet",
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
    "once_and_in_order",
]
