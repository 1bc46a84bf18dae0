"""App configuration of workgroups."""

from django.apps import AppConfig


class WorkgroupsConfig(AppConfig):
    """How it happens: groups, places, meetings, registers, visits."""

    name = "workgroups"
    label = "workgroups"
    default_auto_field = "django.db.models.BigAutoField"
