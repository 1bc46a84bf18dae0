"""What exists in DEMO only: signing in with one press, and moving the portal's date."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core.views import back_to
from hubportal.dashboards.actions.dates import move_date
from schools.models import User

DEMO_DOMAIN = "@demo.example"


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
    typed = request.POST.get("date", "")
    try:
        move_date(to=date.fromisoformat(typed) if typed else None)
    except ValueError:
        messages.error(request, "Choose a date within three years of today.")
    return back_to(request, "/")
