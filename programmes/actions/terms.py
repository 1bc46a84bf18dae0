"""The dates of half-terms: the national default, and a hub's own."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from hubportal.core import journal
from hubportal.core.templatetags.portal import long_day
from programmes.models import HalfTerm
from programmes.rules.calendar import HalfTermDates, why_no_school_year
from schools.models import Hub, User
from schools.rules import year_label

SOMEBODY_WAS_FIRST = "Somebody else has just set these dates. Open this page again and look at theirs first."


class NoSchoolYear(Exception):
    """Dates that make no school year, said in words for people."""


@transaction.atomic
def set_half_terms(*, year: int, hub: Hub | None, dates: Sequence[HalfTermDates], by: User | None) -> None:
    """Set the six half-terms of a year, nationally or for one hub. What is planned already stays where it is.

    :raises NoSchoolYear: where they overlap, end before they start or leave the year, or somebody else was first.
    """
    problem = why_no_school_year(year, dates)
    if problem:
        raise NoSchoolYear(problem)
    before = {row.number: row for row in HalfTerm.objects.select_for_update().filter(year=year, hub=hub)}
    changed = {}
    for one in dates:
        row = before.get(one.number) or HalfTerm(year=year, hub=hub, number=one.number)
        old = _words(row.dates) if row.pk else ""
        if row.pk is None or row.dates != one:
            row.starts_on, row.ends_on = one.starts_on, one.ends_on
            try:
                row.save()
            except IntegrityError as twice:  # two at the same moment make the first dates of a hub
                raise NoSchoolYear(SOMEBODY_WAS_FIRST) from twice
            changed[str(row)] = [old, _words(one)]
    if changed:
        first = HalfTerm.objects.get(year=year, hub=hub, number=dates[0].number)
        journal.record("Term dates set", on=hub or first, by=by, changed=changed)


@transaction.atomic
def use_national_dates(*, year: int, hub: Hub, by: User | None) -> None:
    """Let a hub follow the national dates of a year again."""
    _count, deleted = HalfTerm.objects.filter(year=year, hub=hub).delete()
    if deleted:
        journal.record("National term dates used again", on=hub, by=by, note=year_label(year))


def _words(dates: HalfTermDates) -> str:
    return f"{long_day(dates.starts_on)} to {long_day(dates.ends_on)}"
