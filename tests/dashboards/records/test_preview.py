"""The preview: how each line was read, which line is said twice, and all that must be asked, at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hubportal.core.models import Remembered, Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.actions.records.lines import Reading, Row, Undecided
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.adapters.hand_out import template_of
from hubportal.dashboards.rules.kinds import KINDS
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.dashboards.records.bringing import Table, as_workbook, bring_in, counts, done, look_at, outcomes
from tests.world import NOW, Side
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGES = ("record-detail", "record-schools", "record-words")


def _look(side: Side, kind: str, table: Table | SimpleUploadedFile) -> Upload:
    return look_at(kind, table, hub=side.hub, by=side.users["hub_lead"])


def _words(side: Side, kind: str, table: Table) -> list[str]:
    """What is said of each line, but of its school."""
    said = outcomes(_look(side, kind, table))
    return ["\n".join(one for one in words.splitlines() if "The school: " not in one) for _outcome, words in said]


def test_past_shows_how_days_and_outcomes_were_read_and_which_line_is_said_twice(side: Side) -> None:
    school, phase = side.school.name, side.offer.phase
    table = [
        ["School", "Programme", "Academic Year", "Status", "Date completed", "Reason"],
        [school, phase.name, "1/9/25", "dropped out", "3/4/26", "New head"],
        [school, phase.name, "1/9/25", "Dropped out", "3/4/26", "New head"],
        [school, phase.name.upper(), "2025/26", "left", "", ""],
        [school, phase.name, "2025/26", "Yes", "", ""],
        [school, phase.name, "2026/27", "left", "4/1/27", ""],
        [school, phase.name, "2024/25", "left", "3/4/27", ""],
        [school, phase.name, "2023/24", "left", "3/4/23", ""],
    ]

    made, twice, again, otherwise, moves, wrong, early = _words(side, "past", table)

    assert made.splitlines() == [
        f"{phase} is entered as a programme of 2025/26.",
        f"{school}: {phase} programme 2025/26, withdrawn on 3 April 2026 (“New head”).",
    ]
    assert twice == (
        "Same as line 2.\nAs it was read: “1/9/25” is 2025/26; “Dropped out” is Withdrawn; “3/4/26” is 3 April 2026."
    )
    assert again == "Line 2 says it already.\nAs it was read: “left” is Withdrawn."
    assert otherwise == "Line 2 says withdrawn, and that is kept.\nAs it was read: “Yes” is Completed."
    assert moves.startswith(f"{school}: {side.offer}, taking part now becomes withdrawn on 4 January 2027.")
    assert wrong == "The day on which it ended, 3 April 2027, is still to come."
    assert "3 April 2023 is not in 2023/24: is that right?" in early.splitlines()


@pytest.mark.parametrize(
    ("kind", "headings", "line", "said"),
    [
        ("people", "Name,Role,Job title,TRN", "Ann Able,TA,Assistant,123456", "job title Assistant, TRN 0123456."),
        ("visits", "Date,Days", "8/1/27,1", "visit of 8 January 2027, a full day, by {leader}."),
        (
            "payments",
            "Programme,Year,Amount,Paid on,What for",
            "{phase},2025/26,£900,3/4/26,Release",
            "{phase} programme 2025/26, Release: £900.00 paid on 3 April 2026.",
        ),
        ("attendance", "Name,Group,8/1/27", "{teacher},{group},x", "{teacher}, 8 January 2027: present."),
        (
            "groups",
            "Group,Programme,Year,Leader,Meeting 1,From",
            "New,{phase},2025/26,Lee Leader,6/10/25; 7/11/25,1.30pm",
            "New: meeting of 7 November 2025.",
        ),
    ],
)
def test_each_kind_shows_what_will_be_written_and_which_line_says_it(
    side: Side, kind: str, headings: str, line: str, said: str
) -> None:
    facts = {
        "leader": side.leader.person.name,
        "teacher": side.users["teacher"].person.name,
        "phase": side.offer.phase.name,
        "group": side.group.name,
    }
    cells = [part.format(**facts) for part in line.split(",")]
    table = [
        ["School", *headings.split(",")],
        *([name, *cells] for name in (side.school.name, side.school.name.upper())),
    ]

    made, again = _words(side, kind, [*table, table[1]])[:2]

    assert said.format(**facts) in made
    assert "Same as line 2." in again or "Line 2 says it already." in again


def test_line_that_adds_to_what_another_line_makes_is_not_said_to_be_there(side: Side) -> None:
    lines = [["Ann Able", side.school.name, phone] for phone in ("", "01632 960001", "01632 960001")]

    found = outcomes(_look(side, "people", [["Name", "School", "Telephone"], *lines]))

    assert [outcome for outcome, _words in found] == ["create", "change", "same"]
    assert found[1][1].splitlines()[0] == "Ann Able: telephone 01632 960001."
    assert found[2][1].splitlines()[0] == "Same as line 3."


def test_what_a_school_brings_to_a_group_is_counted_with_its_line(side: Side) -> None:
    """Neither the group's places nor visits and roles of the new school change what the line above it says."""
    hill = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    what = (side.group.name, side.offer.phase.name, "2026/27", str(side.group.leader))
    Group.objects.filter(pk=side.group.pk).update(places_taken=1, places_max=None)
    table = [["Group", "Programme", "Year", "Leader", "School"], *([*what, one.name] for one in (side.school, hill))]

    upload = _look(side, "groups", table)
    looked_at = [outcome for outcome, _words in outcomes(upload)]
    bring_in(upload)

    assert (looked_at, counts(upload)) == (["same", "create"], {"same": 1, "create": 1})
    first, second = upload.lines.order_by("number")
    assert (first.made, first.changed) == ([], [])
    kinds = {key.partition(":")[0] for key, _digest in second.made}
    assert {"workgroups.place", "workgroups.visit", "schools.role"} <= kinds
    assert second.changed[0]["values"] == {"places_taken": [1, 2]}


