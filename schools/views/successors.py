"""What a school became, said by hand."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from hubportal.core import clock
from hubportal.core.forms import PortalForm
from hubportal.core.keys import row_of
from hubportal.core.step_back import TakeBack
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalRequest, StepForm
from schools import roles
from schools.actions import successors
from schools.forms.places import SuccessorForm
from schools.models import School, Succession

FOUND_AT_MOST = 20


class SchoolSuccessor(StepForm):
    """First which school it became, then how and from when."""

    model, form_class = School, SuccessorForm
    roles = (roles.NATIONAL,)
    template_name = "schools/school_successor.html"
    submit_label, done = "Say so", ""
    failures = (successors.CannotFollow,)
    record: School

    def get_heading(self) -> str:
        """Of which school."""
        return f"What did {self.record} become?"

    @cached_property
    def successor(self) -> School | None:
        """The school in the address, None before one is chosen."""
        seen = School.objects.visible_to(self.request.user).for_list().exclude(pk=self.record.pk)
        return row_of(seen, self.request.GET.get("became", ""))

    def post(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Without a school there is no step."""
        return self.get(request) if self.successor is None else super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        """No form before a school is chosen."""
        return super().get_form(form_class) if self.successor else PortalForm()

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows the day."""
        return {**super().get_form_kwargs(), "today": clock.today()}

    def act(self, form: SuccessorForm) -> Succession:
        """Say so."""
        successor = self.successor or self.record
        return successors.say_successor(
            school=self.record, successor=successor, **form.cleaned_data, by=self.request.user, now=clock.now()
        )

    def get_success_url(self) -> str:
        """The school that goes on; the one that is to become another until its day."""
        succession: Succession = self.result
        if succession.is_planned:
            messages.success(self.request, f"Planned: it happens by itself on {long_day(succession.from_on)}.")
            return succession.get_absolute_url()
        messages.success(self.request, "Kept. People and open enrolments follow within a minute.")
        goes_on = School.objects.visible_to(self.request.user).filter(urns__urn=succession.successor_urn).first()
        return (goes_on or self.record).get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The chosen school, or those found; and what is planned already."""
        planned = Succession.objects.visible_to(self.request.user).filter(school=self.record).planned()
        words = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        found: Any = []
        if words and self.successor is None:
            found = School.objects.visible_to(self.request.user).matching(words).exclude(pk=self.record.pk)
            found = list(found.for_list().nearest_first(words)[: FOUND_AT_MOST + 1])
        more = FOUND_AT_MOST if len(found) > FOUND_AT_MOST else 0
        about = {"words": words, "found": found[:FOUND_AT_MOST], "more": more}
        about |= {"successor": self.successor, "planned": planned}
        return super().get_context_data(**about, **kwargs)


class SuccessionTakeBack(TakeBack):
    """Take back what was planned."""

    model, roles = Succession, (roles.NATIONAL,)
    lede = "Whoever has heard of it is told that it is taken back."
    record: Succession

    def prepare(self, rows: Any) -> Any:
        """With its schools."""
        return rows.for_notice()

    @property
    def done(self) -> str:  # type: ignore[override]
        """Which school stays."""
        return f"Taken back: {self.record.school} stays as it is."

    def get_heading(self) -> str:
        """Which school stays."""
        return f"Does {self.record.school} stay as it is?"

    def act(self, form: PortalForm) -> None:
        """Take it back."""
        successors.take_back(succession=self.record, by=self.request.user, now=clock.now())
