"""Addresses of schools: hubs, schools, people, imports."""

from django.urls import path

from schools.views import imports

app_name = "schools"

urlpatterns = [
    path("imports/", imports.ImportList.as_view(), name="import-list"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import-detail"),
]
