"""Addresses of the portal: each app owns the part under its name."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", include("hubportal.dashboards.urls")),
    path("schools/", include("schools.urls")),
    path("programmes/", include("programmes.urls")),
    path("groups/", include("workgroups.urls")),
    path("funding/", include("funding.urls")),
    # The address one signs in with is kept by whoever invites: allauth's page to change it stays closed.
    path("account/email/", login_required(TemplateView.as_view(template_name="account/email_closed.html"))),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
