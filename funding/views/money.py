"""Pages and steps of money: awards, claims, the funding tabs of a school and of a group."""

from operator import attrgetter
from typing import Any

from django.db import models
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from funding import actions
from funding.filters import AwardFilter, ClaimFilter
from funding.forms import ClaimForm, PaidForm, ReturnForm
from funding.models import Award, AwardQuerySet, Claim, with_paid
from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import long_day, money, short_day, tag, year_label
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, StepForm, do
from programmes.models import Enrolment
from schools.models import School
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL, SCHOOL_STAFF
from schools.scope import Scope
from workgroups.models import Group, Place
from workgroups.views.groups import GroupPage

READERS = (NATIONAL, *HUB_READERS, *SCHOOL_STAFF)
CLAIMANTS = (*SCHOOL_STAFF, *HUB_STAFF)
APPROVERS = (*HUB_STAFF, NATIONAL)
NOT_CLAIMANT = "Only the school, or the staff of the hub that made this award, can claim it."
HUB_READS = "Only the hub that runs this group reads what its schools were awarded."


def may_claim(scope: Scope, school_id: int, trust_id: int | None, status: str, hub_id: int) -> bool:
    """The school's leads and office and its trust's lead, until it withdraws, and the staff of the award's hub."""
    is_theirs = school_id in scope.school_staff_ids or trust_id in scope.trust_ids
    return scope.staffs(hub_id) or (is_theirs and status != Enrolment.Status.WITHDRAWN)


def may_claim_from(scope: Scope, award: Award) -> bool:
    """The same for an award that is loaded."""
    enrolment = award.enrolment
    return may_claim(scope, enrolment.school_id, enrolment.school.trust_id, enrolment.status, award.hub_id)


def is_without_group(award: Award) -> bool:
    """Whether the school has a place in no group that has started: its own was cancelled, or it left."""
    started = (Group.Status.RUNNING, Group.Status.COMPLETED)
    held = Place.objects.taken().filter(enrolment=award.enrolment_id, group__status__in=started)
    return not award.is_of_leaver and not held.exists()


AWARD_SHOWN = (
    *("pk", "enrolment__school__name", "enrolment__offer__title", "enrolment__offer__year", "label"),
    *("amount", "claimed", "paid", "paid_on", "enrolment__school", "enrolment__school__trust"),
    *("enrolment__status", "hub"),
)


def award_line(scope: Scope, *values: Any) -> tuple[Any, ...]:
    """An award as every table of awards writes it, and whether this person may claim what is left."""
    pk, school, title, year, label, amount, claimed, paid, paid_on, *whose = values
    sums = (money(amount), money(claimed), money(paid), long_day(paid_on), money(amount - claimed))
    return str(pk), school, f"{title} {year_label(year)}", label, *sums, claimed < amount and may_claim(scope, *whose)


def award_lines(scope: Scope, awards: AwardQuerySet) -> list[tuple[Any, ...]]:
    """The awards of a tab, in their order."""
    return [(*award_line(scope, *values), "") for values in with_paid(awards).values_list(*AWARD_SHOWN)]


CLAIM_SHOWN = (
    *("pk", "raised_at", "award__enrolment__school__name", "award__enrolment__offer__title"),
    *("award__enrolment__offer__year", "amount", "raised_by__person__name", "status", "paid_on"),
)
STATUSES: dict[str, str] = dict(Claim.Status.choices)


def claim_line(*values: Any) -> tuple[str, ...]:
    """A claim as every table of claims writes it."""
    pk, raised_at, school, title, year, amount, raised_by, status, paid_on = values
    what = (school, f"{title} {year_label(year)}", money(amount), raised_by)
    return str(pk), long_day(raised_at), *what, tag(status, STATUSES[status]), short_day(paid_on)


