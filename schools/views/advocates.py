"""Headteacher advocates: a headteacher agrees and takes back; the hub enters what it was told, and lists them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalList, PortalRequest, StepForm, do
from schools import roles
from schools.actions import advocates as actions
from schools.filters import AdvocateFilter
from schools.forms.advocates import ConsentForm
from schools.models import Person, School
from schools.models.advocates import Advocate, AdvocateQuerySet, agreed_words

HEAD_OR_HUB = "Only the headteacher, or the staff of the school's hub for them, can do this."


class AdvocateConsent(StepForm):
    """What a headteacher has agreed to, and the form that changes it."""

    changes_what_stands = True
    model, form_class = Person, ConsentForm
    template_name = "schools/advocate_form.html"
    failures = (actions.CannotAdvocate,)
    done = "Thank you. It can be taken back here at any time."
    record: Person

    def why_not(self) -> str:
        """The headteacher, or for them their hub; who sees what was agreed reads it."""
        by = self.request.user
        reads = by.scope.is_national or self.current is not None
        return "" if reads or self.headships else HEAD_OR_HUB

    @cached_property
    def headships(self) -> list[School]:
        """The schools that they lead today; for staff of a hub those of it."""
        found, by = actions.headships(self.record, clock.today()), self.request.user
        return found if self.is_own else [school for school in found if by.scope.staffs(school.hub_id)]

    @cached_property
    def is_own(self) -> bool:
        """Whether the headteacher does it."""
        is_own: bool = self.request.user.person_id == self.record.pk
        return is_own

    @cached_property
    def current(self) -> Advocate | None:
        """What they agreed to last, withdrawn or not; as far as one sees it."""
        seen = Advocate.objects.visible_to(self.request.user).with_stand(clock.today()).filter(person=self.record)
        return seen.select_related("school", "entered_by__person", "withdrawn_by__person").order_by("-pk").first()

    def get_heading(self) -> str:
        """Whose."""
        return "Speak for the programme" if self.is_own else f"{self.record} as headteacher advocate"

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        """Whose word it is."""
        return "I agree to this" if self.is_own else "Keep what they agreed to"

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        current = self.current
        if current is None or current.withdrawn_at is not None:
            return {"given_on": clock.today()}
        ticked = {name: getattr(current, name) for name in ("speaks", "testimonial", "may_be_named")}
        return {**ticked, "school": str(current.school_id), "given_on": clock.today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Of which schools, and by whom."""
        return {**super().get_form_kwargs(), "schools": self.headships, "is_own": self.is_own}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """What they agreed to last, and whether they have taken it back; the day that is proposed passes."""
        current, shown = self.current, super().what_stands(form)
        shown.pop("given_on", None)
        return {**shown, "agreed": current, "withdrawn_at": current and current.withdrawn_at}

    def act(self, form: ConsentForm) -> Advocate:
        """Keep it."""
        given = form.cleaned_data
        by_pk = {str(school.pk): school for school in self.headships}
        school = by_pk.get(given.get("school") or next(iter(by_pk), ""))
        if school is None:
            raise actions.CannotAdvocate(actions.NOT_HEAD)
        consent = actions.Consent(
            speaks=given["speaks"],
            testimonial=given["testimonial"],
            may_be_named=given["may_be_named"],
            given_on=given.get("given_on") or clock.today(),
            how=given.get("how") or Advocate.How.PORTAL,
        )
        return actions.give_consent(
            person=self.record, school=school, consent=consent, by=self.request.user, now=clock.now()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What stands, with its button."""
        return super().get_context_data(
            advocate=self.current, is_own=self.is_own, is_head=bool(self.headships), **kwargs
        )

    def get_success_url(self) -> str:
        """Here: what was agreed stands on it."""
        return self.request.path


@require_POST
@role_required()
def advocate_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take it back: the headteacher, also one who has left, or their hub for them."""
    rows = Advocate.objects.visible_to(request.user).select_related("person", "school")
    advocate = get_object_or_404(rows, pk=pk)
    scope, is_own = request.user.scope, request.user.person_id == advocate.person_id
    if not (is_own or scope.is_national or scope.staffs(advocate.school.hub_id)):
        raise PermissionDenied(HEAD_OR_HUB)
    do(
        request,
        lambda: actions.withdraw_consent(advocate=advocate, by=request.user, now=clock.now()),
        done=f"{advocate.person} is no longer listed as a headteacher advocate.",
        failures=(actions.CannotAdvocate,),
    )
    return redirect(advocate.person)


class AdvocateList(PortalList):
    """Headteachers who agreed to speak for the programme; a file holds what they agreed may be used."""

    model = Advocate
    roles = (roles.NATIONAL, *roles.HUB_READERS)
    template_name = "schools/advocate_list.html"
    heading, noun = "Headteacher advocates", "headteacher advocate"
    hub_path = "school__hub"
    filterset_class = AdvocateFilter
    sorts = {"name": ("person__name", "pk"), "school": ("school__name", "pk"), "given": ("given_on", "pk")}
    export_name = "headteacher-advocates"
    export_columns = [
        ("Name", lambda one: one.person.name if one.may_be_named else "(not to be named)"),
        ("E-mail", lambda one: one.person.email if one.may_be_named else ""),
        ("School", lambda one: one.school.name if one.may_be_named else ""),
        ("Local authority", lambda one: one.school.authority.name),
        ("Phase", lambda one: one.school.get_phase_code_display()),
        ("Speaks at events", lambda one: one.speaks),
        ("Testimonial", lambda one: one.testimonial),
        ("Agreed on", lambda one: one.given_on),
    ]
    shown = (
        *("person", "person__name", "person__email", "school__name", "school__authority__name", "school__phase_code"),
        *("speaks", "testimonial", "may_be_named", "given_on", "how", "is_head"),
    )

    def prepare(self, rows: AdvocateQuerySet) -> AdvocateQuerySet:
        """What was not withdrawn; in a file only what may be used."""
        found, today = rows.for_list().agreed().with_stand(clock.today()), clock.today()
        return found.standing(today) if self.request.GET.get("export") else found

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column."""
        pk, name, email, school, authority, phase, speaks, testimonial, named, given_on, how, is_head = values
        place = (school, authority, PHASES[phase])
        return (
            str(pk),
            name,
            email,
            *place,
            agreed_words(speaks, testimonial, named),
            long_day(given_on),
            HOW[how],
            is_head,
        )


PHASES: dict[int, str] = dict(School.Phase.choices)
HOW: dict[str, str] = dict(Advocate.How.choices)
