"""A small world in which every role exists inside and outside: who must see, and who must not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from hubportal.core import clock
from schools import roles
from schools.models import Hub, Role, School, Trust, User
from tests import factories as make

# The portal's moment in the tables of access and query counts: inside spring 1 of 2026/27.
NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)


@dataclass
class Side:
    """One hub with everything in it once."""

    hub: Hub
    trust: Trust
    school: School
    users: dict[str, User]
    things: dict[str, Any] = field(default_factory=dict)

    def browser(self, kind: str) -> Client:
        """Somebody with this role, signed in."""
        client = Client()
        client.force_login(self.users[kind])
        return client

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["things"][name]
        except KeyError:
            raise AttributeError(name) from None


ROLES = (
    roles.NATIONAL,
    roles.HUB_LEAD,
    roles.HUB_ADMIN,
    roles.BOARD,
    roles.SPECIALIST,
    roles.READINESS_LEAD,
    roles.TRUST_LEAD,
    roles.HEADTEACHER,
    roles.MATHS_LEAD,
    roles.OFFICE,
    roles.TEACHER,
)


def make_side(*, group_leader: str = roles.SPECIALIST) -> Side:
    """A hub with a school of a trust, one user a role, a running group with one place, and money."""
    hub = make.HubFactory()
    trust = make.TrustFactory()
    school = make.SchoolFactory(authority__hub=hub, trust=trust)
    at: dict[str, dict[str, Any]] = {kind: {"hub": hub} for kind in roles.AT_HUB}
    at |= {kind: {"school": school} for kind in roles.AT_SCHOOL}
    at |= {roles.TRUST_LEAD: {"trust": trust}, roles.NATIONAL: {}}
    users = {kind: make.make_user(kind, **at[kind]) for kind in ROLES}
    side = Side(hub, trust, school, users)
    _add_programme(side, group_leader)
    return side


def make_side_now() -> Side:
    """The same, at the world's moment."""
    with clock.fixed(NOW):
        return make_side()


def _add_programme(side: Side, group_leader: str) -> None:
    make.make_half_terms()
    things, users = side.things, side.users
    things["offer"] = offer = make.OfferFactory(leader_kind=group_leader)
    things["tag"] = make.TagFactory(tag_set=offer.visit_tags)
    things["leader"] = leader = make.LeaderFactory(person=users[group_leader].person, hub=side.hub, kind=group_leader)
    things["interest"] = make.InterestFactory(school=side.school)
    things["enrolment"] = enrolment = make.EnrolmentFactory(school=side.school, offer=offer)
    teacher = users[roles.TEACHER].person
    things["enrolled_teacher"] = make.EnrolledTeacherFactory(enrolment=enrolment, person=teacher)
    things["group"] = group = make.GroupFactory(offer=offer, hub=side.hub, leader=leader)
    things["place"] = place = make.PlaceFactory(group=group, enrolment=enrolment)
    things["participant"] = make.ParticipantFactory(place=place, person=teacher)
    Role.objects.create(person=leader.person, kind=roles.LEADS_SCHOOL, school=side.school, starts_on=place.placed_on)
    type(group).objects.filter(pk=group.pk).update(status="running", started_at=NOW)
    type(enrolment).objects.filter(pk=enrolment.pk).update(status="active")
    for record in (group, enrolment):
        record.refresh_from_db()
    things["meeting"] = make.MeetingFactory(group=group, number=1)
    things["visit"] = make.VisitFactory(place=place, number=1)
    things["award"] = award = make.AwardFactory(enrolment=enrolment)
    things["claim"] = make.ClaimFactory(award=award, raised_by=users[roles.OFFICE])
    things["notice"] = make.NoticeFactory(owner=side.hub, target=f"funding.award:{award.pk}")
