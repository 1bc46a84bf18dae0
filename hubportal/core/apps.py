"""App configuration of hubportal.core."""

import django.contrib.admin.apps as admin_apps
from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Clock, journal, notices, status moves, form and view bases."""

    name = "hubportal.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our read-only site in the place of its own."""

    default = False
    default_site = "hubportal.core.admin_site.PortalAdminSite"
