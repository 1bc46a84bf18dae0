"""The pages: from the file to what was brought in, without a script."""

import csv
import io
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from funding.models import Award
from hubportal.core import clock, tasks
from hubportal.core.models import Job, JournalEntry, Remembered, Upload, UploadLine
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.forms.records import SchoolsForm, WordsForm, box_of
from hubportal.dashboards.rules.choices import PROGRAMME
from programmes.models import Enrolment
from tests import factories as make
from tests.dashboards.records.bringing import as_csv, bring, bring_in, done, look_at, take_back
from tests.world import NOW, Side

pytestmark = pytest.mark.django_db


def _page(name: str, upload: Upload) -> str:
    return reverse(f"dashboards:{name}", args=[upload.pk])


def _seen(upload: Upload) -> dict[str, str]:
    """What the button of the page carries."""
    return {"seen": uploads.preview_of(Upload.objects.get(pk=upload.pk))}


def _upload(browser: Client, side: Side, table: list[list[str]]) -> Upload:
    data = {"kind": "past", "hub": side.hub.pk, "file": as_csv(table)}
    answer = browser.post(reverse("dashboards:record-create"), data)
    upload = Upload.objects.latest("pk")
    assert answer.headers["Location"] == _page("record-columns", upload)
    return upload


def _box(page: str, name: str, value: str) -> dict[str, str]:
    """An answer in the first box of a page that is called so."""
    return {name + page.partition(f'name="{name}')[2].partition('"')[0]: value}


def test_a_page_opened_before_others_answered_means_the_same_words() -> None:
    programmes = {"1": "Mastery"}
    before = Upload(unknown={"words": {PROGRAMME: {"Aaa": 1, "Bbb": 2}}})
    after = Upload(unknown={"words": {PROGRAMME: {"Bbb": 2}}})
    names = {word: box.html_name for word, _many, box, _at in WordsForm(upload=before, programmes=programmes).lines()}

    form = WordsForm(QueryDict(f"{names['Aaa']}=1"), upload=after, programmes=programmes)

    assert (form.is_valid(), form.words()) == (True, {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Oak Hinckley", ""),
        ("Oak", "Several schools fit: Oak Primary School, "),
        ("Ash Lane", "No school fits “Ash Lane”. Type its URN, or its name and town."),
        ("12", "No school fits “12”. Type its URN, or its name and town."),
    ],
)
def test_school_that_was_not_proposed_is_found_by_its_name_and_town(typed: str, said: str) -> None:
    """Several that fit are named with their URNs, so that one of them can be chosen."""
    meant, other = (make.SchoolFactory(name="Oak Primary School", town=town) for town in ("Hinckley", "Barwell"))
    asked = [("k", {"asked": ["Oak", "", "", ""], "candidates": [other.pk], "lines": 1})]
    form = SchoolsForm({f"urn_{box_of('k')}": typed}, asked=asked, schools={other.pk: other})

    is_valid = form.is_valid()

    problems = " ".join(map(str, form.errors.get(f"urn_{box_of('k')}", [])))
    assert (is_valid, form.answers) == ((True, {"k": meant.pk}) if not said else (False, {}))
    assert problems.startswith(said)
    assert (f"Hinckley ({meant.urns.get().urn})" in problems) == ("Several" in said)


def test_words_that_were_typed_are_kept_though_others_come_first_by_now() -> None:
    programmes = {"1": "Mastery"}
    many = {f"word {n:03}": 1 for n in range(150)}
    before, after = (Upload(unknown={"words": {PROGRAMME: words}}) for words in (many, {"a": 1, **many}))
    shown = list(WordsForm(upload=before, programmes=programmes).lines())
    last, box = shown[-1][0], shown[-1][2].html_name

    data = QueryDict(mutable=True)
    data.setlist("shown", [at for *_line, at in shown])
    data[box] = "1"
    form = WordsForm(data, upload=after, programmes=programmes)

    assert (form.is_valid(), form.words()) == (True, {PROGRAMME: {last: "1"}})


