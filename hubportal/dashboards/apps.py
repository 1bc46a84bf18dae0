"""App configuration of hubportal.dashboards."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Homes, reports, search and the demo; owns no table."""

    name = "hubportal.dashboards"
    label = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"
