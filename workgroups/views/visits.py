"""Visits: the list, one visit as leader, hub and school see it, booking it and taking the booking back."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import clock_time, short_day, tag
from hubportal.core.views import PortalDetail, PortalList, StepForm
from schools.roles import HUB_READERS, HUB_STAFF, LEADERS, NATIONAL
from workgroups.actions import visits as actions
from workgroups.filters.visits import VisitFilter
from workgroups.forms.visits import CancelBookingForm, VisitBookForm, VisitDropForm
from workgroups.models import AgreedAction, Participant, Visit, VisitLog, with_visitor
from workgroups.rules.visits import term_end, term_name

Status = Visit.Status
STATUSES: dict[str, str] = dict(Status.choices)
OVERDUE, LOG_DUE = tag("failed", "Overdue"), tag("failed", "Log due")


class VisitList(PortalList):
    """The visits of a hub, or of the leader who looks."""

    model = Visit
    template_name = "workgroups/visit_list.html"
    roles = (*LEADERS, *HUB_READERS, NATIONAL)
    noun = "visit"
    hub_path = "group__hub"
    filterset_class = VisitFilter
    by_year = True
    sorts = {
        "school": ("school__name", "number", "pk"),
        "term": ("term", "school__name", "pk"),
        "when": ("on", "book_by", "pk"),
        "leader": ("leader__person__name", "book_by", "pk"),
    }
    export_name = "visits"
    export_columns = [
        ("School", lambda visit: visit.school.name),
        ("Town", lambda visit: visit.school.town),
        ("Group", lambda visit: visit.group.name),
        ("Leader", lambda visit: visit.leader.person.name),
        ("Visit", lambda visit: visit.number),
        ("Term", lambda visit: term_name(visit.term)),
        ("Book by", lambda visit: visit.book_by),
        ("Date", lambda visit: visit.on),
        ("Half-days", lambda visit: visit.half_days),
        ("Status", lambda visit: visit.get_status_display()),
    ]
    shown = (
        *("pk", "school__name", "school__town", "number", "group__name", "term", "leader__person__name"),
        *("status", "on", "starts_at", "book_by", "may_run"),
    )

    def get_heading(self) -> str:
        """Leaders read "My visits"."""
        return "Visits" if self.oversees else "My visits"

    def prepare(self, rows: Any) -> Any:
        """What is to do first. A leader's own; a school of theirs may have visits by somebody else too."""
        if not self.oversees:
            rows = rows.run_by(self.request.user)
        if self.request.GET.get("state") != Status.CANCELLED:
            rows = rows.standing()
        return rows.for_list().open_first(clock.today()).with_may_run(self.request.user)

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column, and the step that is next."""
        pk, school, town, number, group, term, leader, status, on, starts_at, book_by, may_run = values
        today, about = clock.today(), f"visit {number}"
        about = f"{town} · {about}" if town and self.oversees else about
        when = f"by {short_day(book_by, today)}" if on is None else short_day(on, today)
        when = f"{when}, {clock_time(starts_at)}" if starts_at else when
        is_due = status == Status.BOOKED and on <= today
        is_late = status == Status.TO_BOOK and book_by < today
        step = "Log" if is_due else "Book or log" if is_late else "Book" if status == Status.TO_BOOK else ""
        stand = tag(status, STATUSES[status])
        if is_late:
            stand = OVERDUE
        elif is_due and on < today:
            stand = LOG_DUE
        return str(pk), school, about, group, term_name(term), when, stand, leader, step if may_run else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whose buttons to draw."""
        return {
            "may_run": may(self.request.user, *LEADERS, *HUB_STAFF),
            "oversees": self.oversees,
            **super().get_context_data(**kwargs),
        }

    @cached_property
    def oversees(self) -> bool:
        """Whether somebody reads the visits of a hub, not only their own; asked for every row."""
        return may(self.request.user, *HUB_READERS, NATIONAL)


class VisitDetail(PortalDetail):
    """One visit. The private note of its log is loaded only for who may read it."""

    model = Visit
    template_name = "workgroups/visit_detail.html"

    def prepare(self, rows: Any) -> Any:
        """With who makes it, and the group's hub, for who to ask."""
        found = with_visitor(rows.for_list())
        return found.select_related("group__offer__phase", "group__hub", "place__enrolment__offer")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The log, what one may do, and the history for the hub."""
        user, visit = self.request.user, self.object
        scope, school = user.scope, visit.school
        at_school = school.pk in scope.school_ids | scope.led_school_ids or school.trust_id in scope.trust_ids
        may_run = Visit.objects.visible_to(user).run_by(user).filter(pk=visit.pk).exists()
        shared = VisitLog.objects.filter(visit=visit).defer("private").select_related("written_by__person")
        agreed = Prefetch("actions", queryset=AgreedAction.objects.order_by("pk"))
        return {
            "today": clock.today(),
            "term": term_name(visit.term),
            "total": visit.place.enrolment.offer.all_visits,
            "may_run": may_run,
            "may_open_school": at_school or scope.oversees(visit.group.hub_id) or scope.oversees(school.hub_id),
            "log": shared.prefetch_related("tags", agreed).first(),
            "private": VisitLog.objects.filter(visit=visit).values_list("private", flat=True).first()
            if may_run
            else "",
            "entries": JournalEntry.objects.visible_to(user).about(visit),
            **super().get_context_data(**kwargs),
        }


class VisitStep(StepForm):
    """A step on a visit, for who makes it and the staff of its hub."""

    model = Visit
    roles = (*LEADERS, *HUB_STAFF)

    def prepare(self, rows: Any) -> Any:
        """Not found for anybody else, a colleague in the same hub or the school itself."""
        return rows.run_by(self.request.user).for_list().select_related("group__hub", "place__enrolment__offer")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which visit it is."""
        visit = self.record
        found = super().get_context_data(**kwargs)
        return {"term": term_name(visit.term), "total": visit.place.enrolment.offer.all_visits, "visit": visit, **found}


