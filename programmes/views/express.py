"""The public form: how it starts, and what every page of it has in common."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.keys import row_of
from programmes.actions.drafts import DraftChanged
from programmes.models import AgreementText, FormDraft, Interest, Offer, has_options, naming_day
from programmes.models.same_programme import these_or_versions
from programmes.rules import CHECK, Question, Wanted, question_before
from programmes.views.applicant import own_schools
from programmes.views.contact_links import has_lost_its_link
from programmes.views.draft import Draft, let_open, opened_in, wanted
from programmes.views.express_closed import A_PROGRAMME, Chosen, choose_again
from schools.models import Hub, School

MOST_SCHOOLS = 50
# The name of the button to come back later, of the field that people do not see, and what else nobody typed.
SAVE, TRAP = "save", "website"
NOT_TYPED = frozenset({SAVE, TRAP, "csrfmiddlewaretoken"})

FORGOTTEN = "Your answers are no longer kept here. Please start again; nothing was sent."
LINK_ENDED = "The link that you opened this form with has ended. Get a new one; nothing was sent."
CLOSED = "{} has closed since this form was begun. Nothing was sent for it."
LEFT_TRUST = "{} no longer belongs to the trust that this form was begun for. Nothing was sent for it."
HAS_VERSION = "{} has its own version of {} now. Your answers are kept for it: look at what is agreed to again."
IS_NATIONAL = "{} offers {} as it is nationally again. Your answers are kept: look at what is agreed to again."
LEFT_OUT = "The form goes on for the other schools. What you answered for them is kept: please look at it again."
CHANGED_ELSEWHERE = "These answers were changed in another window or on another device. Please look at them again."


def start(request: HttpRequest) -> HttpResponse:
    """The two ways: telling of an interest, and applying; one's own schools and forms begun here are at hand.

    With a form that is for several schools: which of them it is for. A link in a letter names the school to begin with.
    """
    draft, own = unsent(request), own_schools(request.user)
    if draft is not None and len(own) > 1:
        page = {"heading": "Your schools", "own_schools": own, "draft": draft, "back_url": where(draft, CHECK)}
        return render(request, "programmes/express/schools.html", page)
    invited = row_of(School.objects.public(), request.GET.get("school", ""))
    is_ready = Offer.objects.public().exists() and AgreementText.objects.privacy_on(clock.today()).exists()
    page = {
        "heading": "Express an interest or apply",
        "is_ready": is_ready,
        "own_schools": own if invited is None else [invited],
        "begun": begun_in(request),
    }
    return render(request, "programmes/express/start.html", page)


def begun_in(request: HttpRequest) -> list[Draft]:
    """The forms begun or opened in this browser that can still be gone on with, the latest first."""
    keys = opened_in(request.session)
    if not keys:
        return []
    rows = FormDraft.objects.kept(clock.now()).filter(key__in=keys).select_related("interest").order_by("-saved_at")
    drafts = [Draft(row) for row in rows]
    begun = [draft for draft in drafts if draft.schools and draft.contact and not draft.sent]
    return [draft for draft in begun if not has_lost_its_link(draft.row)]


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force, with its version."""
    text = AgreementText.objects.privacy_on(clock.today()).first()
    return render(request, "programmes/express/privacy.html", {"heading": "Privacy notice", "text": text})


def where(draft: Draft, question: Question) -> str:
    """The address of one page of a form."""
    args: list[str | int] = [draft.key] + ([question.number] if question.number else [])
    return reverse(f"programmes:express-{question.name}", args=args)


def school_url(draft: Draft) -> str:
    """The page on which the form's school is chosen again, or which of a trust's schools it is for."""
    page = "programmes:express-start" if len(draft.schools) > 1 else "programmes:express-school"
    return reverse(page) + f"?draft={draft.key}"


def unsent(request: HttpRequest) -> Draft | None:
    """The form that an address or a page names, while its school can still be chosen."""
    draft = Draft.find(request.session, request.POST.get("draft") or request.GET.get("draft") or "")
    return None if draft is None or draft.sent or draft.row.interest else draft


def why_gone(draft: Draft, schools: Sequence[School]) -> dict[School, str]:
    """Which of a form's schools have closed, or left the trust whose lead chose them, each in words."""
    chosen_of = draft.trusts
    found = {one: LEFT_TRUST for one in schools if one.trust_id != chosen_of.get(one.pk, one.trust_id)}
    found |= {one: CLOSED for one in schools if not one.is_open}
    return {school: words.format(school) for school, words in found.items()}


def start_url(*, is_person: bool) -> str:
    """Where somebody begins who applies for themselves, and who does so for a school."""
    return reverse("programmes:express-person" if is_person else "programmes:express-start")


