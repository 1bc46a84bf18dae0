"""Who leads: another leader for a group, a planned change taken back, the end of a leader's time."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalRequest, StepForm, do
from programmes.actions.leaders import CannotLead
from programmes.models import Leader
from schools.roles import HUB_STAFF
from schools.rules import listed
from workgroups.actions import co_leading, leaving
from workgroups.actions import leading as actions
from workgroups.actions.candidates import leaders_for
from workgroups.forms.leading import CoLeaderForm, LastDayForm, LeaderChangeForm
from workgroups.models import CoLeader, Group, LeaderChange, Replacement
from workgroups.views.group_steps import GroupStep

OTHER_HUB = "Only the staff of a leader's own hub can do this."


class LeaderChangeStep(GroupStep):
    """Give a group to another leader."""

    changes_what_stands = True
    form_class = LeaderChangeForm
    template_name = "workgroups/leader_change.html"
    submit_label = "Change the leader"
    failures = (actions.CannotChangeLeader,)

    @property
    def done(self) -> str:  # type: ignore[override]
        """From when, and who hears of it."""
        change: LeaderChange = self.result
        told = "" if self.record.started_at is None else ", and so are the teachers and their schools"
        when = "now" if change.status == LeaderChange.Status.DONE else f"from {long_day(change.from_on)}"
        back = f", until {long_day(change.covers_until)}" if change.covers_until else ""
        return f"{change.leader} leads the group {when}{back}. They are told by e-mail{told}."

    def why_not(self) -> str:
        """Only while there is something to lead."""
        return self.record.why_over("its leader stays as it is.")  # type: ignore[no-any-return]

    def get_heading(self) -> str:
        """Which group."""
        return f"Change the leader of {self.record.name}"

    def leaders(self) -> QuerySet[Leader]:
        """Those of the hub that the programme asks for and who stay, but who leads it now."""
        rows = leaders_for(self.request.user, self.record.hub, self.record.offer)
        return rows.exclude(pk=self.record.leader_id)

    def planned(self) -> LeaderChange | None:
        """The change that is planned already."""
        changes = (
            LeaderChange.objects.visible_to(self.request.user).standing().select_related("group__offer", "group__hub")
        )
        return changes.filter(group=self.record, status=LeaderChange.Status.PLANNED).first()

    def get_form_kwargs(self) -> dict[str, Any]:
        """Who may lead it."""
        return {**super().get_form_kwargs(), "leaders": self.leaders()}

    def get_initial(self) -> dict[str, Any]:
        """From today."""
        return {"from_on": clock.today()}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """Who leads it; the day that the form begins with is only proposed."""
        return {"led_by": self.record.leader_id}

    def changed_since(self, form: BaseForm) -> str:
        """Who has given it to whom."""
        return actions.who_leads(self.record)

    def act(self, form: LeaderChangeForm) -> LeaderChange:
        """Change it."""
        return actions.change_leader(group=self.record, by=self.request.user, now=clock.now(), **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is planned already; where that cannot be taken back here, why, and what can."""
        found, planned = super().get_context_data(**kwargs), self.planned()
        why_not = actions.why_not_take_back(planned, planned.was) if planned else ""
        came_with = None
        if planned and why_not:
            came_with = Replacement.objects.visible_to(self.request.user).that_end_with(planned).for_list().first()
        return {**found, "planned": planned, "why_not": why_not, "came_with": came_with}


