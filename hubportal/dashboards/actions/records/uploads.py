"""The steps with an upload: taking the file in, saying what its columns and words mean, asking for the long work."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Lower

from hubportal.core import files, jobs, journal, wake
from hubportal.core.models import Job, Remembered, Upload, UploadLine
from hubportal.core.models.file import PREVIEW_KEPT
from hubportal.core.records import apart
from hubportal.core.sheets.lines import LARGEST_FILE, Book, UnreadableFile
from hubportal.core.sheets.opening import open_book
from hubportal.dashboards.actions.records import work
from hubportal.dashboards.actions.records.proposing import said_of_all
from hubportal.dashboards.actions.records.world import SCHOOL_TOPIC, in_parts
from hubportal.dashboards.adapters.contact_book import HEADINGS
from hubportal.dashboards.adapters.hand_out import NOTES
from hubportal.dashboards.rules import contents, first_records, headings, yearly
from hubportal.dashboards.rules.kinds import KINDS, PEOPLE, Kind
from hubportal.dashboards.rules.reading import folded
from schools.actions import ours
from schools.models import Hub, School, User

State = Upload.State
LINES_KEPT = 25
LONGEST_NAME = 200  # of a school
COLUMNS = "columns:"
YEAR_UNSAID = (
    "The dates do not say which year, as “{}”. Say it for all lines under “School year, the same for all lines”, or "
    "choose the column that says it."
)
EACH_ITS_YEAR = ", unless the heading of each names a school year of its own, as 2022/23 {}"
NOT_DROPPED = "What was brought in is not dropped, but taken back."
LOOKED_AT = "The lines are being looked at. Wait until that has finished."


class CannotBring(Exception):
    """A step with an upload that cannot be taken, said in words for people."""


class CannotRead(CannotBring):
    """A file that is none the portal can read: it is not kept, another one is asked for."""

    field = "file"


@dataclass(frozen=True, slots=True)
class _Look:
    """The beginning of a sheet."""

    numbers: list[int]
    rows: list[list[str]]


def take_in(*, owner: Hub, kind: str, upload: "UploadedFile[Any]", by: User, now: datetime, back: str = "") -> Upload:
    """Keep a spreadsheet and look at its beginning; nothing of it is brought in.

    The portal's own workbook of contacts says itself what its columns are: its lines are looked at, at once.

    :param back: the address of the page that wants what it brings.
    :raises CannotRead: where it cannot be read.
    :raises CannotMove: where the hub has just been merged.
    """
    try:
        book = open_book(cast(BinaryIO, upload))
        sheets = list(book.sheets)
        if not sheets:
            raise UnreadableFile("There is nothing in this file.")
        looks = {sheet: _look(book, sheet) for sheet in sheets}
    except UnreadableFile as problem:
        raise CannotRead(str(problem)) from problem
    upload.seek(0)
    with transaction.atomic():
        ours.at_hub(owner)
        try:
            stored = files.keep(upload, kinds=files.TABLES, by=by, now=now, most=LARGEST_FILE)
        except files.BadFile as problem:
            raise CannotRead(str(problem)) from problem
        made = Upload(kind=kind, owner=owner, file=stored, file_name=stored.name, digest=stored.digest, by=by, at=now)
        made.sheets, made.counts_from_1904, made.back = sheets, book.counts_from_1904, back[:2000]
        known = _schools_in(row for look in looks.values() for row in look.rows)
        _choose(made, max(sheets, key=lambda one: _fits(looks[one], KINDS[kind], known)), looks, known)
        made.save()
        journal.record("File uploaded", on=made, by=by, note=KINDS[kind].label, owner_id=owner.pk)
        texts = [text for text in made.headings["texts"] if text]
        if kind == PEOPLE.key and texts == list(HEADINGS):
            columns = headings.guess(made.headings["texts"], PEOPLE)
            map_columns(upload=made, columns=columns, constants={}, by=by, now=now)
    return made


def _look(book: Book, sheet: str) -> _Look:
    numbers, rows = [], []
    for line in book.lines(sheet):
        numbers.append(line.number)
        rows.append(list(line.cells))
        if len(rows) == LINES_KEPT:
            break
    return _Look(numbers, rows)


def _schools_in(rows: Iterable[Sequence[str]]) -> frozenset[str]:
    """Which cells are the names of schools, folded."""
    said = {folded(cell) for row in rows for cell in row if " " in cell and len(cell) <= LONGEST_NAME}
    schools = School.objects.public().annotate(lower=Lower("name"))
    named = (schools.filter(lower__in=some).values_list("name", flat=True) for some in in_parts(said))
    return frozenset(folded(name) for some in named for name in some)


def _fits(look: _Look, kind: Kind, schools: frozenset[str]) -> int:
    return len(headings.guess(headings.find_headings(look.rows, kind, schools).texts, kind))


def _choose(upload: Upload, sheet: str, looks: Mapping[str, _Look], schools: frozenset[str]) -> None:
    look = looks[sheet]
    upload.sheet = sheet
    upload.first_lines = [[number, row] for number, row in zip(look.numbers, look.rows, strict=True)]
    found = headings.find_headings(look.rows, KINDS[upload.kind], schools)
    _set_headings(upload, *(_said_before(upload, look.rows) or (found.first, found.rows)), schools)


def _said_before(upload: Upload, rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Where headings stand whose columns somebody has said before; the last that were said, where there are several."""
    places = {
        headings.signature(_texts(rows, first, many)): (first, many)
        for first in reversed(range(min(len(rows), headings.ROWS_LOOKED_AT)))
        for many in (2, 1)
    }
    known = Remembered.objects.filter(owner=upload.owner, topic=COLUMNS + upload.kind, given__in=places)
    given = known.order_by("-at", "-pk").values_list("given", flat=True).first()
    return None if given is None else places[given]


