"""Groups: the list, the pages of one group, and the steps from making it to completing it."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.notices import kinds
from hubportal.core.templatetags.portal import count, short_day, tag
from hubportal.core.views import PER_PAGE, PortalDetail
from programmes.models import Enrolment, Offer
from schools.models import Hub, School
from schools.roles import HUB_READERS, HUB_STAFF, LEADERS, NATIONAL, SCHOOL_STAFF, TEACHER
from schools.rules import academic_year
from schools.views.writing import WritableList
from workgroups.actions.groups import start_facts
from workgroups.actions.recipients import GROUP_AUDIENCES, of_groups
from workgroups.filters.groups import GroupFilter
from workgroups.models import (
    Attendance,
    CoLeader,
    Group,
    LeaderChange,
    Meeting,
    Participant,
    Place,
    Visit,
    led_by,
    with_outlook,
    without_group,
)
from workgroups.rules.planning import short_words, why_not_start
from workgroups.rules.registers import came_words
from workgroups.views.pictures import group_picture
from workgroups.views.watching import watched

READERS: tuple[str, ...] = (NATIONAL, *HUB_READERS, *LEADERS, *SCHOOL_STAFF, TEACHER)
OVERSEERS: tuple[str, ...] = (NATIONAL, *HUB_READERS)
RUNNERS = (*HUB_STAFF, *LEADERS)
HUB_READS = "Only the hub that runs this group reads this, and the group's leader its history."


class GroupList(WritableList):
    """The groups of a hub; a leader's own; a school's."""

    model = Group
    roles = READERS
    template_name = "workgroups/group_list.html"
    noun = "group"
    hub_path = "hub"
    audiences, pick = GROUP_AUDIENCES, staticmethod(of_groups)
    filterset_class = GroupFilter
    by_year = True
    sorts = {
        "name": ("name", "pk"),
        "programme": ("offer__title", "name", "pk"),
        "leader": ("leader__person__name", "name", "pk"),
        "next": ("next_at", "name", "pk"),
    }
    export_name = "groups"
    export_columns = [
        ("Group", lambda group: group.name),
        ("Programme", lambda group: group.offer.title),
        ("Leader", lambda group: group.leader.person.name),
        ("Status", lambda group: group.get_status_display()),
        ("Schools", lambda group: group.places_taken),
        ("Places", lambda group: group.places_max),
        ("Next meeting", lambda group: group.next_at),
    ]

    shown = (
        *("pk", "name", "offer__title", "offer__group_min", "leader__person__name"),
        *("places_taken", "places_max", "next_at", "status", "late_visits"),
    )

    def may_write(self) -> bool:
        """A leader to the groups that they lead, for the hub that they lead them for."""
        hub = self.request.hub
        is_own = self._is_mine() and hub is not None and hub.pk in self.request.user.scope.leader_hub_ids
        return is_own or super().may_write()

    def written_for(self) -> Hub | None:
        """A leader writes for the hub too."""
        return super().written_for() or (None if self.request.user.scope.is_national else self.request.hub)

    def get_heading(self) -> str:
        """Leaders read "My groups"."""
        if self._is_mine():
            return "My groups"
        return "Groups" if may(self.request.user, *OVERSEERS) else "Our groups"

    def _waiting(self) -> list[Any]:
        """By programme, a hub's version and the national offer as one, how many schools of any year have no group."""
        user = self.request.user
        seen = Enrolment.objects.visible_to(user).for_hub(self.request.hub)
        enrolments = seen.filter(hub__in=user.scope.staff_hub_ids)
        offers = without_group(enrolments).order_by("offer__year", "offer__title", "offer")
        rows = offers.values("offer", "offer__title", "offer__year", "offer__served_by", "offer__stands_for")
        found: dict[Any, Any] = {}
        for row in rows.annotate(schools=Count("pk")):
            key = row["offer__stands_for"] or row["offer"], row["offer__served_by"] == Offer.Served.SCHOOL
            before = found.get(key)
            # A group is made of the version, which is offered now.
            named = row if before is None or row["offer__stands_for"] else before
            found[key] = {**named, "schools": row["schools"] + (before["schools"] if before else 0)}
        return list(found.values())

    def _may_make(self) -> bool:
        """In the hub of the top bar; where none is chosen, the step asks for one."""
        hub, scope = self.request.hub, self.request.user.scope
        return bool(scope.staff_hub_ids) if hub is None else scope.staffs(hub.pk)

    def _elsewhere(self) -> QuerySet[Group] | None:
        """What the hub that is looked at reads, and does not run: its schools take part."""
        hub, user = self.request.hub, self.request.user
        if hub is None or hub.pk not in user.scope.hub_ids or self._is_mine():
            return None
        rows = Group.objects.visible_to(user).elsewhere(hub).for_list()
        return rows if self._is_of_all_years() else rows.for_year(self.request.year)

    def _is_mine(self) -> bool:
        return self._only_leads() or self.request.GET.get("mine") == "yes"

    def _only_leads(self) -> bool:
        """Whether there are no other groups to read: of a hub, or of one's own school."""
        user = self.request.user
        return may(user, *LEADERS) and not may(user, *OVERSEERS, *SCHOOL_STAFF, TEACHER)

    def prepare(self, rows: Any) -> QuerySet[Group]:
        """With the next meeting and what to watch."""
        if self._is_mine():
            rows = rows.led_by(self.request.user.person_id)
        late, scope = Visit.objects.late(clock.today()), self.request.user.scope
        if not scope.is_national:
            # Whoever sees a group from a school of theirs does not read how the others' visits stand.
            own = led_by(scope, "group__leader__person", "group__hub", "group")
            late = late.filter(own | Q(group__hub__in=scope.hub_ids))
        return with_outlook(rows.for_list(), now=clock.now(), late=late)

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column; how many it still needs, and visits that are late, stand out."""
        pk, name, programme, group_min, leader, taken, places_max, next_at, status, late = values
        places = f"{taken} of {places_max}" if places_max else str(taken)
        needs = f"needs {group_min}" if status == Group.Status.FORMING and taken < group_min else ""
        stand = tag(status, STATUSES[status])
        warning = f"{count(late, 'visit')} late" if late else ""
        return str(pk), name, programme, leader, places, needs, short_day(next_at) or "–", stand, warning

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether to offer a new group, and the choice between mine and all."""
        user = self.request.user
        return {
            "may_make": self._may_make(),
            "may_choose": may(user, *LEADERS) and not self._only_leads(),
            "is_mine": self._is_mine(),
            "waiting": self._waiting() if self._may_make() else [],
            "elsewhere": self._elsewhere(),
            **super().get_context_data(**kwargs),
        }


