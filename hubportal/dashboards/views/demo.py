"""What exists in DEMO only: signing in with one press, and moving the portal's date."""

from datetime import date, timedelta
from math import ceil

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.models import ClockShift
from hubportal.core.views import back_to
from hubportal.core.wake import wake
from schools.models import User

DEMO_DOMAIN = "@demo.example"
FURTHEST = timedelta(days=3 * 366)
MORNING = 9


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in as one of the demo's people."""
    _only_in_demo()
    email = request.POST.get("email", "").replace("\x00", "")
    user = get_object_or_404(User, email=email, email__endswith=DEMO_DOMAIN, is_active=True)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("dashboards:home")


@require_POST
def demo_date(request: HttpRequest) -> HttpResponseBase:
    """Move the portal's date for web, worker and beat alike; an empty date goes back to the real one."""
    _only_in_demo()
    try:
        seconds = _seconds_to(request.POST.get("date", ""))
    except ValueError:
        messages.error(request, "Choose a date within three years of today.")
        return back_to(request, "/")
    with transaction.atomic():
        ClockShift.objects.update_or_create(pk=1, defaults={"seconds": seconds})
        wake()
    clock.refresh()
    return back_to(request, "/")


def _seconds_to(text: str) -> int:
    """How far the clock must run ahead to stand at nine on the morning of the date: its reminders of 8.00 are due.

    Not at the time of day that it is now: just before midnight the date would not last.

    :raises ValueError: for what is no date, or one too far away.
    """
    real_now = clock.real_now()
    today = real_now.astimezone(clock.LONDON).date()
    there = date.fromisoformat(text) if text else today
    if abs(there - today) > FURTHEST:
        raise ValueError(text)
    return ceil((clock.at_london(there, MORNING) - real_now).total_seconds()) if there != today else 0