class VisitBook(VisitStep):
    """Book a visit or move it."""

    form_class = VisitBookForm
    template_name = "workgroups/visit_book.html"
    failures = (actions.CannotBook,)
    done = ""

    def why_not(self) -> str:
        """A visit or a group that is over has no date to choose."""
        return actions.why_not_book(self.record)

    def get_heading(self) -> str:
        """Book or move."""
        return f"{'Move' if self.record.on else 'Book'} the visit to {self.record.school}"

    def get_initial(self) -> dict[str, Any]:
        """The date it has, or none."""
        visit = self.record
        start = visit.starts_at.astimezone(clock.LONDON) if visit.starts_at else None
        return {
            "day": visit.on,
            "starts": start.time() if start else None,
            "half_days": visit.half_days,
            "seen": visit.sequence,
        }

    def act(self, form: VisitBookForm) -> None:
        """Book it; a day outside its own part of the year is said."""
        moves, seen = self.record.status == Status.BOOKED, self.record.sequence
        before = self.record.starts_at
        warning = actions.book_visit(
            visit=self.record,
            starts_at=form.starts_at(),
            half_days=form.cleaned_data["half_days"],
            note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
            now=clock.now(),
        )
        if self.record.sequence == seen:
            messages.info(self.request, "Nothing has changed: the visit already is at this time.")
            return
        what = "Length changed" if before == self.record.starts_at else "Visit moved" if moves else "Visit booked"
        is_news = not self.record.is_as_known
        told = "The school hears of it by e-mail." if is_news else "The school had not heard of any other date."
        messages.success(self.request, f"{what}. {told}")
        if warning:
            messages.warning(self.request, warning)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The stretch of the year to choose from, and who will be there."""
        today, visit = clock.today(), self.record
        takes_part = Participant.objects.on(max(today, visit.book_from)).filter(place=visit.place_id)
        half_terms = actions.year_dates(visit.group)
        found = super().get_context_data(**kwargs)
        return {
            **found,
            "half_terms": [one for one in half_terms if one.term == visit.term],
            "term_is_over": (term_end(visit.term, half_terms) or today) < today,
            "teachers": takes_part.select_related("person").order_by("person__name", "pk"),
            "submit_label": "Move the visit" if visit.on else "Book the visit",
        }


class VisitCancelBooking(VisitStep):
    """Take a booking back."""

    form_class = CancelBookingForm
    template_name = "workgroups/visit_cancel.html"
    submit_label, cancel_label = "Cancel the booking", "Keep the booking"

    def prepare(self, rows: Any) -> Any:
        """With the place, which may have ended."""
        return super().prepare(rows).select_related("place")

    @property
    def done(self) -> str:  # type: ignore[override]
        """Whether the visit is still owed, and whether the school hears of it."""
        is_owed = self.record.status == Status.TO_BOOK
        told = " The school hears of it by e-mail." if self.record.was_at and self.record.was_at > clock.now() else ""
        return f"Booking cancelled.{' The visit is to be booked again.' if is_owed else ''}{told}"

    def why_not(self) -> str:
        """Only a booked visit has a booking."""
        return "" if self.record.status == Status.BOOKED else "This visit is not booked, so there is nothing to cancel."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the visit is to be booked again."""
        return {"is_owed": actions.is_owed(self.record), **super().get_context_data(**kwargs)}

    def get_heading(self) -> str:
        """Which booking."""
        return f"Cancel the booking at {self.record.school}"

    def get_initial(self) -> dict[str, Any]:
        """The booking as it was seen."""
        return {"seen": self.record.sequence}

    def act(self, form: CancelBookingForm) -> None:
        """Take it back."""
        actions.cancel_booking(
            visit=self.record,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
            now=clock.now(),
        )


class VisitDrop(VisitStep):
    """A visit without a date will not take place."""

    form_class = VisitDropForm
    template_name = "workgroups/visit_drop.html"
    submit_label, cancel_label = "It will not take place", "Back to the visit"
    done = "The visit will not take place. Nobody is asked to book it any more."
    failures = (actions.CannotBook,)

    def why_not(self) -> str:
        """Only a visit without a date, of a running group."""
        return actions.why_not_drop(self.record)

    def get_heading(self) -> str:
        """Which visit."""
        return f"Will the visit to {self.record.school} not take place?"

    def get_initial(self) -> dict[str, Any]:
        """The visit as it was seen."""
        return {"seen": self.record.sequence}

    def act(self, form: VisitDropForm) -> None:
        """Give it up."""
        actions.drop_visit(visit=self.record, by=self.request.user, now=clock.now(), **form.cleaned_data)
