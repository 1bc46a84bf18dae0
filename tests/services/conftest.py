"""What tests on real services share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.running import free_port
from tests.services.parts import Sink, Workers


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    """A mail server on a port of its own."""
    handler, port = Sink(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def workers(tmp_path: Path, sink: tuple[Sink, int]) -> Iterator[Workers]:
    """No worker yet."""
    crowd = Workers(tmp_path, sink[1])
    yield crowd
    crowd.stop()