def _texts(rows: Sequence[Sequence[str]], first: int, many: int) -> list[str]:
    """What rows of headings say of each column of the sheet."""
    texts = headings.joined(rows[first : first + many]) if many else ()
    width = max((len(row) for row in rows), default=0)
    return [*texts, *([""] * (width - len(texts)))]


def _set_headings(upload: Upload, first: int, many: int, schools: frozenset[str]) -> None:
    """Where the headings stand, and what the columns are: as was said of the same headings before, else a guess."""
    rows = [row for _number, row in upload.first_lines]
    texts = _texts(rows, first, many)
    numbers = [number for number, _row in upload.first_lines[first : first + many]]
    upload.headings = {"first": first, "rows": many, "texts": texts, "numbers": numbers}
    # What of them no heading is: the page asks whether that row is not rather the first record.
    if found := [one for at in range(first, first + many) for one in first_records.telling(rows, at, schools)]:
        upload.headings["record"] = found[0]
    known = Remembered.objects.filter(
        owner=upload.owner, topic=COLUMNS + upload.kind, given=headings.signature(texts)
    ).first()
    kind = KINDS[upload.kind]
    fields = {one.key for one in kind.fields}
    if known is not None:
        columns = {int(at): key for at, key in known.meant["columns"].items() if key in fields and int(at) < len(texts)}
        # What holds for all lines of one sheet is not that of another, which has the next year, or another group.
        is_same = upload.sheet == known.meant.get("sheet") or headings.TO_MEND in texts
        constants = known.meant["constants"] if is_same else {}
    else:
        own = rows[first + 1] if many == 2 else ()
        columns, is_same, constants = contents.guess(texts, rows[first + many :], kind, own), False, {}
    if not is_same:
        constants = constants | said_of_all(upload, columns.values(), kind)
    upload.columns, upload.constants = {str(at): key for at, key in columns.items()}, constants


def choose_sheet(*, upload: Upload, sheet: str) -> None:
    """Read another sheet of the same file.

    :raises CannotBring: where it is not there, or the upload is past that.
    """
    _check_open(upload)
    if sheet not in upload.sheets or upload.file is None:
        raise CannotBring("This sheet is not in the file.")
    try:
        with upload.file.content.open("rb") as content:
            look = _look(open_book(cast(BinaryIO, content)), sheet)
    except (UnreadableFile, OSError) as problem:
        raise CannotBring("The file cannot be read any more. Upload it again.") from problem
    _choose(upload, sheet, {sheet: look}, _schools_in(look.rows))
    _save(upload)


def set_headings(*, upload: Upload, first: int, many: int) -> None:
    """Say in which rows the headings stand (from 0, among the lines kept).

    :raises CannotBring: where there are no such lines, or the upload is past that.
    """
    _check_open(upload)
    if not 0 <= first < len(upload.first_lines) or many not in (1, 2) or first + many > len(upload.first_lines):
        raise CannotBring("There are no such rows at the beginning of the sheet.")
    _set_headings(upload, first, many, _schools_in(row for _number, row in upload.first_lines))
    _save(upload)


