"""What lists of interest, leaders and offers can be narrowed by."""

from typing import Any, cast

import django_filters as filters
from django.db import models

from hubportal.core import clock
from programmes.models import (
    BEFORE,
    Enrolment,
    EnrolmentQuerySet,
    Interest,
    InterestQuerySet,
    Leader,
    LeaderQuerySet,
    Phase,
    PhaseOption,
)
from programmes.models.wishes import YEARS_AHEAD
from schools import rules
from schools.models import LocalAuthority
from schools.roles import LABELS, LEADERS
from schools.scope import reach

ALL = "all"
TO_RING = "ring"
YES_NO = [("yes", "Yes"), ("no", "No")]
PAST = "past"
MINE = "mine"
MINE_OR_NOBODYS = "Mine and nobody's"
WHOSE = [(MINE, "Only mine"), ("none", "Nobody's yet"), (ALL, "All")]
WHO = [("school", "Schools"), ("person", "Single people")]
HEADS = [
    ("yes", "Has confirmed"),
    ("no", "Has not confirmed"),
    ("refused", "Has said no"),
    ("settle", "Has said no, nothing decided since"),
    ("late", "Asked, no answer while the link worked"),
    ("nobody", "Nobody is asked: the headteacher left"),
]
NEED = [("yes", "High"), ("no", "Not known to be high")]
HUB_ONLY = ("enrols", "option", "flagged", "head", "trust", "before", "need", "question", "whose")


def _phases(request: Any) -> models.QuerySet[Phase]:
    return Phase.objects.only("name")


def _options(request: Any) -> models.QuerySet[PhaseOption]:
    return PhaseOption.objects.only("name")


def _authorities(request: Any) -> models.QuerySet[LocalAuthority]:
    """Where what came to the chosen hub is from; across all hubs there are too many to choose from."""
    hub = getattr(request, "hub", None)
    if hub is None:
        return LocalAuthority.objects.none()
    came = Interest.objects.for_hub(hub).values("school__authority")
    return LocalAuthority.objects.filter(pk__in=came).order_by("name", "pk")