def test_all_questions_of_a_line_are_asked_at_once_and_what_comes_later_is_said_before(side: Side) -> None:
    """A word that means a step of either ladder can be asked about only once the school is known."""
    for ladder in ("Primary", "Secondary"):
        make.PhaseFactory(pathway=make.PathwayFactory(name=ladder), short_name="Development")
    table = [
        ["School", "Programme", "Year", "Status"],
        ["Nowhere", "Mystery", "2024/25", "vanished"],
        ["Nowhere", "Mystery", "2024/25", "vanished"],
        ["Nowhere", side.offer.phase.name, "2024/25", "Yes"],
    ]

    first = _look(side, "past", table)
    second = _look(side, "past", [table[0], ["Nowhere", "Development", "2024/25", "Yes"]])
    known = _look(side, "past", [table[0], [side.school.name, "Development", "2024/25", "vanished"]])
    people = _look(side, "people", [["School", "Name", "Role"], ["Nowhere", "Ann Able", "HT / wizard; witch"]])
    years = _look(side, "past", [["School", "2023/24", "2024/25"], ["Nowhere", "no", "Mystery"]])

    assert first.unknown["words"] == {"programme": {"mystery": 2}, "outcome": {"vanished": 2}}
    assert [one["lines"] for one in first.unknown["schools"].values()] == [3]
    assert outcomes(first)[0] == (
        "ask",
        "“Nowhere” is no school that is known. Say which it is.\nSay what “Mystery” means.\nSay what “vanished” means.",
    )
    assert [one.unknown["more"] for one in (first, second, known)] == [False, True, False]
    assert known.unknown["words"] == {"programme": {"development": 1}, "outcome": {"vanished": 1}}
    pages = [side.browser("hub_lead").get(reverse(f"dashboards:{name}", args=[second.pk])).text for name in PAGES]
    assert ["More may be asked when these are answered" in page for page in pages] == [True, True, True]
    assert people.unknown["words"] == {"role": {"wizard": 1, "witch": 1}}
    assert years.unknown["words"] == {"programme": {"mystery": 1}}


def test_schools_that_were_not_found_are_counted_and_asked_about_apart(side: Side) -> None:
    for town in ("Hinckley", "Barwell"):
        make.SchoolFactory(name="St Mary's Primary School", town=town, authority=side.school.authority)
    lines = [[name, side.offer.phase.name, "2024/25"] for name in ("St Mary's", "Nowhere", "Neverland")]
    upload = _look(side, "past", [["School", "Programme", "Year"], *lines])
    browser, schools = side.browser("hub_lead"), reverse("dashboards:record-schools", args=[upload.pk])

    page = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text
    several, mark, none = browser.get(schools).text.partition('id="not-found"')

    assert f'href="{schools}">1 school that may be one of several</a>' in page
    assert f'href="{schools}#not-found">2 schools that were not found</a>' in page
    assert "Nothing can be brought in before something of the above is decided." in page
    assert (mark, none.count(mark)) == ('id="not-found"', 0)
    assert [several.count(words) for words in ("None of these", "was not found", "Barwell")] == [1, 0, 1]
    assert [none.count(words) for words in ("None of these", "was not found", "Look for it: its URN")] == [0, 2, 2]


