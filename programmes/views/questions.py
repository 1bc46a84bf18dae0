"""The thread of questions with a school: the hub asks, the school answers, by a link or signed in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hubportal.core import clock
from hubportal.core.views import StepForm
from programmes.actions import questions
from programmes.forms.questions import AnswerForm, QuestionForm, SignedAnswerForm
from programmes.models import Interest, InterestMessage
from programmes.notices.links import is_for_contact, read_question_token
from programmes.views.interest import OTHER_HUB
from programmes.views.throttle import is_too_often, too_often
from schools.roles import HUB_STAFF, SCHOOL_STAFF

NOT_ASKED = "Your hub has asked nothing about this."


class ThreadStep(StepForm):
    """A form under what was said so far."""

    model = Interest
    template_name = "programmes/question_step.html"
    failures = (questions.CannotWrite,)
    record: Interest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody writes where nothing is taken any more."""
        if not self.record.takes_questions:
            messages.error(request, questions.CLOSED.format(self.record.noun))
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Both sides."""
        thread = InterestMessage.objects.visible_to(self.request.user).of(self.record)
        return super().get_context_data(thread=thread, **kwargs)


class InterestQuestion(ThreadStep):
    """Ask the school."""

    form_class = QuestionForm
    roles = HUB_STAFF
    submit_label = "Ask the school"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who gets it."""
        record = self.record
        if not record.contact_email:
            return f"Your question is kept here. {self._by_other_means}"
        return f"{record.contact_name} gets your question by e-mail, at {record.contact_email}."

    @property
    def lede(self) -> str:  # type: ignore[override]
        """That nobody gets it by e-mail, where there is no address."""
        return "" if self.record.contact_email else self._by_other_means

    @property
    def _by_other_means(self) -> str:
        name, phone = self.record.contact_name, self.record.contact_phone
        return f"{name} has no e-mail address, so nobody is written to. " + (
            f"Ask by telephone: {phone}." if phone else "There is no telephone number either: ask at the school."
        )

    def why_not(self) -> str:
        """Staff of the hub that it came to."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get_heading(self) -> str:
        """Whom."""
        return f"Ask {self.record.school}"

    def act(self, form: QuestionForm) -> None:
        """Ask."""
        questions.ask(interest=self.record, text=form.cleaned_data["text"], by=self.request.user, now=clock.now())


class InterestAnswer(ThreadStep):
    """Answer for the school, signed in."""

    form_class = AnswerForm
    roles = SCHOOL_STAFF
    submit_label, done = "Send the answer", "Sent. Your hub is told."

    def why_not(self) -> str:
        """For the school that is asked, where it is."""
        scope, school = self.request.user.scope, self.record.school
        is_own = school.pk in scope.school_staff_ids or school.trust_id in scope.trust_ids
        return "" if is_own and self.record.question else NOT_ASKED

    def get_heading(self) -> str:
        """Whose question."""
        return f"Answer {self.record.hub or 'your hub'}"

    def act(self, form: AnswerForm) -> None:
        """Answer."""
        by = self.request.user
        questions.answer(
            interest=self.record, text=form.cleaned_data["text"], name=by.person.name, by=by, now=clock.now()
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the contact's link: what was said, and a box for the answer; opening it changes nothing."""
    carried = read_question_token(token)
    interest = Interest.objects.for_link().filter(pk=carried[0]).first() if carried else None
    is_theirs = interest is not None and carried is not None and is_for_contact(interest, carried[1])
    if interest is None or not is_theirs or questions.has_link_ended(interest, clock.now()):
        return render(
            request, "programmes/express/head_broken.html", {"heading": "This link does not work"}, status=404
        )
    if request.method == "POST" and is_too_often(request, "question-answer", most=30):
        return too_often(request)
    form = SignedAnswerForm(request.POST if request.method == "POST" else None, initial={"name": interest.contact_name})
    if form.is_valid() and _is_taken(form, interest):
        messages.success(request, f"Sent. {interest.hub or 'Your hub'} is told.")
        return redirect("programmes:question-answer", token)
    thread = InterestMessage.objects.for_link().of(interest)
    page = {"heading": f"{interest.hub} asks about {interest.programme}", "interest": interest, "form": form}
    closed = questions.CLOSED.format(interest.noun)
    return render(request, "programmes/express/answer.html", {**page, "thread": thread, "closed": closed})


def _is_taken(form: SignedAnswerForm, interest: Interest) -> bool:
    try:
        questions.answer(
            interest=interest,
            text=form.cleaned_data["text"],
            name=form.cleaned_data["name"],
            by=None,
            now=clock.now(),
        )
    except questions.CannotWrite as problem:
        form.add_error(None, str(problem))
        return False
    return True
