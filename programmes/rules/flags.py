"""What a hub should know before it decides about an interest."""

from collections.abc import Collection
from dataclasses import dataclass

from schools.rules import name_key

GOOD, LOOK = "ok", "warn"
Named = tuple[str, str]
CONTACTS, TEACHERS = "the contact's", "a teacher's"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the flags are read from.

    ``is_light``: the school has not applied yet, so nothing is known of its headteacher. ``head_applied``: whoever
    applied said that they are the headteacher. ``known_heads``: others who hold that role today. ``head_shares``:
    whose address the headteacher's also is. ``outside``: addresses outside the school's own domain. ``follows`` names
    the phases that usually come before; ``came_by`` says what they did, or do in a year before, of these. ``who`` takes
    part: the school, or somebody who applied for themselves; ``head_only_told``: nobody asks their headteacher to
    confirm. ``same_year`` names what else they are in or have applied for in the same year, of which one comes before
    the other. ``copies`` are applications; beside them it was ``told_of`` so often. ``priority``: why it is taken
    first, while it waits for a decision. ``needs_note``: it waits for one that the offer's rules do not make.
    ``has_address``: somebody named in it can be written to.
    """

    is_light: bool
    head_name: str
    head_confirmed: bool
    head_refused: bool
    head_applied: bool
    head_outside: bool
    head_shares: tuple[str, ...]
    known_heads: tuple[str, ...]
    register_head: str
    outside: tuple[str, ...]
    website_known: bool
    school_open: bool
    follows: tuple[str, ...]
    came_by: str
    has_same_phase: bool
    same_phase_in: str
    missing_lead_role: str
    copies: int
    told_of: int = 0
    who: str = "The school"
    head_only_told: bool = False
    advised_otherwise: str = ""
    same_year: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    needs_note: bool = False
    has_address: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    """One line: its tone ("ok": nothing to do, "warn": look at it) and its words."""

    tone: str
    text: str


def flags_of(facts: Facts) -> list[Flag]:
    """The lines, what needs a look first."""
    of_head = [] if facts.is_light else [_head(facts), *_named(facts)]
    first = [Flag(GOOD, f"Taken first: {', '.join(facts.priority)}.")] if facts.priority else []
    found = [*first, *of_head, *_addresses(facts), *_school(facts), *_before(facts)]
    return sorted(found, key=lambda flag: flag.tone == GOOD)


def is_head_sure(facts: Facts) -> bool:
    """Whether nothing speaks against the headteacher's confirmation being the headteacher's."""
    if not facts.head_confirmed or facts.head_shares or facts.known_heads or facts.head_outside:
        return False
    return facts.website_known or not facts.head_applied


def shares_of(head: Named, contact: Named | None, teachers: Collection[Named]) -> list[str]:
    """Whose address (each a name and an address) the headteacher's also is; the same name is the same person."""
    found = [CONTACTS] if contact and _is_shared(head, contact) else []
    return found + ([TEACHERS] if any(_is_shared(head, teacher) for teacher in teachers) else [])


def _is_shared(one: Named, other: Named) -> bool:
    return one[1].lower() == other[1].lower() and name_key(one[0]) != name_key(other[0])


def _head(facts: Facts) -> Flag:
    if facts.head_refused:
        return Flag(LOOK, f"The headteacher says that {_inside(facts.who)} does not take part.")
    if facts.head_only_told:
        return Flag(GOOD, "The headteacher was told.")
    if not facts.head_confirmed:
        return Flag(LOOK, "The headteacher has not confirmed yet.")
    if is_head_sure(facts):
        return Flag(GOOD, "The headteacher has confirmed.")
    if facts.head_applied:
        return Flag(LOOK, f"{facts.head_name} applied as headteacher: make sure that they are.")
    return Flag(LOOK, "The headteacher's link was used to confirm: make sure that it was the headteacher.")


def _named(facts: Facts) -> list[Flag]:
    """What is known elsewhere about who the headteacher is."""
    found = []
    for name in facts.known_heads:
        other = ", with another e-mail address" if name_key(name) == name_key(facts.head_name) else ""
        found.append(Flag(LOOK, f"The portal knows {name} as headteacher of this school{other}."))
    if facts.register_head:
        is_same = name_key(facts.register_head) == name_key(facts.head_name)
        also = " too" if is_same else ""
        found.append(Flag(GOOD if is_same else LOOK, f"The national register names {facts.register_head}{also}."))
    if facts.head_shares:
        shared = " and ".join(facts.head_shares)
        doubt = "they may not have been told" if facts.head_only_told else "the confirmation may not come from the head"
        words = f"The headteacher's address is also {shared}: {doubt}."
        found.append(Flag(LOOK, words))
    return found


def _addresses(facts: Facts) -> list[Flag]:
    if not facts.has_address:
        return [Flag(LOOK, "No e-mail address is known: nobody is written to.")]
    found = [
        Flag(LOOK, f"{address} is outside the school's own domain: make sure you know who it is.")
        for address in facts.outside
    ]
    if not facts.website_known:
        found.append(Flag(LOOK, "The school has no web address on record, so its e-mail addresses cannot be compared."))
    return found or [Flag(GOOD, "The e-mail addresses belong to the school's own domain.")]


def _school(facts: Facts) -> list[Flag]:
    found = []
    if not facts.school_open:
        found.append(Flag(LOOK, "The school is not open: look for its successor."))
    if facts.needs_note:
        found.append(Flag(LOOK, "The rules cannot say whether this school fits: decide by hand, with a note."))
    if facts.missing_lead_role:
        found.append(Flag(LOOK, f"None of the teachers is marked as: {facts.missing_lead_role}."))
    if facts.copies:
        found.append(
            Flag(LOOK, f"{facts.who} sent this more than once: the copies stand on this page, one below the other.")
        )
    if facts.told_of:
        found.append(Flag(GOOD, f"{facts.who} has told of an interest in it too, which stands on this page below it."))
    return found


def _before(facts: Facts) -> list[Flag]:
    found = []
    if facts.has_same_phase:
        found.append(Flag(LOOK, f"{facts.who} has taken part in this phase before."))
    if facts.same_phase_in:
        found.append(Flag(LOOK, f"{facts.same_phase_in}, which it follows or became, has taken part in this phase."))
    found += [Flag(LOOK, same_year_words(facts.who, one)) for one in facts.same_year]
    if facts.advised_otherwise:
        found.append(Flag(LOOK, advised_words(facts.advised_otherwise)))
    if facts.came_by:
        found.append(Flag(GOOD, f"{facts.who} {facts.came_by}."))
    elif facts.follows:
        them = "it" if len(facts.follows) == 1 else "one of them"
        did = f"has completed {_either(facts.follows)}, or takes part in {them} in a year before"
        words = f"No record that {_inside(facts.who)} {did}."
        found.append(Flag(LOOK, words))
    return found


def same_year_words(who: str, other: str) -> str:
    """``other`` says what else: "is in Readiness" or "has applied for Development"."""
    return f"{who} {other} for the same year: of these two phases one comes before the other."


def advised_words(advised: str) -> str:
    """``advised``: the phase and the reason that the form gave."""
    return f"The form suggested {advised}"


def _inside(who: str) -> str:
    """Inside a sentence: a name stays as it is."""
    return who.replace("The school", "the school")


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
