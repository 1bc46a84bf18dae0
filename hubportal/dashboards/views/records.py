"""Bring your records: the uploads of a hub, a new one, and the steps with one."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.exports import XLSX, one_at_a_time
from hubportal.core.models import JournalEntry, Upload, UploadLine
from hubportal.core.sheets.lines import column_name, day_first
from hubportal.core.views import JobPage, PortalList, PortalRequest, StepForm, do, local_path
from hubportal.dashboards.actions.records import uploads
from hubportal.dashboards.actions.records.building import built_on
from hubportal.dashboards.actions.records.whole_groups import said_of_groups
from hubportal.dashboards.adapters.contact_book import contact_book
from hubportal.dashboards.adapters.hand_out import template_of
from hubportal.dashboards.forms.records import ASKED_OF, FileForm
from hubportal.dashboards.rules.choices import IN_FULL
from hubportal.dashboards.rules.contents import cells
from hubportal.dashboards.rules.kinds import KINDS
from schools.actions import ours
from schools.models import Hub
from schools.roles import HUB_STAFF, NATIONAL
from schools.views.contacts import schools_to_complete

WHO = (NATIONAL, *HUB_STAFF)
Outcome = UploadLine.Outcome


class RecordList(PortalList):
    """What was brought, and what is on its way."""

    model = Upload
    roles = WHO
    template_name = "dashboards/record_list.html"
    heading, noun = "Bring your records", "file"
    lede = (
        "What you kept in spreadsheets before: looked at first, brought in at one go, and nothing is sent to anybody."
    )
    hub_path = "owner"
    sorts = {"when": ("at", "pk"), "file": ("file_name", "pk")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The kinds of records, in the order in which they build on each other."""
        return super().get_context_data(kinds=KINDS.values(), names=_names(), **kwargs)


def _names() -> dict[str, str]:
    return {key: one.label for key, one in KINDS.items()}


def record_url(upload: Upload, name: str = "record-detail") -> str:
    """The address of one of an upload's pages."""
    return reverse(f"dashboards:{name}", args=[upload.pk])


class RecordCreate(StepForm):
    """Upload a file."""

    form_class = FileForm
    roles = WHO
    template_name = "dashboards/record_create.html"
    heading, submit_label, done = "Upload a file", "Upload it", ""
    failures = (uploads.CannotBring,)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The hubs whose records one may bring."""
        scope = self.request.user.scope
        hubs = Hub.objects.visible_to(self.request.user).for_list()
        # What stayed with a hub that goes on in another is that hub's until its year ends: so are its records.
        ended = [one.pk for one in hubs.filter(closed_on__isnull=False) if not ours.runs(one)]
        hubs = hubs.exclude(pk__in=ended)
        if not scope.is_national:
            hubs = hubs.filter(pk__in=scope.staff_hub_ids)
        return super().get_form_kwargs() | {"hubs": hubs}

    def get_initial(self) -> dict[str, Any]:
        """The kind that the list's link names, and the hub of the top bar."""
        hub = self.request.hub
        return {"kind": self.request.GET.get("kind", ""), "hub": hub.pk if hub else None}

    def act(self, form: FileForm) -> Upload:
        """Keep the file."""
        said = form.cleaned_data
        return uploads.take_in(
            owner=said["hub"],
            kind=said["kind"],
            upload=said["file"],
            by=self.request.user,
            now=clock.now(),
            back=self._back,
        )

    @property
    def _back(self) -> str:
        """The page that led here and wants what the file brings."""
        return local_path(self.request.GET.get("back", ""))

    def get_success_url(self) -> str:
        """Its columns; its own page, where it says itself what they are."""
        is_known = uploads.open_job(self.result) is not None
        return record_url(self.result, "record-detail" if is_known else "record-columns")

    def get_cancel_url(self) -> str:
        """Where one came from, or the list."""
        return self._back or reverse("dashboards:record-list")


