"""``manage.py load_catalogue``: hubs, local authorities, phases, half-terms, offers and rates."""

from typing import Any

from django.core.management.base import BaseCommand

import funding.catalogue
import programmes.catalogue.loading
import schools.catalogue
from hubportal.core import clock
from schools.actions.import_writes import follow_authorities


class Command(BaseCommand):
    """Make what is missing from the catalogue; what stands, edited or not, is left as it is."""

    help = "Load the hubs, phases, offers and rates. Safe to run again: it makes only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each app's part, lowest first, and say what was made."""
        made = {
            **schools.catalogue.load(),
            **programmes.catalogue.loading.load(today=clock.today()),
            **funding.catalogue.load(),
        }
        # Schools that were loaded before their hubs.
        follow_authorities(by=None, now=clock.now())
        if options["verbosity"]:
            self.stdout.write(" ".join(f"{name.replace(' ', '_').replace('-', '_')}={n}" for name, n in made.items()))
