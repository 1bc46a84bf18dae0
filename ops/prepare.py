"""Bring a machine's data up to date in one process: tables, catalogue, demo people.

One process, because loading Django four times would take longer than the work.
"""

import os

import django
from django.conf import settings
from django.core.management import call_command

from hubportal.core.alone import alone


def prepare() -> None:
    """Everything a start needs; each step is safe to repeat and quick when there is nothing to do."""
    # Two machines that start on one empty database: the second waits, and finds everything done.
    with alone("prepare"):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_catalogue", verbosity=0)
        if settings.DEMO:
            call_command("demo", if_empty=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubportal.settings")
    django.setup()
    prepare()
