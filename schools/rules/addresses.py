"""E-mail addresses: what somebody may have meant by one with a slip of the finger, and whose one is. Pure."""

import re
from collections.abc import Iterable

# Where many people have their mail; an address at one of these is right as it stands.
PROVIDERS = (
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk"),
    *("yahoo.com", "yahoo.co.uk", "ymail.com", "mail.com", "icloud.com", "me.com", "msn.com", "aol.com"),
    *("btinternet.com", "sky.com", "talktalk.net", "virginmedia.com", "ntlworld.com", "protonmail.com"),
)
# How addresses at schools end; no other ending is one letter away from these.
ENDINGS = ("sch.uk", "co.uk", "org.uk", "ac.uk", "gov.uk")
# A long domain is nearly the same with two slips, a short one with one.
LONG = 12
# What the mailbox of a whole school is called. A headteacher’s is one person's.
_SHARED = frozenset(
    (
        *("office", "schooloffice", "mainoffice", "admin", "administrator", "administration", "info", "information"),
        *("enquiries", "enquiry", "contact", "contactus", "reception", "mail", "post", "postbox", "school", "staff"),
        *("hello", "secretary", "bursar", "finance", "business", "sbm"),
    )
)
_NO_LETTERS = re.compile(r"[^a-z]+")


def meant_address(email: str, own_domains: Iterable[str] = ()) -> str:
    """The address that was probably meant, empty where nothing speaks against it as it stands."""
    local, _, domain = email.strip().rpartition("@")
    domain = domain.lower()
    known = [one for one in dict.fromkeys((*own_domains, *PROVIDERS)) if one]
    if not local or not domain or any(domain == one or domain.endswith(f".{one}") for one in known):
        return ""
    *name, second, last = ["", "", *domain.split(".")]
    for ending in ENDINGS:
        if name[2:] and _distance(f"{second}.{last}", ending) == 1:
            return f"{local}@{'.'.join([*name[2:], ending])}"
    for one in known:
        if abs(len(one) - len(domain)) <= _slips(one) and _distance(domain, one) <= _slips(one):
            return f"{local}@{one}"
    return ""


def is_shared(email: str) -> bool:
    """Whether several people have an address by what it is called: `office@`, `admin.oakfield@`, `school-office@`."""
    words = _NO_LETTERS.sub(" ", email.strip().lower().rpartition("@")[0]).split()
    return any(word in _SHARED for word in (*words, "".join(words)))


def _slips(domain: str) -> int:
    return 2 if len(domain) >= LONG else 1


def _distance(one: str, other: str) -> int:
    """How many letters were left out, added, changed, or swapped with the next."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for to, meant in enumerate(other, start=1):
            cost = min(row[-1] + 1, last[to] + 1, last[to - 1] + (letter != meant))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == meant:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
