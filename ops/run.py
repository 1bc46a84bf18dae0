"""``make run``: prepare the machine, then web, worker and beat together until Ctrl-C, leaving no process."""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import IO

BASE_DIR = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 10.0  # how long a process may take to finish what it does
SIGNS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # Linux: tell a child when its parent dies, however it dies


@dataclass
class Part:
    """One of the portal's processes."""

    name: str
    process: subprocess.Popen[bytes]


class Stopped(Exception):
    """Somebody asked the portal to stop."""


def main() -> int:
    """Run until Ctrl-C (0) or until a part dies (1)."""
    for sign in SIGNS:
        signal.signal(sign, _stop)
    environment = _environment()
    _keep_private(Path(environment["VAR_DIR"]))
    host, port = environment["HOST"], int(environment["PORT"])
    parts: list[Part] = []
    try:
        lock = _lock(Path(environment["VAR_DIR"]))
        _need_port(host, port)
        _steps(["ops.assets"], environment, parts)
        _steps(["ops.prepare", "ops.collect"], environment, parts)
        with lock:
            for name, command in _commands(host, port).items():
                parts.append(Part(name, _start(command, environment)))
                if name == "web":  # alone on the machine it answers soonest; somebody waits for it
                    _announce(parts, host, port)
            return _watch(parts)
    except Stopped:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        for sign in SIGNS:
            signal.signal(sign, signal.SIG_IGN)
        _end(parts)


def _environment() -> dict[str, str]:
    """What the parts are told; every value given from outside wins."""
    environment = dict(os.environ)
    production = environment.get("PRODUCTION", "").lower() in {"1", "true", "yes", "on"}
    defaults = {
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "VAR_DIR": str(BASE_DIR / "var"),
        "DEMO": "false" if production else "true",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "hubportal.settings",
        "PYTHONUNBUFFERED": "1",
        # Celery warns root at length; on one's own machine, or in a container, that is how it is.
        "PYTHONWARNINGS": "ignore:You're running the worker",
    }
    for name, value in defaults.items():
        if not environment.get(name):
            environment[name] = value
    if not environment["PORT"].isdigit():
        sys.exit(f"PORT must be a number, not {environment['PORT']!r}.")
    return environment


def _commands(host: str, port: int) -> dict[str, list[str]]:
    """The three parts. Beat needs no pid file: the lock on VAR_DIR keeps a second one away, and dies with us."""
    python = sys.executable
    celery = [python, "-m", "celery", "--app", "hubportal", "--quiet"]
    return {
        "web": [
            *(python, "-m", "gunicorn", "hubportal.wsgi:application"),
            *("--bind", f"{host}:{port}", "--workers", "2", "--threads", "4", "--preload"),
            *("--log-level", "warning", "--no-control-socket", "--graceful-timeout", "5"),
            # The most it takes: an address names up to 500 ticked rows.
            *("--limit-request-line", "8190"),
        ],
        # Threads: sending mail is mostly waiting, and a long sweep must not hold up what is due.
        "worker": [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"],
        "beat": [*celery, "beat", "--pidfile", "", "--loglevel", "warning"],
    }


def _keep_private(var: Path) -> None:
    """What the portal writes names people and holds links to sign in: nobody else on the machine reads it."""
    os.umask(0o077)
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o700)  # what an earlier portal wrote there too


def _lock(var: Path) -> IO[str]:
    """Hold the folder: two portals on one folder would run two beats."""
    lock = (var / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"A portal already runs on {var}. Stop it, or set VAR_DIR (and PORT) to run a second one.")
    return lock


def _need_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as problem:
            sys.exit(f"Port {port} cannot be used ({problem}). Choose another: PORT=8001 make run")


def _steps(modules: list[str], environment: Mapping[str, str], parts: list[Part]) -> None:
    """Run preparing steps side by side; one that fails has said why. ``parts`` holds what is to be ended on Ctrl-C."""
    parts.extend(Part(module, _start([sys.executable, "-m", module], environment)) for module in modules)
    failed = [part.name for part in parts if part.process.wait()]
    parts.clear()
    if failed:
        sys.exit(f"{' and '.join(failed)} failed, the portal was not started.")


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - unsafe beside threads, and this process has none
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _announce(parts: list[Part], host: str, port: int) -> None:
    """Wait until the portal answers, and say so; a part that has ended is left to be noticed."""
    while not _ended(parts):
        if status := _status(host, port):
            print(f"\nHub Portal is running: http://localhost:{port}\nCtrl-C stops it.\n", flush=True)
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                print("It answers with an error: see above.", file=sys.stderr)
            return
        time.sleep(0.05)


def _watch(parts: list[Part]) -> int:
    """Wait; a part that ends by itself ends all."""
    while not (ended := _ended(parts)):
        time.sleep(1.0)
    print(
        f"The {ended.name} process ended by itself (exit code {ended.process.returncode}): stopping.", file=sys.stderr
    )
    return 1


def _ended(parts: list[Part]) -> Part | None:
    return next((part for part in parts if part.process.poll() is not None), None)


def _status(host: str, port: int) -> int | None:
    """What the portal answers; None: nothing yet."""
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost", "Connection": "close"})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _end(parts: list[Part]) -> None:
    """Ask politely, wait, then leave nothing behind."""
    for part in parts:
        if part.process.poll() is None:
            part.process.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for part in parts:
        try:
            part.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"The {part.name} process did not stop in time: ended.", file=sys.stderr)
        try:
            os.killpg(part.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # the whole group is gone: the usual case
        part.process.wait()


def _stop(sign: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