class CoLeaders(GroupStep):
    """Who leads a group beside its leader: add one, end one."""

    form_class = CoLeaderForm
    template_name = "workgroups/co_leaders.html"
    submit_label = "Add"
    done = "Added. They see the group, keep its registers, log visits and are reminded of both."
    failures = (actions.CannotChangeLeader,)

    def why_not(self) -> str:
        """Only while there is something to lead."""
        return self.record.why_over("nobody joins its leader.")  # type: ignore[no-any-return]

    def get_heading(self) -> str:
        """Of which group."""
        return f"Who leads {self.record.name} beside {self.record.leader.person}"

    def beside(self) -> QuerySet[CoLeader]:
        """Who does, or will."""
        rows = CoLeader.objects.visible_to(self.request.user).not_over(clock.today())
        return rows.filter(group=self.record).order_by("since", "pk")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The hub's other leaders, of either kind."""
        leaders = Leader.objects.visible_to(self.request.user).filter(hub=self.record.hub_id)
        return {
            **super().get_form_kwargs(),
            "leaders": leaders.not_ended(clock.today()).exclude(pk=self.record.leader_id).for_list(),
        }

    def get_initial(self) -> dict[str, Any]:
        """From today."""
        return {"since": clock.today()}

    def act(self, form: CoLeaderForm) -> CoLeader:
        """Add one."""
        return co_leading.add_beside(group=self.record, by=self.request.user, now=clock.now(), **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who leads it beside already."""
        return {**super().get_context_data(**kwargs), "beside": self.beside(), "today": clock.today()}

    def get_success_url(self) -> str:
        """The same page."""
        return reverse("workgroups:co-leaders", args=[self.record.pk])

    def get_cancel_url(self) -> str:
        """The group."""
        return self.record.get_absolute_url()  # type: ignore[no-any-return]


@require_POST
@role_required(*HUB_STAFF)
def co_leader_end(request: PortalRequest, pk: int) -> HttpResponseBase:
    """End that somebody leads a group beside its leader."""
    seen = CoLeader.objects.visible_to(request.user).filter(group__hub__in=request.user.scope.staff_hub_ids)
    one = get_object_or_404(seen.select_related("group__hub", "leader__person"), pk=pk)
    do(
        request,
        lambda: co_leading.end_beside(one=one, by=request.user, now=clock.now()),
        done=f"{one} no longer leads the group beside its leader.",
    )
    return redirect("workgroups:co-leaders", one.group_id)


@require_POST
@role_required(*HUB_STAFF)
def leader_change_take_back(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a planned change of leader back."""
    groups = Group.objects.visible_to(request.user).filter(hub__in=request.user.scope.staff_hub_ids)
    group = get_object_or_404(groups, pk=pk)
    do(
        request,
        lambda: actions.take_back(group=group, by=request.user, now=clock.now()),
        done="The change is taken back. Whoever had heard of it is told.",
        failures=(actions.CannotChangeLeader,),
    )
    return redirect(group)


class LeaderEnd(StepForm):
    """End a leader's time with the hub; correct the last day, or take it back."""

    changes_what_stands = True
    model = Leader
    form_class = LastDayForm
    roles = HUB_STAFF
    template_name = "workgroups/leader_end.html"
    lede = "Their role ends with that day."
    failures = (CannotLead, actions.CannotChangeLeader)
    record: Leader
    fell: leaving.Fell

    def why_not(self) -> str:
        """Staff of the leader's own hub."""
        return "" if self.record.hub_id in self.request.user.scope.staff_hub_ids else OTHER_HUB

    def get_heading(self) -> str:
        """Who and what."""
        name, kind = self.record.person.name, self.record.get_kind_display()
        return f"Correct {name}'s last day as a {kind}" if self.record.ends_on else f"End {name}'s time as a {kind}?"

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        """What the button does."""
        return "Correct the last day" if self.record.ends_on else "End their time"

    @property
    def done(self) -> str:  # type: ignore[override]
        """The day, or that they stay; and what that means for the groups that they lead beside their leader."""
        if self.result is None:
            again = self._beside().values("group")
            names = self._names(leaving.groups_beside(self.record.fell).filter(pk__in=again))
            return "They stay: no last day is set." + (f" They lead beside as before: {names}." if names else "")
        names = self._names(leaving.groups_beside(self.fell))
        return f"Their last day is {long_day(self.result)}." + (
            f" After it they lead no group beside its leader: {names}." if names else ""
        )

    def _beside(self) -> QuerySet[CoLeader]:
        rows = CoLeader.objects.visible_to(self.request.user).not_over(clock.today())
        return rows.filter(leader=self.record).order_by("group__name", "pk")

    def _names(self, groups: QuerySet[Group]) -> str:
        seen = Group.objects.visible_to(self.request.user).values("pk")
        return listed(groups.filter(pk__in=seen).values_list("name", flat=True))

    def get_initial(self) -> dict[str, Any]:
        """The day that was set."""
        return {"last_day": self.record.ends_on}

    def get_form_kwargs(self) -> dict[str, Any]:
        """One that was set may be taken back."""
        return {**super().get_form_kwargs(), "has_one": self.record.ends_on is not None}

    def act(self, form: LastDayForm) -> date | None:
        """Set the last day."""
        last_day: date | None = form.cleaned_data["last_day"]
        self.fell = leaving.end_leader(
            leader=self.record, by=self.request.user, today=clock.today(), last_day=last_day, now=clock.now()
        )
        return last_day

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The groups that need another leader first, and those that they lead beside their leader."""
        beside = listed(self._beside().values_list("group__name", flat=True))
        groups = leaving.groups_left(leader=self.record)
        return {**super().get_context_data(**kwargs), "groups": groups, "beside": beside}

    def get_success_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")

    get_cancel_url = get_success_url
