"""App configuration of funding."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """What it is worth: rates, awards, claims, payments."""

    name = "funding"
    label = "funding"
    default_auto_field = "django.db.models.BigAutoField"
