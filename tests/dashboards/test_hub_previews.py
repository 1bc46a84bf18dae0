"""What the preview of a split counts, before anything goes."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from hubportal.core import clock
from schools.models import HubChange
from schools.roles import NATIONAL
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    """One school alone in a group, and one beside a school that is not split off."""
    with clock.fixed(NOW):
        side = make_side()
        stays = make.SchoolFactory(authority__hub=side.hub)
        goes = make.SchoolFactory(authority=side.school.authority)
        mixed = make.GroupFactory(hub=side.hub, offer=make.OfferFactory())
        for school in (stays, goes):
            enrolment = make.EnrolmentFactory(school=school, offer=mixed.offer, status="active")
            make.PlaceFactory(group=mixed, enrolment=enrolment)
        yield side


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        (
            "stays",
            {"Running groups that stay until their year ends": 2, "Enrolments that stay until their year ends": 2},
        ),
        ("goes", {"Running groups that go": 1, "Enrolments that go": 1, "Enrolments that stay with them": 1}),
    ],
)
def test_split_counts_the_enrolments_in_groups_that_hold_schools_of_the_rest(
    side: Side, running: str, expected: dict[str, int]
) -> None:
    other = make.HubFactory()
    given = {"other": other.pk, "authorities": [side.school.authority_id], "running": running, "reason": "Too large"}
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}

    answer = side.browser(NATIONAL).post(reverse("dashboards:hub-split", args=[side.hub.pk]), {**given, **day})

    page = answer.content.decode()
    assert [f"<dt>{words}</dt><dd>{many}</dd>" in page for words, many in expected.items()] == [True] * len(expected)
    assert not HubChange.objects.exists()
