"""Two people, or two tabs, with one upload: what is brought in is what was shown, and asked for by one of the hub."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from hubportal.core import jobs
from hubportal.core.jobs import Progress
from hubportal.core.models import Job, Upload
from hubportal.core.workflow import CannotMove
from hubportal.dashboards.actions.records import uploads, work
from schools import roles
from schools.actions import hubs
from schools.models import Person
from tests import factories as make
from tests.dashboards.records.bringing import as_csv, done, look_at, outcomes
from tests.world import NOW, Side
from workgroups.models import Meeting

pytestmark = pytest.mark.django_db


def _two_sheets(side: Side) -> Upload:
    book = Workbook()
    book.active.append(["School", "Name", "Job title"])
    book.active.append([side.school.name, "Ann Able", "Teacher"])
    other = book.create_sheet("Other")
    other.append(["School", "Job title", "Name"])
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("two.xlsx", out.getvalue())
    by = side.users[roles.HUB_LEAD]
    upload = uploads.take_in(owner=side.hub, kind="people", upload=file, by=by, now=NOW)
    columns = {int(at): key for at, key in upload.columns.items()}
    uploads.map_columns(upload=upload, columns=columns, constants={}, by=by, now=NOW)
    return upload


def test_sheet_and_headings_stand_while_the_lines_are_looked_at(side: Side) -> None:
    upload = _two_sheets(side)

    with pytest.raises(uploads.CannotBring, match="being looked at"):
        uploads.choose_sheet(upload=upload, sheet="Other")
    with pytest.raises(uploads.CannotBring, match="being looked at"):
        uploads.set_headings(upload=upload, first=1, many=1)

    upload.refresh_from_db()
    assert upload.sheet == "Sheet"


@pytest.mark.parametrize(("state", "words"), [("dropped", "just been dropped"), ("done", "just been brought in")])
def test_whoever_comes_second_is_told_what_was_done_with_the_upload(side: Side, state: str, words: str) -> None:
    upload, by = _two_sheets(side), side.users[roles.HUB_LEAD]
    done(work.READ)
    upload.refresh_from_db()
    old = Upload.objects.get(pk=upload.pk)
    Upload.objects.filter(pk=upload.pk).update(state=state)

    with pytest.raises(uploads.CannotBring, match=words):
        uploads.choose_sheet(upload=upload, sheet="Other")
    with pytest.raises(uploads.CannotBring, match=words if state == "dropped" else "but taken back"):
        uploads.drop(upload=old, by=by)


def test_upload_whose_columns_a_colleague_changes_is_not_brought_in_and_says_why(side: Side) -> None:
    upload, by = _two_sheets(side), side.users[roles.HUB_LEAD]
    done(work.READ)
    upload.refresh_from_db()
    uploads.bring_in(upload=upload, by=by, now=NOW, seen=uploads.preview_of(upload))
    Upload.objects.filter(pk=upload.pk).update(state="new")

    with pytest.raises(jobs.JobRefused) as refused:
        work._write_all(Job.objects.get(kind=work.APPLY), None, Progress())
    upload.refresh_from_db()
    with pytest.raises(uploads.CannotBring) as pressed:
        uploads.bring_in(upload=upload, by=by, now=NOW, seen="")

    assert str(refused.value) == str(pressed.value) == work.MATCHED_ANEW


def test_lines_that_were_read_by_other_columns_are_not_kept(side: Side) -> None:
    upload = _two_sheets(side)
    job = jobs.take(Job.objects.get(kind=work.READ))
    read = work._read_preview(job, Progress())
    Upload.objects.filter(pk=upload.pk).update(columns={"0": "school", "2": "name"})

    with pytest.raises(jobs.JobRefused, match="have been changed while"):
        work._write_preview(job, read, Progress())

    upload.refresh_from_db()
    assert (upload.state, upload.lines.count()) == ("new", 0)


def test_lines_that_were_compared_with_a_hub_that_goes_on_in_another_are_not_kept(side: Side) -> None:
    other, by = make.HubFactory(name="Other Hub"), side.users[roles.HUB_LEAD]
    file = as_csv([["School", "Programme", "Academic Year"], [side.school.name, side.offer.phase.name, "2025/26"]])
    upload = uploads.take_in(owner=side.hub, kind="past", upload=file, by=by, now=NOW)
    columns = {int(at): key for at, key in upload.columns.items()}
    uploads.map_columns(upload=upload, columns=columns, constants={}, by=by, now=NOW)
    job = jobs.take(Job.objects.get(kind=work.READ))
    read = work._read_preview(job, Progress())

    wish = hubs.Wish(kind="merger", hub=side.hub, other=other, from_on=NOW.date(), reason="Reorganised")
    hubs.plan_change(wish=wish, by=None, now=NOW)
    with pytest.raises(jobs.JobRefused, match="hub have been changed while"):
        work._write_preview(Job.objects.get(pk=job.pk), read, Progress())

    upload.refresh_from_db()
    assert (upload.owner, upload.state) == (other, Upload.State.NEW)


def test_button_of_an_older_preview_brings_nothing_in(side: Side) -> None:
    by = side.users[roles.HUB_LEAD]
    upload = look_at("people", [["School", "Name"], [side.school.name, "Ann Able"]], hub=side.hub, by=by)
    seen = uploads.preview_of(upload)
    uploads.map_columns(upload=upload, columns={0: "school", 1: "name"}, constants={}, by=by, now=NOW)
    done(work.READ)
    upload.refresh_from_db()

    with pytest.raises(uploads.CannotBring, match="looked at anew"):
        uploads.bring_in(upload=upload, by=by, now=NOW, seen=seen)

    uploads.bring_in(upload=upload, by=by, now=NOW, seen=uploads.preview_of(upload))
    assert done(work.APPLY).state == Job.State.DONE


def test_nothing_is_brought_in_for_somebody_who_has_left_the_hub(side: Side) -> None:
    by = side.users[roles.HUB_LEAD]
    upload = look_at("people", [["School", "Name"], [side.school.name, "Ann Able"]], hub=side.hub, by=by)
    uploads.bring_in(upload=upload, by=by, now=NOW, seen=uploads.preview_of(upload))
    by.person.roles.update(ends_on=NOW.date() - timedelta(days=1))

    job = done(work.APPLY)

    assert (job.state, job.problem) == (
        Job.State.REFUSED,
        f"Whoever asked for this no longer works for {side.hub}. Nothing was done.",
    )
    assert not Person.objects.filter(name="Ann Able").exists()


def test_hub_that_has_closed_and_a_meeting_that_is_not_over_take_nothing_in(side: Side) -> None:
    by, at = side.users[roles.HUB_LEAD], NOW + timedelta(hours=4)
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=at, ends_at=at + timedelta(hours=2), status="planned")
    day = f"{NOW:%d/%m/%Y}"
    register = [["Name", "Group", "Date", "Mark"], [str(side.participant.person), side.group.name, day, "present"]]
    upload = look_at("attendance", register, hub=side.hub, by=by, constants={"year": "2026/27"})

    [(outcome, words)] = outcomes(upload)
    lines = [["School", "Name"], [side.school.name, "Ann Able"]]
    people = look_at("people", lines, hub=side.hub, by=by)
    type(side.hub).objects.filter(pk=side.hub.pk).update(closed_on=NOW.date())
    people.refresh_from_db()
    with pytest.raises(uploads.CannotBring, match="has closed"):
        uploads.bring_in(upload=people, by=by, now=NOW, seen=uploads.preview_of(people))
    with pytest.raises(CannotMove, match="is closed from"):
        uploads.take_in(owner=side.hub, kind="people", upload=as_csv(lines), by=by, now=NOW)

    assert (outcome, "is not over yet" in words) == ("error", True)
