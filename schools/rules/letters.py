"""Letters to many people: placeholders in a text, and who is written to of those on a list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schools.rules import listed

# What each placeholder becomes, in words for whoever writes the letter.
PLACEHOLDERS = {
    "first name": "their first name; where the name has a title, such as Dr or Mrs, that and the last name",
    "name": "their name",
    "school": "their school",
    "hub": "your hub",
    "programme": "the programme that they are on the list for",
    "group": "their group",
    "leader": "who leads their group",
    "next meeting": "day, time and place of their group's next meeting",
    "reference": "the reference of their application or interest",
    "sender": "your name",
    "form link": "the address of the form by which schools apply or tell of an interest, with their school filled in",
}
# Placeholders that differ between the schools of one person, and between their applications or groups at one school.
OF_EACH = ("school", "reference", "programme", "group", "leader", "next meeting", "form link")
PLACEHOLDER = re.compile(r"\{([^{}\n]{0,60})\}")
# What a text says before the reference of one application, and of several: "Your references are A and B".
OF_SEVERAL = {"reference is": "references are", "application": "applications"}
BEFORE_REFERENCE = re.compile(rf"\b({'|'.join(OF_SEVERAL)})(?=\s+\{{\s*reference\s*\}})", re.IGNORECASE)
# As many as a hub's whole list of schools, several times over.
MOST_RECIPIENTS = 5000
MOST_A_DAY = 20
LONGEST_SUBJECT = 150
# What a template leaves to be said by whoever writes.
TO_SAY = re.compile(r"\[Say here[^\]]*\]")


@dataclass(frozen=True)
class Candidate:
    """Somebody on a list who may be written to.

    :param why: what they are on the list as ("Headteacher of Oak Primary").
    :param barred: why they are not written to whatever their address, such as that they have left; or empty.
    :param facts: what placeholders become for them, beside name, school, hub and sender; of those that differ
        (`OF_EACH`) one a line.
    :param about: the keys of what they are on the list of, with spaces between: facts are read anew whenever the
        letter is (of those that differ each key's, else the first's), and whoever is in none of them by then gets none.
    """

    name: str
    email: str
    why: str
    person_id: int | None = None
    school_id: int | None = None
    barred: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True)
class Chosen:
    """A candidate; ``same_as`` is the place in the list of whom they share the address with."""

    candidate: Candidate
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Some schools and people, by key, and some addresses in small letters."""

    schools: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    emails: frozenset[str] = frozenset()

    def __or__(self, other: "Concerned") -> "Concerned":
        return Concerned(self.schools | other.schools, self.people | other.people, self.emails | other.emails)

    def meets(self, other: "Concerned") -> bool:
        """Whether one of them is among the others."""
        return bool(self.schools & other.schools or self.people & other.people or self.emails & other.emails)


@dataclass(frozen=True, slots=True)
class Parts:
    """Of how many on a letter's list (``listed``) neither they nor their school have a part in a programme."""

    listed: int
    without: int

    @property
    def nobody_has_one(self) -> bool:
        """Whether to all of them it can only be news."""
        return self.without == self.listed > 0

    @property
    def words(self) -> str:
        """What is said beside the choice what a letter is; empty where all have a part."""
        whom = "everybody" if self.nobody_has_one else f"{self.without} of the {self.listed}"
        return f"To {whom} on this list {IS_NEWS}" if self.without else ""


IS_NEWS = (
    "this letter is news: neither they nor their school have a part in a programme that runs or is of this school year "
    "or later. Whatever it is called, their e-mail has a link to get no more, and whoever of them wants none gets none."
)
NOBODYS_PART = "Choose “News and invitations”: nobody on this list has a part in a programme, nor has their school."
NO_ADDRESS = "No e-mail address"


