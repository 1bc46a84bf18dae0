"""What somebody must be asked about before lines can be read: words by topic, schools by how the file has them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hubportal.dashboards.actions.records.lines import Undecided
from hubportal.dashboards.rules.school_match import Asked


class SchoolAsked(Undecided):
    """Which school is meant must be said; ``asked`` is how the line has it, ``candidates`` what it may be."""

    def __init__(self, words: str, asked: Asked, candidates: Sequence[int]) -> None:
        super().__init__(words)
        self.asked, self.candidates = asked, candidates


@dataclass
class _School:
    """A school that may be one of several, or none that is known."""

    asked: Asked
    candidates: list[int]
    lines: set[int] = field(default_factory=set)


@dataclass
class _Answer:
    """What somebody has answered before."""

    meant: str
    lines: set[int] = field(default_factory=set)


@dataclass
class Asking:
    """All questions, each with the lines that wait for it: whoever answers them is asked at once, not in rounds."""

    words: dict[str, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    schools: dict[str, _School] = field(default_factory=dict)
    # What was answered and decides about lines of this very file: it can be changed.
    answers: dict[str, dict[str, _Answer]] = field(default_factory=lambda: defaultdict(dict))
    # Whether some question can be asked only once another is answered.
    has_more: bool = False

    def word(self, number: int, topic: str, text: str) -> None:
        """A word that nobody has explained yet."""
        self.words[topic][text].add(number)

    def answered(self, number: int, topic: str, text: str, meant: str) -> None:
        """What was answered to a question that a line asks."""
        self.answers[topic].setdefault(text, _Answer(meant)).lines.add(number)

    def school(self, number: int, asked: Asked, candidates: Iterable[int]) -> None:
        """A school that nobody has named yet."""
        self.schools.setdefault(asked.key, _School(asked, list(candidates))).lines.add(number)

    def as_kept(self) -> dict[str, object]:
        """The questions as they are kept with the upload."""
        schools = {
            key: {
                "asked": [one.asked.name, one.asked.town, one.asked.postcode, one.asked.la],
                "candidates": one.candidates,
                "lines": len(one.lines),
            }
            for key, one in self.schools.items()
        }
        words = {topic: {text: len(lines) for text, lines in found.items()} for topic, found in self.words.items()}
        answers = {
            topic: {text: [one.meant, len(one.lines)] for text, one in found.items()}
            for topic, found in self.answers.items()
        }
        return {"words": words, "schools": schools, "answers": answers, "more": self.has_more}