def map_columns(
    *, upload: Upload, columns: Mapping[int, str], constants: Mapping[str, str], by: User, now: datetime
) -> None:
    """Say what the columns are, remember it for the next file with the same headings, and have the lines looked at.

    :raises CannotBring: where something is missing or said twice, or the upload is past that.
    """
    _check_open(upload)
    kind = KINDS[upload.kind]
    texts = upload.headings["texts"]
    twice, missing = headings.given_twice(columns, texts, kind), headings.missing(columns, constants, kind)
    if twice:
        each = EACH_ITS_YEAR.format(twice[0].label) if twice[0].yearly and kind.has_years else ""
        raise CannotBring(f"Only one column can be “{twice[0].label}”{each}.")
    if missing:
        raise CannotBring(f"No column is {' and none '.join(missing)}. Choose one, or say it for all lines.")
    if day := contents.without_year(columns, constants, texts, upload.rows_below, kind):
        raise CannotBring(YEAR_UNSAID.format(day))
    if unclear := yearly.problem(columns, texts, kind):
        raise CannotBring(unclear)
    with transaction.atomic():
        upload.columns = {str(at): key for at, key in columns.items()}
        upload.constants = dict(constants)
        _save(upload)
        meant = {"columns": upload.columns, "constants": upload.constants, "sheet": upload.sheet}
        given = headings.signature(texts)
        _remember(upload.owner, COLUMNS + upload.kind, {given: meant}, by, now)
        _ask(work.READ, upload, f"Looking at {upload}", by, now)


def answer(
    *, upload: Upload, words: Mapping[str, Mapping[str, str]], schools: Mapping[str, int], by: User, now: datetime
) -> None:
    """Say what words mean and which schools are meant, remember it, and have the lines looked at again.

    :param schools: the key of the school for each that the file names; 0 for none that is known.
    :raises CannotBring: where the upload is past that.
    """
    _check_open(upload)
    with transaction.atomic():
        for topic, meant in words.items():
            _remember(upload.owner, topic, {folded(word)[:300]: value for word, value in meant.items()}, by, now)
        _remember(upload.owner, SCHOOL_TOPIC, schools, by, now)
        _ask(work.READ, upload, f"Looking at {upload}", by, now)


def preview_of(upload: Upload) -> str:
    """What stands for the last look at its lines."""
    found = jobs.newest(work.READ, upload)
    return "" if found is None else str(found.pk)


def bring_in(*, upload: Upload, by: User, now: datetime, seen: str) -> None:
    """Ask for all lines to be brought in.

    :param seen: the look at the lines that the page showed.
    :raises CannotBring: where they have not been looked at, were looked at anew since, or are being brought in already.
    """
    if upload.state == State.NEW:
        raise CannotBring(LOOKED_AT if _is_open(work.READ, upload) else work.MATCHED_ANEW)
    if upload.state != State.READY:
        raise CannotBring(f"This upload is {upload.get_state_display().lower()}: there is nothing to bring in.")
    if _is_open(work.READ, upload):
        raise CannotBring(LOOKED_AT)
    if upload.owner.closed_on is not None:
        raise CannotBring(f"{upload.owner} has closed. Upload the file for the hub that goes on with its schools.")
    if seen != preview_of(upload):
        raise CannotBring("The lines have been looked at anew since this page was opened. Check what they come to now.")
    _ask(work.APPLY, upload, f"Bringing in {upload}", by, now)


def take_back(*, upload: Upload, by: User, now: datetime) -> None:
    """Ask for what was brought in to be taken back, or for what was left when it was.

    :raises CannotBring: where there is nothing of it, or it is being taken back already.
    """
    if upload.state != State.DONE and not has_rest(upload):
        raise CannotBring(f"This upload is {upload.get_state_display().lower()}: there is nothing to take back.")
    _ask(work.UNDO, upload, f"Taking back {upload}", by, now)


def has_rest(upload: Upload) -> bool:
    """Whether something stayed when it was taken back that may go by now; what has moved on never does."""
    if upload.state != State.UNDONE:
        return False
    left = UploadLine.objects.filter(upload=upload).exclude(kept="").values_list("made", "changed")
    return any(made or any(not one["move"] for one in changed) for made, changed in left)


