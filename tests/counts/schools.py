"""How many queries the pages of schools take."""

from typing import Any

from schools.roles import HUB_LEAD, NATIONAL, TEACHER
from tests import factories as make
from tests.counts.everything import more_of_everything
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


def _teacher(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id]


def _teachers_role(side: Side) -> list[Any]:
    return [side.users[TEACHER].person.roles.get(kind=TEACHER).pk]


TABLE: dict[str, Count] = {
    "school-list": Count(HUB_LEAD, 6, _more_schools),
    "school-detail": Count(HUB_LEAD, 9, _more_schools, _school),
    "school-people": Count(HUB_LEAD, 7, _more_people, _school),
    "school-history": Count(HUB_LEAD, 7, _more_people, _school),
    "person-list": Count(HUB_LEAD, 7, _more_people),
    "person-detail": Count(HUB_LEAD, 9, _more_people, _teacher),
    "hub-detail": Count(NATIONAL, 8, _more_staff, lambda side: [side.hub.pk]),
    "import-list": Count(NATIONAL, 6, _more_imports),
    "import-detail": Count(NATIONAL, 5, _more_imports, lambda side: [make.GiasImportFactory().pk]),
    # Steps
    "school-hub": Count(NATIONAL, 7, more_of_everything, _school),
    "school-successor": Count(NATIONAL, 6, _more_schools, _school, query="?q=example"),
    "hub-email": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.hub.pk]),
    "person-create": Count(HUB_LEAD, 5, more_of_everything),
    "person-edit": Count(HUB_LEAD, 7, more_of_everything, _teacher),
    "role-grant": Count(HUB_LEAD, 7, more_of_everything, _teacher),
    "role-end": Count(HUB_LEAD, 5, more_of_everything, _teachers_role),
}
