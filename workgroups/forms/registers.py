"""The register as a form: for each person four choices and the name of a substitute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from hubportal.core.forms import OneLine, PortalForm
from workgroups.actions.registers import NEEDS_NAME, Line
from workgroups.models import Answer, Attendance

Mark = Attendance.Mark


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page should become for one person."""

    line: Line
    mark: str
    substitute_name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the page draws them."""

    line: Line
    mark: str
    substitute_name: str
    error: str
    was: str
    is_saved: bool
    marks: Sequence[tuple[str, str]] = tuple(Mark.choices)


class RegisterForm(PortalForm):
    """A register; ``was`` holds what the page showed, so that an old page does not undo another's marks."""

    def __init__(self, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lines = lines
        for line in lines:
            key = line.person.pk
            self.fields[f"mark_{key}"] = forms.ChoiceField(choices=Mark, required=False)
            self.fields[f"name_{key}"] = OneLine(max_length=150, required=False)
            self.fields[f"was_{key}"] = forms.CharField(max_length=200, required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """A substitute has a name."""
        data = super().clean() or {}
        for line in self.lines:
            if data.get(f"mark_{line.person.pk}") == Mark.SUBSTITUTE and not data.get(f"name_{line.person.pk}"):
                self.add_error(f"name_{line.person.pk}", f"{line.person.name}: {_lower_first(NEEDS_NAME)}")
        return data

    def changes(self, only: int | None = None) -> Iterator[Choice]:
        """What was chosen otherwise than the page showed it, for all people or one."""
        for line in self.lines:
            key = line.person.pk
            mark, name = self.cleaned_data.get(f"mark_{key}", ""), self.cleaned_data.get(f"name_{key}", "")
            name = name if mark == Mark.SUBSTITUTE else ""
            if mark and only in (None, key) and state_of(mark, name) != self.cleaned_data.get(f"was_{key}", ""):
                yield Choice(line, mark, name)

    def the_rest(self, chosen: Sequence[Choice]) -> list[Choice]:
        """Whoever is neither kept nor chosen on the page, as present."""
        done = {choice.line.person.pk for choice in chosen}
        left = (line for line in self.lines if not line.mark and line.person.pk not in done)
        return [Choice(line, Mark.PRESENT, "") for line in left]

    def rows(self) -> list[Row]:
        """The people as the page draws them: what was typed, else what is kept, else what they said before."""
        return [self._row(line) for line in self.lines]

    def _row(self, line: Line) -> Row:
        key, was = line.person.pk, saved_state(line)
        mark, name = proposed(line)
        if self.is_bound:
            mark = self.data.get(f"mark_{key}", mark)
            name = self.data.get(f"name_{key}", name)
        errors = self.errors.get(f"name_{key}") if self.is_bound else None
        return Row(
            line=line,
            mark=mark,
            substitute_name=name,
            error=str(errors[0]) if errors else "",
            was=was,
            is_saved=bool(was) and state_of(mark, name) == was,
        )


def proposed(line: Line) -> tuple[str, str]:
    """The mark and name to begin with: as kept, else as the person answered before the meeting."""
    if line.attendance:
        return line.attendance.mark, line.attendance.substitute_name
    if line.answer and line.answer.kind == Answer.Kind.CANNOT:
        return Mark.APOLOGIES, ""
    if line.answer and line.answer.kind == Answer.Kind.SUBSTITUTE:
        return Mark.SUBSTITUTE, line.answer.substitute_name
    return "", ""


def state_of(mark: str, substitute_name: str) -> str:
    """A mark with its name in one word, to compare pages with."""
    return f"{mark}:{substitute_name}" if mark == Mark.SUBSTITUTE else mark


def saved_state(line: Line) -> str:
    """What is kept for a person, empty where nothing is."""
    return state_of(line.mark, line.attendance.substitute_name) if line.attendance else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
