"""Planning a group's meetings: proposals by wishes, each of them changed or left out, then all kept."""

from datetime import date, time
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.templatetags.portal import count
from hubportal.core.views import PortalRequest
from hubportal.core.workflow import CannotMove
from programmes.rules.calendar import CannotPlan
from schools.models import School
from workgroups.actions import meetings as actions
from workgroups.forms.meetings import PlanFormSet, PlanLineForm, WishForm
from workgroups.models import Group, Meeting
from workgroups.rules.planning import hosts_in_turn
from workgroups.views.groups import RUNNERS
from workgroups.views.meeting_warnings import warn_of_dates
from workgroups.views.pictures import plan_picture


def hosts_of(user: Any, group: Group, meeting: Meeting | None = None) -> QuerySet[School]:
    """The schools of a group that can host: one that has closed only where it is the place of the meeting already."""
    places = group.places.taken().values("enrolment__school")
    schools = School.objects.visible_to(user).filter(pk__in=places).order_by("name", "pk")
    day = clock.today() if meeting is None else clock.day_of(meeting.starts_at)
    closed = Q(Q(closed_on=None) | Q(closed_on__lte=day), gias_status=School.GiasStatus.CLOSED)
    stands = Q() if meeting is None or meeting.host_id is None else ~Q(pk=meeting.host_id)
    return schools.exclude(closed & stands)


MOST = 60
PlanLines = formset_factory(
    PlanLineForm, formset=PlanFormSet, extra=0, can_delete=True, max_num=MOST, absolute_max=MOST
)


class MeetingPlan(RoleRequired, View):
    """Plan the year: wishes in the address give proposals, each can be changed or left out, then all are kept."""

    roles = RUNNERS
    request: PortalRequest

    def _group(self, pk: int) -> Group:
        groups = Group.objects.visible_to(self.request.user).run_by(self.request.user).for_list()
        return get_object_or_404(groups, pk=pk)

    def get(self, request: PortalRequest, pk: int) -> HttpResponse:
        """The proposal for these wishes."""
        group = self._group(pk)
        wish = WishForm(request.GET if "weekday" in request.GET else None, initial=_wishes())
        wishes = wish.cleaned_data if wish.is_bound and wish.is_valid() else _wishes()
        problem, days = "", []
        try:
            days = actions.propose_dates(
                group=group,
                weekday=int(wishes["weekday"]),
                today=clock.today(),
                start=wishes["start"],
                end=wishes["end"],
            )
        except CannotPlan as error:
            problem = str(error)
        hosts = list(hosts_of(request.user, group))
        planned = _planned(group)
        # The schools of people who take part for themselves are not asked to host.
        in_turn = [] if group.offer.is_for_persons else [school.pk for school in hosts]
        turns = hosts_in_turn(in_turn, [one.host_id for one in planned], len(days))
        initial = [{**wishes, "day": day, "host": host} for day, host in zip(days, turns, strict=True)]
        lines = PlanLines(initial=initial, prefix="meeting", form_kwargs={"hosts": hosts})
        return self._page(group, lines, planned, wish=wish, problem=problem)

    def post(self, request: PortalRequest, pk: int) -> HttpResponse:
        """Keep the dates; a day that will not do comes back with everything typed."""
        group = self._group(pk)
        hosts = list(hosts_of(request.user, group))
        lines = PlanLines(request.POST, prefix="meeting", form_kwargs={"hosts": hosts})
        if not lines.is_valid():
            return self._page(group, lines, _planned(group))
        slots = [line.slot() for line in lines if not line.cleaned_data.get("DELETE")]
        if not slots:
            return self._page(group, lines, _planned(group), problem="Keep at least one meeting.")
        for line in lines:
            if not line.cleaned_data.get("DELETE"):
                problem = actions.why_not_day(group=group, day=line.cleaned_data["day"])
                if problem:
                    line.add_error("day", problem)
        try:
            if any(line.errors for line in lines):
                return self._page(group, lines, _planned(group))
            made = actions.plan_meetings(group=group, slots=slots, by=request.user, now=clock.now())
        except (actions.CannotMeet, CannotMove) as problem:
            return self._page(group, lines, _planned(group), problem=str(problem))
        messages.success(request, f"{count(len(slots), 'meeting')} planned.")
        warn_of_dates(request, group, made)
        return redirect("workgroups:group-meetings", pk=group.pk)

    def _page(
        self,
        group: Group,
        lines: Any,
        planned: list[Meeting],
        *,
        wish: Any = None,
        problem: str = "",
    ) -> HttpResponse:
        context = {
            "heading": f"Plan the meetings of {group.name}",
            "group": group,
            "lines": lines,
            "wish": wish or WishForm(initial=_wishes()),
            "problem": problem,
            "planned": planned,
            "picture": plan_picture(group, planned, _days(lines), clock.now()),
            "cancel_url": reverse("workgroups:group-meetings", args=[group.pk]),
        }
        return render(self.request, "workgroups/meeting_plan.html", context)


def _planned(group: Group) -> list[Meeting]:
    """The meetings that stand, in order."""
    return list(group.meetings.standing().select_related("host").order_by("starts_at", "pk"))


def _days(lines: Any) -> list[date]:
    """The days that the lines hold now: proposed, or typed and readable."""
    if not lines.is_bound:
        return [line["day"] for line in lines.initial or ()]
    typed = [line.cleaned_data for line in lines if hasattr(line, "cleaned_data")]
    return [line["day"] for line in typed if line.get("day") and not line.get("DELETE")]


def _wishes() -> dict[str, Any]:
    return {"weekday": "1", "start": time(13, 30), "end": time(16, 0)}