def test_a_messy_list_is_brought_in_step_by_step_and_remembered(side: Side) -> None:
    browser = side.browser("hub_lead")
    first = make.SchoolFactory(name="St Mary's Primary School", town="Hinckley", authority=side.school.authority)
    make.SchoolFactory(name="St Mary's Primary School", town="Barwell", authority=side.school.authority)
    table = [
        ["Name of school", "What they did", "When", "How it went"],
        ["St Mary's", "Mastery Y1", "2024/25", "=cmd()"],
        [side.school.name, "Mastery Y1", "soon", ""],
    ]
    upload = _upload(browser, side, table)

    # "What they did" is nothing that the portal knows as a heading.
    columns = {"column_0": "school", "column_1": "programme", "column_2": "year", "column_3": "reason"}
    shown = browser.get(_page("record-columns", upload)).text
    missing = browser.post(_page("record-columns", upload), columns | {"column_1": ""})
    browser.post(_page("record-columns", upload), columns)
    done(work.READ)
    words = browser.get(_page("record-words", upload)).text
    browser.post(_page("record-words", upload), _box(words, "word_", str(side.offer.phase_id)))
    done(work.READ)
    schools = browser.get(_page("record-schools", upload)).text
    wrong = browser.post(_page("record-schools", upload), _box(schools, "urn_", "999999"))
    browser.post(_page("record-schools", upload), _box(schools, "school_", str(first.pk)))
    done(work.READ)
    preview = browser.get(_page("record-detail", upload)).text
    browser.post(_page("record-bring", upload), _seen(upload))
    done(work.APPLY)
    browser.post(_page("record-bring", upload), _seen(upload))
    after = browser.get(_page("record-detail", upload), follow=True).text
    mend = browser.get(_page("record-mend", upload) + "?export=csv").content.decode("utf-8-sig")

    assert shown.count('<select name="column_') == 4
    assert "Mastery Y1" in shown
    assert "No column is the programme" in missing.text
    assert "mastery y1" in words
    assert [town in schools for town in ("Hinckley", "Barwell")] == [True, True]
    assert "On the left" not in schools  # on a phone nothing stands there
    assert "No school fits “999999”." in wrong.text
    assert "Bring in 1 line" in preview
    assert "there is nothing to bring in" in after
    entered = Enrolment.objects.get(school=first)
    assert (entered.offer.year, entered.status, entered.end_reason) == (2024, "completed", "=cmd()")
    assert list(csv.reader(io.StringIO(mend))) == [
        [*table[0], "Line of the first file", "What to mend"],
        [side.school.name, "Mastery Y1", "soon", "", "3", "“soon” is not a school year. Write it as 2021/22."],
    ]
    assert Remembered.objects.filter(owner=side.hub).count() == 3
    # The next file with these headings needs no word more.
    again = _upload(browser, side, table)
    assert again.columns == {"0": "school", "1": "programme", "2": "year", "3": "reason"}
    assert "brought in before" in browser.get(_page("record-detail", again)).text


@pytest.mark.parametrize("step", ["record-words", "record-schools", "record-columns"])
def test_pages_that_ask_wait_until_the_lines_have_been_looked_at(side: Side, step: str) -> None:
    browser, said = side.browser("hub_lead"), "The lines are being looked at"
    table = [["School", "Programme", "School year"], [side.school.name, "Mastery Y1", "2024/25"]]
    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])
    page, by_script = _page(step, upload), {"HX-Request": "true"}
    asked = browser.get(_page("record-words", upload)).text
    answer = _box(asked, "word_", str(side.offer.phase_id))
    browser.post(_page("record-words", upload), answer)

    during = browser.get(page, headers=by_script)
    sent = browser.post(_page("record-words", upload), answer)
    done(work.READ)
    after, anew = browser.get(page), browser.get(page, headers=by_script)
    uploads.bring_in(upload=Upload.objects.get(pk=upload.pk), by=upload.by, now=NOW, **_seen(upload))
    brought = browser.get(page)

    assert [said in one.text for one in (during, sent, after)] == [True, True, False]
    assert ['<button class="btn">' in one.text for one in (during, sent, after)] == [False, True, True]
    assert [one.headers.get("HX-Refresh") for one in (during, after, anew)] == [None, None, "true"]
    assert brought.headers["Location"] == _page("record-detail", upload)


def test_lines_to_mend_are_handed_back_without_formulas(side: Side) -> None:
    browser = side.browser("hub_admin")
    upload = make.UploadFactory(owner=side.hub)
    make.UploadLineFactory(upload=upload, number=2, cells=["=1+1", "@x", ["Cell C2 holds a formula"]])

    mend = browser.get(_page("record-mend", upload) + "?export=csv").content.decode("utf-8-sig")

    assert mend.splitlines()[1] == "'=1+1,'@x,,2,Write the school year in full."


def test_a_file_that_cannot_be_read_is_refused_beside_the_field(side: Side) -> None:
    browser = side.browser("hub_lead")
    locked = as_csv([["x"]])
    locked.name, locked.file = (
        "locked.xlsx",
        io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")),
    )
    locked.size = 40

    answer = browser.post(reverse("dashboards:record-create"), {"kind": "people", "hub": side.hub.pk, "file": locked})

    assert "protected with a password" in answer.text
    assert (
        'value="people" class="govuk-radios__input" id="id_kind_2" checked' in answer.text or "checked" in answer.text
    )
    assert not Upload.objects.exists()


