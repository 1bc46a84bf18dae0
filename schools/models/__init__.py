"""Who and where: hubs, local authorities, trusts, schools with their URNs, persons, users, roles."""

from schools.models.imports import GiasImport
from schools.models.people import Person, PersonQuerySet, Role, User
from schools.models.places import Hub, LocalAuthority, School, SchoolQuerySet, SchoolTie, SchoolUrn, Trust

__all__ = [
    "GiasImport",
    "Hub",
    "LocalAuthority",
    "Person",
    "PersonQuerySet",
    "Role",
    "School",
    "SchoolQuerySet",
    "SchoolTie",
    "SchoolUrn",
    "Trust",
    "User",
]
