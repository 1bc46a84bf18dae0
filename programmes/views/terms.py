"""The dates of terms: the national team's default, and each hub's own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from hubportal.core.views import StepForm
from programmes.actions import terms
from programmes.forms.terms import TermsForm
from programmes.models import HalfTerm
from schools.models import Hub
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import year_label

OTHER_HUB = "Only the staff of the hub in the top bar, or the national team, set its term dates."


class TermDates(StepForm):
    """The half-terms of the year in the top bar: of its hub, or national where none is chosen."""

    changes_what_stands = True
    of_top_bar = True
    form_class = TermsForm
    roles = (*HUB_STAFF, NATIONAL)
    submit_label, done = "Save term dates", "Term dates saved. What is planned already stays where it is."
    failures = (terms.NoSchoolYear,)

    @property
    def hub(self) -> Hub | None:
        """Whose dates these are."""
        hub: Hub | None = self.request.hub
        scope = self.request.user.scope
        if not scope.is_national and not scope.staffs(hub.pk if hub else None):
            raise PermissionDenied(OTHER_HUB)
        return hub

    def get_heading(self) -> str:
        """The year."""
        return f"Term dates {year_label(self.request.year)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whose dates are shown."""
        hub = self.hub
        if hub is None:
            lede = "The national default. Hubs may set their own."
        elif self.has_own(hub):
            lede = f"{hub} has its own dates."
        else:
            lede = f"{hub} follows the national dates. Change them and they become its own."
        return super().get_context_data(lede=lede, **kwargs)

    def has_own(self, hub: Hub) -> bool:
        """Whether the hub has dates of its own for the year."""
        return HalfTerm.objects.filter(year=self.request.year, hub=hub).exists()

    def get_form_kwargs(self) -> dict[str, Any]:
        """Only a hub with its own dates can give them up."""
        hub = self.hub
        return {**super().get_form_kwargs(), "may_follow": hub is not None and self.has_own(hub)}

    def get_initial(self) -> dict[str, Any]:
        """The dates that hold."""
        rows = HalfTerm.objects.for_hub_year(self.request.year, self.hub)
        return {f"starts_{row.number}": row.starts_on for row in rows} | {
            f"ends_{row.number}": row.ends_on for row in rows
        }

    def act(self, form: TermsForm) -> None:
        """Set them, or follow the national ones."""
        year, hub, by = self.request.year, self.hub, self.request.user
        if hub is not None and form.cleaned_data.get("follow"):
            terms.use_national_dates(year=year, hub=hub, by=by)
        else:
            terms.set_half_terms(year=year, hub=hub, dates=form.dates, by=by)

    def get_success_url(self) -> str:
        """The same page."""
        return reverse("programmes:term-dates")

    def get_cancel_url(self) -> str:
        """The offers of the year."""
        return reverse("programmes:offer-list")
