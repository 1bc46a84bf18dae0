"""Hubs change: made, edited; another lead school, a split, a merger, each previewed before it is planned."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.forms import PortalForm
from hubportal.core.previews import PreviewedStep
from hubportal.core.step_back import TakeBack
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalDetail, PortalRequest, StepForm
from hubportal.dashboards.actions import overrides
from hubportal.dashboards.forms.hubs import ChangeForm, HubForm, LeadSchoolForm, MergerForm, SplitForm
from schools.actions import hubs
from schools.models import Hub, HubChange, School
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL
from schools.rules import academic_year
from schools.rules import last_day as year_ends
from workgroups.actions.hub_changes import counts_of
from workgroups.actions.leaders_going import who_goes
from workgroups.actions.leaving import groups_bereft
from workgroups.notices.running import what_goes

TAKES_OVER = "Only the staff of the hub that takes over, or the national team, take over what the other had set."


class HubSave(StepForm):
    """What making and editing a hub share."""

    form_class = HubForm
    roles = (NATIONAL,)
    failures = (hubs.CannotChangeHub,)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The hub, and the schools among which its lead school is."""
        schools = School.objects.visible_to(self.request.user)
        return {**super().get_form_kwargs(), "hub": self.record, "schools": schools}

    def act(self, form: HubForm) -> Hub:
        """Keep it."""
        return hubs.save_hub(
            hub=self.record,
            facts=form.facts(),
            authorities=list(form.cleaned_data.get("authorities", ())),
            by=self.request.user,
            now=clock.now(),
        )

    def get_success_url(self) -> str:
        """The hub's page."""
        return str(self.result.get_absolute_url())

    def get_cancel_url(self) -> str:
        """The hub's page, or all hubs."""
        return str(self.record.get_absolute_url()) if self.record else reverse("dashboards:hub-table")


class HubCreate(HubSave):
    """Make a hub."""

    heading, submit_label, done = "Make a hub", "Make it", "The hub is made. Invite its lead next."


class HubEdit(HubSave):
    """Change what is known of a hub."""

    changes_what_stands = True
    model = Hub
    done = "Details changed."

    def get_heading(self) -> str:
        """Of which hub."""
        return f"Change the details of {self.record}"

    def get_initial(self) -> dict[str, Any]:
        """As they stand."""
        return {name: getattr(self.record, name) for name in ("name", "region", "email")}


