"""What whoever told of an interest corrects later: what it is for, who they are, an address that was mistyped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions.changes import CannotChange, ChangedMeanwhile, seen_of
from programmes.actions.drafts import DraftChanged, correct_sent
from programmes.actions.light_changes import ToldChange, change_told, is_invited
from programmes.forms.light import MistypedForm, ToldForm
from programmes.models import Interest
from programmes.models.wishes import wishes_of
from programmes.views.contact_links import after_change
from programmes.views.draft import Draft
from programmes.views.express_mine import with_link
from programmes.views.throttle import is_too_often, too_often
from schools.rules import email_domain_of, year_label

SENT_THERE = "What you told us is sent to {} now."
SENT_ELSEWHERE = (
    "Your address was corrected at the same moment: what you told us is sent to {}. "
    "If that is not right, correct it once more."
)


@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def edit(request: HttpRequest, token: str, interest: Interest) -> HttpResponse:
    """Change what was told of; an application is changed by the form that it was sent with."""
    if not (interest.is_light and interest.may_be_changed):
        return redirect("programmes:express-mine", token)
    form = _form(request, interest)
    if form.is_valid():
        change, seen = _change(form, interest), form.cleaned_data["seen"]
        try:
            is_new = change_told(interest=interest, change=change, seen=seen, by=None, now=clock.now())
        except ChangedMeanwhile as problem:
            # What was typed stays, and is saved with the next press.
            interest.refresh_from_db()
            form = _form(request, interest, seen=seen_of(interest))
            if form.is_valid():
                form.add_error(None, str(problem))
        except (CannotChange, CannotMove) as problem:
            form.add_error(None, str(problem))
        else:
            return after_change(request, token, interest.contact_email, change.contact_email, is_new=is_new)
    page = {
        "heading": "Change what you told us",
        "about": f"{interest.reference}, {interest.school}",
        "form": form,
        "is_invited": "wish" not in form.fields,
        "back_url": reverse("programmes:express-mine", args=[token]),
    }
    return render(request, "programmes/express/edit.html", page)


def _form(request: HttpRequest, interest: Interest, *, seen: str = "") -> ToldForm:
    """Filled in with what was told, or with what was typed; of what somebody was invited to the programme stays."""
    typed = request.POST.copy() if request.method == "POST" else None
    if typed is not None and seen:
        typed["seen"] = seen
    initial = {
        "wish": f"{interest.phase_id}-{interest.year}",
        "name": interest.contact_name,
        "email": interest.contact_email,
        "phone": interest.contact_phone,
        "job_title": interest.contact_job,
        "is_head": interest.contact_is_head,
        "message": interest.message,
        "seen": seen_of(interest),
    }
    choices = {} if is_invited(interest) else _choices(interest)
    domains = [email_domain_of(interest.school.website)]
    return ToldForm(typed, initial=initial, choices=list(choices.items()), domains=domains)


def _choices(interest: Interest) -> dict[str, str]:
    """What the school may tell of today, and what it has told of whether or not it still may."""
    joins = [(phase, wish.year) for phase, wish in wishes_of(interest.school, clock.today())]
    own = (interest.phase, interest.year)
    return {f"{phase.pk}-{year}": f"{phase.name} {year_label(year)}" for phase, year in dict.fromkeys([own, *joins])}


def _change(form: ToldForm, interest: Interest) -> ToldChange:
    given = form.cleaned_data
    phase, _, year = given.get("wish", f"{interest.phase_id}-{interest.year}").partition("-")
    return ToldChange(
        phase_id=int(phase),
        year=int(year),
        contact_name=given["name"],
        contact_email=given["email"],
        contact_phone=given["phone"],
        contact_job=given["job_title"],
        contact_is_head=given["is_head"],
        message=given["message"],
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mistyped(request: HttpRequest, draft: str) -> HttpResponse:
    """Whoever has just told of an interest corrects their address, in the browser that they told of it in.

    It is said to be done whether or not anything new was kept: nobody finds out here who has told of what.
    """
    found = Draft.find(request.session, draft)
    if found is None or found.sent is None or not found.sent["is_light"]:
        return redirect("programmes:express-start")
    sent = found.sent
    form = MistypedForm(request.POST if request.method == "POST" else None, initial={"email": sent["email"]})
    if not form.is_valid():
        page = {
            "heading": "Correct your e-mail address",
            "about": ", ".join(dict.fromkeys(school for _reference, school, _programme in sent["rows"])),
            "form": form,
            "back_url": reverse("programmes:express-done", args=[draft]),
        }
        return render(request, "programmes/express/mistyped.html", page)
    if is_too_often(request, "express-link", most=20):
        return too_often(request)
    email, now = form.cleaned_data["email"], clock.now()
    try:
        correct_sent(draft=found.row, email=email, by=None, now=now)
    except DraftChanged:  # pressed twice, or in two tabs
        latest = Draft.find(request.session, draft) or found
        if latest.sent != {**sent, "email": email}:
            messages.warning(request, SENT_ELSEWHERE.format((latest.sent or sent)["email"]))
            return redirect("programmes:express-done", draft)
    messages.success(request, SENT_THERE.format(email))
    return redirect("programmes:express-done", draft)
