"""A hub's own version of a national offer, and what the national team keeps for itself."""

from typing import Any

from hubportal.core.views import StepForm
from programmes.actions import offer_versions as actions
from programmes.actions.offers import CannotOffer
from programmes.forms.offers import LockForm, VersionReasonForm
from programmes.models import Offer
from programmes.views.offers import own_hub
from schools.roles import HUB_STAFF, NATIONAL


class OfferVersion(StepForm):
    """Make a version of a national offer for the hub in the top bar."""

    of_top_bar = True
    model = Offer
    roles = HUB_STAFF
    form_class = VersionReasonForm
    failures = (CannotOffer,)
    submit_label = "Make our own version"
    done = "Made, as a draft with the national numbers. Change what differs, then publish it."
    lede = (
        "Once it is published, your schools are offered it instead, and applications that wait for a decision are for "
        "it. Those accepted already stay with the national offer."
    )
    record: Offer
    result: Offer

    def get_heading(self) -> str:
        """Of which."""
        return f"Our own version of {self.record}"

    def act(self, form: VersionReasonForm) -> Offer:
        """Make it."""
        hub = own_hub(self.request)
        return actions.make_version(offer=self.record, hub=hub, by=self.request.user, **form.cleaned_data)

    def get_success_url(self) -> str:
        """Its page."""
        return self.result.get_absolute_url()


class OfferLock(StepForm):
    """Keep fields of a national offer as they are in every hub."""

    changes_what_stands = True
    model = Offer
    roles = (NATIONAL,)
    form_class = LockForm
    submit_label, done = "Save", "Saved. Versions that differ already stay as they are."
    record: Offer

    def why_not(self) -> str:
        """Of national offers only."""
        return "" if self.record.hub_id is None else "This is a hub's own offer: there is nothing to keep."

    def get_heading(self) -> str:
        """Of which."""
        return f"What hubs leave as it is in {self.record}"

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"locked": self.record.locked}

    def act(self, form: LockForm) -> None:
        """Keep it."""
        actions.lock_fields(offer=self.record, fields=form.cleaned_data["locked"], by=self.request.user)
