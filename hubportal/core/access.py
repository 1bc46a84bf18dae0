"""Role checks: who may take which step. What a person may *see* is ``visible_to`` on each QuerySet."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url

P = ParamSpec("P")

NOT_YOUR_STEP = "Your role does not include this step. Ask your hub if you think it should."


class Scope(Protocol):
    """What core needs to know of a person's reach; built in ``schools.scope`` from roles."""

    @property
    def is_national(self) -> bool:
        """Whether the person works for the national team."""

    @property
    def hub_ids(self) -> frozenset[int]:
        """The hubs whose work the person may read (staff and board)."""

    @property
    def staff_hub_ids(self) -> frozenset[int]:
        """The hubs in which the person may change things."""

    def has(self, *kinds: str) -> bool:
        """Whether the person holds a role of any of these kinds today."""


def scope_of(user: Any) -> Scope | None:
    """The person's scope, or None for somebody not signed in."""
    scope: Scope | None = getattr(user, "scope", None)
    return scope


def may(user: Any, *kinds: str) -> bool:
    """Whether somebody signed in holds one of these roles today."""
    scope = scope_of(user)
    return scope is not None and scope.has(*kinds)


def check_role(request: HttpRequest, kinds: tuple[str, ...]) -> HttpResponseBase | None:
    """A redirect to sign in for strangers, None where the step is allowed.

    :raises PermissionDenied: where the person is signed in without one of the roles.
    """
    if not request.user.is_authenticated:
        return _to_sign_in(request.get_full_path())
    if kinds and not may(request.user, *kinds):
        raise PermissionDenied(NOT_YOUR_STEP)
    return None


def _to_sign_in(path: str) -> HttpResponseRedirect:
    """Sign in and come back. Not Django's: its module wants the user's model, which stands on this one."""
    query = QueryDict(mutable=True)
    query["next"] = path
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}")


def role_required(
    *kinds: str,
) -> Callable[
    [Callable[Concatenate[Any, P], HttpResponseBase]],
    Callable[Concatenate[Any, P], HttpResponseBase],
]:
    """Allow a function view to these kinds of role only (none given: anybody signed in)."""

    def decorate(
        view: Callable[Concatenate[Any, P], HttpResponseBase],
    ) -> Callable[Concatenate[Any, P], HttpResponseBase]:
        @wraps(view)
        def checked(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return check_role(request, kinds) or view(request, *args, **kwargs)

        return checked

    return decorate


class RoleRequired:
    """The same for class-based views: ``roles`` lists the kinds (empty: anybody signed in)."""

    roles: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the role before anything is loaded."""
        allowed: HttpResponseBase = check_role(request, self.roles) or super().dispatch(  # type: ignore[misc]
            request, *args, **kwargs
        )
        return allowed
