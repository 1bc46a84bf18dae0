"""Many interests decided, or asked about again, with one press: each line for itself, so that none holds up another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from hubportal.core import clock, jobs, notices, wake
from hubportal.core.jobs import JobKind, JobRefused, Progress
from hubportal.core.models import Job
from hubportal.core.records import record_key
from hubportal.core.workflow import CannotMove
from programmes.actions import asking, decisions
from programmes.models import Interest
from programmes.rules.bulk import Step
from schools.models import User

BECOMES = {
    Step.ACCEPT: Interest.Status.ACCEPTED,
    Step.WAIT: Interest.Status.WAITING,
    Step.DECLINE: Interest.Status.DECLINED,
}
KIND = "decide_many"
# More than these take longer than somebody should wait for a page: a worker decides about them.
MOST_AT_ONCE = 20
NO_LONGER_YOURS = "You no longer decide for the hub that these came to: nothing more was done."
FULL = ":full"  # of a line that was shown without a place left
LEFT = "What was done by then stays; the others are as they were."

# Key, who, reference, problem: what became of one, as it is kept and shown.
Line = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line; ``problem`` empty: it was done, now or by the same person's first press."""

    interest: Interest
    problem: str = ""


def decide_many(
    *,
    step: Step,
    interests: Sequence[Interest],
    by: User,
    now: datetime,
    reason: str = "",
    was: Mapping[str, str] | None = None,
    each: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Accept, put on the waiting list, decline or ask the headteacher of each, in this order; say what became of each.

    :param was: what was seen of each, by its key; one that has changed since is left alone, and so is one for which
        no place is free any more.
    :param each: called after each line.
    """
    found = []
    with wake.held(), notices.together(now):
        for one in interests:
            shown, told_full, _ = (was or {}).get(str(one.pk), seen_as(step, one)).partition(FULL)
            if step is Step.ASK:
                problem = asking.ask_once(interest=one, shown=shown, by=by, now=now)
            else:
                problem = _moved_since(step, one, by, shown) or _decide(
                    step, one, by, now, reason, is_told_full=bool(told_full)
                )
            found.append(Outcome(one, problem))
            each()
    return found


def seen_as(step: Step, interest: Interest, *, is_full: bool = False) -> str:
    """What somebody who takes this step has seen of one, and whether that no place is left for it."""
    seen = asking.seen_as(interest) if step is Step.ASK else decisions.seen_as(interest)
    return f"{seen}{FULL}" if is_full else seen


@transaction.atomic
def ask_to_decide(
    *,
    step: Step,
    interests: Sequence[Interest],
    by: User,
    now: datetime,
    label: str,
    reason: str = "",
    was: Mapping[str, str] | None = None,
) -> Job:
    """Have a worker take the step with each; where it is stopped, what is done stays. Pressed twice it is one job.

    Its hub's staff read of it and may stop it; of lines of several hubs only whoever asked, and the national team.

    :raises AlreadyRunning: where something else that this person asked for is being done.
    """
    params = {"step": step.value, "interests": [one.pk for one in interests], "reason": reason, "was": dict(was or {})}
    hubs = {one.hub_id for one in interests}
    owner = hubs.pop() if len(hubs) == 1 else None
    try:
        job = jobs.ask(KIND, about=by, label=label, by=by, now=now, owner_id=owner, params=params)
    except jobs.AlreadyRunning:
        running = jobs.newest(KIND, by)
        if running is None or running.params != params:
            raise
        return running
    wake.wake()
    return job


def _work(job: Job, progress: Progress) -> list[Outcome]:
    """As if somebody pressed the button for each line, each in a transaction of its own: no line waits for another.

    :raises JobRefused: where whoever asked no longer decides for any of these hubs.
    """
    by, keys = job.by, job.params["interests"]
    if by is None:
        raise JobRefused(NO_LONGER_YOURS)
    seen = Interest.objects.visible_to(by).filter(pk__in=keys, hub__in=by.scope.staff_hub_ids).for_bulk()
    rows = {one.pk: one for one in seen.prefetch_related("seconds", "teachers")}
    interests = [rows[key] for key in keys if key in rows]
    if not interests:
        raise JobRefused(NO_LONGER_YOURS)
    step = Step(job.params["step"])
    progress.begin("Asking" if step is Step.ASK else "Deciding", len(interests))
    return decide_many(
        step=step,
        interests=interests,
        by=by,
        now=clock.now(),
        reason=job.params["reason"],
        was=job.params.get("was"),  # asked for before it was kept
        each=progress.step,
    )


def _keep(_job: Job, outcomes: list[Outcome], _progress: Progress) -> dict[str, Any]:
    return {"lines": [line_of(one) for one in outcomes]}


def lines_of(job: Job, user: User) -> list[Line]:
    """What became of each line that somebody sees; where the work was stopped or failed, of those that are done."""
    seen = Interest.objects.visible_to(user).filter(pk__in=job.params["interests"])
    if job.state == Job.State.DONE:
        keys = set(seen.values_list("pk", flat=True))
        return [tuple(line) for line in job.result["lines"] if line[0] in keys]
    step = Step(job.params["step"])
    if step is Step.ASK:
        asked = asking.asked_by(job.by, seen, since=job.created_at)
        return [line_of(Outcome(one)) for one in seen.for_list() if record_key(one) in asked]
    done = seen.filter(status=BECOMES[step], decided_by=job.by_id)
    return [line_of(Outcome(one)) for one in done.for_list()]


def gone_of(job: Job, user: User) -> int:
    """How many nothing was done with as another hub, which somebody does not read, has them by now."""
    if job.state != Job.State.DONE:
        return 0
    seen = Interest.objects.visible_to(user).filter(pk__in=job.params["interests"]).values_list("pk", flat=True)
    done = {line[0] for line in job.result["lines"] if not line[3]}
    return len(set(job.params["interests"]) - done - set(seen))


def _moved_since(step: Step, interest: Interest, by: User, shown: str) -> str:
    """Who moved it after it was shown, or that its headteacher said no: neither is decided over unseen."""
    seen = decisions.seen_as(interest)
    if shown == seen or _is_done(step, interest, by):
        return ""
    is_refused = seen == f"{shown}-refused"
    return asking.HEAD_SAYS_NO if is_refused else interest.who_was_first(of_moves=True)


def _decide(step: Step, interest: Interest, by: User, now: datetime, reason: str, *, is_told_full: bool) -> str:
    if _is_done(step, interest, by):
        # A worker may have died between the decision and its e-mails.
        notices.reconcile(interest, *interest.seconds.all(), now=now)
        return ""
    try:
        with transaction.atomic():
            _take(step, interest, by, now, reason, is_told_full=is_told_full)
    except (CannotMove, decisions.CannotDecide) as problem:
        interest.refresh_from_db()
        return "" if _is_done(step, interest, by) else str(problem)
    return ""


def _take(step: Step, interest: Interest, by: User, now: datetime, reason: str, *, is_told_full: bool) -> None:
    if step is Step.ACCEPT:
        decisions.accept(interest=interest, by=by, now=now, is_told_full=is_told_full)
    elif step is Step.WAIT:
        decisions.put_on_waiting_list(interest=interest, by=by, now=now, reason=reason)
    else:
        decisions.decline(interest=interest, by=by, now=now, reason=reason)


def _is_done(step: Step, interest: Interest, by: User) -> bool:
    """The first press of a button that was pressed twice."""
    return interest.status == BECOMES[step] and interest.decided_by_id == by.pk


def line_of(outcome: Outcome) -> Line:
    """What became of a line, as it is kept and shown."""
    return outcome.interest.pk, outcome.interest.who, outcome.interest.reference, outcome.problem


def _page(job: Job) -> str:
    return reverse("programmes:interest-bulk-result", args=[job.pk])


KINDS = [JobKind(key=KIND, read=_work, write=_keep, left=LEFT, page=_page)]