def test_lines_of_a_school_that_is_merged_over_them_say_its_programme_once(side: Side) -> None:
    """A second teacher stands in a line of their own, under the cell of the school; the next school says its own."""
    hill, vale = (
        make.SchoolFactory(name=f"{name} Primary School", authority=side.school.authority)
        for name in ("Hill Top", "Vale")
    )
    phase = side.offer.phase.name
    table = [
        ["School", "Group", "Programme", "Year", "Leader", "Teacher"],
        [hill.name, "North", phase, "2024/25", "Lee Leader", "Ann Able"],
        [None, None, None, None, None, "Ben Bold"],
        [None, None, None, "2023/24", None, "Cat Clay"],
        [vale.name, None, None, None, None, "Dan Dean"],
    ]

    upload = look_at("groups", as_workbook(table, "A2:A4", "B2:B4"), hub=side.hub, by=side.users["hub_lead"])

    assert [(outcome, words.split("\n")[0]) for outcome, words in outcomes(upload)][1:] == [
        ("create", f"Ben Bold is new at {hill.name}."),
        ("error", "Programme is empty."),
        ("error", "Programme is empty."),
    ]


def test_rows_that_sum_up_and_cells_that_are_not_needed_are_left_out(side: Side) -> None:
    table = [
        ["School", "Date", "Notes", "Town"],
        [side.school.name, "11/12/2026", "=A2", ""],
        [side.school.name, "=A2", "", ""],
        *([word, "2", "", ""] for word in ("Total", "Sub-totals:", "Sum 12")),
        ["Total", "11/12/2026", "", "Hinckley"],
    ]

    upload = look_at("visits", as_workbook(table), hub=side.hub, by=side.users["hub_lead"])

    found = outcomes(upload)
    assert [outcome for outcome, _words in found] == ["create", "error", "same", "same", "same", "ask"]
    assert "Left out: cell C2 holds a formula without its result." in found[0][1]
    assert [words for _outcome, words in found[2:5]] == ["This row sums up others, and is left out."] * 3


def test_word_that_was_explained_for_past_engagement_is_not_asked_about_for_groups(side: Side) -> None:
    """A group is over or goes on; that a school left is no word about the group, and wants its year on record."""
    said = {"finito": ("outcome", "completed"), "droped out": ("outcome", "withdrawn")}
    said |= {"whatever": ("standing", ""), "rolling": ("standing", "running")}
    for given, (topic, meant) in said.items():
        Remembered.objects.create(owner=side.hub, topic=topic, given=given, meant=meant, at=NOW)
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority).name
    phase, past = side.offer.phase.name, ["School", "Programme", "Year", "Outcome"]
    table = [
        ["Group", "Programme", "Year", "Leader", "School", "Status"],
        *(["N", phase, "2024/25", "Lee Leader", school, word] for word in ("Finito", "Droped out", "Whatever", "New")),
        ["R", phase, "2026/27", "Lee Leader", school, "Whatever"],
    ]

    groups = outcomes(_look(side, "groups", table))
    rolling = outcomes(_look(side, "past", [past, [school, phase, "2026/27", "Rolling"]]))

    assert [outcome for outcome, _words in groups] == ["create", "error", "same", "ask", "create"]
    assert groups[1][1] == "“Droped out” is how the school’s year ended: bring that as past engagement first."
    assert ", running." in groups[4][1]
    assert f"{school}: {phase} programme 2026/27, taking part now." in rolling[0][1]


def test_year_whose_end_is_not_said_is_said_to_be_taken_as_completed(side: Side) -> None:
    phase = side.offer.phase.name
    table = [
        ["School", "Programme", "Year", "Status"],
        *([side.school.name, phase, "2024/25", end] for end in ("", "left")),
    ]
    now = [["School", "Programme", "Year"], [side.school.name, phase, "2026/27"]]

    unsaid, said = _words(side, "past", table)
    [running] = _words(side, "past", now)

    assert ["taken as completed" in words for words in (unsaid, said, running)] == [True, False, False]


def test_column_that_is_taken_for_another_is_named_and_no_giant_is_shown_whole(side: Side) -> None:
    giant, lead = "9" * 309, side.browser(HUB_LEAD)
    table = [
        ["School", "Programme", "School year", "Reason", "Date ended"],
        *([side.school.name, side.offer.phase.name, "2024/25", giant, how] for how in ("Completed", "Withdrew", giant)),
        [side.school.name, side.offer.phase.name, "2024/25", "", "3/4/25"],
    ]

    upload = _look(side, "past", table)
    page, lines = (
        lead.get(reverse(f"dashboards:{name}", args=[upload.pk])) for name in ("record-detail", "record-lines")
    )
    right = _look(side, "past", [*table[:2], *table[-1:], *table[-1:]])

    assert (
        "3 lines cannot be read because of column E, “Date ended”, taken as “Ended on”. "
        f'<a href="{reverse("dashboards:record-columns", args=[upload.pk])}">Change what the column is</a>'
    ) in page.text
    assert "9" * 100 not in lines.text
    assert f"“{'9' * 80}…” is not a date" in lines.text
    assert "misread" not in right.counts


