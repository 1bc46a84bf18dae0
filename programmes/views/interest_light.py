"""What the hub does with a school that has told of its interest and has not applied."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.views import PortalRequest, do
from programmes.actions.light import CannotInvite, invite_to_apply
from programmes.models import Interest
from programmes.views.interest import OTHER_HUB
from schools.roles import HUB_STAFF


@require_POST
@role_required(*HUB_STAFF)
def interest_invite(request: PortalRequest, pk: int) -> HttpResponse:
    """Invite a school that told of its interest to apply."""
    interest = get_object_or_404(Interest.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.scope.staffs(interest.hub_id):
        raise PermissionDenied(OTHER_HUB)
    name, email = interest.contact_name, interest.contact_email
    told = f"Recorded: {name} knows that they can apply. Enter their application here when it comes."
    do(
        request,
        lambda: invite_to_apply(interest=interest, by=request.user, now=clock.now()),
        done=f"{name} is invited to apply, at {email}." if email else told,
        failures=(CannotInvite,),
    )
    return redirect(interest)
