"""What a school became, said by hand."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse

from hubportal.core import clock
from hubportal.core.forms import PortalForm
from hubportal.core.views import PortalRequest, StepForm
from schools import roles
from schools.actions import successors
from schools.forms.places import SuccessorForm
from schools.models import School

FOUND_AT_MOST = 20


class SchoolSuccessor(StepForm):
    """First which school it became, then how and from when."""

    model, form_class = School, SuccessorForm
    roles = (roles.NATIONAL,)
    template_name = "schools/school_successor.html"
    submit_label, done = "Say so", "Kept. People and open enrolments follow within a minute."
    failures = (successors.CannotFollow,)
    record: School

    def get_heading(self) -> str:
        """Of which school."""
        return f"What did {self.record} become?"

    @cached_property
    def successor(self) -> School | None:
        """The school in the address, None before one is chosen."""
        key = self.request.GET.get("became", "")
        if not (key.isascii() and key.isdigit() and len(key) < 16):
            return None
        return School.objects.visible_to(self.request.user).for_list().exclude(pk=self.record.pk).filter(pk=key).first()

    def post(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Without a school there is no step."""
        return self.get(request) if self.successor is None else super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        """No form before a school is chosen."""
        return super().get_form(form_class) if self.successor else PortalForm()

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows the day."""
        return {**super().get_form_kwargs(), "today": clock.today()}

    def act(self, form: SuccessorForm) -> School:
        """Say so."""
        successor = self.successor or self.record
        return successors.say_successor(
            school=self.record, successor=successor, **form.cleaned_data, by=self.request.user, now=clock.now()
        )

    def get_success_url(self) -> str:
        """The school that goes on."""
        return str(self.result.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The chosen school, or those found."""
        words = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        found: Any = School.objects.none()
        if words and self.successor is None:
            found = School.objects.visible_to(self.request.user).matching(words).exclude(pk=self.record.pk)
            found = found.for_list().nearest_first(words)[:FOUND_AT_MOST]
        return super().get_context_data(words=words, found=found, successor=self.successor, **kwargs)
