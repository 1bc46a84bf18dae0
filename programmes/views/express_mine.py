"""What whoever sent an interest opens later: how far it is, and the link to change or withdraw it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions.changes import CannotChange, ask_for_link, withdraw_sent
from programmes.actions.light import open_offers
from programmes.actions.links import ask_for_links
from programmes.forms.express import StatusForm, WithdrawForm
from programmes.forms.links import LinkForm
from programmes.models import Interest, applied_since
from programmes.notices.decisions import outcome_told
from programmes.rules import ContactLink
from programmes.views.contact_links import opened_by
from programmes.views.draft_from import change_of, completion_of
from programmes.views.throttle import is_too_often, too_often

NOT_FOUND = "We cannot find anything with this reference and this e-mail address."
NOT_OPEN_YET = "Applications for this are not open today. You get an e-mail when they are."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """How far an interest is; the same answer for a wrong reference as for a wrong address."""
    if request.method != "POST":
        return _status_page(request, StatusForm())
    if is_too_often(request, "express-status", most=60):
        return too_often(request)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _status_page(request, form)
    found = Interest.objects.sent_as(form.cleaned_data["reference"], form.cleaned_data["email"]).first()
    if found is None:
        form.add_error(None, NOT_FOUND)
        return _status_page(request, form)
    page = {
        "heading": found.reference,
        "interest": found,
        "outcome": outcome_told(found),
        "email": form.cleaned_data["email"],
    }
    return render(request, "programmes/express/status_found.html", page)


def _status_page(request: HttpRequest, form: StatusForm) -> HttpResponse:
    page = {"heading": "Check what you sent", "form": form}
    return render(request, "programmes/express/status.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponse:
    """Send the link to the stored address, without a reference one for each that stands; what there is is not said."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    page = {"heading": "Get a link to change or withdraw", "form": form}
    if not form.is_valid():
        return render(request, "programmes/express/ask_link.html", page)
    if is_too_often(request, "express-link", most=20):
        return too_often(request)
    reference, email = form.cleaned_data["reference"], form.cleaned_data["email"]
    if not reference:
        ask_for_links(email=email, now=clock.now())
    elif (sent := Interest.objects.sent_as(reference, email).first()) is not None:
        # Of who has both, the page that looks up what was sent says as much.
        ask_for_link(interest=sent, now=clock.now())
    page |= {"heading": "Look in your inbox", "email": email, "by_reference": bool(reference)}
    return render(request, "programmes/express/link_sent.html", page)


Opened = Callable[[HttpRequest, str, Interest], HttpResponse]


def with_link(view: Opened) -> Callable[[HttpRequest, str], HttpResponse]:
    """Only with a link that is good; what is wrong with another is said, and how to get a new one."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        interest, state = opened_by(token)
        if interest is None:
            page = {"heading": "This link does not work"}
            return render(request, "programmes/express/head_broken.html", page, status=404)
        if state is not ContactLink.OPEN:
            page = {"heading": "This link has expired", "token": token, "state": state.value}
            return render(request, "programmes/express/mine_expired.html", page)
        return view(request, token, interest)

    return never_cache(opened)


@require_http_methods(["GET", "HEAD"])
@with_link
def mine(request: HttpRequest, token: str, interest: Interest) -> HttpResponse:
    """All that was sent, how far it is, and what can be done with it."""
    is_open = interest.status == Interest.Status.INTERESTED and bool(open_offers(interest, clock.today()))
    applied = applied_since(interest)
    page = {
        "heading": interest.programme,
        "interest": interest,
        "outcome": outcome_told(interest),
        "token": token,
        "teachers": list(interest.teachers.all()),
        "applied": applied,
        "may_change": interest.may_be_changed and applied is None,
        "may_apply": is_open,
    }
    return render(request, "programmes/express/mine.html", page)


@require_POST
@with_link
def change(request: HttpRequest, token: str, interest: Interest) -> HttpResponse:
    """Open the form with what was sent."""
    if interest.is_light or not interest.may_be_changed:
        return redirect("programmes:express-mine", token)
    draft = change_of(request.session, interest, token)
    return redirect("programmes:express-check", draft.key)


@require_POST
@with_link
def apply(request: HttpRequest, token: str, interest: Interest) -> HttpResponse:
    """Open the form that completes an interest that was told of."""
    offers = open_offers(interest, clock.today())
    is_light = interest.is_light and interest.status in (Interest.Status.INTERESTED, Interest.Status.SECOND)
    if not offers or not is_light:
        messages.warning(request, NOT_OPEN_YET)
        return redirect("programmes:express-mine", token)
    draft = completion_of(request.session, interest, offers, token)
    return redirect("programmes:express-check", draft.key)


@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def withdraw(request: HttpRequest, token: str, interest: Interest) -> HttpResponse:
    """Say that the school does not take part after all."""
    if request.method != "POST" and (not interest.may_be_changed or applied_since(interest)):
        return redirect("programmes:express-mine", token)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {"heading": f"Withdraw {interest.reference}?", "form": form, "interest": interest}
    page["back_url"] = reverse("programmes:express-mine", args=[token])
    if not form.is_valid():
        return render(request, "programmes/express/withdraw.html", page)
    try:
        withdraw_sent(interest=interest, reason=form.cleaned_data["reason"], by=None, now=clock.now())
    except (CannotChange, CannotMove) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Withdrawn. Your hub can see it. You get an e-mail that says so.")
    return redirect("programmes:express-mine", token)


@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link in place of one that has run out: to the contact's stored address, nowhere else."""
    if is_too_often(request, "express-link", most=20):
        return too_often(request)
    interest, state = opened_by(token)
    if interest is not None and state is ContactLink.EXPIRED:
        ask_for_link(interest=interest, now=clock.now())
        messages.success(request, "A new link is on its way to the e-mail address that we have.")
    return redirect("programmes:express-mine", token)
