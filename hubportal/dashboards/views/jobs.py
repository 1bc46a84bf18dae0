"""Long work: what runs, how far it is, how it ended."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock, jobs
from hubportal.core.access import role_required
from hubportal.core.models import Job, JobQuerySet
from hubportal.core.views import JobPage, PortalList, PortalRequest
from schools.roles import HUB_STAFF, NATIONAL

NOT_YOURS = "Only whoever began this, and the staff of the hub that it is for, can stop it."


class JobList(PortalList):
    """All long work, newest first."""

    model = Job
    roles = (NATIONAL, *HUB_STAFF)
    template_name = "dashboards/job_list.html"
    heading, noun = "Long work", "piece of long work"
    by_hub = False


class JobDetail(JobPage):
    """One piece of long work; its progress asks again by itself."""

    model = Job
    roles = (NATIONAL, *HUB_STAFF)
    template_name = "dashboards/job_detail.html"

    def prepare(self, rows: Any) -> JobQuerySet:
        """With who asked and for which file."""
        prepared: JobQuerySet = rows.select_related("by__person", "file")
        return prepared

    def get_heading(self) -> str:
        """What it does."""
        return str(self.object.label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The address of its result."""
        job, kind = self.object, jobs.kinds().get(self.object.kind)
        may_stop = job.may_be_stopped_by(self.request.user)
        return super().get_context_data(job=job, page_url=kind.page(job) if kind else "", may_stop=may_stop, **kwargs)


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def job_stop(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop one that waits or runs."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not job.may_be_stopped_by(request.user):
        raise PermissionDenied(NOT_YOURS)
    if jobs.cancel(job, now=clock.now()):
        messages.success(request, f"Stopped. {jobs.left_by(job)}")
    else:
        messages.error(request, "This had ended already.")
    return redirect("dashboards:job-detail", pk)
