"""The whole portal as ``make run`` starts it (web, worker, beat), on a folder and port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

START_SECONDS = 90
STOP_SECONDS = 30
# What the tests' own process was told must not reach the portal under test.
OURS = {"VAR_DIR", "TEST_VAR_DIR", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "PYTHONWARNINGS"}


class RunningPortal:
    """Start with ``with``; what it says is in ``log``, what it mails in ``mails()``."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.log = folder / "run.log"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        given = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = {**given, "VAR_DIR": str(folder), "PORT": str(self.port), **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start and wait until it answers."""
        self.start()
        deadline = time.monotonic() + START_SECONDS
        while "is running" not in self.said():
            assert self.process is not None
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return self

    def __exit__(self, kind: type[BaseException] | None, it: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start without waiting."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops.run"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, sign: int = signal.SIGINT) -> int:
        """Press Ctrl-C; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(STOP_SECONDS)

    def said(self) -> str:
        """Everything it has printed."""
        return self.log.read_text() if self.log.exists() else ""

    def manage(self, *arguments: str) -> str:
        """Run a management command on its data; returns standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mails(self) -> list[EmailMessage]:
        """What it has sent so far, oldest first (e-mail goes to files)."""
        separator = b"-" * 79
        files = sorted((self.folder / "mail").glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        texts = [text.strip() for file in files for text in file.read_bytes().split(separator)]
        return [_parsed(text) for text in texts if text]


def _parsed(text: bytes) -> EmailMessage:
    message = message_from_bytes(text, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


STRETCH = 400


def _ports() -> Iterator[int]:
    """One after the other, of a stretch that no other worker of this run looks at.

    Not those that the system gives away by itself: between here and the portal's start it would give one to others.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return cycle(20_000 + worker % 25 * STRETCH + (os.getpid() + step) % STRETCH for step in range(STRETCH))


_next_port = _ports()


def free_port() -> int:
    """A port that nobody listens on, and that no other test is about to."""
    for port in _next_port:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the stretch is gone through again and again")
