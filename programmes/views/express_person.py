"""The public form of people who apply for themselves: school, programme, about you, headteacher, check and send."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from django.views.generic.edit import FormMixin

from hubportal.core import clock
from programmes.actions.interest import Application, NotOpen, TextChanged, submit
from programmes.forms.express import HeadForm
from programmes.forms.express_person import PersonAgreeForm, PersonForm
from programmes.models import AgreementText, Offer
from programmes.rules import Answer
from programmes.views.applicant import own_details, own_schools
from programmes.views.draft_person import PersonDraft
from programmes.views.express import FORGOTTEN, TRAP, SchoolStep
from programmes.views.express_questions import TEXT_CHANGED
from programmes.views.express_send import CLOSED_MEANWHILE, is_school_tried
from programmes.views.throttle import is_too_often, too_often
from schools.models import School
from schools.rules import academic_year

PERSONS = Offer.Enrols.PERSONS


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Which programmes people can apply for themselves, and what one needs for it."""
    today = clock.today()
    open_now = Offer.objects.public(PERSONS).filter(hub=None, opens_on__lte=today, closes_on__gte=today)
    page = {
        "heading": "Apply for yourself",
        "offers": list(open_now.order_by("year", "phase__pathway__position", "phase__position", "code", "pk")),
        "is_ready": Offer.objects.public(PERSONS).exists() and AgreementText.objects.privacy_on(today).exists(),
        "own_schools": own_schools(request.user),
    }
    return render(request, "programmes/express/person_start.html", page)


class PersonSchool(SchoolStep):
    """Find the school that one works at."""

    start_url = "programmes:express-person"

    def chosen(self, request: HttpRequest, school: School) -> HttpResponse:
        """On to its programmes: nothing is kept before one is chosen."""
        return redirect("programmes:express-person-programme", school.pk)


