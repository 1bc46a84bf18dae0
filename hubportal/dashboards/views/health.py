"""Signs of life for whoever watches the machines: ``/healthz`` and ``/readyz``."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from hubportal.celery import app
from hubportal.core import clock
from hubportal.core.models import Heartbeat, Notice

BEAT_IS_LATE = timedelta(minutes=3)
NOTICE_IS_LATE = timedelta(minutes=15)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, last beat, oldest due notice: 200 where all is well, 503 where something is not."""
    found = {name: _answer(check) for name, check in CHECKS.items()}
    is_ready = all(answer == "ok" for answer in found.values())
    return JsonResponse({"status": "ok" if is_ready else "not ready", **found}, status=200 if is_ready else 503)


def _answer(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, OperationalError, OSError) as problem:
        return f"{type(problem).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return "ok"


def _beat() -> str:
    last = Heartbeat.objects.filter(name="beat").values_list("at", flat=True).first()
    if last is None:
        return "never seen"
    return "ok" if clock.real_now() - last < BEAT_IS_LATE else f"last seen {last:%Y-%m-%d %H:%M} UTC"


def _oldest_notice() -> str:
    now = clock.now()
    waiting = Notice.objects.overdue(now - NOTICE_IS_LATE, now).values_list("due_at", flat=True).first()
    return "ok" if waiting is None else f"waiting since {waiting:%Y-%m-%d %H:%M} UTC"


CHECKS = {"database": _database, "broker": _broker, "beat": _beat, "notices": _oldest_notice}
