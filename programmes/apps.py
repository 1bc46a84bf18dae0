"""App configuration of programmes."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """What and when: years, phases, offers, interest, enrolments, leaders."""

    name = "programmes"
    label = "programmes"
    default_auto_field = "django.db.models.BigAutoField"