class AwardList(PortalList):
    """What a hub (or a school) has been awarded and claimed."""

    model = Award
    roles = READERS
    template_name = "funding/award_list.html"
    heading, noun = "Funding", "award"
    hub_path = "hub"
    filterset_class = AwardFilter
    by_year = True
    sorts = {"school": ("enrolment__school__name", "pk"), "amount": ("amount", "pk"), "claimed": ("claimed", "pk")}
    export_name = "awards"
    export_columns = [
        ("School", lambda award: award.enrolment.school.name),
        ("Programme", lambda award: award.enrolment.offer.title),
        ("For", lambda award: award.label),
        ("Awarded (£)", lambda award: award.amount),
        ("Claimed (£)", lambda award: award.claimed),
        ("Paid (£)", lambda award: award.paid),
        ("Last paid on", lambda award: award.paid_on),
    ]

    shown = AWARD_SHOWN
    sums = {"awarded": "amount", "claimed": "claimed"}

    def prepare(self, rows: AwardQuerySet) -> AwardQuerySet:
        """With what was paid, and when."""
        return with_paid(rows.for_list())

    def line(self, *values: Any) -> tuple[Any, ...]:
        """As every table of awards."""
        return award_line(self.request.user.scope, *values)


class AwardDetail(PortalDetail):
    """An award with its claims."""

    model = Award
    roles = READERS
    template_name = "funding/award_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the claims and what has happened to them."""
        claims = list(Claim.objects.visible_to(self.request.user).for_list().filter(award=self.object))
        return {
            "claims": [(*claim_line(*_values_of(claim)), "") for claim in claims],
            "may_claim": may_claim_from(self.request.user.scope, self.object),
            "is_without_group": is_without_group(self.object),
            "entries": JournalEntry.objects.about(self.object, *claims),
            **super().get_context_data(**kwargs),
        }


def _values_of(claim: Claim) -> tuple[Any, ...]:
    """What ``CLAIM_SHOWN`` names, of a claim that is loaded."""
    return attrgetter(*(name.replace("__", ".") for name in CLAIM_SHOWN))(claim)


class ClaimList(PortalList):
    """Claims: what waits first."""

    model = Claim
    roles = READERS
    template_name = "funding/claim_list.html"
    heading, noun = "Claims", "claim"
    hub_path = "award__hub"
    filterset_class = ClaimFilter
    by_year = True
    sorts = {"raised": ("raised_at", "pk"), "amount": ("amount", "pk")}
    export_name = "claims"
    export_columns = [
        ("School", lambda claim: claim.award.enrolment.school.name),
        ("Programme", lambda claim: claim.award.enrolment.offer.title),
        ("Amount (£)", lambda claim: claim.amount),
        ("Invoice", lambda claim: claim.invoice),
        ("Status", lambda claim: claim.get_status_display()),
        ("Raised by", lambda claim: claim.raised_by.person.name),
        ("Raised", lambda claim: claim.raised_at),
        ("Paid", lambda claim: claim.paid_on),
    ]
    shown = CLAIM_SHOWN

    def line(self, *values: Any) -> tuple[str, ...]:
        """As every table of claims."""
        return claim_line(*values)


class ClaimDetail(PortalDetail):
    """A claim and the steps that its status and the reader's role allow."""

    model = Claim
    roles = READERS
    template_name = "funding/claim_detail.html"

    def prepare(self, rows: Any) -> models.QuerySet[Claim]:
        """With the person who approved it."""
        prepared: models.QuerySet[Claim] = rows.for_list().select_related("approved_by__person", "award__hub")
        return prepared

    def get_heading(self) -> str:
        """What and whose."""
        return f"Claim of £{self.object.amount:,.2f}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what may be done now, by this person."""
        claim, user = self.object, self.request.user
        who = {"claim": claim, "by": user, "today": clock.today()}
        return {
            "why_not_approve": actions.why_not_approve(**who),
            "may_approve": user.scope.is_national or user.scope.staffs(claim.award.hub_id),
            "may_decide": not actions.why_not_decide(**who),
            "is_without_group": is_without_group(claim.award),
            "entries": JournalEntry.objects.about(claim),
            **super().get_context_data(**kwargs),
        }


