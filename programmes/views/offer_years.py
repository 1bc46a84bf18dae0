"""Offers of a new year: copied from the year before, looked through, published or taken away."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.forms import PortalForm
from hubportal.core.keys import keys_of
from hubportal.core.templatetags.portal import count
from hubportal.core.views import PortalRequest, StepForm, do
from programmes.actions import next_year
from programmes.actions import offer_years as actions
from programmes.actions.offers import CannotOffer, OfferInUse
from programmes.forms.offers import CopyForm
from programmes.models import Offer
from programmes.views.offers import NATIONAL_ONLY, may_change, own_offers
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import year_label


class OffersOfYear(StepForm):
    """A step with the national offers, or a hub's own, of the year in the top bar."""

    of_top_bar = True
    roles = (NATIONAL, *HUB_STAFF)
    failures = (CannotOffer, OfferInUse)

    def get_success_url(self) -> str:
        """All offers."""
        return reverse("programmes:offer-list")

    get_cancel_url = get_success_url


class OfferCopyYear(OffersOfYear):
    """Copy them to the next year: a preview, then drafts."""

    form_class = CopyForm
    template_name = "programmes/offer_copy.html"
    submit_label, done = "Copy them as drafts", ""

    def get_heading(self) -> str:
        """From when to when."""
        year = self.request.year
        return f"Copy the offers of {year_label(year)} to {year_label(year + 1)}"

    def _copies(self) -> list[next_year.NextYear]:
        offers = own_offers(self.request).for_list().select_related("commitments", "stands_for__commitments")  # type: ignore[attr-defined]
        named = [f"{at}{name}" for at in ("", "stands_for__") for name in Offer.PHASE_SETS]
        return next_year.next_years_copies(list(offers.prefetch_related(*named)))

    def get_form_kwargs(self) -> dict[str, Any]:
        """What can be copied."""
        self.copies = self._copies()
        return {**super().get_form_kwargs(), "offers": [one.offer for one in self.copies if one.copy is not None]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The preview: what each would be, or why there is no copy."""
        form = kwargs.get("form") or self.get_form()
        ticked = set(keys_of(form["offers"].value() or ()))
        lines = [(one, one.offer.pk in ticked) for one in self.copies]
        found = {
            "is_all_there": all(one.why_not == next_year.IS_THERE for one in self.copies),
            "has_versions": any(one.offer.stands_for_id for one in self.copies),
        }
        return super().get_context_data(**{**kwargs, "form": form, "lines": lines, **found})

    def act(self, form: CopyForm) -> list[Offer]:
        """Copy them."""
        chosen = [one.offer for one in self.copies if one.offer.pk in form.cleaned_data["offers"]]
        return next_year.copy_to_next_year(offers=chosen, by=self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        """Say how many there are now, and look at their year."""
        answer = super().form_valid(form)
        if form.is_valid():
            self.request.session["year"] = self.request.year + 1
            before = {one.draft.pk for one in self.copies if one.draft is not None}
            made = count(sum(one.pk not in before for one in self.result), "draft") + " made"
            if renewed := sum(one.pk in before for one in self.result):
                made = f"{made}, {renewed} brought up to date,"
            year = year_label(self.request.year + 1)
            said = f"{made} for {year}, the year that you look at now. Look through them, then publish them."
            messages.success(self.request, said)
        return answer


def _step(request: HttpRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    offer = get_object_or_404(Offer.objects.visible_to(request.user), pk=pk)
    if not may_change(request.user.scope, offer):  # type: ignore[union-attr]
        raise PermissionDenied(NATIONAL_ONLY)
    failures = (CannotOffer, OfferInUse)
    do(request, lambda: act(offer=offer, by=request.user, now=clock.now()), done=done, failures=failures)
    return redirect(offer)


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def offer_publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Hubs and schools see it from now on."""
    return _step(request, pk, actions.publish_offer, "Published: schools see it while it takes applications.")


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def offer_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Only the national team sees it from now on."""
    return _step(request, pk, actions.withdraw_offer, "A draft again: schools do not see it.")


class OfferRemove(StepForm):
    """Take away a draft that nobody has used."""

    changes_what_stands = True
    model, form_class = Offer, PortalForm
    roles = (NATIONAL, *HUB_STAFF)
    failures = (CannotOffer,)
    submit_label, done = "Take the draft away", "The draft is taken away."
    record: Offer

    def why_not(self) -> str:
        """A draft, of whoever may change it."""
        if not may_change(self.request.user.scope, self.record):
            return NATIONAL_ONLY
        return "" if not self.record.is_published else "Only a draft is taken away."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody is asked about what stays."""
        if why := actions.why_not_removed(self.record):
            messages.error(request, why)
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What goes with it; the catalogue makes its own drafts anew when the portal is next started."""
        comes_back = "" if self.record.hub_id else " A draft of the catalogue comes back as that has it."
        return f"Targets, places and amounts that were set for it go with it. That cannot be undone.{comes_back}"

    def get_heading(self) -> str:
        """Which."""
        return f"Take away the draft {self.record} ({self.record.code})?"

    def act(self, form: PortalForm) -> None:
        """Take it away."""
        actions.remove_draft(offer=self.record, by=self.request.user)

    def get_success_url(self) -> str:
        """All offers."""
        return reverse("programmes:offer-list")
