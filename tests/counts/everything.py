"""One more of everything that a page about one thing of the world could show."""

from hubportal.core.models import JournalEntry
from schools import roles
from tests import factories as make
from tests.world import NOW, Side


def more_of_everything(side: Side) -> None:
    """Around the school, its hub, the offer, the group and the award of this world."""
    number = side.group.meetings.count() + 10
    side.group.places_max = None
    side.group.save()
    _more_people(side)
    enrolment = make.EnrolmentFactory(school__authority__hub=side.hub, offer=side.offer, hub=side.hub)
    make.EnrolledTeacherFactory(enrolment=enrolment)
    make.EnrolledTeacherFactory(enrolment=side.enrolment)
    make.InterestFactory(school=side.school, offer=side.offer, status="second", duplicate_of=side.interest)
    make.OfferFactory()
    make.RateFactory(offer=side.offer, label=f"Rate {number}")
    place = make.PlaceFactory(group=side.group, enrolment=enrolment)
    make.ParticipantFactory(place=place)
    make.ParticipantFactory(place=side.place)
    make.MeetingFactory(group=side.group, number=number)
    for held in (place, side.place):
        make.VisitFactory(place=held, number=number)
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)
    make.GroupFactory(offer=side.offer, hub=side.hub)
    make.ClaimFactory(award=side.award, amount=1)
    make.AwardFactory(enrolment=enrolment)
    make.NoticeFactory(owner=side.hub)
    for thing in (side.group, side.enrolment, side.claim):
        JournalEntry.objects.create(at=NOW, what="Tried", record=thing._meta.label_lower + f":{thing.pk}", label="One")


def _more_people(side: Side) -> None:
    make.HubFactory()
    make.make_user(roles.TEACHER, school=side.school)
    make.make_user(roles.HUB_LEAD, hub=side.hub)
    leader = make.LeaderFactory(hub=side.hub, school=side.school)
    make.RoleFactory(person=leader.person, kind=leader.kind, hub=side.hub)
    make.RoleFactory(person=side.users[roles.TEACHER].person, kind=roles.MATHS_LEAD, school=side.school, ends_on=NOW)
