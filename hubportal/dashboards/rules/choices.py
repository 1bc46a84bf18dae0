"""Words that people use for the same thing: outcomes, marks, roles, whether a group is over."""

from collections.abc import Iterable, Mapping

from hubportal.dashboards.rules.kinds import Field
from hubportal.dashboards.rules.reading import NOBODY, folded

PROGRAMME = "programme"
# What is asked of somebody who stands at two schools of one group, and the answers.
AT_TWO = "at-two"
BOTH, FIRST, SECOND = "both", "first", "second"
# What is asked of a payment that is more than a programme pays, and the answer.
OVER_RATE = "over-rate"
PAID = "paid"
# What is asked of a payment that is known but for its reference, which one of the two lacks; “another” as below.
SAME_PAYMENT = "same-payment"
# What is asked of a new leader whose name the hub has among its leaders, and the answer.
NAMESAKE = "namesake"
ANOTHER = "another"
# What is asked of somebody new whose address the portal has as that of somebody of another name; the same answers.
SAME_ADDRESS = "same-address"
# What is asked of somebody new whose name the school has with initials, or in full; the same answers.
INITIALS = "initials"
# What is asked in a question of its own, rather than as a word that is not known.
IN_FULL = (AT_TWO, OVER_RATE, SAME_PAYMENT, NAMESAKE, SAME_ADDRESS, INITIALS)
# In the column of a year: nothing that year.
NOTHING = NOBODY | {"no", "n", "x", "0", "false", "not engaged"}
_BETWEEN = ("/", ",", "&", "+")
# What is kept, how it is called, and other words for it. Kept as nothing: the cell says that there is nothing to keep.
CHOICES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "outcome": (
        ("completed", "Completed", "complete|completed|yes|y|done|finished|full|100%|achieved|engaged|true|✓|✔|1"),
        ("active", "Taking part now", "active|ongoing|on going|in progress|current|taking part|running|participating"),
        ("accepted", "Accepted, not started", "accepted|recruited|signed up|confirmed|not started"),
        ("withdrawn", "Withdrawn", "withdrew|dropped out|left|did not complete|incomplete|w|withdrawal"),
        ("paused", "Paused", "paused|on hold|deferred|postponed"),
    ),
    "mark": (
        ("present", "Present", "present|p|y|yes|1|x|/|\\|✓|✔|attended|true|here|online|late|l|came late"),
        ("apologies", "Apologies", "apologies|apology|ap|apols|a - apologies|sent apologies|excused|ill|illness"),
        ("absent", "Absent", "absent|a|abs|n|no|0|did not attend|dna|false|-|not present|no show|✗|✘"),
        ("", "No mark: leave it out", "n/a|na|not required|not in group"),
    ),
    "role": (
        (
            "headteacher",
            "Headteacher",
            "head|head teacher|ht|principal|executive head|acting headteacher|head of school",
        ),
        (
            "maths_lead",
            "Maths lead",
            "mathematics lead|math lead|maths leader|maths coordinator|subject lead|head of maths|hod|head of dept",
        ),
        (
            "office",
            "School office",
            "office|administrator|admin|sbm|school business manager|business manager|finance|secretary",
        ),
        (
            "teacher",
            "Teacher",
            "class teacher|participant|lead participant|lp|mastery advocate|advocate|teaching assistant|ta|ect",
        ),
        ("specialist", "Mastery Specialist", "specialist|pms|sms|work group lead|wgl"),
        ("readiness_lead", "Mastery Readiness Lead", "readiness lead|mrl"),
        ("", "No role: leave it out", "none|n/a|other|-"),
    ),
    "standing": (
        ("running", "Running", "active|ongoing|current|in progress|live"),
        ("completed", "Completed", "complete|finished|closed|ended|done|over"),
    ),
    AT_TWO: (
        (BOTH, "At both", ""),
        (FIRST, "Only at the first school", ""),
        (SECOND, "Only at the second school", ""),
    ),
    NAMESAKE: ((ANOTHER, "Two people: make this one a leader, too", ""),),
    SAME_ADDRESS: ((ANOTHER, "Two people, who share the address", ""),),
    INITIALS: ((ANOTHER, "Two people", ""),),
    OVER_RATE: ((PAID, "It is right: that was paid", ""),),
    SAME_PAYMENT: ((ANOTHER, "Two payments: bring this one in, too", ""),),
}
# What somebody said of a word in one list goes for another, where it is about the same: how a school's year ended, and
# whether its group is over. What has no word of its own there is kept as it is.
SHARED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "standing": ("outcome", {"active": "running"}),
    "outcome": ("standing", {"running": "active"}),
}

# A page with ticks and crosses has a cross for who was missing; one with crosses alone has it for who came. So has one
# with another sign for who was absent “A” for apologies. By what it is about: such signs.
_CROSSES = {"mark": frozenset({"x", "a"})}


def in_doubt(choice: str, words: Iterable[str]) -> set[str]:
    """Which words of a list somebody must be asked about: others stand there for what they usually mean."""
    signs = _CROSSES.get(choice, frozenset())
    said = {folded(word) for word in words} if signs else set()
    others = {meant_by(choice, word) for word in said - signs}
    return {sign for sign in signs & said if meant_by(choice, sign) in others}


def choices_of(choice: str, programmes: Mapping[str, str]) -> dict[str, str]:
    """What may be answered, with how it is called."""
    return dict(programmes) if choice == PROGRAMME else {value: label for value, label, _words in CHOICES[choice]}


def meant_by(choice: str, text: str) -> str | None:
    """What a word of the usual ones means; None for one that somebody must be asked about."""
    word = folded(text)
    for value, label, words in CHOICES.get(choice, ()):
        if word == label.lower() or word in words.split("|"):
            return value
    return None


def label_of(choice: str, value: str) -> str:
    """How what may be answered is called; one that is kept as nothing is left out."""
    return choices_of(choice, {}).get(value, value) if value else "left out"


def parts_of(one: Field, texts: Iterable[str]) -> list[str]:
    """The words of cells that each mean something: several roles may stand in one, and a year may hold nothing."""
    if one.heading == "year":
        return [text for text in texts if folded(text) not in NOTHING]
    return [part for text in texts for part in split_roles(text)] if one.choice == "role" else list(texts)


def split_roles(text: str) -> list[str]:
    """The roles of a cell."""
    for sign in _BETWEEN:
        text = text.replace(sign, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def names_of_step(name: str, short_name: str, ladder: str) -> set[str]:
    """What sheets call a step of a ladder: “Primary Mastery Readiness” also without its ladder, or shorter with it.

    Only where the short name still ends it: “Teaching for Mastery” is what the whole programme is called.
    """
    without = name.removeprefix(f"{ladder} ")
    return {name, short_name, f"{ladder} {short_name}"} | ({without} if without.endswith(short_name) else set())
