"""E-mails that came back: reports in a mailbox (RFC 3464), and the calls of mail services."""

import imaplib
import json
import logging
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from schools.rules.bounces import CameBack, is_hard, plain

logger = logging.getLogger(__name__)

MOST_A_TIME = 200
MOST_BYTES = 500_000
TIMEOUT_SECONDS = 30
OUR_KINDS = ("hard", "soft", "complaint")


class NotReadable(Exception):
    """A call that is no JSON, or none of the shapes that are known."""


def read_report(content: bytes) -> list[CameBack]:
    """Which e-mails a message says came back: none where it is no such report, as an answer out of office."""
    try:
        message = message_from_bytes(content)
    except (MessageError, ValueError):
        return []
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return []
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return []
    message_id = _original_id(parts)
    blocks = status.get_payload()
    found = [_failed(block, message_id) for block in blocks if isinstance(block, Message)]
    return [one for one in found if one is not None]


def _original_id(parts: list[Message]) -> str:
    """The Message-ID of the e-mail that came back: it, or its headers, are the report's last part."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            return _text(inner["Message-ID"]) if isinstance(inner, Message) else ""
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            return _text(message_from_bytes(content)["Message-ID"]) if isinstance(content, bytes) else ""
    return ""


def _failed(block: Message, message_id: str) -> CameBack | None:
    """What a report says of one recipient; nothing where the e-mail is still being tried, or arrived."""
    if _text(block["Action"]).lower() != "failed":
        return None
    recipient = _text(block["Original-Recipient"]) or _text(block["Final-Recipient"])
    email = parseaddr(recipient.partition(";")[2] or recipient)[1]
    status = _text(block["Status"]).partition(" ")[0]
    if not email:
        return None
    problem = plain(_text(block["Diagnostic-Code"])) or f"The mail server answered {status}."
    return CameBack(email, message_id, is_hard(status), problem)


def _text(value: Any) -> str:
    """Without what the database does not keep: NUL, and halves of letters."""
    return str(value or "").replace("\x00", "").encode(errors="replace").decode().strip()


def read_mailbox(url: str) -> Iterator[bytes]:
    """The unread messages of a mailbox, each marked as read once it has been dealt with.

    :param url: ``imaps://user:password@host:993/INBOX``; ``imap://`` without TLS, for tests.
    :raises OSError: where the mailbox cannot be read.
    """
    place = urlsplit(url)
    kind = imaplib.IMAP4_SSL if place.scheme == "imaps" else imaplib.IMAP4
    port = place.port or (993 if place.scheme == "imaps" else 143)
    try:
        with kind(place.hostname or "", port, timeout=TIMEOUT_SECONDS) as box:
            box.login(unquote(place.username or ""), unquote(place.password or ""))
            box.select(f'"{unquote(place.path.strip("/")) or "INBOX"}"')
            _answer, found = box.search(None, "UNSEEN")
            for number in (found[0] or b"").split()[:MOST_A_TIME]:
                _answer, parts = box.fetch(number.decode(), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
                yield next((part[1] for part in parts if isinstance(part, tuple)), b"")
                box.store(number.decode(), "+FLAGS", "\\Seen")
    except imaplib.IMAP4.error as problem:
        raise OSError(str(problem)) from problem


def read_call(body: bytes) -> list[CameBack]:
    """What a mail service calls with: ours, or as Postmark, Mailgun or Amazon SES (through SNS) write it.

    :raises NotReadable: for anything else.
    """
    try:
        told = json.loads(body)
        for shape in (_ours, _postmark, _mailgun, _ses):
            found = shape(told)
            if found is not None:
                return [one for one in found if one.email]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as problem:
        raise NotReadable("This is not JSON in a shape that the portal knows.") from problem
    raise NotReadable("This is not a shape that the portal knows.")


def _ours(told: Any) -> list[CameBack] | None:
    if "events" not in told:
        return None
    if any(one["kind"] not in OUR_KINDS for one in told["events"]):
        raise NotReadable("The kind of an event is “hard”, “soft” or “complaint”.")
    return [
        CameBack(
            _text(one["email"]),
            _text(one.get("message_id")),
            one["kind"] == "hard",
            plain(_text(one.get("problem"))),
            one["kind"] == "complaint",
        )
        for one in told["events"]
    ]


def _postmark(told: Any) -> list[CameBack] | None:
    kind = told.get("RecordType")
    if kind not in ("Bounce", "SpamComplaint"):
        return [] if kind else None
    headers = (told.get("Metadata") or {}).get("message-id")
    problem = plain(_text(told.get("Description") or told.get("Details")))
    refused = told.get("Type") in ("HardBounce", "BadEmailAddress", "ManuallyDeactivated")
    return [CameBack(_text(told["Email"]), _text(headers), refused, problem, kind == "SpamComplaint")]


def _mailgun(told: Any) -> list[CameBack] | None:
    if "event-data" not in told:
        return None
    data = told["event-data"]
    if data["event"] not in ("failed", "complained"):
        return []
    status = data.get("delivery-status") or {}
    problem = plain(_text(status.get("description") or status.get("message")))
    headers = (data.get("message") or {}).get("headers") or {}
    refused = data.get("severity") == "permanent"
    return [
        CameBack(
            _text(data["recipient"]), _text(headers.get("message-id")), refused, problem, data["event"] == "complained"
        )
    ]


def _ses(told: Any) -> list[CameBack] | None:
    if told.get("Type") == "SubscriptionConfirmation":
        logger.warning("Confirm the subscription of bounces: open %s", _text(told.get("SubscribeURL"))[:500])
        return []
    message = json.loads(told["Message"]) if told.get("Type") == "Notification" else told
    kind = message.get("notificationType") or message.get("eventType")
    if kind not in ("Bounce", "Complaint"):
        return [] if kind else None
    message_id = _text((message["mail"].get("commonHeaders") or {}).get("messageId"))
    if kind == "Complaint":
        people = message["complaint"]["complainedRecipients"]
        return [CameBack(_text(one["emailAddress"]), message_id, is_complaint=True) for one in people]
    bounce = message["bounce"]
    refused = bounce.get("bounceType") == "Permanent"
    return [
        CameBack(_text(one["emailAddress"]), message_id, refused, plain(_text(one.get("diagnosticCode"))))
        for one in bounce["bouncedRecipients"]
    ]
