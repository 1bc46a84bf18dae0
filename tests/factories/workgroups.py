"""Groups, places, participants, meetings, visits."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from tests.factories.programmes import EnrolmentFactory, LeaderFactory, OfferFactory
from tests.factories.schools import HubFactory, PersonFactory
from workgroups.models import Group, LeaderChange, Meeting, Participant, Place, Replacement, Visit


class GroupFactory(DjangoModelFactory[Group]):
    """A forming group."""

    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Example Group {n}")
    offer = factory.SubFactory(OfferFactory)
    hub = factory.SubFactory(HubFactory)
    leader = factory.SubFactory(LeaderFactory, hub=factory.SelfAttribute("..hub"))
    places_max = factory.SelfAttribute("offer.group_max")


class PlaceFactory(DjangoModelFactory[Place]):
    """A school's place; counts itself on the group."""

    class Meta:
        model = Place

    group = factory.SubFactory(GroupFactory)
    enrolment = factory.SubFactory(EnrolmentFactory, offer=factory.SelfAttribute("..group.offer"))
    placed_on = date(2026, 9, 12)

    @classmethod
    def _create(cls, model_class: type[Place], *args: object, **kwargs: object) -> Place:
        place = super()._create(model_class, *args, **kwargs)
        place.group.places_taken += 1
        place.group.save(update_fields=["places_taken"])
        return place


class ParticipantFactory(DjangoModelFactory[Participant]):
    """A teacher in a place."""

    class Meta:
        model = Participant

    place = factory.SubFactory(PlaceFactory)
    person = factory.SubFactory(PersonFactory)
    since = date(2026, 9, 12)


class LeaderChangeFactory(DjangoModelFactory[LeaderChange]):
    """Somebody else leads the group from 1 February 2027."""

    class Meta:
        model = LeaderChange

    group = factory.SubFactory(GroupFactory)
    was = factory.SelfAttribute("group.leader")
    leader = factory.SubFactory(LeaderFactory, hub=factory.SelfAttribute("..group.hub"))
    from_on = date(2027, 2, 1)
    reason = "Parental leave"
    made_at = datetime(2027, 1, 11, 10, tzinfo=UTC)


class ReplacementFactory(DjangoModelFactory[Replacement]):
    """Somebody follows somebody from 1 February 2027."""

    class Meta:
        model = Replacement

    person = factory.SubFactory(PersonFactory)
    successor = factory.SubFactory(PersonFactory)
    from_on = date(2027, 2, 1)
    made_at = datetime(2027, 1, 11, 10, tzinfo=UTC)


class MeetingFactory(DjangoModelFactory[Meeting]):
    """A meeting on a Tuesday afternoon in January 2027."""

    class Meta:
        model = Meeting

    group = factory.SubFactory(GroupFactory)
    number = factory.Sequence(lambda n: n + 1)
    starts_at = datetime(2027, 1, 12, 13, 30, tzinfo=UTC)
    ends_at = datetime(2027, 1, 12, 16, tzinfo=UTC)


class VisitFactory(DjangoModelFactory[Visit]):
    """A visit of the spring term, still to book."""

    class Meta:
        model = Visit

    place = factory.SubFactory(PlaceFactory)
    group = factory.SelfAttribute("place.group")
    school = factory.SelfAttribute("place.enrolment.school")
    leader = factory.SelfAttribute("group.leader")
    number = factory.Sequence(lambda n: n + 1)
    term = 2
    book_from = date(2027, 1, 4)
    book_by = date(2027, 3, 25)
