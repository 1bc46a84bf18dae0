"""Making an offer: of which phase and year, then a form that begins like the newest one of the phase."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.views import PortalRequest, StepForm
from programmes.actions import offer_years as actions
from programmes.actions.offers import CannotOffer
from programmes.catalogue.loading import example_of
from programmes.forms.offers import OfferForm
from programmes.models import Offer, Pathway, Phase
from programmes.views.offers import own_hub
from schools.models import Hub
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import academic_year, year_label

YEARS_BACK, YEARS_AHEAD = 1, 3
MAKERS = (NATIONAL, *HUB_STAFF)


def _hub_of(request: PortalRequest) -> Hub | None:
    """Whose offer it will be: a hub's for its own schools, or (None) a national one."""
    return None if request.user.scope.has(NATIONAL) else own_hub(request)


class OfferChoose(RoleRequired, TemplateView):
    """Of which phase, and for which year, an offer is to be made."""

    template_name = "programmes/offer_choose.html"
    roles = MAKERS
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every phase, with what is offered of it already in that year."""
        hub, this_year = _hub_of(self.request), academic_year(clock.today())
        years = range(this_year, this_year + YEARS_AHEAD + 1)
        asked = self.request.GET.get("year", "")
        year = next((year for year in years if str(year) == asked), max(self.request.year, this_year))
        offers = Offer.objects.visible_to(self.request.user).to_begin_from(hub).filter(year=year)
        offered: dict[int, list[Offer]] = {}
        for offer in offers:
            offered.setdefault(offer.phase_id, []).append(offer)
        ladders: dict[Pathway, list[tuple[Phase, list[Offer]]]] = {}
        for phase in Phase.objects.visible_to(self.request.user).for_list():
            ladders.setdefault(phase.pathway, []).append((phase, offered.get(phase.pk, [])))
        return super().get_context_data(
            heading=f"Make an offer for {year_label(year)}",
            own_hub=hub,
            chosen=year,
            choices=[(one, year_label(one)) for one in years],
            ladders=ladders,
            **kwargs,
        )


class OfferCreate(StepForm):
    """A new offer, national or a hub's own; a draft until it is published."""

    of_top_bar = True
    model = Phase
    roles = MAKERS
    form_class = OfferForm
    template_name = "programmes/offer_form.html"
    failures = (CannotOffer,)
    submit_label, done = "Make the offer", "Offer made, as a draft. Look through it, then publish it."
    record: Phase
    result: Offer

    def load(self) -> Any:
        """The phase, in a year that one may plan for.

        :raises Http404: for any other.
        """
        this_year = academic_year(clock.today())
        if not this_year - YEARS_BACK <= self.kwargs["year"] <= this_year + YEARS_AHEAD:
            raise Http404
        return super().load()

    def get_heading(self) -> str:
        """Of what, for which year."""
        return f"Make an offer: {self.record}, {year_label(self.kwargs['year'])}"

    @cached_property
    def hub(self) -> Hub | None:
        """Whose it will be."""
        return _hub_of(self.request)

    @cached_property
    def like(self) -> tuple[Offer | None, dict[str, list[Phase]]]:
        """What it begins like: the newest offer of the phase, else the example that the catalogue ships."""
        offers = Offer.objects.visible_to(self.request.user).to_begin_from(self.hub)
        found = offers.filter(phase=self.record).first()
        if found is not None:
            found.commitments_id = found.newest_text  # type: ignore[attr-defined]
            return found, found.phase_sets()
        return example_of(self.record, self.kwargs["year"]) or (None, {})

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form begins like another offer; what is sent replaces all of it."""
        like, phases = self.like
        offer = actions.new_offer(
            phase=self.record, year=self.kwargs["year"], hub=self.hub, like=like, today=clock.today()
        )
        named = {name: [phase.pk for phase in found] for name, found in phases.items()}
        return {**super().get_form_kwargs(), "instance": offer, "initial": named}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it begins like, and whether it may be given a new text."""
        like, _phases = self.like
        return super().get_context_data(like=like, own_hub=self.hub, may_add_text=self.hub is None, **kwargs)

    def act(self, form: OfferForm) -> Offer:
        """Make it."""
        phases = {name: form.cleaned_data[name] for name in Offer.PHASE_SETS}
        return actions.make_offer(offer=form.instance, phases=phases, by=self.request.user)

    def get_success_url(self) -> str:
        """Its page."""
        return self.result.get_absolute_url()

    def get_cancel_url(self) -> str:
        """All phases again."""
        return f"{reverse('programmes:offer-choose')}?year={self.kwargs['year']}"
