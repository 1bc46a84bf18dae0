"""What a mail server's answer says about an address."""

import re
from dataclasses import dataclass

# Enhanced status codes (RFC 3463) that are about the address itself, and will not change by waiting.
HARD = ("5.0.0", "5.1.", "5.2.1", "5.4.4")
# The sender's address, not the recipient's.
NOT_THEIRS = ("5.1.7", "5.1.8", "5.1.9")
# Of these it is sure that another sender, or another e-mail, would not arrive either: there is no such mailbox or
# domain, it is no address, its owner has moved, its domain takes no e-mail, or it is closed.
CERTAIN = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
LONGEST = 300


@dataclass(frozen=True)
class CameBack:
    """An e-mail that came back.

    :param message_id: the Message-ID of the e-mail that was sent, where the answer says it.
    :param is_hard: the address is refused for good; else the mailbox was full, or its server away, for too long.
    :param is_complaint: it arrived, and its reader marked it as unwanted.
    """

    email: str
    message_id: str = ""
    is_hard: bool = False
    problem: str = ""
    is_complaint: bool = False


def is_hard(status: str) -> bool:
    """Whether an enhanced status code says that an address is refused for good."""
    return status.startswith(HARD) and not status.startswith(NOT_THEIRS)


def is_certain(status: str) -> bool:
    """Whether a server that does not take an e-mail says by its status that the address is the reason, and no other."""
    return status in CERTAIN


def plain(text: str) -> str:
    """What a server said, on one line and not too long."""
    return " ".join(re.sub(r"^\s*[\w-]+\s*;", "", text).split())[:LONGEST]
