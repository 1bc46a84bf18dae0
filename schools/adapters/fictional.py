"""Makes files of fictional schools in GIAS format, for the demo, the tests and the measurements.

The same count, areas and seed always make the same bytes. Nothing in them exists: postcode districts that the Post
Office never gave out, websites under `.example`, heads from lists of names.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from schools.adapters.fictional_words import (
    FIRST_NAMES,
    GIAS_COLUMNS,
    LAST_NAMES,
    PLACES,
    SAINTS,
    STREETS,
    TITLES,
    TRUSTS,
)

FIRST_URN = 900_001
_POSTCODE_AREAS = tuple(
    "AC AD AF BC CD DB EB ED FA FB GA GB HB HC KB KC LB LC MB NB NC OB PB PC RB RC SB SC TB".split()
)
# The middle of each region (GOR code) in metres, OSGB36.
_CENTRES = {
    "A": (425_000, 555_000),
    "B": (360_000, 415_000),
    "D": (435_000, 440_000),
    "E": (465_000, 320_000),
    "F": (400_000, 285_000),
    "G": (565_000, 255_000),
    "H": (531_000, 181_000),
    "J": (490_000, 150_000),
    "K": (330_000, 115_000),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A local authority to put schools in."""

    code: str
    name: str
    region_code: str = ""
    region_name: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of school: its GIAS codes, ages and how it is called; `share` of every 100 schools."""

    share: int
    type: tuple[str, str]
    group: tuple[str, str]
    phase: tuple[str, str]
    ages: tuple[int, int]
    pupils: tuple[int, int]
    words: tuple[str, ...]
    trust_flag: str = "0"
    status: str = "1"


_COMMUNITY = ("1", "Community school")
_CONVERTER = ("34", "Academy converter")
_MAINTAINED = ("4", "Local authority maintained schools")
_ACADEMY = ("10", "Academies")
_PRIMARY, _SECONDARY, _NO_PHASE = ("2", "Primary"), ("4", "Secondary"), ("0", "Not applicable")
_AIDED = ("2", "Voluntary aided school")
_INDEPENDENT = ("11", "Other independent school")
_NURSERY = ("15", "Local authority nursery school")
_SIXTH_FORM = ("45", "Academy 16-19 converter")
_SPECIAL = ("7", "Community special school")

KINDS: tuple[Kind, ...] = (
    Kind(31, _COMMUNITY, _MAINTAINED, _PRIMARY, (4, 11), (60, 460), ("Primary School", "Community Primary School")),
    Kind(9, _AIDED, _MAINTAINED, _PRIMARY, (4, 11), (60, 460), ("Catholic Primary School", "CofE Primary School")),
    Kind(22, _CONVERTER, _ACADEMY, _PRIMARY, (4, 11), (90, 640), ("Primary Academy", "Primary School"), "3"),
    Kind(5, _COMMUNITY, _MAINTAINED, _PRIMARY, (4, 7), (60, 270), ("Infant School",)),
    Kind(9, _CONVERTER, _ACADEMY, _SECONDARY, (11, 16), (450, 1500), ("High School", "Academy", "School"), "3"),
    Kind(3, ("5", "Foundation school"), _MAINTAINED, _SECONDARY, (11, 18), (450, 1500), ("Community College",)),
    Kind(2, ("35", "Free schools"), ("11", "Free Schools"), _SECONDARY, (11, 18), (300, 900), ("Free School",), "5"),
    Kind(2, _CONVERTER, _ACADEMY, ("7", "All-through"), (3, 18), (700, 1600), ("All-through School",), "3"),
    Kind(1, _CONVERTER, _ACADEMY, ("5", "Middle deemed secondary"), (9, 13), (300, 600), ("Middle School",), "3"),
    Kind(3, _SPECIAL, ("5", "Special schools"), _NO_PHASE, (4, 19), (40, 180), ("Special School",)),
    Kind(1, ("14", "Pupil referral unit"), _MAINTAINED, _NO_PHASE, (11, 16), (20, 80), ("Learning Centre",)),
    Kind(4, _INDEPENDENT, ("3", "Independent schools"), _NO_PHASE, (3, 18), (80, 700), ("House School",)),
    Kind(2, _NURSERY, _MAINTAINED, ("1", "Nursery"), (2, 5), (40, 120), ("Nursery School",)),
    Kind(2, _SIXTH_FORM, _ACADEMY, ("6", "16 plus"), (16, 19), (400, 2000), ("Sixth Form College",), "5"),
    Kind(3, _COMMUNITY, _MAINTAINED, _PRIMARY, (4, 11), (60, 460), ("Primary School",), "0", "2"),
    Kind(1, _COMMUNITY, _MAINTAINED, _PRIMARY, (4, 11), (60, 460), ("Primary School",), "0", "3"),
)
_FLAG_NAMES = {
    "0": "Not applicable",
    "3": "Supported by a multi-academy trust",
    "5": "Supported by a single-academy trust",
}
_STATUS_NAMES = {"1": "Open", "2": "Closed", "3": "Open, but proposed to close"}


@dataclass
class _Maker:
    """Draws the schools of one file."""

    chance: random.Random
    taken: set[str] = field(default_factory=set)

    def school(self, number: int, area: Area, area_number: int, kind: Kind) -> dict[str, str]:
        town = PLACES[(area_number * 7 + self.chance.randrange(7)) % len(PLACES)]
        name = self._name(kind, town)
        slug = "".join(sign for sign in name.lower() if sign.isascii() and sign.isalnum())
        pupils = self.chance.randint(*kind.pupils)
        opened = date(1950, 9, 1) + timedelta(days=self.chance.randrange(25_000))
        row = {
            "URN": str(FIRST_URN + number),
            "LA (code)": area.code,
            "LA (name)": area.name,
            "EstablishmentNumber": str((2000 if kind.phase[0] == "2" else 4000) + number % 1999),
            "EstablishmentName": name,
            "TypeOfEstablishment (code)": kind.type[0].zfill(2),
            "TypeOfEstablishment (name)": kind.type[1],
            "EstablishmentTypeGroup (code)": kind.group[0],
            "EstablishmentTypeGroup (name)": kind.group[1],
            "EstablishmentStatus (code)": kind.status,
            "EstablishmentStatus (name)": _STATUS_NAMES[kind.status],
            "OpenDate": f"{opened:%d-%m-%Y}",
            "CloseDate": "31-08-2025" if kind.status == "2" else "",
            "PhaseOfEducation (code)": kind.phase[0],
            "PhaseOfEducation (name)": kind.phase[1],
            "StatutoryLowAge": str(kind.ages[0]),
            "StatutoryHighAge": str(kind.ages[1]),
            "Gender (name)": "Mixed",
            "NumberOfPupils": str(pupils),
            "PercentageFSM": f"{self.chance.triangular(3, 60, 18):.1f}",
            "SchoolCapacity": str(pupils + self.chance.randrange(60)),
            "Country (name)": "United Kingdom",
            "GOR (code)": area.region_code,
            "GOR (name)": area.region_name,
            "UrbanRural (name)": self.chance.choice(
                ("Urban: Nearer to a major town or city", "Smaller rural: Further from a major town or city")
            ),
            "SchoolWebsite": f"https://www.{slug[:40]}{number}.example",
            "TelephoneNum": f"01632960{number % 1000:03d}",
            "LastChangedDate": "01-09-2025",
        }
        return row | self._trust(kind, area_number) | self._head() | self._place(area, area_number, town)

    def _name(self, kind: Kind, town: str) -> str:
        """A name that no other school of the file has."""
        for _ in range(20):
            first = self.chance.choice(
                (
                    f"{town}",
                    f"{self.chance.choice(PLACES)}",
                    f"St {self.chance.choice(SAINTS)}’s",
                    self.chance.choice(STREETS),
                )
            )
            name = f"{first} {self.chance.choice(kind.words)}"
            if name not in self.taken:
                break
            name = f"{name}, {town}"
            if name not in self.taken:
                break
        self.taken.add(name)
        return name

    def _trust(self, kind: Kind, area_number: int) -> dict[str, str]:
        row = {"TrustSchoolFlag (code)": kind.trust_flag, "TrustSchoolFlag (name)": _FLAG_NAMES[kind.trust_flag]}
        if kind.trust_flag == "0":
            return row
        number = (area_number * 3 + self.chance.randrange(3)) % (len(TRUSTS) * 40)
        name = f"{TRUSTS[number % len(TRUSTS)]} {('Trust', 'Learning Trust', 'Academies')[number // len(TRUSTS) % 3]}"
        return row | {"Trusts (code)": str(90_001 + number), "Trusts (name)": name}

    def _head(self) -> dict[str, str]:
        return {
            "HeadTitle (name)": self.chance.choice(TITLES),
            "HeadFirstName": self.chance.choice(FIRST_NAMES),
            "HeadLastName": self.chance.choice(LAST_NAMES),
            "HeadPreferredJobTitle": "Headteacher",
        }

    def _place(self, area: Area, area_number: int, town: str) -> dict[str, str]:
        east, north = _CENTRES.get(area.region_code, (450_000, 300_000))
        inward = f"{self.chance.randrange(1, 10)}{self.chance.choice('ABDEFGHJ')}{self.chance.choice('ABDEFGHJ')}"
        district = f"{_POSTCODE_AREAS[area_number % len(_POSTCODE_AREAS)]}{1 + self.chance.randrange(20)}"
        return {
            "Street": f"{self.chance.randrange(1, 200)} {self.chance.choice(STREETS)} Road",
            "Town": town,
            "County (name)": area.name,
            "Postcode": f"{district} {inward}",
            "Easting": str(east + (area_number * 7_919) % 40_000 - 20_000 + self.chance.randrange(-12_000, 12_000)),
            "Northing": str(north + (area_number * 6_101) % 40_000 - 20_000 + self.chance.randrange(-12_000, 12_000)),
        }


def _kinds(chance: random.Random) -> Iterator[Kind]:
    """Kinds by their shares: each hundred has all of them."""
    while True:
        hundred = [kind for kind in KINDS for _ in range(kind.share)]
        chance.shuffle(hundred)
        yield from hundred


def fictional_rows(count: int, areas: Sequence[Area], seed: int = 1) -> Iterator[dict[str, str]]:
    """The rows of `count` schools dealt out evenly over the areas, every column of the file present."""
    chance = random.Random(seed)  # noqa: S311 (the same schools every time is the point)
    maker = _Maker(chance)
    blank = dict.fromkeys(GIAS_COLUMNS, "")
    deals = [_kinds(random.Random(f"{seed}/{area.code}")) for area in areas]  # noqa: S311
    for number in range(count):
        at = number % len(areas)
        yield blank | maker.school(number, areas[at], at, next(deals[at]))


def gias_bytes(rows: Iterator[dict[str, str]] | Sequence[dict[str, str]], encoding: str = "cp1252") -> bytes:
    """Rows as a file that looks like a download from GIAS."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, GIAS_COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def fictional_file(count: int, areas: Sequence[Area], seed: int = 1) -> bytes:
    """A file of `count` fictional schools: cp1252, 139 columns."""
    return gias_bytes(fictional_rows(count, areas, seed))
