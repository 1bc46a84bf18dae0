"""The headteacher's link: opened later, without an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubportal.core import clock
from hubportal.core.templatetags.portal import moment
from hubportal.core.workflow import CannotMove
from programmes.actions.answers import AnsweredMeanwhile, answer_so_far
from programmes.actions.asking import CannotAsk, ask_head_again
from programmes.actions.interest import CannotConfirm, answer_all_as_head
from programmes.forms.express import RefusalForm
from programmes.models import Interest, Receipt
from programmes.notices.interest import chases_of, entered, has_followed, who_applied
from programmes.notices.links import read_head_token
from programmes.rules import HeadLink
from programmes.views.throttle import is_too_often, too_often
from schools.rules import listed

SINCE = "Nothing was done. Since you opened this page: {}"
OLD_PAGE = "Nothing was done. The page that you had open does not say whether you had read this: {}"
AGAIN = " Please look again at what stands now, and answer once more if you still mean it."


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
    refusal = RefusalForm(request.POST if request.POST.get("answer") == "no" else None)
    together = _asked_together(interest)
    seen = _seen(request, together)
    chosen = _chosen(request, together, seen, asked)
    stopped: Exception | None = None
    if request.method == "POST" and chosen and (refusal.is_valid() or not refusal.is_bound):
        try:
            reason = refusal.cleaned_data["reason"] if refusal.is_bound else None
            answer_all_as_head(asking=chosen, asked=asked, refusal=reason, by=None, now=clock.now(), seen=seen)
        except (CannotConfirm, AnsweredMeanwhile) as problem:
            stopped = problem
            interest = Interest.objects.for_link().get(pk=interest.pk)
            together = _asked_together(interest)
        else:
            return redirect("programmes:head-confirm", token)
    if isinstance(stopped, AnsweredMeanwhile):
        _say_meanwhile(request, together, seen, {one.pk for one in chosen}, is_no=refusal.is_bound)
    page = {"token": token, "form": refusal, "nothing_ticked": not chosen, "is_stopped": stopped is not None}
    return render(request, "programmes/express/head.html", _standing(interest, together, asked) | page)


def _standing(interest: Interest, together: list[Interest], asked: int) -> dict[str, Any]:
    """What the page shows of all that a link asks for."""
    interest, state = _shown(interest, together, asked)
    asking = [one for one in together if _is_open(one, asked)]
    unanswered = [one for one in asking if one.head_refused_at is None]
    # Another headteacher may have answered the others signed in.
    interest = next(iter(unanswered), interest)
    confirmed = [one for one in together if one.head_confirmed_at]
    headings = {
        HeadLink.OPEN: _heading(interest, unanswered or asking, confirmed),
        HeadLink.USED: "Confirmed",
        HeadLink.NOT_NEEDED: "There is nothing to confirm any more",
        HeadLink.SUPERSEDED: "There is a newer link" if interest.head_asked_at else "This link has ended",
        HeadLink.EXPIRED: "This link has expired",
    }
    applied_by, applied_job = who_applied(interest)
    return {
        "heading": headings[state],
        "applied_by": applied_by,
        "applied_job": applied_job,
        "has_followed": has_followed(interest),
        "interest": interest,
        "state": state.value,
        "said": [f"{one.pk}:{answer_so_far(one)}" for one in together],
        "asking": asking,
        "applied_for": listed([one.programme for one in asking if one.is_undecided]),
        "takes_part_in": listed([one.programme for one in asking if not one.is_undecided]),
        "unanswered": listed([one.programme for one in unanswered]),
        "refused": [one for one in asking if one not in unanswered],
        "ticked": unanswered or asking,
        "together": together,
        "confirmed": confirmed,
        "reminders": _reminders(unanswered),
        "undecided": [one for one in confirmed if one.is_undecided],
    }


def _seen(request: HttpRequest, together: list[Interest]) -> dict[int, str]:
    """The answers that the page had shown.

    One of an earlier version of the portal does not say; it is taken to have shown none, and where there is one by now,
    it is asked again.
    """
    if "said" not in request.POST:
        return dict.fromkeys((one.pk for one in together), "")
    sent = dict(one.split(":", 1) for one in request.POST.getlist("said") if ":" in one)
    return {one.pk: sent[str(one.pk)] for one in together if str(one.pk) in sent}


def _say_meanwhile(
    request: HttpRequest, together: list[Interest], seen: dict[int, str], chosen: set[int], *, is_no: bool
) -> None:
    """Say what was answered since the page was opened; not where that is the very answer that was pressed."""
    if all(one.head_refused_at if is_no else one.head_confirmed_at for one in together if one.pk in chosen):
        return
    answered = [one for one in together if answer_so_far(one) != seen.get(one.pk, "")]
    since = SINCE if "said" in request.POST else OLD_PAGE
    again = "" if all(one.head_confirmed_at for one in together) else AGAIN
    messages.error(request, since.format(" ".join(in_words(one) for one in answered)) + again)


def in_words(interest: Interest) -> str:
    """What a headteacher has answered: who said it, or entered it for them, and when."""
    if interest.head_confirmed_at:
        at, said = interest.head_confirmed_at, f"confirmed {interest.programme}"
    elif interest.head_refused_at:
        at, said = interest.head_refused_at, f"said that {interest.who} does not take part in {interest.programme}"
    else:
        return f"The answer about {interest.programme} no longer counts."
    receipt = entered(interest, Receipt.What.HEAD)
    if receipt is None:
        return f"{interest.head_name} {said} ({moment(at)})."
    return f"{interest.hub} entered that {interest.head_name} {said}, {receipt.get_how_display()} ({moment(at)})."


def _reminders(unanswered: list[Interest]) -> list[datetime]:
    """When a headteacher who does not answer is still reminded."""
    asked_at = unanswered[0].head_asked_at if unanswered else None
    return [at for at in chases_of(asked_at) if at > clock.now()] if asked_at else []


def _chosen(request: HttpRequest, together: list[Interest], seen: dict[int, str], asked: int) -> list[Interest]:
    """Of what the page asked about, what is ticked: one may be confirmed without the other; a no is for all that wait.

    What is closed by now stays out, unless all of it is: the link says so then.
    """
    # What the page did not show, or showed as confirmed, it did not ask about.
    shown = [one for one in together if not seen.get(one.pk, "yes").startswith("yes")]
    if "chooses" in request.POST:
        ticked = request.POST.getlist("programme")
        shown = [one for one in shown if str(one.pk) in ticked]
    return [one for one in shown if one.head_confirmed_at or _is_open(one, asked)] or shown


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
