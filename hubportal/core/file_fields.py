"""Form fields for files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hubportal.core import files
from hubportal.core.files import GONE, take_aside
from hubportal.core.sheets.lines import LARGEST_FILE

FILE_ERRORS = {
    "required": "Choose a file.",
    "missing": "Choose a file.",
    "invalid": "The file did not arrive. Choose it again.",
    "empty": "This file is empty. Choose another one.",
    "max_length": "The name of this file is too long. Give it a shorter one.",
}


class KeptFileInput(forms.FileInput):
    """A file that was chosen stays with its form when that comes back for something else; browsers forget it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was chosen now, else what was laid aside before."""
        chosen = super().value_from_datadict(data, files, name)
        return chosen or take_aside(data.get(aside_name(name), ""))


def aside_name(name: str) -> str:
    """What the hidden field beside a file is called that says what was laid aside."""
    return f"{name}-aside"


class KeptFileField(forms.FileField):
    """A file that need not be chosen again after a mistake elsewhere in the form."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload.

        :raises ValidationError: where what was laid aside is not there any more.
        """
        if data is GONE:
            raise ValidationError("The file was kept for an hour. Choose it again.")
        return super().clean(data, initial)


class SheetField(KeptFileField):
    """A spreadsheet: `core.sheets` tells what it is, by its content, and what to do with one it cannot read."""

    def __init__(self, *, label: str) -> None:
        help_text = f"An Excel workbook (.xlsx) or a CSV file, at most {LARGEST_FILE // files.MEGABYTE} MB"
        widget = KeptFileInput(attrs={"accept": ".xlsx,.csv"})
        super().__init__(label=label, help_text=help_text, widget=widget, max_length=files.LONGEST_NAME)
        self.error_messages |= FILE_ERRORS


class UploadField(KeptFileField):
    """A file of one of some kinds (`core.files`), looked at before anything is kept."""

    def __init__(self, *, kinds: tuple[str, ...] = files.DOCUMENTS, most: int = files.MOST, **kwargs: Any) -> None:
        self.kinds, self.most = kinds, most
        accept = ",".join(f".{kind}" for kind in kinds)
        kwargs.setdefault("help_text", f"{', '.join(kinds)}; at most {most // files.MEGABYTE} MB")
        super().__init__(widget=KeptFileInput(attrs={"accept": accept}), max_length=files.LONGEST_NAME, **kwargs)
        self.error_messages |= FILE_ERRORS

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload.

        :raises ValidationError: for what `files.kind_of` does not take.
        """
        upload = super().clean(data, initial)
        if upload:
            try:
                files.kind_of(upload, self.kinds, self.most)
            except files.BadFile as problem:
                raise ValidationError(str(problem)) from problem
        return upload
