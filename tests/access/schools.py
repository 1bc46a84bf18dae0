"""Who may use each URL of schools."""

from typing import Any

from schools.roles import (
    BOARD,
    HUB_ADMIN,
    HUB_LEAD,
    HUB_READERS,
    HUB_STAFF,
    LEADERS,
    NATIONAL,
    OFFICE,
    READINESS_LEAD,
    SCHOOL_LEADS,
    SPECIALIST,
    TEACHER,
    TRUST_LEAD,
)
from tests.access.table import ALL, Line, but, page, seen, step
from tests.factories import GiasImportFactory, HubMoveFactory
from tests.world import Side

GIVERS = (NATIONAL, *HUB_STAFF, *SCHOOL_LEADS)


def _school(side: Side) -> list[Any]:
    return [side.school.pk]


def _hub(side: Side) -> list[Any]:
    return [side.hub.pk]


def _teacher(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id]


def _teachers_role(side: Side) -> list[Any]:
    return [side.users[TEACHER].person.roles.get().pk]


TABLE: dict[str, Line] = {
    "import-list": page(NATIONAL),
    "import-detail": page(NATIONAL, args=lambda side: [GiasImportFactory().pk]),
    "school-list": page(NATIONAL, *HUB_READERS, *LEADERS, TRUST_LEAD),
    # The world's group is led by its Mastery Specialist: the other leader has no school here.
    "school-detail": seen(*but(READINESS_LEAD), args=_school),
    "school-people": seen(*but(READINESS_LEAD), args=_school),
    "school-history": page(NATIONAL, *HUB_READERS, args=_school),
    "school-hub": page(NATIONAL, HUB_LEAD, args=_school),
    "school-successor": page(NATIONAL, args=_school),
    "hub-move-take-back": step(NATIONAL, HUB_LEAD, args=lambda side: [HubMoveFactory(school=side.school).pk]),
    "person-list": page(NATIONAL, *HUB_READERS),
    "person-create": page(*GIVERS),
    "person-detail": seen(*but(READINESS_LEAD), args=_teacher),
    "person-edit": Line(allowed=(*GIVERS, TEACHER), refused=(BOARD, SPECIALIST, OFFICE), args=_teacher),
    "person-invite-again": Line(
        allowed=GIVERS, refused=(BOARD, SPECIALIST, OFFICE, TEACHER), args=_teacher, method="post", ok=302
    ),
    "role-grant": page(*GIVERS, args=_teacher),
    "role-end": page(*GIVERS, args=_teachers_role),
    "view-as": step(NATIONAL, HUB_LEAD, args=_teacher),
    "view-as-stop": Line(allowed=ALL, method="post", ok=302),
    "hub-detail": seen(NATIONAL, *HUB_READERS, *LEADERS, args=_hub),
    "hub-email": page(NATIONAL, HUB_LEAD, HUB_ADMIN, args=_hub),
    "year-choose": Line(allowed=ALL, method="post", ok=302),
    "hub-choose": Line(allowed=ALL, method="post", ok=302),
}
