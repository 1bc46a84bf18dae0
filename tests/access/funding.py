"""Who may use each URL of funding."""

from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL, SCHOOL_STAFF
from tests.access.table import Line, page, step
from tests.factories import OfferFactory

READERS = (NATIONAL, *HUB_READERS, *SCHOOL_STAFF)

TABLE: dict[str, Line] = {
    "award-list": page(*READERS),
    "award-detail": page(*READERS, args=lambda side: [side.award.pk]),
    "claim-create": page(*HUB_STAFF, *SCHOOL_STAFF, args=lambda side: [side.award.pk]),
    "claim-list": page(*READERS),
    "claim-detail": page(*READERS, args=lambda side: [side.claim.pk]),
    "claim-approve": step(*HUB_STAFF, NATIONAL, args=lambda side: [side.claim.pk]),
    "claim-return": page(*HUB_STAFF, args=lambda side: [side.claim.pk]),
    "claim-pay": page(*HUB_STAFF, args=lambda side: [side.claim.pk]),
    "school-funding": page(*READERS, args=lambda side: [side.school.pk]),
    "rate-edit": page(NATIONAL, *HUB_STAFF, args=lambda side: [OfferFactory(hub=side.hub).pk]),
    "group-funding": page(NATIONAL, *HUB_READERS, args=lambda side: [side.group.pk]),
}
