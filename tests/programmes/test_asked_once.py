"""Nobody is asked, or invited, a second time for the same."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from programmes.actions import new_heads
from programmes.actions.confirming import confirm
from programmes.models import HeadConfirmation
from schools.actions import successors
from schools.models import Role
from tests import factories as make
from tests.programmes.test_heads_who_came import NOW, asked, end_before, enrolled, invite
from workgroups.actions.successors import follow_successors

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", ["converted", "merged"])
def test_headteacher_who_has_confirmed_is_not_asked_again_where_the_school_becomes_another(how: str) -> None:
    enrolment = enrolled()
    school, other = enrolment.school, make.SchoolFactory(authority__hub=enrolment.hub, name="The Other")
    with clock.fixed(NOW):
        end_before(school)
        invite(school)
        assert asked() == ["Nell Newhead"]
        confirm(asked=HeadConfirmation.objects.get(), by=None, now=NOW)
    later = NOW + timedelta(days=3)
    with clock.fixed(later):
        successors.say_successor(
            school=school, successor=other, how=how, since=later.date(), reason="x", by=None, now=later
        )
        successors.move_people(now=later)
        follow_successors(now=later)

        new_heads.follow_heads(now=later)

    enrolment.refresh_from_db()
    heads = list(Role.objects.filter(kind="headteacher", ends_on=None).values_list("school__name", "person__name"))
    assert heads == [(enrolment.school.name, "Nell Newhead")]
    assert HeadConfirmation.objects.count() == 1


def test_whoever_was_invited_to_apply_is_not_invited_again_by_another_offers_earlier_day() -> None:
    """Until this change the hub's own offer said when; the national one of the same phase and year opened before it."""
    told, now = datetime(2026, 9, 8, 9, tzinfo=UTC), datetime(2026, 11, 5, 9, tzinfo=UTC)
    national = make.OfferFactory(is_published=True, opens_on=date(2026, 10, 1), closes_on=date(2027, 6, 1))
    light = make.LightInterestFactory(submitted_at=told, phase=national.phase, year=national.year)
    make.OfferFactory(
        phase=national.phase,
        year=national.year,
        hub=light.hub,
        code="OWN",
        is_published=True,
        opens_on=date(2026, 11, 1),
        closes_on=date(2027, 6, 1),
    )
    with clock.fixed(now):
        notices.reconcile(light, now=now)
        Notice.objects.filter(kind="interest-invited").update(
            state="sent", sent_at=now, due_at=datetime(2026, 11, 1, 8, tzinfo=UTC), occurrence="invite@2026-11-01"
        )
        assert Notice.objects.filter(kind="interest-invited").count() == 1

        notices.sweep(now)

    assert Notice.objects.filter(kind="interest-invited").count() == 1
