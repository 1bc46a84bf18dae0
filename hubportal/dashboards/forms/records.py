"""Forms of bringing records: the file, what its columns are, what its words and schools mean."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import Truncator

from hubportal.core.file_fields import SheetField
from hubportal.core.forms import OneLine, PortalForm
from hubportal.core.models import Upload
from hubportal.core.sheets.lines import column_name, day_first
from hubportal.dashboards.rules import contents, headings, yearly
from hubportal.dashboards.rules.choices import (
    AT_TWO,
    INITIALS,
    NAMESAKE,
    OVER_RATE,
    PROGRAMME,
    SAME_ADDRESS,
    SAME_PAYMENT,
    choices_of,
)
from hubportal.dashboards.rules.kinds import KINDS, Field
from hubportal.dashboards.rules.reading import folded
from schools.forms.typed import one_school
from schools.models import Hub, School
from schools.rules import year_label

LEAVE, LATER, NONE = "leave", "", "none"
LONGEST = 300  # as much of a word is shown
OTHER = "Another school: its URN, or its name and town"
NOT_FOUND = "Look for it: its URN, or its name and town"
QUESTIONS = {
    AT_TWO: "Which school is right? {}",
    NAMESAKE: "One person, or two? {}",
    SAME_ADDRESS: "One person, or two? {}",
    INITIALS: "One person, or two? {}",
    OVER_RATE: "Is this payment right? {}",
    SAME_PAYMENT: "One payment, or two? {}",
}
LEAVING = {
    AT_TWO: "At neither: leave them out",
    NAMESAKE: "One person: leave the line out",
    SAME_ADDRESS: "One person: the one whom the portal has",
    INITIALS: "One person: the one whom the portal has",
    OVER_RATE: "It is a slip: leave the payment out",
    SAME_PAYMENT: "One payment: leave this line out",
}
# Whom or what each such question is about: of one, of many.
ASKED_OF = {
    AT_TWO: "teacher at two schools of one group,teachers at two schools of one group",
    NAMESAKE: "new leader who has the name of another,new leaders who have the name of another",
    SAME_ADDRESS: "new person who has the address of another,new people who have the address of another",
    INITIALS: "new person who may be known by initials or in full,new people who may be known by initials or in full",
    OVER_RATE: "payment of more than the programme pays,payments of more than the programme pays",
    SAME_PAYMENT: "payment that may be there already,payments that may be there already",
}
# How the note of a field begins that says what holds where nothing is said.
EMPTY = "Empty: "
NO_TIME = (
    "No column says when the meetings start: where a date has no time with it, 1.30pm to 4pm is assumed, and reminders "
    "say so. If most are at another time, say it for all lines below."
)
NO_SCHOOL = "No school fits “{typed}”. Type its URN, or its name and town."


class FileForm(PortalForm):
    """A spreadsheet, what is in it, and whose records they are."""

    hub = forms.ModelChoiceField(Hub.objects.none(), label="Hub", empty_label=None)
    kind = forms.ChoiceField(
        label="What is in the file?",
        choices=[(key, one.label) for key, one in KINDS.items()],
        widget=forms.RadioSelect,
    )
    file = SheetField(label="The file")

    def __init__(self, *args: Any, hubs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hub"].queryset = hubs  # type: ignore[attr-defined]
        if len(hubs) == 1:
            self.fields["hub"].widget = forms.HiddenInput()
            self.fields["hub"].initial = hubs[0].pk


class ColumnsForm(PortalForm):
    """What each column is, and what holds for all lines."""

    def __init__(self, *args: Any, upload: Upload, programmes: Mapping[str, str], **kwargs: Any) -> None:
        self.upload, self.kind = upload, KINDS[upload.kind]
        super().__init__(*args, **kwargs)
        choices = [("", "Leave it out"), *((one.key, one.label) for one in self.kind.fields)]
        for at, text in enumerate(upload.headings["texts"]):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=f"Column {column_name(at)} {day_first(text)}".strip(),
                choices=choices,
                required=False,
                initial=upload.columns.get(str(at), ""),
            )
        for one in self.kind.fields:
            if one.constant:
                self.fields[f"all_{one.key}"] = _constant(one, programmes, upload.constants.get(one.key, ""))

    @property
    def columns(self) -> dict[int, str]:
        """What was chosen of each column."""
        count = len(self.upload.headings["texts"])
        return {at: key for at in range(count) if (key := self.cleaned_data.get(f"column_{at}", ""))}

    @property
    def constants(self) -> dict[str, str]:
        """What holds for all lines."""
        given = {one.key: self.cleaned_data.get(f"all_{one.key}", "") for one in self.kind.fields if one.constant}
        return {key: text for key, text in given.items() if text}

    def lines(self) -> Iterator[tuple[str, str, list[str], Any]]:
        """Each column with its name, heading, some of its cells and its field, as the page shows them."""
        for at, text in enumerate(self.upload.headings["texts"]):
            cells = [row[at] for row in self.upload.rows_below if at < len(row) and row[at]]
            shown = [day_first(cell) for cell in list(dict.fromkeys(cells))[:3]]
            yield column_name(at), day_first(text), shown, self[f"column_{at}"]

    def notes(self) -> list[str]:
        """What is to be known of the columns as they are chosen, before any line is read."""
        upload, texts = self.upload, self.upload.headings["texts"]
        columns = self.columns if self.is_bound else {int(at): key for at, key in upload.columns.items()}
        constants, below = self.constants if self.is_bound else upload.constants, upload.rows_below
        found = []
        if day := contents.without_year(columns, constants, texts, below, self.kind):
            found.append(f"The dates do not say which year, as “{day}”: say the school year for all lines below.")
        if left := [column_name(at) for at in contents.left_out_days(columns, texts, below)]:
            called = "Columns" if len(left) > 1 else "Column"
            found.append(f"{called} {', '.join(left)}: full of dates, and left out. If needed, choose what they are.")
        year = headings.sheet_year(upload.sheet)
        if year is not None and constants.get("year") == year_label(year):
            found.append(f"The school year of all lines, {year_label(year)}, is that in the name of the sheet.")
        group = constants.get("group", "")
        if group and any(folded(group) in folded(title) for title in (upload.sheet, *upload.titles)):
            found.append(f"The group of all lines, {group}, is that in the name of the sheet, or above the headings.")
        given = {*columns.values(), *constants}
        if "meeting" in given and "starts" not in given:
            found.append(NO_TIME)
        unsaid = [one for one in self.kind.fields if one.note.startswith(EMPTY) and one.key not in given]
        found += [f"No column is “{one.label}”: {one.note.removeprefix(EMPTY)}" for one in unsaid]
        missed = {one.label: yearly.unsaid(columns, texts, one, self.kind) for one in self.kind.fields}
        return [*found, *(f"No column is “{label}” of {', '.join(of)}." for label, of in missed.items() if of)]

    def constant_fields(self) -> list[Any]:
        """The fields of what holds for all lines."""
        return [self[name] for name in self.fields if name.startswith("all_")]


def _constant(one: Field, programmes: Mapping[str, str], held: str) -> forms.Field:
    label = f"{one.label}, the same for all lines"
    if not one.choice:
        return OneLine(label=label, required=False, max_length=150, initial=held)
    if one.choice == PROGRAMME:
        choices = list(programmes.items())
    else:
        choices = [(text, text) for value, text in choices_of(one.choice, {}).items() if value]
    return forms.ChoiceField(label=label, choices=[("", "Not said"), *choices], required=False, initial=held)


def box_of(*parts: str) -> str:
    """What a box is called after, whatever place it has: a page opened before others answered says the same of it."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class WordsForm(PortalForm):
    """What words of the file mean."""

    MOST = 100

    def __init__(self, *args: Any, upload: Upload, programmes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked, answers = upload.unknown.get("words", {}), upload.unknown.get("answers", {})
        self.asked = [(topic, word, many) for topic in sorted(asked) for word, many in sorted(asked[topic].items())]
        # What was answered stands below what is asked, to be changed.
        said = {
            (topic, word): meant or LEAVE for topic, found in answers.items() for word, (meant, _many) in found.items()
        }
        self.asked += [(topic, word, answers[topic][word][1]) for topic, word in sorted(said)]
        shown = set(cast(QueryDict, self.data).getlist("shown")) if self.is_bound else set()
        if shown:  # what the page had, whatever comes first by now
            self.asked = [one for one in self.asked if box_of(*one[:2]) in shown]
        self.has_more = len(self.asked) > self.MOST
        self.asked = self.asked[: self.MOST]
        for topic, word, _many in self.asked:
            choices = [(value, label) for value, label in choices_of(topic, programmes).items() if value]
            later = [] if (topic, word) in said else [(LATER, "Decide later")]
            self.fields[f"word_{box_of(topic, word)}"] = forms.ChoiceField(
                label=QUESTIONS.get(topic, "What does “{}” mean?").format(Truncator(day_first(word)).chars(LONGEST)),
                choices=[
                    *later,
                    *choices,
                    (LEAVE, LEAVING.get(topic, "Nothing: leave such cells out")),
                ],
                required=False,
                initial=said.get((topic, word), LATER),
            )

    @property
    def are_words(self) -> bool:
        """Whether any of it is a word that is not known, rather than another question."""
        return not self.asked or any(topic not in QUESTIONS for topic, _word, _many in self.asked)

    def words(self) -> dict[str, dict[str, str]]:
        """What was said, by what it is about."""
        found: dict[str, dict[str, str]] = {}
        for topic, word, _many in self.asked:
            said = self.cleaned_data.get(f"word_{box_of(topic, word)}", LATER)
            if said not in (LATER, self.fields[f"word_{box_of(topic, word)}"].initial):
                found.setdefault(topic, {})[word] = "" if said == LEAVE else said
        return found

    def lines(self) -> Iterator[tuple[str, int, Any, str]]:
        """Each word with how many lines have it, its field, and what that is called after."""
        for topic, word, many in self.asked:
            at = box_of(topic, word)
            yield word, many, self[f"word_{at}"], at


class SchoolsForm(PortalForm):
    """Which schools are meant, side by side with those that may be."""

    def __init__(
        self, *args: Any, asked: Sequence[tuple[str, Any]], schools: Mapping[int, School], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.schools = asked, schools
        for key, one in asked:
            at = box_of(key)
            known = [(str(pk), schools[pk].name) for pk in one["candidates"] if pk in schools]
            name = one["asked"][0]
            self.fields[f"school_{at}"] = forms.ChoiceField(
                label=f"Which school is “{name}”?" if known else f"“{name}” was not found",
                choices=[*known, (NONE, "None"), (LATER, "Decide later")],
                required=False,
            )
            self.fields[f"urn_{at}"] = OneLine(label=OTHER if known else NOT_FOUND, required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        """A URN goes before what was chosen.

        :raises ValidationError: never; what is no school's is an error of its box.
        """
        self.answers: dict[str, int] = {}
        for key, _one in self.asked:
            at = box_of(key)
            said, urn = self.cleaned_data.get(f"school_{at}", LATER), self.cleaned_data.get(f"urn_{at}", "")
            if urn:
                try:
                    found = one_school(urn, School.objects.public(), NO_SCHOOL.format(typed=urn))
                except ValidationError as problem:
                    self.add_error(f"urn_{at}", problem)
                else:
                    self.answers[key] = found.pk if found else 0
            elif said:
                self.answers[key] = 0 if said == NONE else int(said)
        return self.cleaned_data

    def lines(self) -> Iterator[tuple[list[str], int, Any, Any, list[School], str, str]]:
        """Each school as the file has it, its lines, its fields, those it may be, what is chosen, its box's name."""
        for key, one in self.asked:
            at = box_of(key)
            found = [self.schools[pk] for pk in one["candidates"] if pk in self.schools]
            bound = self[f"school_{at}"]
            yield one["asked"], one["lines"], bound, self[f"urn_{at}"], found, str(bound.value() or ""), at


class HeadingsForm(PortalForm):
    """Which sheet, and in which of its rows the headings stand."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    first = forms.TypedChoiceField(label="The headings begin in row", coerce=int)
    many = forms.TypedChoiceField(label="and are", coerce=int, choices=[(1, "one row"), (2, "two rows")])

    def __init__(self, *args: Any, upload: Upload, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(one, one) for one in upload.sheets]  # type: ignore[attr-defined]
        self.fields["sheet"].initial = upload.sheet
        if not upload.sheet_named:
            self.fields["sheet"].widget = forms.HiddenInput()
        rows = [(at, f"{number}: {_brief(row)}") for at, (number, row) in enumerate(upload.first_lines)]
        self.fields["first"].choices = rows  # type: ignore[attr-defined]
        self.fields["first"].initial = upload.headings.get("first", 0)
        self.fields["many"].initial = upload.headings.get("rows", 1)


def _brief(row: Sequence[str]) -> str:
    text = day_first(" | ".join(cell for cell in row if cell))
    return f"{text[:60]}…" if len(text) > 60 else text
