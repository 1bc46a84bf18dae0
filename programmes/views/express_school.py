"""The public form's first page: finding the school, or which of a trust's schools it is for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.generic import View

from hubportal.core import clock
from hubportal.core.keys import row_of
from programmes.actions.drafts import DraftChanged
from programmes.actions.starting import advice_for, start_for
from programmes.rules import APPLY, CHECK, KINDS, PERSON, Question
from programmes.views.applicant import own_schools, trusts_led
from programmes.views.contact_links import has_lost_its_link
from programmes.views.draft import Draft
from programmes.views.express import CHANGED_ELSEWHERE, FORGOTTEN, MOST_SCHOOLS, school_url, start_url, unsent, where
from programmes.views.throttle import is_too_often, too_often
from schools.models import School

MOST_SUGGESTIONS = 10
LONGEST_CHAIN = 10
# In an hour, from one address.
MOST_BEGUN = 60

NOTHING_TYPED = "Type the name, town, postcode or URN of your school."
CHOOSE = "Choose your school from the list."
CHOOSE_SOME = "Tick the schools that it is for."


@method_decorator(never_cache, name="dispatch")
class SchoolStep(View):
    """Find the school by name, town, postcode or URN, and choose it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What was searched for, 50 schools at most."""
        if "q" in request.GET and not request.GET["q"].replace("\x00", "").strip():
            return self._page(request, problem=NOTHING_TYPED)
        draft = unsent(request)
        chosen = School.objects.public().filter(pk__in=draft.schools if draft else ())
        closed = next((one for one in chosen if not one.is_open), None)
        return self._page(request, closed=closed, successors=successors_of(closed)) if closed else self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the school and go on; a closed one leads to its successor. A trust's lead may tick several."""
        if "several" in request.POST and self._kind(request) != PERSON:
            return self._several(request)
        if "instead" in request.POST:
            return self._instead(request)
        school = find_school(request.POST.get("school", ""))
        if school is None:
            return self._page(request, problem=CHOOSE)
        if not school.is_open:
            return self._page(request, closed=school, successors=successors_of(school))
        return self._keep(request, [school])

    def _several(self, request: HttpRequest) -> HttpResponse:
        """Only one's own: whoever answers for a trust."""
        ticked = set(request.POST.getlist("school"))
        chosen = [one for one in own_schools(request.user) if str(one.pk) in ticked]
        if not chosen:
            messages.error(request, CHOOSE_SOME)
            draft = unsent(request)
            return redirect(school_url(draft) if draft else "programmes:express-start")
        return self._keep(request, chosen, trusts_led(request.user, chosen))

    def _instead(self, request: HttpRequest) -> HttpResponse:
        """Telling of an interest instead of going on with a form that was begun: for the same schools, all of them.

        Who they are is filled in as they typed it there.
        """
        begun = Draft.find(request.session, request.POST["instead"])
        if begun is None:
            messages.warning(request, FORGOTTEN)
            return redirect("programmes:express-start")
        # Whoever lost the link that a form was begun by reads in it no more.
        contact = {} if has_lost_its_link(begun.row) else begun.typed_contact
        schools = list(School.objects.public().filter(pk__in=begun.schools))
        return self._keep(request, schools, begun.trusts, contact)

    def _keep(
        self,
        request: HttpRequest,
        schools: Sequence[School],
        trusts: Mapping[int, int | None] | None = None,
        contact: Mapping[str, list[str]] | None = None,
    ) -> HttpResponse:
        draft = unsent(request)
        if draft is None:
            if is_too_often(request, "express-begin", most=MOST_BEGUN):
                return too_often(request)
            draft = Draft.start(request.session, self._kind(request))
        if contact:
            draft.put_by(Question("contact"), contact)
        try:
            draft.answer_schools([school.pk for school in schools], trusts or {})
            is_choice = not (draft.is_light or draft.is_person) and len(schools) == 1 and schools[0].hub_id is not None
            start = start_for(schools[0], clock.today()) if is_choice else None
            draft.answer_start(start is not None and advice_for(schools[0], start, {}) is None)
            draft.save()
        except DraftChanged:
            messages.warning(request, CHANGED_ELSEWHERE)
        return redirect(where(draft, draft.next_question([])))

    def _kind(self, request: HttpRequest) -> str:
        kind = request.POST.get("for", request.GET.get("for", ""))
        return kind if kind in KINDS else APPLY

    def _page(self, request: HttpRequest, **found: Any) -> HttpResponse:
        if is_too_often(request, "school-search", most=600):
            return too_often(request)
        text = request.GET.get("q", request.POST.get("q", "")).replace("\x00", "")[:100]
        schools = list(School.objects.public().matching(text).nearest_first(text)[: MOST_SCHOOLS + 1])
        near = [] if schools else list(School.objects.public().spelt_like(text).nearest_first(text)[:MOST_SUGGESTIONS])
        draft, kind = unsent(request), self._kind(request)
        page = {
            "heading": "Find your school",
            "back_url": where(draft, CHECK) if draft and draft.schools else start_url(is_person=kind == PERSON),
            "draft": draft,
            "kind": kind,
            "q": text,
            "schools": schools[:MOST_SCHOOLS] or near,
            "is_near": bool(near),
            "has_more": len(schools) > MOST_SCHOOLS,
            "most": MOST_SCHOOLS,
        }
        return render(request, "programmes/express/school.html", {**page, **found})


@require_GET
def school_suggestions(request: HttpRequest) -> JsonResponse:
    """Schools for the school picker while somebody types: public facts only."""
    if is_too_often(request, "school-suggestions", most=2000):
        return JsonResponse({"schools": []}, status=429)
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    rows = (
        School.objects.public().matching(text).nearest_first(text)[:MOST_SUGGESTIONS] if len(text.strip()) > 1 else []
    )
    return JsonResponse(
        {"schools": [{"id": school.pk, "name": school.name, "place": _place(school)} for school in rows]}
    )


def _place(school: School) -> str:
    closed = "" if school.is_open else f" ({school.get_gias_status_display().lower()})"
    formerly = f" · {school.formerly}" if school.formerly else ""
    return ", ".join(part for part in (school.town, school.postcode) if part) + closed + formerly


def find_school(pk: str) -> School | None:
    """A public school by its key as somebody sent it."""
    return row_of(School.objects.public(), pk)


def successors_of(school: School) -> list[School]:
    """The open school that a closed one became, or as many as are known of those that it became."""
    for _ in range(LONGEST_CHAIN):
        if school.succeeded_by is None:
            break
        school = school.succeeded_by
        if school.is_open:
            return [school]
    became = [one.became for one in school.splits.select_related("became").order_by("became__name", "became")]
    return [one for one in became if one.is_open]
