"""What the portal knows already, as the lines of a sheet are compared with it: read once, asked often."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from hubportal.core import clock
from hubportal.core.models import Remembered
from hubportal.dashboards.actions.records.asking import Asking, SchoolAsked
from hubportal.dashboards.actions.records.lines import Row, Undecided
from hubportal.dashboards.actions.records.owning import Owned
from hubportal.dashboards.actions.records.schools import Schools
from hubportal.dashboards.rules.choices import PROGRAMME, SHARED, in_doubt, label_of, meant_by, names_of_step, parts_of
from hubportal.dashboards.rules.reading import LeftOut, Misread, folded
from hubportal.dashboards.rules.school_match import (
    DOUBTFUL,
    MOST_CANDIDATES,
    SURE,
    Asked,
    Known,
    Register,
    is_like,
    name_words,
)
from hubportal.dashboards.rules.school_numbers import Number, as_written, read_called, read_number
from programmes.models import Offer, Phase
from schools.models import Hub, User
from schools.rules import academic_year, year_label

T = TypeVar("T")
NONE_OF_THESE = 0
SCHOOL_TOPIC = "school"
MOST_PER_QUERY = 900
MOST_NAMESAKES = 3
NOT_OURS = "{} belongs to another hub. Ask the national team to bring this line."


class World:
    """One hub's view while an upload of its records is looked at."""

    def __init__(self, *, hub: Hub, by: User, now: datetime) -> None:
        self.hub, self.by, self.now = hub, by, now
        self.today: date = now.astimezone(clock.LONDON).date()
        self.year = academic_year(self.today)
        self.asking = Asking()
        # By line: which school it was taken to mean, where its number does not say so or says something else.
        self._worked_out: dict[int, str] = {}
        self._in_doubt = set[tuple[str, str]]()
        self.is_national, self.owned = by.scope.is_national, Owned(hub)
        self._schools = Schools(self.owned)

    # Words

    @cached_property
    def _remembered(self) -> dict[tuple[str, str], object]:
        rows = Remembered.objects.filter(owner=self.hub).values_list("topic", "given", "meant")
        return {(topic, given): meant for topic, given, meant in rows}

    def meant(self, row: Row, choice: str, text: str) -> str:
        """What a word of a line means.

        :raises Undecided: where somebody must say it first.
        """
        found = self._known_word(choice, text)
        if found is None and choice in SHARED:
            other, names = SHARED[choice]
            elsewhere = self._known_word(other, text)
            found = names.get(elsewhere, elsewhere) if elsewhere else None
        if found is None:
            raise self._question(row, choice, text)
        row.note(text, label_of(choice, found))
        return found

    def look_through(self, choice: str, texts: Iterable[str]) -> None:
        """All words of a file about one thing: what one usually means another may put in doubt."""
        self._in_doubt = {(choice, word) for word in in_doubt(choice, texts)}

    def _known_word(self, choice: str, text: str) -> str | None:
        said, word = self.said(choice, text), folded(text)
        if said is None and (choice, word) in self._in_doubt:
            return None
        return meant_by(choice, word) if said is None else said

    def ask_on(self, row: Row) -> list[str]:
        """What else of a line that waits can be asked now, so that nobody is asked about it in a second round."""
        found = []
        for one in row.mapping.kind.fields:
            with suppress(Misread):
                for text in parts_of(one, row.words_in(one)) if one.choice else ():
                    try:
                        self._ask(row, one.choice, text)
                    except Undecided as question:
                        found.append(str(question))
        return found

    def _ask(self, row: Row, choice: str, text: str) -> None:
        if choice != PROGRAMME:
            self.meant(row, choice, text)
            return
        if self.said(choice, text) is not None:
            return
        named = self._phase_names.get(folded(text), ())
        if not named:
            raise self._question(row, choice, text)
        if len(named) > 1:
            self._ask_ladder(row, text)

    def _ask_ladder(self, row: Row, text: str) -> None:
        """Which of several programmes that are called alike is meant: while the school waits, nobody can say."""
        try:
            school = self.school(row)
        except Undecided:
            self.asking.has_more = True
        else:
            self.programme(row, text, school)

    def said(self, choice: str, text: str) -> str | None:
        """What somebody has said that a word means; None where nobody has."""
        said = self._remembered.get((choice, folded(text)[:300]))
        return None if said is None else str(said)

    def _question(self, row: Row, choice: str, text: str) -> Undecided:
        self.asking.word(row.number, choice, folded(text)[:300])
        return Undecided(f"Say what “{text}” means.")

    @cached_property
    def phases(self) -> dict[int, Phase]:
        """All phases."""
        return {one.pk: one for one in Phase.objects.for_list()}

    @cached_property
    def _phase_names(self) -> dict[str, set[int]]:
        """What phases and their offers are called."""
        named: dict[str, set[int]] = defaultdict(set)
        for phase in self.phases.values():
            for name in names_of_step(phase.name, phase.short_name, phase.pathway.name) | {phase.code}:
                named[folded(name)].add(phase.pk)
        for code, title, pk in Offer.objects.filter(hub=None).values_list("code", "title", "phase"):
            named[folded(code)].add(pk)
            named[folded(title)].add(pk)
        return named

    @cached_property
    def _admitted(self) -> dict[int, set[int]]:
        """The phases of education that each phase's offers are for; none: for all."""
        found: dict[int, set[int]] = defaultdict(set)
        for pk, codes in Offer.objects.filter(hub=None).values_list("phase", "school_phases"):
            found[pk].update(codes)
        return found

    def _fits(self, pk: int, school: Known) -> bool:
        return not self._admitted[pk] or school.phase_code in self._admitted[pk]

    def programme(self, row: Row, text: str, school: Known) -> Phase | None:
        """The programme that a word of a line means for its school; None where its lines are to be left out.

        Of several that are called alike, as the steps of two ladders are, it is the one for schools of this kind.

        :raises Undecided: where somebody must say it first.
        """
        found = self._programme(row, text, school)
        row.note(text, str(found or "left out"))
        return found

    def _programme(self, row: Row, text: str, school: Known) -> Phase | None:
        said = self.said(PROGRAMME, text)
        if said is not None:
            return self._for_school(self.phases[int(said)], text, school) if said.isdecimal() else None
        named = self._phase_names.get(folded(text), set())
        fitting = [pk for pk in named if len(named) == 1 or self._fits(pk, school)]
        if len(fitting) != 1:
            raise self._question(row, PROGRAMME, text)
        return self.phases[fitting[0]]

    def _for_school(self, phase: Phase, text: str, school: Known) -> Phase:
        """A phase, or the one that is called alike on the ladder of a school that is not of its kind.

        Not where the file itself names the ladder, as “Secondary Dev” does: that is what was meant.
        """
        says_ladder = set(folded(phase.pathway.name).split()) & set(folded(text).split())
        if says_ladder or self._fits(phase.pk, school):
            return phase
        alike = [one for one in self.phases.values() if one.short_name == phase.short_name and one.pk != phase.pk]
        fitting = [one for one in alike if self._admitted[one.pk] and self._fits(one.pk, school)]
        return fitting[0] if len(fitting) == 1 else phase

    # Schools

    @property
    def register(self) -> Register:
        """All schools; their hub's own first."""
        return self._schools.register

    def school(self, row: Row) -> Known:
        """The school of a line: by its number, else by what is written of it; one that is closed by its successor.

        :raises Misread: where none is named, or the number is nobody's.
        :raises Undecided: where it may be one of several.
        """
        try:
            return self.likely_school(row)
        except SchoolAsked as question:
            self.asking.school(row.number, question.asked, question.candidates)
            raise

    def likely_school(self, row: Row) -> Known:
        """The same, asking nobody."""
        number, asked = self._asked(row)
        found = self._schools.numbered(*number)
        if found is not None:
            school, named = self._as_called(row, found[0], asked), found[1]
            self._schools.keep(row.number, school, named if school == found[0] else self._schools.called(asked, school))
            return school
        if not asked.name:
            raise Misread(f"No school has the {as_written(number[0])}." if number else "The school is empty.")
        school, namesakes = self._by_words(asked)
        self._schools.keep(row.number, school, self._schools.called(asked, school))
        unknown = f"No school is known that has the {as_written(number[0])}. " if number else ""
        others = "; ".join(self.register.known(pk).in_full for pk in namesakes[:MOST_NAMESAKES])
        more = f", and {len(namesakes) - MOST_NAMESAKES} more" if len(namesakes) > MOST_NAMESAKES else ""
        also = f" Called so, too: {others}{more}." if others else ""
        self._worked_out[row.number] = f"{unknown}The school: {school.in_full}.{also}"
        return school

    def _as_called(self, row: Row, numbered: Known, asked: Asked) -> Known:
        """The school of a number; where the name is rather another one's, the one that somebody says.

        A name that is nobody's, as an abbreviation or a new one, does not speak against the number, but is told of.

        :raises LeftOut: where they said that it is none.
        :raises Undecided: while nobody has said it.
        """
        if not asked.name:
            return numbered
        called = self.register.find(asked)
        others = [pk for pk in map(self.register.standing, called.candidates) if pk != numbered.pk]
        if called.verdict == SURE and called.pk is not None:
            other = self.register.known(self.register.standing(called.pk))
            is_same = other.pk == numbered.pk or name_words(other.name) == name_words(numbered.name)
            others, says = [other.pk], f"“{asked.name}” is {other.in_full}"
        else:
            called_so = [self.register.known(pk) for pk in others]
            is_same, says = is_like(asked.name, numbered, called_so), f"“{asked.name}” may be another school"
        if is_same:
            return numbered
        if not others:
            self._worked_out[row.number] = f"The school, by its number: {numbered.in_full}."
            return numbered
        said = self._said_school(asked)
        if said is not None:
            return said
        words = f"{says}, but the number is that of {numbered.in_full}. Say which."
        raise SchoolAsked(words, asked, [*others[: MOST_CANDIDATES - 1], numbered.pk])

    def worked_out(self, number: int) -> list[str]:
        """Which school a line was taken to mean, where its number does not say so: whoever looks can see a mistake."""
        said = [self._worked_out[number]] if number in self._worked_out else []
        return [*said, *self._schools.became(number)]

    def may_be(self, row: Row, pk: int) -> bool:
        """Whether the school of a line may be this one, where it is known already who is meant; asks nobody.

        :raises Misread: where the number is none.
        """
        number, asked = self._asked(row)
        found, pk = self._schools.numbered(*number), self.register.standing(pk)
        if found is not None or not asked.name:
            return found is not None and found[0].pk == pk
        said = self._remembered.get((SCHOOL_TOPIC, asked.key))
        if isinstance(said, int):
            return said in self.register and self.register.standing(said) == pk
        likely = self.register.find(asked)
        return pk == likely.pk or (likely.verdict == DOUBTFUL and pk in likely.candidates)

    def _asked(self, row: Row) -> tuple[list[Number], Asked]:
        """The numbers that a line has for its school, and what it says of it in words."""
        called, text = read_called(row.text("school")), row.text("urn")
        numbers = [read_number(text)] if text else []
        if called.number:
            numbers.append(called.number)
        return numbers, Asked(called.name, *(row.text(key) for key in ("town", "postcode", "la")))

    def _said_school(self, asked: Asked) -> Known | None:
        """Which school somebody has said that these words mean; None where nobody has.

        :raises LeftOut: where they said that it is none.
        """
        said = self._remembered.get((SCHOOL_TOPIC, asked.key))
        if said == NONE_OF_THESE:
            raise LeftOut(f"You said that “{asked.name}” is none of the schools known: this line is left out.")
        if isinstance(said, int) and said in self.register:
            return self.register.known(self.register.standing(said))
        return None

    def _by_words(self, asked: Asked) -> tuple[Known, Sequence[int]]:
        """The school that words mean, and others that are called so to the letter, of which whoever looks is told."""
        said = self._said_school(asked)
        if said is not None:
            return said, ()
        found = self.register.find(asked)
        if found.verdict == SURE and found.pk is not None:
            return self.register.known(found.pk), found.namesakes
        why = "may be one of several schools" if found.verdict == DOUBTFUL else "is no school that is known"
        raise SchoolAsked(f"“{asked.name}” {why}. Say which it is.", asked, found.candidates)

    def schools_of(self, rows: Iterable[Row]) -> list[Known]:
        """The schools of many lines, as far as they are known; this look ahead asks nobody, the lines themselves do."""
        found: dict[int, Known] = {}
        for row in rows:
            with suppress(Misread, Undecided):
                school = self.likely_school(row)
                found[school.pk] = school
        return list(found.values())

    def named_schools(self, rows: Sequence[Row]) -> set[int]:
        """The keys of the schools of many lines, and of those that they name, which may have become others."""
        found = {one.pk for one in self.schools_of(rows)}
        return found.union(self._schools.named([row.number for row in rows]))

    def school_then(self, row: Row, school: Known, year: int) -> Known:
        """The school of a line as it was in a past school year: the one it names, where that closed only later.

        What a school did before it became another stays under its name, as it does where it closes in the portal.
        """
        return school if year >= self.year else self._schools.then(row.number, school, year)

    def seen_school(self, row: Row) -> Known:
        """The school of a line, where it is the hub's, or ever was.

        :raises Misread: where it is another hub's.
        :raises Undecided: where it may be one of several.
        """
        found = self.school(row)
        if not found.is_own and not self.is_national:
            raise Misread(NOT_OURS.format(found.name))
        return found

    def own_school(self, row: Row) -> Known:
        """The school of a line, where the hub may write about its people: one that is the hub's today.

        :raises Misread: where it is another hub's.
        :raises Undecided: where it may be one of several.
        """
        found = self.school(row)
        if not self.has_people_of(found):
            raise Misread(NOT_OURS.format(found.name))
        return found

    def has_people_of(self, school: Known) -> bool:
        """Whether the people of a school are the hub's to bring."""
        return self.is_national or school.pk in self.owned.today

    def check_had(self, school: Known, year: int) -> None:
        """A school's part in a year: the hub's where it has the school, ran something for it, or had it then.

        :raises Misread: where it is another hub's.
        """
        line = {school.pk, self.register.standing(school.pk)}
        if not (self.is_national or any(self.owned.had(pk, year) for pk in line)):
            raise Misread(NOT_OURS.format(school.name))

    # Years

    def check_year(self, year: int) -> None:
        """A year of which there can be records.

        :raises Misread: for one that is yet to come.
        """
        if year > self.year + 1:
            raise Misread(f"The school year {year_label(year)} is still to come.")


def in_parts(values: Iterable[T]) -> Iterable[list[T]]:
    """Many values, as many at a time as any database takes."""
    listed = list(values)
    return (listed[at : at + MOST_PER_QUERY] for at in range(0, len(listed), MOST_PER_QUERY))
