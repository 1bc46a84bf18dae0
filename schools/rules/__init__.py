"""Rules about schools: who pays for them, whose e-mail address it is, how they are searched for, who gives roles."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from schools import roles

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
# Of a name that is taken apart: accents, apostrophes of all kinds, full stops.
_MARKS = re.compile(r"[\u0300-\u036f.'’‘ʼ`´]")
# Of two words, how much is the same from which on they may be one misspelt (0 to 1, as difflib counts it).
NEARLY = 0.75
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
# What may stand before a word of a name: Burton-on-the-Wolds, School (VA), Infant/Junior.
BEFORE_WORDS = " -(/"
# What the short forms of the stored search text are short for.
SHORT_FOR = {"cofe": ("church", "of", "england"), "catholic": ("roman",), "st": ("saint",)}

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


def is_postcode(text: str) -> bool:
    """Whether it has the shape of a postcode of the United Kingdom."""
    return _POSTCODE.fullmatch(postcode_key(text)) is not None


def email_domain_of(website: str) -> str:
    """The domain at which a school with this website has its mail, `https://www.hill.example/home` → `hill.example`."""
    address = _SCHEME.sub("", website.strip().lower())
    host = re.split(r"[/?#]", address, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].strip(".")
    host = host.removeprefix("www.")
    return host if _DOMAIN.fullmatch(host) else ""


def is_outside_domain(email: str, website: str) -> bool:
    """Whether an address is outside the school's own domain, so that the hub should look twice.

    Where the school's website is not known, only addresses that anyone may have are outside; who has none has none to
    look at.
    """
    if not email:
        return False
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


def starts_of(word: str) -> list[str]:
    """What stands in the stored search text of a school that a typed word finds; `mary` is not in `primary`.

    A word that begins so, or a short form that is being typed out: `church` stands in no `CofE`, nor `sain` in `St`.
    """
    # One or two letters begin too many words: `s` is not yet `saint`.
    meant = [one for words in SHORT_FOR.values() for one in words if one == word or (one.startswith(word) and word[2:])]
    short_forms = [short for short, words in SHORT_FOR.items() if not set(words).isdisjoint(meant)]
    return [f"{before}{word}" for before in BEFORE_WORDS] + [f" {short} " for short in short_forms]


def is_spelt_like(typed: tuple[str, ...], text: str) -> bool:
    """Whether every word typed is a word of the text, or nearly: `seagrave` for `segrave`."""
    words = _WORD.findall(text.lower())
    return all(difflib.get_close_matches(word, words, n=1, cutoff=NEARLY) for word in typed)


class Giver(Protocol):
    """The reach of somebody who gives or ends a role (``schools.scope.Scope``)."""

    @property
    def is_national(self) -> bool:
        """Whether they work for the national team."""

    @property
    def lead_hub_ids(self) -> frozenset[int]:
        """The hubs they lead."""

    @property
    def staff_hub_ids(self) -> frozenset[int]:
        """The hubs they lead or administer."""

    @property
    def school_lead_ids(self) -> frozenset[int]:
        """The schools they lead."""

    @property
    def trust_ids(self) -> frozenset[int]:
        """The trusts they lead."""


@dataclass(frozen=True, slots=True)
class RolePlace:
    """Where a role is held.

    ``hub_ids`` holds the role's own hub, or the hub of its school, or every hub with a school of its trust.
    """

    hub_ids: frozenset[int] = frozenset()
    school_id: int | None = None
    trust_id: int | None = None


NATIONAL_GIVES = frozenset({roles.NATIONAL, *roles.HUB_READERS, roles.TRUST_LEAD})
HUB_LEAD_GIVES = frozenset({*roles.HUB_READERS, roles.TRUST_LEAD})
HUB_STAFF_GIVE = frozenset({roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.COVER, roles.TEACHER})
SCHOOL_LEADS_GIVE = frozenset({roles.MATHS_LEAD, roles.OFFICE, roles.COVER, roles.TEACHER})
# Making a leader, or placing a school in a group, gives and ends these.
NOT_BY_HAND = frozenset({*roles.LEADERS, roles.LEADS_SCHOOL})


def may_give_role(kind: str, *, giver: Giver, place: RolePlace) -> bool:
    """Whether somebody may give this kind of role at this place.

    A trust lead reads every school of the trust, so a hub lead gives that role only where the whole trust is the
    hub's own; across hubs national gives it.
    """
    if giver.is_national and kind in NATIONAL_GIVES:
        return True
    if kind in HUB_LEAD_GIVES:
        return bool(place.hub_ids) and place.hub_ids <= giver.lead_hub_ids
    if kind in HUB_STAFF_GIVE and not giver.staff_hub_ids.isdisjoint(place.hub_ids):
        return True
    leads_it = place.school_id in giver.school_lead_ids or place.trust_id in giver.trust_ids
    return kind in SCHOOL_LEADS_GIVE and leads_it


def may_end_role(kind: str, *, giver: Giver, place: RolePlace) -> bool:
    """Whoever may give a role may end it; national may end any that was given by hand."""
    if kind in NOT_BY_HAND:
        return False
    return giver.is_national or may_give_role(kind, giver=giver, place=place)


def may_hand_on_role(kind: str, *, giver: Giver, place: RolePlace, is_own: bool) -> bool:
    """Whoever may end a role may name who follows; so may a headteacher of their own, and a trust's lead of its heads.

    Not the maths lead: who signs for the school is not theirs to choose.
    """
    leads = (is_own and place.school_id in giver.school_lead_ids) or place.trust_id in giver.trust_ids
    return may_end_role(kind, giver=giver, place=place) or (kind == roles.HEADTEACHER and leads)


def kinds_to_give(giver: Giver) -> tuple[str, ...]:
    """The kinds of role that somebody may give somewhere, in the order in which they are offered."""
    kinds: set[str] = set()
    if giver.is_national:
        kinds |= NATIONAL_GIVES
    if giver.lead_hub_ids:
        kinds |= HUB_LEAD_GIVES
    if giver.staff_hub_ids:
        kinds |= HUB_STAFF_GIVE
    if giver.school_lead_ids or giver.trust_ids:
        kinds |= SCHOOL_LEADS_GIVE
    return tuple(kind for kind in roles.LABELS if kind in kinds)


_TITLES = frozenset("dr dame miss mr mrs ms mx prof professor revd rev sir sr".split())


def name_key(name: str) -> str:
    """A person's name as it is compared: without title, case, spare spaces, accents and apostrophes.

    `Mrs  Jo Hill` → `jo hill`, `Siobhán O’Brien` → `siobhan obrien`.
    """
    words = _MARKS.sub("", unicodedata.normalize("NFKD", name).casefold()).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)


def second_head_problem(school: str, head: str, newcomer: str) -> str:
    """Why somebody is not entered as a school's headteacher beside the one it has."""
    return f"{school} has a headteacher: {head}. Where {newcomer} has taken over, press Replace on the school’s page."


