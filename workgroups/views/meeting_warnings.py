"""What is said of a meeting's date that is kept all the same: the leader meets another group then, or it has passed."""

from collections.abc import Sequence

from django.contrib import messages

from hubportal.core import clock
from hubportal.core.templatetags.portal import clock_time, moment
from hubportal.core.views import PortalRequest
from workgroups.actions.clashes import clashes
from workgroups.models import Group, Meeting
from workgroups.rules.planning import past_warning


def warn_of_dates(request: PortalRequest, group: Group, meetings: Sequence[Meeting]) -> None:
    """Name what may be a slip in the dates that somebody has just given to these meetings."""
    over = [one.number for one in meetings if one.number and one.starts_at <= clock.now()]
    past = past_warning(over, is_forming=group.status == Group.Status.FORMING)
    if past:
        messages.warning(request, past)
    found = clashes(group, [(one.starts_at, one.ends_at) for one in meetings])
    if not found:
        return
    groups = {one.meeting.group_id for one in found}
    seen = set(Group.objects.visible_to(request.user).filter(pk__in=groups).values_list("pk", flat=True))
    for one in found:
        name = one.meeting.group.name if one.meeting.group_id in seen else "another group"
        when = f"{moment(one.meeting.starts_at)} to {clock_time(one.meeting.ends_at)}"
        messages.warning(request, f"{one.leader.name} leads {name} at that time too ({when}).")
