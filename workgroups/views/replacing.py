"""Replacing people: the one form with its preview, the list of replacements, one of them, taking it back."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from hubportal.core import clock
from hubportal.core.forms import PortalForm
from hubportal.core.keys import given_key
from hubportal.core.models import JournalEntry
from hubportal.core.step_back import TakeBack
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalDetail, PortalList, StepForm
from hubportal.core.workflow import CannotMove
from programmes.models import EnrolledTeacher
from schools.models import Person, School, User
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL, SCHOOL_LEADS
from schools.scope import Scope
from workgroups.actions import passing, replacing, taking_effect
from workgroups.actions.candidates import Choices, successors_for
from workgroups.actions.duties import Duty, Kind, duties_of, may_let_leave, may_replace, schools_of
from workgroups.actions.outlook import lines_of, stays_open
from workgroups.filters.replacements import ReplacementFilter
from workgroups.forms.replacing import ReplaceForm
from workgroups.models import Replacement

MAY = (*HUB_STAFF, *SCHOOL_LEADS)
READS = (NATIONAL, *HUB_READERS, *SCHOOL_LEADS)
NOTHING = "{person} does nothing that is yours to hand to somebody else."


class PersonReplace(StepForm):
    """Replace somebody from a day; first the form, then what will happen, then it is done."""

    model, form_class, roles = Person, ReplaceForm, MAY
    template_name = "workgroups/person_replace.html"
    failures = (passing.CannotReplace,)
    submit_label = "Go on"
    record: Person

    @property
    def done(self) -> str:  # type: ignore[override]
        """From when."""
        change: Replacement = self.result
        when = "now" if change.status == Replacement.Status.DONE else f"on {long_day(change.from_on)}, by itself"
        return f"{change}: this takes effect {when}."

    def why_not(self) -> str:
        """Whoever may hand something of theirs to another."""
        return "" if self.duties or self.may_leave else NOTHING.format(person=self.record)

    def load(self) -> Person:
        """Somebody whom one sees, or who has a place in an enrolment that one sees.

        :raises Http404: for anybody else.
        """
        user = self.request.user
        taught = EnrolledTeacher.objects.visible_to(user).values("person")
        seen = Person.objects.visible_to(user).values("pk")
        people = Person.objects.filter(Q(pk__in=seen) | Q(pk__in=taught)).select_related("school")
        return get_object_or_404(people, pk=self.kwargs["pk"])

    def get_heading(self) -> str:
        """Whom."""
        return f"Replace {self.record}"

    @cached_property
    def duties(self) -> list[Duty]:
        """What they do that this person may hand on."""
        return duties_of(self.record, by=self.request.user, today=clock.today())

    @cached_property
    def school(self) -> School | None:
        """The school that the address names, or the only one at which they do something."""
        by, asked = self.request.user, given_key(self.request.GET.get("school", ""))
        theirs = [school for school in schools_of(self.duties) if may_replace(by, school)]
        if asked:
            at = School.objects.visible_to(by).filter(pk=asked, roles__person=self.record).distinct().first()
            return at if at is not None and may_replace(by, at) else None
        if not theirs and self.record.school_id is not None:
            at = School.objects.visible_to(by).filter(pk=self.record.school_id).first()
            return at if at is not None and may_replace(by, at) else None
        return theirs[0] if len(theirs) == 1 else None

    @cached_property
    def may_leave(self) -> bool:
        """Whether this person may end all that they are at that school."""
        by = self.request.user
        return self.school is not None and may_let_leave(self.record, self.school, by=by, today=clock.today())

    def people(self) -> Choices:
        """Whom the form offers to follow them."""
        schools = [self.school] if self.school else schools_of(self.duties)
        return successors_for(self.record, self.duties, schools, by=self.request.user, today=clock.today())

    def get_form_kwargs(self) -> dict[str, Any]:
        """What may pass on, and to whom."""
        about = {"leaver": self.record, "duties": self.duties, "people": self.people(), "school": self.school}
        return {**super().get_form_kwargs(), **about, "may_leave": self.may_leave, "by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """From today, with what the page that led here is about."""
        return {"from_on": clock.today(), "duties": [duty.key for duty in self._asked()]}

    def _asked(self) -> Sequence[Duty]:
        given = self.request.GET
        can = [duty for duty in self.duties if not duty.held_up]
        if given.get("group"):
            return [duty for duty in can if duty.key == f"{Kind.GROUP}:{given['group']}"]
        if given.get("enrolment"):
            return [
                duty
                for duty in self.duties
                if duty.kind == Kind.PLACE and str(duty.record.enrolment_id) == given["enrolment"]
            ]
        passing = [duty for duty in can if duty.kind != Kind.LEADER]  # who hands on groups may well stay
        return [duty for duty in passing if self.school is None or duty.school in (self.school, None)]

    def _plan(self, form: ReplaceForm) -> replacing.Plan:
        duties = form.chosen()
        schools = schools_of(duties)
        school = self.school or (schools[0] if schools else None)
        found = form.cleaned_data
        return replacing.Plan(
            person=self.record,
            newcomer=form.newcomer(),
            duties=duties,
            school=school,
            from_on=found["from_on"],
            leaves=bool(found.get("leaves")),
            reason=found["reason"],
            is_shared=found["is_shared"],
        )

    def form_valid(self, form: Any) -> HttpResponse:
        """First what would happen; then it is done."""
        if "confirm" in self.request.POST:
            return super().form_valid(form)
        if "again" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        try:
            found = replacing.preview(plan=self._plan(form), by=self.request.user, now=clock.now())
        except (*self.failures, CannotMove) as problem:
            form.add_error(None, str(problem))
            return self.form_invalid(form)
        kept = [(name, value) for name in self.request.POST for value in self.request.POST.getlist(name)]
        kept = [pair for pair in kept if pair[0] not in ("csrfmiddlewaretoken", "confirm", "again")]
        return self.render_to_response(self.get_context_data(form=form, preview=found, kept=kept, today=clock.today()))

    def act(self, form: ReplaceForm) -> Replacement:
        """Do it."""
        return replacing.replace(plan=self._plan(form), by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """The replacement's page; home for whoever hands on what let them read it."""
        by = User.objects.get(pk=self.request.user.pk)  # with the roles of now
        is_seen = Replacement.objects.visible_to(by).filter(pk=self.result.pk).exists()
        return str(self.result.get_absolute_url()) if is_seen else "/"


