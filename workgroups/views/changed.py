"""Schools that have closed while something of theirs is open: what happened, what is open, what to do."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.keys import given_key
from hubportal.core.templatetags.portal import count, long_day
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, StepForm, do
from programmes.actions.enrolments import CannotName, may_name
from programmes.actions.following import CannotFollow, move_interest, why_not_at, with_taken
from programmes.models import EnrolledTeacher, Enrolment, Interest, TeacherTurn
from programmes.models.same_programme import of_programme
from programmes.notices.enrolments import with_names, with_teachers
from schools.models import School, SchoolQuerySet, Succession
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL
from workgroups.actions import successors
from workgroups.filters.changed import ChangedFilter
from workgroups.forms.changed import ChooseForm, EndForm
from workgroups.models import OpenWork, closed_with_work, in_line_of, open_work, with_counts

READERS, SETTLERS = (*HUB_READERS, NATIONAL), (*HUB_STAFF, NATIONAL)
NOUNS = ("application,applications", "enrolment", "visit", "meeting there,meetings there")


class ChangedList(PortalList):
    """Closed schools with something open, those that closed first on top."""

    model = School
    roles = READERS
    template_name = "workgroups/changed_list.html"
    heading, noun = "Schools that changed", "school"
    lede = "These schools have closed, and something of theirs is still open with you."
    by_hub = False
    filterset_class = ChangedFilter
    sorts = {"school": ("name", "pk"), "closed": ("closed_on", "name", "pk")}
    export_name = "schools-that-changed"
    export_columns = [
        ("School", lambda school: school.name),
        ("Town", lambda school: school.town),
        ("Closed", lambda school: school.closed_on),
        ("Became", lambda school: school.succeeded_by.name if school.succeeded_by else ""),
        ("Applications", lambda school: school.n_interests),
        ("Enrolments", lambda school: school.n_enrolments),
        ("Visits ahead", lambda school: school.n_visits),
        ("Meetings there", lambda school: school.n_meetings),
    ]
    shown = (
        *("pk", "name", "town", "closed_on", "succeeded_by__name", "is_split"),
        *("n_interests", "n_enrolments", "n_visits", "n_meetings"),
    )

    def prepare(self, rows: SchoolQuerySet) -> models.QuerySet[School]:
        """With how much of each is open in the hub that is looked at."""
        work = open_work(self.request.user, self.request.hub, clock.now())
        listed = closed_with_work(rows, work).for_list().select_related("succeeded_by")
        split = School.objects.visible_to(self.request.user).filter(split_from__school=models.OuterRef("pk"))
        return with_counts(listed.annotate(is_split=models.Exists(split)), work).order_by("closed_on", "name", "pk")

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column."""
        pk, name, town, closed_on, became, is_split, *counts = values
        is_open = [count(number, noun) for number, noun in zip(counts, NOUNS, strict=True) if number]
        after = became or ("several schools" if is_split else "not known")
        return str(pk), name, town, long_day(closed_on) or "not known", after, ", ".join(is_open)


@dataclass(frozen=True)
class StillOpen:
    """One thing that is open at a closed school: for whom to settle, and where it can go on.

    :param ways: the schools that this one became, each with why it cannot go on there; empty where it can.
    :param twins: those in the same programme that stand where it would go on: one of the two is to be chosen.
    """

    record: Enrolment | Interest
    may_settle: bool
    ways: list[tuple[School, str]]
    twins: Sequence[Enrolment] = ()

    def why_not_at(self, school: School) -> str:
        """Why not there, before one is chosen."""
        if self.twins:
            return f"Of {self.record.offer} it is to be chosen below which enrolment goes on."
        return next(why for to, why in self.ways if to == school)


def _all_at(still_open: Sequence[StillOpen], became: Sequence[School]) -> list[tuple[School, list[str]]]:
    """The schools at which all that is one's own could go on at once, each with what hinders that."""
    mine = [one for one in still_open if one.may_settle]
    return [(to, [why for one in mine if (why := one.why_not_at(to))]) for to in became if mine]


