"""The steps of a group: make, start, complete, cancel."""

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.keys import given_key, row_of
from hubportal.core.views import StepForm
from programmes.models import Offer
from schools.models import Hub
from schools.roles import HUB_STAFF
from workgroups.actions import groups as actions
from workgroups.actions.candidates import leaders_for
from workgroups.forms.groups import CompleteForm, GroupForm, OfferChoiceForm, ReasonForm, StartForm
from workgroups.models import Group
from workgroups.rules.planning import StartFacts, why_not_complete, why_not_start

CHOOSE_HUB = "Choose a hub that you work for in the top bar first: a group belongs to one hub."


class GroupCreate(StepForm):
    """Make a group: first the programme, then name and leader."""

    of_top_bar = True
    roles = HUB_STAFF
    heading, submit_label = "Make a group", "Make the group"
    failures = (actions.CannotGroup,)
    done = "Group made. Place its schools next."

    def hub(self) -> Hub:
        """The hub in the top bar; one may look at a hub, as its board does, without making its groups.

        :raises PermissionDenied: where it is not one that this person works for.
        """
        hub: Hub | None = self.request.hub
        if hub is None or hub.pk not in self.request.user.scope.staff_hub_ids:
            raise PermissionDenied(CHOOSE_HUB)
        return hub

    def offer(self) -> Offer | None:
        """The programme chosen in the address."""
        return row_of(self._offers(), self.request.GET.get("offer", ""))

    def _offers(self) -> QuerySet[Offer]:
        years = (self.request.year, self.request.year + 1)
        offers = Offer.objects.visible_to(self.request.user).filter(
            year__in=years, served_by__in=Offer.IN_GROUPS, is_published=True
        )
        # National ones, and those of the hub that the group is made for.
        offers = offers.filter(Q(hub=None) | Q(hub=self.request.hub)).for_list()
        return offers.order_by("year", "phase__pathway__position", "phase__position", "code", "pk")

    def get_form(self, form_class: Any = None) -> forms.BaseForm:
        """The programme, then name and leader."""
        offer = self.offer()
        if offer is None:
            # The button was pressed, with nothing chosen or what is not to choose.
            is_asked = "asked" in self.request.GET
            return OfferChoiceForm(self.request.GET if is_asked else None, offers=self._offers())
        hub = self.hub()
        leaders = leaders_for(self.request.user, hub, offer)
        number = Group.objects.visible_to(self.request.user).of_programme(offer, hub).count() + 1
        # The whole title: phases of two pathways share their short names, and lists name only the group.
        initial = {"name": f"{offer} group {number}"}
        return GroupForm(self.request.POST or None, leaders=leaders, initial=initial)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the second page says of the programme."""
        found = super().get_context_data(**kwargs)
        offer = self.offer()
        return {**found, "offer": offer, "cancel_url": reverse("workgroups:group-list")}

    def get_template_names(self) -> list[str]:
        """One page a question."""
        return ["workgroups/group_create.html" if self.offer() else "workgroups/group_create_offer.html"]

    def act(self, form: GroupForm) -> Group:
        """Make it."""
        offer = self.offer()
        if offer is None:
            raise actions.CannotGroup("Choose a programme first.")
        self.record = actions.make_group(
            offer=offer,
            hub=self.hub(),
            name=form.cleaned_data["name"],
            leader=form.cleaned_data["leader"],
            host=None,
            by=self.request.user,
        )
        return self.record  # type: ignore[no-any-return]

    def get_success_url(self) -> str:
        """On to placing schools; the one that the group was made for is ticked."""
        tick = given_key(self.request.GET.get("tick", ""))
        return reverse("workgroups:place-add", args=[self.record.pk]) + (f"?tick={tick}" if tick else "")


class GroupStep(StepForm):
    """A step of hub staff on a group of their hub."""

    model = Group
    roles = HUB_STAFF
    failures: ClassVar[tuple[type[Exception], ...]] = (actions.CannotGroup,)

    def prepare(self, rows: Any) -> Any:
        """Of the hubs one works for."""
        return rows.filter(hub__in=self.request.user.scope.staff_hub_ids).for_list()


class GroupStart(GroupStep):
    """Start a group: shows what happens and to whom, asks for a reason below the minimum."""

    form_class = StartForm
    template_name = "workgroups/group_start.html"
    submit_label, done = "Start the group", "The group has started. Everybody gets all dates of the year."

    def get_heading(self) -> str:
        """Which group."""
        return f"Start {self.record.name}"

    @cached_property
    def facts(self) -> StartFacts:
        """What the group has, as if a reason were given."""
        return actions.start_facts(self.record, reason="given below")

    def get_form_kwargs(self) -> dict[str, Any]:
        """A reason is asked for below the minimum."""
        return {**super().get_form_kwargs(), "is_below": self.facts.schools < self.facts.group_min}

    def act(self, form: StartForm) -> None:
        """Start it."""
        reason = form.cleaned_data.get("reason", "")
        actions.start_group(group=self.record, by=self.request.user, now=clock.now(), reason=reason)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is missing, and who gets the dates."""
        places = self.record.places.taken().select_related("enrolment__school").prefetch_related("participants__person")
        return {
            **super().get_context_data(**kwargs),
            "missing": why_not_start(self.facts),
            "places": places.order_by("enrolment__school__name", "pk"),
            "meetings": self.record.meetings.standing().select_related("host").order_by("starts_at", "pk"),
        }


class GroupCancel(GroupStep):
    """Give a group up."""

    form_class = ReasonForm
    cancel_label = "Keep the group"
    submit_label, done = "Cancel the group", "The group has been cancelled. Its schools can be placed elsewhere."
    lede = "All coming meetings and visits are cancelled. Everybody who had their dates gets one e-mail about it."

    def get_heading(self) -> str:
        """Which group."""
        return f"Cancel {self.record.name}"

    def act(self, form: ReasonForm) -> None:
        """Cancel it."""
        reason = form.cleaned_data["reason"]
        actions.cancel_group(group=self.record, reason=reason, by=self.request.user, now=clock.now())


class GroupComplete(GroupStep):
    """End a group's year: shows what is missing, and asks why where something is."""

    form_class = CompleteForm
    template_name = "workgroups/group_complete.html"
    cancel_label = "Not yet"
    submit_label, done = "Complete the group", "The group's year is complete."

    def get_heading(self) -> str:
        """Which group."""
        return f"Complete {self.record.name}"

    @cached_property
    def left(self) -> actions.LeftOpen:
        """What the group's year lacks."""
        return actions.left_open(self.record, clock.now())

    def get_form_kwargs(self) -> dict[str, Any]:
        """A reason is asked for where something is missing that no longer comes by itself."""
        return {**super().get_form_kwargs(), "asks_why": bool(self.left.missing and not self.left.ahead)}

    def act(self, form: CompleteForm) -> None:
        """Complete it."""
        reason = form.cleaned_data.get("reason", "")
        actions.complete_group(group=self.record, by=self.request.user, now=clock.now(), reason=reason)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is missing, each with where to put it right."""
        return {
            **super().get_context_data(**kwargs),
            "left": self.left,
            "is_open": self.record.status == Group.Status.RUNNING,
            "why_not": why_not_complete(ahead=len(self.left.ahead), missing=0),
        }