def test_a_dropped_upload_leaves_neither_lines_nor_file(side: Side) -> None:
    browser = side.browser("hub_lead")
    upload = _upload(browser, side, [["School", "Programme", "Year"], ["A", "B", "2024/25"]])
    stored = upload.file
    assert stored is not None

    columns = {f"column_{at}": key for at, key in enumerate(("school", "programme", "year"))}
    browser.post(_page("record-columns", upload), columns)
    done(work.READ)

    browser.post(_page("record-drop", upload))

    upload.refresh_from_db()
    assert (upload.state, upload.file, UploadLine.objects.count()) == ("dropped", None, 0)
    pages = [browser.get(_page(name, upload)).text for name in ("record-detail", "record-lines")]
    assert ["othing of" in page and "What became of the lines" not in page for page in pages] == [True, True]
    assert not type(stored).objects.filter(pk=stored.pk).exists()


def test_an_upload_that_nobody_brought_in_is_dropped_by_the_sweep_after_its_time(side: Side) -> None:
    browser = side.browser("hub_lead")
    upload = _upload(browser, side, [["School", "Programme", "Year"], ["A", "B", "2024/25"]])
    page = browser.get(_page("record-detail", upload)).text
    states = []
    for days in (28, 29):
        with clock.fixed(NOW + timedelta(days=days)):
            tasks.reconcile()
        upload.refresh_from_db()
        states.append((upload.state, upload.file is not None))

    assert "by 8 February 2027, it is dropped by itself" in page
    assert states == [("new", True), ("dropped", False)]


def test_headings_of_other_rows_and_forged_answers(side: Side) -> None:
    browser = side.browser("hub_lead")
    upload = _upload(browser, side, [["Our list"], ["School", "Programme", "Year"], ["A", "B", "2024/25"]])

    browser.post(_page("record-headings", upload), {"sheet": "CSV", "first": "2", "many": "1"})
    upload.refresh_from_db()
    moved = upload.headings["texts"]
    bad = [
        browser.post(_page("record-headings", upload), {"sheet": sheet, "first": first, "many": many}).status_code
        for sheet, first, many in (("Other", "0", "1"), ("CSV", "99", "1"), ("CSV", "x", "\x00"), ("", "", ""))
    ]
    forged = browser.post(_page("record-columns", upload), {"column_0": "password", "all_year": "\x00"})

    assert moved == ["A", "B", "2024/25"]
    assert bad == [302, 302, 302, 302]
    assert "Choose one of the answers shown." in forged.text


def test_file_of_which_every_line_is_to_mend_says_so(side: Side) -> None:
    table = [["School", "Programme", "Year"], [side.school.name, side.offer.phase.name, "soon"]]
    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    page = side.browser("hub_lead").get(_page("record-detail", upload)).text

    assert "Nothing can be brought in before something is mended: 1 line cannot be read as it is." in page


def test_a_job_that_is_over_is_not_done_twice(side: Side) -> None:
    """Two who press at once: one brings it in, the other hears that it is done."""
    browser = side.browser("hub_lead")
    table = [["School", "Programme", "Year"], [side.school.name, side.offer.phase.name, "2024/25"]]
    upload = _upload(browser, side, table)
    browser.post(_page("record-columns", upload), {"column_0": "school", "column_1": "programme", "column_2": "year"})
    done(work.READ)

    browser.post(_page("record-bring", upload), _seen(upload))
    second = browser.post(_page("record-bring", upload), _seen(upload), follow=True).text
    done(work.APPLY)
    unsure = browser.post(_page("record-undo", upload), follow=True).text
    browser.post(_page("record-undo", upload), {"sure": "yes"})
    done(work.UNDO)

    assert "being worked on already" in second
    assert "Tick the box first" in unsure
    assert not Enrolment.objects.filter(offer__year=2024).exists()


def test_what_will_not_go_back_is_said_before(side: Side) -> None:
    browser = side.browser("hub_lead")
    table = [
        ["School", "Programme", "Year", "Outcome"],
        [side.school.name, side.offer.phase.name, "2026/27", "Withdrew"],
    ]
    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])

    before = browser.get(_page("record-detail", upload)).text
    bring_in(upload)
    after = browser.get(_page("record-detail", upload)).text
    take_back(upload)

    assert "you can take it back, but for the status of 1 record: what has started, ended or been held" in before
    assert "1 record that started, ended or was held by this file stays so: a status does not go back." in after
    assert "what has moved on does not move back" in upload.lines.get().kept