STATUSES: dict[str, str] = dict(Group.Status.choices)


class GroupPage(PortalDetail):
    """What every tab of a group shares."""

    model = Group
    roles: tuple[str, ...] = READERS
    tab_bar = "GROUP_TABS"

    def prepare(self, rows: Any) -> QuerySet[Group]:
        """With the half-terms' hub, and who leads it next where that is planned."""
        # What is planned for a group that has ended is taken back on its day: until then it has its e-mails right.
        planned = LeaderChange.objects.filter(
            group=OuterRef("pk"), group__status__in=Group.OPEN, status=LeaderChange.Status.PLANNED
        )
        prepared: QuerySet[Group] = rows.for_list().annotate(
            next_leader=Subquery(planned.values("leader__person__name")[:1]),
            next_leader_from=Subquery(planned.values("from_on")[:1]),
        )
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which steps this person has here."""
        scope, group = self.request.user.scope, self.object
        return {
            "is_staff": scope.staffs(group.hub_id),
            "may_run": group.is_run_by(scope),
            "oversees": scope.oversees(group.hub_id),
            "seats": f"{group.places_taken} of {group.places_max} places"
            if group.places_max
            else count(group.places_taken, group.offer.noun),
            **super().get_context_data(**kwargs),
        }

    def visits(self) -> QuerySet[Visit]:
        """The group's visits that this person may see."""
        visits = Visit.objects.visible_to(self.request.user).filter(group=self.object).standing()
        return visits.for_list().order_by("school__name", "number", "pk")

    def shown_meetings(self, meetings: QuerySet[Meeting]) -> list[Meeting]:
        """Meetings with ``seen_as``: where each stands for this person."""
        now, group, scope = clock.now(), self.object, self.request.user.scope
        may_read = group.is_run_by(scope) or scope.oversees(group.hub_id)
        found = list(meetings)
        for one in found:
            one.seen_as = one.stand(now, may_read=may_read)  # type: ignore[attr-defined]
        return found

    def meetings(self) -> QuerySet[Meeting]:
        """The group's meetings in order."""
        meetings = Meeting.objects.visible_to(self.request.user).filter(group=self.object).select_related("host")
        return meetings.order_by("starts_at", "pk")