@method_decorator(never_cache, name="dispatch")
class PersonProgramme(TemplateView):
    """Which programmes are open for people of this school, and why others are not."""

    template_name = "programmes/express/person_programme.html"
    school: School

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Of an open school."""
        school = _school(kwargs["school"])
        if school is None:
            return redirect("programmes:express-person-school")
        self.school = school
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin the application for one of those that are open."""
        found = {str(offer.pk): offer for offer, answer in self._answers() if answer.is_open}
        offer = found.get(request.POST.get("offer", ""))
        if offer is None or self.school.hub_id is None:
            return self.render_to_response(self.get_context_data(problem="Choose one of the programmes that are open."))
        PersonDraft.start(request.session, self.school.pk, offer.pk)
        return redirect("programmes:express-person-about", self.school.pk, offer.pk)

    def _answers(self) -> list[tuple[Offer, Answer]]:
        today = clock.today()
        year = academic_year(today)
        offers = Offer.objects.public_for(self.school, (year, year + 1), PERSONS)
        return [(offer, offer.answer_to(self.school, today, ())) for offer in offers]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Open programmes to choose from, the others with the reason."""
        answers = self._answers() if self.school.hub_id else []
        return {
            **super().get_context_data(**kwargs),
            "heading": "Which programme would you like to join?",
            "school": self.school,
            "open_choices": [(offer, answer) for offer, answer in answers if answer.is_open],
            "shut": [(offer, answer) for offer, answer in answers if not answer.is_open],
            "back_url": reverse("programmes:express-person-school"),
        }


@method_decorator(never_cache, name="dispatch")
class PersonPage(FormMixin, TemplateView):  # type: ignore[type-arg] # takes none while it runs
    """A page of one application: what comes before it is answered first, what was sent stays sent."""

    name = ""
    heading, lede = "", ""
    template_name = "programmes/express/question.html"
    school: School
    offer: Offer
    draft: PersonDraft

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the application; go where it is, if it is not here."""
        draft = PersonDraft.find(request.session, kwargs["school"], kwargs["offer"])
        school = _school(kwargs["school"])
        offers = Offer.objects.public(PERSONS).select_related("phase", "commitments")
        offer = offers.filter(pk=kwargs["offer"]).first()
        if draft is None or school is None or offer is None:
            messages.warning(request, FORGOTTEN)
            return redirect("programmes:express-person")
        if "sent" in draft.data:
            return redirect("programmes:express-person-done", school.pk, offer.pk)
        self.draft, self.school, self.offer = draft, school, offer
        if self.name not in draft.pages_until_next:
            return self.go_to(draft.next_page)
        return super().dispatch(request, *args, **kwargs)

    def go_to(self, page: str) -> HttpResponse:
        """To a page of this application."""
        return redirect(self.url_of(page))

    def url_of(self, page: str) -> str:
        """The address of a page of this application."""
        return reverse(f"programmes:express-person-{page}", args=[self.school.pk, self.offer.pk])

    def get_initial(self) -> dict[str, Any]:
        """What was answered before."""
        return self.draft.answer_to(self.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The school, the offer, and the way back."""
        found: dict[str, Any] = {"heading": self.heading, "lede": self.lede, "about": f"{self.offer}, {self.school}"}
        found |= {"school": self.school, "offer": self.offer}
        # After: the address's own "school" and "offer" are only their keys.
        return {**super().get_context_data(**kwargs), **found, "draft": self.draft, "back_url": self.back_url()}

    def back_url(self) -> str:
        """The check of all answers where all is answered, else the page before."""
        if self.draft.next_page == "check" and self.name != "check":
            return self.url_of("check")
        if self.name == "about":
            return reverse("programmes:express-person-programme", args=[self.school.pk])
        return self.url_of("about" if self.name == "head" or self.draft.person.get("is_head") else "head")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answer or say what is wrong."""
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep and go on."""
        self.draft.answer(self.name, form.cleaned_data)
        return self.go_to(self.draft.next_page)


class PersonAbout(PersonPage):
    """Who applies."""

    name, heading = "about", "About you"
    form_class = PersonForm

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Whom it is for."""
        return self.offer.eligibility

    def get_initial(self) -> dict[str, Any]:
        """What the portal knows of school staff who are signed in, unless something was answered."""
        return super().get_initial() or own_details(self.request.user, self.school)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whether the number is asked for is the offer's."""
        return {**super().get_form_kwargs(), "offer": self.offer}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the field that people do not see."""
        return {"has_trap": True, **super().get_context_data(**kwargs)}

    def form_valid(self, form: Form) -> HttpResponse:
        """Remember who filled in what nobody sees."""
        self.draft.data["is_trapped"] = bool(self.request.POST.get(TRAP))
        return super().form_valid(form)


class PersonHead(PersonPage):
    """The headteacher of whoever applies."""

    name, heading = "head", "Your headteacher"
    form_class = HeadForm

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Whether they are asked or told."""
        if self.offer.only_tells_head:
            return "We tell the headteacher by e-mail that you have applied. They need not do anything."
        return "We ask the headteacher by e-mail to confirm that you may take part."

    def get_initial(self) -> dict[str, Any]:
        """The name that the national register of schools has, unless another was given."""
        return super().get_initial() or {"name": self.school.head_name}

    def get_form(self, form_class: Any = None) -> Any:
        """What they get is the offer's."""
        form = super().get_form(form_class)
        if self.offer.only_tells_head:
            form.fields["email"].help_text = "If you can, use their address at the school."
        return form

    def get_form_kwargs(self) -> dict[str, Any]:
        """The applicant's address is taken; the headteacher's own is not."""
        person = self.draft.person
        return {**super().get_form_kwargs(), "owners": {person["email"].lower(): person["name"]}}


class PersonCheck(PersonPage):
    """All answers with links to change them, and what is agreed; the button sends."""

    name, heading = "check", "Check your answers and send"
    form_class = PersonAgreeForm
    template_name = "programmes/express/person_check.html"

    def _texts(self) -> str:
        """Which texts are in force, as the page names them."""
        self.privacy = AgreementText.objects.privacy_on(clock.today()).first()
        return f"{self.offer.commitments_id}-{self.privacy.pk if self.privacy else ''}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The answers as they would be sent, and the texts."""
        texts = self._texts()
        return {**super().get_context_data(**kwargs), "texts": texts, "privacy": self.privacy}

    def form_valid(self, form: Form) -> HttpResponse:
        """Send; what closed or changed since is said."""
        if is_too_often(self.request, "express", most=30):
            return too_often(self.request)
        if self.draft.data.get("is_trapped"):
            # It reads the ordinary confirmation; nothing is kept, and nobody is written to.
            return self._sent(self.draft.data["reference"])
        if self.request.POST.get("texts") != self._texts() or self.privacy is None:
            messages.warning(self.request, TEXT_CHANGED)
            return self.go_to("check")
        # What is not kept does not count: nobody locks a school out with it.
        if is_school_tried(self.school):
            return too_often(self.request)
        try:
            sent = submit(application=self._application(form.cleaned_data["message"]), by=None, now=clock.now())
        except NotOpen:
            messages.error(self.request, CLOSED_MEANWHILE)
            return redirect("programmes:express-person-programme", self.school.pk)
        except TextChanged:
            messages.warning(self.request, TEXT_CHANGED)
            return self.go_to("check")
        return self._sent(sent.reference)

    def _sent(self, reference: str) -> HttpResponse:
        """On to the confirmation, with what it shows."""
        person = self.draft.person
        self.draft.mark_sent(
            {
                "reference": reference,
                "email": person["email"],
                "head_name": self.draft.head["name"],
                "school": str(self.school),
                "offer": str(self.offer),
                "hub": str(self.school.hub),
                "is_head": person["is_head"],
                "only_tells": self.offer.only_tells_head,
            }
        )
        return self.go_to("done")

    def _application(self, message: str) -> Application:
        person, head = self.draft.person, self.draft.head
        return Application(
            reference=self.draft.data["reference"],
            school=self.school,
            offer=self.offer,
            contact_name=person["name"],
            contact_email=person["email"],
            contact_phone=person["phone"],
            contact_job=person["job_title"],
            contact_is_head=person["is_head"],
            head_name=head["name"],
            head_email=head["email"],
            teachers=(),
            message=message,
            commitments_id=self.offer.commitments_id,
            privacy_id=self.privacy.pk if self.privacy else 0,
            agreed_at=clock.now(),
            trn=person.get("trn", ""),
        )


@never_cache
@require_safe
def done(request: HttpRequest, school: int, offer: int) -> HttpResponse:
    """The confirmation: the reference and what happens next."""
    draft = PersonDraft.find(request.session, school, offer)
    if draft is None or "sent" not in draft.data:
        return redirect("programmes:express-person")
    page = {"heading": "Application sent", "sent": draft.data["sent"]}
    return render(request, "programmes/express/person_done.html", page)


def _school(pk: int) -> School | None:
    return School.objects.public().open().filter(pk=pk).first()
