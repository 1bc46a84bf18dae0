"""Opening whatever file somebody uploads as a spreadsheet."""

from typing import BinaryIO

from hubportal.core.sheets.lines import LARGEST_FILE, Book, UnreadableFile, size_of
from hubportal.core.sheets.separated import NO_TEXT, Separated
from hubportal.core.sheets.workbook import ZIP, Workbook, refuse_old

OTHERS = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"{\\rtf": "a letter"}


def open_book(file: BinaryIO) -> Book:
    """A workbook or a CSV file, told apart by what is in it, not by its name.

    :raises UnreadableFile: for anything else, and for what is empty, locked, old or too large.
    """
    size = size_of(file)
    if not size:
        raise UnreadableFile("This file is empty.")
    if size > LARGEST_FILE:
        raise UnreadableFile(
            f"This file is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it into several files."
        )
    head = file.read(8)
    file.seek(0)
    for start, what in OTHERS.items():
        if head.startswith(start):
            raise UnreadableFile(f"This file is {what}, not a spreadsheet. {NO_TEXT.partition('. ')[2]}")
    if head.startswith(ZIP):
        return Workbook(file)
    everything = file.read()
    file.seek(0)
    refuse_old(head, everything)
    return Separated(file)
