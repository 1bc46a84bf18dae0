"""The home: what needs me now, then the pictures; by role."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.views import PortalRequest
from hubportal.dashboards.figures import contacts, pictures, work
from hubportal.dashboards.views.school import school_section
from programmes.models import Enrolment, parts_of
from schools import roles
from schools.models import Role, User
from workgroups.models import Answer, Group, Participant


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
        sections = self._sections()
        return {
            "greeting": _greeting(),
            "today": clock.today(),
            "heading": "Home",
            "sections": sections,
            "was": None if sections else self._was(),
            "has_titles": len(sections) > 1,
            # For people of schools: whoever works for a hub knows.
            "contacts": contacts.together(one["contacts"] for one in sections if "contacts" in one),
            "to_do": sum(len(one.get("work", ())) for one in sections if not one.get("only_reads")),
            **super().get_context_data(**kwargs),
        }

    def _was(self) -> Role | None:
        """For somebody without a role today: what they were last."""
        ended = Role.objects.by_hand().with_places().filter(person=self.request.user.person_id)
        return ended.filter(ends_on__lt=clock.today()).order_by("-ends_on", "-pk").first()

    def _sections(self) -> list[dict[str, Any]]:
        """One for the hub that is looked at, for the groups led, for one's schools and for the meetings attended."""
        scope, hub = self.request.user.scope, self.request.hub
        sections = []
        if scope.is_national or (hub is not None and scope.oversees(hub.pk)):
            sections.append(self._hub())
        if scope.has(*roles.LEADERS) and (hub is None or hub.pk in scope.leader_hub_ids):
            sections.append(self._leader())
        sections += self._elsewhere()
        if scope.has(*roles.SCHOOL_STAFF):
            sections.append(school_section(self.request))
        if scope.has(roles.TEACHER):
            sections.append(self._teacher())
        return sections

    def _reader(self, *, own_only: bool = False) -> work.Reader:
        return work.Reader(
            user=self.request.user,
            hub=self.request.hub,
            now=clock.now(),
            today=clock.today(),
            own_only=own_only,
            of_all=self._is_of_all(),
        )

    def _is_of_all(self) -> bool:
        """Whether the work list shows what others of the hub's staff look after, too."""
        return self._may_choose() or self.request.GET.get("whose") == "all"

    def _may_choose(self) -> bool:
        """Whether the hub's work list can be narrowed to what one leads in that hub."""
        scope, hub = self.request.user.scope, self.request.hub
        return hub is not None and hub.pk in scope.hub_ids & scope.leader_hub_ids

    def _hub(self) -> dict[str, Any]:
        user, hub, year = self.request.user, self.request.hub, self.request.year
        own_only = self.request.GET.get("work") == "mine" and self._may_choose()
        # A board looks on: what waits is the staff's to do.
        may_act = own_only or user.scope.has(roles.NATIONAL) or (hub is not None and hub.pk in user.scope.staff_hub_ids)
        return {
            "template": "dashboards/_home_hub.html",
            "title": str(hub) if hub else "All hubs",
            "work": sorted(
                [*self._proposed(), *work.work_list(self._reader(own_only=own_only), self._lines())],
                key=lambda item: not item.is_late,
            ),
            "keeps": may_act and not self._may_choose() and not user.scope.is_national,
            "of_all": self._is_of_all(),
            "own_only": own_only,
            "may_act": may_act,
            "only_reads": not may_act,
            "shows_hub": hub is None,
            "hub_without_email": hub if may_act and hub is not None and not hub.email else None,
            "may_choose": self._may_choose(),
            "first_steps": _first_steps(user),
            "meetings": pictures.next_meetings(user=user, hub=hub, now=clock.now()),
            "recruitment": pictures.recruitment(user=user, hub=hub, year=year, today=clock.today()),
            "visits": pictures.visits_by_term(user=user, hub=hub, year=year, today=clock.today()),
            "money": pictures.money(user=user, hub=hub, year=year),
        }

    def _proposed(self) -> list[work.Item]:
        """Who is next on the hub's waiting lists, for its staff, who decide."""
        hub = self.request.hub
        if hub is None or not self.request.user.scope.staffs(hub.pk):
            return []
        return work.proposed(hub, self._reader())

    def _lines(self) -> tuple[work.Line, ...]:
        """The national team's own work; a hub's where one works for the hub that is looked at."""
        scope, hub = self.request.user.scope, self.request.hub
        if not scope.has(roles.NATIONAL):
            return work.HUB_LINES
        if hub is None or hub.pk not in scope.hub_ids:
            return work.NATIONAL_LINES
        return (*[line for line in work.NATIONAL_LINES if line.key != "failed"], *work.HUB_LINES)

    def _leader(self) -> dict[str, Any]:
        user, year = self.request.user, self.request.year
        led = Group.objects.visible_to(user).led_by(user.person_id)
        found = {
            "template": "dashboards/_home_leader.html",
            "title": "Groups you lead",
            "meetings": pictures.next_meetings(user=user, hub=None, now=clock.now(), groups=led.values("pk")),
            "visits": pictures.visits_by_term(
                user=user, hub=None, year=year, today=clock.today(), person_id=user.person_id
            ),
            "groups": led.for_year(year).for_list(),
            "coming": pictures.groups_to_come(person_id=user.person_id, today=clock.today()),
        }
        if not self._may_choose():  # else the hub's list, above, holds it
            found["work"] = work.work_list(self._reader(own_only=True), work.LEADER_LINES)
        return found

    def _elsewhere(self) -> list[dict[str, Any]]:
        """Hubs for which the person does another kind of work than for the one that is looked at."""
        scope, hub = self.request.user.scope, self.request.hub
        if hub is None or scope.is_national:
            return []
        unseen = [ids for ids in (scope.hub_ids, scope.leader_hub_ids) if hub.pk not in ids]
        hubs = [one for one in self.request.hubs if any(one.pk in ids for ids in unseen)]
        return [{"template": "dashboards/_home_elsewhere.html", "title": "In other hubs", "hubs": hubs}] if hubs else []

    def _teacher(self) -> dict[str, Any]:
        user = self.request.user
        attended = Participant.objects.on(clock.today()).filter(person=user.person_id).values("place__group")
        meetings = pictures.next_meetings(user=user, hub=None, now=clock.now(), groups=attended)
        answers = dict(
            Answer.objects.filter(person=user.person_id, meeting__in=[meeting.pk for meeting in meetings]).values_list(
                "meeting", "kind"
            )
        )
        seen = Enrolment.objects.visible_to(user).with_last_place()
        parts = parts_of(user.person, clock.today(), seen)
        return {
            "template": "dashboards/_home_teacher.html",
            "title": "As a teacher",
            "parts": parts,
            "contacts": contacts.of_teacher(user, parts),
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
            ("Bring your records from spreadsheets", "dashboards:record-list"),
            ("Make leaders", "programmes:leader-create"),
            ("Make a group", "workgroups:group-create"),
        ]
    return []


def _greeting() -> str:
    hour = clock.now().astimezone(clock.LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
