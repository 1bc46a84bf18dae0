"""The mailbox of what came back, over IMAP: read once, each message marked when it has been dealt with."""

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as ours
from django.db import DataError, connection

from hubportal.core.models import BadAddress
from schools import tasks
from tests import factories as make
from tests.schools.test_bounces import REPORTS, report
from tests.world import NOW

pytestmark = pytest.mark.django_db


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of an IMAP server as reading unread messages needs."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *messages: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages, self.seen = messages, set[int]()


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: Mailbox

    def handle(self) -> None:
        """Answer each command until the end."""
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *rest = line.decode().split(None, 2)
            self.wfile.write(self._answer(command.upper(), " ".join(rest)))
            no = command.upper() == "LOGIN" and "wrong" in line.decode()
            self.wfile.write(f"{tag} {'NO' if no else 'OK'} done\r\n".encode())
            if command.upper() == "LOGOUT":
                return

    def _answer(self, command: str, rest: str) -> bytes:
        box = self.server
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command == "SELECT":
            return f"* {len(box.messages)} EXISTS\r\n".encode()
        if command == "SEARCH":
            unread = [str(number) for number in range(1, len(box.messages) + 1) if number not in box.seen]
            return f"* SEARCH {' '.join(unread)}\r\n".encode()
        number = int(rest.split(maxsplit=1)[0]) if command in {"FETCH", "STORE"} else 0
        if command == "FETCH":
            content = box.messages[number - 1]
            return f"* {number} FETCH (BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        if command == "STORE":
            box.seen.add(number)
        return b""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Two messages: a report and an answer out of office."""
    notice = make.NoticeFactory(owner=make.HubFactory(), email="gone@people.example.org", sent_at=NOW)
    with Mailbox(report("refused", notice), (REPORTS / "away.eml").read_bytes()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_mailbox_is_read_once(mailbox: Mailbox, settings: Any) -> None:
    port = mailbox.server_address[1]
    settings.BOUNCES_URL = f"imap://user%40example.org:secret@127.0.0.1:{port}/INBOX"

    for _time in range(2):
        tasks.read_bounces()

    assert mailbox.seen == {1, 2}
    assert [(row.email, row.times) for row in BadAddress.objects.all()] == [("gone@people.example.org", 1)]


@pytest.mark.parametrize("password", ["wrong", None])
def test_mailbox_that_cannot_be_read_is_said_in_the_log(
    mailbox: Mailbox, settings: Any, caplog: Any, password: str | None
) -> None:
    port = mailbox.server_address[1] if password else 1
    settings.BOUNCES_URL = f"imap://user:{password}@127.0.0.1:{port}/INBOX"

    tasks.read_bounces()

    assert "The mailbox of bounces cannot be read" in caplog.text
    assert not BadAddress.objects.exists()


def test_without_a_mailbox_nothing_is_read() -> None:
    tasks.read_bounces()

    assert "bounces" not in ours.CELERY_BEAT_SCHEDULE


def test_message_that_cannot_be_taken_in_holds_up_no_later_one(settings: Any, caplog: Any) -> None:
    addresses = ("bad@people.example.org", "good@people.example.org")
    sent = [make.NoticeFactory(owner=make.HubFactory(), email=one, sent_at=NOW) for one in addresses]

    def refuse(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(f'INSERT INTO "{BadAddress._meta.db_table}"') and addresses[0] in params:
            raise DataError("not this one")
        return execute(sql, params, *rest)

    with Mailbox(*(report("refused", notice) for notice in sent)) as server, connection.execute_wrapper(refuse):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BOUNCES_URL = f"imap://user:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        tasks.read_bounces()
        server.shutdown()

    assert server.seen == {1, 2}
    assert [row.email for row in BadAddress.objects.all()] == [addresses[1]]
    assert "cannot be taken in" in caplog.text