@transaction.atomic
def drop(*, upload: Upload, by: User | None) -> None:
    """Give an upload up: its lines and its file are deleted.

    :raises CannotBring: where it was brought in, or is being worked on.
    """
    if any(_is_open(kind, upload) for kind in (work.READ, work.APPLY)):
        raise CannotBring("This upload is being worked on. Wait until that has finished.")
    dropped = Upload.objects.filter(pk=upload.pk, state__in=Upload.OPEN)
    if dropped.update(state=State.DROPPED, file=None, first_lines=[], unknown={}) != 1:
        words = _overtaken(upload)
        raise CannotBring(words if upload.state == State.DROPPED else NOT_DROPPED)
    UploadLine.objects.filter(upload=upload).delete()
    if upload.file is not None:
        files.forget(upload.file)
    journal.record("Upload dropped", on=upload, by=by, owner_id=upload.owner_id)


def forget_old(*, now: datetime) -> None:
    """Give up the uploads that nobody has brought in for long; for the sweep."""
    for upload in Upload.objects.filter(at__lt=now - PREVIEW_KEPT, state__in=Upload.OPEN).select_related("file"):
        with apart(upload), suppress(CannotBring):
            drop(upload=upload, by=None)


def brought_before(upload: Upload) -> Upload | None:
    """The same file, brought in before."""
    same = Upload.objects.filter(owner=upload.owner_id, kind=upload.kind, digest=upload.digest, state=State.DONE)
    return same.exclude(pk=upload.pk).order_by("-ended_at", "-pk").first()


def sheets_left(upload: Upload) -> list[str]:
    """The other sheets of a file that was brought in, of which nothing has been yet."""
    if upload.state != State.DONE or len(upload.sheets) < 2:
        return []
    same = Upload.objects.filter(owner=upload.owner_id, digest=upload.digest, state=State.DONE)
    brought = {*same.values_list("sheet", flat=True), NOTES}
    return [sheet for sheet in upload.sheets if sheet not in brought]


def open_job(upload: Upload) -> Job | None:
    """The long work that waits or runs on an upload; else the last that came to nothing."""
    found = [jobs.newest(kind, upload) for kind in (work.READ, work.APPLY, work.UNDO)]
    newest = max((one for one in found if one is not None), key=lambda one: one.pk, default=None)
    return newest if newest is not None and newest.state != jobs.State.DONE else None


def is_looked_at(upload: Upload) -> bool:
    """Whether its lines are being looked at, so that what is kept with them is of the look before."""
    return upload.is_open and _is_open(work.READ, upload)


def _is_open(kind: str, upload: Upload) -> bool:
    found = jobs.newest(kind, upload)
    return found is not None and found.is_open


def _check_open(upload: Upload) -> None:
    if not upload.is_open:
        raise CannotBring(f"This upload is {upload.get_state_display().lower()}: nothing of it is changed any more.")
    if _is_open(work.APPLY, upload):
        raise CannotBring("This upload is being brought in at this moment.")
    if _is_open(work.READ, upload):
        raise CannotBring(LOOKED_AT)


def _save(upload: Upload) -> None:
    """What was said about it; what its lines came to has to be looked at anew."""
    fields = ("first_lines", *Upload.READ_BY)
    new = {name: getattr(upload, name) for name in fields} | {"state": State.NEW, "counts": {}, "unknown": {}}
    if Upload.objects.filter(pk=upload.pk, state__in=Upload.OPEN).update(**new) != 1:
        raise CannotBring(_overtaken(upload))
    upload.state = State.NEW


def _overtaken(upload: Upload) -> str:
    """What somebody else has done with it since it was read."""
    upload.refresh_from_db(fields=["state"])
    return f"Somebody else was faster: this upload has just been {upload.get_state_display().lower()}."


def _remember(owner: Hub, topic: str, meant: Mapping[str, Any], by: User, now: datetime) -> None:
    rows = [
        Remembered(owner=owner, topic=topic[:40], given=given, meant=value, by=by, at=now)
        for given, value in meant.items()
    ]
    Remembered.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["owner", "topic", "given"],
        update_fields=["meant", "by", "at"],
    )


def _ask(kind: str, upload: Upload, label: str, by: User, now: datetime) -> None:
    try:
        jobs.ask(kind, about=upload, label=label, by=by, now=now, owner_id=upload.owner_id)
    except jobs.AlreadyRunning as problem:
        raise CannotBring(str(problem)) from problem
    wake.wake()