class HubChangeStep(PreviewedStep):
    """Asks for a change, shows what it would do, and then plans it."""

    model = Hub
    roles = (NATIONAL,)
    template_name = "dashboards/hub_change_form.html"
    failures = (hubs.CannotChangeHub,)
    submit_label, done = "Show what would change", ""
    words = ""

    def why_not(self) -> str:
        """Open hubs."""
        return f"{self.record} is closed: it stands in history only." if self.record.closed_on else ""

    def get_heading(self) -> str:
        """Of which hub."""
        return self.words.format(hub=self.record)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the hub's own staff and local authorities."""
        schools = School.objects.visible_to(self.request.user)
        return {**super().get_form_kwargs(), "hub": self.record, "schools": schools, "today": clock.today()}

    def preview(self, form: ChangeForm) -> dict[str, Any]:
        """In numbers, with what stays; which schools they are counts for what was shown, not only how many."""
        wish, today = form.wish(), clock.today()
        hubs.check(wish, today)
        last_day, kinds = wish.from_on - timedelta(days=1), HubChange.Kind
        shown = {
            "counts": counts_of(wish),
            "is_without_lead": hubs.is_without_lead(wish, today),
            "is_at_once": wish.from_on <= today,
            "who_goes": who_goes(wish),
            "bereft": groups_bereft(ending=wish.leaving, last_day=last_day) if wish.kind == kinds.LEAD_SCHOOL else [],
            "plans": hubs.plans_touched(wish),
            "ended": list(hubs.changes_ended(wish.hub)) if wish.kind == kinds.MERGER else [],
        }
        stays = overrides.overrides_of(wish.hub, wish.other, today)
        going = sorted(hubs.schools_going(wish).values_list("pk", flat=True)) if wish.other else []
        stands = [shown, [one.what for one in stays], going, wish.hub.lead_school_id]
        days = {"last_day": last_day, "year_end": year_ends(academic_year(wish.from_on))}
        return {"wish": wish, "stays": stays, "stands": stands, **days, **shown}

    def act(self, form: ChangeForm) -> HubChange:
        """Plan it, or let it happen at once."""
        return hubs.plan_change(wish=form.wish(), by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """The change's page."""
        change: HubChange = self.result
        when = f"It happens on {long_day(change.from_on)}." if change.is_planned else "It has happened."
        messages.success(self.request, f"{when} What runs follows within a minute.")
        return change.get_absolute_url()


class HubLeadSchool(HubChangeStep):
    """Another lead school."""

    form_class = LeadSchoolForm
    words = "Another lead school for {hub}"


class HubSplit(HubChangeStep):
    """A part of the schools goes to another hub."""

    form_class = SplitForm
    words = "Split {hub}"


class HubMerge(HubChangeStep):
    """The hub goes on in another."""

    form_class = MergerForm
    words = "Merge {hub} into another hub"


class HubChangeDetail(PortalDetail):
    """One change: what, from when, why, how far it is."""

    model = HubChange
    roles = (NATIONAL, *HUB_READERS)
    template_name = "dashboards/hub_change.html"
    object: HubChange

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who and what it concerns."""
        change = self.object
        is_done = change.status == HubChange.Status.DONE
        return super().get_context_data(
            change=change,
            overrides=overrides.overrides_of(change.hub, change.other, clock.today()),
            may_take_over=is_done and _takes_over(self.request, change),
            back=change.taken_back(),
            authorities=list(change.authorities.all()),
            what_goes=what_goes(change),
            school_count=change.schools.count(),
            leaving=list(change.leaving.select_related("person").order_by("person__name", "pk")),
            both=list(change.both.select_related("person").order_by("person__name", "pk")),
            may_take_back=change.is_planned and self.request.user.scope.is_national,
            **kwargs,
        )


class HubChangeTakeBack(TakeBack):
    """Take a planned change back."""

    model, roles = HubChange, (NATIONAL,)
    lede = "Nothing changes on the day. Whoever has heard of it is told."
    done = "Taken back: nothing changes. The hubs are told."
    record: HubChange

    def get_heading(self) -> str:
        """Which."""
        return f"Take this back: {self.record}, from {long_day(self.record.from_on)}?"

    def act(self, form: PortalForm) -> None:
        """Take it back."""
        hubs.take_back(change=self.record, by=self.request.user, now=clock.now())


def _takes_over(request: PortalRequest, change: HubChange) -> bool:
    return bool(request.user.scope.is_national or request.user.scope.staffs(change.other_id))


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def hub_change_take_over(request: PortalRequest, pk: int) -> HttpResponse:
    """Take over one thing that the old hub had set by hand."""
    rows = HubChange.objects.visible_to(request.user).for_list()
    change = get_object_or_404(rows.filter(status=HubChange.Status.DONE), pk=pk)
    if not _takes_over(request, change):
        raise PermissionDenied(TAKES_OVER)
    key, by, today = request.POST.get("what", ""), request.user, clock.today()
    try:
        draft = overrides.take_over(change=change, key=key, by=by, today=today)
    except overrides.FAILURES as problem:
        messages.error(request, str(problem))
        return redirect(change)
    if draft is not None:
        messages.success(request, f"Taken over as a draft of {change.other}. Publish it when it is right.")
        return redirect(draft)
    messages.success(request, f"Taken over: it holds in {change.other} from now on.")
    return redirect(change)
