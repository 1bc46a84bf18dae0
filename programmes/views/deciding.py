"""One application decided by the hub's staff: accepted, put on the waiting list, declined, closed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from hubportal.core import clock
from hubportal.core.templatetags.portal import count
from hubportal.core.views import StepForm
from programmes.actions import decisions
from programmes.actions.asking import HEAD_SAYS_NO
from programmes.figures import Invitations, Known, invitations, known_about
from programmes.forms.decisions import AcceptForm, DeclineForm, ReasonForm, WaitingForm
from programmes.models import Interest, InterestQuerySet
from programmes.models.room import is_full, with_room
from programmes.notices.decisions import reads_decision, second_senders, told
from programmes.rules.flags import LOOK
from programmes.rules.inviting import Invited
from programmes.views.interest import OTHER_HUB
from schools.actions.giving import may_end
from schools.roles import HUB_STAFF, LABELS, TEACHER

INVITED = "Accepted. The school is told by e-mail and its people are invited."
SOME_INVITED = "Accepted. The school is told by e-mail, and those of its people who do not sign in yet are invited."
ALL_SIGN_IN = "Accepted. The school is told by e-mail. Its people sign in already: nobody is invited."
NOBODY_INVITED = "Accepted. The school is told by e-mail. Nobody is invited to sign in yet."
# Sent by the page that has said that no place is free.
TOLD_FULL = "told_full"


def next_copy_words(copy: Interest | None) -> str:
    """What hub staff read when a copy has taken the place of what was closed."""
    if copy is None:
        return ""
    asked = "" if copy.head_confirmed_at or copy.only_tells_head else f" {copy.head_name} is asked to confirm it."
    return f"The school's other copy, {copy.reference}, is now the one to decide about.{asked}"


class DecisionStep(StepForm):
    """One step of the hub's staff about an interest."""

    model, roles = Interest, HUB_STAFF
    changes_what_stands = True
    template_name = "programmes/decide.html"
    record: Interest
    what = status = done_for_school = done_for_person = ""
    tells, gives_place = True, False
    failures = (decisions.CannotDecide,)

    def prepare(self, rows: InterestQuerySet) -> QuerySet[Interest]:
        """With the names and places that the preview shows."""
        shown = rows.for_list().select_related("decided_by__person", "advised", "school__trust")
        return with_room(shown.with_same_year().with_trust_lead(clock.today()))

    def why_not(self) -> str:
        """Staff of the hub that it came to."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody is asked about what has been decided."""
        problem = "" if self.record.may_move_to(self.status) else decisions.decided_already(self.record)
        if not problem and self.gives_place and self.record.is_of_past_year(clock.today()):
            problem = decisions.YEAR_OVER.format(year=self.record.year_label)
        if not problem and self.gives_place:
            problem = self.why_no_place()
        problem = problem or decisions.goes_elsewhere(self.record)
        if problem:
            messages.error(request, problem)
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def why_no_place(self) -> str:
        """That the school has its place already, in words."""
        return decisions.why_no_place(self.record)

    def get_heading(self) -> str:
        """The step and the school."""
        return f"{self.what} {self.record.who}?"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who is told: the school, or whoever applied for themselves."""
        return self.done_for_person.format(self.record.contact_name) if self.record.for_person else self.done_for_school

    def changed_since(self, form: Any) -> str:
        """Who was first, and with what; what still can be decided is decided by sending it again."""
        if self.record.head_refused_at and self.record.status == Interest.Status.SUBMITTED:
            return HEAD_SAYS_NO
        if goes := decisions.goes_elsewhere(self.record):
            return goes
        is_open = self.record.decided_at is None and self.record.may_move_to(self.status)
        return super().changed_since(form) if is_open else decisions.decided_already(self.record)

    def how_far(self) -> str:
        """With a headteacher's no, which comes without a decision."""
        return decisions.seen_as(self.record)

    def get_copies(self) -> Sequence[Interest]:
        """The second copies of what is decided about."""
        return list(self.record.seconds.select_related("school"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who will be told."""
        found: dict[str, list[tuple[str, str]]] = {"told": [], "told_settled": []}
        if self.tells:
            found["told"] += told(self.record)
            for copy in second_senders(self.record, self.get_copies()):
                reads = reads_decision(copy, self.record)
                found["told" if reads else "told_settled"].append((copy.contact_name, copy.contact_email))
        if self.status in Interest.UNDECIDED:
            found["told_settled"].clear()
        return super().get_context_data(**found, **kwargs)


class InterestAccept(DecisionStep):
    """Accept: enrols the school and invites its people."""

    form_class = AcceptForm
    template_name = "programmes/accept.html"
    status, gives_place = Interest.Status.ACCEPTED, True
    what, submit_label = "Accept", "Accept"
    result: Sequence[Invited]

    @cached_property
    def known(self) -> Known:
        """What the interest's page shows too."""
        return known_about(self.record, clock.today())

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose role as headteacher this person may end."""
        ending = [role for role in self.known.heads if may_end(self.request.user.scope, role)]
        return {
            **super().get_form_kwargs(),
            "named": self.record.head_name,
            "heads": ending,
            "needs_note": self.record.needs_note,
            "is_refused": self.record.head_refused_at is not None,
            "contact": self.record.contact_name,
            "contact_kind": self.invitations.contact_kind,
            "leads": self.known.leads,
        }

    @cached_property
    def invitations(self) -> Invitations:
        """Whom acceptance invites."""
        return invitations(self.record, self.known.leads)

    def why_no_place(self) -> str:
        """Read already."""
        return decisions.enrolled_already(self.record) if self.known.place_of(self.record) else ""

    def get_copies(self) -> Sequence[Interest]:
        """Read already."""
        return self.known.copies_of(self.record)

    @property
    def done_for_school(self) -> str:  # type: ignore[override]
        """Whether anybody was invited, or signs in already."""
        is_new, signs_in = any(one.is_new for one in self.result), any(one.signs_in for one in self.result)
        if is_new:
            return SOME_INVITED if signs_in else INVITED
        return ALL_SIGN_IN if signs_in else NOBODY_INVITED

    @property
    def done_for_person(self) -> str:  # type: ignore[override]
        """Whether they were invited."""
        return f"Accepted. {{}} is told by e-mail{' and invited' if any(one.is_new for one in self.result) else ''}."

    def act(self, form: AcceptForm) -> Sequence[Invited]:
        """Accept; who gets a role by it."""
        has_tick = not self.known.heads or bool(form.cleaned_data.get("replaced_heads"))
        found = self.invitations.with_head if has_tick else self.invitations.without_head
        names = ("replaced_heads", "note", "contact_kind")
        said = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        is_told_full = TOLD_FULL in self.request.POST
        decisions.accept(interest=self.record, by=self.request.user, now=clock.now(), is_told_full=is_told_full, **said)
        self._say_overfull()
        return found

    def _say_overfull(self) -> None:
        """More places are taken than there are, as the page has said that they would be."""
        now: Any = with_room(Interest.objects.visible_to(self.request.user).filter(pk=self.record.pk)).first()
        if now is not None and now.places is not None and now.taken > now.places:
            messages.warning(self.request, f"Of {count(now.places, 'place')} {now.taken} are taken now.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What to look at, and who will be invited: as what, and whether they can sign in."""
        interest, heads = self.record, self.known.heads
        found = self.invitations
        invited = found.without_head if heads else found.with_head
        named = sum(one.role == LABELS[TEACHER] for one in invited)
        return super().get_context_data(
            flags=[flag for flag in self.known.flags if flag.tone == LOOK],
            is_full=is_full(self.record),
            heads=heads,
            invited=invited,
            leads_trust=found.leads_trust,
            # What the tick adds; it may also take an address away from somebody.
            with_tick=[one for one in found.with_head if one not in invited],
            held=0 if interest.for_person else max(interest.applied_offer.teachers_per_school - named, 0),
            **kwargs,
        )


class InterestWait(DecisionStep):
    """Put on the waiting list."""

    form_class = WaitingForm
    status = Interest.Status.WAITING
    gives_place = True
    what, submit_label = "Put on the waiting list:", "Put on the waiting list"
    done_for_school = "On the waiting list. The school is told by e-mail."
    done_for_person = "On the waiting list. {} is told by e-mail."

    def act(self, form: WaitingForm) -> None:
        """Let the school wait."""
        decisions.put_on_waiting_list(
            interest=self.record, by=self.request.user, now=clock.now(), reason=form.cleaned_data["reason"]
        )


class InterestDecline(DecisionStep):
    """Decline with a reason."""

    form_class, status = DeclineForm, Interest.Status.DECLINED
    what, submit_label = "Decline", "Decline"
    done_for_school = "Declined. The school is told by e-mail."
    done_for_person = "Declined. {} is told by e-mail."

    def act(self, form: DeclineForm) -> None:
        """Decline."""
        decisions.decline(
            interest=self.record, by=self.request.user, now=clock.now(), reason=form.cleaned_data["reason"]
        )


class InterestClose(DecisionStep):
    """Close without a decision: the school has changed its mind, or it is a second copy."""

    form_class = ReasonForm
    status = Interest.Status.WITHDRAWN
    what, submit_label = "Close without a decision:", "Close"
    tells = False

    def act(self, form: ReasonForm) -> Interest | None:
        """Close."""
        reason = form.cleaned_data["reason"]
        return decisions.close(interest=self.record, by=self.request.user, now=clock.now(), reason=reason)

    @property
    def done(self) -> str:  # type: ignore[override]
        """That nobody is told, or which copy is to be decided now."""
        return f"Closed. {next_copy_words(self.result) or 'Nobody is told by e-mail.'}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which copy would be the one to decide."""
        return super().get_context_data(
            next_copy=self.record.seconds.copies().select_related("offer").first(), **kwargs
        )