class GroupDetail(GroupPage):
    """The year at a glance, what is next, what to watch."""

    template_name = "workgroups/group_detail.html"
    tab = "workgroups:group-detail"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The picture and the cards beside it."""
        group, today = self.object, clock.today()
        visits, meetings = list(self.visits()), self.shown_meetings(self.meetings())
        context = super().get_context_data(**kwargs)
        ahead = [one for one in meetings if one.status == Meeting.Status.PLANNED and one.ends_at > clock.now()]
        return {
            "today": today,
            "beside": list(CoLeader.objects.visible_to(self.request.user).not_over(today).filter(group=group)),
            "picture": group_picture(
                group, meetings, visits, now=clock.now(), may_read=context["may_run"] or context["oversees"]
            ),
            "next_meeting": ahead[0] if ahead else None,
            "answers": list(ahead[0].answers.select_related("person")) if ahead and context["may_run"] else [],
            "watch": watched(meetings, visits, clock.now()) if context["may_run"] or context["oversees"] else [],
            "to_start": why_not_start(start_facts(group, reason="said at the start"))
            if group.status == Group.Status.FORMING and context["is_staff"]
            else "",
            "short": _short(group, meetings, today),
            "visits": visits,
            "meetings": meetings,
            **context,
        }


def _short(group: Group, meetings: list[Meeting], today: date) -> str:
    """What to say of a group that the work list has among those that need another meeting, or an empty string."""
    standing = [one for one in meetings if one.status != Meeting.Status.CANCELLED]
    is_watched = group.status == Group.Status.RUNNING and group.offer.year == academic_year(today)
    return short_words(len(standing), group.offer.meetings) if is_watched and len(standing) < len(meetings) else ""


class GroupSchools(GroupPage):
    """Schools and teachers."""

    template_name = "workgroups/group_schools.html"
    tab = "workgroups:group-schools"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Places with their teachers, those who left at the end."""
        people = Participant.objects.select_related("person").order_by("person__name", "pk")
        unnamed = Count("enrolment__teachers", filter=Q(enrolment__teachers__person=None))
        places = (
            Place.objects.visible_to(self.request.user)
            .filter(group=self.object)
            .select_related("enrolment__school", "enrolment__person")
            .annotate(unnamed=unnamed)
            .prefetch_related(Prefetch("participants", queryset=people), "enrolment__teachers")
            .order_by("left_on", "enrolment__school__name", "pk")
        )
        held = [place for place in places if place.left_on is None]
        scope = self.request.user.scope
        reads = scope.oversees(self.object.hub_id)
        for place in held:
            place.named = {one.person_id for one in place.enrolment.teachers.all()}  # type: ignore[attr-defined]
            place.is_open = reads or place.enrolment.school_id in scope.led_school_ids  # type: ignore[attr-defined]
        return {
            "places": held,
            "today": clock.today(),
            "left": [place for place in places if place.left_on is not None],
            "write_to": GROUP_AUDIENCES if self.object.is_run_by(scope) else (),
            **super().get_context_data(**kwargs),
        }


class GroupMeetings(GroupPage):
    """The meetings with their steps."""

    template_name = "workgroups/group_meetings.html"
    tab = "workgroups:group-meetings"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Meetings with how many were there."""
        came = Count("register", filter=Q(register__mark__in=Attendance.CAME))
        meetings = self.shown_meetings(self.meetings().annotate(came=came, marked=Count("register")))
        for one in meetings:
            one.came_words = came_words(one.came, one.marked)  # type: ignore[attr-defined]
            is_correctable = self.object.status == Group.Status.FORMING and not one.marked  # type: ignore[attr-defined]
            is_ahead = one.starts_at > clock.now()
            one.may_move = one.status == Meeting.Status.PLANNED and self.object.is_open and (is_ahead or is_correctable)  # type: ignore[attr-defined]
        return {"meetings": meetings, "now": clock.now(), **super().get_context_data(**kwargs)}


class GroupVisits(GroupPage):
    """The visits of the group's schools."""

    template_name = "workgroups/group_visits.html"
    tab = "workgroups:group-visits"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Visits by school."""
        return {"visits": self.visits(), "today": clock.today(), **super().get_context_data(**kwargs)}


class GroupNotices(GroupPage):
    """Reminders: every e-mail about the group, its meetings and its visits."""

    roles = OVERSEERS
    template_name = "workgroups/group_notices.html"
    tab = "workgroups:group-notices"

    @classmethod
    def why_not(cls, user: Any, record: Group) -> str:
        """The hub's own."""
        return "" if user.scope.oversees(record.hub_id) else HUB_READS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was and will be written, 50 a page."""
        rows = Notice.objects.visible_to(self.request.user).about([self.object]).for_list().defer("body")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        labels = {key: kind.label for key, kind in kinds().items()}
        return {"page_obj": page, "rows": page.object_list, "labels": labels, **super().get_context_data(**kwargs)}


class GroupHistory(GroupPage):
    """What happened to the group, its meetings and visits, newest first."""

    roles = (*OVERSEERS, *LEADERS)
    template_name = "workgroups/group_history.html"
    tab = "workgroups:group-history"

    @classmethod
    def why_not(cls, user: Any, record: Group) -> str:
        """The hub's own, and the leader's."""
        return "" if record.is_run_by(user.scope) or user.scope.oversees(record.hub_id) else HUB_READS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The journal of the group and of what belongs to it; the newest 200."""
        records = [self.object, *self.meetings(), *self.visits()]
        return {"entries": JournalEntry.objects.about(*records)[:200], **super().get_context_data(**kwargs)}


class SchoolGroups(PortalDetail):
    """The Groups and visits tab of a school."""

    model = School
    roles = READERS
    template_name = "workgroups/school_groups.html"
    tab_bar, tab = "SCHOOL_TABS", "workgroups:school-groups"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Places in groups over the years, and visits."""
        user, school = self.request.user, self.object
        places = Place.objects.visible_to(user).filter(enrolment__school=school)
        visits = Visit.objects.visible_to(user).filter(school=school).standing().for_list()
        return {
            "places": places.select_related("group__offer__phase", "group__hub", "group__leader__person").order_by(
                "-placed_on", "pk"
            ),
            "visits": visits.order_by("-book_by", "pk"),
            **super().get_context_data(**kwargs),
        }
