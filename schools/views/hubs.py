"""A hub's own page, and what the top bar chooses."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalDetail, PortalRequest, StepForm, back_to
from schools import roles
from schools.actions import places
from schools.forms.places import HubEmailForm
from schools.models import Hub, HubChange, HubMove, Role, School

HOME = "/"
SHOWN_FOR, MOST_MOVES = timedelta(days=365), 20


class HubDetail(PortalDetail):
    """Who a hub is: region, address, local authorities, staff."""

    model = Hub
    template_name = "schools/hub_detail.html"
    object: Hub

    def prepare(self, rows: Any) -> Any:
        """With its lead school and where it went on."""
        return rows.select_related("lead_school", "goes_on_in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its people by role, its area, its history."""
        hub, scope = self.object, self.request.user.scope
        held = Role.objects.filter(hub=hub).current(clock.today()).select_related("person__user")
        order = list(roles.LABELS)
        changes = HubChange.objects.visible_to(self.request.user).filter(Q(hub=hub) | Q(other=hub))
        recent = HubMove.objects.visible_to(self.request.user).of_hub(hub, clock.today() - SHOWN_FOR)
        moves = list(recent[: MOST_MOVES + 1])
        # A hub that never ran anything for a school sees it no more once it has gone.
        seen = School.objects.visible_to(self.request.user).filter(pk__in=[move.school_id for move in moves])
        entries = JournalEntry.objects.visible_to(self.request.user).about(hub)
        return super().get_context_data(
            hub_shown=hub,
            staff=sorted(held, key=lambda role: (order.index(role.kind), role.person.name)),
            authorities=hub.authorities.all(),
            may_invite=scope.is_national or hub.pk in scope.lead_hub_ids,
            moves=moves,
            seen=set(seen.values_list("pk", flat=True)),
            most_moves=MOST_MOVES,
            changes=changes.exclude(status=HubChange.Status.TAKEN_BACK).for_list(),
            may_change=scope.is_national and hub.closed_on is None,
            may_edit=_may_edit(self.request.user, hub),
            entries=entries.select_related("by__person", "seen_as__person"),
            reads_history=scope.is_national or hub.pk in scope.hub_ids,
            **kwargs,
        )


def _may_edit(user: Any, hub: Hub) -> bool:
    return user.scope.is_national or hub.pk in user.scope.staff_hub_ids


class HubEmail(StepForm):
    """Change a hub's e-mail address."""

    changes_what_stands = True
    model, form_class = Hub, HubEmailForm
    roles = (roles.NATIONAL, *roles.HUB_STAFF)
    heading, done = "Change the hub's e-mail address", "E-mail address changed."
    record: Hub

    def why_not(self) -> str:
        """Its own staff."""
        return "" if _may_edit(self.request.user, self.record) else "Only the hub's own staff can change this."

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"email": self.record.email}

    def act(self, form: HubEmailForm) -> None:
        """Change it."""
        places.change_hub_email(hub=self.record, email=form.cleaned_data["email"], by=self.request.user)


@require_POST
@role_required()
def year_choose(request: PortalRequest) -> HttpResponse:
    """Look at another academic year; what is no year is passed over."""
    chosen = request.POST.get("year", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) == 4:
        request.session["year"] = int(chosen)
    return back_to(request, HOME)


@require_POST
@role_required()
def hub_choose(request: PortalRequest) -> HttpResponse:
    """Look at one of one's hubs, or at all (empty) where one may."""
    chosen = request.POST.get("hub", "")
    found = next((hub for hub in request.hubs if str(hub.pk) == chosen), None)
    if found is None and chosen:
        messages.error(request, "You do not work with this hub.")
    else:
        request.session["hub"] = found.pk if found else None
    return back_to(request, HOME)
