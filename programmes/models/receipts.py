"""How what a school said came to the hub, where its staff entered it: by phone, by e-mail, on paper, in person."""

from typing import Any, Self

from django.db import models
from django.urls import reverse

from hubportal.core.models import StoredFile
from programmes.models.interest import Interest
from schools.models import User
from schools.scope import among, reach


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Reading how things came."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs what came to them."""
        scope = reach(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(among("interest__hub", scope.hub_ids))

    def for_list(self) -> Self:
        """With who entered it and the file."""
        return self.select_related("entered_by__person", "evidence", "interest").order_by("pk")


class Receipt(models.Model):
    """Something that hub staff entered for somebody: what, how it came and when, who entered it, the evidence."""

    class What(models.TextChoices):
        """What was entered."""

        SENT = "sent", "What was sent"
        HEAD = "head", "The headteacher's answer"

    class How(models.TextChoices):
        """How it came."""

        PHONE = "phone", "by phone"
        EMAIL = "email", "by e-mail"
        PAPER = "paper", "on paper"
        PERSON = "person", "in person"

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="receipts")
    what = models.CharField(max_length=10, choices=What)
    how = models.CharField(max_length=10, choices=How)
    came_on = models.DateField()
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    note = models.TextField(blank=True)
    evidence = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("interest", "what"), name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.get_how_display()}"

    def get_absolute_url(self) -> str:
        """The evidence."""
        return reverse("programmes:receipt-file", args=[self.pk])


def receipts_of(interest: Interest | None) -> dict[str, Any]:
    """How what was sent came, and the headteacher's answer, where the hub entered them; for the pages of one."""
    rows = Receipt.objects.filter(interest=interest).for_list() if interest else ()
    by_what = {one.what: one for one in rows}
    return {f"{what}_receipt": by_what.get(what) for what in Receipt.What.values}


def applied_since(interest: Interest) -> Interest | None:
    """The application for the same, and of the same contact's address, that an interest has become a copy of.

    With ``entered``, how it came where the hub entered it. Of a colleague's nothing may be told.
    """
    if not interest.is_light or interest.status != Interest.Status.SECOND or not interest.contact_email:
        return None
    same = Interest.objects.open().of_school(interest.school_id, interest.phase_id, interest.year)
    theirs = same.filter(pk=interest.duplicate_of_id, contact_email__iexact=interest.contact_email)
    found: Interest | None = theirs.annotate(entered=entered_how("pk")).first()
    return found


def is_entered(path: str) -> models.Exists:
    """Whether the hub entered something of the interest at this path, or of a copy of it."""
    of_it = models.Q(interest=models.OuterRef(path)) | models.Q(interest__duplicate_of=models.OuterRef(path))
    return models.Exists(Receipt._base_manager.filter(of_it))


def entered_how(path: str) -> models.Subquery:
    """How what was sent came, where the hub entered it, for the interest at this path."""
    sent = Receipt._base_manager.filter(interest=models.OuterRef(path), what=Receipt.What.SENT)
    return models.Subquery(sent.values("how")[:1])
