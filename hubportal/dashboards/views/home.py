"""The home: what needs me now, then the pictures; by role."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import TemplateView

from funding.models import Award
from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.views import PortalRequest
from hubportal.dashboards.figures import pictures, work
from programmes.models import Enrolment
from schools import roles
from schools.models import User
from workgroups.models import Answer, Group


def home(request: HttpRequest) -> HttpResponse:
    """The public page for strangers, a work list for everybody else."""
    if not request.user.is_authenticated:
        return render(request, "dashboards/welcome.html")
    view: Any = Home.as_view()
    response: HttpResponse = view(request)
    return response


class Home(RoleRequired, TemplateView):
    """What needs me now: a section for each thing that the person's roles do."""

    template_name = "dashboards/home.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sections of the person's roles, the widest role first."""
        scope, hub = self.request.user.scope, self.request.hub
        context: dict[str, Any] = {"greeting": _greeting(), "today": clock.today(), "heading": "Home"}
        if scope.is_national or (hub is not None and scope.oversees(hub.pk)):
            context |= self._hub()
        elif scope.has(*roles.LEADERS):
            context |= self._leader()
        elif scope.has(*roles.SCHOOL_STAFF):
            context |= self._school()
        elif scope.has(roles.TEACHER):
            context |= self._teacher()
        return {**context, **super().get_context_data(**kwargs)}

    def _reader(self, *, own_only: bool = False) -> work.Reader:
        return work.Reader(
            user=self.request.user, hub=self.request.hub, now=clock.now(), today=clock.today(), own_only=own_only
        )

    def _hub(self) -> dict[str, Any]:
        user, hub, year = self.request.user, self.request.hub, self.request.year
        own_only = self.request.GET.get("work") == "mine" and user.scope.has(*roles.LEADERS)
        # A board looks on: what waits is the staff's to do.
        may_act = own_only or user.scope.has(roles.NATIONAL) or (hub is not None and hub.pk in user.scope.staff_hub_ids)
        return {
            "kind": "hub",
            "work": work.work_list(self._reader(own_only=own_only), self._lines()),
            "own_only": own_only,
            "may_act": may_act,
            "only_reads": not may_act,
            "shows_hub": hub is None,
            "hub_without_email": hub if may_act and hub is not None and not hub.email else None,
            "may_choose": user.scope.has(*roles.LEADERS),
            "first_steps": _first_steps(user),
            "meetings": pictures.next_meetings(user=user, hub=hub, now=clock.now()),
            "recruitment": pictures.recruitment(user=user, hub=hub, year=year),
            "visits": pictures.visits_by_term(user=user, hub=hub, year=year, today=clock.today()),
            "money": pictures.money(user=user, hub=hub, year=year),
        }

    def _lines(self) -> tuple[work.Line, ...]:
        """The national team's own work; a hub's where one works for the hub that is looked at."""
        scope, hub = self.request.user.scope, self.request.hub
        if not scope.has(roles.NATIONAL):
            return work.HUB_LINES
        if hub is None or hub.pk not in scope.hub_ids:
            return work.NATIONAL_LINES
        return (*[line for line in work.NATIONAL_LINES if line.key != "failed"], *work.HUB_LINES)

    def _leader(self) -> dict[str, Any]:
        user = self.request.user
        groups = Group.objects.visible_to(user).led_by(user.person_id).for_year(self.request.year).for_list()
        return {
            "kind": "leader",
            "work": work.work_list(self._reader(own_only=True), work.LEADER_LINES),
            "meetings": pictures.next_meetings(user=user, hub=None, now=clock.now()),
            "visits": pictures.visits_by_term(
                user=user, hub=None, year=self.request.year, today=clock.today(), person_id=user.person_id
            ),
            "groups": groups,
        }

    def _school(self) -> dict[str, Any]:
        user, year = self.request.user, self.request.year
        enrolments = Enrolment.objects.visible_to(user).for_year(year).for_list().prefetch_related("teachers")
        awards = Award.objects.visible_to(user).for_year(year).for_list()
        return {
            "kind": "school",
            "enrolments": [
                {"enrolment": one, "unnamed": sum(teacher.person_id is None for teacher in one.teachers.all())}
                for one in enrolments
            ],
            "awards": [award for award in awards if award.left and not award.is_of_leaver],
            "meetings": pictures.next_meetings(user=user, hub=None, now=clock.now()),
            "visits": pictures.next_visits(user=user, today=clock.today()),
            "last_visits": pictures.last_visits(user=user, year=year),
        }

    def _teacher(self) -> dict[str, Any]:
        user = self.request.user
        meetings = pictures.next_meetings(user=user, hub=None, now=clock.now(), own=user.person_id)
        answers = dict(
            Answer.objects.filter(person=user.person_id, meeting__in=[meeting.pk for meeting in meetings]).values_list(
                "meeting", "kind"
            )
        )
        return {
            "kind": "teacher",
            "meetings": meetings,
            "answers": {pk: Answer.Kind(kind).label for pk, kind in answers.items()},
        }


def _first_steps(user: User) -> list[tuple[str, str]]:
    """Where a portal that is still empty begins, by role: label and URL name."""
    if user.scope.has(roles.NATIONAL):
        return [
            ("Invite hub leads, on a hub's page", "dashboards:hub-table"),
            ("See the offers", "programmes:offer-list"),
        ]
    if user.scope.has(*roles.HUB_STAFF):
        return [
            ("Invite your colleagues", "schools:person-create"),
            ("Make leaders", "programmes:leader-create"),
            ("Make a group", "workgroups:group-create"),
        ]
    return []


def _greeting() -> str:
    hour = clock.now().astimezone(clock.LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
