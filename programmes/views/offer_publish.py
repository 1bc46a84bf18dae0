"""The drafts of a year, published together once they have been looked through."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.keys import keys_of
from hubportal.core.templatetags.portal import count
from hubportal.core.views import StepForm
from programmes.actions.offer_years import publish_offers
from programmes.actions.offers import CannotOffer, OfferInUse
from programmes.forms.offers import PublishForm
from programmes.models import Offer
from programmes.views.offers import own_hub
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import year_label


class OfferPublishMany(StepForm):
    """Publish the national drafts, or a hub's own, of the year in the top bar: all or none of those that are ticked."""

    of_top_bar = True
    roles = (NATIONAL, *HUB_STAFF)
    form_class = PublishForm
    template_name = "programmes/offer_publish.html"
    failures = (CannotOffer, OfferInUse)
    submit_label, done = "Publish them", ""

    def get_heading(self) -> str:
        """Of which year."""
        return f"Publish drafts of {year_label(self.request.year)}"

    @cached_property
    def drafts(self) -> list[Offer]:
        """What can be published, as the list of offers has it."""
        hub = None if self.request.user.scope.has(NATIONAL) else own_hub(self.request)
        offers = Offer.objects.visible_to(self.request.user).for_year(self.request.year).filter(hub=hub)
        return list(offers.filter(is_published=False).for_list())

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

    def get_success_url(self) -> str:
        """All offers."""
        return reverse("programmes:offer-list")

    get_cancel_url = get_success_url