def choose(candidates: Iterable[Candidate]) -> list[Chosen]:
    """One e-mail to each address: of several people at one address the first on the list who is not barred gets it.

    Somebody who is on the list several times at one school is there once, as all that they are.
    """
    merged = _merged(candidates)
    first: dict[str, int] = {}
    chosen: list[Chosen] = []
    for place, one in enumerate(merged):
        key = "" if one.barred else one.email.strip().lower()
        chosen.append(Chosen(one, first.get(key) if key else None))
        if key:
            first.setdefault(key, place)
    return chosen


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each person, or bare address, once for each school; not barred where one of the reasons stands."""
    found: dict[tuple[object, ...], Candidate] = {}
    for one in candidates:
        email = one.email.strip().lower()
        key = (one.person_id or (one.name.casefold(), email), one.school_id)
        held = found.get(key)
        found[key] = one if held is None else _joined(held, one)
    return list(found.values())


def _joined(held: Candidate, other: Candidate) -> Candidate:
    main, rest = (other, held) if held.barred and not other.barred else (held, other)
    if rest.barred and not main.barred:
        return main
    why = main.why if rest.why in main.why else f"{main.why}; {rest.why}"
    return Candidate(
        name=main.name,
        email=main.email,
        why=why,
        person_id=main.person_id,
        school_id=main.school_id,
        barred=main.barred,
        facts=_both(main.facts, rest.facts),
        about=" ".join(dict.fromkeys([*main.about.split(), *rest.about.split()])),
    )


def _both(main: Mapping[str, str], rest: Mapping[str, str]) -> dict[str, str]:
    """What placeholders become for somebody who is on the list twice; of what differs, both."""
    found = {**rest, **{name: value for name, value in main.items() if value}}
    joined = {name: "\n".join(_each([main.get(name, ""), rest.get(name, "")])) for name in OF_EACH if name in found}
    return {**found, **joined}


def all_of(values: Iterable[str]) -> str:
    """Different values in one: "Oak School", "Oak School and Elm School"."""
    return listed(_each(values))


def _each(values: Iterable[str]) -> list[str]:
    """The lines of all these, each once."""
    return [*dict.fromkeys(line for value in values for line in value.splitlines() if line)]


def label_of(key: str) -> str:
    """Of a key, what it is of: workgroups.meeting of workgroups.meeting:12."""
    return key.partition(":")[0]


def fitting(about: str, longest: int) -> str:
    """As many keys as there is room for, the first of them before others."""
    kept = ""
    for key in about.split():
        longer = f"{kept} {key}".strip()
        kept = longer if len(longer) <= longest else kept
    return kept


def tidy(name: str) -> str:
    """A placeholder's name as people may write it: First  Name is first name."""
    return " ".join(name.lower().split())


def used_in(text: str) -> list[str]:
    """The placeholders of a text in order, each once; unknown ones too."""
    return list(dict.fromkeys(tidy(name) for name in PLACEHOLDER.findall(text)))


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is no placeholder."""
    return [name for name in used_in(text) if name not in PLACEHOLDERS]


def empty_in(text: str, facts: Mapping[str, str]) -> list[str]:
    """The placeholders of a text that are empty for somebody."""
    return [name for name in used_in(text) if name in PLACEHOLDERS and not facts.get(name)]


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text for somebody; what is not known of them is left out, and several references are not said to be one."""
    if " " in facts.get("reference", ""):
        text = BEFORE_REFERENCE.sub(lambda found: found[0][:1] + OF_SEVERAL[found[0].lower()][1:], text)
    return PLACEHOLDER.sub(lambda found: facts.get(tidy(found[1]), ""), text)


def unsaid_in(text: str) -> str:
    """What a template left to be said, and nobody has; empty where nothing is left."""
    found = TO_SAY.search(text)
    return found[0] if found else ""


def known_words() -> str:
    """The placeholders that there are, in a row."""
    return ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


def unknown_words(names: Sequence[str]) -> str:
    """What to say of placeholders that there are not."""
    shown = ", ".join(f"{{{name}}}" for name in names)
    verb = "is no placeholder" if len(names) == 1 else "are no placeholders"
    return f"{shown} {verb}. Known are {known_words()}."


def part_problem(*, wants: bool | None, needs_yes: bool, has_part: bool) -> str:
    """Why a letter about somebody's part in a programme does not go to them, or an empty string.

    Whoever has no part, by themselves or by their school, gets it as they would get news.
    """
    why = "" if has_part else news_problem(wants=wants, needs_yes=needs_yes)
    return f"{why}, and has no part in a programme" if why else ""


def news_problem(*, wants: bool | None, needs_yes: bool) -> str:
    """Why somebody gets no news (None: they have never said), or an empty string."""
    if wants is False:
        return "Wants no news from the programme"
    return "Has not said yes to news from the programme" if needs_yes and wants is None else ""
