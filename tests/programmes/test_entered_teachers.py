"""The teachers of what came by phone: one a line, as they are typed."""

import pytest

from programmes.forms.receipts import EnterForm
from programmes.rules import Named

ADDRESS = "Enter an e-mail address like name@school.sch.uk."
NAME = "Enter the name first, then the e-mail address."


def _typed(text: str) -> EnterForm:
    return EnterForm({"teachers": text}, programmes={}, options=[])


@pytest.mark.parametrize(
    "line", ["Sam Teacher, sam@x.example", "Sam  Teacher\tsam@x.example", "Sam Teacher; sam@x.example"]
)
def test_teacher_is_read_where_the_comma_was_forgotten(line: str) -> None:
    form = _typed(f"{line}\nTim Tiny")

    assert "teachers" not in form.errors
    assert form.cleaned_data["teachers"] == [Named("Sam Teacher", "sam@x.example", ""), Named("Tim Tiny", "", "")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Bad Line bad@@x", ADDRESS),
        ("sam@x.example Sam Last", ADDRESS),
        ("sam@x.example", NAME),
        ("sam@x.example,,Lead", NAME),
        (", sam@x.example", NAME),
    ],
)
def test_line_with_a_mistyped_teacher_is_refused_and_stays(line: str, why: str) -> None:
    form = _typed(f"Tim Tiny\n{line}")

    assert form.errors["teachers"] == [f"“{line}”: {why}"]
    assert form["teachers"].value() == f"Tim Tiny\n{line}"
