"""Places in groups: give them from the group's side or the school's, and take a school out."""

from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.keys import keys_of
from hubportal.core.views import LONGEST_WORDS, StepForm
from programmes.models import Enrolment, Offer
from programmes.models.same_programme import which_offer
from schools.models import School
from schools.roles import HUB_STAFF
from schools.rules import said_once, search_words, starts_of
from workgroups.actions import groups as actions
from workgroups.forms.groups import GroupChoiceForm, PlaceForm, ReasonForm
from workgroups.models import Group, Place, waiting_for
from workgroups.rules.nearness import Point, middle, miles
from workgroups.views.group_steps import GroupStep


class Line(NamedTuple):
    """A school that waits, as the page shows it."""

    pk: str
    school: School
    person: str
    option: str
    authority: str
    miles: float | None
    named: int
    teachers: int
    is_ticked: bool
    # Where it was accepted under another offer of the programme than the group's, which.
    accepted_under: str

    @property
    def place(self) -> list[str]:
        """Its town and local authority."""
        return said_once(self.school.town, self.authority)


class PlaceAdd(GroupStep):
    """Place schools that wait: nearest first, narrowed by words; what is ticked stays in sight."""

    form_class = PlaceForm
    submit_label = "Place them"
    template_name = "workgroups/place_add.html"
    done = "Placed."

    def get_heading(self) -> str:
        """Who is placed."""
        return "Place people" if self.record.offer.is_for_persons else "Place schools"

    def prepare(self, rows: Any) -> Any:
        """With where its host and its leader are."""
        return super().prepare(rows).select_related("leader__school")

    def waiting(self) -> QuerySet[Enrolment]:
        """Schools of this programme and hub without a group."""
        found = waiting_for(self.record, Enrolment.objects.visible_to(self.request.user))
        return found.for_list().prefetch_related("teachers")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The button of the filter leads to the filtered page with the ticks in its address; the other places."""
        if "find" not in request.POST:
            return super().post(request, *args, **kwargs)
        ticks = keys_of(request.POST.getlist("enrolments"))
        words = "" if request.POST["find"] == "all" else _words(request.POST.get("q", ""))
        return HttpResponseRedirect("?" + urlencode({"q": words, "tick": ticks}, doseq=True))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Those who wait."""
        return {**super().get_form_kwargs(), "waiting": self.waiting()}

    def act(self, form: PlaceForm) -> None:
        """Place each; all or none."""
        chosen = form.cleaned_data["enrolments"]
        actions.place_schools(group=self.record, chosen=chosen, by=self.request.user, now=clock.now())

    def form_invalid(self, form: PlaceForm) -> HttpResponse:
        """With the places as they are: a refused action may have counted some that it gave back."""
        self.record.refresh_from_db(fields=("places_taken", "status"))
        return super().form_invalid(form)

    @cached_property
    def start(self) -> tuple[Point | None, str]:
        """Where distances are measured from, and its name; from nowhere where no position is known."""
        group = self.record
        held = School.objects.filter(enrolments__places__in=group.places.taken())
        placed = middle(_point(school) for school in held.only("easting", "northing"))
        if placed:
            return placed, "the middle of the group's schools"
        for school, name in ((group.host, "the group's host"), (group.leader.school, "the leader's school")):
            if school is not None and _point(school):
                return _point(school), f"{name}, {school.name},"
        return None, ""

    def lines(self) -> list[Line]:
        """All who wait, ticked ones marked: nearest first, or by local authority and town."""
        ticks = set(self._given("enrolments", "tick"))
        lines = [_line(one, self.record.offer, self.start[0], ticks) for one in self.waiting()]
        far = float("inf")
        return sorted(
            lines,
            key=lambda one: (
                far if one.miles is None else one.miles,
                one.authority,
                one.school.town,
                one.school.name,
                one.pk,
            ),
        )

    def _given(self, sent: str, asked: str) -> list[str]:
        """What the form sent, even where that is nothing; before that what the address asks for."""
        is_sent = self.request.method == "POST"
        return self.request.POST.getlist(sent) if is_sent else self.request.GET.getlist(asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ticked schools, those that the words find, and the places there would be."""
        group, lines = self.record, self.lines()
        words = _words("".join(self._given("q", "q")[-1:]))
        ticked = [one for one in lines if one.is_ticked]
        rest = [one for one in lines if not one.is_ticked and _fits(one, words)]
        return {
            **super().get_context_data(**kwargs),
            "seats_left": None if group.places_max is None else group.places_max - group.places_taken,
            "waiting": len(lines),
            "mixes": next((one.accepted_under for one in lines if one.accepted_under), ""),
            "rows": ticked + rest,
            "ticked": len(ticked),
            "would_be": group.places_taken + len(ticked),
            "found": len(rest),
            "q": words,
            "measured_from": self.start[1],
        }

    def get_success_url(self) -> str:
        """The group's schools."""
        return reverse("workgroups:group-schools", args=[self.record.pk])


def _words(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_WORDS]


def _point(school: School) -> Point | None:
    return (school.easting, school.northing) if school.easting and school.northing else None


def _line(enrolment: Enrolment, offer: Offer, start: Point | None, ticks: set[str]) -> Line:
    school, teachers = enrolment.school, list(enrolment.teachers.all())
    return Line(
        pk=str(enrolment.pk),
        school=school,
        person=enrolment.person.name if enrolment.person else "",
        option=enrolment.option.name if enrolment.option else "",
        authority=school.authority.name if school.authority else "",
        miles=miles(start, _point(school)),
        named=sum(teacher.person_id is not None for teacher in teachers),
        teachers=len(teachers),
        is_ticked=str(enrolment.pk) in ticks,
        accepted_under="" if enrolment.offer_id == offer.pk else which_offer(enrolment.offer),
    )


def _fits(line: Line, words: str) -> bool:
    """Whether every word stands in the school's name, town, postcode or local authority."""
    text = f"{line.school.search}{line.authority.lower()} {line.person.lower()} {line.option.lower()} "
    return all(any(start in text for start in starts_of(word)) for word in search_words(words))


class EnrolmentPlace(StepForm):
    """Place one accepted school: choose among the groups of its programme that have a place."""

    model = Enrolment
    form_class = GroupChoiceForm
    roles = HUB_STAFF
    template_name = "workgroups/enrolment_place.html"
    submit_label = "Place in this group"
    failures = (actions.CannotGroup,)
    record: Enrolment

    def prepare(self, rows: Any) -> Any:
        """Of the hubs one works for."""
        return rows.filter(hub__in=self.request.user.scope.staff_hub_ids).for_list()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A school that has its place is not asked about again; where there are no groups, its support is."""
        if not self.record.offer.runs_in_groups:
            return redirect("workgroups:enrolment-support", self.record.pk)
        place = (
            Place.objects.visible_to(self.request.user)
            .taken()
            .filter(enrolment=self.record)
            .select_related("group")
            .first()
        )
        if place is not None:
            messages.info(request, f"{self.record.who} has a place in {place.group}.")
            return redirect("workgroups:group-schools", place.group_id)
        return super().get(request, *args, **kwargs)

    def get_heading(self) -> str:
        """Which school."""
        return f"Place {self.record.who} in a group"

    def groups(self) -> QuerySet[Group]:
        """Forming and running groups of the programme in this hub that are not full."""
        return Group.objects.visible_to(self.request.user).that_may_take(self.record).for_list()

    def get_form_kwargs(self) -> dict[str, Any]:
        """Those with a place."""
        return {**super().get_form_kwargs(), "groups": self.groups()}

    def act(self, form: GroupChoiceForm) -> Place:
        """Place it."""
        group = form.cleaned_data["group"]
        return actions.place_school(group=group, enrolment=self.record, by=self.request.user, now=clock.now())

    @property
    def done(self) -> str:  # type: ignore[override]
        """Where it is now."""
        return f"{self.record.who} has a place in {self.result.group}."

    def get_success_url(self) -> str:
        """The group's schools."""
        return reverse("workgroups:group-schools", args=[self.result.group_id])


class PlaceRemove(StepForm):
    """A school leaves a group."""

    model = Place
    form_class = ReasonForm
    roles = HUB_STAFF
    template_name = "workgroups/place_remove.html"
    failures = (actions.CannotGroup,)
    submit_label, done = "Take out", "Out of the group."

    def prepare(self, rows: Any) -> Any:
        """Of the hubs one works for."""
        staffed = rows.filter(group__hub__in=self.request.user.scope.staff_hub_ids)
        linked = ("group__hub", "group__offer", "group__leader", "enrolment__school", "enrolment__person")
        return staffed.select_related(*linked)

    def why_not(self) -> str:
        """A group that is over keeps the schools that were in it."""
        return self.record.group.why_over(actions.SCHOOLS_STAY)  # type: ignore[no-any-return]

    def get_heading(self) -> str:
        """Which school."""
        return f"Take {self.record.enrolment.who} out of {self.record.group.name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which meetings it hosts."""
        return super().get_context_data(hosting=self.record.enrolment.hosting(clock.now()), **kwargs)

    def act(self, form: ReasonForm) -> None:
        """Remove it."""
        actions.remove_school(
            place=self.record, reason=form.cleaned_data["reason"], by=self.request.user, now=clock.now()
        )

    def get_success_url(self) -> str:
        """The group's schools."""
        return reverse("workgroups:group-schools", args=[self.record.group_id])

    get_cancel_url = get_success_url
