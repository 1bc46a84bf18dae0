"""Claims: raised by the school, approved by somebody else, paid with a date."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from funding.models.awards import Award, AwardQuerySet
from hubportal.core.workflow import StatusModel
from schools.models import Hub, Role, RoleQuerySet, User
from schools.roles import HUB_STAFF
from schools.scope import reach


def approvers(today: date) -> RoleQuerySet:
    """The roles whose holders can approve claims in their hub on a day."""
    return Role.objects.current(today).filter(kind__in=HUB_STAFF, person__user__is_active=True)


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Reading claims."""

    def visible_to(self, user: Any) -> Self:
        """National all; else the claims of the awards one sees."""
        scope = reach(user)
        if scope is not None and scope.is_national:
            return self
        return self.filter(award__in=Award.objects.visible_to(user).values("pk"))

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's, or all where none is chosen."""
        return self if hub is None else self.filter(award__hub=hub)

    def for_year(self, year: int) -> Self:
        """Claims of one grant year."""
        return self.filter(award__enrolment__offer__year=year)

    def for_national(self, today: date) -> Self:
        """To approve, and in the hub there is nobody but whoever raised it."""
        others = approvers(today).filter(hub=models.OuterRef("award__hub"))
        others = others.exclude(person__user=models.OuterRef("raised_by"))
        return self.filter(~models.Exists(others), status=Claim.Status.RAISED)

    def for_list(self) -> Self:
        """What a list of claims shows: those to approve, those to pay (each oldest first), the rest newest first."""
        turn = models.Case(
            models.When(status=Claim.Status.RAISED, then=0),
            models.When(status=Claim.Status.APPROVED, then=1),
            default=2,
        )
        waits = models.Case(models.When(status__in=(Claim.Status.RAISED, Claim.Status.APPROVED), then="raised_at"))
        return self.select_related(
            "award__enrolment__school", "award__enrolment__offer__phase", "raised_by__person"
        ).order_by(turn, waits, "-raised_at", "-pk")


def with_paid(awards: AwardQuerySet) -> AwardQuerySet:
    """Annotate ``paid`` of an award, in pounds, and the day ``paid_on`` of its last payment; both None before one."""
    claims = Claim.objects.filter(award=models.OuterRef("pk"), status=Claim.Status.PAID).order_by().values("award")
    of_award = {"paid": models.Sum("amount"), "paid_on": models.Max("paid_on")}
    return awards.annotate(
        **{name: models.Subquery(claims.annotate(found=what).values("found")) for name, what in of_award.items()}
    )


class Claim(StatusModel):
    """A claim on an award, in pounds."""

    class Status(models.TextChoices):
        """Where a claim stands."""

        RAISED = "raised", "To approve"
        APPROVED = "approved", "Approved"
        RETURNED = "returned", "Returned"
        PAID = "paid", "Paid"

    MOVES = {
        Status.RAISED: frozenset({Status.APPROVED, Status.RETURNED}),
        Status.APPROVED: frozenset({Status.PAID, Status.RETURNED}),
        Status.RETURNED: frozenset(),
        Status.PAID: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.RAISED)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="claims")
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    invoice = models.CharField("your invoice number", max_length=60, blank=True)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    # When it was last approved, returned or marked as paid: a payment may be entered long after its day.
    decided_at = models.DateTimeField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    is_taken_over = models.BooleanField(default=False, help_text="Paid before the portal: nobody is told of it.")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="claim_positive"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("raised_by")),
                name="claim_two_people",
                violation_error_message="Whoever raised a claim cannot approve it.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="paid") | models.Q(paid_on__isnull=False), name="claim_paid_has_date"
            ),
        ]
        # Read by the work list and the list of claims.
        indexes = [models.Index(fields=("status", "raised_at"), name="claim_status")]

    def __str__(self) -> str:
        return f"Claim of £{self.amount:,.2f}, {self.award.enrolment.school}"

    def get_absolute_url(self) -> str:
        """The claim's page."""
        return reverse("funding:claim-detail", args=[self.pk])

    @property
    def owner_id(self) -> int:
        """For the journal: the award's hub."""
        return self.award.hub_id
