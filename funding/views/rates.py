"""What an offer pays its schools: the national amount, and a hub's own with its reason."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.utils.functional import cached_property

from funding import actions
from funding.forms import RateForm
from funding.models import Rate
from hubportal.core.models import JournalEntry
from hubportal.core.views import StepForm
from programmes.models import Offer
from schools.models import Hub
from schools.roles import HUB_STAFF, NATIONAL

CHOOSE_HUB = "Choose one of your own hubs in the top bar: its staff set what it pays."


class RateEdit(StepForm):
    """Set an amount: for all hubs by the national team, for one's own hub by its staff."""

    of_top_bar = changes_what_stands = True
    model = Offer
    roles = (NATIONAL, *HUB_STAFF)
    form_class = RateForm
    template_name = "funding/rate_form.html"
    failures = (actions.NotAllowed,)
    submit_label = "Set the amount"
    done = "Set. Awards that were made before stay as they are."
    record: Offer

    def why_not(self) -> str:
        """Not for a hub where the national team keeps it the same."""
        is_kept = not self.request.user.scope.has(NATIONAL) and self.record.is_kept_national(Offer.RATES)
        return actions.KEPT_NATIONAL if is_kept else ""

    def get_heading(self) -> str:
        """Of which offer."""
        return f"What {self.record} pays a {'person' if self.record.is_for_persons else 'school'}"

    def hub(self) -> Hub | None:
        """The hub whose own amount it is; None for the national one.

        :raises PermissionDenied: where the hub in the top bar is not one that this person works for.
        """
        scope, hub = self.request.user.scope, self.request.hub
        if scope.has(NATIONAL):
            return None
        if hub is None or not scope.staffs(hub.pk):
            raise PermissionDenied(CHOOSE_HUB)
        return hub  # type: ignore[no-any-return]

    def get_form_kwargs(self) -> dict[str, Any]:
        """A hub gives its reason."""
        return {**super().get_form_kwargs(), "needs_reason": self.hub() is not None}

    def get_initial(self) -> dict[str, Any]:
        """What most offers pay for."""
        return {"label": "Teacher release"}

    @cached_property
    def rates(self) -> list[Rate]:
        """The amounts of this very offer, of all hubs that one sees."""
        return list(Rate.objects.visible_to(self.request.user).for_list().filter(offer=self.record))

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """The amounts of this hub, or the national ones: one of the same name is replaced."""
        own = [one for one in self.rates if one.hub == self.hub()]
        return {"rates": [f"{one.label}: {one.amount:.2f}, {one.reason}" for one in own]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The amounts that stand, and what has happened to them."""
        user = self.request.user
        rates = self.rates
        entries = JournalEntry.objects.visible_to(user).about(*rates)
        national = self.record.stands_for_id if not rates else None
        if national:
            rates = list(Rate.objects.visible_to(user).for_list().filter(offer=national))
        context = {"rates": rates, "of_national": bool(national), "own_hub": self.hub(), "entries": entries}
        return super().get_context_data(**context, **kwargs)

    def act(self, form: RateForm) -> Rate:
        """Set it."""
        return actions.set_rate(offer=self.record, hub=self.hub(), by=self.request.user, **form.cleaned_data)
