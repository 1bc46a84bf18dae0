"""Schools, people and roles in Django's admin: read-only, national only."""

from django.contrib import admin

from hubportal.core.admin_site import ReadOnlyAdmin
from schools.models import GiasImport, Hub, LocalAuthority, Person, Role, School, SchoolTie, SchoolUrn, Trust, User


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Hubs."""

    list_display = ("name", "region", "email")
    search_fields = ("name",)


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(ReadOnlyAdmin):
    """Local authorities and their hubs."""

    list_display = ("code", "name", "hub")
    list_select_related = ("hub",)
    search_fields = ("name", "code")


@admin.register(Trust)
class TrustAdmin(ReadOnlyAdmin):
    """Trusts."""

    list_display = ("code", "name")
    search_fields = ("name", "code")


@admin.register(School)
class SchoolAdmin(ReadOnlyAdmin):
    """Schools."""

    list_display = ("name", "town", "postcode", "authority", "hub", "phase_code", "gias_status")
    list_filter = ("phase_code", "gias_status")
    list_select_related = ("authority", "hub")
    search_fields = ("name", "town", "postcode")
    exclude = ("row_hash",)


@admin.register(SchoolUrn)
class SchoolUrnAdmin(ReadOnlyAdmin):
    """Unique reference numbers."""

    list_display = ("urn", "school", "is_current", "since", "until")
    list_select_related = ("school",)
    search_fields = ("=urn",)


@admin.register(SchoolTie)
class SchoolTieAdmin(ReadOnlyAdmin):
    """Which hubs ran something for which schools."""

    list_display = ("school", "hub")
    list_select_related = ("school", "hub")


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """People."""

    list_display = ("name", "email", "job_title", "school")
    list_select_related = ("school",)
    search_fields = ("name", "email")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Who signs in; passwords stay out of sight."""

    list_display = ("email", "person", "is_active", "last_login", "invited_at")
    list_select_related = ("person",)
    search_fields = ("email", "person__name")
    exclude = ("password", "groups", "user_permissions")


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    """Roles and their dates."""

    list_display = ("person", "kind", "hub", "school", "trust", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("person", "hub", "school", "trust")
    search_fields = ("person__name",)


@admin.register(GiasImport)
class GiasImportAdmin(ReadOnlyAdmin):
    """Imports of school data."""

    list_display = ("file_name", "by", "started_at", "finished_at", "created", "updated", "rejected")
    list_select_related = ("by__person",)
