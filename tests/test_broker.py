"""The embedded broker: messages go through files, whole and once."""

from pathlib import Path

import pytest
from kombu import Connection


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    """A connection over an empty folder."""
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    return Connection("filesystem://localhost", transport="hubportal.broker:Transport", transport_options=folders)


def test_broker_hands_messages_over(connection: Connection, tmp_path: Path) -> None:
    with connection, connection.SimpleQueue("work") as queue:
        for number in range(3):
            queue.put({"number": number})

        received = [queue.get(timeout=5) for _ in range(3)]
        for message in received:
            message.ack()

    assert sorted(message.payload["number"] for message in received) == [0, 1, 2]
    assert list(tmp_path.glob("*.msg*")) == []


def test_broker_leaves_half_written_messages_alone(connection: Connection, tmp_path: Path) -> None:
    # kombu remembers queues for the whole process: this one has a name of its own
    with connection, connection.SimpleQueue("drafts") as queue:
        (tmp_path / "1_draft.drafts.msg.part").write_bytes(b"{")
        queue.put({"number": 1})

        message = queue.get(timeout=5)
        message.ack()

    assert message.payload == {"number": 1}
    assert [file.name for file in tmp_path.glob("*.part")] == ["1_draft.drafts.msg.part"]
