"""Meetings: the list, one meeting, and the steps: plan a year, move, cancel, say where."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import may, role_required
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import clock_time, moment, tag
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, StepForm, do
from schools.roles import LEADERS, SCHOOL_STAFF
from workgroups.actions import meetings as actions
from workgroups.filters.groups import MeetingFilter
from workgroups.forms.meetings import (
    MeetingCancelForm,
    MeetingMoveForm,
    MeetingPlaceForm,
)
from workgroups.models import Attendance, Group, Meeting, Participant, with_leader_then
from workgroups.models.meetings import meeting_words, standing_of, where_words
from workgroups.notices.links import answer_url
from workgroups.rules.planning import short_words
from workgroups.rules.registers import came_words
from workgroups.views.groups import OVERSEERS, READERS, RUNNERS
from workgroups.views.meeting_plan import hosts_of
from workgroups.views.meeting_warnings import warn_of_dates

CAME = Count("pk", filter=Q(mark__in=Attendance.CAME))


class MeetingList(PortalList):
    """The calendar as a list: a hub's meetings, a leader's, a teacher's own."""

    model = Meeting
    roles = READERS
    template_name = "workgroups/meeting_list.html"
    noun = "meeting"
    hub_path = "group__hub"
    filterset_class = MeetingFilter
    by_year = True
    sorts = {"when": ("starts_at", "pk"), "group": ("group__name", "starts_at", "pk")}
    export_name = "meetings"
    export_columns = [
        ("When", lambda meeting: meeting.starts_at),
        ("Group", lambda meeting: meeting.group.name),
        ("Meeting", lambda meeting: meeting.number),
        ("Where", lambda meeting: meeting.where),
        ("Leader", lambda meeting: meeting.leader_then),
        ("Status", lambda meeting: meeting.stand(clock.now(), may_read=meeting.may_read)[1]),
    ]
    shown = (
        *("pk", "starts_at", "ends_at", "group__name", "number", "venue", "host__name", "status", "may_read"),
        "is_at_closed_school",
    )

    def get_heading(self) -> str:
        """A leader's calendar, everybody else's meetings."""
        return "Calendar" if may(self.request.user, *LEADERS) else "Meetings"

    def prepare(self, rows: Any) -> QuerySet[Meeting]:
        """Leaders and teachers read their own: what they lead and what they attend."""
        user = self.request.user
        if not may(user, *OVERSEERS) and (may(user, *LEADERS) or not may(user, *SCHOOL_STAFF)):
            attended = Participant.objects.on(clock.today()).filter(person=user.person_id).values("place__group")
            rows = rows.filter(Q(group__in=Group.objects.led_by(user.person_id).values("pk")) | Q(group__in=attended))
        prepared: QuerySet[Meeting] = with_leader_then(rows.for_list()).with_closed_hosts().with_may_read(user)
        return prepared

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column; what is over without a register stands out."""
        pk, starts_at, ends_at, group, number, venue, host, status, may_read, is_at_closed = values
        stand = tag(*standing_of(status, ends_at, clock.now(), may_read=may_read))
        title = f"{group}, {meeting_words(status, number, starts_at)}"
        return str(pk), moment(starts_at), title, where_words(venue, host, is_at_closed=is_at_closed), stand


class MeetingDetail(PortalDetail):
    """One meeting: when, where, who comes, and the steps."""

    model = Meeting
    roles = READERS
    template_name = "workgroups/meeting_detail.html"

    def prepare(self, rows: Any) -> QuerySet[Meeting]:
        """With who leads it, the group's hub, and whether it needs another place."""
        to_place = Meeting.objects.visible_to(self.request.user).to_place_anew(clock.now()).filter(pk=OuterRef("pk"))
        found = with_leader_then(rows.for_list()).select_related("group__hub")
        prepared: QuerySet[Meeting] = found.annotate(lost_host=Exists(to_place))
        return prepared

    def get_heading(self) -> str:
        """Which meeting."""
        return f"{self.object.group.name}, {self.object.words}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Answers for those who run it, one's own answer for a teacher."""
        user, meeting = self.request.user, self.object
        may_run = Meeting.objects.visible_to(user).run_by(user).filter(pk=meeting.pk).exists()
        oversees = user.scope.oversees(meeting.group.hub_id)
        register = meeting.register.aggregate(came=CAME, marked=Count("pk"))
        is_correctable = meeting.group.status == Group.Status.FORMING and not register["marked"]
        answers = meeting.answers.select_related("person").order_by("person__name", "pk")
        is_looked_at = self.request.viewing_as is not None
        takes_part = Participant.objects.on(meeting.starts_at.astimezone(clock.LONDON).date()).filter(
            person=user.person_id, place__group=meeting.group_id
        )
        return {
            "may_run": may_run,
            "may_read_register": may_run or oversees,
            "stand": meeting.stand(clock.now(), may_read=may_run or oversees),
            "is_over": meeting.ends_at < clock.now(),
            "has_begun": meeting.starts_at <= clock.now(),
            "may_move": meeting.group.is_open and (meeting.starts_at > clock.now() or is_correctable),
            "is_its_day": meeting.starts_at.astimezone(clock.LONDON).date() <= clock.today(),
            "answers": answers if may_run or oversees else (),
            "own_answer": answers.filter(person=user.person_id).first(),
            # The link is the permission: who only looks as somebody must not carry it away.
            "answer_path": "" if is_looked_at or not takes_part.exists() else answer_url(meeting, user.person_id),
            "marked": register["marked"],
            "came": came_words(**register),
            "entries": JournalEntry.objects.about(meeting) if may_run or oversees else (),
            **super().get_context_data(**kwargs),
        }


