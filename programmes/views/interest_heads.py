"""The headteacher of an interest, corrected or asked again by the hub."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.views import PortalRequest, StepForm, do
from programmes.actions.asking import CannotAsk, ask_head_again
from programmes.actions.decisions import enrolled_already
from programmes.actions.heads import CannotCorrect, correct_head, needs_head, why_not_corrected
from programmes.forms.express import HeadForm
from programmes.models import Interest
from programmes.views.interest import OTHER_HUB
from schools.roles import HUB_STAFF

ANSWERED = (
    "{head} {said} by now, and that would count no more. Nothing was saved. "
    "Your own entries are below: look whether they still hold, then send them again."
)


class InterestHead(StepForm):
    """Correct who is headteacher, or their address, and ask there, or tell them."""

    model = Interest
    roles = HUB_STAFF
    changes_what_stands = True
    form_class = HeadForm
    template_name = "programmes/correct_head.html"
    heading = "Correct the headteacher"
    failures = (CannotCorrect,)
    record: Interest

    @cached_property
    def asks(self) -> bool:
        """Whether there is something to confirm."""
        return needs_head(self.record)

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        """Asked, or where headteachers are only told, told; where the school has its place already, neither."""
        if self.record.only_tells_head:
            return "Correct and tell"
        return "Correct and ask" if self.asks else "Correct"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who is asked or told where."""
        if self.record.only_tells_head:
            return f"{self.record.head_name} is told by e-mail, at {self.record.head_email}."
        if not self.asks:
            return f"The headteacher is corrected. Nobody is asked: {enrolled_already(self.record)}"
        return f"{self.record.head_name} is asked to confirm, at {self.record.head_email}. Older links work no more."

    def why_not(self) -> str:
        """Staff of the hub that it came to."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody is asked about what is settled."""
        if not self.record.may_correct_head:
            messages.error(request, why_not_corrected(self.record))
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """As they stand."""
        return {"name": self.record.head_name, "email": self.record.head_email}

    def how_far(self) -> str:
        """And what the headteacher has answered: with another name or address it counts no more."""
        answers = (self.record.head_confirmed_at, self.record.head_refused_at)
        return "".join(map(str, (super().how_far(), *answers)))

    def changed_since(self, form: BaseForm) -> str:
        """Above all what the headteacher has said, or that it is settled."""
        one = self.record
        if not one.may_correct_head:
            return why_not_corrected(one)
        if one.head_confirmed_at or one.head_refused_at:
            said = "has confirmed" if one.head_confirmed_at else "has said no"
            return ANSWERED.format(head=one.head_name, said=said)
        return super().changed_since(form)

    def act(self, form: HeadForm) -> None:
        """Correct."""
        given = form.cleaned_data
        correct_head(
            interest=self.record, name=given["name"], email=given["email"], by=self.request.user, now=clock.now()
        )


@require_POST
@role_required(*HUB_STAFF)
def interest_ask_head(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the headteacher a new link."""
    interest = get_object_or_404(Interest.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.scope.staffs(interest.hub_id):
        raise PermissionDenied(OTHER_HUB)
    do(
        request,
        lambda: ask_head_again(interest=interest, by=request.user, now=clock.now()),
        done=f"{interest.head_name} is asked again, at {interest.head_email}.",
        failures=(CannotAsk,),
    )
    return redirect(interest)