@method_decorator(never_cache, name="dispatch")
class ExpressPage(TemplateView):
    """A page of one draft: what has to be answered before it comes first, what was sent stays sent."""

    name = ""
    draft: Draft
    schools: list[School]
    pairs: list[tuple[School, Offer]]
    question: Question

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the draft; go where this draft is, if it is not here."""
        draft = Draft.find(request.session, kwargs["draft"])
        if draft is None:
            messages.warning(request, FORGOTTEN)
            return redirect("programmes:express-start")
        if draft.sent:
            return redirect("programmes:express-done", draft.key)
        if has_lost_its_link(draft.row):
            messages.warning(request, LINK_ENDED)
            return redirect("programmes:express-link")
        self.draft = draft
        try:
            return self._open(request, *args, **kwargs)
        except DraftChanged:
            return self._changed_elsewhere(request)

    def _changed_elsewhere(self, request: HttpRequest) -> HttpResponse:
        """Show the page again; what was typed on it is put by, and what the other window said is named beside."""
        fresh, words = Draft.find(request.session, self.draft.key), CHANGED_ELSEWHERE
        if fresh is not None and fresh.sent:  # pressed twice, it was sent once
            return redirect(request.path)
        if fresh is not None and request.method == "POST" and self.question != CHECK:
            words = f"{words} What you typed is kept on its page. {self.said_elsewhere(fresh)}".strip()
            self.draft = fresh
            try:
                self._keep_typed(request)
            except DraftChanged:  # by a third window, or a second click
                return self._changed_elsewhere(request)
        messages.warning(request, words)
        return redirect(request.path)

    def said_elsewhere(self, fresh: Draft) -> str:
        """What the answer to this question is by now, in words; the view's own draft is still the one it read."""
        return ""

    def _open(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.question = Question(self.name, kwargs.get("number", 0))
        found = {school.pk: school for school in School.objects.public().filter(pk__in=self.draft.schools)}
        self.schools = [found[pk] for pk in self.draft.schools if pk in found]
        gone = {} if self.draft.is_change else why_gone(self.draft, self.schools)
        if gone or not self.schools:
            return self._go_on_without(request, gone)
        self.pairs = self._chosen()
        if request.method == "POST":
            let_open(request.session, self.draft.key)
        return self._go_on() or self._put_by(request) or super().dispatch(request, *args, **kwargs)

    def _go_on_without(self, request: HttpRequest, gone: dict[School, str]) -> HttpResponse:
        """Say which schools the form is no longer for; the rest of it is kept."""
        for why in gone.values():
            messages.warning(request, why)
        if self.draft.row.interest:
            return redirect("programmes:express-mine", self.draft.data["token"])
        if len(gone) == len(self.schools):
            return redirect(school_url(self.draft))
        self.draft.leave_out([school.pk for school in gone])
        self.draft.save()
        messages.info(request, LEFT_OUT)
        return redirect(request.path if request.method == "GET" else where(self.draft, CHECK))

    @property
    def school(self) -> School:
        """The school; the first where there are several."""
        return self.schools[0]

    @property
    def joining(self) -> list[School]:
        """Those that something is sent for; all, until it is said what."""
        keys = self.draft.joining
        return [school for school in self.schools if school.pk in keys]

    @property
    def is_for_several(self) -> bool:
        """Whether the form is for several schools, of a trust."""
        return len(self.schools) > 1

    @property
    def hubs(self) -> list[Hub]:
        """The hubs of the schools, each once."""
        return list(dict.fromkeys(one.hub for one in self.schools if one.hub is not None))

    @property
    def enrols(self) -> str:
        """Which offers it is about: those for schools, or for single persons."""
        return Offer.Enrols.PERSONS if self.draft.is_person else Offer.Enrols.SCHOOLS

    @property
    def offers(self) -> list[Offer]:
        """The chosen offers, each once, in their order."""
        return list({offer.pk: offer for _school, offer in self.pairs}.values())

    @property
    def wanted(self) -> list[Wanted]:
        """What the form asks about each of them."""
        return wanted(self.offers)

    def _chosen(self) -> list[tuple[School, Offer]]:
        """What was chosen; all is chosen again where something of it was taken back."""
        pairs = self.draft.pairs
        if not pairs:
            return []
        rows = Offer.objects.all() if self.draft.is_change else Offer.objects.public(self.enrols)
        rows = rows.select_related("phase", "commitments", "hub", "stands_for")
        rows = rows.annotate(has_options=has_options("phase"))
        hubs = {school.hub_id for school in self.schools}
        rows = rows.filter(these_or_versions([offer for _school, offer in pairs], hubs))
        if len(hubs) == 1:  # schools of several hubs may have several days
            rows = rows.annotate(named_by=naming_day("", hubs.pop()))
        offers = {(offer.stands_for_id, offer.hub_id): offer for offer in rows if offer.stands_for_id}
        offers |= {(offer.pk, None): offer for offer in rows}
        schools = {school.pk: school for school in self.schools}
        of_pairs = [(schools[one], (other, schools[one].hub_id)) for one, other in pairs if one in schools]
        found = [(school, key[0], offers.get(key) or offers.get((key[0], None))) for school, key in of_pairs]
        chosen = [(school, offer) for school, _key, offer in found if offer is not None]
        if len(chosen) < len(pairs) and self._is_national_again(pairs):
            return self._chosen()
        if len(chosen) < len(pairs) or not all(self._is_open(offer) for _school, offer in chosen):
            self._choose_again(found)
            return []
        self._keep_versions(pairs, chosen)
        return chosen

    def _is_open(self, offer: Offer) -> bool:
        """Whether it takes applications today; what was sent can be changed after that, too."""
        return self.draft.is_change or offer.takes_applications(clock.today())

    def _choose_again(self, found: Sequence[tuple[School, int, Offer | None]]) -> None:
        """Where something is offered or open no longer it is said, and what else was chosen is ticked.

        What was typed on the page is kept. Whoever is choosing at this moment is told by that page itself.

        :param found: for each school what was chosen (its key), and what that is by now.
        """
        if self.request.method == "POST":
            if self.name == "programme":
                return
            if self.question != CHECK:
                self._keep_typed(self.request)
        names = Offer.objects.in_bulk({key for _school, key, offer in found if offer is None})
        chosen = [
            Chosen(school, str(offer), str(offer.pk), self._is_open(offer))
            if offer
            else Chosen(school, str(names.get(key) or A_PROGRAMME), str(key), is_open=False)
            for school, key, offer in found
        ]
        messages.warning(self.request, choose_again(self.draft, chosen))
        self.draft.save()

    def _is_national_again(self, pairs: Sequence[tuple[int, int]]) -> bool:
        """Where a hub has made its version a draft again, the form goes on with what that stood for."""
        rows, found = Offer.objects.public(self.enrols), dict[int, int]()
        rows = rows.filter(versions__in={offer for _school, offer in pairs}, versions__is_published=False)
        for one in rows.annotate(version=F("versions"), of_hub=F("versions__hub__name")):
            found[one.version] = one.pk  # type: ignore[attr-defined]
            messages.info(self.request, IS_NATIONAL.format(one.of_hub, one))  # type: ignore[attr-defined]
        if found:
            self.draft.answer_programmes([(school, found.get(offer, offer)) for school, offer in pairs])
            self.draft.save()
        return bool(found)

    def _keep_versions(self, pairs: Sequence[tuple[int, int]], chosen: Sequence[tuple[School, Offer]]) -> None:
        """Where a hub has published its own version since, the form goes on with it; its words are agreed to anew."""
        now = [(school.pk, offer.pk) for school, offer in chosen]
        if now == list(pairs):
            return
        self.draft.answer_programmes(now)
        self.draft.save()
        if not self.draft.is_change:
            known = {offer for _school, offer in pairs}
            for offer in dict.fromkeys(offer for _school, offer in chosen if offer.pk not in known):
                messages.info(self.request, HAS_VERSION.format(offer.hub, offer.stands_for or offer))

    def _go_on(self) -> HttpResponse | None:
        """A redirect where something before this page is unanswered or this page is not asked."""
        asked = [*self.draft.questions(self.wanted), CHECK]
        ahead = self.draft.next_question(self.wanted)
        if self.question in asked and asked.index(self.question) <= asked.index(ahead):
            return None
        return redirect(where(self.draft, ahead))

    def _put_by(self, request: HttpRequest) -> HttpResponse | None:
        """To come back later: what is on the page is kept as it is, complete or not."""
        if request.method != "POST" or SAVE not in request.POST or self.question == CHECK:
            return None
        self._keep_typed(request)
        return redirect("programmes:express-save", self.draft.key)

    def _keep_typed(self, request: HttpRequest) -> None:
        typed = {name: values[:MOST_SCHOOLS] for name, values in request.POST.lists() if name not in NOT_TYPED}
        self.draft.put_by(self.question, dict(list(typed.items())[:MOST_SCHOOLS]))
        self.draft.save()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The school, the offers, and the way back."""
        found = super().get_context_data(**kwargs)
        # After: the address's own "draft" is only the id.
        return {
            **found,
            "draft": self.draft,
            "school": self.school,
            "schools": self.schools,
            "own_hubs": self.hubs,
            "offers": self.offers,
            "about": self.about(),
            "back_url": self.back_url(),
        }

    def about(self) -> str:
        """What the line above a question says: the programmes and the school, or how many schools."""
        joining = self.joining
        school = str(joining[0]) if len(joining) == 1 else f"{len(joining)} schools"
        return ", ".join([" and ".join(dict.fromkeys(map(str, self.offers))), school] if self.offers else [school])

    def back_url(self) -> str:
        """The check of all answers where all is answered, else the page before."""
        ahead = self.draft.next_question(self.wanted)
        if ahead == CHECK and self.question != CHECK:
            return where(self.draft, CHECK)
        before = question_before(self.draft.questions(self.wanted), self.question)
        if before:
            return where(self.draft, before)
        return school_url(self.draft)

    def go_on(self) -> HttpResponse:
        """To the first page that is not answered yet."""
        return redirect(where(self.draft, self.draft.next_question(self.wanted)))


def completed_by(draft: Draft) -> Interest | None:
    """The light interest that this form completes."""
    interest = draft.row.interest
    return interest if interest is not None and interest.is_light else None
