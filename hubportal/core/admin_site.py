"""Django's admin as a window: the national team reads every table there, nobody changes anything."""

from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from hubportal.core.access import scope_of

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[models.Model]
else:
    AnyModelAdmin = admin.ModelAdmin

NATIONAL_ONLY = "Only the national team can look into the tables."


def _is_national(request: HttpRequest) -> bool:
    scope = scope_of(request.user)
    return scope is not None and scope.is_national


class ReadOnlyAdmin(AnyModelAdmin):
    """The base of every table's page: reads for the national team; no adding, changing, deleting."""

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    actions = None

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the page itself filters by: any other question about a column would find out what is not shown."""
        names = [str(one) for one in self.get_list_filter(request) if isinstance(one, str)] if request else []
        return lookup.removesuffix("__exact").removesuffix("__isnull").removesuffix("__id") in names

    def has_module_permission(self, request: HttpRequest) -> bool:
        """National only."""
        return _is_national(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """National only."""
        return _is_national(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False


class PortalAdminSite(admin.AdminSite):
    """An admin site without a sign-in of its own, which takes only read-only pages."""

    site_header = site_title = "Hub Portal tables"
    index_title = "Tables, to read"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """National only."""
        return request.user.is_active and _is_national(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave out what other packages register: they would let a superuser change rows past the journal."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's own sign-in, with its limits.

        :raises PermissionDenied: for somebody signed in who is not national.
        """
        if request.user.is_authenticated:
            raise PermissionDenied(NATIONAL_ONLY)
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Passwords are changed on the portal's account pages.

        :raises PermissionDenied: always.
        """
        raise PermissionDenied("Change your password on your account page.")
