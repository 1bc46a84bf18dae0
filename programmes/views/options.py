"""The hub changes in which way a school does a phase: before the decision and while it takes part."""

from operator import attrgetter
from typing import Any, ClassVar

from hubportal.core.keys import given_key
from hubportal.core.views import StepForm
from programmes.actions import options as actions
from programmes.forms.options import UNKNOWN, OptionForm, choices_of
from programmes.models import Enrolment, Interest, Phase
from programmes.views.enrolments import HUB_ONLY
from schools.roles import HUB_STAFF


class OptionStep(StepForm):
    """Choose another of the phase's options."""

    changes_what_stands = True
    form_class = OptionForm
    roles = HUB_STAFF
    failures = (actions.CannotChoose,)
    heading, submit_label, done = "Change the option", "Save", "Saved."
    record: Any
    phase_at: ClassVar[str]

    @property
    def phase(self) -> Phase:
        """Whose options: where ``phase_at`` leads from the record."""
        phase: Phase = attrgetter(self.phase_at)(self.record)
        return phase

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Of whom."""
        return f"{self.record.who}: {self.phase}"

    def why_not(self) -> str:
        """Staff of the hub; of a phase that has options."""
        if not self.request.user.scope.staffs(self.record.hub_id):
            return HUB_ONLY
        return "" if choices_of(self.phase, self.record.option) else "This programme has no options to choose from."

    def get_form_kwargs(self) -> dict[str, Any]:
        """What is offered, and what stands."""
        choices = choices_of(self.phase, self.record.option)
        return {**super().get_form_kwargs(), "choices": choices, "label": "Which option?"}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"option": str(self.record.option_id or UNKNOWN)}

    def act(self, form: OptionForm) -> None:
        """Change it."""
        key = given_key(form.cleaned_data["option"])
        option = next((one for one in self.phase.options.all() if one.pk == key), None)
        actions.choose_option(record=self.record, option=option, by=self.request.user)


class InterestOption(OptionStep):
    """Of what was applied for."""

    model, phase_at = Interest, "phase"

    def prepare(self, rows: Any) -> Any:
        """With the phase's options."""
        return rows.select_related("school", "phase", "option", "enrolment__offer", "enrolment__option")


class EnrolmentOption(OptionStep):
    """Of an enrolment."""

    model, phase_at = Enrolment, "offer.phase"

    def prepare(self, rows: Any) -> Any:
        """With the phase's options."""
        linked = ("school", "person", "offer__phase", "option", "interest__option")
        return rows.select_related(*linked)
