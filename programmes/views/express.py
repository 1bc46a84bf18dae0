"""The public form: start, find the school, choose the programme, check the answers, done."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe
from django.views.generic import TemplateView, View

from hubportal.core import clock
from programmes.actions.interest import Application, NotOpen, TextChanged, submit
from programmes.models import AgreementText, Enrolment, Interest, Offer
from programmes.rules import CHECK, Answer, Part, Question, next_open, part_words, question_before
from programmes.views.applicant import own_schools
from programmes.views.draft import Draft
from programmes.views.throttle import is_too_often, too_often
from schools.models import Hub, School
from schools.rules import academic_year

MOST_SCHOOLS = 50
MOST_SUGGESTIONS = 10
LONGEST_CHAIN = 10

FORGOTTEN = "Your answers are no longer kept in this browser. Please start again; nothing was sent."
CLOSED_MEANWHILE = "This programme has stopped taking applications from your school. Please look at what is open now."
TEXT_CHANGED = "The text has changed since you read it. Please read it again; nothing was sent yet."
NOTHING_TYPED = "Type the name, town, postcode or URN of your school."


def start(request: HttpRequest) -> HttpResponse:
    """What an expression of interest is, how long it takes and what one needs for it; one's own school is at hand."""
    is_ready = Offer.objects.public().exists() and AgreementText.objects.privacy_on(clock.today()).exists()
    page = {"heading": "Express an interest", "is_ready": is_ready, "own_schools": own_schools(request.user)}
    return render(request, "programmes/express/start.html", page)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force, with its version."""
    text = AgreementText.objects.privacy_on(clock.today()).first()
    return render(request, "programmes/express/privacy.html", {"heading": "Privacy notice", "text": text})


def where(draft: Draft, question: Question) -> str:
    """The address of one page of a form."""
    args: list[str | int] = [draft.key] + ([question.number] if question.number else [])
    return reverse(f"programmes:express-{question.name}", args=args)


def _school_url(draft: Draft) -> str:
    return reverse("programmes:express-school") + f"?draft={draft.key}"


@method_decorator(never_cache, name="dispatch")
class SchoolStep(View):
    """Find the school by name, town, postcode or URN, and choose it."""

    start_url = "programmes:express-start"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What was searched for, 50 schools at most."""
        is_empty = "q" in request.GET and not request.GET["q"].replace("\x00", "").strip()
        return self._page(request, problem=NOTHING_TYPED) if is_empty else self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the school and go on; a closed one leads to its successor."""
        school = _school(request.POST.get("school", ""))
        if school is None:
            return self._page(request, problem="Choose your school from the list.")
        if not school.is_open:
            return self._page(request, closed=school, successor=_successor(school))
        return self.chosen(request, school)

    def chosen(self, request: HttpRequest, school: School) -> HttpResponse:
        """Keep it in the form that is being filled in, or in a new one."""
        draft = self._draft(request) or Draft.start(request.session)
        draft.answer_school(school)
        return redirect(where(draft, Question("programme")))

    def _draft(self, request: HttpRequest) -> Draft | None:
        key = request.POST.get("draft") or request.GET.get("draft") or ""
        draft = Draft.find(request.session, key)
        return None if draft is None or draft.sent else draft

    def _page(self, request: HttpRequest, **found: Any) -> HttpResponse:
        if is_too_often(request, "school-search", most=600):
            return too_often(request)
        text = request.GET.get("q", request.POST.get("q", "")).replace("\x00", "")[:100]
        schools = list(School.objects.public().matching(text).nearest_first(text)[: MOST_SCHOOLS + 1])
        near = [] if schools else list(School.objects.public().spelt_like(text).nearest_first(text)[:MOST_SUGGESTIONS])
        draft = self._draft(request)
        page = {
            "heading": "Find your school",
            "back_url": where(draft, CHECK) if draft and draft.data.get("school") else reverse(self.start_url),
            "draft": draft,
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


def _school(pk: str) -> School | None:
    return School.objects.public().filter(pk=pk).first() if pk.isdecimal() and len(pk) < 10 else None


def _successor(school: School) -> School | None:
    """The open school that a closed one became, if there is one."""
    found: School | None = school
    for _ in range(LONGEST_CHAIN):
        found = found.succeeded_by if found else None
        if found is None or found.is_open:
            return found
    return None


@method_decorator(never_cache, name="dispatch")
class ExpressPage(TemplateView):
    """A page of one draft: what has to be answered before it comes first, what was sent stays sent."""

    name = ""
    draft: Draft
    school: School
    offer: Offer | None
    question: Question

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the draft; go where this draft is, if it is not here."""
        draft = Draft.find(request.session, kwargs["draft"])
        if draft is None:
            messages.warning(request, FORGOTTEN)
            return redirect("programmes:express-start")
        if draft.sent:
            return redirect("programmes:express-done", draft.key)
        self.draft = draft
        school = _school(str(draft.data.get("school", "")))
        if school is None or not school.is_open:
            return redirect(_school_url(draft))
        self.school, self.offer = school, self._chosen()
        self.question = Question(self.name, kwargs.get("number", 0))
        return self._go_on() or super().dispatch(request, *args, **kwargs)

    def _chosen(self) -> Offer | None:
        chosen = self.draft.answer_to(Question("programme"))
        if chosen is None:
            return None
        offers = Offer.objects.public().select_related("phase", "commitments")
        offer = offers.filter(pk=chosen["offer"]).first()
        if offer is None:
            self.draft.forget(Question("programme"))
        return offer

    def _go_on(self) -> HttpResponse | None:
        """A redirect where something before this page is unanswered or this page is not asked."""
        asked = [*self.draft.questions(self.offer), CHECK]
        ahead = self.draft.next_question(self.offer)
        if self.question in asked and asked.index(self.question) <= asked.index(ahead):
            return None
        return redirect(where(self.draft, ahead))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The school, the offer, and the way back."""
        found = super().get_context_data(**kwargs)
        # After: the address's own "draft" is only the id.
        return {**found, "draft": self.draft, "school": self.school, "offer": self.offer, "back_url": self.back_url()}

    def back_url(self) -> str:
        """The check of all answers where all is answered, else the page before."""
        ahead = self.draft.next_question(self.offer)
        if ahead == CHECK and self.question != CHECK:
            return where(self.draft, CHECK)
        before = question_before(self.draft.questions(self.offer), self.question)
        return (
            where(self.draft, before) if before else reverse("programmes:express-school") + f"?draft={self.draft.key}"
        )

    def go_on(self) -> HttpResponse:
        """To the first page that is not answered yet."""
        return redirect(where(self.draft, self.draft.next_question(self.offer)))


class ProgrammeStep(ExpressPage):
    """Which programmes are open for this school, and why others are not."""

    name = "programme"
    template_name = "programmes/express/programme.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the offer and go on."""
        found = {str(one["offer"].pk): one["offer"] for one in self._choices() if one["answer"].is_open}
        offer = found.get(request.POST.get("offer", ""))
        if offer is None or self.school.hub_id is None:
            problem = "Choose one of the programmes that are open for your school."
            return self.render_to_response(self.get_context_data(problem=problem))
        self.draft.answer_programme(offer)
        self.offer = offer
        return self.go_on()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Open programmes to choose from, the others with the reason."""
        found = super().get_context_data(**kwargs)
        choices = self._choices() if self.school.hub_id else []
        return {
            "heading": "Which programme would your school like to join?" if choices else "Programmes",
            "open_choices": [one for one in choices if one["answer"].is_open],
            "reasons": _by_reason(choices),
            "hubs": [] if self.school.hub_id else list(Hub.objects.order_by("name")),
            "chosen": self.offer.pk if self.offer else None,
            **found,
        }

    def _choices(self) -> list[dict[str, Any]]:
        """Each public offer with its answer; of one phase, the year to take instead of a closed one."""
        today = clock.today()
        year = academic_year(today)
        offers = list(Offer.objects.public_for(self.school, (year, year + 1)))
        parts = Enrolment.objects.parts_of(self.school)
        answers = {offer: offer.answer_to(self.school, today, parts) for offer in offers}
        choices = []
        for offer, answer in answers.items():
            same = [(one.year, found) for one, found in answers.items() if one.phase_id == offer.phase_id]
            closed = [one for one, found in answers.items() if _is_before(one, offer) and found is Answer.CLOSED]
            leads_on = answer.is_about_dates or answer is Answer.ALREADY_IN
            choices.append(
                {
                    "offer": offer,
                    "answer": answer,
                    "next_year": next_open(same, after=offer.year) if leads_on else None,
                    "closed": closed[0] if closed else None,
                    "parts": _words(parts, offer, year),
                    "after": [phase.name for phase in offer.follows.all()],
                    "admits": [School.Phase(code).label for code in offer.school_phases if code in School.Phase.values],
                }
            )
        return choices


def _words(parts: list[Part], offer: Offer, this_year: int) -> list[str]:
    """What to say of the parts taken in an offer's phase, the school's own in that very year first."""
    of_phase = [part for part in parts if part.phase == offer.phase_id]
    of_phase.sort(key=lambda part: (bool(part.school), part.year != offer.year))
    return [part_words(part, this_year=this_year) for part in of_phase]


def _by_reason(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the school cannot join today, one entry a reason; what it never can is not repeated for each year."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in choices:
        offer, answer = one["offer"], one["answer"]
        if answer.is_open or one["next_year"]:
            continue
        why = (offer.year, offer.opens_on, offer.closes_on) if answer.is_about_dates else tuple(one["admits"])
        if answer is Answer.NEEDS_FIRST:
            why = tuple(one["after"])
        if answer.is_about_parts:
            why = tuple(one["parts"])
        reason = found.setdefault((answer, why), {**one, "titles": []})
        title = str(offer) if answer.is_about_dates else offer.title
        if title not in reason["titles"]:
            reason["titles"].append(title)
    return sorted(found.values(), key=lambda reason: not reason["answer"].is_about_dates)


def _is_before(one: Offer, other: Offer) -> bool:
    """The same phase, a year earlier."""
    return one.phase_id == other.phase_id and one.year < other.year


class CheckStep(ExpressPage):
    """All answers with links to change them; the button sends."""

    name = "check"
    template_name = "programmes/express/check.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The answers as they would be sent."""
        found = super().get_context_data(**kwargs)
        offer = self._offer()
        return {
            "heading": "Check your answers",
            "contact": self.draft.contact,
            "head": self.draft.head,
            "places": [
                {"number": number, "teacher": teacher, "url": self._place_url(number)}
                for number, teacher in self.draft.teachers(offer).items()
            ],
            "message": (self.draft.answer_to(Question("message")) or {}).get("message", ""),
            **found,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send; what closed or changed since is said and asked again."""
        if is_too_often(request, "express", most=30):
            return too_often(request)
        try:
            interest = submit(application=self._application(), by=None, now=clock.now())
        except NotOpen:
            self.draft.forget(Question("programme"))
            messages.error(request, CLOSED_MEANWHILE)
            return redirect(where(self.draft, Question("programme")))
        except TextChanged:
            self.draft.forget(Question("agree"))
            messages.error(request, TEXT_CHANGED)
            return redirect(where(self.draft, Question("agree")))
        self.draft.mark_sent(_shown(interest))
        return redirect("programmes:express-done", self.draft.key)

    def _offer(self) -> Offer:
        if self.offer is None:  # dispatch lets nobody come here without one
            raise Http404
        return self.offer

    def _place_url(self, number: int) -> str:
        return where(self.draft, Question("teachers", number))

    def _application(self) -> Application:
        draft, offer = self.draft, self._offer()
        contact, head, agreed = draft.contact, draft.head, draft.answer_to(Question("agree"))
        return Application(
            reference=draft.data["reference"],
            school=self.school,
            offer=offer,
            contact_name=contact["name"],
            contact_email=contact["email"],
            contact_phone=contact["phone"],
            contact_job=contact["job_title"],
            contact_is_head=contact["is_head"],
            head_name=head["name"],
            head_email=head["email"],
            teachers=tuple(draft.teachers(offer).values()),
            message=(draft.answer_to(Question("message")) or {}).get("message", ""),
            commitments_id=agreed["commitments"],
            privacy_id=agreed["privacy"],
            agreed_at=datetime.fromisoformat(agreed["at"]),
        )


def _shown(interest: Interest) -> dict[str, Any]:
    """What the confirmation shows: nothing but what its own sender typed."""
    return {
        "reference": interest.reference,
        "school": str(interest.school),
        "offer": interest.programme,
        "hub": str(interest.hub),
        "email": interest.contact_email,
        "is_head": interest.contact_is_head,
        "head_name": interest.head_name,
    }


@never_cache
@require_safe
def done(request: HttpRequest, draft: str) -> HttpResponse:
    """The confirmation: the reference and what happens next."""
    found = Draft.find(request.session, draft)
    if found is None or found.sent is None:
        return redirect("programmes:express-start")
    return render(
        request, "programmes/express/done.html", {"heading": "Expression of interest sent", "sent": found.sent}
    )
