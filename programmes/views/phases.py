"""Phases: the ladder of each pathway, how many schools took part over the years, and the national team's changes."""

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired, may
from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalRequest, StepForm
from programmes.actions import pathways
from programmes.actions import phases as actions
from programmes.forms.phases import PathwayForm, PhaseCreateForm, PhaseForm, initial_of
from programmes.models import Enrolment, Pathway, Phase, PhaseFamily
from programmes.views.offers import OFFER_READERS
from schools.roles import NATIONAL
from schools.rules import academic_year, year_label

YEARS_BACK, YEARS_AHEAD = 4, 1


class PhaseList(RoleRequired, TemplateView):
    """Each pathway's families with their phases, and how many schools took part in each year."""

    template_name = "programmes/phase_list.html"
    roles = OFFER_READERS
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The families in the order of the ladder, by pathway."""
        this_year = academic_year(clock.today())
        years = range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)
        counts = self._counts(years)
        may_change = may(self.request.user, NATIONAL)
        # One without phases is only somebody's who can give it some.
        begun = Pathway.objects.visible_to(self.request.user) if may_change else ()
        ladders: dict[Pathway, list[dict[str, Any]]] = {pathway: [] for pathway in begun}
        for family in PhaseFamily.objects.visible_to(self.request.user).for_list():
            schools = [counts.get((family.pk, year), 0) for year in years]
            row = {"family": family, "phases": family.phases.all(), "schools": schools}
            ladders.setdefault(family.pathway, []).append(row)
        return super().get_context_data(
            heading="Phases",
            ladders=ladders,
            columns=[year_label(year) for year in years],
            may_change=may_change,
            **kwargs,
        )

    def _counts(self, years: range) -> dict[tuple[int, int], int]:
        """Schools by family and year: a school counts once a family, whatever its phases were called."""
        rows = Enrolment.objects.visible_to(self.request.user).for_hub(self.request.hub)
        rows = rows.exclude(status=Enrolment.Status.WITHDRAWN).filter(offer__year__in=years)
        found = (
            rows.order_by().values_list("offer__phase__family", "offer__year").annotate(Count("school", distinct=True))
        )
        return {(family, year): schools for family, year, schools in found}


class PhaseStep(StepForm):
    """A step of the national team about phases and their pathways."""

    roles = (NATIONAL,)
    failures = (actions.CannotName,)

    def get_success_url(self) -> str:
        """All phases."""
        return reverse("programmes:phase-list")

    get_cancel_url = get_success_url


class PhaseCreate(PhaseStep):
    """Add a phase: offers of it follow, and no code is needed."""

    form_class = PhaseCreateForm
    heading, submit_label, done = "Add a phase", "Add the phase", "Phase added. Make its first offer next."

    def get_form_kwargs(self) -> dict[str, Any]:
        """All pathways and families."""
        families = PhaseFamily.objects.visible_to(self.request.user).order_by("pathway__position", "position", "pk")
        return {
            **super().get_form_kwargs(),
            "families": families,
            "pathways": Pathway.objects.visible_to(self.request.user),
            "of_its_own": True,
        }

    def act(self, form: PhaseCreateForm) -> Phase:
        """Add it."""
        return actions.make_phase(by=self.request.user, **form.cleaned_data)


class EditStep(PhaseStep):
    """Change what stands, with what has happened to it."""

    changes_what_stands = True
    template_name = "programmes/phase_form.html"
    done = "Saved."

    def get_heading(self) -> str:
        """Which."""
        return f"Change {self.record}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What has happened to it."""
        return super().get_context_data(
            entries=JournalEntry.objects.visible_to(self.request.user).about(self.record), **kwargs
        )


class PhaseEdit(EditStep):
    """Rename a phase, or count it with another family."""

    model, form_class = Phase, PhaseForm
    record: Phase

    def get_form_kwargs(self) -> dict[str, Any]:
        """The families of its own pathway."""
        families = PhaseFamily.objects.visible_to(self.request.user).filter(pathway=self.record.pathway_id)
        return {**super().get_form_kwargs(), "families": families, "of_its_own": False}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return initial_of(self.record)

    def act(self, form: PhaseForm) -> None:
        """Change it."""
        actions.change_phase(phase=self.record, by=self.request.user, **form.cleaned_data)


class PathwayCreate(PhaseStep):
    """Add a pathway: its phases follow."""

    form_class = PathwayForm
    heading, submit_label = "Add a pathway", "Add the pathway"
    done = "Pathway added. Add its first phase next."

    def get_form_kwargs(self) -> dict[str, Any]:
        """All those that stand."""
        return {**super().get_form_kwargs(), "others": Pathway.objects.visible_to(self.request.user)}

    def get_initial(self) -> dict[str, Any]:
        """At the end."""
        last = Pathway.objects.visible_to(self.request.user).last()
        return {"after": last.pk if last else None}

    def act(self, form: PathwayForm) -> Pathway:
        """Add it."""
        return pathways.make_pathway(by=self.request.user, **form.cleaned_data)


class PathwayEdit(EditStep):
    """Rename a pathway, or give it another place."""

    model, form_class = Pathway, PathwayForm
    record: Pathway

    def get_form_kwargs(self) -> dict[str, Any]:
        """The others."""
        others = Pathway.objects.visible_to(self.request.user).exclude(pk=self.record.pk)
        return {**super().get_form_kwargs(), "others": others}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        after = pathways.before(self.record)
        return {"name": self.record.name, "after": after.pk if after else None}

    def act(self, form: PathwayForm) -> None:
        """Change it."""
        pathways.change_pathway(pathway=self.record, by=self.request.user, **form.cleaned_data)
