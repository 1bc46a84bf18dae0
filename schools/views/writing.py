"""What lists to whose people one can write share: the button posts to the list's own address, filter and all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django_filters import FilterSet

from hubportal.core import clock
from hubportal.core.views import PortalList, PortalRequest, ticked_rows
from schools import roles
from schools.actions import letters
from schools.models import Hub, Letter, User
from schools.rules.letters import Candidate

WRITERS = (roles.NATIONAL, *roles.HUB_STAFF, *roles.LEADERS)
NOT_THIS_HUB = "Only staff of the hub that you look at write to its people. Choose your own hub in the top bar."


class Pick(Protocol):
    """Chooses whom a letter goes to, of a list's rows and one of its audiences."""

    def __call__(self, rows: Any, whom: str, /, *, by: User, now: datetime) -> list[Candidate]:
        """The candidates in the list's order."""


def may_write_for(user: User, hub: Hub | None) -> bool:
    """Whether somebody writes to people from lists of a hub (None: all hubs)."""
    return user.scope.is_national or user.scope.staffs(hub.pk if hub else None)


def writes_for(user: User, hub: Hub | None) -> Hub | None:
    """In whose name: the hub's, or (None) the national team's where one does not work for the hub oneself."""
    return hub if hub is not None and user.scope.staffs(hub.pk) else None


def may_change(user: User, letter: Letter) -> bool:
    """Whether somebody takes the steps of a letter: the hub's staff, the national team its own, a leader theirs."""
    scope = user.scope
    if letter.hub_id is None:
        return scope.is_national
    is_own = letter.written_by_id == user.pk and letter.hub_id in scope.leader_hub_ids
    return is_own or scope.staffs(letter.hub_id)


def begin_letter(
    request: PortalRequest,
    *,
    hub: Hub | None,
    candidates: Sequence[Candidate],
    picked: str,
    back: str,
    is_news: bool = False,
) -> HttpResponse:
    """Make the draft and go on to its text; where that cannot be, back to the list with the reason."""
    try:
        letter = letters.begin(
            candidates=candidates,
            hub=hub,
            picked=picked,
            picked_from=back,
            by=request.user,
            now=clock.now(),
            is_marketing=is_news,
        )
    except letters.CannotWrite as problem:
        messages.error(request, str(problem))
        return redirect(back)
    return redirect("schools:letter-write", letter.pk)


class WritableList(PortalList):
    """A list to whose people, or people at whose rows, one can write.

    :cvar pick: whom a letter to the list's rows goes to.
    :cvar audiences: who may be meant, by key, with the words of the choice; one: there is nothing to choose.
    """

    audiences: ClassVar[Sequence[tuple[str, str]]] = (("all", "These people"),)
    pick: ClassVar[Pick]

    def may_write(self) -> bool:
        """Whether the button is there."""
        return may_write_for(self.request.user, self.request.hub)

    def is_news(self) -> bool:
        """Whether a letter to this list is an invitation by itself; whoever writes may say otherwise."""
        return False

    def written_for(self) -> Hub | None:
        """In whose name a letter to this list is written."""
        return writes_for(self.request.user, self.request.hub)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Begin a letter to exactly what is filtered, or to what is ticked of it.

        :raises PermissionDenied: for whom the list is only to read.
        """
        if not self.may_write():
            raise PermissionDenied(NOT_THIS_HUB)
        words = dict(self.audiences)
        whom = request.POST.get("whom", "")
        if whom not in words:
            whom = next(iter(words))
        rows, picked = self._chosen(words[whom])
        return begin_letter(
            self.request,
            hub=self.written_for(),
            candidates=type(self).pick(rows, whom, by=self.request.user, now=clock.now()),
            picked=picked,
            back=request.get_full_path(),
            is_news=self.is_news(),
        )

    def _chosen(self, whom: str) -> tuple[Any, str]:
        """The ticked rows, as for every step of a list, else all that its filter leaves; and what they are in words."""
        heading, sent = self.get_heading(), self.request.POST
        about = heading if len(self.audiences) == 1 else f"{heading}, {whom.partition(':')[0].lower()}"
        if not any(sent.getlist("pk")) or sent.get("all"):
            rows = self.get_queryset()
            return rows, "; ".join([about, *filtered_words(self.filterset)])
        ticked: Any = ticked_rows(self.request.user, self.model, sent.getlist("pk"))
        # In a hub's name to its own alone, whatever else the person may see.
        rows = self.prepare(ticked.for_hub(self.request.hub))
        return rows, f"{about}; {rows.count()} ticked"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The button's choices."""
        # Who is invited is mostly reached by whatever address there is.
        audiences = self.audiences[::-1] if self.is_news() else self.audiences
        return {"write_to": audiences if self.may_write() else (), **super().get_context_data(**kwargs)}


def filtered_words(filterset: FilterSet | None) -> list[str]:
    """How a list is filtered, in words: each filter in use and what it says."""
    if filterset is None:
        return []
    found = []
    for name, field in filterset.form.fields.items():
        value = filterset.form.cleaned_data.get(name) if filterset.form.is_valid() else None
        if value not in (None, "", []):
            choices = {str(key): label for key, label in getattr(field, "choices", ())}
            found.append(f"{field.label}: {choices.get(str(value), value)}")
    return found