def may_take_back(scope: Scope, change: Replacement) -> bool:
    """The staff of its hub, and the leads of the school where it happened."""
    school = change.school
    if scope.staffs(change.hub_id):
        return True
    return school is not None and (
        school.pk in scope.school_lead_ids or (school.trust_id is not None and school.trust_id in scope.trust_ids)
    )


class ReplacementList(PortalList):
    """Who was replaced by whom, and who will be."""

    model, roles = Replacement, READS
    template_name = "workgroups/replacement_list.html"
    heading, noun = "Replacements", "replacement"
    filterset_class = ReplacementFilter
    sorts = {"day": ("from_on", "pk"), "who": ("person__name", "pk")}
    hub_path = "hub"
    shown = ("pk", "from_on", "person__name", "successor__name", "school__name", "status")

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column."""
        pk, from_on, leaver, successor, school, status = values
        return str(pk), long_day(from_on), leaver, successor or "", school or "", status, _label(status)


def _label(status: str) -> str:
    return str(Replacement.Status(status).label)


class ReplacementDetail(PortalDetail):
    """One replacement: what passed on, what stays open, and taking it back."""

    model, roles = Replacement, READS
    template_name = "workgroups/replacement_detail.html"
    object: Replacement

    def get_heading(self) -> str:
        """Who for whom."""
        return str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Line by line."""
        change, user = self.object, self.request.user
        may = may_take_back(user.scope, change) and change.status != Replacement.Status.TAKEN_BACK
        as_hub = user.scope.oversees(change.hub_id)
        both = [pk for pk in (change.person_id, change.successor_id) if pk]
        return {
            "seen": set(Person.objects.visible_to(user).filter(pk__in=both).values_list("pk", flat=True)),
            "lines": lines_of(change),
            "stays_open": stays_open(change),
            "may_take_back": may,
            "why_not": taking_effect.why_not_take_back(change) if may else "",
            "entries": JournalEntry.objects.visible_to(user).about(change) if as_hub else [],
            "as_hub": as_hub,
            **super().get_context_data(**kwargs),
        }


class ReplacementTakeBack(TakeBack):
    """Take a replacement back."""

    model, roles = Replacement, MAY
    lede = "Everything becomes as it was before. Whoever had heard of it is told."
    done = "Taken back: everything is as it was before."
    failures = (taking_effect.CannotTakeBack, *replacing.REFUSALS)
    record: Replacement

    def why_not(self) -> str:
        """Those whom it concerns."""
        may = may_take_back(self.request.user.scope, self.record)
        return "" if may else "Only the staff of the hub, or the leads of the school, take this back."

    def get_heading(self) -> str:
        """Which."""
        return f"Take this back: {self.record}, from {long_day(self.record.from_on)}?"

    def act(self, form: PortalForm) -> None:
        """Take it back."""
        taking_effect.take_back(change=self.record, by=self.request.user, now=clock.now())
