"""Which of several copies counts."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.views import PortalRequest, do
from programmes.actions.copies import let_copy_count
from programmes.models import Interest
from programmes.views.interest import OTHER_HUB
from schools.roles import HUB_STAFF


@require_POST
@role_required(*HUB_STAFF)
def interest_counts(request: PortalRequest, pk: int) -> HttpResponse:
    """Decide about this copy instead of the one that came first."""
    copy = get_object_or_404(Interest.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.scope.staffs(copy.hub_id):
        raise PermissionDenied(OTHER_HUB)
    do(
        request,
        lambda: let_copy_count(copy=copy, by=request.user, now=clock.now()),
        done="This copy counts now. What came before it stands beside it.",
    )
    return redirect(copy)
