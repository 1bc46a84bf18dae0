"""Who may use each URL of dashboards."""

from schools.models import HubChange
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL, SCHOOL_STAFF
from tests import factories as make
from tests.access.table import ALL, Line, page, step
from tests.world import NOW, Side


def _notice(side: Side) -> list[int]:
    return [side.notice.pk]


def _upload(side: Side) -> list[int]:
    return [make.GiasUploadFactory().pk]


def _hub(side: Side) -> list[int]:
    return [side.hub.pk]


def _change(side: Side) -> list[int]:
    # A hub has one change of a kind that is planned, whichever of its pages asks.
    planned = HubChange.objects.filter(hub=side.hub).first() or make.HubChangeFactory(hub=side.hub)
    return [planned.pk]


def _came(side: Side) -> list[int]:
    return [make.HubChangeFactory(other=side.hub, status="done", followed_at=NOW).pk]


def _job(side: Side) -> list[int]:
    return [make.JobFactory(owner=side.hub).pk]


def _records(side: Side) -> list[int]:
    """One that was looked at, with something to decide."""
    asked = {"asked": ["Hill", "", "", ""], "candidates": [side.school.pk], "lines": 1}
    unknown = {"words": {"outcome": {"well": 1}}, "schools": {"hill": asked}}
    counts = {"create": 1, "change": 0, "same": 0, "ask": 1, "error": 1}
    upload = make.UploadFactory(owner=side.hub, state="ready", unknown=unknown, counts=counts)
    make.UploadLineFactory(upload=upload)
    return [upload.pk]


TABLE: dict[str, Line] = {
    "home": Line(public=True),
    "asked-list": page(*SCHOOL_STAFF),
    "own-schools": page(*SCHOOL_STAFF),
    "hub-table": page(NATIONAL),
    "notice-list": page(NATIONAL, *HUB_READERS),
    "notice-detail": page(NATIONAL, *HUB_READERS, args=_notice),
    "notice-try-again": step(NATIONAL, *HUB_STAFF, args=_notice),
    "notice-settle": step(NATIONAL, *HUB_STAFF, args=_notice),
    "job-list": page(NATIONAL, *HUB_STAFF),
    "job-detail": page(NATIONAL, *HUB_STAFF, args=_job),
    "job-stop": step(NATIONAL, *HUB_STAFF, args=_job),
    "hub-create": page(NATIONAL),
    "hub-edit": page(NATIONAL, args=_hub),
    "hub-lead-school": page(NATIONAL, args=_hub),
    "hub-split": page(NATIONAL, args=_hub),
    "hub-merge": page(NATIONAL, args=_hub),
    "hub-change": page(NATIONAL, *HUB_READERS, args=_change),
    "hub-change-take-back": page(NATIONAL, args=_change),
    "hub-change-take-over": step(NATIONAL, *HUB_STAFF, args=_came),
    "record-list": page(NATIONAL, *HUB_STAFF),
    "record-create": page(NATIONAL, *HUB_STAFF),
    "record-template": page(NATIONAL, *HUB_STAFF, args=lambda side: ["past"], shared=True),
    "contact-workbook": page(*HUB_STAFF, shared=True),
    "record-detail": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-columns": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-words": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-schools": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-lines": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-mend": page(NATIONAL, *HUB_STAFF, args=_records),
    "record-headings": step(NATIONAL, *HUB_STAFF, args=_records),
    "record-bring": step(NATIONAL, *HUB_STAFF, args=_records),
    "record-undo": step(NATIONAL, *HUB_STAFF, args=_records),
    "record-drop": step(NATIONAL, *HUB_STAFF, args=_records),
    "gias-upload-create": page(NATIONAL),
    "gias-upload": page(NATIONAL, args=_upload),
    "gias-upload-apply": step(NATIONAL, args=_upload),
    "gias-upload-discard": step(NATIONAL, args=_upload),
    "accessibility": Line(public=True),
    "favicon": Line(public=True, ok=302),
    "search": page(*ALL),
    # Not there but in DEMO.
    "demo-date": Line(public=True, method="post", ok=404),
    "demo-sign-in": Line(public=True, method="post", ok=404),
    "healthz": Line(public=True),
    # Not ready: no beat has ever been seen in a test.
    "readyz": Line(public=True, ok=503),
}
