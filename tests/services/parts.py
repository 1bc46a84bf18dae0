"""Real parts for tests: an SMTP sink, Celery workers that may be killed."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import connection

PATIENCE = 90


class Sink:
    """Takes every mail and remembers its Message-ID and recipient; told so, it lets the sender wait for an answer."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.holds_at: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it has taken so many that it says nothing more."""
        return self.holds_at is not None and len(self.taken) >= self.holds_at

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Remember it."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((str(message["Message-ID"]), envelope.rcpt_tos[0]))
        while self.holds:  # noqa: ASYNC110 - let go by another thread
            await asyncio.sleep(0.01)
        return "250 OK"


class Workers:
    """Celery workers and beats on the test's own database, a Redis queue of its own and the sink."""

    def __init__(self, folder: Path, port: int) -> None:
        database = connection.settings_dict
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        self.broker = os.environ["REDIS_URL"]
        self.queue = f"test-{os.getpid()}-{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DEMO")},
            "DATABASE_URL": url,
            "SECRET_KEY": settings.SECRET_KEY,
            "VAR_DIR": str(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "QUEUE": self.queue,
        }
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *pool: str) -> subprocess.Popen[bytes]:
        """One more worker; it does one thing at a time unless told."""
        return self._celery("worker", *(pool or ("--pool", "solo")), "-n", f"{len(self.started)}@{self.queue}")

    def _celery(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"celery-{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "hubportal", *arguments],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def wake(self, task: str = "core.sweep") -> None:
        """What an action or beat sends."""
        with Celery(broker=self.broker) as app:
            app.send_task(task, queue=self.queue)

    def said(self) -> str:
        """What all have written."""
        return "".join(log.read_text() for log in sorted(self.folder.glob("celery-*.log")))

    def stop(self) -> None:
        """End all."""
        for process in self.started:
            process.kill()
            process.wait()


def wait_for(what: Callable[[], object], *, seconds: float = PATIENCE, said: Callable[[], object] = str) -> None:
    """Until it is so; ``said`` tells what there is instead."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)
