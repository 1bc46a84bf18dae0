"""The public form: save it and come back later, by a link that is sent by e-mail."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hubportal.core import clock
from programmes.actions.drafts import DraftChanged, ask_to_come_back
from programmes.forms.express import SaveForm
from programmes.models import FormDraft
from programmes.notices.links import read_draft_token
from programmes.rules import Question
from programmes.views.contact_links import has_lost_its_link
from programmes.views.draft import Draft, let_open
from programmes.views.express import LINK_ENDED
from programmes.views.throttle import is_too_often, too_often


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, draft: str) -> HttpResponse:
    """Ask where the link is to go, and send it; the answers are kept already."""
    found = Draft.find(request.session, draft)
    if found is None or found.sent:
        return redirect("programmes:express-start")
    if has_lost_its_link(found.row):
        messages.warning(request, LINK_ENDED)
        return redirect("programmes:express-link")
    typed = (found.begun(Question("contact")) or {}).get("email", [""])[0]
    form = SaveForm(request.POST if request.method == "POST" else None, draft=found.row, typed=typed)
    page: dict[str, Any] = {"heading": "Save and come back later", "form": form, "draft": found}
    page["back_url"] = reverse("programmes:express-check", args=[found.key])
    if not form.is_valid():
        return render(request, "programmes/express/save.html", page)
    if is_too_often(request, "express-save", most=10):
        return too_often(request, draft=found.key, may_save=False)
    try:
        ask_to_come_back(draft=found.row, email=form.cleaned_data["email"], now=clock.now())
    except DraftChanged:
        return redirect(request.path)
    return render(request, "programmes/express/saved.html", {**page, "heading": "Your answers are saved"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows nothing of the answers and changes nothing; its button opens the form in this browser."""
    key = read_draft_token(token)
    kept = FormDraft.objects.kept(clock.now())
    row = kept.filter(key=key).first() if key else None
    if row is None or has_lost_its_link(row):
        is_handed_on = key is not None and row is None and kept.handed_on_from(key).exists()
        heading = "This form was handed on" if is_handed_on else "This link has expired"
        gone = {"heading": heading, "was_sent": row is not None, "is_handed_on": is_handed_on}
        return render(request, "programmes/express/back_gone.html", gone, status=404)
    if request.method == "POST":
        let_open(request.session, row.key)
        return redirect("programmes:express-check", row.key)
    page = {"heading": "Go on with your form", "kept_until": row.kept_until, "is_sent": Draft(row).sent is not None}
    return render(request, "programmes/express/back.html", page)
