"""Status moves: a table that anyone can read, and one guarded way to move."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models, transaction

from hubportal.core import clock, journal
from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key


class CannotMove(Exception):
    """A step that the record's status does not allow, said in words for people."""


class StatusModel(models.Model):
    """A record with a status that moves only as ``MOVES`` says.

    A subclass overrides ``status`` with its choices and default.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {}

    status = models.CharField(max_length=20)

    class Meta:
        abstract = True

    def may_move_to(self, new: str) -> bool:
        """Whether the status held in memory allows this move."""
        return new in self.MOVES.get(self.status, frozenset())

    def move_to(
        self,
        new: str,
        *,
        by: Any,
        note: str = "",
        what: str = "",
        seen: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Move to ``new`` in one guarded UPDATE, setting ``fields`` with it, and write the journal.

        :param seen: what else the row must still have, beside its status.
        :raises CannotMove: where the table does not allow it, or somebody else moved it first.
        """
        old = self.status
        if not self.may_move_to(new):
            raise CannotMove(f"This is {self._words(old)}: it cannot become {self._words(new)}.{self._last_change()}")
        with transaction.atomic():
            manager = type(self)._base_manager
            if manager.filter(pk=self.pk, status=old, **(seen or {})).update(status=new, **fields) != 1:
                # Not what followed from the move, which is in the journal after it.
                raise CannotMove(self.who_was_first(of_moves=not seen))
            self.status = new
            for name, value in fields.items():
                setattr(self, name, value)
            journal.record(what or self._words(new).capitalize(), on=self, by=by, note=note, moved=(old, new))

    def _words(self, status: str) -> str:
        field = self._meta.get_field("status")
        choices = dict(getattr(field, "flatchoices", []))
        return str(choices.get(status, status)).lower()

    def _last_change(self) -> str:
        """Who changed it last, and when: what somebody needs whose page was older than that."""
        entry = JournalEntry.objects.about(self).exclude(moved_to="").first()
        if entry is None:
            return ""
        day = entry.at.astimezone(clock.LONDON)
        return f" Last changed by {entry.by or 'the portal'}, {day.day} {day:%B %Y}: {entry.what.lower()}."

    def moved_by(self) -> Any:
        """The user who moved it to where it stands now; None: the portal did, or nobody knows."""
        entry = JournalEntry.objects.about(self).filter(moved_to=self.status).first()
        return entry.by if entry else None

    def who_was_first(self, *, of_moves: bool = False) -> str:
        """What to tell somebody whose step came second: who did what before; ``of_moves``: who moved its status."""
        entries = JournalEntry.objects.filter(record=record_key(self)).select_related("by")
        entry = (entries.exclude(moved_to="") if of_moves else entries).first()
        if entry is None:
            return "Somebody else has just changed this. Nothing was done twice."
        return f"{entry.who} has just done this: {entry.what.lower()}. Nothing was done twice."