class ChangedSchool(PortalDetail):
    """One of them, with each thing that is open and what can be done about it."""

    model = School
    roles = READERS
    template_name = "workgroups/changed_school.html"
    object: School

    def prepare(self, rows: SchoolQuerySet) -> models.QuerySet[School]:
        """With what it became or will become."""
        to_become = Succession.objects.visible_to(self.request.user).planned()
        return (
            rows.for_list()
            .select_related("succeeded_by")
            .prefetch_related(
                "splits__became",
                models.Prefetch("successions", queryset=to_become, to_attr="to_become"),
            )
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is open; of enrolments that the successor has too, which of the two is to be chosen."""
        school, user = self.object, self.request.user
        work, became = open_work(user, None, clock.now()), _became(school)
        enrolments = work.enrolments.filter(school=school).for_list().order_by("-offer__year", "pk")

        def still_open(one: Enrolment | Interest, twins: Sequence[Enrolment] = ()) -> StillOpen:
            may_settle = user.scope.is_national or user.scope.staffs(one.hub_id)
            return StillOpen(one, may_settle, [(to, why_not_at(one, to)) for to in became], twins)

        rows = [still_open(one, twins) for one, twins in _with_twins(with_taken(enrolments, became), school)]
        told = with_taken(work.interests.filter(school=school), became).for_list()
        interests = [still_open(one) for one in told]
        return super().get_context_data(
            school=school,
            became=became,
            rows=rows,
            interests=interests,
            all_at=_all_at([*rows, *interests], became),
            visits=list(work.visits.filter(school=school).for_list().select_related("place__enrolment")),
            meetings=list(work.meetings.filter(host=school).select_related("group").order_by("starts_at", "pk")),
            may_settle=any(one.may_settle for one in [*rows, *interests]),
            **kwargs,
        )


def _became(school: School) -> list[School]:
    """The schools at which its work may go on."""
    split = [one.became for one in school.splits.all()]
    return [school.succeeded_by, *split] if school.succeeded_by else split


def _with_twins(rows: Any, school: School) -> list[tuple[Enrolment, list[Enrolment]]]:
    """Each with those in the same programme that stand where it would go on."""
    found = list(rows)
    bases = {one.offer.base_id for one in found}
    twins: dict[int, list[Enrolment]] = defaultdict(list)
    same = models.Q(offer__in=bases) | models.Q(offer__stands_for__in=bases)
    for other in in_line_of(school).filter(same).for_list():
        twins[other.offer.base_id].append(other)
    return [(one, [] if one.person_id else twins[one.offer.base_id]) for one in found]


def _school(request: PortalRequest, pk: int) -> tuple[School, OpenWork]:
    """A closed school that one sees, and what one may settle of it."""
    rows = School.objects.visible_to(request.user).filter(gias_status=School.GiasStatus.CLOSED)
    school = get_object_or_404(rows.select_related("succeeded_by"), pk=pk)
    return school, open_work(request.user, None, clock.now(), to_settle=True)


def _chosen(rows: Any, key: str) -> Any:
    """The row of a key that a form sent.

    :raises Http404: for anything else.
    """
    return get_object_or_404(rows, pk=given_key(key))


def _to(request: PortalRequest, school: School) -> School:
    """The school that it goes on at: one of those that this one became."""
    found = next((one for one in _became(school) if str(one.pk) == request.POST.get("to", "")), None)
    if found is None:
        raise Http404
    return found


@require_POST
@role_required(*SETTLERS)
def changed_move(request: PortalRequest, pk: int) -> HttpResponse:
    """Let one thing that is open, or all of it, go on at a school that this one became."""
    school, work = _school(request, pk)
    to, by, now = _to(request, school), request.user, clock.now()
    act: Callable[[], object]
    if request.POST.get("enrolment"):
        rows = work.enrolments.filter(school=school).select_related("school", "offer", "hub", "interest")
        one = _chosen(rows, request.POST["enrolment"])
        act = lambda: successors.go_on_at(enrolment=one, school=to, by=by, now=now)  # noqa: E731 - one of three
    elif request.POST.get("interest"):
        interest = _chosen(work.interests.filter(school=school).select_related("school"), request.POST["interest"])
        act = lambda: move_interest(interest=interest, school=to, by=by, now=now)  # noqa: E731
    else:
        act = lambda: successors.move_all(school=school, successor=to, work=work, by=by, now=now)  # noqa: E731
    do(request, act, done=f"It goes on at {to}.", failures=(CannotFollow,))
    return redirect(_after(school, request))


class ChangedChoose(StepForm):
    """Of two enrolments in the same programme, let one go on and the other end, once it is read what that means."""

    model, form_class, roles = School, ChooseForm, SETTLERS
    template_name = "workgroups/changed_choose.html"
    submit_label = "Let it go on so"
    failures = (CannotFollow, CannotName)
    record: School
    goes_on: Enrolment
    ends: Enrolment

    def load(self) -> School:
        """A closed school, and the two; whoever runs the one that ends says so, the other may be another hub's.

        :raises Http404: where they are not two of one programme to choose between.
        """
        school, work = _school(self.request, self.kwargs["pk"])
        linked = ("school", "offer", "hub", "interest")
        ends = with_teachers(work.enrolments.select_related(*linked))
        self.ends = get_object_or_404(ends, pk=self.kwargs["ends"])
        beside = in_line_of(school) if self.ends.school_id == school.pk else work.enrolments.filter(school=school)
        rows = with_names(beside.filter(of_programme(self.ends.offer)).select_related(*linked))
        self.goes_on = get_object_or_404(rows, pk=self.kwargs["goes_on"])
        if school.succeeded_by is None:
            raise Http404
        return school

    def get_heading(self) -> str:
        """Which goes on."""
        return f"That of {self.goes_on.school} goes on, that of {self.ends.school} ends?"

    @cached_property
    def leaving(self) -> list[EnrolledTeacher]:
        """The teachers of the one that ends who have no place in the other."""
        return [one for one in self.ends.teachers.all() if one.person and not one.goes_on]  # type: ignore[attr-defined]

    @property
    def coming(self) -> list[tuple[EnrolledTeacher, TeacherTurn]]:
        """Whoever is to follow on a day to come in a place of the one that ends, and has none in the other."""
        turns = [(one, turn) for one in self.ends.teachers.all() for turn in one.turns.all()]
        return [(one, turn) for one, turn in turns if turn.since and turn.since > clock.today() and not turn.goes_on]  # type: ignore[attr-defined]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Who may go on, and in how many places; a hub names teachers only for what it runs."""
        may = may_name(self.request.user.scope, self.goes_on)
        free = self.goes_on.places_to_name if may else 0
        return {**super().get_form_kwargs(), "teachers": self.leaving, "free": free}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Both, with their groups and teachers, and who is told."""
        both = [(one, one.place_for(self.request.user)) for one in (self.goes_on, self.ends)]
        return super().get_context_data(
            both=both, leaving=self.leaving, coming=self.coming, to=self.record.succeeded_by, **kwargs
        )

    def act(self, form: ChooseForm) -> None:
        """Choose."""
        to = self.record.succeeded_by
        if to is None:
            raise Http404
        successors.choose(
            goes_on=self.goes_on,
            ends=self.ends,
            school=to,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=clock.now(),
            teachers=form.going_on(),
        )
        self.done = f"One enrolment goes on at {to}; the other is withdrawn."

    def get_success_url(self) -> str:
        """The school's page while something is open, then the list."""
        return _after(self.record, self.request)

    def get_cancel_url(self) -> str:
        """The school's page."""
        return reverse("workgroups:changed-school", args=[self.record.pk])


def _after(school: School, request: PortalRequest) -> str:
    """The school's page while something is open, then the list."""
    work = open_work(request.user, None, clock.now())
    still = closed_with_work(School.objects.visible_to(request.user).filter(pk=school.pk), work).exists()
    return reverse("workgroups:changed-school", args=[school.pk]) if still else reverse("workgroups:changed-list")


class ChangedEnd(StepForm):
    """Close a closed school's applications and withdraw its enrolments."""

    model, form_class = School, EndForm
    roles = SETTLERS
    template_name = "workgroups/changed_end.html"
    submit_label, done = "Withdraw all of it", ""
    failures = (CannotFollow,)
    record: School

    def why_not(self) -> str:
        """Only what has closed."""
        return "" if self.record.gias_status == School.GiasStatus.CLOSED else f"{self.record} has not closed."

    def load(self) -> School:
        """One of whose work something is one's own to settle.

        :raises PermissionDenied: where another hub settles it.
        """
        school: School = super().load()
        work = open_work(self.request.user, None, clock.now(), to_settle=True)
        if not work.enrolments.filter(school=school).exists() and not work.interests.filter(school=school).exists():
            raise PermissionDenied("Nothing of this school is open in a hub of yours.")
        return school

    def get_heading(self) -> str:
        """Whose."""
        return f"Withdraw what is open at {self.record}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What ends."""
        work = open_work(self.request.user, None, clock.now(), to_settle=True)
        rows = work.enrolments.filter(school=self.record).select_related("offer__phase", "person")
        enrolments = list(rows.order_by("offer__year", "pk"))
        return super().get_context_data(
            enrolments=enrolments,
            interests=list(work.interests.filter(school=self.record).select_related("phase").order_by("year", "pk")),
            visits=work.visits.filter(place__enrolment__in=[one.pk for one in enrolments]).count(),
            **kwargs,
        )

    def act(self, form: EndForm) -> int:
        """Withdraw it."""
        work = open_work(self.request.user, None, clock.now(), to_settle=True)
        ended = successors.end_all(
            school=self.record,
            work=work,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=clock.now(),
        )
        self.done = f"Withdrawn: {count(ended, 'thing')} of {self.record}."
        return ended

    def get_success_url(self) -> str:
        """The list."""
        return reverse("workgroups:changed-list")

    def get_cancel_url(self) -> str:
        """The school's page."""
        return reverse("workgroups:changed-school", args=[self.record.pk])
