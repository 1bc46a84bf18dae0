"""What each request carries: a fresh clock, the year and hub that are looked at, and as whom one looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from hubportal.core import clock, files, journal
from hubportal.core.access import may
from schools import roles, rules
from schools.actions import viewing
from schools.models import Hub, Person, User
from schools.scope import Scope

YEARS_BACK, YEARS_AHEAD = 5, 3  # targets are set, and offers prepared, for several years ahead

VIEW_AS = "view_as"
VIEW_AS_FOR = timedelta(hours=1)
STOP, SIGN_OUT = "schools:view-as-stop", "account_logout"
# What is looked at is chosen, and nothing of the portal changed.
CHOOSING = ("schools:year-choose", "schools:hub-choose")
READS = ("GET", "HEAD", "OPTIONS")
# Pages of the account itself: passwords, second factors.
OWN_PAGES = ("account_", "mfa_")
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NEEDS_SECOND = "Your role needs a second step when you sign in. Set up one of these; then you can go on."
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
            problem = _look_as(request)
            if problem:
                messages.warning(request, f"{problem} You see your own pages again.")
                # What was sent from the other person's page is not done in one's own name.
                if request.method not in READS:
                    return HttpResponseRedirect("/")
        token = journal.seen_as.set(request.viewing_as)  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            journal.seen_as.reset(token)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse whatever changes something, and the account's own pages; signing out ends the look and signs out.

        :raises PermissionDenied: for those.
        """
        match = request.resolver_match
        if request.viewing_as is None or match is None or match.view_name in (STOP, *CHOOSING):  # type: ignore[attr-defined]
            return
        if match.view_name == SIGN_OUT and request.method == "POST":
            end_view_as(request)
            return
        is_own = match.namespace == "admin" or (match.url_name or "").startswith(OWN_PAGES)
        if request.method not in READS or is_own:
            raise PermissionDenied(ONLY_LOOKING)


def start_view_as(request: HttpRequest, user: User) -> None:
    """Keep in the session as whom one looks, for an hour of real time."""
    until = clock.real_now() + VIEW_AS_FOR
    request.session[VIEW_AS] = {"user": user.pk, "until": until.timestamp()}


def end_view_as(request: Any) -> User:
    """Look with one's own eyes again, and return as whom one looked."""
    seen_as: User = request.viewing_as
    viewing.stop_looking(user=seen_as, by=request.real_user)
    del request.session[VIEW_AS]
    request.user, request.viewing_as = request.real_user, None
    return seen_as


def _look_as(request: HttpRequest) -> str:
    """Look as the person for this request; why that has ended, or an empty string."""
    taken = request.session[VIEW_AS]
    real: Any = request.user
    person = Person.objects.filter(user=taken["user"]).first()
    try:
        user = _still_looked_at(person, taken["until"], real)
    except viewing.CannotLook as problem:
        del request.session[VIEW_AS]
        return str(problem)
    request.real_user = real  # type: ignore[attr-defined]
    request.user = user
    request.viewing_as = user  # type: ignore[attr-defined]
    return ""


def _still_looked_at(person: Person | None, until: float, real: User) -> User:
    if person is None:
        raise viewing.CannotLook("The person as whom you looked is no longer here.")
    if until < clock.real_now().timestamp():
        raise viewing.CannotLook(f"You looked as {person} for an hour, which is the longest at a time.")
    return viewing.check_still_looking(person=person, by=real)


class SecondFactorMiddleware:
    """Lead those who hold a role of ``SECOND_FACTOR_FOR`` to the pages of the second step until they have one.

    Whoever looks as somebody else came through here as themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Nothing to do where no role needs it.

        :raises ImproperlyConfigured: for a role that does not exist: a slip must not leave a door open.
        """
        self.get_response = get_response
        self.kinds = tuple(settings.SECOND_FACTOR_FOR)
        unknown = sorted(set(self.kinds) - set(roles.LABELS))
        if unknown:
            raise ImproperlyConfigured(f"SECOND_FACTOR_FOR names no role: {', '.join(unknown)}.")
        if not self.kinds:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the address decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the account's own pages, sign-out among them, through."""
        match, user = request.resolver_match, request.user
        is_own = match is not None and (match.url_name or "").startswith(OWN_PAGES)
        if is_own or not may(user, *self.kinds) or request.viewing_as is not None:  # type: ignore[attr-defined]
            return None
        if get_adapter().is_mfa_enabled(user, types=SECOND_FACTORS):
            return None
        messages.warning(request, NEEDS_SECOND)
        return HttpResponseRedirect(reverse("mfa_index"))


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
        if not request.user.is_authenticated:
            return self.get_response(request)
        _choose_hub(request)
        token = files.sent_by.set(request.user.pk)
        try:
            response = self.get_response(request)
        finally:
            files.sent_by.reset(token)
        if not response.has_header("Cache-Control"):
            # Pages name people: no computer that several use keeps one.
            patch_cache_control(response, private=True, no_store=True)
        return response


def _year(request: HttpRequest) -> int:
    this_year = rules.academic_year(clock.today())
    chosen: int = request.session.get("year", this_year)
    return chosen if this_year - YEARS_BACK <= chosen <= this_year + YEARS_AHEAD else this_year


def _choose_hub(request: HttpRequest) -> None:
    # Closed ones last: they are looked at for what they did.
    hubs = sorted(Hub.objects.visible_to(request.user).order_by("name"), key=lambda hub: hub.closed_on is not None)
    chosen = request.session.get("hub")
    found = next((hub for hub in hubs if hub.pk == chosen), None)
    scope: Scope = request.user.scope  # type: ignore[union-attr]
    # Whoever leads groups for one hub and works for another begins with the other.
    first = next((hub for hub in hubs if hub.pk in scope.hub_ids), hubs[0] if hubs else None)
    request.hubs = hubs  # type: ignore[attr-defined]
    request.hub = found or (None if scope.is_national else first)  # type: ignore[attr-defined]
