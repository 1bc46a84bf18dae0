"""Writing to the people of one group, or to those who come to a meeting: by its leader or its hub."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.views import PortalRequest
from schools.roles import HUB_STAFF, LEADERS
from schools.views.writing import begin_letter
from workgroups.actions.recipients import GROUP_AUDIENCES, of_groups, of_meeting
from workgroups.models import Group, Meeting


@require_POST
@role_required(*HUB_STAFF, *LEADERS)
def group_write(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a letter to people of one group."""
    groups: Any = Group.objects.visible_to(request.user).run_by(request.user)
    group = get_object_or_404(groups.select_related("hub"), pk=pk)
    words = dict(GROUP_AUDIENCES)
    whom = request.POST.get("whom", "")
    if whom not in words:
        whom = next(iter(words))
    return begin_letter(
        request,
        hub=group.hub,
        candidates=of_groups(groups.filter(pk=pk), whom, by=request.user, now=clock.now()),
        picked=f"{group}: {words[whom].lower()}",
        back=reverse("workgroups:group-schools", args=[pk]),
    )


@require_POST
@role_required(*HUB_STAFF, *LEADERS)
def meeting_write(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a letter to those who take part on a meeting's day."""
    meetings = Meeting.objects.visible_to(request.user).run_by(request.user)
    meeting = get_object_or_404(
        meetings.select_related("group__hub", "group__offer", "group__leader__person", "host"), pk=pk
    )
    return begin_letter(
        request,
        hub=meeting.group.hub,
        candidates=of_meeting(meeting),
        picked=str(meeting),
        back=meeting.get_absolute_url(),
    )
