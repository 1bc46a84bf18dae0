"""The public form: the questions about people, the message and the texts to agree."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic.edit import FormMixin

from hubportal.core import clock
from programmes.forms import express as forms
from programmes.models import AgreementText, Offer
from programmes.rules import CONTACT, HEAD, LATER
from programmes.views.applicant import own_details
from programmes.views.express import TEXT_CHANGED, ExpressPage

ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class QuestionStep(FormMixin, ExpressPage):  # type: ignore[type-arg] # takes none while it runs
    """A page that asks: keeps the answer and goes on, or shows what is wrong beside what was typed."""

    template_name = "programmes/express/question.html"
    heading = ""
    lede = ""

    def get_heading(self) -> str:
        """What the page asks."""
        return self.heading

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The question."""
        return {"heading": self.get_heading(), "lede": self.lede, **super().get_context_data(**kwargs)}

    def get_initial(self) -> dict[str, Any]:
        """What was answered before."""
        return self.draft.answer_to(self.question) or {}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answer or say what is wrong."""
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep and go on."""
        self.keep(form.cleaned_data)
        return self.go_on()

    def keep(self, answer: dict[str, Any]) -> None:
        """Into the draft."""
        self.draft.answer(self.question, answer)

    @property
    def chosen_offer(self) -> Offer:
        """The offer: no question comes before it."""
        if self.offer is None:
            raise Http404
        return self.offer


class ContactStep(QuestionStep):
    """Who fills it in."""

    name = "contact"
    form_class = forms.ContactForm
    heading = "About you"
    lede = "Your hub writes to you about this expression of interest."

    def get_initial(self) -> dict[str, Any]:
        """What the portal knows of school staff who are signed in, unless something was answered."""
        return super().get_initial() or own_details(self.request.user, self.school)

    def keep(self, answer: dict[str, Any]) -> None:
        """A headteacher who applies needs no second mention."""
        self.draft.answer_contact(answer)


class HeadStep(QuestionStep):
    """The headteacher."""

    name = "head"
    form_class = forms.HeadForm
    heading = "Your headteacher"
    lede = "We ask the headteacher by e-mail to confirm that the school would like to take part."

    def get_initial(self) -> dict[str, Any]:
        """The name that the national register of schools has, unless another was given."""
        return super().get_initial() or {"name": self.school.head_name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The contact's address is taken; the headteacher's own is not."""
        contact = self.draft.contact
        return {**super().get_form_kwargs(), "owners": {contact["email"].lower(): contact["name"]}}


class AboutPlace(QuestionStep):
    """A page about one of the teachers' places."""

    def which(self, words: str) -> str:
        """The heading: which of the places, in the offer's own words."""
        offer, number = self.chosen_offer, self.question.number
        nth = ORDINALS[number] if number < len(ORDINALS) else f"{number}th"
        label = offer.teacher_label
        return words.format(which=label if offer.teachers_per_school == 1 else f"{nth} {label}")

    def keep(self, answer: dict[str, Any]) -> None:
        """What follows from it is asked again."""
        self.draft.answer_place(self.question, answer)


class PlaceStep(AboutPlace):
    """Who takes one of the teachers' places."""

    name = "teachers"
    form_class = forms.PlaceForm

    def get_heading(self) -> str:
        """The question."""
        return self.which("Who will be your {which}?")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Those named so far to choose from; the contact and the headteacher take one place each."""
        places = self.draft.places(self.chosen_offer)
        elsewhere = {how for number, how in places.items() if number != self.question.number}
        head_name = "" if self.draft.contact.get("is_head") else self.draft.head["name"]
        choices = forms.place_choices(contact_name=self.draft.contact["name"], head_name=head_name)
        return {
            **super().get_form_kwargs(),
            "label": self.get_heading(),
            "role": self.chosen_offer.lead_role_label if self.chosen_offer.needs_lead_role else "",
            "choices": choices,
            "taken": elsewhere & {CONTACT, HEAD},
        }


class TeacherStep(AboutPlace):
    """A teacher who was not named yet."""

    name = "teacher"
    form_class = forms.TeacherForm

    def get_heading(self) -> str:
        """Whose details."""
        return self.which("Your {which}")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The people who already have a place."""
        teachers = self.draft.teachers(self.chosen_offer).items()
        others = {(one.name.lower(), one.email.lower()) for number, one in teachers if number != self.question.number}
        return {**super().get_form_kwargs(), "others": frozenset(others - {("", "")}), "owners": self.draft.owners}


class LeadRoleStep(QuestionStep):
    """Which of the teachers hold a role of the kind that the offer asks for."""

    name = "lead-role"
    form_class = forms.LeadRoleForm

    def get_heading(self) -> str:
        """The offer's own words."""
        return f"Who is {self._role()}?"

    def _role(self) -> str:
        return forms.in_sentence(self.chosen_offer.lead_role_label) or "in a leading role"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Everybody with a place, and places that are held."""
        offer = self.chosen_offer
        later = f"The {offer.teacher_label} whom we name later"
        places, teachers = self.draft.places(offer), self.draft.teachers(offer)
        choices = [(str(n), later if how == LATER else teachers[n].name) for n, how in places.items()]
        return {**super().get_form_kwargs(), "label": self.get_heading(), "role": self._role(), "choices": choices}


class MessageStep(QuestionStep):
    """Anything else."""

    name = "message"
    form_class = forms.MessageForm
    heading = "Anything else"


class AgreeStep(QuestionStep):
    """The commitments and the privacy notice in force, both to be agreed; their versions are kept."""

    name = "agree"
    form_class = forms.AgreeForm
    template_name = "programmes/express/agree.html"
    heading = "What your school agrees to"
    privacy: AgreementText

    def get_initial(self) -> dict[str, Any]:
        """Ticked where these very texts were agreed before."""
        agreed = self.draft.answer_to(self.question)
        is_same = agreed is not None and (agreed["commitments"], agreed["privacy"]) == self._in_force()
        return {"commitments": is_same, "privacy": is_same}

    def _in_force(self) -> tuple[int, int]:
        """The versions that count now.

        :raises Http404: where no privacy notice has been published: nothing can be taken without one.
        """
        privacy = AgreementText.objects.privacy_on(clock.today()).first()
        if privacy is None:
            raise Http404("There is no privacy notice yet.")
        self.privacy = privacy
        return self.chosen_offer.commitments_id, privacy.pk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The texts, with which versions they are."""
        commitments, privacy = self._in_force()
        found = super().get_context_data(**kwargs)
        return {"texts": f"{commitments}-{privacy}", "privacy": self.privacy, **found}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only what was shown can be agreed to."""
        commitments, privacy = self._in_force()
        if request.POST.get("texts") != f"{commitments}-{privacy}":
            messages.warning(request, TEXT_CHANGED)
            return self.go_on()
        return super().post(request, *args, **kwargs)

    def keep(self, answer: dict[str, Any]) -> None:
        """Which versions, when."""
        commitments, privacy = self._in_force()
        at = clock.now().isoformat()
        self.draft.answer(self.question, {"commitments": commitments, "privacy": privacy, "at": at})
