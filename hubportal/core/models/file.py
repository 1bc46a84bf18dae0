"""Files that people hand in: evidence, attachments, workbooks. Served by pages that check who asks."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models

# How long what somebody looked at and did not bring in is kept: it may hold people's details.
PREVIEW_KEPT = timedelta(days=28)


def private_storage() -> Storage:
    """Where handed-in files lie: shared by web and worker, outside of what is served."""
    return storages["private"]


def fresh_path(_file: "StoredFile | None", _name: str) -> str:
    """A name that nobody can guess and no upload chooses."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


class StoredFile(models.Model):
    """One file as it came: ``name`` is what its sender called it, ``kind`` what its content shows it to be.

    It has no page of its own: the record that points to it says who may read it.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    content = models.FileField(storage=private_storage, upload_to=fresh_path, max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
