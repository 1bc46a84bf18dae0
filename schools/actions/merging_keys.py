"""Fields that name people as the outbox does, where two records of one person are made one: none is a link."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.utils.module_loading import import_string

from schools.actions.places import told_of
from schools.models import HubChange, HubMove, Person, Succession


@dataclass(frozen=True, slots=True)
class Keys:
    """A field with such names: a list, or a mapping by them.

    :param told: of a field that says who has not been told of a row: who has been.
    """

    model: type[models.Model]
    field: str
    told: Callable[[Any], set[str]] | None = None

    def rows(self, *names: str) -> list[Any]:
        """The rows in which one of these stands."""
        stands = models.Q()
        for name in names:
            stands |= models.Q(as_text__contains=f'"{name}"')
        rows = self.model._base_manager.alias(as_text=Cast(self.field, models.TextField()))
        return list(rows.filter(stands).order_by("pk"))

    def followed(self, row: Any, was: str, now: str) -> Any:
        """What it says once the one is the other: where one of the two has been told, they have been."""
        names = getattr(row, self.field)
        told = self.told(row) if self.told else set()
        both = {was, now}
        stands = not both.isdisjoint(names) and told.isdisjoint(both - set(names))
        if isinstance(names, dict):
            rest = {name: what for name, what in names.items() if name not in both}
            return {**rest, now: names.get(now, names.get(was))} if stands else rest
        return sorted({*names} - both | ({now} if stands else set()))


def move_keys(kept: Person, gone: Person) -> None:
    """Let the one be named where the other was; before the outbox does so, which tells who had been told."""
    was, now = f"person:{gone.pk}", f"person:{kept.pk}"
    for one in (one for path in settings.PERSON_KEYS for one in import_string(path)):
        for row in one.rows(was, now):
            names = one.followed(row, was, now)
            if names != getattr(row, one.field):
                one.model._base_manager.filter(pk=row.pk).update(**{one.field: names})


KEYS = [Keys(model, "untold", told_of) for model in (HubMove, HubChange, Succession)]
