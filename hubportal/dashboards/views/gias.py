"""Schools from a file in the browser: upload, preview of what changes, progress, result."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock, jobs
from hubportal.core.access import role_required
from hubportal.core.exports import export
from hubportal.core.views import EXPORTS, JobPage, PortalRequest, StepForm, do
from hubportal.dashboards.forms.gias import GiasUploadForm
from schools.actions import uploads
from schools.models import GiasUpload, Hub
from schools.roles import NATIONAL
from schools.views.imports import ImportDetail, with_hubs
from workgroups.models import open_work

# What a preview says of each kind of change: its key, its heading, the columns after the school's name.
SHOWN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("closing", "Close", ("Becomes",)),
    ("proposed", "Stay open, but are proposed to close", ("On",)),
    ("merged", "Become part of another school", ("Becomes",)),
    ("split", "Become several schools", ("Become",)),
    ("converted", "Get another URN (same school)", ("URN now", "URN then")),
    ("renamed", "Get another name", ("Name then",)),
    ("reopened", "Open again", ("Had become",)),
    ("trusts", "Change trust", ("Trust now", "Trust then")),
    ("authorities", "Change local authority", ("Now", "Then")),
    ("hubs", "Go to another hub", ("Hub now", "Hub then")),
)


class GiasUploadCreate(StepForm):
    """Hand in a file of schools."""

    form_class = GiasUploadForm
    roles = (NATIONAL,)
    template_name = "dashboards/gias_upload_create.html"
    heading, submit_label, done = "Load schools from GIAS", "Upload and preview", ""
    failures = (uploads.CannotUpload,)

    def get_cancel_url(self) -> str:
        """All imports."""
        return reverse("schools:import-list")

    def act(self, form: GiasUploadForm) -> GiasUpload:
        """Keep it and have it looked at."""
        given = form.cleaned_data
        return uploads.start_upload(file=given["file"], links=given["links"], by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """Its preview."""
        return str(self.result.get_absolute_url())


class GiasUploadDetail(JobPage):
    """One upload: how far it is, what it is going to change, whose hubs are told, and the step to apply it."""

    model = GiasUpload
    roles = (NATIONAL,)
    template_name = "dashboards/gias_upload.html"
    object: GiasUpload

    def get_heading(self) -> str:
        """The file's name."""
        return f"Load {self.object.file_name}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the rows that cannot be read as a file."""
        kind = request.GET.get("export", "")
        if kind in EXPORTS:
            self.object = self.get_object()
            rows = self.object.preview.get("rejected_rows", [])
            return export(
                request, rows, ImportDetail.rejected_columns, name=f"rejected-rows-of-{self.object.pk}", kind=kind
            )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The job that works on it, and its preview."""
        upload = self.object
        job = jobs.newest(uploads.APPLY, upload) if upload.record_id else jobs.newest(uploads.PREVIEW, upload)
        preview = upload.preview
        counts = preview.get("counts", {})
        tables = [(head, columns, preview[key], counts[key]) for key, head, columns in SHOWN if counts.get(key)]
        return super().get_context_data(
            upload=upload,
            job=job,
            counts=counts,
            outcomes=preview.get("outcomes", {}),
            tables=tables,
            created=preview.get("created", []),
            rejected_rows=preview.get("rejected_rows", [])[:10],
            without_hub=with_hubs(preview.get("without_hub", [])),
            bad_links=preview.get("bad_links", 0),
            touched=_touched(self.request.user, preview.get("touched", [])) if upload.may_be_applied else [],
            **kwargs,
        )


def _touched(user: Any, schools: list[int]) -> list[tuple[Hub, int, int]]:
    """The hubs with something open at schools that close, and how many enrolments and applications of each."""
    if not schools:
        return []
    work = open_work(user, None, clock.now())
    enrolled = dict(work.enrolments.filter(school__in=schools).order_by().values_list("hub").annotate(n=Count("pk")))
    applied = dict(work.interests.filter(school__in=schools).order_by().values_list("hub").annotate(n=Count("pk")))
    hubs = Hub.objects.visible_to(user).filter(Q(pk__in=enrolled) | Q(pk__in=[pk for pk in applied if pk]))
    return [(hub, enrolled.get(hub.pk, 0), applied.get(hub.pk, 0)) for hub in hubs.order_by("name", "pk")]


@require_POST
@role_required(NATIONAL)
def gias_upload_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Load what was previewed."""
    upload = get_object_or_404(GiasUpload.objects.visible_to(request.user), pk=pk)
    do(
        request,
        lambda: uploads.apply_upload(upload=upload, by=request.user, now=clock.now()),
        done="The file is being loaded. You are told by e-mail when it has finished.",
        failures=(uploads.CannotUpload,),
    )
    return redirect(upload)


@require_POST
@role_required(NATIONAL)
def gias_upload_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw it away."""
    upload = get_object_or_404(GiasUpload.objects.visible_to(request.user), pk=pk)
    is_gone = do(
        request,
        lambda: uploads.discard_upload(upload=upload, now=clock.now()),
        done="Thrown away. Nothing was changed.",
        failures=(uploads.CannotUpload,),
    )
    return redirect("schools:import-list") if is_gone else redirect(upload)
