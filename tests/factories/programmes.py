"""Phases, offers, interest, enrolments, leaders. Phases are invented: code must not know their names."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from programmes.models import (
    AgreementText,
    EnrolledTeacher,
    Enrolment,
    HalfTerm,
    Interest,
    Leader,
    Offer,
    Pathway,
    Phase,
    PhaseFamily,
    PriorityListing,
    Tag,
    TagSet,
)
from schools.models import Hub
from schools.roles import SPECIALIST
from tests.factories.schools import LONG_AGO, PersonFactory, SchoolFactory

YEAR = 2026
HALF_TERMS = (
    (date(2026, 9, 1), date(2026, 10, 23)),
    (date(2026, 11, 2), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 2, 12)),
    (date(2027, 2, 22), date(2027, 3, 25)),
    (date(2027, 4, 12), date(2027, 5, 28)),
    (date(2027, 6, 7), date(2027, 7, 21)),
)


def make_half_terms(hub: Hub | None = None) -> list[HalfTerm]:
    """The six half-terms of 2026/27, national or a hub's own."""
    return [
        HalfTerm.objects.get_or_create(
            year=YEAR, hub=hub, number=number, defaults={"starts_on": starts_on, "ends_on": ends_on}
        )[0]
        for number, (starts_on, ends_on) in enumerate(HALF_TERMS, start=1)
    ]


class PathwayFactory(DjangoModelFactory[Pathway]):
    """A pathway."""

    class Meta:
        model = Pathway

    code = factory.Sequence(lambda n: f"pathway-{n}")
    name = factory.Sequence(lambda n: f"Pathway {n}")


class PhaseFamilyFactory(DjangoModelFactory[PhaseFamily]):
    """A family of phases."""

    class Meta:
        model = PhaseFamily

    pathway = factory.SubFactory(PathwayFactory)
    name = factory.Sequence(lambda n: f"Family {n}")


class PhaseFactory(DjangoModelFactory[Phase]):
    """A phase."""

    class Meta:
        model = Phase

    code = factory.Sequence(lambda n: f"phase-{n}")
    pathway = factory.SubFactory(PathwayFactory)
    family = factory.SubFactory(PhaseFamilyFactory, pathway=factory.SelfAttribute("..pathway"))
    name = factory.Sequence(lambda n: f"Phase {n}")
    short_name = factory.SelfAttribute("name")
    step = 2


class TagSetFactory(DjangoModelFactory[TagSet]):
    """A set of tags."""

    class Meta:
        model = TagSet

    code = factory.Sequence(lambda n: f"tags-{n}")
    name = "Big Ideas"


class TagFactory(DjangoModelFactory[Tag]):
    """A tag."""

    class Meta:
        model = Tag

    tag_set = factory.SubFactory(TagSetFactory)
    name = factory.Sequence(lambda n: f"Idea {n}")


class AgreementTextFactory(DjangoModelFactory[AgreementText]):
    """Commitments or a privacy notice."""

    class Meta:
        model = AgreementText

    kind = AgreementText.Kind.COMMITMENTS
    code = factory.Sequence(lambda n: f"text-{n}")
    version = "1"
    body = "Teachers are released for every meeting.\nSenior leaders support the work."
    published_on = LONG_AGO


class OfferFactory(DjangoModelFactory[Offer]):
    """An offer of 2026/27: 2 to 3 schools, 3 meetings, 3 visits."""

    class Meta:
        model = Offer

    phase = factory.SubFactory(PhaseFactory)
    year = YEAR
    code = factory.Sequence(lambda n: f"NCP26-{n}")
    title = factory.LazyAttribute(lambda offer: f"{offer.phase.name} programme")
    opens_on = date(2026, 1, 5)
    closes_on = date(2027, 3, 31)
    group_min = 2
    group_max = 3
    meetings = 3
    meetings_per = Offer.Per.TERM
    visits = 3
    visit_tags = factory.SubFactory(TagSetFactory)
    school_phases = factory.LazyFunction(lambda: [2, 3])
    commitments = factory.SubFactory(AgreementTextFactory)


class InterestFactory(DjangoModelFactory[Interest]):
    """An interest that waits for the hub."""

    class Meta:
        model = Interest

    reference = factory.Sequence(lambda n: f"HP-{n:05d}")
    school = factory.SubFactory(SchoolFactory)
    offer = factory.SubFactory(OfferFactory)
    phase = factory.SelfAttribute("offer.phase")
    year = factory.SelfAttribute("offer.year")
    hub = factory.SelfAttribute("school.hub")
    contact_name = "Robin Contact"
    contact_email = factory.Sequence(lambda n: f"robin{n}@people.example.org")
    head_name = "Jo Head"
    head_email = factory.Sequence(lambda n: f"head{n}@people.example.org")
    commitments = factory.SelfAttribute("offer.commitments")
    privacy = factory.SubFactory(AgreementTextFactory, kind=AgreementText.Kind.PRIVACY)
    agreed_at: datetime | None = datetime(2026, 9, 1, 9, tzinfo=UTC)
    submitted_at = datetime(2026, 9, 1, 9, tzinfo=UTC)


class PriorityListingFactory(DjangoModelFactory[PriorityListing]):
    """A school on its hub's priority list."""

    class Meta:
        model = PriorityListing

    school = factory.SubFactory(SchoolFactory)
    hub = factory.SelfAttribute("school.hub")


class LightInterestFactory(InterestFactory):
    """A school that has told of its interest and has not applied."""

    class Meta:
        model = Interest

    status = Interest.Status.INTERESTED
    offer = None
    phase = factory.SubFactory(PhaseFactory)
    year = YEAR
    commitments = None
    agreed_at = None
    head_name = ""
    head_email = ""


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    """A school accepted into an offer."""

    class Meta:
        model = Enrolment

    school = factory.SubFactory(SchoolFactory)
    offer = factory.SubFactory(OfferFactory)
    hub = factory.SelfAttribute("school.hub")
    accepted_on = date(2026, 9, 10)


class EnrolledTeacherFactory(DjangoModelFactory[EnrolledTeacher]):
    """A teacher in an enrolment."""

    class Meta:
        model = EnrolledTeacher

    enrolment = factory.SubFactory(EnrolmentFactory)
    person = factory.SubFactory(PersonFactory)


class LeaderFactory(DjangoModelFactory[Leader]):
    """A Mastery Specialist."""

    class Meta:
        model = Leader

    person = factory.SubFactory(PersonFactory)
    hub = factory.SubFactory("tests.factories.schools.HubFactory")
    kind = SPECIALIST
    starts_on = LONG_AGO
    max_groups = 2
