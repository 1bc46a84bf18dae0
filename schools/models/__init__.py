"""Who and where: hubs, local authorities, trusts, schools with their URNs, persons, users, roles."""

from schools.models.advocates import Advocate, AdvocateQuerySet
from schools.models.changes import HubChange, HubMove, SchoolSplit, Succession
from schools.models.cut_short import cut_short
from schools.models.duplicates import MergedPerson, MergedPersonQuerySet, NotSame, NotSameQuerySet
from schools.models.hubs import Hub, HubQuerySet
from schools.models.imports import GiasImport, GiasUpload
from schools.models.letter_recipients import LetterRecipient, RecipientQuerySet, with_last_letter
from schools.models.letter_templates import LetterTemplate, LetterTemplateQuerySet
from schools.models.letters import Letter, LetterQuerySet, notices_of
from schools.models.news import NewsChoice
from schools.models.people import (
    NOWHERE,
    Person,
    PersonQuerySet,
    Role,
    RoleQuerySet,
    User,
    is_keeper,
    owned_by,
    owned_by_nobody,
    owned_by_nobody_else,
    with_two_heads,
    without_contact,
    without_follower,
    without_lead,
)
from schools.models.places import LocalAuthority, School, SchoolQuerySet, SchoolTie, SchoolUrn, Trust

__all__ = [
    "NOWHERE",
    "Advocate",
    "AdvocateQuerySet",
    "GiasImport",
    "GiasUpload",
    "Hub",
    "HubChange",
    "HubMove",
    "HubQuerySet",
    "Letter",
    "LetterQuerySet",
    "LetterRecipient",
    "LetterTemplate",
    "LetterTemplateQuerySet",
    "LocalAuthority",
    "MergedPerson",
    "MergedPersonQuerySet",
    "NewsChoice",
    "NotSame",
    "NotSameQuerySet",
    "Person",
    "PersonQuerySet",
    "RecipientQuerySet",
    "Role",
    "RoleQuerySet",
    "School",
    "SchoolQuerySet",
    "SchoolSplit",
    "SchoolTie",
    "SchoolUrn",
    "Succession",
    "Trust",
    "User",
    "cut_short",
    "is_keeper",
    "notices_of",
    "owned_by",
    "owned_by_nobody",
    "owned_by_nobody_else",
    "with_last_letter",
    "with_two_heads",
    "without_contact",
    "without_follower",
    "without_lead",
]
