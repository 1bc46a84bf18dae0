"""Interests: what a school sent without an account, and what became of it."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hubportal.core.workflow import StatusModel
from programmes import rules
from programmes.models.asking import is_light, is_whole
from programmes.models.offers import Offer
from programmes.models.phases import AgreementText, Phase, PhaseOption
from programmes.models.sent import SentQuerySet
from schools.models import Hub, School, SchoolUrn, User
from schools.rules import academic_year, year_label
from schools.scope import among, reach


class InterestQuerySet(SentQuerySet):
    """Reading interest."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs what came to them; a school's leads (and its trust's) what it sent first."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        own = among("school", scope.school_staff_ids) | among("school__trust", scope.trust_ids)
        return self.filter(among("hub", scope.hub_ids) | (own & models.Q(duplicate_of=None)))

    def for_hub(self, hub: Hub | None) -> Self:
        """What came to one hub, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_year(self, year: int) -> Self:
        """Interest in the offers of one academic year."""
        return self.filter(year=year)

    def of_school(self, school: int, phase: int, year: int) -> Self:
        """What a school itself told of or applied for in one phase and year; not who works there for themselves."""
        return self.filter(school=school, phase=phase, year=year, for_person=False)

    def for_list(self) -> Self:
        """What a list of interest shows, longest waiting first."""
        return self.select_related("school__authority", "offer", "phase", "option", "hub").order_by(
            "submitted_at", "pk"
        )

    def with_as_hub(self, user: Any) -> Self:
        """Annotate ``as_hub``: whether a person reads each as the hub does, not as the school."""
        scope = reach(user)
        overseen = models.Q(pk__in=()) if scope is None else models.Q(hub__in=scope.hub_ids)
        if scope is not None and scope.is_national:
            overseen = ~models.Q(pk__in=())
        return self.annotate(as_hub=models.ExpressionWrapper(overseen, output_field=models.BooleanField()))

    def with_urn(self) -> Self:
        """Annotate ``urn``, the school's current one."""
        current = SchoolUrn.objects.filter(school=models.OuterRef("school"), is_current=True)
        return self.annotate(urn=models.Subquery(current.values("urn")[:1]))

    def undecided(self) -> Self:
        """New, or on the waiting list."""
        return self.filter(status__in=Interest.UNDECIDED)

    def open(self) -> Self:
        """Neither declined nor withdrawn nor a second copy."""
        return self.filter(status__in=Interest.OPEN)

    def to_decide(self) -> Self:
        """Waiting for the hub's decision: new ones, whether or not the head has confirmed yet."""
        return self.filter(status=Interest.Status.SUBMITTED)


