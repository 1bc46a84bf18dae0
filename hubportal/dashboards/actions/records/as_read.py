"""What hangs on records as it was read: nothing is held while lines are compared, which may take long."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from hubportal.dashboards.actions.records.ledger import ChangedMeanwhile, Ledger
from hubportal.dashboards.actions.records.world import in_parts

Facts = Mapping[int, set[tuple[Any, ...]]]


class AsRead:
    """Rows with the way to what they hang on, and what of them counts.

    :param on: the way from a row to the record that it hangs on.
    """

    def __init__(self, rows: QuerySet[Any], on: str, *fields: str) -> None:
        self._rows, self._on, self._fields = rows.order_by(), on, ("pk", *fields)

    def watched(self, ledger: Ledger, model: type[Model]) -> Facts:
        """Read them, by what they hang on; once a ledger holds all that it rests on, they are looked at again.

        They are to be read before the plan is made of them: what changes in between is then seen, too.
        """
        as_read = self._read(self._rows)

        def look_again() -> None:
            """:raises ChangedMeanwhile: where they are others by then."""
            for part in in_parts(ledger.rests(model)):
                now = self._read(self._rows.filter(**{f"{self._on}__in": part}))
                if any(now[pk] != as_read[pk] for pk in part if pk in now or pk in as_read):
                    raise ChangedMeanwhile

        ledger.before.append(look_again)
        return as_read

    def _read(self, rows: QuerySet[Any]) -> Facts:
        found: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
        for on, *facts in rows.values_list(self._on, *self._fields):
            found[on].add(tuple(facts))
        return found
