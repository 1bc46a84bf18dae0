"""Handing in a file of schools."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from django import forms

from hubportal.core.file_fields import UploadField
from hubportal.core.forms import PortalForm
from schools.actions.uploads import MOST
from schools.adapters.gias import read_links, read_schools
from schools.adapters.gias_table import UnreadableFile

LOOKED_AT = 256 * 1024


def _check_start(upload: Any, read: Callable[[BinaryIO], object]) -> None:
    """Whether the first lines are those of such a file: the rest is read by the job.

    :raises ValidationError: in the words of the reader.
    """
    upload.seek(0)
    start = upload.read(LOOKED_AT)
    upload.seek(0)
    if len(start) == LOOKED_AT:
        start = start[: start.rfind(b"\n") + 1] or start
    try:
        read(BytesIO(start))
    except UnreadableFile as problem:
        raise forms.ValidationError(str(problem)) from problem


class GiasUploadForm(PortalForm):
    """A file of schools, and perhaps the file of their links."""

    file = UploadField(
        label="File of schools",
        kinds=("csv",),
        most=MOST,
        help_text="edubasealldata….csv, as GIAS gives it; at most 80 MB",
    )
    links = UploadField(
        label="File of links (if you have it)",
        kinds=("csv",),
        most=MOST,
        required=False,
        help_text="links_edubasealldata….csv: says which school became which",
    )

    def clean_file(self) -> Any:
        """Its first lines are those of a file of schools."""
        _check_start(self.cleaned_data["file"], read_schools)
        return self.cleaned_data["file"]

    def clean_links(self) -> Any:
        """Its first lines are those of a file of links."""
        if self.cleaned_data.get("links"):
            _check_start(self.cleaned_data["links"], lambda source: next(read_links(source), None))
        return self.cleaned_data.get("links")
