"""``manage.py demo``: fictional schools, a hub in the middle of its year, one sign-in a role."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hubportal.core import clock
from hubportal.dashboards.actions.demo import cast, ground
from hubportal.dashboards.actions.demo.make import make_demo


class Command(BaseCommand):
    """Make the demo (again): what was in the portal is removed, but for the catalogue."""

    help = "Remove every school, person and record, and make the demo again. Only where DEMO is on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--if-empty``: for the first start."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing where the portal has schools or users")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside DEMO, then tell the story up to now."""
        if not settings.DEMO:
            raise CommandError("This portal is not a demo: set DEMO=true. Everything in it would be removed.")
        if options["if_empty"] and not ground.is_empty():
            return
        call_command("load_catalogue", verbosity=0)
        make_demo(now=clock.now())
        if options["verbosity"]:
            self.stdout.write(f"The demo is ready. Sign in as {cast.LEAD.email} with the password {cast.PASSWORD}.")