class MeetingStep(StepForm):
    """A step on a meeting by its leader or the staff of its hub."""

    model = Meeting
    roles = RUNNERS
    failures = (actions.CannotMeet,)

    def prepare(self, rows: Any) -> Any:
        """Not found for anybody else."""
        return rows.run_by(self.request.user).for_list().select_related("group__hub")


class DateStep(MeetingStep):
    """A step that is about the date a meeting has: the page says it, and an old page loses."""

    @property
    def lede(self) -> str:  # type: ignore[override]
        """The date as it stands, also where somebody else has changed it since the page was opened."""
        meeting = self.record
        if meeting.status == Meeting.Status.CANCELLED:
            return "This meeting is cancelled."
        return f"It is on {moment(meeting.starts_at)} to {clock_time(meeting.ends_at)}."

    def form_invalid(self, form: Any) -> HttpResponse:
        """Who has been told that the date has changed sees it as it is now: the page is no longer an old one."""
        if form.non_field_errors():
            form.data = form.data.copy()
            form.data["seen"] = self.record.sequence
        return super().form_invalid(form)


class MeetingMove(DateStep):
    """A new date."""

    form_class = MeetingMoveForm
    submit_label = "Move the meeting"

    @property
    def done(self) -> str:  # type: ignore[override]
        """What has changed: its date, or only when it ends."""
        return "Meeting moved." if self.result else "The meeting ends at another time now. What people answered stays."

    def get_heading(self) -> str:
        """Which meeting."""
        return f"Move {self.record.words} of {self.record.group.name}"

    def get_initial(self) -> dict[str, Any]:
        """The date it has."""
        start, end = (one.astimezone(clock.LONDON) for one in (self.record.starts_at, self.record.ends_at))
        return {"day": start.date(), "start": start.time(), "end": end.time(), "seen": self.record.sequence}

    def act(self, form: MeetingMoveForm) -> bool:
        """Move it; returns whether it starts at another time."""
        before = self.record.starts_at
        actions.move_meeting(
            meeting=self.record,
            slot=form.slot(),
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
            now=clock.now(),
        )
        warn_of_dates(self.request, self.record.group, [self.record])
        return bool(self.record.starts_at != before)


class MeetingCancel(DateStep):
    """It does not take place."""

    form_class = MeetingCancelForm
    cancel_label = "Keep the meeting"
    submit_label = "Cancel the meeting"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Its date, and whether the group then needs another one."""
        is_planned = self.record.status == Meeting.Status.PLANNED
        short = self._short(self._left() - 1) if is_planned else ""
        return f"{super().lede}{f' Without it the group {short}: plan another one afterwards.' if short else ''}"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Whether the group needs another one now."""
        short = self._short(self._left())
        return f"Meeting cancelled.{f' The group now {short}: plan another one.' if short else ''}"

    def _left(self) -> int:
        return self.record.group.meetings.standing().count()  # type: ignore[no-any-return]

    def _short(self, left: int) -> str:
        """What the group lacks with so many meetings, where it still can have more."""
        group = self.record.group
        return short_words(left, group.offer.meetings) if group.is_open else ""

    def why_not(self) -> str:
        """One that took place is not cancelled."""
        return actions.why_not_cancel(self.record, clock.now())

    def get_heading(self) -> str:
        """Which meeting."""
        return f"Cancel {self.record.words} of {self.record.group.name}"

    def get_initial(self) -> dict[str, Any]:
        """The meeting as it was seen."""
        return {"seen": self.record.sequence}

    def act(self, form: MeetingCancelForm) -> None:
        """Cancel it."""
        actions.cancel_meeting(
            meeting=self.record,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
            now=clock.now(),
        )


@require_POST
@role_required(*RUNNERS)
def meeting_bring_back(request: PortalRequest, pk: int) -> HttpResponse:
    """A cancelled meeting takes place after all."""
    rows = Meeting.objects.visible_to(request.user).run_by(request.user).for_list().select_related("group__hub")
    meeting = get_object_or_404(rows, pk=pk)
    is_back = do(
        request,
        lambda: actions.bring_back(meeting=meeting, by=request.user, now=clock.now()),
        done="The meeting takes place after all. Whoever had heard of the cancellation is told.",
        failures=(actions.CannotMeet,),
    )
    if is_back:
        warn_of_dates(request, meeting.group, [meeting])
    return redirect(meeting)


class MeetingPlace(MeetingStep):
    """Where it is and what it is about."""

    changes_what_stands = True
    form_class = MeetingPlaceForm
    submit_label = "Save"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Whether people hear of it now, or with the next reminder."""
        return "Saved. Everybody is told of the new place." if self.result else "Saved. The next reminder says so."

    def get_heading(self) -> str:
        """Which meeting."""
        return f"Where is {self.record.words} of {self.record.group.name}?"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The group's schools can host."""
        return {**super().get_form_kwargs(), "hosts": hosts_of(self.request.user, self.record.group, self.record)}

    def get_initial(self) -> dict[str, Any]:
        """What it says now."""
        return {"host": self.record.host_id, "venue": self.record.venue, "topic": self.record.topic}

    def act(self, form: MeetingPlaceForm) -> bool:
        """Save it; returns whether people are told at once."""
        before = self.record.sequence
        actions.place_meeting(meeting=self.record, by=self.request.user, now=clock.now(), **form.cleaned_data)
        return bool(self.record.sequence != before)
