"""What the workbooks to fill in say of what may stand in a column."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from hubportal.dashboards.adapters.hand_out import NOTES, template_of
from hubportal.dashboards.rules.kinds import KINDS

ONCE = "You are asked once about any other word."


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("attendance", "Mark", f"One of: Present; Apologies; Absent. {ONCE}"),
        (
            "past",
            "Outcome",
            (
                "One of: Completed; Taking part now; Accepted, not started; Withdrawn; Paused. "
                f"{ONCE} Empty: completed where the year is over, taking part where it is not."
            ),
        ),
        (
            "people",
            "Role",
            (
                "One of: Headteacher; Maths lead; School office; Teacher; Mastery Specialist; Mastery Readiness Lead. "
                f"{ONCE}"
            ),
        ),
        ("past", "Programme", "As you call it: you say once what each of your words means."),
    ],
)
def test_template_says_what_there_is_to_choose_from(kind: str, label: str, words: str) -> None:
    rows = load_workbook(BytesIO(template_of(KINDS[kind])))[NOTES].iter_rows(values_only=True)

    assert {row[0]: row[2] for row in rows}[label] == words
