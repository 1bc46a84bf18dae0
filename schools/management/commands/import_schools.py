"""`manage.py import_schools FILE [--links FILE] [--dry-run]`: load a GIAS file."""

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hubportal.core import clock
from schools.actions.imports import ImportRefused, import_schools


class Command(BaseCommand):
    """Loads schools; the last line on standard output counts what became of the rows."""

    help = "Load schools from a GIAS file (edubasealldata*.csv). Nothing is changed by a file that cannot be trusted."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the links, whether to write."""
        parser.add_argument("file", type=Path, help="edubasealldata*.csv")
        parser.add_argument("--links", type=Path, help="links_edubasealldata*.csv: joins predecessors and successors")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """:raises CommandError: (exit code 1) with the reason, where nothing was changed."""
        file: Path = options["file"]
        try:
            result = import_schools(
                file=file,
                file_name=file.name,
                links=options["links"],
                by=None,
                now=clock.now(),
                dry_run=options["dry_run"],
                ran_as=_system_user(),
            )
        except ImportRefused as problem:
            raise CommandError(f"{problem} Nothing was changed.") from problem
        for row in result.rejected_rows:
            self.stdout.write(f"line {row.line}, URN {row.urn or '?'}: {row.reason}")
        for code, name, number in result.record.without_hub:
            self.stdout.write(f"{name} ({code}) belongs to no hub: open schools without a hub: {number}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
        self.stdout.write(str(result))


def _system_user() -> str:
    """Who is at the command line; in a container there may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