class InterestFilter(filters.FilterSet):
    """What came, from where, for what, and where it stands; without a choice what needs a decision."""

    rare = ("enrols", "option", "trust", "before", "need", "flagged", "question")

    status = filters.ChoiceFilter(
        method="by_status",
        label="Status",
        empty_label="To decide or waiting",
        choices=[*Interest.Status.choices, (TO_RING, "Interested, without e-mail: can apply now"), (ALL, "All")],
    )
    q = filters.CharFilter(method="by_words", label="School, person or reference")
    whose = filters.ChoiceFilter(method="by_whose", label="Whose", empty_label=MINE_OR_NOBODYS, choices=WHOSE)
    enrols = filters.ChoiceFilter(method="by_who", label="For", empty_label="Either", choices=WHO)
    option = filters.ModelChoiceFilter(queryset=cast("Any", _options), label="Option", empty_label="All")
    phase = filters.ModelChoiceFilter(queryset=cast("Any", _phases), label="Programme", empty_label="All")
    year = filters.ChoiceFilter(method="by_year", label="Year", empty_label="All", choices=[])
    authority = filters.ModelChoiceFilter(
        field_name="school__authority", queryset=cast("Any", _authorities), label="Local authority", empty_label="All"
    )
    trust = filters.CharFilter(field_name="school__trust__name", lookup_expr="icontains", label="Trust")
    before = filters.ChoiceFilter(
        method="by_before", label="Engaged before", empty_label="Either", choices=list(BEFORE.items())
    )
    need = filters.ChoiceFilter(method="by_need", label="Disadvantage", empty_label="Either", choices=NEED)
    head = filters.ChoiceFilter(method="by_head", label="Headteacher's answer", empty_label="Any", choices=HEADS)
    flagged = filters.ChoiceFilter(
        field_name="is_outside_domain",
        method="by_flag",
        label="E-mail address not of the school",
        empty_label="Either",
        choices=YES_NO,
    )

    question = filters.ChoiceFilter(
        label="Questions to the school", empty_label="Either", choices=Interest.Question.choices
    )

    class Meta:
        model = Interest
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = rules.academic_year(clock.today())
        years = [(str(year), rules.year_label(year)) for year in range(this_year + YEARS_AHEAD, this_year - 5, -1)]
        self.filters["year"].extra["choices"] = years
        if getattr(self.request, "hub", None) is None:
            del self.filters["authority"]
        scope = reach(getattr(self.request, "user", None))
        self.is_hub = scope is not None and (scope.is_national or bool(scope.hub_ids))
        if not self.is_hub:
            # What a school sent is all there, and what the hub looks for in it is the hub's.
            for name in HUB_ONLY:
                del self.filters[name]
            self.filters["status"].extra |= {"empty_label": "All", "choices": Interest.Status.choices}

        self.keeps = scope is not None and bool(scope.staff_hub_ids)
        if self.is_hub and not self.keeps:
            # Who looks on has nothing of their own here.
            del self.filters["whose"]

    def filter_queryset(self, queryset: Any) -> Any:
        """Hub staff and the national team see what needs a decision; a school all that it sent.

        Whoever looks after interests begins with their own and with what nobody looks after.
        """
        found: Any = super().filter_queryset(queryset)
        if self.is_of_own:
            found = found.mine_or_nobodys(self._user())
        return found.undecided() if self.is_narrowed else found

    @property
    def is_of_own(self) -> bool:
        """Whether what others look after is left out, because nobody was chosen."""
        return self.keeps and not self.form.cleaned_data.get("whose")

    @property
    def is_narrowed(self) -> bool:
        """Whether only what needs a decision is shown, because no status was chosen."""
        return self.is_hub and not self.form.cleaned_data.get("status")

    def by_status(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """One status, or all; or who can apply now, and hears of it from the hub alone."""
        if value == TO_RING:
            return rows.to_be_rung(clock.today())
        return rows if value == ALL else rows.filter(status=value)

    def by_words(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """A reference, whoever is named, or the school by its name, town, postcode or URN."""
        return rows.matching(value)

    def by_who(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """Of schools, or of people who applied for themselves."""
        return rows.filter(for_person=value == "person")

    def by_year(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """Offers of one academic year."""
        return rows.for_year(int(value))

    def by_head(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """Whether the headteacher has confirmed, has said no, never answered, or left without a successor."""
        if value in ("refused", "nobody"):
            return rows.refused() if value == "refused" else rows.asking_nobody()
        if value in ("settle", "late"):
            return rows.refused_since(clock.now()) if value == "settle" else rows.without_answer(clock.now())
        return rows.filter(head_confirmed_at__isnull=value == "no")

    def by_flag(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """Whether an address is outside the school's own domain."""
        return rows.filter(is_outside_domain=value == "yes")

    def by_before(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """Whether, and how, the school was with the programme before."""
        return rows.engaged_before(value)

    def by_need(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """On the hub's priority list, or with as many free school meals as the offer asks for."""
        return rows.in_need(value == "yes")

    def by_whose(self, rows: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        """One's own, nobody's, or everybody's."""
        if value == ALL:
            return rows
        return rows.mine(self._user()) if value == MINE else rows.nobodys()

    def _user(self) -> Any:
        return getattr(self.request, "user", None)


class LeaderFilter(filters.FilterSet):
    """Who leads, as what, now or before; without a choice those of today and to come."""

    q = filters.CharFilter(field_name="person__name", lookup_expr="icontains", label="Name")
    kind = filters.ChoiceFilter(label="Role", empty_label="All", choices=[(kind, LABELS[kind]) for kind in LEADERS])
    time = filters.ChoiceFilter(
        method="by_time",
        label="Time",
        empty_label="Now and to come",
        choices=[(PAST, "Ended"), (ALL, "All")],
    )

    class Meta:
        model = Leader
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave out whose time has ended, unless asked for."""
        found: Any = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("time") else found.exclude(ends_on__lt=clock.today())

    def by_time(self, rows: LeaderQuerySet, name: str, value: str) -> LeaderQuerySet:
        """Those whose time has ended, or all."""
        return rows.filter(ends_on__lt=clock.today()) if value == PAST else rows


class NamingFilter(filters.FilterSet):
    """Whose places are held for teachers to be named; by whether the last day for it is over."""

    q = filters.CharFilter(field_name="school__name", lookup_expr="icontains", label="School")
    late = filters.ChoiceFilter(method="by_late", label="Day", empty_label="All", choices=[("yes", "Over")])

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def by_late(self, rows: EnrolmentQuerySet, name: str, value: str) -> EnrolmentQuerySet:
        """Those whose day is over."""
        return rows.unnamed_late(clock.today())
