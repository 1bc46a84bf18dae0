"""App configuration of hubportal.core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Clock, journal, notices, status moves, form and view bases."""

    name = "hubportal.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
