"""The headteacher's link: opened later, without an account."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions.asking import CannotAsk, ask_head_again
from programmes.actions.interest import CannotConfirm, answer_all_as_head
from programmes.forms.express import RefusalForm
from programmes.models import Interest
from programmes.notices.interest import chases_of, has_followed, who_applied
from programmes.notices.links import read_head_token
from programmes.rules import HeadLink
from programmes.views.throttle import is_too_often, too_often
from schools.rules import listed


def _opened(token: str) -> tuple[Interest, int] | None:
    """The interest and the asking that a link carries."""
    carried = read_head_token(token)
    interest = Interest.objects.for_link().filter(pk=carried[0]).first() if carried else None
    return (interest, carried[1]) if interest and carried else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def head_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows what is agreed and changes nothing; one button confirms, once, another says no."""
    opened = _opened(token)
    if opened is None:
        return render(
            request, "programmes/express/head_broken.html", {"heading": "This link does not work"}, status=404
        )
    interest, asked = opened
    together = _asked_together(interest)
    interest, state = _shown(interest, together, asked)
    refusal = RefusalForm(request.POST if request.POST.get("answer") == "no" else None)
    asking = [one for one in together if _is_open(one, asked)]
    unanswered = [one for one in asking if one.head_refused_at is None]
    # Another headteacher may have answered the others signed in.
    interest = next(iter(unanswered), interest)
    chosen = _chosen(request, asking or together)
    if request.method == "POST" and chosen and (refusal.is_valid() or not refusal.is_bound):
        try:
            reason = refusal.cleaned_data["reason"] if refusal.is_bound else None
            answer_all_as_head(asking=chosen, asked=asked, refusal=reason, by=None, now=clock.now())
        except CannotConfirm as problem:
            state = problem.state
        else:
            return redirect("programmes:head-confirm", token)
    confirmed = [one for one in together if one.head_confirmed_at]
    headings = {
        HeadLink.OPEN: _heading(interest, unanswered or asking, confirmed),
        HeadLink.USED: "Confirmed",
        HeadLink.NOT_NEEDED: "There is nothing to confirm any more",
        HeadLink.SUPERSEDED: "There is a newer link" if interest.head_asked_at else "This link has ended",
        HeadLink.EXPIRED: "This link has expired",
    }
    applied_by, applied_job = who_applied(interest)
    page = {
        "heading": headings[state],
        "applied_by": applied_by,
        "applied_job": applied_job,
        "has_followed": has_followed(interest),
        "interest": interest,
        "state": state.value,
        "form": refusal,
        "token": token,
        "asking": asking,
        "applied_for": listed([one.programme for one in asking if one.is_undecided]),
        "takes_part_in": listed([one.programme for one in asking if not one.is_undecided]),
        "unanswered": listed([one.programme for one in unanswered]),
        "refused": [one for one in asking if one not in unanswered],
        "nothing_ticked": not chosen,
        "ticked": (unanswered or asking) if chosen else [],
        "together": together,
        "confirmed": confirmed,
        "reminders": _reminders(unanswered),
        "is_late_no": refusal.is_bound and state is HeadLink.USED,
        "undecided": [one for one in confirmed if one.is_undecided],
    }
    return render(request, "programmes/express/head.html", page)


def _reminders(unanswered: list[Interest]) -> list[datetime]:
    """When a headteacher who does not answer is still reminded."""
    asked_at = unanswered[0].head_asked_at if unanswered else None
    return [at for at in chases_of(asked_at) if at > clock.now()] if asked_at else []


def _chosen(request: HttpRequest, asking: list[Interest]) -> list[Interest]:
    """Of several, those that are ticked: one may be confirmed without the other; a no is for all that still wait."""
    if "chooses" not in request.POST:
        return asking
    ticked = request.POST.getlist("programme")
    return [one for one in asking if str(one.pk) in ticked]


def _heading(interest: Interest, asking: list[Interest], confirmed: list[Interest]) -> str:
    """What a link still asks, or, where all is answered, what was: a no beside a yes says to what."""
    if any(one.head_refused_at for one in asking):
        words = f"{interest.contact_name if interest.for_person else 'Your school'} does not take part"
        titles = listed([one.programme_title for one in asking])
        return f"{words} in {titles}" if confirmed else words
    return asks_to_confirm(interest, asking)


def asks_to_confirm(interest: Interest, asking: Sequence[Interest]) -> str:
    """What a headteacher is asked: about what was applied for, or what the school takes part in already."""
    what = f"your school's application{'s' if len(asking) > 1 else ''} for"
    if interest.for_person:
        what = f"that {interest.contact_name} may take part in"
    elif asking and not any(one.is_undecided for one in asking):
        what = "what your school has agreed to in"
    return f"Confirm {what} {listed([one.programme_title for one in asking])}"


def _asked_together(interest: Interest) -> list[Interest]:
    """All that one link asks for, with the teachers."""
    if interest.head_asked_at is None:
        return [interest]
    return list(Interest.objects.linked_with(interest).for_link().prefetch_related("teachers"))


def _is_open(interest: Interest, asked: int) -> bool:
    return interest.head_link(asked, clock.now()) is HeadLink.OPEN


def _shown(interest: Interest, together: list[Interest], asked: int) -> tuple[Interest, HeadLink]:
    """What the page is about and what became of the link: open while one of those it asks for is, then confirmed."""
    states = [(one, one.head_link(asked, clock.now())) for one in (interest, *together)]
    for wanted in (HeadLink.OPEN, HeadLink.USED):
        for one, state in states:
            if state is wanted:
                return one, state
    return states[0]


@require_POST
def head_again(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link in place of one that has run out: to the headteacher's stored address, nowhere else."""
    if is_too_often(request, "head-again", most=10):
        return too_often(request)
    opened = _opened(token)
    if opened is not None and opened[0].head_link(opened[1], clock.now()) is HeadLink.EXPIRED:
        try:
            ask_head_again(interest=opened[0], by=None, now=clock.now())
        except (CannotAsk, CannotMove) as problem:
            messages.warning(request, str(problem))
        else:
            messages.success(request, "A new link is on its way to the headteacher's e-mail address.")
    return redirect(reverse("programmes:head-confirm", args=[token]))
