"""Inviting people, giving them roles at a place, ending roles."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.forms import PortalForm
from hubportal.core.keys import row_of
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalRequest, StepForm
from schools import roles
from schools.actions import people
from schools.actions.giving import GivingPlace, may_end
from schools.forms.people import InviteForm, RoleEndForm, RoleForm
from schools.models import Hub, Person, Role, School, Trust

GIVERS = (roles.NATIONAL, *roles.HUB_STAFF, *roles.SCHOOL_LEADS)
WRITTEN_TO = "{person} gets all dates and changes by e-mail, and does not sign in."
NOT_HERE = "Your role does not include giving roles here. Ask your hub if you think it should."
FOUND_AT_MOST = 20


class AtPlace(StepForm):
    """A step about a role at a place; the place stands in the address and is asked for first.

    ``?hub=``, ``?school=``, ``?trust=`` or ``?national=1``.
    """

    roles = GIVERS
    failures = (people.CannotChangePeople,)

    @cached_property
    def place(self) -> GivingPlace | None:
        """The place in the address, None where none is given.

        :raises Http404: for one that this person does not see.
        """
        asked = self.request.GET
        if asked.get("national"):
            return GivingPlace()
        for name, model in (("hub", Hub), ("school", School), ("trust", Trust)):
            if asked.get(name):
                return GivingPlace(**{name: self._seen(model, asked[name])})
        return None

    def _seen(self, model: Any, key: str) -> Any:
        found = row_of(model.objects.visible_to(self.request.user), key)
        if found is None:
            raise Http404
        return found

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The roles that this person may give at the place."""
        return self.place.kinds_for(self.request.user.scope) if self.place else ()

    def get(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """The form, or first the question where."""
        self._check_place()
        return super().get(request, *args, **kwargs)

    def post(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """The step; without a place there is none."""
        self._check_place()
        return self.get(request) if self.place is None else super().post(request, *args, **kwargs)

    def _check_place(self) -> None:
        if self.place is not None and not self.kinds:
            raise PermissionDenied(NOT_HERE)

    def get_template_names(self) -> list[str]:
        """The question where, or the form."""
        return ["generic/form.html" if self.place else "schools/role_place.html"]

    def get_form(self, form_class: Any = None) -> Any:
        """No form before there is a place."""
        return super().get_form(form_class) if self.place else PortalForm()

    def get_form_kwargs(self) -> dict[str, Any]:
        """Only roles that may be given here."""
        return {**super().get_form_kwargs(), "kinds": self.kinds}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The place, or the places to choose from."""
        found = super().get_context_data(**kwargs)
        if self.place is not None:
            return {**found, "lede": self.place.lede, "place": self.place}
        return {**found, **self._places()}

    def _places(self) -> dict[str, Any]:
        user, words = self.request.user, self.request.GET.get("q", "").replace("\x00", "").strip()
        scope = user.scope
        hubs: models.QuerySet[Hub] = Hub.objects.visible_to(user).open().order_by("name", "pk")
        own = School.objects.visible_to(user).filter(
            models.Q(pk__in=scope.school_lead_ids) | models.Q(trust__in=scope.trust_ids)
        )
        gives_at_schools = bool(scope.staff_hub_ids)
        gives_at_trusts = scope.is_national or bool(scope.lead_hub_ids)
        schools = School.objects.visible_to(user).filter(hub__in=scope.staff_hub_ids)
        return {
            "words": words,
            "is_empty": "q" in self.request.GET and not words,
            "hubs": hubs if scope.is_national else hubs.filter(pk__in=scope.lead_hub_ids),
            "own_schools": own.for_list()[:FOUND_AT_MOST],
            "may_search": gives_at_schools or gives_at_trusts,
            "schools": schools.matching(words).for_list()[:FOUND_AT_MOST] if gives_at_schools else [],
            "trusts": Trust.objects.visible_to(user).matching(words)[:FOUND_AT_MOST] if gives_at_trusts else [],
        }


class PersonInvite(AtPlace):
    """Invite somebody."""

    form_class = InviteForm
    kind = ""

    @property
    def done(self) -> str:  # type: ignore[override]
        """Whether they can sign in; to a school the same words either way."""
        if self.kind in roles.WITHOUT_SIGN_IN:
            return WRITTEN_TO.format(person=self.result)
        if not may(self.request.user, roles.NATIONAL, *roles.HUB_STAFF):
            return f"{self.result} has the role. They are told by e-mail, unless the address is somebody else's."
        if hasattr(self.result, "user"):
            return f"{self.result} is invited by e-mail."
        return f"{self.result} has the role, but no sign-in of their own: somebody else signs in with this address."

    def get_heading(self) -> str:
        """By the role that a link asked for, where it is one that is only written to."""
        kind = self.request.GET.get("kind", "")
        return f"Name a {roles.LABELS[kind].lower()}" if kind in roles.WITHOUT_SIGN_IN else "Invite a person"

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        """What the button does: a cover contact is sent no invitation."""
        return "Add this contact" if self.request.GET.get("kind") in roles.WITHOUT_SIGN_IN else "Send the invitation"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form asks what it may tell."""
        school = self.place.school if self.place else None
        return {**super().get_form_kwargs(), "by": self.request.user, "school": school}

    def get_initial(self) -> dict[str, Any]:
        """The role that a link asked for."""
        return {**super().get_initial(), "kind": self.request.GET.get("kind", "")}

    def act(self, form: InviteForm) -> Person:
        """Invite them."""
        self.kind = form.cleaned_data["kind"]
        facts = {key: value for key, value in form.cleaned_data.items() if key not in ("is_shared", "is_right")}
        place = self.place or GivingPlace()
        person = people.invite(
            **facts,
            hub=place.hub,
            school=place.school,
            trust=place.trust,
            by=self.request.user,
            now=clock.now(),
        )
        return Person.objects.select_related("user").get(pk=person.pk)

    def get_success_url(self) -> str:
        """The person's page, or the place's where one does not see the person."""
        seen = Person.objects.visible_to(self.request.user).filter(pk=self.result.pk).exists()
        return str(self.result.get_absolute_url()) if seen else reverse("schools:person-create")

    def get_cancel_url(self) -> str:
        """Back to the place; without one yet, to the people, or home for whoever has no such list."""
        if self.place:
            return self.place.url
        reads_people = may(self.request.user, roles.NATIONAL, *roles.HUB_READERS)
        return reverse("schools:person-list") if reads_people else "/"


class RoleGrant(AtPlace):
    """Give somebody another role."""

    model, form_class = Person, RoleForm
    submit_label = "Give the role"
    record: Person
    result: Role

    @property
    def done(self) -> str:  # type: ignore[override]
        """Whether they are told of the role, or only of dates from now on."""
        if self.result.kind in roles.WITHOUT_SIGN_IN:
            return WRITTEN_TO.format(person=self.record)
        return "The role is given. They are told by e-mail."

    def get_heading(self) -> str:
        """Who gets it."""
        return f"Give {self.record} a role"

    def act(self, form: RoleForm) -> Role:
        """Give it."""
        place = self.place or GivingPlace()
        return people.add_role(
            person=self.record,
            kind=form.cleaned_data["kind"],
            by=self.request.user,
            now=clock.now(),
            hub=place.hub,
            school=place.school,
            trust=place.trust,
        )


class RoleEnd(StepForm):
    """End a role, at once or with a last day."""

    model, form_class = Role, RoleEndForm
    roles = GIVERS
    template_name = "schools/role_end.html"
    submit_label = "End the role"
    failures = (people.CannotChangePeople,)
    record: Role

    def prepare(self, rows: Any) -> Any:
        """With its person and place."""
        return rows.with_places().select_related("person", "hub", "school__hub", "trust")

    def why_not(self) -> str:
        """Whoever may give it may end it."""
        if may_end(self.request.user.scope, self.record):
            return ""
        return "Your role does not include ending this role."

    def get_heading(self) -> str:
        """Whose role."""
        return f"End the role of {self.record.person}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the day against the role."""
        return {**super().get_form_kwargs(), "role": self.record}

    def act(self, form: RoleEndForm) -> None:
        """End it."""
        today, last_day = clock.today(), form.cleaned_data["last_day"]
        people.end_role(role=self.record, by=self.request.user, today=today, last_day=last_day)
        is_ahead = last_day is not None and last_day >= today
        self.done = f"The role ends with {long_day(last_day)}." if is_ahead else "The role is ended."

    def get_success_url(self) -> str:
        """The person's page."""
        return self.record.person.get_absolute_url()

    def get_cancel_url(self) -> str:
        """The same."""
        return self.record.person.get_absolute_url()
