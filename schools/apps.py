"""App configuration of schools."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Who and where: hubs, trusts, schools, persons, users, roles."""

    name = "schools"
    label = "schools"
    default_auto_field = "django.db.models.BigAutoField"
