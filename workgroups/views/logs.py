"""Logging a visit on a phone, and correcting a log."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from workgroups.actions import logs
from workgroups.forms.visits import VisitLogForm, one_more_row
from workgroups.models import Participant, Visit
from workgroups.views.visits import VisitStep

Status = Visit.Status


class VisitLogStep(VisitStep):
    """Write the log of a visit; where one stands, correct it.

    "Add another" and "Preview" come back with everything typed; only "Send" keeps it.
    """

    form_class = VisitLogForm
    template_name = "workgroups/visit_log.html"
    failures = (logs.CannotLog,)
    done = ""

    def prepare(self, rows: Any) -> Any:
        """With the log that stands."""
        return super().prepare(rows).select_related("log", "group__offer__visit_tags")

    def why_not(self) -> str:
        """A cancelled visit has no log."""
        return "This visit has been cancelled: it has no log." if self.record.status == Status.CANCELLED else ""

    def get_heading(self) -> str:
        """Log or correct."""
        return "Correct the log" if self._log() else "Log a visit"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The visit, whom one may have met, and the log that stands."""
        log = self._log()
        kwargs = super().get_form_kwargs()
        if "add" in self.request.POST:
            kwargs["data"] = one_more_row(self.request.POST)
        return {
            **kwargs,
            "visit": self.record,
            "names": self._names(),
            "today": clock.today(),
            "entry": logs.entry_of(log) if log else None,
            "initial": {"version": log.version if log else 0},
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Another row or a preview first; Send keeps the log."""
        if "add" in request.POST:
            return self.render_to_response(self.get_context_data(form=self.get_form(), is_draft=True))
        if "preview" in request.POST:
            form = self.get_form()
            if form.is_valid():
                return self.render_to_response(self.get_context_data(form=form, preview=form.entry()))
            return self.form_invalid(form)
        return super().post(request, *args, **kwargs)

    def act(self, form: VisitLogForm) -> None:
        """Keep or correct it; a page that was opened before somebody else logged the visit loses."""
        log, seen = self._log(), form.cleaned_data["version"] or 0
        if log and not seen:
            raise CannotMove(self.record.who_was_first())
        if log:
            logs.correct_log(log=log, entry=form.entry(), seen=seen, by=self.request.user, now=clock.now())
            messages.success(self.request, "Log corrected.")
        else:
            logs.log_visit(visit=self.record, entry=form.entry(), by=self.request.user, now=clock.now())
            messages.success(self.request, "Visit logged. The school can read what you shared.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Names to choose owners from; what the tags are called."""
        tag_set = self.record.group.offer.visit_tags
        return {
            **super().get_context_data(**kwargs),
            "names": [*self._names(), self.record.leader.person.name],
            "tag_label": tag_set.name if tag_set else "",
            "submit_label": "Save" if self._log() else "Send",
        }

    def _log(self) -> Any:
        return getattr(self.record, "log", None)

    def _names(self) -> list[str]:
        rows = Participant.objects.filter(place=self.record.place_id).select_related("person")
        return list(dict.fromkeys(row.person.name for row in rows.order_by("person__name", "pk")))
