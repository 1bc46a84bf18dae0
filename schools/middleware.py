"""What each request carries: a fresh clock, the year and hub that are looked at, and as whom one looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from hubportal.core import clock, journal
from schools import rules
from schools.models import Hub, User

YEARS_BACK, YEARS_AHEAD = 5, 1

VIEW_AS = "view_as"
VIEW_AS_FOR = timedelta(hours=1)
STOP = "schools:view-as-stop"
READS = ("GET", "HEAD", "OPTIONS")
# Pages of the account itself: passwords, second factors.
OWN_PAGES = ("account_", "mfa_")
ONLY_LOOKING = "You are looking at the portal as somebody else, so nothing can be changed. Press Stop at the top first."


class ViewAsMiddleware:
    """Let staff look at the portal as somebody else: everything is read, nothing is done.

    ``request.viewing_as`` is that user (and ``request.user`` too), ``request.real_user`` who really looks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take on the view for this request; costs nothing for anybody who has taken on none."""
        request.viewing_as = None  # type: ignore[attr-defined]
        if VIEW_AS in request.session and request.user.is_authenticated:
            _look_as(request)
        token = journal.seen_as.set(request.viewing_as)  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            journal.seen_as.reset(token)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse whatever changes something, and the account's own pages.

        :raises PermissionDenied: for those.
        """
        match = request.resolver_match
        if request.viewing_as is None or match is None or match.view_name == STOP:  # type: ignore[attr-defined]
            return
        is_own = match.namespace == "admin" or (match.url_name or "").startswith(OWN_PAGES)
        if request.method not in READS or is_own:
            raise PermissionDenied(ONLY_LOOKING)


def start_view_as(request: HttpRequest, user: User) -> None:
    """Keep in the session as whom one looks, for an hour of real time."""
    until = clock.real_now() + VIEW_AS_FOR
    request.session[VIEW_AS] = {"user": user.pk, "until": until.timestamp()}


def _look_as(request: HttpRequest) -> None:
    """Roles may have changed since: it is allowed anew on each request."""
    taken = request.session[VIEW_AS]
    real: Any = request.user
    user = User.objects.select_related("person").filter(pk=taken["user"], is_active=True).first()
    is_over = taken["until"] < clock.real_now().timestamp()
    if user is None or is_over or not rules.may_look_as(real.scope, user.scope):
        del request.session[VIEW_AS]
        return
    request.real_user = real  # type: ignore[attr-defined]
    request.user = user
    request.viewing_as = user  # type: ignore[attr-defined]


class ScopeMiddleware:
    """Set ``request.year`` (the calendar year in which the academic year starts) and ``request.hub``.

    ``hub`` is the one chosen in the top bar; a person of exactly one hub has that one; national starts
    with none (all hubs).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Prepare the request; costs no query for somebody not signed in."""
        clock.refresh()
        request.year = _year(request)  # type: ignore[attr-defined]
        request.hub = None  # type: ignore[attr-defined]
        request.hubs = []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            _choose_hub(request)
        return self.get_response(request)


def _year(request: HttpRequest) -> int:
    this_year = rules.academic_year(clock.today())
    chosen: int = request.session.get("year", this_year)
    return chosen if this_year - YEARS_BACK <= chosen <= this_year + YEARS_AHEAD else this_year


def _choose_hub(request: HttpRequest) -> None:
    hubs = list(Hub.objects.visible_to(request.user).order_by("name"))
    chosen = request.session.get("hub")
    found = next((hub for hub in hubs if hub.pk == chosen), None)
    is_national = request.user.scope.is_national  # type: ignore[union-attr]
    request.hubs = hubs  # type: ignore[attr-defined]
    request.hub = found or (hubs[0] if hubs and not is_national else None)  # type: ignore[attr-defined]
