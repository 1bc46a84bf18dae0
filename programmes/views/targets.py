"""Targets for several years ahead on one page: of a hub by phase, of a family of phases by hub."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property

from hubportal.core import clock
from hubportal.core.views import StepForm
from programmes.actions.offers import CannotOffer
from programmes.actions.targets import Aim, CannotTarget, set_aims
from programmes.forms.targets import TargetGridForm
from programmes.models import Enrolment, Offer, Phase, PhaseFamily, Target
from programmes.rules.offers import together
from programmes.views.offers import own_hub
from schools.models import Hub
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import academic_year, year_label

YEARS_AHEAD = 3


@dataclass
class Cell:
    """One phase, year and hub: what stands, who may change it, and the name of its box."""

    name: str
    phase: Phase
    year: int
    hub: Hub
    offer: Offer | None
    standing: Target | None
    is_open: bool
    field: Any = None
    problem: str = ""

    @property
    def number(self) -> int | None:
        """The target that stands."""
        return self.standing.schools if self.standing else None


class TargetGrid(StepForm):
    """A hub's targets by phase and year; the national team's by hub and year, a family at a time."""

    roles = (NATIONAL, *HUB_STAFF)
    form_class = TargetGridForm
    template_name = "programmes/target_grid.html"
    failures = (CannotTarget, CannotOffer)
    submit_label = "Save targets"
    result: int

    @property
    def done(self) -> str:  # type: ignore[override]
        """How many."""
        return "Nothing was changed." if not self.result else f"{self.result} changed."

    @cached_property
    def is_national(self) -> bool:
        """Whether the national team sets them."""
        return bool(self.request.user.scope.has(NATIONAL))

    @cached_property
    def hub(self) -> Hub | None:
        """Whose targets; the national team looks at all hubs unless one is chosen in the top bar."""
        hub: Hub | None = self.request.hub
        return hub if self.is_national else own_hub(self.request)

    def get_heading(self) -> str:
        """Whose."""
        return f"Targets of {self.hub}" if self.hub else f"Targets: {self.family}"

    @cached_property
    def families(self) -> list[PhaseFamily]:
        """All of the ladder."""
        return list(PhaseFamily.objects.visible_to(self.request.user).for_list())

    @cached_property
    def family(self) -> PhaseFamily | None:
        """The one that is looked at across all hubs."""
        asked = self.request.GET.get("family", "")
        return next((one for one in self.families if str(one.pk) == asked), self.families[0] if self.families else None)

    @cached_property
    def years(self) -> list[int]:
        """This year and those ahead."""
        this_year = academic_year(clock.today())
        return list(range(this_year, this_year + YEARS_AHEAD + 1))

    @cached_property
    def hubs(self) -> list[Hub]:
        """The rows of the national team, or the one."""
        return [self.hub] if self.hub else list(Hub.objects.visible_to(self.request.user).open().order_by("name", "pk"))

    @cached_property
    def phases(self) -> list[Phase]:
        """Of the family, or of all."""
        families = self.families if self.hub else [self.family] if self.family else []
        return [phase for family in families for phase in family.phases.all()]

    @cached_property
    def cells(self) -> dict[tuple[int, int, int], list[Cell]]:
        """By phase, year and hub: the national offer's, and in a hub those of its own offers beside it."""
        offers = Offer.objects.visible_to(self.request.user).filter(year__in=self.years, stands_for=None)
        own = Q(hub=self.hub) if self.hub else Q(pk__in=[])
        national: dict[tuple[int, int], list[Offer | None]] = defaultdict(list)
        owned: dict[tuple[int, int, int], list[Offer | None]] = defaultdict(list)
        rows = Target.objects.visible_to(self.request.user).filter(offer__year__in=self.years, hub__in=self.hubs)
        standing = {(one.offer_id, one.hub_id): one for one in rows.select_related("offer")}
        # With drafts that a hub does not see yet, but has a target in.
        for offer in (*offers.filter(Q(hub=None) | own).order_by("pk"), *(one.offer for one in standing.values())):
            spot = national[offer.phase_id, offer.year]
            if offer.hub_id is not None:
                spot = owned[offer.phase_id, offer.year, offer.hub_id]
            if offer not in spot:
                spot.append(offer)
        return {
            (phase.pk, year, hub.pk): [
                self._cell((phase, year, hub), offer, standing, is_first=at == 0)
                for at, offer in enumerate([*national[phase.pk, year], *owned[phase.pk, year, hub.pk]] or [None])
            ]
            for phase in self.phases
            for year in self.years
            for hub in self.hubs
        }

    def _cell(
        self, spot: tuple[Phase, int, Hub], offer: Offer | None, standing: dict[Any, Target], *, is_first: bool
    ) -> Cell:
        phase, year, hub = spot
        found = standing.get((offer.pk, hub.pk)) if offer else None
        is_open = self.is_national or found is None or not found.is_national
        # The same before and after a draft is made of it: whoever had the page open meanwhile sends that name.
        is_main = is_first and (offer is None or offer.hub_id is None)
        name = f"p{phase.pk}y{year}h{hub.pk}" if is_main or offer is None else f"o{offer.pk}h{hub.pk}"
        return Cell(name, phase, year, hub, offer, found, is_open)

    @cached_property
    def open_cells(self) -> list[Cell]:
        """Those that this person may change, once the phase was ever offered."""
        return [cell for cells in self.cells.values() for cell in cells if cell.is_open]

    def get_form_kwargs(self) -> dict[str, Any]:
        """A box for each."""
        about = "{cell.phase}, {year}" if self.hub else "{cell.hub}, {cell.phase}, {year}"
        boxes = [
            (cell.name, about.format(cell=cell, year=year_label(cell.year)), cell.number) for cell in self.open_cells
        ]
        return {**super().get_form_kwargs(), "boxes": boxes}

    def act(self, form: TargetGridForm) -> int:
        """Set what has changed."""
        aims = [
            Aim(cell.phase, cell.year, cell.hub, form.cleaned_data[cell.name], form.was(cell.name), cell.offer)
            for cell in self.open_cells
            if cell.name in form.typed
        ]
        return set_aims(aims=aims, by=self.request.user, is_national=self.is_national)

    @cached_property
    def actual(self) -> dict[tuple[int, int], int]:
        """Who took part last year, by phase and hub."""
        rows = Enrolment.objects.visible_to(self.request.user).for_year(self.years[0] - 1)
        rows = rows.filter(hub__in=self.hubs).exclude(status=Enrolment.Status.WITHDRAWN)
        found = rows.order_by().values_list("offer__phase", "hub").annotate(Count("pk"))
        return {(phase, hub): many for phase, hub, many in found}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows of boxes with what they make together."""
        form = kwargs.get("form") or self.get_form()
        for cell in self.open_cells:
            cell.field, cell.problem = form[cell.name], form.problem(cell.name)
        rows = [self._row(str(phase), [phase], self.hubs) for phase in self.phases]
        if not self.hub:
            rows = [self._row(hub.name, self.phases, [hub]) for hub in self.hubs]
        labels = [year_label(year) for year in self.years]
        totals = [(label, together(row["sums"][at] for row in rows)) for at, label in enumerate(labels)]
        found = {"rows": rows, "totals": totals, "last": sum(row["last"] for row in rows)}
        found |= {"columns": labels, "last_year": year_label(self.years[0] - 1)}
        found |= {"families": [] if self.hub else self.families, "family": self.family, "hub": self.hub}
        return super().get_context_data(**{**kwargs, "form": form, **found})

    def _row(self, name: str, phases: list[Phase], hubs: list[Hub]) -> dict[str, Any]:
        spots = [(phase.pk, hub.pk) for phase in phases for hub in hubs]
        columns = [[cell for phase, hub in spots for cell in self.cells[phase, year, hub]] for year in self.years]
        sums = [together(cell.number for cell in cells) for cells in columns]
        labelled = [(year_label(year), cells) for year, cells in zip(self.years, columns, strict=True)]
        return {"name": name, "columns": labelled, "sums": sums, "last": sum(self.actual.get(one, 0) for one in spots)}

    def get_success_url(self) -> str:
        """Here again."""
        here = reverse("programmes:target-grid")
        return here if self.hub or not self.family else f"{here}?family={self.family.pk}"

    def get_cancel_url(self) -> str:
        """All offers."""
        return reverse("programmes:offer-list")
