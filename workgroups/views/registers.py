"""The register of a meeting on a phone: kept with each press where scripts run, with Done everywhere."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.views import PortalRequest
from hubportal.core.workflow import CannotMove
from schools.roles import HUB_READERS, HUB_STAFF, LEADERS, NATIONAL
from workgroups.actions import registers
from workgroups.forms.registers import RegisterForm
from workgroups.models import Attendance, Meeting
from workgroups.rules.registers import came_words

Mark = Attendance.Mark
CAME = Attendance.CAME


@require_GET
@role_required(*LEADERS, *HUB_READERS, NATIONAL)
def meeting_register(request: PortalRequest, pk: int) -> HttpResponse:
    """The register, to be marked by who keeps it and read by who oversees it."""
    rows = Meeting.objects.visible_to(request.user).with_register_for(request.user).for_list()
    meeting = get_object_or_404(rows, pk=pk)
    may_mark = Meeting.objects.visible_to(request.user).run_by(request.user).filter(pk=pk).exists()
    return _page(request, meeting, RegisterForm(registers.register_of(meeting)), may_mark=may_mark)


@require_POST
@role_required(*LEADERS, *HUB_STAFF)
def register_save(request: PortalRequest, pk: int) -> HttpResponse:
    """Keep what was marked; Done closes the register, "the rest" marks whoever is left as present."""
    meeting = _kept_by(request, pk)
    form = RegisterForm(registers.register_of(meeting), data=request.POST)
    problem = _keep(request, meeting, form)
    if not problem and "done" in request.POST:
        problem = _close(request, meeting)
    if problem:
        fresh = RegisterForm(registers.register_of(meeting), data=request.POST)
        return _page(request, meeting, fresh, may_mark=True, problem=problem)
    if "done" in request.POST:
        messages.success(request, f"Register complete: {_came(registers.register_of(meeting))}.")
    return redirect("workgroups:meeting-register", pk=pk)


@require_POST
@role_required(*LEADERS, *HUB_STAFF)
def meeting_mark(request: PortalRequest, pk: int) -> HttpResponse:
    """Keep one press: the answer is that person's row and the count, for the page to swap in."""
    meeting = _kept_by(request, pk)
    person = request.POST.get("person", "")
    form = RegisterForm(registers.register_of(meeting), data=request.POST)
    line = next((line for line in form.lines if str(line.person.pk) == person), None)
    if line is None:
        raise Http404
    if request.POST.get(f"mark_{person}") == Mark.SUBSTITUTE and not request.POST.get(f"name_{person}", "").strip():
        # The name is about to be typed: a row swapped in now would wipe it. Done says what is missing.
        return HttpResponse(status=204)
    problem = _keep(request, meeting, form, only=line.person.pk)
    lines = registers.register_of(meeting)
    refused = problem or f"name_{person}" in form.errors
    shown = RegisterForm(lines, data=request.POST) if refused else RegisterForm(lines)
    row = next(row for row in shown.rows() if str(row.line.person.pk) == person)
    context = {"meeting": meeting, "row": row, "problem": problem, "may_mark": True, "swapped": True, **_counts(lines)}
    return render(request, "workgroups/register_person.html", context)


def _kept_by(request: PortalRequest, pk: int) -> Meeting:
    """The meeting, for who keeps its register; not found for anybody else."""
    return get_object_or_404(Meeting.objects.visible_to(request.user).run_by(request.user).for_list(), pk=pk)


def _keep(request: PortalRequest, meeting: Meeting, form: RegisterForm, only: int | None = None) -> str:
    """Keep what changed, person by person, and say what could not be kept."""
    form.is_valid()
    bad = {name.partition("_")[2] for name in form.errors}
    problems = [str(error) for errors in form.errors.values() for error in errors] if only is None else []
    chosen = [choice for choice in form.changes(only) if str(choice.line.person.pk) not in bad]
    if "rest" in request.POST:
        chosen += form.the_rest(chosen)
    for choice in chosen:
        try:
            registers.mark_person(
                meeting=meeting,
                person=choice.line.person,
                mark=choice.mark,
                substitute_name=choice.substitute_name,
                by=request.user,
                now=clock.now(),
            )
        except registers.CannotMark as problem:
            problems.append(str(problem))
    return " ".join(dict.fromkeys(problems))


def _close(request: PortalRequest, meeting: Meeting) -> str:
    try:
        registers.close_register(meeting=meeting, by=request.user, now=clock.now())
    except (registers.CannotMark, CannotMove) as problem:
        return str(problem)
    return ""


def _counts(lines: list[registers.Line]) -> dict[str, Any]:
    came, marked = sum(line.mark in CAME for line in lines), sum(bool(line.mark) for line in lines)
    return {"marked": marked, "people": len(lines), "came": came_words(came, marked, len(lines))}


def _came(lines: list[registers.Line]) -> str:
    return f"{sum(line.mark in CAME for line in lines)} of {len(lines)} came"


def _page(
    request: PortalRequest,
    meeting: Meeting,
    form: RegisterForm,
    *,
    may_mark: bool,
    problem: str = "",
) -> HttpResponse:
    shut = registers.why_not_markable(meeting, clock.now())
    rows = form.rows()
    context = {
        "heading": f"Register · {capfirst(meeting.words)}",
        "meeting": meeting,
        "stand": meeting.stand(clock.now(), may_read=True),
        "rows": rows,
        "problem": problem,
        "shut": shut,
        "last_mark": registers.last_mark(row.line for row in rows),
        "may_mark": may_mark and not shut,
        **_counts([row.line for row in rows]),
    }
    return render(request, "workgroups/register.html", context)
