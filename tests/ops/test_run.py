"""``make run``: starts all parts, says when something is wrong, leaves no process."""

import fcntl
import os
import signal
import socket
import stat
import time
import urllib.request
from pathlib import Path

import pytest

from programmes.views.bulk import MOST
from tests.running import START_SECONDS, RunningPortal

# They start a portal of their own, on files.
pytestmark = pytest.mark.once


def _processes(folder: Path) -> dict[str, int]:
    """The portal's processes on a folder, found by their environment: command line -> process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"VAR_DIR={folder}\0".encode() in (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[command] = int(entry.name)
        except OSError:
            continue  # it ended while we looked
    return found


def _with_beat(folder: Path) -> dict[str, int]:
    """The processes when the last part has started."""
    deadline = time.monotonic() + START_SECONDS
    found: dict[str, int] = {}
    while " beat " not in " ".join(found):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
        found = _processes(folder)
    return found


def test_run_answers_and_leaves_no_process(tmp_path: Path) -> None:
    """Neither after Ctrl-C, nor, when it is started again on the same folder, after one part has died."""
    tmp_path.chmod(0o755)
    with RunningPortal(tmp_path, DEMO="false") as portal:
        # Ticks go along from page to page in the address, at most so many, here with the longest of keys.
        ticks = "&".join(f"pk={10_000_000 + at}" for at in range(MOST))
        status = urllib.request.urlopen(f"{portal.url}/healthz?{ticks}").status
        running = " ".join(_with_beat(tmp_path))
        private = [stat.filemode(path.stat().st_mode) for path in (tmp_path, tmp_path / "portal.sqlite3")]
        code = portal.stop(signal.SIGINT)
        after_ctrl_c = _processes(tmp_path)

    with RunningPortal(tmp_path, DEMO="false") as again:
        beat = next(pid for command, pid in _with_beat(tmp_path).items() if " beat " in command)
        os.kill(beat, signal.SIGKILL)
        assert again.process is not None
        code_of_death = again.process.wait(30)

    assert (status, code, code_of_death) == (200, 0, 1)
    assert private == ["drwx------", "-rw-------"]
    assert ("gunicorn" in running, " worker " in running) == (True, True)
    assert "The beat process ended by itself (exit code -9): stopping." in again.said()
    assert (after_ctrl_c, _processes(tmp_path)) == ({}, {})


def test_run_says_when_the_port_is_taken(tmp_path: Path) -> None:
    portal = RunningPortal(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", portal.port))
        other.listen()

        portal.start()
        assert portal.process is not None
        code = portal.process.wait(30)

    assert code == 1
    assert f"Port {portal.port} cannot be used" in portal.said()
    assert "Choose another: PORT=8001 make run" in portal.said()


def test_run_refuses_a_second_portal_on_the_same_folder(tmp_path: Path) -> None:
    portal = RunningPortal(tmp_path)
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        portal.start()
        assert portal.process is not None
        code = portal.process.wait(30)

    assert code == 1
    assert f"A portal already runs on {tmp_path}." in portal.said()
