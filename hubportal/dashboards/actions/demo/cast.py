"""The demo's people: eleven who sign in, and names for all the others. Every one of them is invented."""

import random
import unicodedata
from dataclasses import dataclass

from schools import roles
from schools.adapters.fictional_words import FIRST_NAMES, LAST_NAMES
from schools.models import School

PASSWORD = "demo-portal"  # noqa: S105 - what the sign-in page of a demo shows to everybody
DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody to sign in as: ``sees`` says what for."""

    mailbox: str
    name: str
    kind: str
    job_title: str
    sees: str

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.mailbox}@{DOMAIN}"


NATIONAL = Player("national", "Noor Hallam", roles.NATIONAL, "Programme manager", "all 40 hubs")
LEAD = Player("lead", "Ruth Ashdown", roles.HUB_LEAD, "Hub lead", "the work of one hub")
ADMIN = Player("admin", "Marcus Elphick", roles.HUB_ADMIN, "Hub administrator", "the work of one hub")
BOARD = Player("board", "Grace Okonjo", roles.BOARD, "Board member", "one hub, to read")
SPECIALIST = Player("specialist", "Priya Lambourne", roles.SPECIALIST, "Mastery Specialist", "their groups and visits")
READINESS = Player(
    "readiness", "Tom Pemberley", roles.READINESS_LEAD, "Mastery Readiness Lead", "their groups and visits"
)
TRUST = Player("trust", "Helen Venables", roles.TRUST_LEAD, "Chief executive", "the schools of a trust")
SCHOOL = Player("school", "Anita Brightwell", roles.HEADTEACHER, "Headteacher", "one school's year")
MATHS = Player("maths", "Owen Radcliffe", roles.MATHS_LEAD, "Maths lead", "one school's people, interest and dates")
OFFICE = Player("office", "Colin Jessop", roles.OFFICE, "School business manager", "dates and funding of one school")
TEACHER = Player("teacher", "Leila Fothergill", roles.TEACHER, "Year 4 teacher", "the next meetings")

PLAYERS = (NATIONAL, LEAD, ADMIN, BOARD, SPECIALIST, READINESS, TRUST, SCHOOL, MATHS, OFFICE, TEACHER)


@dataclass(frozen=True, slots=True)
class Named:
    """A person's name with an address at their school."""

    name: str
    email: str


class Names:
    """Gives out names, each once."""

    def __init__(self, chance: random.Random) -> None:
        self._left = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
        chance.shuffle(self._left)

    def at(self, domain: str) -> Named:
        """Somebody new with an address of this domain."""
        name = self._left.pop()
        return Named(name, f"{mailbox(name)}@{domain}")

    def of(self, school: School) -> Named:
        """Somebody new at a school."""
        return self.at(domain_of(school))


def domain_of(school: School) -> str:
    """The domain of a fictional school's website."""
    return school.website.partition("www.")[2].strip("/") or DOMAIN


def head_of(school: School) -> Named:
    """The headteacher whom the file names, without the title."""
    name = school.head_name.partition(" ")[2] or school.head_name
    return Named(name, f"{mailbox(name)}@{domain_of(school)}")


def mailbox(name: str) -> str:
    """Small letters with dots: Siân O’Farrell is sian.ofarrell."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join("".join(letter for letter in word if letter.isalpha()) for word in plain.lower().split())
