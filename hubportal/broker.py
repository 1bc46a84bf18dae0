"""The embedded broker: kombu's folder of files, with each message appearing whole.

Kombu opens a message's file under its final name and writes afterwards; a reader that looks in between finds an
empty file and the worker dies of it. Here a message is written beside the queue and renamed into it.
"""

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel over files that are never seen half written."""

    # kombu's file transport names the argument unlike its own base.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        """Add a message; the reader takes names in order, so the name begins with the time."""
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        draft = Path(self.data_folder_out) / f"{name}.part"
        try:
            draft.write_bytes(str_to_bytes(dumps(payload)))
            draft.rename(draft.with_name(name))
        except OSError as problem:
            raise ChannelError(f"Cannot add file {name!r} to the broker's folder") from problem


class Transport(filesystem.Transport):
    """Kombu's file transport with whole messages."""

    Channel = Channel
