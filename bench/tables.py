"""The addresses of a measurement: the portal's, and Django's admin as Django ships it, on the portal's columns.

Each table is registered with a plain ``ModelAdmin`` that keeps the columns, filters and queryset of the portal's own
read-only one, and 50 rows a page; all else (ticks and actions, counts, the list of tables beside) is Django's default.
"""

from typing import Any

from django.contrib import admin
from django.urls import path

from hubportal.urls import urlpatterns as portal

KEPT = {"list_display", "list_filter", "list_select_related", "search_fields", "ordering", "get_queryset"}

site = admin.AdminSite(name="tables")


def _kept(ours: type[Any]) -> dict[str, Any]:
    """What the class of the portal's table says of columns and rows."""
    columns = getattr(ours, "list_display", ())
    return {name: value for name, value in vars(ours).items() if name in KEPT or name in columns}


for model, table in admin.site._registry.items():
    site.register(model, type(type(table).__name__, (admin.ModelAdmin,), {**_kept(type(table)), "list_per_page": 50}))

urlpatterns = [path("tables/", site.urls), *portal]
