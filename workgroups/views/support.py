"""One-school support: who leads it for one school."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.views import StepForm
from programmes.models import Enrolment
from schools.roles import HUB_STAFF
from workgroups.actions import support as actions
from workgroups.actions.candidates import leaders_for
from workgroups.actions.groups import CannotGroup
from workgroups.forms.groups import SupportForm
from workgroups.models import Group, Place


class EnrolmentSupport(StepForm):
    """Choose who supports a school; its visits are planned at once."""

    model = Enrolment
    form_class = SupportForm
    roles = HUB_STAFF
    submit_label = "Start the support"
    failures = (CannotGroup,)
    record: Enrolment
    result: Group

    def prepare(self, rows: Any) -> Any:
        """Of the hubs one works for."""
        return rows.filter(hub__in=self.request.user.scope.staff_hub_ids).for_list()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A school that has its support is not asked about again."""
        places = Place.objects.visible_to(self.request.user).taken().filter(enrolment=self.record)
        place = places.select_related("group").first()
        if place is not None:
            messages.info(request, f"{self.record.who} has its leader and its visits here.")
            return redirect("workgroups:group-detail", place.group_id)
        if self.record.offer.runs_in_groups:
            return redirect("workgroups:enrolment-place", self.record.pk)
        return super().get(request, *args, **kwargs)

    def get_heading(self) -> str:
        """Which school."""
        return f"Support for {self.record.who}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What follows."""
        offer = self.record.offer
        many = "1 visit" if offer.all_visits == 1 else f"{offer.all_visits} visits"
        then = "" if not offer.meetings else " Plan its meetings next, then start it."
        return f"{offer}: {many} in the year, planned for this school alone.{then}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Leaders of the hub of the kind that the offer asks for."""
        leaders = leaders_for(self.request.user, self.record.hub, self.record.offer)
        return {**super().get_form_kwargs(), "leaders": leaders}

    def act(self, form: SupportForm) -> Group:
        """Start it."""
        leader = form.cleaned_data["leader"]
        return actions.start_support(enrolment=self.record, leader=leader, by=self.request.user, now=clock.now())

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who leads it."""
        return f"{self.result.leader.person} supports {self.record.who}."

    def get_success_url(self) -> str:
        """The support's own page."""
        return reverse("workgroups:group-detail", args=[self.result.pk])
