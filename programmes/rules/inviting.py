"""As what those are invited whose school is accepted, and who of them can sign in: one person an address. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from schools.roles import MATHS_LEAD, OFFICE, TEACHER
from schools.rules import is_person, name_key

# What whoever applied for their school may become there.
CONTACT_KINDS = (MATHS_LEAD, OFFICE, TEACHER)
_OFFICE = re.compile(r"\b(office|secretar\w+|bursar|clerk|receptionist|pa|personal assistant)\b", re.IGNORECASE)
# Of the office by itself (a business leader); also what teachers teach, or do beside their teaching.
_BUSINESS = re.compile(r"\b(admin\w*|business|finance|sb[lm])\b", re.IGNORECASE)
_TEACHES = re.compile(
    r"teacher\b|\b(deputy|assistant|executive|vice) (head|principal)\b"
    r"|\bhead of (?!finance|admin|office|operations|business (operation|service|support|manag))",
    re.IGNORECASE,
)
# Whom somebody works for: a headteacher's administrator is none.
_WORKS_FOR = re.compile(r"\b(head of )?\w+['’]s\b|\b(to|for)\b.*", re.IGNORECASE)
_TEACHER = re.compile(r"\bteacher\b", re.IGNORECASE)
_LEADS = re.compile(r"\b(head|lead|co-?ordinator|principal)", re.IGNORECASE)
_MATHS = re.compile(r"\bmath", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is invited; ``shared_with`` signs in with their address, so that they cannot.

    ``signs_in``: they do already, and are told what they are instead.
    """

    name: str
    email: str
    role: str
    shared_with: str = ""
    signs_in: bool = False

    @property
    def is_new(self) -> bool:
        """Whether they can sign in by it, and could not before."""
        return bool(self.email) and not self.shared_with and not self.signs_in


def contact_kind(job: str, *, has_lead: bool) -> str:
    """The role that whoever applied would have by what they say that they are; their school's maths lead as a rule.

    :param has_lead: whether somebody else is maths lead there: a teacher is none beside them.
    """
    if _is_of_office(job) and not _MATHS.search(job):
        return OFFICE
    return TEACHER if has_lead and _TEACHER.search(job) and not _LEADS.search(job) else MATHS_LEAD


def _is_of_office(job: str) -> bool:
    return bool(_OFFICE.search(job) or (_BUSINESS.search(job) and not _TEACHES.search(_WORKS_FOR.sub("", job))))


def invitations(
    people: Iterable[tuple[str, str, str]], holders: Mapping[str, str], used: Collection[str] = ()
) -> list[Invited]:
    """Those to be invited (name, address, role) in turn; ``holders`` names who signs in with which address already.

    :param used: addresses with which somebody has signed in, in small letters.
    """
    signs_in = dict(holders)
    found: list[Invited] = []
    for name, email, role in people:
        if any(one.role == role and is_person((one.name, one.email), (name, email)) for one in found):
            continue
        holder = signs_in.setdefault(email.lower(), name) if email else name
        is_own = name_key(holder) == name_key(name)
        found.append(Invited(name, email, role, "" if is_own else holder, is_own and email.lower() in used))
    return found
