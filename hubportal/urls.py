"""Addresses of the portal: each app owns the part under its name."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    *([path("", include("hubportal.dashboards.urls"))] if find_spec("hubportal.dashboards.urls") else []),
    *([path("schools/", include("schools.urls"))] if find_spec("schools.urls") else []),
    *([path("programmes/", include("programmes.urls"))] if find_spec("programmes.urls") else []),
    *([path("groups/", include("workgroups.urls"))] if find_spec("workgroups.urls") else []),
    *([path("funding/", include("funding.urls"))] if find_spec("funding.urls") else []),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
