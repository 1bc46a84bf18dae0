"""Half-terms: when schools are open."""

from django.db import models

from programmes.rules.calendar import HalfTermDates, name_of
from schools.models import Hub


class HalfTermQuerySet(models.QuerySet["HalfTerm"]):
    """Reading half-terms."""

    def for_hub_year(self, year: int, hub: Hub | None) -> list["HalfTerm"]:
        """The half-terms of a year in order: the hub's own where it has any, else the national ones."""
        rows = list(self.filter(models.Q(hub=None) | models.Q(hub=hub), year=year).order_by("number"))
        own = [row for row in rows if row.hub_id is not None]
        return own or rows


class HalfTerm(models.Model):
    """One of six half-terms of a school year: national where ``hub`` is empty, else a hub's own."""

    year = models.PositiveSmallIntegerField(help_text="Calendar year in which the academic year starts.")
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.CASCADE, related_name="half_terms")
    number = models.PositiveSmallIntegerField(help_text="1 to 6; two to a term.")
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = HalfTermQuerySet.as_manager()

    class Meta:
        ordering = ("year", "number")
        constraints = [
            models.UniqueConstraint(fields=("year", "hub", "number"), name="half_term_once"),
            models.UniqueConstraint(
                fields=("year", "number"), condition=models.Q(hub=None), name="half_term_once_national"
            ),
            models.CheckConstraint(condition=models.Q(number__range=(1, 6)), name="half_term_number"),
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="half_term_dates"),
        ]

    def __str__(self) -> str:
        return name_of(self.number)

    @property
    def term(self) -> int:
        """1 autumn, 2 spring, 3 summer."""
        return (self.number + 1) // 2

    @property
    def dates(self) -> HalfTermDates:
        """As the rules of the calendar read it."""
        return HalfTermDates(self.number, self.term, self.starts_on, self.ends_on)
