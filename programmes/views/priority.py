"""A hub's priority list: seen, downloaded, filled from a file, taken away."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.forms import PortalForm
from hubportal.core.templatetags.portal import count, count_or_no, long_day
from hubportal.core.views import PortalList, PortalRequest, StepForm, do
from programmes.actions import priority
from programmes.adapters.priority_file import BadList, read_list
from programmes.forms.priority import PriorityForm
from programmes.models import PriorityListing, PriorityUpload
from programmes.rules.priority_list import Plan
from programmes.views.interest import OTHER_HUB
from programmes.views.offers import own_hub
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL


class PriorityList(PortalList):
    """The schools that a hub takes first."""

    model = PriorityListing
    roles = (*HUB_READERS, NATIONAL)
    template_name = "programmes/priority_list.html"
    heading, noun = "Priority list", "school"
    hub_path = "hub"
    sorts = {"school": ("school__name", "pk"), "reason": ("reason", "school__name", "pk")}
    export_name = "priority-list"
    export_columns = [
        ("URN", lambda one: one.urn),
        ("School", lambda one: one.school.name),
        ("Local authority", lambda one: one.school.authority.name),
        ("Reason", lambda one: one.reason),
    ]
    shown = (
        *("pk", "school", "urn", "school__name", "school__authority__name", "reason"),
        *("hub_id", "school__hub_id", "school__hub__name"),
    )

    def prepare(self, rows: Any) -> Any:
        """With each school's number."""
        return rows.for_list().with_urn()

    def line(self, *values: Any) -> tuple[Any, ...]:
        """With the hub that a school belongs to where that is another one now."""
        *row, hub, school_hub, name = values
        return (*row, "" if hub == school_hub else name or "no hub")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it can be filled, which files wait to be applied, and what became of the last one."""
        hub = self.request.hub
        is_staff = hub is not None and self.request.user.scope.staffs(hub.pk)
        uploads = PriorityUpload.objects.visible_to(self.request.user).filter(hub=hub)
        last = uploads.filter(is_pending=False).first() if is_staff else None
        waiting = list(uploads.pending().select_related("by__person")) if is_staff else []
        return super().get_context_data(is_staff=is_staff, last=last, waiting=waiting, **kwargs)


class PriorityFill(StepForm):
    """Hand in a file; nothing is changed before somebody has looked at what it would do."""

    of_top_bar = True
    form_class = PriorityForm
    roles = HUB_STAFF
    heading, submit_label, done = "Fill the priority list from a file", "Read the file", ""
    failures = (BadList, priority.CannotFill)

    @cached_property
    def waiting(self) -> PriorityUpload | None:
        """What this person has read before and neither applied nor thrown away: another file takes its place."""
        mine = PriorityUpload.objects.visible_to(self.request.user).pending()
        return mine.filter(hub=own_hub(self.request), by=self.request.user).first()

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What is lost with another file."""
        said = "{file} waits, read on {day} and not applied: it is thrown away when you read another file."
        return said.format(file=self.waiting, day=long_day(self.waiting.at)) if self.waiting else ""

    def act(self, form: PriorityForm) -> PriorityUpload:
        """Read it and keep what it says."""
        self.done = f"{self.waiting}, which you had read before, is thrown away." if self.waiting else ""
        upload = form.cleaned_data["file"]
        return priority.look_at(
            hub=own_hub(self.request),
            entries=read_list(upload),
            is_whole=form.cleaned_data["how"] == "whole",
            file_name=upload.name,
            by=self.request.user,
            now=clock.now(),
        )

    def get_success_url(self) -> str:
        """What it would do."""
        return reverse("programmes:priority-preview", args=[self.result.pk])

    def get_cancel_url(self) -> str:
        """The list."""
        return reverse("programmes:priority-list")


class PriorityPreview(StepForm):
    """What a file would do to the list: who comes, who goes, which lines are left out and why."""

    model, form_class = PriorityUpload, PortalForm
    roles = HUB_STAFF
    template_name = "programmes/priority_preview.html"
    submit_label, done = "Apply the file", ""
    failures = (priority.CannotFill,)
    record: PriorityUpload

    def prepare(self, rows: Any) -> Any:
        """One that waits."""
        return rows.pending().select_related("hub")

    def why_not(self) -> str:
        """Staff of the hub whose list it is."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get_heading(self) -> str:
        """Which file."""
        return f"What {self.record.file_name} would change"

    @cached_property
    def plan(self) -> Plan:
        """As the list is now."""
        return priority.plan_for(self.record)

    def act(self, form: Any) -> PriorityUpload:
        """Do it."""
        seen = self.request.POST.get("seen", "")
        return priority.apply(upload=self.record, seen=seen, by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """The list, with what became of each line that was left out."""
        one: PriorityUpload = self.result
        left_out = f" {count(len(one.problems), 'line')} left out: see below." if one.problems else ""
        said = f"{count(one.added, 'school')} added, {one.changed} changed, {one.removed} removed.{left_out}"
        messages.success(self.request, said)
        return reverse("programmes:priority-list")

    def get_cancel_url(self) -> str:
        """The list, which is as it was."""
        return reverse("programmes:priority-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The plan."""
        plan = self.plan
        tables = [
            (head, rows)
            for head, rows in (
                ("come to the list", plan.fresh),
                ("get another reason", plan.changed),
                ("go from the list", plan.gone),
            )
            if rows
        ]
        return super().get_context_data(plan=plan, seen=priority.mark_of(plan), tables=tables, **kwargs)


@require_POST
@role_required(*HUB_STAFF)
def priority_throw_away(request: PortalRequest, pk: int) -> HttpResponse:
    """Forget a file that was looked at."""
    seen = PriorityUpload.objects.visible_to(request.user).filter(hub__in=request.user.scope.staff_hub_ids)
    upload = get_object_or_404(seen.pending(), pk=pk)
    do(
        request,
        lambda: priority.throw_away(upload=upload),
        done="Thrown away. The list is as it was.",
        failures=(priority.CannotFill,),
    )
    return redirect("programmes:priority-list")


@require_POST
@role_required(*HUB_STAFF)
def priority_take_off(request: PortalRequest, pk: int) -> HttpResponse:
    """Take one school off the list."""
    seen = PriorityListing.objects.visible_to(request.user).filter(hub__in=request.user.scope.staff_hub_ids)
    listing = get_object_or_404(seen.select_related("school"), pk=pk)
    do(
        request,
        lambda: priority.take_off(listing=listing, by=request.user),
        done=f"{listing.school} is no longer on the list.",
        failures=(priority.CannotFill,),
    )
    return redirect("programmes:priority-list")


class PriorityClear(StepForm):
    """Take all schools off the list."""

    of_top_bar = True
    form_class = PortalForm
    roles = HUB_STAFF
    heading, submit_label = "Take all schools off the priority list?", "Take all off"
    lede, done = "Download the list first if you may want it again.", ""

    def act(self, form: Any) -> None:
        """Empty it."""
        number = priority.clear_list(hub=own_hub(self.request), by=self.request.user)
        messages.success(self.request, f"{capfirst(count_or_no(number, 'school'))} taken off the list.")

    def get_success_url(self) -> str:
        """The list."""
        return reverse("programmes:priority-list")

    get_cancel_url = get_success_url
