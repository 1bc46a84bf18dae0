"""The public form: the questions about people, the message and the texts to agree."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.generic.edit import FormMixin

from hubportal.core import clock
from hubportal.core.templatetags.portal import by_day
from programmes.forms import express as forms
from programmes.forms.express_person import PersonForm, trn_asked
from programmes.forms.options import PERSONS_QUESTION, QUESTION, SEVERALS_QUESTION, WayForm, choices_of
from programmes.models import AgreementText, Offer
from programmes.rules import AS, LATER, OTHER, places_of
from programmes.views.applicant import own_details
from programmes.views.draft import Draft
from programmes.views.express import TRAP, ExpressPage
from programmes.views.express_versions import schools_apart, texts_of
from schools.models import School
from schools.rules import email_domain_of, listed

TEXT_CHANGED = "The text has changed since you read it. Please read it again; nothing was sent yet."
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """``first``, ``second``, …"""
    return ORDINALS[number] if number < len(ORDINALS) else f"{number}th"


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
        """What was answered before, or put by as it was typed."""
        begun = self.draft.begun(self.question)
        if begun is not None:
            return {name: values[0] if len(values) == 1 else values for name, values in begun.items()}
        return self.draft.answer_to(self.question) or {}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answer or say what is wrong."""
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep and go on."""
        self.keep(form.cleaned_data)
        return self.go_on()

    def form_invalid(self, form: Form) -> HttpResponse:
        """What was typed is kept, and is no answer: the page is asked again until it is right."""
        self._keep_typed(self.request)
        return super().form_invalid(form)

    def said_elsewhere(self, fresh: Draft) -> str:
        """The answers that are other than what was typed here."""
        others = forms.said_otherwise(self.get_form(), fresh.answer_to(self.question) or {})
        return f"In the other window it was {'; '.join(others)}." if others else ""

    def keep(self, answer: dict[str, Any]) -> None:
        """Into the draft."""
        self.draft.answer(self.question, answer)
        self.draft.save()


class ContactStep(QuestionStep):
    """Who fills it in."""

    name = "contact"
    form_class = forms.ContactForm
    heading = "About you"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What it is for; whom the programmes are for that somebody takes part in themselves."""
        if self.draft.is_person:
            return " ".join(dict.fromkeys(one.eligibility for one in self.offers if one.eligibility))
        return f"Your hub{'s write' if len(self.hubs) > 1 else ' writes'} to you about what you send."

    def get_form_class(self) -> type[forms.ContactForm]:
        """Whoever applies for themselves may be asked for more."""
        return PersonForm if self.draft.is_person else forms.ContactForm

    def get_initial(self) -> dict[str, Any]:
        """Unless something was answered, what the portal knows of who is signed in; the address that a link went to."""
        found, sent_to = super().get_initial() or own_details(self.request.user, self.school), self.draft.row.email
        return {**found, "email": sent_to} if sent_to and not found.get("email") else found

    def get_form_kwargs(self) -> dict[str, Any]:
        """What else people are asked who apply for themselves; where addresses are likely to be."""
        domains = [email_domain_of(school.website) for school in self.schools]
        about = {"trn": trn_asked(self.offers)} if self.draft.is_person else {"is_for_several": self.is_for_several}
        return {**super().get_form_kwargs(), **about, "domains": domains, "is_light": self.draft.is_light}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With a field that people do not see."""
        return {"has_trap": self._may_be_a_program, **super().get_context_data(**kwargs)}

    @property
    def _may_be_a_program(self) -> bool:
        """Not where somebody is signed in, or came by a link from an e-mail: what they change is not lost to a trap."""
        return self.draft.row.interest is None and not self.request.user.is_authenticated

    def keep(self, answer: dict[str, Any]) -> None:
        """A headteacher who applies needs no second mention. Programs that fill in every field are remembered."""
        self.draft.data["is_trapped"] = self._may_be_a_program and bool(self.request.POST.get(TRAP))
        self.draft.answer_contact(answer)
        self.draft.save()


class HeadStep(QuestionStep):
    """The headteacher."""

    name = "head"
    form_class = forms.HeadForm

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Whether they are asked, and what, or only told."""
        if not self.draft.is_person:
            return "We ask the headteacher by e-mail to confirm that the school would like to take part."
        if self._is_only_told:
            return "We tell the headteacher by e-mail that you have applied. They need not do anything."
        return "We ask the headteacher by e-mail to confirm that you may take part."

    @property
    def _is_only_told(self) -> bool:
        return all(offer.only_tells_head for offer in self.offers)

    @property
    def about_school(self) -> School:
        """Whose headteacher.

        :raises Http404: of more schools than were chosen.
        """
        number = max(self.question.number, 1)
        if number > len(self.schools):
            raise Http404
        return self.schools[number - 1]

    def get_heading(self) -> str:
        """Whose headteacher."""
        return "Your headteacher" if len(self.schools) == 1 else f"The headteacher of {self.about_school}"

    def get_initial(self) -> dict[str, Any]:
        """The name that the national register of schools has, unless another was given."""
        return super().get_initial() or {"name": self.about_school.head_name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The contact's address is taken; the headteacher's own is not."""
        contact = self.draft.contact
        # The contact of several schools works at one of them at most.
        known = contact["email"].lower().rpartition("@")[2] if len(self.schools) == 1 else ""
        domains = [email_domain_of(self.about_school.website), known]
        owners = {contact["email"].lower(): contact["name"]}
        heads = self.draft.heads_beside(self.question.number)
        about = {"owners": owners, "heads": heads, "domains": domains, "is_only_told": self._is_only_told}
        return {**super().get_form_kwargs(), **about}


class AboutPlace(QuestionStep):
    """A page about one of the teachers' places of one programme."""

    @property
    def place(self) -> tuple[Offer, range]:
        """The programme that the place is in, and the numbers of all its places.

        :raises Http404: of a place that none of them has.
        """
        offers = self.offers
        for offer, numbers in zip(offers, places_of(self.wanted), strict=True):
            if self.question.number in numbers:
                return offer, numbers
        raise Http404

    def which(self, words: str) -> str:
        """The heading: which of the places, in the offer's own words; of several programmes which one."""
        offer, numbers = self.place
        label = offer.teacher_label
        nth = ordinal(self.question.number - numbers.start + 1)
        of_which = f" for {offer.title}" if len(self.offers) > 1 else ""
        return words.format(which=(label if offer.teachers_per_school == 1 else f"{nth} {label}") + of_which)

    def elsewhere(self) -> dict[int, str]:
        """How the other places of the same programme are filled."""
        _offer, numbers = self.place
        places = self.draft.places(self.wanted).items()
        return {number: how for number, how in places if number in numbers and number != self.question.number}

    def keep(self, answer: dict[str, Any]) -> None:
        """What follows from it is asked again."""
        self.draft.answer_place(self.question, answer)
        self.draft.save()


class PlaceStep(AboutPlace):
    """Who takes one of the teachers' places."""

    name = "teachers"
    form_class = forms.PlaceForm

    def get_heading(self) -> str:
        """The question."""
        return self.which("Who will be your {which}?")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Those named so far to choose from; each takes one place of a programme."""
        offer, _numbers = self.place
        head_name = "" if self.draft.contact.get("is_head") else self.draft.head["name"]
        choices = forms.place_choices(
            contact_name=self.draft.contact["name"], head_name=head_name, before=self._named_before()
        )
        return {
            **super().get_form_kwargs(),
            "label": self.get_heading(),
            "named": by_day(getattr(offer, "named_by", None)),
            "role": offer.lead_role_label if offer.needs_lead_role else "",
            "choices": choices,
            "taken": set(self.elsewhere().values()) - {OTHER, LATER},
        }

    def _named_before(self) -> list[tuple[str, str]]:
        """Other teachers who were named for a programme before this one."""
        _offer, numbers = self.place
        before = {at: how for at, how in self.draft.places(self.wanted).items() if at < numbers.start and how == OTHER}
        return [(f"{AS}{at}", self.draft.teacher(at, how).name) for at, how in before.items()]


class TeacherStep(AboutPlace):
    """A teacher who was not named yet."""

    name = "teacher"
    form_class = forms.TeacherForm

    def get_heading(self) -> str:
        """Whose details."""
        return self.which("Your {which}")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The people who already have a place."""
        teachers = [self.draft.teacher(number, how) for number, how in self.elsewhere().items()]
        others = {(one.name.lower(), one.email.lower()) for one in teachers}
        domains = [email_domain_of(self.school.website), *self.draft.domains]
        # Of two teachers too it is asked whether they share an address; the contact and the head are named first.
        owners = {one.email.lower(): one.name for one in teachers if one.email} | self.draft.owners
        about = {"others": frozenset(others - {("", "")}), "owners": owners, "domains": domains}
        return {**super().get_form_kwargs(), **about}


class AboutProgramme(QuestionStep):
    """A page about one of the programmes."""

    @property
    def programme(self) -> tuple[Offer, range]:
        """The programme, and the numbers of its places.

        :raises Http404: of more programmes than were chosen.
        """
        at, offers = max(self.question.number, 1), self.offers
        if at > len(offers):
            raise Http404
        return offers[at - 1], places_of(self.wanted)[at - 1]


class LeadRoleStep(AboutProgramme):
    """Which of the teachers of one programme hold a role of the kind that the offer asks for."""

    name = "lead-role"
    form_class = forms.LeadRoleForm

    def get_heading(self) -> str:
        """The offer's own words."""
        return f"Who is {self._role()}?"

    def _role(self) -> str:
        return forms.in_sentence(self.programme[0].lead_role_label) or "in a leading role"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Everybody with a place, and places that are held."""
        offer, numbers = self.programme
        later = f"The {offer.teacher_label} whom we name later"
        places, teachers = self.draft.places(self.wanted), self.draft.teachers(self.wanted)
        choices = [(str(n), later if places[n] == LATER else teachers[n].name) for n in numbers if n in places]
        return {**super().get_form_kwargs(), "label": self.get_heading(), "role": self._role(), "choices": choices}


class OptionStep(AboutProgramme):
    """In which way one programme is done."""

    name = "option"
    form_class = WayForm

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Of a programme that hubs have versions of: for whom it is asked."""
        whose = schools_apart(self.programme[0], self.pairs)
        return f"For {listed(whose)}." if whose else ""

    def get_heading(self) -> str:
        """The question; of several programmes which one."""
        question = PERSONS_QUESTION if self.draft.is_person else SEVERALS_QUESTION if self.is_for_several else QUESTION
        return f"{question[:-1]} in {self.programme[0].title}?" if len(self.offers) > 1 else question

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the phase offers."""
        choices = choices_of(self.programme[0].phase)
        return {**super().get_form_kwargs(), "choices": choices, "label": escape(self.get_heading())}


class MessageStep(QuestionStep):
    """Anything else."""

    name = "message"
    form_class = forms.MessageForm
    heading = "Anything else"

    def get_form_kwargs(self) -> dict[str, Any]:
        """For example what."""
        return {**super().get_form_kwargs(), "is_person": self.draft.is_person, "hubs": len(self.hubs)}


class AgreeStep(QuestionStep):
    """The commitments of each programme and the privacy notice in force, all to be agreed; their versions are kept."""

    name = "agree"
    form_class = forms.AgreeForm
    template_name = "programmes/express/agree.html"
    privacy: AgreementText

    def get_heading(self) -> str:
        """Who tells of an interest agrees to nothing."""
        if self.draft.is_light:
            return "How we use what you tell us"
        whose = f"your school{'s agree' if self.is_for_several else ' agrees'}"
        return f"What {'you agree' if self.draft.is_person else whose} to"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Commitments only of programmes that are applied for."""
        about = {"has_commitments": not self.draft.is_light, "is_person": self.draft.is_person}
        return {**super().get_form_kwargs(), **about, "is_for_several": self.is_for_several}

    def get_initial(self) -> dict[str, Any]:
        """Ticked where these very texts were agreed before, or ticked and put by."""
        begun = self.draft.begun(self.question)
        if begun is not None:
            return super().get_initial() if begun.get("texts") == [self._texts()] else {}
        agreed = self.draft.answer_to(self.question)
        is_same = agreed is not None and (agreed["commitments"], agreed["privacy"]) == self._in_force()
        return {"commitments": is_same, "privacy": is_same}

    def _in_force(self) -> tuple[dict[str, int], int]:
        """The versions that count now: of the commitments by offer.

        :raises Http404: where no privacy notice has been published: nothing can be taken without one.
        """
        privacy = AgreementText.objects.privacy_on(clock.today()).first()
        if privacy is None:
            raise Http404("There is no privacy notice yet.")
        self.privacy = privacy
        return {str(offer.pk): offer.commitments_id for offer in self.offers}, privacy.pk

    def _texts(self) -> str:
        commitments, privacy = self._in_force()
        return "-".join(map(str, [*commitments.values(), privacy]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The texts, with which versions they are."""
        texts = self._texts()
        found = super().get_context_data(**kwargs)
        return {"texts": texts, "agreed": texts_of(self.pairs), "privacy": self.privacy, **found}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only what was shown can be agreed to."""
        if request.POST.get("texts") != self._texts():
            messages.warning(request, TEXT_CHANGED)
            return self.go_on()
        return super().post(request, *args, **kwargs)

    def keep(self, answer: dict[str, Any]) -> None:
        """Which versions, when."""
        commitments, privacy = self._in_force()
        at = clock.now().isoformat()
        self.draft.answer(self.question, {"commitments": commitments, "privacy": privacy, "at": at})
        self.draft.save()
