"""What a headteacher agreed to for a school's year after, or without, its application; never edited."""

from collections.abc import Collection
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


def with_agreed(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """With all that was said, for the pages of one enrolment."""
    agreed = models.Prefetch("agreements", queryset=Agreement.objects.select_related("text", "by"))
    loaded = enrolments.select_related("interest__commitments", "offer__commitments").prefetch_related(agreed)
    return loaded.annotate(has_two_heads=_has_two_heads())


def with_who_agreed(enrolments: EnrolmentQuerySet, user: User) -> EnrolmentQuerySet:
    """With ``agreed_last``, who gave their word last, and ``agreed_self``, whether this user has; for lists."""
    own = Agreement.objects.filter(enrolment=models.OuterRef("pk"))
    last = own.order_by("-at", "-pk").values("by__person")[:1]
    confirmed = _confirmed_of(models.OuterRef("school"), models.OuterRef("accepted_on"))
    return enrolments.select_related("interest").annotate(
        agreed_last=models.Subquery(last),
        agreed_self=models.Exists(own.filter(by=user)),
        has_two_heads=_has_two_heads(),
        # A new headteacher who confirmed for the whole school.
        confirmed_last=models.Subquery(confirmed.order_by("-confirmed_at", "-pk").values("person")[:1]),
    )


def _has_two_heads() -> models.Exists:
    """Whether the hub has still to say which headteacher stays, after another school became part of this one."""
    return models.Exists(with_two_heads(School.objects.filter(pk=models.OuterRef("school")), clock.today()))


def confirmed_for(enrolment: Enrolment) -> models.QuerySet[HeadConfirmation]:
    """By which headteachers a school's year was confirmed as that of a new one, the first before the others."""
    found = _confirmed_of(enrolment.school_id, enrolment.accepted_on)
    return found.select_related("person", "confirmed_by__person").order_by("confirmed_at", "pk")


def said_by(enrolment: Enrolment) -> set[int]:
    """The persons who have given their word to a school's year in the portal; reads what ``with_agreed`` loads."""
    return {one.by.person_id for one in enrolment.agreements.all()} | {
        one.person_id for one in confirmed_for(enrolment)
    }


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


def asks_head(enrolment: Enrolment, head: Person, said: Collection[int]) -> bool:
    """Whether a headteacher is asked to agree to a school's year; ``said``: the persons who have, in the portal.

    While it goes on, of those who have not. What came as an application asks first whoever it names; until they
    answer nobody is asked besides; nor is anybody while two hold the role after a merger. Reads ``interest`` and what
    ``with_agreed`` or ``with_who_agreed`` annotates.
    """
    is_going_on = enrolment.status in (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE)
    is_open = is_going_on and not enrolment.has_two_heads  # type: ignore[attr-defined]
    if not is_open or enrolment.offer.enrols != Offer.Enrols.SCHOOLS or head.pk in said:
        return False
    interest = enrolment.interest
    if interest is None:
        return True
    if interest.head_confirmed_at is None:
        return bool(said)
    return not is_same_head((head.name, head.email), (interest.head_name, interest.head_email))
