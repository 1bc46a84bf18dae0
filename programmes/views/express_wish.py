"""The public form: what an interest is told of in."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from hubportal.core import clock
from programmes.models import Offer, Phase
from programmes.models.wishes import offered_wishes
from programmes.rules import Wish
from programmes.views.applicant import own_among, placed_or_applied
from programmes.views.express import ExpressPage
from schools.models import Hub, School
from schools.rules import year_label

WISHED = ("What is your school interested in?", "What are your schools interested in?")
NO_WISH = ("Choose what your school is interested in.", "Choose what your schools are interested in.")

Choice = dict[str, Any]


class WishStep(ExpressPage):
    """What the school is interested in, and for which year; this can be said when nothing is open."""

    name = "wish"
    template_name = "programmes/express/wish.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the phases and years and go on."""
        ticked = set(request.POST.getlist("wish"))
        chosen = [one for one in self._choices() if one["value"] in ticked]
        if not chosen or len(chosen) < len(ticked):
            self._keep_typed(request)
            return self.render_to_response(
                self.get_context_data(problem=NO_WISH[self.is_for_several], chosen=[one["value"] for one in chosen])
            )
        wishes = [(school, one) for one in chosen for school in one["schools"]]
        self.draft.answer_wishes([(school.pk, one["phase"].pk, one["year"]) for school, one in wishes])
        self.draft.save()
        return self.go_on()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of each phase the years that can still be applied for."""
        found = super().get_context_data(**kwargs)
        begun = self.draft.begun(self.question)
        told = [f"{phase}-{year}" for _school, phase, year in self.draft.told]
        chosen = told if begun is None else begun.get("wish", [])
        choices = self._choices()
        by_phase: dict[str, list[Choice]] = {}
        about: dict[str, dict[str, None]] = {}
        for one in choices:
            by_phase.setdefault(one["phase"].name, []).append(one)
            about.setdefault(one["phase"].name, {}).update(one["about"])
        return {
            "heading": WISHED[self.is_for_several],
            "choices": choices,
            "by_phase": [(name, years, list(about[name])) for name, years in by_phase.items()],
            "is_any_open": any(one["is_open"] for one in choices),
            "hubs": [] if self.hubs else list(Hub.objects.open().order_by("name")),
            "chosen": chosen,
            **found,
        }

    def _choices(self) -> list[Choice]:
        """One entry a phase and year, for all schools together; with the schools where it is not for all."""
        found: dict[str, Choice] = {}
        with_hub = [school for school in self.schools if school.hub_id is not None]
        standing = placed_or_applied(self.request.user, own_among(self.request.user, with_hub))
        for school in with_hub:
            for phase, wish, offers in _each(school):
                one = _wish(phase, wish)
                known = found.setdefault(one["value"], one)
                known["schools"].append(school)
                known["about"] |= {f"{offer.summary} {offer.eligibility}".strip(): None for offer in offers}
                known["is_open"] = known["is_open"] or wish.is_open
                if stands := standing.get((school.pk, phase.pk, wish.year)):
                    known["standing"].append((str(school) if self.is_for_several else "Your school", stands))
        return [{**one, "is_for_all": len(one["schools"]) == len(with_hub)} for one in found.values()]


def _each(school: School) -> list[tuple[Phase, Wish, list[Offer]]]:
    """Each year of each phase, with the offers that say what it is."""
    found = offered_wishes(school, clock.today())
    return [(phase, wish, offers) for phase, years, offers in found for wish in years]


def _wish(phase: Phase, wish: Wish) -> Choice:
    return {
        "schools": [],
        "about": {},
        "standing": [],
        "value": f"{phase.pk}-{wish.year}",
        "phase": phase,
        "year": wish.year,
        "label": f"{phase.name} {year_label(wish.year)}",
        "is_open": wish.is_open,
    }
