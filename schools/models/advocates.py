"""Headteachers who speak for the programme: what each has agreed to, since when, and how the hub knows."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from schools import roles
from schools.models.hubs import Hub
from schools.models.people import Person, Role, User
from schools.models.places import School
from schools.scope import among, reach


class AdvocateQuerySet(models.QuerySet["Advocate"]):
    """Reading what headteachers agreed to."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs those of their schools; everybody their own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(among("school__hub", scope.hub_ids) | models.Q(person=scope.person_id))

    def for_hub(self, hub: Hub | None) -> Self:
        """Of the schools of one hub, or all where none is chosen."""
        return self if hub is None else self.filter(school__hub=hub)

    def with_stand(self, today: date) -> Self:
        """Annotate ``is_head``: whether they are still headteacher of the school; else the hub asks anew."""
        head = Role.objects.current(today).filter(
            kind=roles.HEADTEACHER, person=models.OuterRef("person"), school=models.OuterRef("school")
        )
        return self.annotate(is_head=models.Exists(head))

    def agreed(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawn_at=None)

    def standing(self, today: date) -> Self:
        """What may be used: not withdrawn, by somebody who is still headteacher there."""
        return self.with_stand(today).agreed().filter(is_head=True)

    def to_ask_anew(self, today: date) -> Self:
        """Given by somebody who is no longer headteacher there: it ended with the headship."""
        return self.with_stand(today).agreed().filter(is_head=False)

    def for_list(self) -> Self:
        """What a list of advocates shows."""
        return self.select_related("person", "school__authority", "school__hub").order_by("person__name", "pk")


class Advocate(models.Model):
    """A headteacher's consent; changed by a new one, ended by being withdrawn, never edited."""

    class How(models.TextChoices):
        """How it came."""

        PORTAL = "portal", "In the portal, by themselves"
        EMAIL = "email", "By e-mail"
        PHONE = "phone", "By telephone"
        PERSON = "person", "In person"
        PAPER = "paper", "On paper"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="advocacy")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="advocates")
    speaks = models.BooleanField("speaks to other headteachers at events", default=False)
    testimonial = models.BooleanField("gives a testimonial", default=False)
    may_be_named = models.BooleanField("may be named with the school", default=False)
    given_on = models.DateField()
    how = models.CharField(max_length=10, choices=How)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AdvocateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(withdrawn_at=None), name="advocate_one_consent"
            ),
            models.CheckConstraint(
                condition=models.Q(speaks=True) | models.Q(testimonial=True),
                name="advocate_agrees_to_something",
                violation_error_message="Say what they agree to: speaking, a testimonial, or both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, headteacher advocate"

    def get_absolute_url(self) -> str:
        """What was agreed, on a page of the person."""
        return reverse("schools:advocate", args=[self.person_id])

    @property
    def owner_id(self) -> int | None:
        """For the journal: the school's hub."""
        return self.school.hub_id

    @property
    def agreed_to(self) -> str:
        """What they agreed to, in words."""
        return agreed_words(self.speaks, self.testimonial, self.may_be_named)


def agreed_words(speaks: bool, testimonial: bool, may_be_named: bool) -> str:
    """What a headteacher agreed to, in words."""
    what = [*(["speaks at events"] if speaks else []), *(["gives a testimonial"] if testimonial else [])]
    return f"{' and '.join(what)}; {'may be named' if may_be_named else 'not to be named'}".capitalize()
