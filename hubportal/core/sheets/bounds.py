"""What a workbook may hold, counted before anything is made of it: a small file can unpack into endless work."""

import zipfile
from contextlib import suppress
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from hubportal.core.sheets.lines import MOST_LINES, UnreadableFile

LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_SHEET = 80 * 1024 * 1024
MOST_MEMBERS = 2_000
WIDEST = 16_384
# Over all sheets, as many as one of all its rows has in 20 columns; empty cells that only have a colour count, too.
# A web request reads them all, at some 15 millionths of a second each: nobody waits for many more.
MOST_CELLS = MOST_LINES * 20
# Texts that cells share are all read before the first cell is: 300,000 of two elements each take about 3 seconds.
MOST_TEXTS = 300_000
MOST_OTHERS = 200_000
# All that cells and texts are made of; and all else (styles, names, links), each of which takes far longer to read.
MOST_ELEMENTS = 3 * MOST_CELLS + 2 * MOST_TEXTS
# A cell takes 32,767 characters in any spreadsheet program, each of up to eight bytes, as &#10004; has.
LONGEST_TEXT = 8 * 32_767
DEEPEST = 100
BLOCK = 64 * 1024
LONGEST_TAG = 1024 * 1024
DAMAGED = (
    "This workbook is damaged and cannot be read. Open it in your spreadsheet program, save it again and upload that."
)
TOO_LARGE = "This workbook is too large to be read. Keep only the sheet with the records in it, and upload that."
TOO_WIDE = f"A row of this workbook has more than {WIDEST:,} cells. Keep only the columns with the records in them."
TOO_MANY = (
    f"This workbook has more than {MOST_CELLS:,} cells; empty ones with a colour or a border count, too. Copy only "
    "the rows and columns with the records into a new workbook, save it and upload that."
)
TOO_WORDY = (
    f"This workbook has more than {MOST_TEXTS:,} different texts. Copy only the rows and columns with the records into "
    "a new workbook, save it and upload that."
)
TOO_LONG = (
    "A cell of this workbook holds more text than a spreadsheet program allows (32,767 characters). Shorten it, save "
    "the file and upload it again."
)
_CONTENT = frozenset({"c", "v", "f", "is", "t"})  # of a row
_TEXTS = frozenset({"si", "t"})  # that cells share
_TEXTED = frozenset({"worksheet", "sst"})  # parts whose text stands in cells
_ORDER = "calcChain"  # of formulas, which is not read


def check_bounds(archive: zipfile.ZipFile) -> None:
    """Look through every part of a workbook, and stop at the first that is too much.

    :raises UnreadableFile: for one that would fill the memory or hold up whoever waits.
    """
    members = archive.infolist()
    is_bomb = len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_UNPACKED
    if is_bomb or max((one.file_size for one in members), default=0) > LARGEST_SHEET:
        raise UnreadableFile(TOO_LARGE)
    count = Count()
    for one in members:
        with archive.open(one) as part:
            count.add(part)


class Count:
    """What has been seen in the parts of a workbook so far."""

    def __init__(self) -> None:
        self.elements = self.others = self.cells = self.texts = 0
        self._depth, self._root = 0, ""
        self._row: int | None = None

    def add(self, part: IO[bytes]) -> None:
        """Count one more part; what is no XML (a picture) ends at once, as does what is damaged.

        :raises UnreadableFile: as soon as there is too much.
        """
        parser = ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.StartDoctypeDeclHandler = _refuse_doctype
        self._row, self._depth, read = None, 0, 0
        seen, since = self.elements, 0
        with suppress(ExpatError):
            while block := part.read(BLOCK):
                parser.Parse(block)
                read += len(block)
                # One tag, or one comment, that goes on and on is gone through again with each block.
                at = parser.CurrentByteIndex
                if read - at > LONGEST_TAG:
                    raise UnreadableFile(TOO_LARGE)
                if self.elements > seen:
                    seen, since = self.elements, at
                elif at - since > LONGEST_TEXT and self._root in _TEXTED:
                    raise UnreadableFile(TOO_LONG)

    def _begin(self, name: str, _attributes: object) -> None:
        self.elements += 1
        self._depth += 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if self._depth == 1:
            self._root = name
        if name == "row":
            self._row = 0
        elif self._row is not None:
            self._in_row(name, self._row)
        else:
            self._beside_rows(name)
        if self.elements > MOST_ELEMENTS or self.others > MOST_OTHERS:
            raise UnreadableFile(TOO_LARGE)
        if self._depth > DEEPEST:
            raise UnreadableFile(DAMAGED)

    def _in_row(self, name: str, cells: int) -> None:
        if name == "c":
            self._cell(cells + 1)
        elif name not in _CONTENT:
            self.others += 1

    def _beside_rows(self, name: str) -> None:
        self.texts += name in _TEXTS
        self.others += name not in _TEXTS and not (name == "c" and self._root == _ORDER)
        if self.texts > 2 * MOST_TEXTS:
            raise UnreadableFile(TOO_WORDY)

    def _cell(self, at: int) -> None:
        self._row, self.cells = at, self.cells + 1
        if at > WIDEST:
            raise UnreadableFile(TOO_WIDE)
        if self.cells > MOST_CELLS:
            raise UnreadableFile(TOO_MANY)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "row" or name.endswith(":row"):
            self._row = None


def _refuse_doctype(*_said: object) -> None:
    """No workbook declares document types; whoever does wants entities that grow without end."""
    raise UnreadableFile(DAMAGED)
