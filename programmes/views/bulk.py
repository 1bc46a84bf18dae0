"""Many interests at once: ticked or filtered, looked through line by line, then done with one press."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from hubportal.core import clock, jobs
from hubportal.core.keys import keys_of
from hubportal.core.models import Job
from hubportal.core.templatetags.portal import count, count_or_no
from hubportal.core.views import JobPage, StepForm, chosen_rows
from programmes.actions.bulk import (
    BECOMES,
    KIND,
    MOST_AT_ONCE,
    Line,
    Outcome,
    ask_to_decide,
    decide_many,
    gone_of,
    line_of,
    lines_of,
    seen_as,
)
from programmes.figures.bulk import Preview, preview, preview_of_asking
from programmes.forms.bulk import BulkForm
from programmes.models import Interest, InterestQuerySet
from programmes.notices.decisions import letter
from programmes.notices.interest import asking_letter
from programmes.rules.bulk import Step
from programmes.views.interest import InterestList
from schools.actions.places import set_owner
from schools.models import User
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import listed

NOUN = "application,applications"
# Each tick is a field of the form, of which a thousand are taken.
MOST = 500
MOST_NAMED = 10  # of those who are left out
TOO_MANY = f"At most {MOST} can be done at once. Narrow the filter, then choose all that fit it."
NONE_TICKED = "Tick at least one line first."
NOT_OURS = "None of these came to your own hub: only the staff of the hub that something came to do this with it."
NO_LINE_TICKED = "Tick at least one line first. Nothing was done."
NOTHING_LEFT = "Nothing is left to do here: none of these can be done any more. Each line says why."
GONE = "Nothing is left to do here: what the page showed is no longer with your hub. Nothing was done."
WORDS = {
    Step.ACCEPT: ("Accept", "Accept the ticked", "accepted"),
    Step.WAIT: ("Put on the waiting list", "Put the ticked on the waiting list", "put on the waiting list"),
    Step.DECLINE: ("Decline", "Decline the ticked", "declined"),
    Step.OWNER: ("Set the owner of", "Set the owner", "given to"),
    Step.ASK: ("Ask headteachers again", "Ask the ticked again", ""),
}
# About none, one and many.
ASKED = (
    "No headteacher is asked again.",
    "The headteacher is asked again about {}.",
    "Headteachers are asked again about {}.",
)
# What is written where the reason will stand, while nobody has typed it yet.
REASON_TO_COME = "(your words from above)"


class InterestBulk(StepForm):
    """Preview of what would change and for whom; then the step for all lines that stay ticked."""

    form_class = BulkForm
    roles = HUB_STAFF
    template_name = "programmes/interest_bulk.html"

    @cached_property
    def step(self) -> Step:
        """What the address says.

        :raises Http404: for anything else.
        """
        try:
            return Step(self.kwargs["step"])
        except ValueError as unknown:
            raise Http404 from unknown

    @cached_property
    def interests(self) -> list[Interest]:
        """Those that were chosen, of one's own hubs, who is taken first before the others."""
        seen = Interest.objects.visible_to(self.request.user)
        if self.request.method == "POST":
            # What was shown, whatever has become of it since: a line that was lost is to say so.
            rows: InterestQuerySet = seen.filter(pk__in=keys_of(self.shown)).prefetch_related("seconds", "teachers")
        else:
            rows = seen.filter(pk__in=chosen_rows(self.request, InterestList).values("pk"))
        own = rows.filter(hub__in=self.request.user.scope.staff_hub_ids).with_naming().for_bulk()
        return list(own[: MOST + 1])

    @cached_property
    def preview(self) -> Preview:
        """Of these lines, for this step."""
        if self.step is Step.ASK:
            return preview_of_asking(self.interests, clock.now())
        return preview(self.step, self.interests, clock.today())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Back to the list where nothing, or too much, was chosen."""
        is_any = "pk" in request.GET or "all" in request.GET
        none = NOT_OURS if is_any else NONE_TICKED
        problem = TOO_MANY if len(self.interests) > MOST else "" if self.interests else none
        if problem:
            messages.error(request, problem)
            return self._back()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is done where every tick was taken away, or nothing that was shown is left to do."""
        if self._ticked():
            return super().post(request, *args, **kwargs)
        if self.shown and not self.interests:
            messages.error(request, GONE)
            return self._back()
        if self.interests:
            messages.error(request, NO_LINE_TICKED if self._may_do else NOTHING_LEFT)
        return self.get(request, *args, **kwargs)

    @property
    def _may_do(self) -> bool:
        """Whether any of the lines can be done."""
        return any(not line.verdict.blocked for line in self.preview.lines)

    def _ticked(self) -> list[Interest]:
        """The lines that stay ticked, in the order of the page."""
        keys = set(keys_of(self.request.POST.getlist("line")))
        return [one for one in self.interests if one.pk in keys]

    @cached_property
    def shown(self) -> dict[str, str]:
        """What the page showed of each line, by its key; one field for all lines."""
        lines = (one.partition(":") for one in self.request.POST.get("shown", "").split())
        return {key: seen for key, _, seen in lines}

    def get_heading(self) -> str:
        """What is done, and with how many."""
        return f"{WORDS[self.step][0]}: {count(len(self.interests), NOUN)}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The step's own question; owners are staff of the hubs that these came to."""
        hubs = {one.hub_id for one in self.interests if one.hub_id}
        return {**super().get_form_kwargs(), "step": self.step, "hubs": hubs}

    def form_valid(self, form: Any) -> HttpResponse:
        """Do it, or have many done by a worker; where a line was lost, show what became of each."""
        ticked, by = self._ticked(), self.request.user
        if len(ticked) > MOST_AT_ONCE and self.step is not Step.OWNER:
            return self._leave_to_worker(form, ticked)
        if self.step is Step.OWNER:
            set_owner(rows=ticked, owner=form.cleaned_data["owner"], by=by)
            outcomes = [Outcome(one) for one in ticked]
        else:
            reason = form.cleaned_data.get("reason", "")
            asked = {"step": self.step, "interests": ticked, "reason": reason, "was": self.shown}
            outcomes = decide_many(by=by, now=clock.now(), **asked)
        if all_done := not any(one.problem for one in outcomes):
            messages.success(self.request, _said(self.step, len(outcomes), form.cleaned_data.get("owner")))
        self._say_left_out(ticked)
        if all_done:
            return self._back()
        page = {"heading": "What was done", "back": self._back().url, **_result(self.step, map(line_of, outcomes))}
        return render(self.request, "programmes/interest_bulk_done.html", page)

    def _say_left_out(self, ticked: list[Interest]) -> None:
        """Who was shown and is not done: nobody forgets them for want of a word."""
        names = sorted({str(one.who) for one in self.interests if one not in ticked})
        if names:
            more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
            messages.info(self.request, f"Not ticked, so left as it was: {listed(names[:MOST_NAMED] + more)}.")

    def _leave_to_worker(self, form: Any, ticked: list[Interest]) -> HttpResponse:
        """The page that shows how far it is."""
        label = f"{WORDS[self.step][0]}: {count(len(ticked), NOUN)}"
        reason, by = form.cleaned_data.get("reason", ""), self.request.user
        asked = {"step": self.step, "interests": ticked, "reason": reason, "was": self.shown}
        try:
            job = ask_to_decide(by=by, now=clock.now(), label=label, **asked)
        except jobs.AlreadyRunning as problem:
            form.add_error(None, str(problem))
            return self.form_invalid(form)
        self._say_left_out(ticked)
        return redirect("programmes:interest-bulk-result", job.pk)

    def act(self, form: Any) -> None:
        """Done in ``form_valid``, which has something to say of each line."""

    def get_cancel_url(self) -> str:
        """The list as it was filtered."""
        return self._back().url

    def _back(self) -> HttpResponseRedirect:
        query = self.request.GET.copy()
        for name in ("pk", "all"):
            query.pop(name, None)
        asked = query.urlencode()
        return redirect(reverse("programmes:interest-list") + (f"?{asked}" if asked else ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The lines with their ticks, and the e-mail that the first of them would bring."""
        found = super().get_context_data(**kwargs)
        sent = {one.pk for one in self._ticked()} if self.request.method == "POST" else None
        lines = [
            (
                line,
                line.interest.pk in sent
                if sent is not None
                else not (line.verdict.blocked or line.verdict.is_doubtful or line.is_full or line.in_line),
            )
            for line in self.preview.lines
        ]
        return {
            **found,
            "submit_label": WORDS[self.step][1],
            "step": self.step.value,
            "decides": self.step.decides,
            "gives_place": self.step.gives_place,
            "lines": lines,
            "shown": " ".join(
                f"{line.interest.pk}:{seen_as(self.step, line.interest, is_full=line.is_full)}" for line, _ in lines
            ),
            "rooms": self.preview.rooms,
            "may_do": self._may_do,
            "letter": self._letter(found["form"]),
        }

    def _letter(self, form: Any) -> tuple[str, str] | None:
        """The e-mail to the contact, or to the headteacher who is asked, of the first line that can be done."""
        first = next((line.interest for line in self.preview.lines if not line.verdict.blocked), None)
        if first is None or self.step is Step.OWNER:
            return None
        if self.step is Step.ASK:
            return asking_letter(first, clock.now())
        typed = form["reason"].value() if "reason" in form.fields else ""
        return letter(first, BECOMES[self.step], typed or ("" if self.step is Step.ACCEPT else REASON_TO_COME))


def _said(step: Step, number: int, owner: User | None = None) -> str:
    """What was done with how many, also with none."""
    if step is Step.ASK:
        return ASKED[min(number, 2)].format(count(number, NOUN))
    whose = f" {owner or 'nobody in particular'}" if step is Step.OWNER else ""
    return f"{capfirst(count_or_no(number, NOUN))} {WORDS[step][2]}{whose}."


def _result(step: Step, lines: Iterable[Line]) -> dict[str, Any]:
    """What was done, line by line, for the page that says so."""
    found = list(lines)
    done = [line for line in found if not line[3]]
    return {"said": _said(step, len(done)), "done": done, "lost": [line for line in found if line[3]]}


class InterestBulkResult(JobPage):
    """Many that a worker decides about: how far it is, then what became of each."""

    model = Job
    roles = (*HUB_STAFF, NATIONAL)
    template_name = "programmes/interest_bulk_done.html"
    object: Job

    def prepare(self, rows: Any) -> QuerySet[Any]:
        """Of this kind of work only."""
        found: QuerySet[Any] = rows.filter(kind=KIND)
        return found

    def get_heading(self) -> str:
        """What is done, and with how many."""
        return str(self.object.label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How far it is, or what became of each line."""
        job, user = self.object, self.request.user
        found = {"job": job, "back": reverse("programmes:interest-list"), "may_stop": job.may_be_stopped_by(user)}
        if not job.is_open:
            found |= _result(Step(job.params["step"]), lines_of(job, user))
            found["gone"] = gone_of(job, user)
        return super().get_context_data(**found, **kwargs)