def test_meetings_that_nobody_planned_are_counted_before(side: Side) -> None:
    browser = side.browser("hub_lead")
    table = [
        ["Name", "Group", "Date", "Mark"],
        [side.users["teacher"].person.name, side.group.name, "01/12/2026", "Present"],
    ]

    upload = look_at("attendance", table, hub=side.hub, by=side.users["hub_lead"])
    page = browser.get(_page("record-detail", upload)).text
    lines = browser.get(_page("record-lines", upload) + "?text=has+no+meeting+on").text

    assert "1 meeting on days on which the portal knows of none will be entered as held" in page
    assert f"{side.group.name} has no meeting on 1 December 2026: one is entered as held." in lines


def test_schools_that_were_chosen_are_kept_though_others_come_first_by_now(side: Side) -> None:
    browser = side.browser("hub_lead")
    asked = {f"school {n:03}|||": {"asked": [f"S{n:03}", "", "", ""], "candidates": [], "lines": 1} for n in range(105)}
    upload = make.UploadFactory(owner=side.hub, state="ready", unknown={"schools": asked})
    page = browser.get(_page("record-schools", upload) + "?page=2").text
    shown = [part.partition('"')[0] for part in page.split('name="shown" value="')[1:]]
    # A colleague has answered for the whole first page.
    Upload.objects.filter(pk=upload.pk).update(unknown={"schools": dict(list(asked.items())[100:])})

    browser.post(
        _page("record-schools", upload) + "?page=2",
        {"shown": shown, **{f"school_{at}": "none" for at in shown}},
    )

    kept = Remembered.objects.filter(owner=side.hub, topic="school").values_list("given", "meant")
    assert sorted(kept) == [(key, 0) for key in list(asked)[100:]]


def test_rest_of_a_file_goes_once_those_that_build_on_it_are_taken_back(side: Side) -> None:
    """Taken back in the wrong order: each page said which file to take back first, and offers what is left."""
    browser, by = side.browser("hub_lead"), side.users["hub_lead"]
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    what = [school.name, side.offer.phase.name, "2024/25"]
    heads = ["School", "Programme", "Year"]
    past = bring("past", [heads, what, [school.name, side.offer.phase.name, "2023/24"]], hub=side.hub, by=by)
    paid = bring(
        "payments",
        [[*heads, "Amount", "Paid on"], [*what, "500", "15/12/2024"], [*what, "300", "16/12/2024"]],
        hub=side.hub,
        by=by,
    )
    more = bring("payments", [[*heads, "Amount", "Paid on"], [*what, "200", "17/12/2024"]], hub=side.hub, by=by)
    first = Award.objects.get(enrolment__school=school)

    pages = {one: browser.get(_page("record-detail", one)).text for one in (past, paid, more)}
    take_back(past)
    wrong = browser.get(_page("record-detail", past)).text
    lines = browser.get(_page("record-lines", past)).text
    take_back(paid)
    again = take_back(past)
    take_back(more)
    still = Award.objects.get(pk=first.pk)
    for one in (paid, past):
        browser.post(_page("record-undo", one), {"sure": "yes"})
        done(work.UNDO)
    after = [browser.get(_page("record-detail", one)).text for one in (past, paid, more)]
    browser.post(_page("record-undo", past), {"sure": "yes"})

    named = {
        one: [other for other in (past, paid, more) if f'href="{_page("record-detail", other)}"' in page]
        for one, page in pages.items()
    }
    assert named == {past: [paid, more], paid: [more], more: []}
    assert ("Take back what is left" in wrong, "1 line could not be taken back in full" in wrong) == (True, True)
    assert [words in lines for words in ("Taken back</span>", "Stays</span>", "New</span>")] == [True, True, False]
    assert again.result == {"gone": 0, "restored": 0, "kept": 1}
    assert (int(still.amount), int(still.claimed)) == (800, 0)
    assert ["Take back what is left" in page for page in after] == [False] * 3
    assert ["All of it was taken back." in page for page in after] == [True] * 3
    assert not Enrolment.objects.filter(school=school).exists()
    assert not Award.objects.filter(pk=first.pk).exists()
    assert Job.objects.filter(state=Job.State.WAITING).count() == 0


def test_list_and_history_count_every_line_of_a_file(side: Side) -> None:
    lines = [[side.school.name, side.offer.phase.name, "2024/25"], [side.school.name, "Maths thing", "2024/25"]]
    table = [["School", "Programme", "Year"], *lines, lines[0], ["", "", "2024/25"]]

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    looked_at = look_at("past", [table[0], lines[1]], hub=side.hub, by=side.users["hub_lead"])
    shown = side.browser("hub_lead").get(reverse("dashboards:record-list")).text

    came_to = "1 new, 1 with nothing to do, 1 to decide, 1 to mend"
    assert JournalEntry.objects.get(what="Records brought in").note == came_to
    assert f"<td>{came_to}</td>" in shown
    assert looked_at.came_to == "1 to decide"
    assert "<td>1 to decide</td>" in shown
    assert Upload.objects.get(pk=upload.pk).came_to == came_to
