"""People who may be recorded twice: proposed to their hub, looked at side by side, merged or never proposed again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalRequest, StepForm
from schools.actions import merging
from schools.actions.giving import may_correct
from schools.figures import candidates, ever_held, held_by
from schools.forms.duplicates import FIRST, NOT_SAME, SameForm
from schools.models import MergedPerson, Person, Role, User
from schools.roles import HUB_STAFF

CHOOSE_HUB = "Choose one of your own hubs in the top bar: its staff look for people who are recorded twice."
MOST_SHOWN = 200
ADDRESS_STAYS = (
    "Their address is {}, which they sign in with; {} is kept in the history. "
    "If that is theirs now, correct the details."
)
MERGED_ALREADY = "These two have been merged since you opened the page, as {}. Nothing was changed."
MERGED_ELSEWHERE = "{} has been merged with another record since you opened the page, as {}. Nothing was changed."


class DuplicateList(RoleRequired, TemplateView):
    """Pairs of a hub's people who may be the same."""

    roles = HUB_STAFF
    template_name = "schools/duplicate_list.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of the hub in the top bar.

        :raises PermissionDenied: where one does not work for it.
        """
        hub, user = self.request.hub, self.request.user
        if hub is None or not user.scope.staffs(hub.pk):
            raise PermissionDenied(CHOOSE_HUB)
        found = candidates(user, hub)
        return super().get_context_data(
            heading="People who may be recorded twice", total=len(found), pairs=found[:MOST_SHOWN], **kwargs
        )


class DuplicateCompare(StepForm):
    """Two records side by side, and what becomes of them."""

    model, form_class = Person, SameForm
    roles = HUB_STAFF
    template_name = "schools/duplicate_compare.html"
    heading, submit_label = "Are these the same person?", "Save the answer"
    failures = (merging.CannotMerge,)
    record: Person

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where they are one by now, whoever pressed twice is told as before; everybody else what became of them.

        :raises Http404: where one does not see them.
        """
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            both = (kwargs["pk"], kwargs["other"])
            merged = MergedPerson.objects.visible_to(request.user).filter(number__in=both).select_related("kept")
            if not (found := list(merged)):
                raise
            self._tell(found, both)
            return redirect("schools:duplicate-list")

    def _tell(self, found: list[MergedPerson], both: tuple[int, int]) -> None:
        """What has become of the two, of whom one or both are another record by now."""
        last, user = found[0], self.request.user
        if {row.number for row in found} | {last.kept_id} == set(both) and last.by_id == user.pk:
            entry = JournalEntry.objects.visible_to(user).about(last.kept).filter(what=merging.MERGED, by=user).first()
            messages.success(self.request, _merged(last.kept, *(entry.changed.get("email", ())[:1] if entry else ())))
            return
        stand = {row.number: row.kept_id for row in found}
        are_one = len({stand.get(pk, pk) for pk in both}) == 1
        words = MERGED_ALREADY.format(last.kept) if are_one else MERGED_ELSEWHERE.format(last.name, last.kept)
        messages.warning(self.request, words)

    def prepare(self, rows: Any) -> Any:
        """With what stands beside each."""
        return rows.select_related("school", "user")

    @cached_property
    def other(self) -> Person:
        """The second of the two.

        :raises Http404: where one does not see them.
        """
        found = self.prepare(Person.objects.visible_to(self.request.user)).filter(pk=self.kwargs["other"]).first()
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def load(self) -> Person:
        """Both: without the other there is nothing to compare.

        :raises Http404: where one does not see them, or they are one.
        """
        record: Person = super().load()
        if self.other.pk == record.pk:
            raise Http404
        return record

    @cached_property
    def _held(self) -> dict[int, list[Role]]:
        return ever_held((self.record.pk, self.other.pk))

    def why_not(self) -> str:
        """Whoever may not correct both need not choose between them."""
        both, by = (self.record, self.other), self.request.user
        return "" if all(may_correct(by, one, held=self._held[one.pk]) for one in both) else merging.NOT_YOURS

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form names both."""
        return {**super().get_form_kwargs(), "first": self.record, "second": self.other}

    @property
    def done(self) -> str:  # type: ignore[override]
        """What was kept."""
        if self.result is None:
            return "Kept apart. They are not proposed again."
        return _merged(*self.result)

    def act(self, form: SameForm) -> tuple[Person, str] | None:
        """Merge, or remember that they are two; returns who was kept, with an address of theirs that gave way."""
        answer, by, now = form.cleaned_data["answer"], self.request.user, clock.now()
        if answer == NOT_SAME:
            merging.say_not_same(one=self.record, other=self.other, by=by, now=now)
            return None
        kept, gone = (self.record, self.other) if answer == FIRST else (self.other, self.record)
        chosen = kept.email
        merging.merge(kept=kept, gone=gone, by=by, now=now)
        kept.refresh_from_db(fields=["email"])
        return kept, chosen if chosen != kept.email else ""

    def get_success_url(self) -> str:
        """The pairs that are left."""
        return reverse("schools:duplicate-list")

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is known of each, and what names them."""
        both = [self.record, self.other]
        held = held_by(both)
        sides = [(one, _account(one), self._held[one.pk], held.get(one.pk, [])) for one in both]
        return super().get_context_data(
            sides=sides, two_sign_ins=all(account for _one, account, *_rest in sides), **kwargs
        )


def _merged(kept: Person, lost: str = "") -> str:
    """Who was kept, with an address of theirs that gave way."""
    return f"Merged. {kept} has all of both.{f' {ADDRESS_STAYS.format(kept.email, lost)}' if lost else ''}"


def _account(person: Person) -> User | None:
    return getattr(person, "user", None)
