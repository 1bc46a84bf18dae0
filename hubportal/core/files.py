"""Taking in files and handing them out: kinds by content, never by name; nothing is shown inside the portal's pages."""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.core import signing
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse

from hubportal.core.letters import unseen_in
from hubportal.core.models import StoredFile
from hubportal.core.models.file import fresh_path, private_storage
from hubportal.core.sheets.separated import UTF_16

MEGABYTE = 1024 * 1024
MOST = 10 * MEGABYTE
# How the content of each kind begins; texts have no beginning of their own but hold no NUL.
STARTS: Mapping[str, bytes] = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "odt": b"PK\x03\x04",
    "msg": b"\xd0\xcf\x11\xe0",
}
TEXTS = frozenset({"txt", "csv", "eml"})
DOCUMENTS = ("pdf", "png", "jpg", "docx", "odt", "txt", "eml", "msg")
TABLES = ("xlsx", "csv")
SAME = {"jpeg": "jpg"}
# What older programs, and others, write instead.
NEWER = {"xls": "xlsx", "xlsb": "xlsx", "xlsm": "xlsx", "ods": "xlsx", "numbers": "xlsx", "doc": "docx"}
LONGEST_NAME = 200
# Of what age a content without a row is deleted: older than any step takes, younger than a backup.
LEFT_FROM, LEFT_UNTIL = timedelta(hours=1), timedelta(hours=12)


ASIDE = "core.files.aside"
# Whose form it is (the key of who signs in), set by the middleware for the request: widgets know of none.
sent_by: ContextVar[int | None] = ContextVar("sent_by", default=None)
# What was laid aside, and is not there any more.
GONE = object()


class BadFile(Exception):
    """A file that is not taken in; ``str()`` says why, in plain words."""


def kind_of(upload: "UploadedFile[Any]", kinds: tuple[str, ...], most: int = MOST) -> str:
    """Which of these kinds a file is, by its name and its first bytes.

    :param most: the largest size, in bytes.
    :raises BadFile: for an empty or too large file, another kind, or content that is not what the name says.
    """
    size = upload.size or 0
    if size == 0:
        raise BadFile("This file is empty. Choose another one.")
    if size > most:
        raise BadFile(f"This file is larger than {most // MEGABYTE} MB. Choose a smaller one.")
    ending = PurePosixPath(upload.name or "").suffix.removeprefix(".").lower()
    kind = SAME.get(ending, ending)
    if kind not in kinds:
        newer = f" Open it, save it as .{NEWER[kind]} and choose that." if NEWER.get(kind) in kinds else ""
        raise BadFile(f"Choose a file of one of these kinds: {', '.join(kinds)}.{newer}")
    upload.seek(0)
    start = upload.read(8192)
    upload.seek(0)
    if kind in TEXTS:
        # Excel's “Unicode text” is UTF-16, in which every other byte is nothing.
        fits = b"\x00" not in start or start.startswith(UTF_16)
    else:
        fits = start.startswith(STARTS[kind])
    if not fits:
        raise BadFile(f"This file is called .{ending}, but its content is something else. Save it anew and try again.")
    return kind


class LaidAside(UploadedFile):  # type: ignore[type-arg]
    """An upload that was laid aside before, with the word by which it is taken."""

    def __init__(self, word: str, path: str, name: str) -> None:
        """:raises FileNotFoundError: where it has been swept away."""
        with private_storage().open(path) as content:
            kept = BytesIO(content.read())
        super().__init__(kept, name=name, size=len(kept.getbuffer()))
        self.word = word


def lay_aside(upload: "UploadedFile[Any]") -> str:
    """Keep what was chosen in a form that comes back for something else; the signed word by which it is taken again.

    Without a row: the sweep deletes it, whether it was taken or not.
    """
    if isinstance(upload, LaidAside):
        return upload.word
    upload.seek(0)
    path = private_storage().save(fresh_path(None, ""), upload)
    return signing.dumps([path, upload.name, sent_by.get()], salt=ASIDE)


def take_aside(word: str) -> Any:
    """The upload that was laid aside; None without a word given to this person, ``GONE`` where it is kept no longer."""
    if not word:
        return None
    try:
        path, name, *by = signing.loads(word, salt=ASIDE, max_age=LEFT_FROM)
        return LaidAside(word, path, name) if by == [sent_by.get()] else None
    except (signing.SignatureExpired, FileNotFoundError):
        return GONE
    except signing.BadSignature:
        return None


@transaction.atomic
def keep(
    upload: "UploadedFile[Any]", *, kinds: tuple[str, ...], by: Any, now: datetime, most: int = MOST
) -> StoredFile:
    """Take a file in, as it came.

    :raises BadFile: as ``kind_of`` does.
    """
    kind = kind_of(upload, kinds, most)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = StoredFile(
        name=_tidy(upload.name or "", kind), kind=kind, size=upload.size or 0, digest=digest.hexdigest(), by=by, at=now
    )
    return _put(stored, upload)


@transaction.atomic
def copy(stored: StoredFile, *, by: Any, now: datetime) -> StoredFile:
    """The same content as a file of its own: to forget the one leaves the other."""
    again = StoredFile(name=stored.name, kind=stored.kind, size=stored.size, digest=stored.digest, by=by, at=now)
    with stored.content.open("rb") as content:
        return _put(again, content)


def _put(stored: StoredFile, content: "File[Any]") -> StoredFile:
    """Content and row, or neither."""
    stored.content.save("", content, save=False)
    try:
        stored.save()
    except BaseException:
        stored.content.delete(save=False)
        raise
    return stored


def forget(stored: StoredFile) -> None:
    """Delete a file: its row now, its content once that has committed."""
    storage, name = stored.content.storage, str(stored.content.name)
    stored.delete()
    transaction.on_commit(lambda: storage.delete(name))


def sweep(now: datetime) -> int:
    """Delete contents without a row, left by what failed after ``keep``; how many.

    Only of late: what was there before, as after a backup was brought back, is never touched.
    """
    storage, found = private_storage(), []
    for folder in storage.listdir("")[0] if storage.exists("") else ():
        for name in storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            if LEFT_FROM <= now - storage.get_modified_time(path) <= LEFT_UNTIL:
                found.append(path)
    kept = set(StoredFile.objects.filter(content__in=found).values_list("content", flat=True)) if found else set()
    left = [path for path in found if path not in kept]
    for path in left:
        storage.delete(path)
    return len(left)


def hand_out(stored: StoredFile) -> FileResponse:
    """The file to keep, under its own name; a browser never shows it as a page of the portal.

    The caller has checked who asks.
    """
    response = FileResponse(
        stored.content.open("rb"), as_attachment=True, filename=stored.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _tidy(name: str, kind: str) -> str:
    """The last part of a name, without what cannot be seen, short enough to keep and with its ending."""
    plain = "".join(letter for letter in PurePosixPath(name.replace("\\", "/")).name if not unseen_in(letter))
    plain = "".join(letter for letter in plain if letter.isprintable()).strip() or f"file.{kind}"
    stem, ending = PurePosixPath(plain).stem, PurePosixPath(plain).suffix
    return f"{stem[: LONGEST_NAME - len(ending)]}{ending}"
