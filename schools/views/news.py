"""Whether somebody wants news: the page behind an e-mail's link, and the choice on a person's own page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import may, role_required
from hubportal.core.views import PortalRequest, do
from schools import roles
from schools.actions import news
from schools.models import LetterRecipient, Person
from schools.notices.letters import read_news_token

BAD_LINK = (
    "This link is not complete. Copy the whole address from the e-mail, or answer the e-mail: your hub takes you off "
    "its list."
)
NOT_THEIRS = "Only they themselves say yes to news; hub staff may keep a no that they were told."
ONE_CLICK = "List-Unsubscribe"


@method_decorator((never_cache, csrf_exempt), name="dispatch")
class NewsChoicePage(TemplateView):
    """Opening the page changes nothing; its button, or a mail program's (RFC 8058), does. The signature is the key."""

    template_name = "schools/news_choice.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question."""
        recipient = self._recipient()
        if recipient is None:
            context = {"heading": "This link does not work", "problem": BAD_LINK}
            return self.render_to_response(context, status=404)
        said = news.choice_of(recipient.person, recipient.email)
        wants = said.wants if said else None
        heading = "You get no news from us" if wants is False else "News from the Maths Hub"
        return self.render_to_response({"heading": heading, "recipient": recipient, "wants": wants})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answer; a mail program gets a plain one."""
        recipient = self._recipient()
        if recipient is None:
            return self.get(request)
        is_one_click = request.POST.get(ONE_CLICK) == "One-Click"
        wants = not is_one_click and request.POST.get("wants") == "yes"
        news.choose(
            person=recipient.person, email=recipient.email, wants=wants, how=news.BY_LINK, by=None, now=clock.now()
        )
        return HttpResponse("Done.", content_type="text/plain") if is_one_click else redirect(request.path)

    def _recipient(self) -> LetterRecipient | None:
        pk = read_news_token(self.kwargs["token"])
        return None if pk is None else LetterRecipient.objects.for_link().filter(pk=pk).first()


@require_POST
@role_required()
def person_news(request: PortalRequest, pk: int) -> HttpResponse:
    """Say whether one wants news; hub staff keep a no that somebody told them, never a yes."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    wants = request.POST.get("wants") == "yes"
    is_own = person.pk == request.user.person_id and request.viewing_as is None
    if not is_own and (wants or not may(request.user, roles.NATIONAL, *roles.HUB_STAFF)):
        raise PermissionDenied(NOT_THEIRS)
    do(
        request,
        lambda: news.choose(
            person=person,
            email=person.email,
            wants=wants,
            how=news.ON_PAGE if is_own else news.TOLD_STAFF,
            by=request.user,
            now=clock.now(),
        ),
        done="News is sent from now on." if wants else "No news is sent any more. What a programme needs still is.",
    )
    return redirect(person)