def is_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names, each with an address, are one person's: as an invitation finds who is known already."""
    is_same_address = bool(one[1].strip()) and one[1].strip().lower() == other[1].strip().lower()
    return is_same_address and name_key(one[0]) == name_key(other[0])


def academic_year(day: date) -> int:
    """The calendar year in which the academic year of ``day`` starts (1 September to 31 August)."""
    return day.year if day.month >= 9 else day.year - 1


def first_day(year: int) -> date:
    """On which an academic year begins."""
    return date(year, 9, 1)


def last_day(year: int) -> date:
    """On which it ends."""
    return date(year + 1, 8, 31)


class Looker(Protocol):
    """The reach of somebody who looks at the portal as somebody else, or is looked at (``schools.scope.Scope``)."""

    @property
    def is_national(self) -> bool:
        """Whether they work for the national team."""

    @property
    def hub_ids(self) -> frozenset[int]:
        """The hubs whose work they read."""

    @property
    def lead_hub_ids(self) -> frozenset[int]:
        """The hubs they lead."""

    @property
    def leader_hub_ids(self) -> frozenset[int]:
        """The hubs they lead groups for."""

    @property
    def former_hub_ids(self) -> frozenset[int]:
        """The hubs whose work they read because those went on in theirs."""


def may_look_as(looker: Looker, person: Looker) -> bool:
    """Whether somebody may look at the portal as this person, as far as hubs go.

    National may look as anybody outside the national team, a hub lead as anybody whose roles at hubs are at the
    lead's own hubs, fellow leads excepted.
    """
    if person.is_national:
        return False
    if looker.is_national:
        return True
    is_fellow = not looker.lead_hub_ids.isdisjoint(person.lead_hub_ids)
    at_hubs = (person.hub_ids - person.former_hub_ids) | person.leader_hub_ids
    return bool(looker.lead_hub_ids) and not is_fellow and at_hubs <= looker.lead_hub_ids


def listed(names: Iterable[object]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    *before, last = [str(name) for name in names] or [""]
    return f"{', '.join(before)} and {last}" if before else last


def year_label(year: int) -> str:
    """2026/27 for the academic year that starts in 2026."""
    return f"{year}/{(year + 1) % 100:02d}"


def with_former(before: str, old: str, new: str) -> str:
    """The former names of something that is renamed, the newest first; a name that it has again is none of them.

    Names that differ in capitals or spaces only are the same.
    """
    names = [old, *filter(None, before.split("; "))]
    found: dict[str, str] = {}
    for name in names:
        key = " ".join(name.casefold().split())
        if key and key != " ".join(new.casefold().split()):
            found.setdefault(key, name.replace(";", ","))
    return "; ".join(found.values())


def free_name(name: str, taken: Collection[str], *, beside: str, longest: int) -> str:
    """A name that is not taken: as it is, else with something beside it, counted up; never longer than ``longest``."""
    free, count = name, 1
    while free in taken:
        number = f" {count}" if count > 1 else ""
        ending = f" ({beside[: longest // 2]}{number})"
        free = f"{name[: longest - len(ending)]}{ending}"
        count += 1
    return free


def said_once(*parts: object) -> list[str]:
    """What says where somewhere is, in its order and each once: nothing that a part before it is, or ends in, already.

    Capitals do not count: of LEICESTER and Leicester the one that is not shouted stands.
    """
    found: list[str] = []
    for part in parts:
        text = str(part or "").strip()
        key = text.casefold()
        same = [at for at, one in enumerate(found) if one.casefold() == key]
        if same and found[same[0]].isupper():
            found[same[0]] = text
        if text and not same and not any(one.casefold().endswith((f" {key}", f",{key}")) for one in found):
            found.append(text)
    return found
