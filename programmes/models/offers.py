"""What is offered in a year, with every number the portal is driven by."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import models
from django.urls import reverse

from programmes import rules
from programmes.models.offer_numbers import (
    CLOSES_TOO_SOON,
    CODE_OF_ANOTHER,
    CODE_TAKEN,
    HALVES_ONLY,
    LARGEST_TOO_SMALL,
    DaysField,
    bounds,
    in_halves,
    within_bounds,
)
from programmes.models.offer_queries import OfferQuerySet
from programmes.models.phases import AgreementText, Phase, TagSet
from programmes.rules import offers as rules_of_offers
from programmes.rules.calendar import TERM_NAMES
from schools import rules as school_rules
from schools.models import Hub, School
from schools.roles import LABELS, READINESS_LEAD, SPECIALIST


class Offer(models.Model):
    """A phase as it is offered in one year: its code and every number the portal is driven by."""

    class Enrols(models.TextChoices):
        """Who enrols."""

        SCHOOLS = "schools", "Schools"
        PERSONS = "persons", "Persons"

    class HeadPart(models.TextChoices):
        """What the headteacher of somebody who applies for themselves has to do."""

        ASKED = "asked", "Is asked to confirm"
        TOLD = "told", "Is told"

    class Trn(models.TextChoices):
        """Whether people give their teacher reference number."""

        NO = "no", "Not asked for"
        OPTIONAL = "optional", "Asked for, but not needed"
        REQUIRED = "required", "Needed"

    class Served(models.TextChoices):
        """How a school is served."""

        GROUP = "group", "By a group"
        SCHOOL = "school", "By one-school support"
        BOTH = "both", "By both"

    IN_GROUPS = (Served.GROUP, Served.BOTH)
    # Phases that an offer names: those that usually came before, and those whose finishers are taken first.
    PHASE_SETS = ("follows", "priority_after")
    # What the national team may keep for itself though it is no field of an offer: the amounts that it pays.
    RATES = "rates"

    class Per(models.TextChoices):
        """How meetings or visits spread over the year."""

        HALF_TERM = "half_term", "Half-term"
        TERM = "term", "Term"
        YEAR = "year", "Year"

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="offers")
    year = models.PositiveSmallIntegerField(help_text="Calendar year in which the academic year starts.")
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="own_offers")
    is_published = models.BooleanField(default=True)
    # A hub's own version of a national offer, and why; which fields the national team keeps for itself.
    stands_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="versions", editable=False
    )
    hub_reason = models.TextField(blank=True)
    locked = models.JSONField(default=list, blank=True)
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies", editable=False
    )
    # A draft that a target needed: until somebody changes it, copying the year before brings it up to date.
    is_for_target = models.BooleanField(default=False, editable=False)
    opens_on = models.DateField()
    closes_on = models.DateField()
    # Until when teachers' places are held for names to come; a hub may have its own day (``HubOffer``).
    names_by = models.DateField(null=True, blank=True)

    enrols = models.CharField(max_length=10, choices=Enrols, default=Enrols.SCHOOLS)
    served_by = models.CharField(max_length=10, choices=Served, default=Served.GROUP)
    group_min = models.PositiveSmallIntegerField(default=1, help_text="Schools.", validators=bounds("group_min"))
    group_max = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Schools; empty: open.", validators=bounds("group_max")
    )
    teachers_per_school = models.PositiveSmallIntegerField(default=2, validators=bounds("teachers_per_school"))
    leader_kind = models.CharField(
        max_length=20, choices=[(kind, LABELS[kind]) for kind in (SPECIALIST, READINESS_LEAD)], default=SPECIALIST
    )

    meetings = models.PositiveSmallIntegerField(
        default=0, help_text="In the whole year.", validators=bounds("meetings")
    )
    meetings_per = models.CharField(max_length=10, choices=Per, default=Per.YEAR)
    meeting_half_days = models.PositiveSmallIntegerField(default=1, validators=bounds("meeting_half_days"))
    visits = models.PositiveSmallIntegerField(
        default=0, help_text="To every school, in the whole year.", validators=bounds("visits")
    )
    visits_per = models.CharField(max_length=10, choices=Per, default=Per.TERM)
    visit_half_days = models.PositiveSmallIntegerField(default=1, validators=bounds("visit_half_days"))
    support_days = models.PositiveSmallIntegerField(
        default=0,
        help_text="Whole days of support in the school, beside the visits.",
        validators=bounds("support_days"),
    )
    support_per = models.CharField(max_length=10, choices=Per, default=Per.YEAR)
    release_days = DaysField(
        default=0, help_text="Days a school releases its teachers for.", validators=bounds("release_days")
    )
    start_term = models.PositiveSmallIntegerField(
        default=1, choices=list(enumerate(TERM_NAMES, start=1)), validators=bounds("start_term")
    )
    head_at_first_meeting = models.BooleanField(default=False)
    visit_tags = models.ForeignKey(TagSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    # Eligibility (GIAS codes); an empty list admits every phase of education.
    school_phases = models.JSONField(default=list, blank=True)
    state_funded_only = models.BooleanField(default=True)
    is_once = models.BooleanField(default=False, help_text="A school does this phase once.")
    follows = models.ManyToManyField(Phase, blank=True, related_name="leads_to")
    must_follow = models.BooleanField(default=False, help_text="Only schools that have done one of these may apply.")
    eligibility = models.TextField(blank=True, help_text="Who it is for, in words that applicants read.")
    trn = models.CharField(max_length=10, choices=Trn, default=Trn.NO)
    head_part = models.CharField(max_length=10, choices=HeadPart, default=HeadPart.ASKED)
    # Who is taken first where places are scarce.
    priority_after = models.ManyToManyField(Phase, blank=True, related_name="priority_in")
    priority_fsm = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Percent of pupils with free school meals; empty: not looked at.",
        validators=bounds("priority_fsm"),
    )
    needs_lead_role = models.BooleanField(default=False)
    lead_role_label = models.CharField(max_length=120, blank=True)

    group_label = models.CharField(max_length=40, default="Work Group")
    teacher_label = models.CharField(max_length=40, default="Lead Participant")
    commitments = models.ForeignKey(AgreementText, on_delete=models.PROTECT, related_name="offers")

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("year", "code", "hub"), name="offer_code_once", violation_error_message=CODE_TAKEN
            ),
            models.UniqueConstraint(
                fields=("stands_for", "hub"),
                name="offer_version_once",
                violation_error_message="Your hub has a version of this offer already.",
            ),
            models.CheckConstraint(
                condition=models.Q(stands_for=None) | models.Q(hub__isnull=False),
                name="offer_version_of_hub",
                violation_error_message="Only a hub has a version of its own.",
            ),
            models.UniqueConstraint(
                fields=("year", "code"),
                condition=models.Q(hub=None),
                name="offer_code_once_national",
                violation_error_message=CODE_TAKEN,
            ),
            models.CheckConstraint(
                condition=models.Q(group_max=None) | models.Q(group_max__gte=models.F("group_min")),
                name="offer_group_size",
                violation_error_message=LARGEST_TOO_SMALL,
            ),
            models.CheckConstraint(
                condition=within_bounds(),
                name="offer_numbers",
                violation_error_message="One of the numbers is too small or too large for an offer.",
            ),
            models.CheckConstraint(
                condition=in_halves("release_days"),
                name="offer_release_in_halves",
                violation_error_message=HALVES_ONLY,
            ),
            models.CheckConstraint(
                condition=models.Q(closes_on__gte=models.F("opens_on")),
                name="offer_window",
                violation_error_message=CLOSES_TOO_SOON,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.year_label}"

    def get_absolute_url(self) -> str:
        """The offer's page."""
        return reverse("programmes:offer-detail", args=[self.pk])

    @property
    def year_label(self) -> str:
        """For example 2026/27."""
        return school_rules.year_label(self.year)

    @property
    def code_taken(self) -> str:
        """What is said of a code that another offer has."""
        return CODE_OF_ANOTHER.format(code=self.code, year=self.year_label)

    def phase_sets(self) -> dict[str, list[Phase]]:
        """The phases that it names, by which."""
        return {name: list(getattr(self, name).all()) for name in self.PHASE_SETS}

    def set_phases(self, phases: Mapping[str, Iterable[Phase]]) -> None:
        """Name these phases; sets that are not given stay."""
        for name, named in phases.items():
            getattr(self, name).set(named)

    @property
    def base_id(self) -> int:
        """The key of the national offer that a hub's own version stands for, else its own: they are one programme."""
        return self.stands_for_id or self.pk

    def is_grouped_with(self, other: "Offer") -> bool:
        """Whether schools of both may meet in one group, as ``grouped_with`` finds them."""
        return self.base_id == other.base_id and self.runs_in_groups == other.runs_in_groups

    def is_kept_national(self, name: str) -> bool:
        """Whether the national team keeps this the same in every hub."""
        return name in (self.stands_for or self).locked

    @property
    def is_for_persons(self) -> bool:
        """Whether single persons enrol in it, not schools."""
        return self.enrols == self.Enrols.PERSONS

    @property
    def only_tells_head(self) -> bool:
        """Whether headteachers hear of applications and are not asked to confirm them."""
        return self.is_for_persons and self.head_part == self.HeadPart.TOLD

    @property
    def all_visits(self) -> int:
        """Every time that somebody comes to the school: visits and days of support."""
        return self.visits + self.support_days

    @property
    def support_words(self) -> str:
        """How much support in the school there is: `3 days in the year, spread over its terms`."""
        days = "1 day" if self.support_days == 1 else f"{self.support_days} days"
        per = (
            "" if self.support_per == self.Per.YEAR else f", spread over its {self.get_support_per_display().lower()}s"
        )
        return f"{days} in the year{per}"

    @property
    def noun(self) -> str:
        """Who takes its places, for counting: one, and many."""
        return "person,people" if self.is_for_persons else "school,schools"

    def takes_applications(self, today: date) -> bool:
        """Whether its window is open."""
        return self.opens_on <= today <= self.closes_on

    def is_in_use(self) -> bool:
        """Whether somebody is enrolled by its numbers."""
        return self.enrolments.exists()

    def is_known(self) -> bool:
        """Whether somebody ever applied for it, or for a hub's version of it, or was enrolled."""
        return any(any(uses) for uses in self._uses().values())

    def kept(self) -> dict[str, str]:
        """The fields that cannot be changed (any more), each with why."""
        found = self._uses()
        asked, used = found[self.pk]
        known = {"is_known": any(any(uses) for uses in found.values()), "is_version": self.stands_for_id is not None}
        return rules_of_offers.kept(is_asked_for=asked, is_in_use=used, **known)

    def _uses(self) -> dict[int, tuple[bool, bool]]:
        return Offer.objects.filter(models.Q(pk=self.pk) | models.Q(stands_for=self.pk)).uses()

    @property
    def runs_in_groups(self) -> bool:
        """Whether its schools are placed in groups."""
        return self.served_by in self.IN_GROUPS

    def fit_of(self, school: School) -> rules.Answer:
        """Whether a school is of those that it is for, whatever the day and what it did before."""
        return rules.offer_eligibility(_facts(school), self._terms(), today=self.opens_on)

    def answer_to(self, school: School, today: date, parts: Iterable[rules.Part]) -> rules.Answer:
        """Whether a school that took these parts may apply on this day, or why not; see ``offer_eligibility``.

        For people who apply for themselves their school's parts say nothing.
        """
        parts = () if self.is_for_persons else tuple(parts)
        asks = self.must_follow and not self.is_for_persons
        after = frozenset(phase.pk for phase in self.follows.all()) if asks else frozenset[int]()
        return rules.offer_eligibility(_facts(school, parts), self._terms(after), today=today)

    def is_in_turn_with(self, other: "Offer") -> bool:
        """Whether one of the two comes before the other, in one year: only one of them can be joined.

        What prepares for a phase comes before whatever follows that, too.
        """
        if self.year != other.year or self.phase_id == other.phase_id:
            return False
        pairs = ((self, other), (other, self))
        return any(
            one.phase.prepares_for_id == after.phase_id
            or any(phase.pk in (one.phase_id, one.phase.prepares_for_id) for phase in after.follows.all())
            for one, after in pairs
        )

    def _terms(self, after: frozenset[int] = frozenset()) -> rules.OfferTerms:
        admits, window = frozenset(self.school_phases), (self.opens_on, self.closes_on)
        return rules.OfferTerms(admits, self.state_funded_only, *window, self.phase_id, self.year, self.is_once, after)


def _facts(school: School, parts: tuple[rules.Part, ...] = ()) -> rules.SchoolFacts:
    ages = (school.low_age, school.high_age)
    return rules.SchoolFacts(school.phase_code, school.is_state_funded, *ages, parts)
