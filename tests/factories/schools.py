"""Hubs, schools, persons, roles, users."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from schools import roles
from schools.models import (
    Advocate,
    GiasImport,
    GiasUpload,
    Hub,
    HubChange,
    HubMove,
    LocalAuthority,
    Person,
    Role,
    School,
    SchoolUrn,
    Succession,
    Trust,
    User,
)

LONG_AGO = date(2020, 9, 1)
PASSWORD = "demo-portal"


class HubFactory(DjangoModelFactory[Hub]):
    """A hub."""

    class Meta:
        model = Hub

    code = factory.Sequence(lambda n: f"hub-{n}")
    name = factory.Sequence(lambda n: f"Example Hub {n}")
    region = "East Midlands"
    email = factory.LazyAttribute(lambda hub: f"{hub.code}@hubs.example.org")


class AuthorityFactory(DjangoModelFactory[LocalAuthority]):
    """A local authority of a hub."""

    class Meta:
        model = LocalAuthority

    code = factory.Sequence(lambda n: f"{n % 900 + 100}")
    name = factory.Sequence(lambda n: f"Exampleshire {n}")
    hub = factory.SubFactory(HubFactory)


class TrustFactory(DjangoModelFactory[Trust]):
    """A trust."""

    class Meta:
        model = Trust

    code = factory.Sequence(lambda n: f"{5000 + n}")
    name = factory.Sequence(lambda n: f"Example Trust {n}")


class SchoolFactory(DjangoModelFactory[School]):
    """An open, state-funded primary school with a URN."""

    class Meta:
        model = School
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Example Primary School {n}")
    authority = factory.SubFactory(AuthorityFactory)
    hub = factory.SelfAttribute("authority.hub")
    type_code = "1"
    type_name = "Community school"
    type_group_code = "4"
    phase_code = 2
    town = "Exampleton"
    postcode = factory.Sequence(lambda n: f"ZZ{n % 90 + 1} 1AA")
    website = factory.Sequence(lambda n: f"www.school{n}.example.org")
    pupils = 210

    @factory.post_generation
    def urn(self: School, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """Give the school its URN."""
        if create:
            SchoolUrn.objects.create(school=self, urn=extracted or 900000 + self.pk)


class PersonFactory(DjangoModelFactory[Person]):
    """A person."""

    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Alex Example{n}")
    email = factory.Sequence(lambda n: f"alex{n}@people.example.org")


class RoleFactory(DjangoModelFactory[Role]):
    """A role since long ago; give the place that its kind needs."""

    class Meta:
        model = Role

    person = factory.SubFactory(PersonFactory)
    kind = roles.NATIONAL
    starts_on = LONG_AGO


class AdvocateFactory(DjangoModelFactory[Advocate]):
    """A headteacher who speaks for the programme and may be named; give the person and the school."""

    class Meta:
        model = Advocate

    speaks = True
    may_be_named = True
    given_on = date(2026, 10, 1)
    how = "email"
    entered_by = factory.LazyAttribute(lambda advocate: make_user(roles.HUB_LEAD, hub=advocate.school.hub))
    entered_at = datetime(2026, 10, 1, 9, tzinfo=UTC)


class GiasImportFactory(DjangoModelFactory[GiasImport]):
    """An import that went through, with one row that could not be read."""

    class Meta:
        model = GiasImport

    state = factory.LazyAttribute(lambda record: "refused" if record.problem else "done")
    problem = ""
    file_name = factory.Sequence(lambda n: f"edubasealldata{20260901 + n}.csv")
    started_at = datetime(2026, 9, 1, 8, tzinfo=UTC)
    created = 20
    rejected = 1
    rejected_rows = factory.LazyFunction(lambda: [[7, "900006", "URN 900006 is already on line 3 of this file"]])
    without_hub = factory.LazyFunction(lambda: [["998", "Example Isles", 1]])


class GiasUploadFactory(DjangoModelFactory[GiasUpload]):
    """A file whose preview says that one school gets another name and another closes."""

    class Meta:
        model = GiasUpload

    file_name = "edubasealldata20270111.csv"
    by = factory.LazyFunction(lambda: make_user(roles.NATIONAL))
    at = datetime(2027, 1, 11, 9, tzinfo=UTC)

    @factory.lazy_attribute
    def preview(self) -> dict[str, Any]:
        """As the job writes it."""
        school = SchoolFactory()
        kinds = ("reopened", "converted", "merged", "split", "trusts", "authorities", "hubs")
        return {
            "counts": {"created": 1, "closing": 1, "renamed": 1, "rejected": 1, "others": 1, **dict.fromkeys(kinds, 0)},
            "created": ["Example New School"],
            "closing": [[school.pk, school.name, ""]],
            "renamed": [[school.pk, school.name, "Example Academy"]],
            "touched": [school.pk],
            "rejected_rows": [[7, "900006", "URN 900006 is already on line 3 of this file"]],
            "bad_links": 0,
            "without_hub": [["998", "Example Isles", 1]],
            "mark": "",
        }


def make_user(kind: str = "", *, name: str = "", email: str = "", **place: Any) -> User:
    """Somebody who signs in, with a role of this kind at a place (hub=, school= or trust=)."""
    person = PersonFactory(**{key: value for key, value in {"name": name, "email": email}.items() if value})
    if "school" in place:
        person.school = place["school"]
        person.save()
    if kind:
        RoleFactory(person=person, kind=kind, **place)
    return User.objects.create_user(email=person.email, password=PASSWORD, person=person)


class HubMoveFactory(DjangoModelFactory[HubMove]):
    """A school goes to another hub on 1 February 2027."""

    class Meta:
        model = HubMove

    school = factory.SubFactory(SchoolFactory)
    was = factory.SelfAttribute("school.hub")
    hub = factory.SubFactory(HubFactory)
    from_on = date(2027, 2, 1)
    reason = "Nearer"
    made_at = datetime(2027, 1, 11, 10, tzinfo=UTC)


class SuccessionFactory(DjangoModelFactory[Succession]):
    """A school becomes part of another on 1 February 2027."""

    class Meta:
        model = Succession

    school = factory.SubFactory(SchoolFactory)
    successor_urn = factory.LazyFunction(lambda: SchoolFactory().urns.get().urn)
    how = "merged"
    school_name = factory.SelfAttribute("school.name")
    successor_name = "Example Academy"
    hub = factory.SelfAttribute("school.hub")
    from_on = date(2027, 2, 1)
    reason = "A letter"
    made_at = datetime(2027, 1, 11, 10, tzinfo=UTC)


class HubChangeFactory(DjangoModelFactory[HubChange]):
    """A hub goes on in another on 1 February 2027."""

    class Meta:
        model = HubChange

    kind = HubChange.Kind.MERGER
    hub = factory.SubFactory(HubFactory)
    other = factory.SubFactory(HubFactory)
    from_on = date(2027, 2, 1)
    reason = "Reorganised"
    made_at = datetime(2027, 1, 11, 10, tzinfo=UTC)
