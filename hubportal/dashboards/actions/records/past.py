"""Past engagement: a school's years in programmes, and how they ended."""

from collections.abc import Sequence

from hubportal.dashboards.actions.records.enrolled import Enrolments, Said, ended_words
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import NOTHING
from hubportal.dashboards.rules.reading import Misread, folded, in_full, shortened
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Enrolment, Phase
from schools.rules import academic_year, year_label

Status = Enrolment.Status
# Signing up is not completing: whoever brings a list of those who signed up is to see what is made of it.
UNSAID = (
    "How it ended is not said, and is taken as completed. Another outcome can be chosen for all lines, by the columns."
)


class Past:
    """Plans lines of past engagement."""

    def __init__(self, world: World, ledger: Ledger, *, locks: bool = False) -> None:
        self.world, self.ledger = world, ledger
        self.enrolments = Enrolments(world, ledger, locks=locks)

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read what their schools took part in."""
        self.enrolments.load(rows)

    def read(self, row: Row) -> None:
        """One line: one or several years of a school.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        school = self.world.seen_school(row)
        said = self._said(row)
        parts = [(phase, year, self._checked(said, year)) for phase, year in self._parts(row, school)]
        standing = [self.enrolments.check(school, phase, year) for phase, year, _said in parts]
        for old, (_phase, _year, new) in zip(standing, parts, strict=True):
            _check_move(old, new)
        for old, (phase, year, new) in zip(standing, parts, strict=True):
            self._keep(row.number, school, (phase, year), new, old)
        if not said.status and any(year < self.world.year for _phase, year, _new in parts):
            self.ledger.say(row.number, UNSAID)

    def finish(self) -> None:
        """Nothing to be done at the end."""

    def _parts(self, row: Row, school: Known) -> list[tuple[Phase, int]]:
        wide = row.pairs("by_year")
        cells = [(int(year), text) for year, text in wide if folded(text) not in NOTHING]
        found = [(self.world.programme(row, text, school), year) for year, text in cells]
        if not row.mapping.columns.get("by_year"):
            found = [(self.world.programme(row, row.needed("programme"), school), row.year("year"))]
        for _phase, year in found:
            self.world.check_year(year)
        return list(dict.fromkeys((phase, year) for phase, year in found if phase is not None))

    def _said(self, row: Row) -> Said:
        text = row.text("outcome")
        status = self.world.meant(row, "outcome", text) if text else ""
        return Said(status, row.day("ended"), shortened(row.text("reason"), 1_000))

    def _checked(self, said: Said, year: int) -> Said:
        """What is said of a year, or what goes without saying.

        :raises Misread: where a year that is over would still go on.
        """
        is_over = year < self.world.year
        usual = Status.COMPLETED if is_over else Status.ACTIVE if year == self.world.year else Status.ACCEPTED
        status = said.status or usual
        if is_over and status in (Status.ACTIVE, Status.ACCEPTED):
            raise Misread(f"{year_label(year)} is over: say whether the school completed it, paused or withdrew.")
        if year > self.world.year and status != Status.ACCEPTED:
            raise Misread(f"{year_label(year)} has not begun: a school can only be accepted for it.")
        if said.ended_on and said.ended_on > self.world.today:
            raise Misread(f"The day on which it ended, {in_full(said.ended_on)}, is still to come.")
        return Said(status, said.ended_on, said.reason)

    def _keep(self, number: int, school: Known, part: tuple[Phase, int], said: Said, old: Enrolment | None) -> None:
        phase, year = part
        if said.ended_on and academic_year(said.ended_on) != year:
            self.ledger.say(number, f"{in_full(said.ended_on)} is not in {year_label(year)}: is that right?")
        # A line before may have said the same, or more.
        old = old or self.enrolments.standing(school, phase, year)
        if old is None:
            self.enrolments.make(number, school, self.enrolments.offer(number, phase, year), said)
            return
        self._compare(number, old, said)
        if self.ledger.standing(old) == old.status != said.status and not self.ledger.is_new(old):
            ended = {"ended_on": said.ended_on or self.world.today, "end_reason": said.reason}
            values = ended if said.status in (Status.COMPLETED, Status.WITHDRAWN) else {}
            becomes = ended_words(said.status, values)
            words = f"{school.name}: {old.offer}, {old.get_status_display().lower()} becomes {becomes}."
            self.ledger.change(number, old, words, move=said.status, **values)

    def _compare(self, number: int, old: Enrolment, said: Said) -> None:
        """A line before it may have said the same of this year, or something else."""
        line, stands = self.ledger.line_of(old), self.ledger.standing(old)
        if line and stands != said.status:
            self.ledger.say(number, f"Line {line} says {Status(stands).label.lower()}, and that is kept.")
        else:
            self.ledger.meet(number, old)


def _check_move(old: Enrolment | None, new: Said) -> None:
    if old is not None and old.pk and old.status != new.status and not old.may_move_to(new.status):
        stands, says = old.get_status_display().lower(), Status(new.status).label.lower()
        raise Misread(f"This is {stands} in the portal, and {says} in the file. Change one of them by hand.")
