"""Factories of every table; all people and schools are invented."""

from tests.factories.core import NoticeFactory
from tests.factories.funding import AwardFactory, ClaimFactory, RateFactory
from tests.factories.programmes import (
    AgreementTextFactory,
    EnrolledTeacherFactory,
    EnrolmentFactory,
    InterestFactory,
    LeaderFactory,
    OfferFactory,
    PathwayFactory,
    PhaseFactory,
    PhaseFamilyFactory,
    TagFactory,
    TagSetFactory,
    make_half_terms,
)
from tests.factories.schools import (
    AuthorityFactory,
    GiasImportFactory,
    HubFactory,
    PersonFactory,
    RoleFactory,
    SchoolFactory,
    TrustFactory,
    make_user,
)
from tests.factories.workgroups import (
    GroupFactory,
    LeaderChangeFactory,
    MeetingFactory,
    ParticipantFactory,
    PlaceFactory,
    VisitFactory,
)

__all__ = [
    "AgreementTextFactory",
    "AuthorityFactory",
    "AwardFactory",
    "ClaimFactory",
    "EnrolledTeacherFactory",
    "EnrolmentFactory",
    "GiasImportFactory",
    "GroupFactory",
    "HubFactory",
    "InterestFactory",
    "LeaderChangeFactory",
    "LeaderFactory",
    "MeetingFactory",
    "NoticeFactory",
    "OfferFactory",
    "ParticipantFactory",
    "PathwayFactory",
    "PersonFactory",
    "PhaseFactory",
    "PhaseFamilyFactory",
    "PlaceFactory",
    "RateFactory",
    "RoleFactory",
    "SchoolFactory",
    "TagFactory",
    "TagSetFactory",
    "TrustFactory",
    "VisitFactory",
    "make_half_terms",
    "make_user",
]
