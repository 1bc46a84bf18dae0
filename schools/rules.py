"""Rules about schools: who pays for them, whose e-mail address it is, how they are searched for. Pure."""

import re

STATE_GROUPS = frozenset({"4", "10", "11"})
SPECIAL_GROUP = "5"
STATE_SPECIAL_TYPES = frozenset({"7", "12"})

# Used where a file has no type group: the group of each state-funded type (the national list of establishment types).
_STATE_TYPES = STATE_SPECIAL_TYPES | frozenset(
    {"1", "2", "3", "5", "14", "15"}
    | {"28", "33", "34", "42", "43", "44", "45", "46", "57"}
    | {"35", "36", "38", "39", "40", "41"}
)

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]")
_WORD = re.compile(r"\w+")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")

# Ways to write the same thing in the name of a school, replaced in this order in what is stored (by the database: text
# in, text out) and in what is typed. Both are in small letters with a space at either end.
SPELLINGS: tuple[tuple[str, str], ...] = (
    ("'", ""),
    ("’", ""),
    ("‘", ""),
    ("`", ""),
    (".", ""),
    ("&", " and "),
    (" church of england ", " cofe "),
    (" c of e ", " cofe "),
    (" ce ", " cofe "),
    (" roman catholic ", " catholic "),
    (" rc ", " catholic "),
    (" saint ", " st "),
)

_TWO_LABEL_SUFFIXES = frozenset(f"{label}.uk" for label in ("ac", "co", "gov", "ltd", "me", "net", "nhs", "org", "plc"))
# Under sch.uk a school's own name stands before its local authority's: hill.oxon.sch.uk.
_SCHOOLS_SUFFIX = "sch.uk"

# Anyone may have an address there, so it says nothing about a school.
PUBLIC_MAIL = frozenset(
    {
        "aol.com",
        "btinternet.com",
        "gmail.com",
        "googlemail.com",
        "gmx.com",
        "gmx.co.uk",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "sky.com",
        "talktalk.net",
        "virginmedia.com",
        "yahoo.co.uk",
        "yahoo.com",
    }
)


def is_state_funded(type_code: str, type_group_code: str) -> bool:
    """Whether the state pays for the school (GIAS): type groups 4, 10, 11, and of special schools types 7 and 12."""
    if not type_group_code:
        return type_code in _STATE_TYPES
    if type_group_code == SPECIAL_GROUP:
        return type_code in STATE_SPECIAL_TYPES
    return type_group_code in STATE_GROUPS


def postcode_key(text: str) -> str:
    """A postcode as it is compared: capitals and digits only, `le11 4sq` → `LE114SQ`."""
    return _NOT_ALNUM.sub("", text.upper())


def tidy_postcode(text: str) -> str:
    """A postcode as it is written, `le114sq` → `LE11 4SQ`; anything else as it came, in capitals."""
    key = postcode_key(text)
    if _POSTCODE.fullmatch(key):
        return f"{key[:-3]} {key[-3:]}"
    return " ".join(text.upper().split())


def email_domain_of(website: str) -> str:
    """The domain at which a school with this website has its mail, `https://www.hill.example/home` → `hill.example`."""
    address = _SCHEME.sub("", website.strip().lower())
    host = re.split(r"[/?#]", address, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].strip(".")
    host = host.removeprefix("www.")
    return host if _DOMAIN.fullmatch(host) else ""


def is_outside_domain(email: str, website: str) -> bool:
    """Whether an address is outside the school's own domain, so that the hub should look twice.

    Where the school's website is not known, only addresses that anyone may have are outside.
    """
    domain = email.rpartition("@")[2].strip().lower().strip(".")
    own = email_domain_of(website)
    if domain in PUBLIC_MAIL:
        return True
    return bool(own) and _registered(domain) != _registered(own)


def _registered(domain: str) -> str:
    """The part of a domain that one body registered: `mail.hill.org.uk` → `hill.org.uk`."""
    labels = domain.split(".")
    suffix = ".".join(labels[-2:])
    if suffix == _SCHOOLS_SUFFIX:
        return ".".join(labels[-4:])
    return ".".join(labels[-3:] if suffix in _TWO_LABEL_SUFFIXES else labels[-2:])


def search_words(text: str) -> tuple[str, ...]:
    """The words by which a school is found, in small letters, spelt as the stored search text spells them."""
    words = f" {' '.join(text.lower().split())} "
    for written, meant in SPELLINGS:
        words = words.replace(written, meant)
    return tuple(_WORD.findall(words))
