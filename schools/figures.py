"""What two records that may be one person hold, and who in a hub may be the same."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from hubportal.core.templatetags.portal import count
from schools import roles
from schools.actions.giving import may_correct
from schools.actions.merging import links_to
from schools.models import Hub, NotSame, Person, Role, User
from schools.rules.duplicates import Known, pairs


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two people who may be one, and why."""

    first: tuple[int, str, str]
    second: tuple[int, str, str]
    reason: str


def candidates(user: Any, hub: Hub) -> list[Candidate]:
    """Who of a hub's people may be the same, as far as one sees and may correct them; a fixed number of queries."""
    people = Person.objects.visible_to(user).for_hub(hub)
    facts = {
        pk: (name, email, school) for pk, name, email, school in people.values_list("pk", "name", "email", "school")
    }
    at: dict[int, set[int]] = defaultdict(set)
    leads = Q(kind__in=roles.LEADERS, hub=hub)
    held = Role.objects.by_hand().filter(leads | Q(school__isnull=False), person__in=people.values("pk"))
    leaders = set[int]()
    for person, school in held.values_list("person", "school"):
        if school:
            at[person].add(school)
        else:
            leaders.add(person)
    known = [
        Known(pk, name, email, frozenset(at[pk] | ({school} if school else set())), pk in leaders)
        for pk, (name, email, school) in facts.items()
    ]
    found = NotSame.objects.visible_to(user).values_list("first", "second")
    paired = pairs(known, without=frozenset(found))
    others = _not_to_correct(user, {pk for pair, _reason in paired for pk in pair})
    return [
        Candidate((one, *facts[one][:2]), (other, *facts[other][:2]), reason)
        for (one, other), reason in paired
        if others.isdisjoint((one, other))
    ]


def _not_to_correct(by: User, keys: Collection[int]) -> set[int]:
    """Whom of these one may not correct; of who has a role at a trust the page of the two asks, a query for each."""
    ever = ever_held(keys)
    people = Person.objects.filter(pk__in=keys).select_related("school", "user") if keys else ()
    return {
        one.pk
        for one in people
        if not any(role.trust_id for role in ever[one.pk]) and not may_correct(by, one, held=ever[one.pk])
    }


def ever_held(keys: Collection[int]) -> dict[int, list[Role]]:
    """All roles given by hand that these people ever had, with their places; one query."""
    held: dict[int, list[Role]] = {pk: [] for pk in keys}
    for role in Role.objects.by_hand().with_places().filter(person__in=keys):
        held[role.person_id].append(role)
    return held


def held_by(people: Sequence[Person]) -> dict[int, list[str]]:
    """How many rows of each kind name each of these people, in words as `1 role`; one query."""
    fields = [field for field in links_to(Person) if field.model not in (NotSame, User)]
    counted = {
        f"n{number}": Coalesce(
            Subquery(
                field.model._base_manager.filter(**{field.name: OuterRef("pk")})
                .order_by()
                .annotate(all=Value(1))
                .values("all")
                .annotate(n=Count("pk"))
                .values("n"),
                output_field=IntegerField(),
            ),
            0,
        )
        for number, field in enumerate(fields)
    }
    rows = Person.objects.filter(pk__in=[one.pk for one in people]).annotate(**counted)
    metas = [field.model._meta for field in fields]
    nouns = [f"{meta.verbose_name},{meta.verbose_name_plural}" for meta in metas]
    return {
        row.pk: [
            count(number, noun)
            for noun, number in zip(nouns, (getattr(row, key) for key in counted), strict=True)
            if number
        ]
        for row in rows
    }
