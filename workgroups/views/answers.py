"""The page behind the links in reminders: somebody says, without signing in, that they cannot come."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from hubportal.core import clock
from schools.models import Person
from workgroups.actions import answers
from workgroups.forms.answers import AnswerForm
from workgroups.models import Answer, Meeting
from workgroups.notices.links import asked_by

Kind = Answer.Kind
BAD_LINK = (
    "This link is not complete. Copy the whole address from the e-mail, or answer the e-mail: it goes to the "
    "group's leader."
)


@method_decorator(never_cache, name="dispatch")
class MeetingAnswer(TemplateView):
    """Opening shows the meeting and changes nothing; a button is the answer. The signature is the permission."""

    template_name = "workgroups/answer.html"
    heading = "Can you come?"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The meeting and the buttons, or why there are none."""
        asked = asked_by(self.kwargs["token"])
        if asked is None:
            return self.render_to_response({"heading": "This link does not work", "problem": BAD_LINK}, status=404)
        return self._page(asked, request.GET.get("choice", ""))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answer and show it."""
        asked = asked_by(self.kwargs["token"])
        if asked is None:
            return self.get(request)
        meeting, person = asked
        form = AnswerForm(request.POST)
        try:
            if not form.is_valid():
                raise answers.CannotAnswer("Choose one of the answers.")
            answers.answer_meeting(
                meeting=meeting,
                person=person,
                kind=form.cleaned_data["kind"],
                substitute_name=form.cleaned_data["substitute_name"],
                by=None,
                now=clock.now(),
            )
        except answers.CannotAnswer as problem:
            return self._page(asked, request.POST.get("kind", ""), error=str(problem))
        return redirect(request.path)

    def _page(self, asked: tuple[Meeting, Person], choice: str, error: str = "") -> HttpResponse:
        meeting, person = asked
        problem = answers.why_no_answer(meeting, person, clock.now())
        answer = Answer.objects.filter(meeting=meeting, person=person).first()
        offered = _offered(answer.kind if answer else "", choice)
        context = {
            "heading": "No answer needed" if problem else self.heading,
            "meeting": meeting,
            "person": person,
            "answer": answer,
            "offered": [] if problem else offered,
            "typed_name": self.request.POST.get("substitute_name", answer.substitute_name if answer else "")[:150],
            "problem": problem,
            "error": "" if problem else error,
        }
        return self.render_to_response(context)


def _offered(said: str, choice: str) -> list[Kind]:
    """The answers that would change something, the one chosen in the e-mail first; a name may be corrected."""
    kinds = [
        kind
        for kind in (Kind.CANNOT, Kind.SUBSTITUTE, Kind.COMING)
        if kind in {Kind.SUBSTITUTE, choice} or kind != said
    ]
    return sorted(kinds, key=lambda kind: kind != choice)
