"""What a school has agreed to, with every version of it; and a headteacher's word, given in the portal."""

from typing import Any

from django.forms import BaseForm

from hubportal.core import clock
from hubportal.core.views import PortalDetail, StepForm
from programmes.actions import agreements as actions
from programmes.actions.answers import answer_so_far
from programmes.forms.agreeing import YES, AgreeForm, HeadAnswerForm
from programmes.models import AgreementText, Enrolment, Interest, receipts_of
from programmes.models.agreements import agreed_text, confirmed_for, with_agreed
from programmes.views.express_links import AGAIN, SINCE, asks_to_confirm, in_words
from programmes.views.interest import READERS
from schools.roles import HEADTEACHER

HEAD_ONLY = "Only the headteacher of the school can do this. Ask your hub if you are the headteacher."


def _versions(text: AgreementText) -> list[AgreementText]:
    """All versions of a text, the newest first."""
    return list(AgreementText.objects.filter(code=text.code).order_by("-published_on", "-pk"))


class EnrolmentCommitments(PortalDetail):
    """What the school agreed to for its year in an offer: the words, by whom, when; to print."""

    model = Enrolment
    template_name = "programmes/commitments.html"

    def prepare(self, rows: Any) -> Any:
        """With all that was said."""
        return with_agreed(rows.for_list())

    def get_heading(self) -> str:
        """Whose, in what."""
        return f"What {self.object.school} agreed to"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The text in its own words, who agreed, and the other versions."""
        enrolment = self.object
        text = agreed_text(enrolment)
        user = self.request.user
        return super().get_context_data(
            text=text,
            interest=enrolment.interest,
            agreements=list(enrolment.agreements.all()),
            confirmations=confirmed_for(enrolment),
            is_agreed=bool(enrolment.interest or enrolment.agreements.all()),
            is_asked=actions.is_head_of(user, enrolment.school_id, clock.today()) and actions.is_asked(enrolment, user),
            versions=_versions(text),
            programme=str(enrolment.offer),
            offer=enrolment.offer,
            **receipts_of(enrolment.interest),
            **kwargs,
        )


class InterestCommitments(PortalDetail):
    """The same for an application that is not decided, or led to nothing."""

    model = Interest
    roles = READERS
    template_name = "programmes/commitments.html"

    def prepare(self, rows: Any) -> Any:
        """With its text."""
        return rows.for_list().select_related("commitments")

    def get_heading(self) -> str:
        """Whose."""
        return f"What {self.object.school} agreed to"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The text in its own words and who agreed; of an interest alone there is none."""
        interest = self.object
        text = interest.commitments
        return super().get_context_data(
            text=text,
            interest=interest,
            agreements=[],
            is_agreed=text is not None,
            is_asked=False,
            versions=_versions(text) if text else [],
            programme=interest.programme,
            offer=interest.offer,
            **receipts_of(interest),
            **kwargs,
        )


class HeadStep(StepForm):
    """A step of the school's headteacher."""

    roles = (HEADTEACHER,)
    failures = (actions.CannotAgree,)

    def why_not(self) -> str:
        """Of this very school, today."""
        is_head = actions.is_head_of(self.request.user, self.record.school_id, clock.today())
        return "" if is_head else HEAD_ONLY


class InterestConfirm(HeadStep):
    """The headteacher answers for an application without the link in the e-mail."""

    model, form_class = Interest, HeadAnswerForm
    template_name = "programmes/interest_confirm.html"
    submit_label = "Send the answer"
    changes_what_stands = True
    record: Interest

    def prepare(self, rows: Any) -> Any:
        """With what the school agrees to, and who takes part."""
        return rows.for_link().prefetch_related("teachers")

    def get_heading(self) -> str:
        """What it is about."""
        return asks_to_confirm(self.record, [self.record])

    def get_form_kwargs(self) -> dict[str, Any]:
        """Of whom, where somebody applied for themselves."""
        return {**super().get_form_kwargs(), "person": self.record.contact_name if self.record.for_person else ""}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """What was answered so far, here, by the link or entered by the hub."""
        return {"answer": answer_so_far(self.record)}

    def how_far(self) -> str:
        """The answer may be given however far the application is."""
        return ""

    def changed_since(self, form: BaseForm) -> str:
        """What was answered, by whom and when."""
        return SINCE.format(in_words(self.record)) + (AGAIN if actions.is_to_confirm(self.record) else "")

    def act(self, form: HeadAnswerForm) -> None:
        """Keep the answer."""
        given = form.cleaned_data
        takes_part = given["answer"] == YES
        who = self.record.contact_name if self.record.for_person else "the school"
        next_step = "Your hub decides next." if self.record.is_undecided else "There is nothing more to do."
        self.done = f"Confirmed. {next_step}" if takes_part else f"Your hub knows that {who} does not take part."
        actions.answer_as_head(
            interest=self.record, takes_part=takes_part, reason=given["reason"], by=self.request.user, now=clock.now()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is settled has no form."""
        return super().get_context_data(is_open=actions.is_to_confirm(self.record), **kwargs)


class EnrolmentAgree(HeadStep):
    """The headteacher agrees to a school's year: where nobody has yet, or as one who came later."""

    model, form_class = Enrolment, AgreeForm
    template_name = "programmes/enrolment_agree.html"
    submit_label, done = "Agree", "Thank you. What the school agreed to stays on this page."
    record: Enrolment

    def prepare(self, rows: Any) -> Any:
        """With all that was said."""
        return with_agreed(rows.for_list())

    def get_heading(self) -> str:
        """What it is about."""
        return f"Agree to {self.record.offer}"

    def get_initial(self) -> dict[str, Any]:
        """The version on the page."""
        return {"text": agreed_text(self.record).pk}

    def act(self, form: AgreeForm) -> None:
        """Agree."""
        actions.agree(enrolment=self.record, text_id=form.cleaned_data["text"], by=self.request.user, now=clock.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The words, and who agreed before."""
        interest = self.record.interest
        before = [interest.head_name] if interest and interest.head_confirmed_at else []
        return super().get_context_data(
            text=agreed_text(self.record),
            before=[*before, *(one.name for one in self.record.agreements.all())],
            is_open=actions.is_asked(self.record, self.request.user),
            **kwargs,
        )

    def get_success_url(self) -> str:
        """What was agreed."""
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        """The same."""
        return f"{self.record.get_absolute_url()}commitments/"
