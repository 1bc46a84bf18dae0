"""Which e-mail addresses can be written to at all, and how a mail's header carries them."""

import re

from django.utils.encoding import punycode

# Signs by which a mail program would read one address as something else, or as several.
_SIGNS = re.compile(r"[<>()\[\],;:\"@]")
_QUOTED = re.compile(r'"[^"]*"')
AFTER_THE_AT = "check what follows the @"
A_CHARACTER = "a character in it is not allowed"


class CannotBeWrittenTo(ValueError):
    """An address that e-mail cannot carry; ``why`` in words."""

    def __init__(self, email: str, why: str) -> None:
        self.why = why
        super().__init__(f"E-mail cannot be sent to the address {email}: {why}.")


def in_ascii(email: str) -> str:
    """An address as e-mail carries it, its domain in ASCII.

    :raises CannotBeWrittenTo: where e-mail cannot carry it.
    """
    mailbox, _at, domain = email.rpartition("@")
    try:
        plain = punycode(domain)
    except UnicodeError as problem:
        raise CannotBeWrittenTo(email, AFTER_THE_AT) from problem
    is_odd = _SIGNS.search(mailbox) is not None and not _QUOTED.fullmatch(mailbox)
    if not mailbox or not mailbox.isascii() or is_odd:
        raise CannotBeWrittenTo(email, A_CHARACTER)
    # In brackets stands a number, and “localhost” is the mail server itself: it would write to that computer.
    if not plain or plain.startswith("[") or f".{plain}".lower().endswith(".localhost"):
        raise CannotBeWrittenTo(email, AFTER_THE_AT)
    return f"{mailbox}@{plain}"
