"""What was sent twice: proposed in pairs, looked at side by side, made one or told apart."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.views import PortalRequest, StepForm
from programmes.actions import copies
from programmes.figures.copies import pairs_in, sent_after_decision
from programmes.forms.copies import FIRST, NOT_SAME, CopiesForm
from programmes.models import Interest, InterestMessage, Receipt
from programmes.views.interest import OTHER_HUB
from programmes.views.offers import own_hub
from schools.roles import HUB_STAFF
from schools.rules import academic_year

MOST_SHOWN = 200


class CopyList(RoleRequired, TemplateView):
    """Pairs of what may have been sent twice to a hub."""

    roles = HUB_STAFF
    template_name = "programmes/copy_list.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of the hub in the top bar."""
        which = {"user": self.request.user, "hub": own_hub(self.request), "since": academic_year(clock.today())}
        late, only_late = sent_after_decision(**which), "late" in self.request.GET
        found = late if only_late else [*late, *pairs_in(**which)]
        shown = {"total": len(found), "pairs": found[:MOST_SHOWN], "only_late": only_late}
        return super().get_context_data(heading="Sent twice?", **shown, **kwargs)


class CopyCompare(StepForm):
    """Two side by side, and what becomes of them."""

    model, form_class = Interest, CopiesForm
    roles = HUB_STAFF
    template_name = "programmes/copy_compare.html"
    heading, submit_label = "Were these sent twice?", "Save the answer"
    failures = (copies.CannotMerge,)
    record: Interest

    def prepare(self, rows: Any) -> Any:
        """With the teachers."""
        return rows.for_list().select_related("duplicate_of").prefetch_related("teachers")

    @cached_property
    def other(self) -> Interest:
        """The second of the two.

        :raises Http404: where one does not see it, or it is not another of the same.
        """
        rows = self.prepare(Interest.objects.visible_to(self.request.user))
        found: Interest | None = rows.filter(pk=self.kwargs["other"]).first()
        if found is None:
            raise Http404
        return found

    def why_not(self) -> str:
        """Staff of the hub that both came to."""
        hubs = {self.record.hub_id, self.other.hub_id}
        return "" if all(self.request.user.scope.staffs(hub) for hub in hubs) else OTHER_HUB

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is asked about what is settled, or was never a pair."""
        return self._settled() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The second press of a button too."""
        return self._settled() or super().post(request, *args, **kwargs)

    def _settled(self) -> HttpResponse | None:
        if copies.is_pair(self.record, self.other):
            return None
        messages.warning(self.request, copies.NOT_A_PAIR)
        return redirect(self.record)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers what each has."""
        teachers = [one for side in (self.record, self.other) for one in side.teachers.all()]
        return {**super().get_form_kwargs(), "first": self.record, "second": self.other, "teachers": teachers}

    @cached_property
    def at(self) -> datetime:
        """The moment of the press."""
        return clock.now()

    @property
    def done(self) -> str:  # type: ignore[override]
        """Which one stays."""
        kept: Interest | None = self.result
        if kept is None:
            return "Told apart. You are not asked again."
        return " ".join([f"Merged. {kept.reference} stands for both.", *self._said_of_head(kept)])

    def _said_of_head(self, kept: Interest) -> list[str]:
        """Who is asked to confirm by this, at which address, and whose answer does not count for the one that stays."""
        if kept.head_confirmed_at or kept.head_refused_at:
            return []
        is_asked = kept.head_asked_at is not None and kept.head_asked_at == self.at
        asked = [f"{kept.head_name} is asked by e-mail, at {kept.head_email}, to confirm it."] if is_asked else []
        # As they were before.
        answered = [one for one in (self.record, self.other) if one.head_confirmed_at or one.head_refused_at]
        said = [(one.head_name, "confirmed" if one.head_confirmed_at else "said no") for one in answered]
        return [*asked, *(f"That {name} {answer} does not count any more." for name, answer in said)]

    def act(self, form: CopiesForm) -> Interest | None:
        """Merge, or remember that they are two."""
        answer, by, now = form.cleaned_data["answer"], self.request.user, self.at
        if answer == NOT_SAME:
            copies.say_not_same(one=self.record, other=self.other, by=by, now=now)
            return None
        kept, gone = (self.record, self.other) if answer == FIRST else (self.other, self.record)
        return copies.merge(kept=kept, gone=gone, taken=form.taken(), by=by, now=now)

    def get_success_url(self) -> str:
        """The one that stays, or where the question was asked."""
        kept: Interest | None = self.result
        return kept.get_absolute_url() if kept else self.get_cancel_url()

    def get_cancel_url(self) -> str:
        """The pairs; of a second copy the page of its first."""
        both = (self.record, self.other)
        repeated = {one.duplicate_of_id for one in both}
        first = next((one for one in both if one.pk in repeated), None)
        return first.get_absolute_url() if first else reverse("programmes:copy-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was sent of each, asked about it, and how it came."""
        both, user = [self.record, self.other], self.request.user
        asked = list(InterestMessage.objects.visible_to(user).filter(interest__in=both).order_by("at", "pk"))
        came = list(Receipt.objects.visible_to(user).filter(interest__in=both).for_list())
        sides = [
            (
                one,
                [row for row in asked if row.interest_id == one.pk],
                [row for row in came if row.interest_id == one.pk],
            )
            for one in both
        ]
        ways = ((self.record, self.other), (self.other, self.record))
        told_now = next((way for way in ways if copies.hears_at_once(*way)), ())
        asked_if = next((way for way in ways if copies.asks_if_kept(*way)), ())
        return super().get_context_data(sides=sides, told_now=told_now, asked_if=asked_if, **kwargs)