class Interest(StatusModel):
    """A school's interest in one phase in one year: light at first, an application once the rest is there."""

    class Status(models.TextChoices):
        """Where it stands."""

        INTERESTED = "interested", "Interested"
        SUBMITTED = "submitted", "To decide"
        WAITING = "waiting", "On the waiting list"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SECOND = "second", "Second copy"
        MERGED = "merged", "Merged"

    class Question(models.TextChoices):
        """How far the thread of questions with the school is."""

        ASKED = "asked", "Waiting for the school's answer"
        ANSWERED = "answered", "The school has answered"

    UNDECIDED = (Status.SUBMITTED, Status.WAITING)
    OPEN = (Status.SUBMITTED, Status.WAITING, Status.ACCEPTED)
    # What somebody who tells or asks again has sent already; a second copy of a colleague's too.
    STANDING = (Status.INTERESTED, *OPEN, Status.SECOND)
    # What shares the fate of another: the hub has not said yet that it is the same, or it has.
    FOLLOWING = (Status.SECOND, Status.MERGED)
    MOVES = {
        Status.INTERESTED: frozenset({Status.SUBMITTED, Status.SECOND, Status.WITHDRAWN, Status.MERGED}),
        Status.SUBMITTED: frozenset(
            {Status.WAITING, Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.SECOND, Status.MERGED}
        ),
        Status.WAITING: frozenset({Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.SECOND, Status.MERGED}),
        Status.ACCEPTED: frozenset({Status.WITHDRAWN}),
        Status.DECLINED: frozenset(),
        Status.WITHDRAWN: frozenset(),
        Status.SECOND: frozenset({Status.INTERESTED, Status.SUBMITTED, Status.WITHDRAWN, Status.MERGED}),
        Status.MERGED: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.SUBMITTED)
    reference = models.CharField(max_length=12, unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="interests")
    # Until a school applies there may be no offer for its year yet.
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="interests")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    option = models.ForeignKey(PhaseOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hub = models.ForeignKey(Hub, null=True, on_delete=models.PROTECT, related_name="interests")
    came_from = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    came_at = models.DateTimeField(null=True, blank=True, help_text="When it went from that hub to this one.")
    # What one form sent for several programmes or schools: the first of them.
    sent_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="sent_together", editable=False
    )
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="seconds")
    # The hub has said that it is not the same as another one of its school: both may stand.
    is_apart = models.BooleanField(default=False, editable=False)

    contact_name = models.CharField(max_length=150)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=30, blank=True)
    contact_job = models.CharField(max_length=100, blank=True)
    contact_is_head = models.BooleanField(default=False)
    # Somebody applies for themselves: the contact is who would take part.
    for_person = models.BooleanField(default=False)
    trn = models.CharField("teacher reference number", max_length=7, blank=True)
    head_name = models.CharField(max_length=150, blank=True)
    head_email = models.EmailField(blank=True)
    is_outside_domain = models.BooleanField(default=False)
    message = models.TextField(blank=True)

    # What the form suggested, and why; the school may have chosen otherwise.
    advised = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    advice = models.TextField(blank=True)

    commitments = models.ForeignKey(AgreementText, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    privacy = models.ForeignKey(AgreementText, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    # Name and job of who agreed, once the contact is named otherwise than then; empty: the contact.
    agreed_by = models.CharField(max_length=260, blank=True, editable=False)
    submitted_at = models.DateTimeField()

    # Whether what it only told of could be applied for then; if not, its contact is invited once it can be.
    could_apply = models.BooleanField(default=False, editable=False)
    invited_at = models.DateTimeField(null=True, blank=True, help_text="When the hub invited the school to apply.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When whoever sent it withdrew it.")
    # The contact's address before the last change of theirs: what was sent there counts no more.
    former_email = models.EmailField(blank=True)
    email_changed_at = models.DateTimeField(null=True, blank=True)
    # When the hub put that address right: what the wrong one was told counts no more.
    contact_corrected_at = models.DateTimeField(null=True, blank=True)
    # The contact's link carries the number too; it is sent when somebody who has the reference asks for it.
    link_number = models.PositiveSmallIntegerField(default=1)
    link_asked_at = models.DateTimeField(null=True, blank=True)

    # The headteacher's link carries the number; asking again raises it, so that an older link ends.
    head_asked = models.PositiveSmallIntegerField(default=1)
    head_asked_at = models.DateTimeField(null=True, blank=True)
    # Since when nobody is asked: who was is headteacher no more, and nobody has been named since.
    head_ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    head_confirmed_at = models.DateTimeField(null=True, blank=True)
    # Since when it is this one who hears of it, where that is later than when it was sent.
    head_named_at = models.DateTimeField(null=True, blank=True)
    # A no is an answer too; with the same link it can still become a yes.
    head_refused_at = models.DateTimeField(null=True, blank=True)
    head_refusal = models.TextField(blank=True)
    # When the headteacher last said no themselves; stays where they confirm since, as others had heard of it.
    head_said_no_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the hub entered a no that it was told; stays in the same way, as the hub knows of it without an e-mail.
    head_no_entered_at = models.DateTimeField(null=True, blank=True, editable=False)

    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.TextField(blank=True)
    # Why the hub takes a school that the rules cannot judge, or whose headteacher says no; the school does not read it.
    hub_note = models.TextField(blank=True)

    # Who of the hub's staff looks after it; empty: who looks after the school, else after the offer in this hub.
    kept_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Whether the school has a question of the hub to answer, or has answered the last one.
    question = models.CharField(max_length=10, choices=Question, blank=True)
    # Not proposed when a place frees, until the hub says so again.
    passed_over_at = models.DateTimeField(null=True, blank=True)
    passed_over_reason = models.TextField(blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("school", "phase", "year"),
                condition=models.Q(status__in=("submitted", "waiting", "accepted"), for_person=False, is_apart=False),
                name="interest_one_open",
            ),
            # Offices share addresses: who it is says name and address together.
            models.UniqueConstraint(
                Lower("contact_email"),
                Lower("contact_name"),
                "phase",
                "year",
                condition=models.Q(status__in=("submitted", "waiting", "accepted"), for_person=True, is_apart=False),
                name="interest_one_open_person",
            ),
            models.CheckConstraint(
                condition=models.Q(trn="") | models.Q(trn__regex=r"^[0-9]{7}$"), name="interest_trn"
            ),
            models.CheckConstraint(
                condition=(is_whole() & ~models.Q(status="interested"))
                | (is_light() & models.Q(status__in=("interested", "second", "withdrawn", "merged"))),
                name="interest_light_or_whole",
                violation_error_message="An application names its offer, headteacher and commitments.",
            ),
        ]
        # Read by the hub's list of interest and its work list.
        indexes = [models.Index(fields=("hub", "status", "submitted_at"), name="interest_hub_status")]

    def __str__(self) -> str:
        return f"{self.reference}, {self.school}"

    def get_absolute_url(self) -> str:
        """The hub's page of this interest."""
        return reverse("programmes:interest-detail", args=[self.pk])

    @property
    def is_light(self) -> bool:
        """A school that has told of its interest and has not applied."""
        return self.offer_id is None

    @property
    def noun(self) -> str:
        """What it is called: an application, until a school has applied an interest."""
        return "interest" if self.is_light else "application"

    @property
    def programme(self) -> str:
        """What it is about, with the year; reads ``offer`` and ``phase``."""
        return f"{self.programme_title} {self.year_label}"

    @property
    def programme_title(self) -> str:
        """What it is about: the offer's own name, until there is one the phase's."""
        return self.offer.title if self.offer else self.phase.name

    @property
    def year_label(self) -> str:
        """For example 2026/27."""
        return year_label(self.year)

    @property
    def named_teachers(self) -> list[str]:
        """The names of those who take part, without places that are held; reads ``teachers``."""
        return [teacher.name for teacher in self.teachers.all() if teacher.name]

    @property
    def same_year(self) -> tuple[str, ...]:
        """What else they are in or have applied for, as ``with_same_year`` found it, in words that follow a name."""
        found = {"is in": self.beside_enrolled, "has applied for": self.beside_applied}  # type: ignore[attr-defined]
        return tuple(f"{does} {phase}" for does, phase in found.items() if phase)

    @property
    def advised_otherwise(self) -> str:
        """The phase that the form suggested, and why, where another was chosen; reads ``advised``."""
        if self.advised is None or self.advised_id == self.phase_id:
            return ""
        return f"{self.advised.name}, and told the school: “{self.advice}”"

    @property
    def applied_offer(self) -> Offer:
        """The offer of an application.

        :raises ValueError: of a light interest, which has none.
        """
        if self.offer is None:
            raise ValueError(f"{self.reference} is no application.")
        return self.offer

    @property
    def is_undecided(self) -> bool:
        """Waiting for the hub: new, or on the waiting list."""
        return self.status in self.UNDECIDED

    @property
    def is_standing(self) -> bool:
        """Open: neither declined nor withdrawn nor a second copy."""
        return self.status in self.OPEN

    @property
    def is_sent_after_decision(self) -> bool:
        """A second copy of what was decided before it came: its sender is told nothing until the hub has looked."""
        first = self.duplicate_of
        return first is not None and first.is_decided_before(self) and self.status == self.Status.SECOND

    @property
    def is_settled_with_first(self) -> bool:
        """A second copy of what has been decided since it came: nothing becomes of it by itself any more."""
        first = self.duplicate_of
        if first is None or self.status != self.Status.SECOND or first.decided_at is None:
            return False
        return not (first.is_undecided or first.is_decided_before(self))

    def is_decided_before(self, other: "Interest") -> bool:
        """Whether it was decided before another one even came."""
        return self.decided_at is not None and self.decided_at < other.submitted_at

    @property
    def only_tells_head(self) -> bool:
        """Whether the headteacher hears of it and is not asked to confirm."""
        return self.offer is not None and self.offer.only_tells_head

    @property
    def who(self) -> str:
        """Who would take part: the school, or somebody who works there."""
        return f"{self.contact_name}, {self.school}" if self.for_person else str(self.school)

    @property
    def who_agreed(self) -> str:
        """Name and job of who agreed when it was sent, whoever is its contact by now."""
        return self.agreed_by or ", ".join(filter(None, (self.contact_name, self.contact_job)))

    @property
    def may_be_changed(self) -> bool:
        """Whether whoever sent it may change or withdraw it: until it is decided; an interest until they apply.

        What came after the decision stays as it is for its sender until the hub has looked: they are not to read that.
        """
        waits = (self.Status.INTERESTED,) if self.is_light else self.UNDECIDED
        return self.status in (*waits, self.Status.SECOND) and not self.is_settled_with_first

    @property
    def may_be_closed(self) -> bool:
        """Whether the hub may still close it without a decision; a place that was accepted ends with its enrolment."""
        return self.status != self.Status.ACCEPTED and self.may_move_to(self.Status.WITHDRAWN)

    @property
    def corrected_since_sent(self) -> datetime | None:
        """When the hub put the contact's address right; None where whoever told of it has applied since."""
        at = self.contact_corrected_at
        return at if at is not None and at >= self.submitted_at else None

    @property
    def is_head_contact(self) -> bool:
        """Whoever applied said that they are the headteacher, and nobody has named another address since."""
        return self.contact_is_head and self.contact_email.lower() == self.head_email.lower()

    @property
    def takes_questions(self) -> bool:
        """Whether hub and school can still write to each other about it: it is neither closed nor a second copy."""
        return self.status == self.Status.INTERESTED or self.is_standing

    @property
    def needs_note(self) -> bool:
        """Whether the offer's rules do not say by themselves that this school fits: the hub says why it does."""
        return self.offer is not None and self.offer.fit_of(self.school) is not rules.Answer.OPEN

    @property
    def may_correct_head(self) -> bool:
        """Whether another headteacher can be named: before the decision, or while an accepted one is unconfirmed."""
        return self.is_undecided or (self.status == self.Status.ACCEPTED and self.head_confirmed_at is None)

    @property
    def may_come_again(self) -> bool:
        """Whether it is over, and what was sent can be entered anew; reads ``school``."""
        return self.status in (self.Status.DECLINED, self.Status.WITHDRAWN) and not self.school.has_closed

    def is_of_past_year(self, today: date) -> bool:
        """Whether the school year that it is for has ended."""
        return academic_year(today) > self.year

    def head_link(self, asked: int, now: datetime) -> rules.HeadLink:
        """What becomes of the headteacher's link that carries this number; see ``rules.head_link``."""
        return rules.head_link(
            carried=asked,
            asked=self.head_asked,
            asked_at=self.head_asked_at,
            confirmed_at=self.head_confirmed_at,
            is_standing=self.is_standing,
            now=now,
        )
