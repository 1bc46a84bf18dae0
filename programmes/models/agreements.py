"""What a headteacher agreed to for a school's year after, or without, its application; never edited."""

from typing import Any, Self

from django.db import models

from hubportal.core import clock
from programmes.models.confirming import HeadConfirmation
from programmes.models.enrolment import Enrolment, EnrolmentQuerySet
from programmes.models.offers import Offer
from programmes.models.phases import AgreementText
from programmes.rules.agreeing import is_same_head
from schools.models import Person, School, User, with_two_heads


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Reading agreements."""

    def visible_to(self, user: Any) -> Self:
        """Those of the enrolments one sees."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user).values("pk"))


class Agreement(models.Model):
    """A headteacher's word in the portal: of a school that was enrolled without it, or of one who came later."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="agreements")
    text = models.ForeignKey(AgreementText, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        constraints = [models.UniqueConstraint(fields=("enrolment", "text", "by"), name="agreement_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


class _Listed(models.Func):
    """One number of all rows of a subquery, in one text: who is read with the enrolments takes no query more."""

    output_field = models.TextField()
    template = "GROUP_CONCAT(%(expressions)s, ' ')"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same in PostgreSQL."""
        return self.as_sql(compiler, connection, template="STRING_AGG(CAST(%(expressions)s AS text), ' ')", **context)


def with_said(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """With what ``asks_head`` reads."""
    agreed = Agreement.objects.filter(enrolment=models.OuterRef("pk")).order_by()
    confirmed = _confirmed_of(models.OuterRef("school"), models.OuterRef("accepted_on"))
    return enrolments.select_related("interest", "offer").annotate(
        keys_agreed=models.Subquery(agreed.annotate(who=_Listed("by__person")).values("who")),
        # New headteachers who confirmed for the whole school.
        keys_confirmed=models.Subquery(confirmed.annotate(who=_Listed("person")).values("who")),
        has_two_heads=_has_two_heads(),
    )


def with_agreed(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """The same with all that was said and its words, for the pages of one enrolment."""
    agreed = models.Prefetch("agreements", queryset=Agreement.objects.select_related("text", "by"))
    loaded = with_said(enrolments).select_related("interest__commitments", "offer__commitments")
    return loaded.prefetch_related(agreed)


def _has_two_heads() -> models.Exists:
    """Whether the hub has still to say which headteacher stays, after another school became part of this one."""
    return models.Exists(with_two_heads(School.objects.filter(pk=models.OuterRef("school")), clock.today()))


def confirmed_for(enrolment: Enrolment) -> models.QuerySet[HeadConfirmation]:
    """By which headteachers a school's year was confirmed as that of a new one, the first before the others."""
    found = _confirmed_of(enrolment.school_id, enrolment.accepted_on)
    return found.select_related("person", "confirmed_by__person").order_by("confirmed_at", "pk")


def said_by(enrolment: Enrolment) -> set[int]:
    """The persons who have given their word to a school's year in the portal; reads what ``with_said`` annotates."""
    found = (enrolment.keys_agreed, enrolment.keys_confirmed)  # type: ignore[attr-defined]
    return {int(key) for keys in found for key in (keys or "").split()}


def _confirmed_of(school: Any, accepted_on: Any) -> models.QuerySet[HeadConfirmation]:
    at_it = models.Q(school=school) | models.Q(school__succeeded_by=school)
    return HeadConfirmation.objects.filter(at_it, confirmed_at__date__gte=accepted_on)


def agreed_text(enrolment: Enrolment) -> AgreementText:
    """The version that the school agreed to, or is asked to agree to; reads what ``with_agreed`` loads."""
    said = list(enrolment.agreements.all())
    if said:
        return said[-1].text
    applied = enrolment.interest.commitments if enrolment.interest else None
    return applied or enrolment.offer.commitments


def asks_head(enrolment: Enrolment, head: Person) -> bool:
    """Whether a headteacher is asked to agree to a school's year; of two, each for themselves.

    While it goes on, of those who have not. What came as an application asks first whoever it names; until they
    answer nobody is asked besides; nor is anybody while two hold the role after a merger. Reads what ``with_said``
    loads.
    """
    is_going_on = enrolment.status in (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE)
    is_open = is_going_on and not enrolment.has_two_heads  # type: ignore[attr-defined]
    said = said_by(enrolment)
    if not is_open or enrolment.offer.enrols != Offer.Enrols.SCHOOLS or head.pk in said:
        return False
    interest = enrolment.interest
    if interest is None:
        return True
    if interest.head_confirmed_at is None:
        return bool(said)
    return not is_same_head((head.name, head.email), (interest.head_name, interest.head_email))
