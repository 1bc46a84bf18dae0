"""Schools, people and roles in Django's admin: read-only, national only."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from hubportal.core.admin_site import ReadOnlyAdmin
from schools.models import (
    Advocate,
    GiasImport,
    GiasUpload,
    Hub,
    HubChange,
    HubMove,
    Letter,
    LetterRecipient,
    LetterTemplate,
    LocalAuthority,
    MergedPerson,
    NewsChoice,
    NotSame,
    Person,
    Role,
    School,
    SchoolSplit,
    SchoolTie,
    SchoolUrn,
    Succession,
    Trust,
    User,
)


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

    # The columns of the portal's own list of schools, which `make bench` holds against this one.
    list_display = (
        *("name", "gias_status", "town", "postcode", "urn", "authority", "phase_code"),
        *("trust", "hub", "pupils"),
    )
    list_filter = ("phase_code", "gias_status")
    list_select_related = ("authority", "trust", "hub")
    search_fields = ("name", "town", "postcode")
    ordering = ("name", "pk")
    exclude = ("row_hash",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[School]:
        """With the current URN."""
        return School.objects.with_urn()

    @admin.display(description="URN", ordering="urn")
    def urn(self, school: School) -> int | None:
        """The current one."""
        found: int | None = school.urn  # type: ignore[attr-defined]
        return found


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

    # The columns of the portal's own list of people, which `make bench` holds against this one.
    list_display = ("name", "job_title", "held", "email", "last_seen")
    list_filter = ("roles__kind",)
    search_fields = ("name", "email")
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """With the roles of today."""
        return Person.objects.for_list()

    @admin.display(description="Roles")
    def held(self, person: Person) -> str:
        """What they are today."""
        return "; ".join(str(role) for role in person.current_roles)  # type: ignore[attr-defined]

    @admin.display(description="Last signed in")
    def last_seen(self, person: Person) -> datetime | None:
        """Empty where they never did."""
        user = getattr(person, "user", None)
        return user.last_login if user else None


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

    # The columns of the portal's own list of imports, which `make bench` holds against this one.
    list_display = (
        *("started_at", "file_name", "by", "result", "created", "updated", "unchanged", "closed", "rejected"),
    )
    list_select_related = ("by__person",)

    @admin.display(description="Result")
    def result(self, done: GiasImport) -> str:
        """What became of it."""
        return done.outcome


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """Letters to many people."""

    list_display = ("made_at", "hub", "subject", "status", "written_by")
    list_select_related = ("hub", "written_by__person")
    search_fields = ("subject",)


@admin.register(LetterRecipient)
class LetterRecipientAdmin(ReadOnlyAdmin):
    """Whom letters went to."""

    list_display = ("letter", "name", "email", "why", "barred")
    list_select_related = ("letter",)
    search_fields = ("name", "email")


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ReadOnlyAdmin):
    """Templates of letters."""

    list_display = ("name", "hub", "subject")
    list_select_related = ("hub",)


@admin.register(NewsChoice)
class NewsChoiceAdmin(ReadOnlyAdmin):
    """Who wants news."""

    list_display = ("person", "email", "wants", "at", "how")
    list_select_related = ("person",)
    search_fields = ("email", "person__name")


@admin.register(Advocate)
class AdvocateAdmin(ReadOnlyAdmin):
    """What headteacher advocates agreed to."""

    list_display = ("given_on", "person", "school", "speaks", "testimonial", "may_be_named", "how", "withdrawn_at")
    list_select_related = ("person", "school")


@admin.register(NotSame)
class NotSameAdmin(ReadOnlyAdmin):
    """People who were found to be two."""

    list_display = ("first", "second", "by", "at")
    list_select_related = ("first", "second", "by__person")


@admin.register(MergedPerson)
class MergedPersonAdmin(ReadOnlyAdmin):
    """Records that were merged into others."""

    list_display = ("name", "kept", "by", "at")
    list_select_related = ("kept", "by__person")


@admin.register(HubMove)
class HubMoveAdmin(ReadOnlyAdmin):
    """Schools given to another hub."""

    list_display = ("from_on", "school", "was", "hub", "status", "by")
    list_filter = ("status",)
    list_select_related = ("school", "was", "hub", "by__person")


@admin.register(Succession)
class SuccessionAdmin(ReadOnlyAdmin):
    """What schools became or will become."""

    list_display = ("from_on", "school_name", "how", "successor_name", "status", "by")
    list_filter = ("status", "how")
    list_select_related = ("by__person",)


@admin.register(HubChange)
class HubChangeAdmin(ReadOnlyAdmin):
    """Hubs split, merged, or led by another school."""

    list_display = ("from_on", "kind", "hub", "other", "status", "by")
    list_filter = ("kind", "status")
    list_select_related = ("hub", "other", "by__person")


@admin.register(SchoolSplit)
class SchoolSplitAdmin(ReadOnlyAdmin):
    """Schools that became more than one."""

    list_display = ("school", "became")
    list_select_related = ("school", "became")


@admin.register(GiasUpload)
class GiasUploadAdmin(ReadOnlyAdmin):
    """Files of schools that were handed in."""

    list_display = ("at", "file_name", "by", "ended_at")
    list_select_related = ("by__person",)
    exclude = ("preview",)