class ClaimCreate(StepForm):
    """Claim what is left of an award, or a part of it."""

    model = Award
    template_name = "funding/claim_form.html"
    form_class = ClaimForm
    roles = CLAIMANTS
    failures = (actions.NotAllowed,)
    submit_label = "Send the claim"
    done = "Claim sent. The hub has been asked to approve it."
    record: Award

    def why_not(self) -> str:
        """The leads and the office of the school, its trust's lead, and the staff of the award's hub."""
        if may_claim_from(self.request.user.scope, self.record):
            return ""
        return actions.HAS_LEFT.format(self.record.hub) if self.record.is_of_leaver else NOT_CLAIMANT

    def get_heading(self) -> str:
        """What for, and whose."""
        return f"Claim {self.record.label.lower()} for {self.record.enrolment.school}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows what is left."""
        return {**super().get_form_kwargs(), "left": self.record.left}

    def act(self, form: ClaimForm) -> Claim:
        """Raise the claim."""
        return actions.raise_claim(award=self.record, by=self.request.user, now=clock.now(), **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say for what."""
        about = {"award": self.record, "is_without_group": is_without_group(self.record)}
        return {**super().get_context_data(**kwargs), "lede": str(self.record.enrolment.offer), **about}


class ClaimStep(StepForm):
    """A step of the staff of the hub that made the award, or of national: who only reads or claims there takes none."""

    model = Claim
    roles = APPROVERS
    failures = (actions.NotAllowed,)
    record: Claim
    words = ""

    def get_heading(self) -> str:
        """The step, and on which claim."""
        return self.words.format(f"the claim of {money(self.record.amount)} of {self.record.award.enrolment.school}")

    def why_not(self) -> str:
        """Staff of the award's own hub; national where it has nobody else."""
        return actions.why_not_decide(claim=self.record, by=self.request.user, today=clock.today())


class ClaimReturn(ClaimStep):
    """Send a claim back with a reason."""

    form_class = ReturnForm
    words, submit_label, done = "Send back {}", "Send back", "Claim sent back. Whoever raised it is told why."

    def act(self, form: ReturnForm) -> None:
        """Return the claim."""
        actions.return_claim(
            claim=self.record, reason=form.cleaned_data["reason"], by=self.request.user, now=clock.now()
        )


class ClaimPay(ClaimStep):
    """Mark a claim as paid."""

    form_class = PaidForm
    words, submit_label, done = "Mark {} as paid", "Mark as paid", "Claim marked as paid."

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"paid_on": clock.today()}

    def act(self, form: PaidForm) -> None:
        """Pay the claim."""
        actions.pay_claim(
            claim=self.record, paid_on=form.cleaned_data["paid_on"], by=self.request.user, now=clock.now()
        )


@require_POST
@role_required(*APPROVERS)
def claim_approve(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Approve somebody else's claim."""
    claim = get_object_or_404(Claim.objects.visible_to(request.user).select_related("award", "raised_by"), pk=pk)
    do(
        request,
        lambda: actions.approve_claim(claim=claim, by=request.user, now=clock.now()),
        done="Claim approved.",
        failures=(actions.NotAllowed,),
    )
    return redirect(claim)


class SchoolFunding(PortalDetail):
    """The Funding tab of a school: its awards over the years."""

    model = School
    roles = READERS
    template_name = "funding/school_funding.html"
    tab_bar, tab = "SCHOOL_TABS", "funding:school-funding"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the awards that this person may see, newest first."""
        found = Award.objects.visible_to(self.request.user).for_list().filter(enrolment__school=self.object)
        awards = found.order_by("-enrolment__offer__year", "pk")
        return {
            "awards": award_lines(self.request.user.scope, awards),
            **super().get_context_data(**kwargs),
        }


class GroupFunding(GroupPage):
    """The Funding tab of a group: what its schools were awarded."""

    roles = (NATIONAL, *HUB_READERS)
    template_name = "funding/group_funding.html"
    tab = "funding:group-funding"

    @classmethod
    def why_not(cls, user: Any, record: Group) -> str:
        """The hub's own: a school reads what it was awarded on its own page."""
        return "" if user.scope.oversees(record.hub_id) else HUB_READS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the awards of the schools that hold a place."""
        held = {"enrolment__places__group": self.object, "enrolment__places__left_on": None}
        awards = Award.objects.visible_to(self.request.user).for_list().filter(**held)
        return {
            "awards": award_lines(self.request.user.scope, awards),
            **super().get_context_data(**kwargs),
        }
