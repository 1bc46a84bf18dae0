"""What each request carries: a fresh clock, the academic year and the hub that are looked at."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hubportal.core import clock
from schools import rules
from schools.models import Hub

YEARS_BACK, YEARS_AHEAD = 5, 1


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
    chosen = request.session.get("year", this_year)
    return chosen if this_year - YEARS_BACK <= chosen <= this_year + YEARS_AHEAD else this_year


def _choose_hub(request: HttpRequest) -> None:
    hubs = list(Hub.objects.visible_to(request.user).order_by("name"))
    chosen = request.session.get("hub")
    found = next((hub for hub in hubs if hub.pk == chosen), None)
    is_national = request.user.scope.is_national  # type: ignore[union-attr]
    request.hubs = hubs  # type: ignore[attr-defined]
    request.hub = found or (hubs[0] if hubs and not is_national else None)  # type: ignore[attr-defined]
