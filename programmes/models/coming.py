"""By what a school comes to a phase, as the database is asked; ``rules.came_by`` says the same of parts."""

from typing import Any

from django.db import models

from programmes.rules import TAKES_PART, Standing


def leads_on_to(year: Any) -> models.Q:
    """Enrolments of schools that were completed, or in which a school takes part in a year before."""
    took = models.Q(status=Standing.COMPLETED) | models.Q(status__in=TAKES_PART, offer__year__lt=year)
    return models.Q(person=None) & took
