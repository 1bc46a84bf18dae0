"""The waiting list of a hub: places, who is next and why; nobody is accepted by itself."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired, role_required
from hubportal.core.views import PortalRequest, StepForm, do
from programmes.actions import waiting
from programmes.figures.proposals import queues
from programmes.forms.decisions import ReasonForm
from programmes.forms.waiting import TermsForm
from programmes.models import HubOffer, Interest, Offer
from programmes.views.interest import OTHER_HUB
from programmes.views.offers import own_hub
from schools.roles import HUB_STAFF
from schools.rules import academic_year, year_label


class WaitingList(RoleRequired, TemplateView):
    """Every offer that recruits now or is of the year in the top bar, with its places, and who waits for one."""

    roles = HUB_STAFF
    template_name = "programmes/waiting_list.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The offers with somebody next first, then those with somebody waiting, those that recruit, the others."""
        hub, year, today = own_hub(self.request), self.request.year, clock.today()
        offers = Offer.objects.visible_to(self.request.user).offered_in(hub, year, today)
        found = queues(hub, since=min(year, academic_year(today)), offers=list(offers))
        wanted = [one for one in found if one.waiting or one.not_proposed]
        wanted.sort(key=lambda one: one.next is None)
        others = [one for one in found if one not in wanted]
        recruiting = [one for one in others if one.offer.takes_applications(today)]
        tables = [
            ("Taking applications now", recruiting),
            (f"Not taking applications, {year_label(year)}", [one for one in others if one not in recruiting]),
        ]
        return super().get_context_data(
            heading="Places and waiting list",
            queues=wanted,
            today=today,
            tables=[(name, rows) for name, rows in tables if rows],
            **kwargs,
        )


class OfferPlaces(StepForm):
    """How many places an offer has in one's hub, and who looks after it."""

    changes_what_stands = True
    of_top_bar = True
    model, form_class = Offer, TermsForm
    roles = HUB_STAFF
    done = "Saved."
    record: Offer

    def get_heading(self) -> str:
        """Of which offer."""
        return f"Places in {self.record}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Owners are staff of the hub."""
        return {**super().get_form_kwargs(), "hubs": [own_hub(self.request)]}

    def get_initial(self) -> dict[str, Any]:
        """As they stand."""
        seen = HubOffer.objects.visible_to(self.request.user).filter(hub=own_hub(self.request))
        row = seen.filter(offer=self.record.base_id).first()
        return {"places": row.places, "owner": row.kept_by_id, "names_by": row.names_by} if row else {}

    def act(self, form: TermsForm) -> None:
        """Keep them."""
        given = form.cleaned_data
        waiting.set_terms(
            offer=self.record,
            hub=own_hub(self.request),
            places=given["places"],
            owner=given["owner"],
            names_by=given["names_by"],
            by=self.request.user,
        )

    def get_success_url(self) -> str:
        """The waiting list, which it is about."""
        return reverse("programmes:waiting-list")


class InterestSkip(StepForm):
    """Pass over who is next, with the reason."""

    model, form_class = Interest, ReasonForm
    roles = HUB_STAFF
    submit_label, done = "Pass over for now", "Passed over. The next school is proposed."
    lede = "It stays on the waiting list and hears nothing of this. You can let it be proposed again."
    record: Interest

    def why_not(self) -> str:
        """Staff of the hub that it came to."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get_heading(self) -> str:
        """Which school."""
        return f"Pass over {self.record.school}?"

    def act(self, form: ReasonForm) -> None:
        """Pass it over."""
        reason = form.cleaned_data["reason"]
        waiting.pass_over(interest=self.record, reason=reason, by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """The waiting list, with the next one."""
        return reverse("programmes:waiting-list")


@require_POST
@role_required(*HUB_STAFF)
def interest_propose(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a school that was passed over be proposed again."""
    interest = get_object_or_404(Interest.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.scope.staffs(interest.hub_id):
        raise PermissionDenied(OTHER_HUB)
    do(
        request,
        lambda: waiting.propose_again(interest=interest, by=request.user),
        done=f"{interest.school} is not passed over any more.",
    )
    return redirect("programmes:waiting-list")
