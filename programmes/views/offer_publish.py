"""The drafts of a year, published together once they have been looked through."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from hubportal.core import clock
from hubportal.core.keys import keys_of
from hubportal.core.templatetags.portal import count
from programmes.actions.offer_years import publish_offers
from programmes.forms.offers import PublishForm
from programmes.models import Offer
from programmes.views.offer_years import OffersOfYear
from programmes.views.offers import own_offers
from schools.rules import year_label


class OfferPublishMany(OffersOfYear):
    """Publish the drafts among them: all or none of those that are ticked."""

    form_class = PublishForm
    template_name = "programmes/offer_publish.html"
    submit_label, done = "Publish them", ""

    def get_heading(self) -> str:
        """Of which year."""
        return f"Publish drafts of {year_label(self.request.year)}"

    @cached_property
    def drafts(self) -> list[Offer]:
        """What can be published, as the list of offers has it."""
        return list(own_offers(self.request).filter(is_published=False).for_list())  # type: ignore[attr-defined]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The drafts."""
        return {**super().get_form_kwargs(), "offers": self.drafts}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Their numbers, and which are ticked."""
        form = kwargs.get("form") or self.get_form()
        ticked = set(keys_of(form["offers"].value() or ()))
        lines = [(offer, offer.pk in ticked) for offer in self.drafts]
        return super().get_context_data(**{**kwargs, "form": form, "lines": lines, "today": clock.today()})

    def act(self, form: PublishForm) -> int:
        """Publish them."""
        chosen = [offer for offer in self.drafts if offer.pk in form.cleaned_data["offers"]]
        return publish_offers(offers=chosen, by=self.request.user, now=clock.now())

    def form_valid(self, form: Any) -> HttpResponse:
        """Say how many schools see now."""
        answer = super().form_valid(form)
        if form.is_valid():
            messages.success(self.request, f"{count(self.result, 'offer')} published.")
        return answer
