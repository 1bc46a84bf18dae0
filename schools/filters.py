"""What lists of schools and people can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db import models

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.models import BadAddress, BadAddressQuerySet
from schools import roles
from schools.models import (
    Advocate,
    AdvocateQuerySet,
    LetterRecipient,
    LocalAuthority,
    Person,
    PersonQuerySet,
    School,
    SchoolQuerySet,
    SchoolTie,
    owned_by,
    owned_by_nobody,
    owned_by_nobody_else,
    with_two_heads,
    without_contact,
    without_follower,
)

WORKED, NEVER, NEW = "yes", "no", "new"
NO_CONTACT, TWO_HEADS = "none", "two"
MINE, NOBODYS, ALL = "mine", "none", "all"


class AuthorityFilter(filters.CharFilter):
    """By a part of a local authority's name; by the whole name of one where it is that: Leicester, not its county."""

    def filter(self, qs: Any, value: str) -> Any:
        """All rows where nothing was typed."""
        if not value:
            return qs
        whole, part = (models.Q(**{f"{self.field_name}__{how}": value}) for how in ("iexact", "icontains"))
        is_a_name = models.Exists(LocalAuthority.objects.filter(name__iexact=value))
        return qs.filter(whole | part & ~is_a_name)


class SchoolFilter(filters.FilterSet):
    """Name, place, kind and state of a school."""

    q = filters.CharFilter(method="by_words", label="Name, town, postcode or URN")
    authority = AuthorityFilter(field_name="authority__name", label="Local authority")
    trust = filters.CharFilter(field_name="trust__name", lookup_expr="icontains", label="Trust")
    phase = filters.ChoiceFilter(field_name="phase_code", choices=School.Phase, label="Phase", empty_label="Any")
    status = filters.ChoiceFilter(
        field_name="gias_status", choices=School.GiasStatus, label="Open or closed", empty_label="Any"
    )
    engaged = filters.ChoiceFilter(
        method="by_engagement",
        label="Taken part",
        empty_label="Any",
        choices=[
            (WORKED, "Has taken part"),
            (NEVER, "Never taken part"),
            (NEW, "Never engaged: nothing sent, nothing run"),
        ],
    )
    whose = filters.ChoiceFilter(
        method="by_whose",
        label="Whose",
        empty_label="Mine and nobody's",
        choices=[(MINE, "Only mine"), (NOBODYS, "Nobody's yet"), (ALL, "All")],
    )
    hub = filters.ChoiceFilter(
        method="by_hub", label="Hub", empty_label="Any", choices=[("none", "Open, without a hub")]
    )

    gap = filters.ChoiceFilter(
        method="by_gap",
        label="People",
        empty_label="Any",
        choices=[
            ("yes", "Headteacher or maths lead leaves, nobody follows"),
            (TWO_HEADS, "Two headteachers since another school became part of it"),
            (NO_CONTACT, "No address to write to"),
        ],
    )

    written = filters.ChoiceFilter(
        method="by_letter",
        label="Letters",
        empty_label="Any",
        choices=[(NEVER, "Not written to"), (WORKED, "Written to")],
    )

    class Meta:
        model = School
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may(self._user(), roles.NATIONAL):
            del self.filters["hub"]
        if not may(self._user(), *roles.HUB_STAFF):
            del self.filters["whose"]
        if not may(self._user(), roles.NATIONAL, *roles.HUB_READERS):
            del self.filters["written"]

    def by_words(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """As every search for a school."""
        return rows.matching(value)

    def by_engagement(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """Whether any hub ever ran something for the school."""
        if value == NEW:
            return rows.never_engaged()
        tied = models.Exists(SchoolTie.objects.filter(school=models.OuterRef("pk")))
        return rows.filter(tied) if value == WORKED else rows.filter(~tied)

    def filter_queryset(self, queryset: Any) -> Any:
        """Whoever looks after schools begins with their own and with what nobody looks after."""
        found: Any = super().filter_queryset(queryset)
        return owned_by_nobody_else(found, self._user()) if self.is_of_own else found

    @property
    def is_of_own(self) -> bool:
        """Whether what others look after is left out, because nobody was chosen."""
        return "whose" in self.filters and not self.form.cleaned_data.get("whose")

    def by_whose(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """One's own, nobody's, or everybody's."""
        if value == ALL:
            return rows
        return owned_by(rows, self._user()) if value == MINE else owned_by_nobody(rows)

    def _user(self) -> Any:
        return getattr(self.request, "user", None)

    def by_gap(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """The hub asks the school who follows, or whom to write to; of two headteachers its own hub ends one role."""
        if value == TWO_HEADS:
            rows = rows.belonging_to(getattr(self.request, "hub", None), self._user())
        found = {NO_CONTACT: without_contact, TWO_HEADS: with_two_heads}.get(value, without_follower)
        return found(rows, clock.today())

    def by_letter(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """Whether a letter left for somebody of the school, of those that the reader reads."""
        got = LetterRecipient.objects.visible_to(self._user()).got().filter(school=models.OuterRef("pk"))
        return rows.filter(models.Exists(got) if value == WORKED else ~models.Exists(got))

    def by_hub(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """Nobody reads their interest: the national team gives them to a hub."""
        return rows.without_hub()


class PersonFilter(filters.FilterSet):
    """Name, role and place of a person."""

    q = filters.CharFilter(method="by_words", label="Name or e-mail")
    kind = filters.ChoiceFilter(
        method="by_kind",
        label="Role",
        empty_label="Any",
        choices=[(kind, label) for kind, label in roles.LABELS.items() if kind != roles.LEADS_SCHOOL],
    )
    place = filters.CharFilter(method="by_place", label="School, hub or trust")
    sign_in = filters.ChoiceFilter(
        method="by_sign_in",
        label="Sign-in",
        empty_label="Any",
        choices=[("signed", "Has signed in"), ("invited", "Invited, not yet signed in"), ("none", "Has no account")],
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def by_words(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Every word typed, in the name or the address."""
        return rows.matching(value)

    def by_kind(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Held today."""
        return rows.holding(value, clock.today())

    def by_place(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Held today, at a place with this in its name."""
        return rows.at_place_named(value, clock.today())

    def by_sign_in(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Whether an invitation was ever used."""
        if value == "none":
            return rows.filter(user=None)
        return rows.filter(user__isnull=False, user__last_login__isnull=value == "invited")


class AdvocateFilter(filters.FilterSet):
    """Place, phase, what was agreed to, and whether it still stands."""

    q = filters.CharFilter(method="by_words", label="Name or school")
    authority = AuthorityFilter(field_name="school__authority__name", label="Local authority")
    phase = filters.ChoiceFilter(
        field_name="school__phase_code", choices=School.Phase, label="Phase", empty_label="Any"
    )
    agreed = filters.ChoiceFilter(
        method="by_agreed",
        label="Agreed to",
        empty_label="Anything",
        choices=[("speaks", "Speak at events"), ("testimonial", "Give a testimonial"), ("may_be_named", "Be named")],
    )
    state = filters.ChoiceFilter(
        method="by_state",
        label="State",
        empty_label="All",
        choices=[("stands", "May be used"), ("anew", "Has left: ask anew")],
    )

    class Meta:
        model = Advocate
        fields: list[str] = []

    def by_words(self, rows: AdvocateQuerySet, name: str, value: str) -> AdvocateQuerySet:
        """Every word, in the name of the headteacher or of the school."""
        for word in value.split():
            rows = rows.filter(models.Q(person__name__icontains=word) | models.Q(school__name__icontains=word))
        return rows

    def by_agreed(self, rows: AdvocateQuerySet, name: str, value: str) -> AdvocateQuerySet:
        """One of the three."""
        return rows.filter(**{value: True})

    def by_state(self, rows: AdvocateQuerySet, name: str, value: str) -> AdvocateQuerySet:
        """Whether they are still headteacher there."""
        today = clock.today()
        return rows.standing(today) if value == "stands" else rows.to_ask_anew(today)


class AddressFilter(filters.FilterSet):
    """An address, and whether nothing is sent there."""

    q = filters.CharFilter(field_name="email", lookup_expr="icontains", label="E-mail address")
    stands = filters.ChoiceFilter(
        method="by_stand", label="State", empty_label="All", choices=[("yes", "Nothing is sent there")]
    )

    class Meta:
        model = BadAddress
        fields: list[str] = []

    def by_stand(self, rows: BadAddressQuerySet, name: str, value: str) -> BadAddressQuerySet:
        """Refused for good, or too often for a while."""
        return rows.standing()
