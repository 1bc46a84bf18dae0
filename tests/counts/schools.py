"""How many queries the pages of schools take."""

from typing import Any

from schools.roles import HUB_LEAD, NATIONAL, TEACHER
from tests import factories as make
from tests.counts.table import Count
from tests.world import Side


def _more_schools(side: Side) -> Any:
    return make.SchoolFactory(authority=side.school.authority, trust=make.TrustFactory())


def _more_people(side: Side) -> Any:
    return make.make_user(TEACHER, school=side.school)


def _more_staff(side: Side) -> Any:
    return make.make_user(HUB_LEAD, hub=side.hub)


def _more_imports(side: Side) -> Any:
    return make.GiasImportFactory()


def _school(side: Side) -> list[Any]:
    return [side.school.pk]


TABLE: dict[str, Count] = {
    "school-list": Count(HUB_LEAD, 6, _more_schools),
    "school-detail": Count(HUB_LEAD, 7, _more_schools, _school),
    "school-people": Count(HUB_LEAD, 7, _more_people, _school),
    "school-history": Count(HUB_LEAD, 7, _more_people, _school),
    "person-list": Count(HUB_LEAD, 7, _more_people),
    "person-detail": Count(HUB_LEAD, 9, _more_people, lambda side: [side.users[TEACHER].person_id]),
    "hub-detail": Count(NATIONAL, 8, _more_staff, lambda side: [side.hub.pk]),
    "import-list": Count(NATIONAL, 6, _more_imports),
}
