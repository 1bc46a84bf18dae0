"""What a new headteacher confirms by a link, and the hub's list of those who are asked."""

from datetime import date, datetime
from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalList, PortalRequest, do
from programmes.actions import confirming as actions
from programmes.models import HeadConfirmation
from programmes.models.confirming import LASTS
from programmes.notices.confirming import REMINDED_AFTER, read_confirmation_token
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL

OPEN, DONE = "open", "done"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows what is agreed and changes nothing; its button confirms."""
    pk = read_confirmation_token(token)
    asked = HeadConfirmation.objects.for_link().filter(pk=pk).first() if pk else None
    if asked is None:
        page = {"heading": "This link does not work"}
        return render(request, "programmes/express/head_broken.html", page, status=404)
    state = _state(asked, clock.now())
    if request.method == "POST" and state == "open":
        try:
            actions.confirm(asked=asked, by=None, now=clock.now())
        except actions.CannotConfirmYear:
            asked.refresh_from_db()
        return redirect("programmes:confirmation", token)
    headings = {
        "open": "Confirm what your school has agreed to",
        "confirmed": "Confirmed",
        "closed": "There is nothing to confirm any more",
        "expired": "This link has expired",
    }
    running = list(asked.running())
    found: dict[str, Any] = {
        "heading": headings[state],
        "asked": asked,
        "state": state,
        "hubs": asked.answered_by(running) or [asked.hub],
        "running": running,
    }
    return render(request, "programmes/confirmation.html", found)


def _state(asked: HeadConfirmation, now: datetime) -> str:
    if asked.confirmed_at is not None:
        return "confirmed"
    if asked.closed_at is not None:
        return "closed"
    return "open" if asked.asked_at + LASTS > now else "expired"


class ConfirmationFilter(filters.FilterSet):
    """School, and whether they have answered."""

    q = filters.CharFilter(field_name="school__name", lookup_expr="icontains", label="School")
    state = filters.ChoiceFilter(
        method="by_state", label="State", empty_label="Any", choices=[(OPEN, "Not confirmed yet"), (DONE, "Confirmed")]
    )

    class Meta:
        model = HeadConfirmation
        fields: list[str] = []

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        """Open, or answered."""
        return rows.open() if value == OPEN else rows.exclude(confirmed_at=None)


class ConfirmationList(PortalList):
    """New headteachers, and whether they have confirmed what their school agreed to."""

    model, roles = HeadConfirmation, (NATIONAL, *HUB_READERS)
    template_name = "programmes/confirmation_list.html"
    heading, noun = "New headteachers", "new headteacher"
    filterset_class = ConfirmationFilter
    sorts = {"asked": ("asked_at", "pk"), "school": ("school__name", "pk")}
    hub_path = "hub"
    shown = ("pk", "school", "school__name", "person__name", "person__email", "asked_at", "confirmed_at", "closed_at")

    def prepare(self, rows: Any) -> QuerySet[HeadConfirmation]:
        """The longest waiting first."""
        prepared: QuerySet[HeadConfirmation] = rows.for_list()
        return prepared

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, and whether it may be entered that they have confirmed."""
        pk, school, name, person, email, asked_at, confirmed_at, closed_at = values
        day = asked_at.astimezone(clock.LONDON).date()
        is_open = confirmed_at is None and closed_at is None
        state = _words(day, confirmed_at, closed_at)
        return str(pk), str(school), name, person, email, long_day(day), state, is_open

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether one enters answers that came otherwise."""
        return super().get_context_data(is_staff=bool(self.request.user.scope.staff_hub_ids), **kwargs)


def _words(asked_on: date, confirmed_at: datetime | None, closed_at: datetime | None) -> str:
    if confirmed_at is not None:
        return f"Confirmed {long_day(confirmed_at.astimezone(clock.LONDON).date())}"
    if closed_at is not None:
        return "Somebody else is asked"
    reminded = sum(clock.today() >= asked_on + after for after in REMINDED_AFTER)
    return ["Not confirmed yet", "Not confirmed, reminded once", "Not confirmed, reminded twice"][reminded]


@require_POST
@role_required(*HUB_STAFF)
def confirmation_enter(request: PortalRequest, pk: int) -> HttpResponse:
    """Enter that a headteacher has confirmed by telephone or e-mail."""
    asked = get_object_or_404(HeadConfirmation.objects.visible_to(request.user).for_list(), pk=pk)
    hubs = {asked.hub_id, *(hub.pk for hub in asked.answered_by(asked.running()))}
    if not any(request.user.scope.staffs(pk) for pk in hubs):
        raise PermissionDenied("Only the staff of the school's hub, or of one that runs its programmes, enter this.")
    do(
        request,
        lambda: actions.confirm(asked=asked, by=request.user, now=clock.now()),
        done=f"Entered: {asked.person} has confirmed.",
        failures=(actions.CannotConfirmYear,),
    )
    return redirect("programmes:confirmation-list")
