"""How many queries the pages of funding take."""

from typing import Any

from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.counts.everything import more_of_everything
from tests.counts.table import Count
from tests.world import Side


def _more_claims(side: Side) -> Any:
    return make.ClaimFactory(
        award__enrolment__offer=side.offer,
        award__enrolment__hub=side.hub,
        award__enrolment__school__authority__hub=side.hub,
    )


def _more_of_an_award(side: Side) -> Any:
    return make.ClaimFactory(award=side.award, amount=1)


def _award(side: Side) -> list[Any]:
    return [side.award.pk]


TABLE: dict[str, Count] = {
    "award-list": Count(HUB_LEAD, 6, _more_claims),
    "award-detail": Count(HEADTEACHER, 7, _more_of_an_award, _award),
    "claim-list": Count(HUB_LEAD, 6, _more_claims),
    "claim-detail": Count(HUB_LEAD, 7, _more_claims, lambda side: [side.claim.pk]),
    "school-funding": Count(HEADTEACHER, 5, _more_claims, lambda side: [side.school.pk]),
    "claim-create": Count(HUB_LEAD, 6, more_of_everything, _award),
    "claim-return": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.claim.pk]),
    "claim-pay": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.claim.pk]),
    "rate-edit": Count(HUB_LEAD, 7, more_of_everything, lambda side: [side.offer.pk]),
    "group-funding": Count(HUB_LEAD, 6, _more_claims, lambda side: [side.group.pk]),
}