@require_GET
@role_required(*WHO)
def record_template(request: HttpRequest, kind: str) -> HttpResponse:
    """A workbook to fill in."""
    if kind not in KINDS:
        raise Http404
    response = HttpResponse(template_of(KINDS[kind]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.xlsx"'
    return response


@require_GET
@role_required(*HUB_STAFF)
def contact_workbook(request: PortalRequest) -> HttpResponse:
    """The schools that wait for an address, to be filled in."""
    return one_at_a_time(request, lambda: _workbook(request))


def _workbook(request: PortalRequest) -> HttpResponse:
    facts = ("urn", "name", "town", "telephone", "website")
    schools = schools_to_complete(request)
    response = HttpResponse(contact_book(schools.values_list(*facts)), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="contacts-of-schools.xlsx"'
    return response


class RecordDetail(JobPage):
    """One upload: how far it came, what its lines come to, what to do next."""

    model = Upload
    roles = WHO
    template_name = "dashboards/record_detail.html"
    object: Upload

    def prepare(self, rows: Any) -> QuerySet[Upload]:
        """With its people and file."""
        prepared: QuerySet[Upload] = rows.for_list()
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The work that goes on, the numbers, what must be decided."""
        upload = self.object
        # Of what was dropped no line is there any more.
        counts = {} if upload.state == Upload.State.DROPPED else upload.counts
        schools, words = list(upload.unknown.get("schools", {}).values()), upload.unknown.get("words", {})
        said = upload.unknown.get("answers", {})
        labels = _LABELS_OF.get(upload.state, _LABELS)
        entries = JournalEntry.objects.visible_to(self.request.user).about(upload)
        job, may_go = uploads.open_job(upload), upload.state == Upload.State.DONE or uploads.has_rest(upload)
        return super().get_context_data(
            job=job,
            may_go=may_go,
            names=_names(),
            built_on=built_on(upload) if may_go and not (job and job.is_open) else [],
            seen=uploads.preview_of(upload),
            job_url=record_url(upload),
            kind=KINDS[upload.kind],
            counts=[(value, label, counts.get(value, 0)) for value, label in labels.items()] if counts else [],
            to_bring=counts.get(Outcome.CREATE, 0) + counts.get(Outcome.CHANGE, 0),
            to_mend=counts.get(Outcome.ERROR, 0) + counts.get(Outcome.ASK, 0),
            unplanned=counts.get("unplanned", 0),
            untimed=counts.get("untimed", 0),
            roleless=counts.get("roleless", 0),
            doubted=counts.get("doubted", 0),
            awarded=Decimal(counts.get("awarded", 0)) / 100,
            awarded_schools=counts.get("awarded_schools", 0),
            moves=counts.get("moves", 0),
            is_asked=bool(schools or any(words.values())),
            words_asked=sum(len(found) for topic, found in words.items() if topic not in IN_FULL),
            asked_in_full=_in_full(words),
            said_in_full=_in_full(said),
            schools_asked=sum(bool(one["candidates"]) for one in schools),
            schools_missing=sum(not one["candidates"] for one in schools),
            kept=upload.state == Upload.State.UNDONE and _lines(self.request, upload).exclude(kept="").count(),
            stays=said_of_groups(_lines(self.request, upload)) if upload.state == Upload.State.UNDONE else [],
            misread=_misread(upload),
            sheets_left=uploads.sheets_left(upload),
            columns_left=_columns_left(upload) if upload.state == Upload.State.READY else [],
            before=uploads.brought_before(upload) if upload.is_open else None,
            entries=entries,
            **kwargs,
        )


def _columns_left(upload: Upload) -> list[str]:
    """The columns in which something stands, of those rows that are kept, and of which nothing is brought in."""
    texts = enumerate(upload.headings.get("texts", ()))
    left = [(at, text) for at, text in texts if str(at) not in upload.columns and cells(upload.rows_below, at)]
    return [f"{column_name(at)} {day_first(text)}".strip() for at, text in left]


def _in_full(found: dict[str, dict[str, Any]]) -> list[tuple[int, str]]:
    """How many questions, or answers, there are of each kind that is asked in full, and what they are about."""
    return [(len(found[topic]), about) for topic, about in ASKED_OF.items() if found.get(topic)]


_LABELS = {
    Outcome.CREATE: "New: will be made",
    Outcome.CHANGE: "Will change what is there",
    Outcome.SAME: "Nothing to do: already there, left out by you, or nothing in the line",
    Outcome.ASK: "To decide: will be left out until you say what is meant",
    Outcome.ERROR: "To mend: will be left out",
}
_DONE_LABELS = {
    Outcome.CREATE: "New",
    Outcome.CHANGE: "Changed what was there",
    Outcome.SAME: "Nothing to do",
    Outcome.ASK: "Left out: not decided",
    Outcome.ERROR: "Left out: to mend",
}


_UNDONE_LABELS = _DONE_LABELS | {
    Outcome.CREATE: "Had been new",
    Outcome.CHANGE: "Had changed what was there",
}
_LABELS_OF: dict[str, dict[Outcome, str]] = {Upload.State.DONE: _DONE_LABELS, Upload.State.UNDONE: _UNDONE_LABELS}


def _misread(upload: Upload) -> dict[str, Any]:
    """The column for which most lines cannot be read, while it can still be said to be another one."""
    if not upload.is_open or "misread" not in upload.counts:
        return {}
    at = upload.counts["misread_at"]
    return {
        "lines": upload.counts["misread"],
        "column": column_name(at),
        "heading": upload.headings["texts"][at],
        "taken_as": KINDS[upload.kind].field(upload.columns[str(at)]).label,
    }


def _lines(request: Any, upload: Upload) -> QuerySet[UploadLine]:
    return UploadLine.objects.visible_to(request.user).filter(upload=upload)


def own_upload(request: PortalRequest, pk: int) -> Upload:
    """One that the reader may work on."""
    rows = Upload.objects.visible_to(request.user).select_related("owner", "by", "file")
    found: Upload = get_object_or_404(rows, pk=pk)
    return found


@require_POST
@role_required(*WHO)
def record_bring(request: PortalRequest, pk: int) -> HttpResponse:
    """Bring in what was looked at."""
    upload, seen = own_upload(request, pk), request.POST.get("seen", "")
    do(
        request,
        lambda: uploads.bring_in(upload=upload, by=request.user, now=clock.now(), seen=seen),
        done="It is being brought in.",
        failures=(uploads.CannotBring,),
    )
    return redirect(record_url(upload))


@require_POST
@role_required(*WHO)
def record_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back what was brought in, or what is left of it, once somebody has said so twice."""
    upload = own_upload(request, pk)
    if request.POST.get("sure") != "yes":
        messages.error(request, "Tick the box first, so that nothing is taken back by a slip.")
        return redirect(record_url(upload))
    do(
        request,
        lambda: uploads.take_back(upload=upload, by=request.user, now=clock.now()),
        done="It is being taken back.",
        failures=(uploads.CannotBring,),
    )
    return redirect(record_url(upload))


@require_POST
@role_required(*WHO)
def record_drop(request: PortalRequest, pk: int) -> HttpResponse:
    """Give an upload up."""
    upload = own_upload(request, pk)
    gone = do(
        request,
        lambda: uploads.drop(upload=upload, by=request.user),
        done=f"{upload.called} was dropped. Nothing of it was brought in.",
        failures=(uploads.CannotBring,),
    )
    return redirect("dashboards:record-list") if gone else redirect(record_url(upload))


def check_open(upload: Upload) -> None:
    """:raises PermissionDenied: where nothing of an upload is changed any more."""
    if not upload.is_open:
        raise PermissionDenied(
            f"This upload is {upload.get_state_display().lower()}: nothing of it is changed any more."
        )