def test_list_of_lines_shows_all_cells_that_are_read_beside_what_becomes_of_them(side: Side) -> None:
    """Not those that are left out; a row that sums up others is nothing to do, not there already."""
    heads = ["School", "Town", "Postcode", "Authority", "Remarks", "Programme", "Year", "Amount", "Paid on", "Invoice"]
    line = [side.school.name, "", "", "", "left out", side.offer.phase.name, "2024/25", "123.45", "05/01/2025", "INV-7"]
    upload = _look(side, "payments", [heads, line, ["Total", "", "", "", "", "", "", "123.45", "", ""]])

    page = side.browser("hub_lead").get(reverse("dashboards:record-lines", args=[upload.pk])).text

    assert f"{side.school.name} | {side.offer.phase.name} | 2024/25 | 123.45 | 05/01/2025 | INV-7" in page
    assert ("left out" in page.partition("<tbody>")[2].partition("</td>")[0], "Already there" in page) == (False, False)
    assert "Nothing to do</span>" in page


def test_leader_who_is_based_elsewhere_stays_so_and_it_is_said(side: Side) -> None:
    other = make.SchoolFactory(name="Vale Junior School", authority=side.school.authority)
    side.leader.school = other
    side.leader.save()
    person = side.leader.person
    table = [["Name", "School", "E-mail", "Role"], [person.name, side.school.name, person.email, "Mastery Specialist"]]

    (words,) = _words(side, "people", table)

    assert f"{person.name} is based at Vale Junior School in the portal, and stays so." in words


def test_look_ahead_asks_nobody_and_takes_no_question_of_a_line_away(side: Side) -> None:
    world = World(hub=side.hub, by=side.users["hub_lead"], now=NOW)
    reading = Reading(KINDS["past"], {"school": ((0, ""),)}, {}, from_1904=False)
    rows = [
        Row(number, [name], {}, reading) for number, name in enumerate((side.school.name, "Zzyzx Academy"), start=2)
    ]

    ahead = world.schools_of(rows)
    before = dict(world.asking.schools)
    with pytest.raises(Undecided):
        world.school(rows[1])
    world.schools_of(rows)

    assert ([one.pk for one in ahead], before) == ([side.school.pk], {})
    assert [one.lines for one in world.asking.schools.values()] == [{3}]


def test_line_of_a_school_that_somebody_said_to_leave_out_is_nothing_to_mend(side: Side) -> None:
    table = [["School", "Programme", "Year"], ["Nowhere Academy", side.offer.phase.name, "2024/25"]]
    upload = _look(side, "past", table)
    (key,) = upload.unknown["schools"]

    uploads.answer(upload=upload, words={}, schools={key: 0}, by=upload.by, now=NOW)
    done(work.READ)

    assert outcomes(upload) == [
        ("same", "You said that “Nowhere Academy” is none of the schools known: this line is left out.")
    ]


def test_list_of_lines_of_an_empty_template_does_not_say_that_nobody_has_looked(side: Side) -> None:
    upload = _look(side, "past", SimpleUploadedFile("past.xlsx", template_of(KINDS["past"])))

    page = side.browser("hub_lead").get(reverse("dashboards:record-lines", args=[upload.pk])).text

    assert (upload.state, upload.lines.count()) == ("ready", 0)
    assert "The file has no line to bring in" in page
    assert "not been looked at" not in page


def test_list_of_lines_says_while_they_are_looked_at_anew_that_it_is_of_before(side: Side) -> None:
    by, table = side.users["hub_lead"], [["School", "Programme", "Year"], [side.school.name, "Odd words", "2023/24"]]
    upload = _look(side, "past", table)
    browser, lines = side.browser("hub_lead"), reverse("dashboards:record-lines", args=[upload.pk])

    before = browser.get(lines).text
    uploads.answer(upload=upload, words={"programme": {"Odd words": ""}}, schools={}, by=by, now=NOW)
    meanwhile = browser.get(lines).text
    done(work.READ)
    after = browser.get(lines).text

    said = "The lines are being looked at anew. What stands here is what they came to before."
    assert [said in text for text in (before, meanwhile, after)] == [False, True, False]
