"""Addresses of the portal: each app owns the part under its name."""

from importlib.util import find_spec

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    *([path("", include("hubportal.dashboards.urls"))] if find_spec("hubportal.dashboards.urls") else []),
    *([path("schools/", include("schools.urls"))] if find_spec("schools.urls") else []),
    *([path("programmes/", include("programmes.urls"))] if find_spec("programmes.urls") else []),
    *([path("groups/", include("workgroups.urls"))] if find_spec("workgroups.urls") else []),
    *([path("funding/", include("funding.urls"))] if find_spec("funding.urls") else []),
    # The address one signs in with is kept by whoever invites: allauth's page to change it stays closed.
    path("account/email/", login_required(TemplateView.as_view(template_name="account/email_closed.html"))),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
