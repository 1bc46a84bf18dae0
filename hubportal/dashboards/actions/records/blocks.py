"""Lines whose school is one cell merged over them: what the first of them says, the others do not say again."""

from collections.abc import Mapping

from hubportal.core.sheets.lines import Line

SCHOOL = ("school", "urn")
SAID_ONCE = ("group", "programme", "year", "leader")


class Blocks:
    """Fills in what the lines of a school leave out because the first of them says it."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._school = [int(at) for at, key in columns.items() if key in SCHOOL]
        self._said_once = [int(at) for at, key in columns.items() if key in SAID_ONCE]
        self._first = 0
        self._cells: tuple[str, ...] = ()

    def cells_of(self, line: Line) -> list[str]:
        """The cells of a line; one that says anything of its own about the programme is left as it is."""
        cells, first = list(line.cells), next((line.above[at] for at in self._school if at in line.above), 0)
        if not first:
            self._first, self._cells = line.number, line.cells
        elif first == self._first and not self._says_it(line):
            cells += [""] * (len(self._cells) - len(cells))
            for at in self._said_once:
                if at < len(self._cells):
                    cells[at] = cells[at] or self._cells[at]
        return cells

    def _says_it(self, line: Line) -> bool:
        return any(
            at in line.troubles or (at < len(line.cells) and line.cells[at] and at not in line.above)
            for at in self._said_once
        )
