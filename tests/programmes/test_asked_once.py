"""Nobody is asked, or invited, a second time for the same."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from programmes.actions import new_heads
from programmes.actions.confirming import confirm
from programmes.actions.light import CannotInvite, invite_to_apply
from programmes.models import HeadConfirmation, Interest
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


def invitations() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind="interest-invited").order_by("pk")
    return [(row.email, row.state) for row in rows]


def with_contact(interest: Interest, name: str, email: str) -> Interest:
    Interest.objects.filter(pk=interest.pk).update(contact_name=name, contact_email=email)
    return Interest.objects.get(pk=interest.pk)


def _look_again(light: Interest, now: datetime, *, by_hand: bool) -> None:
    """Whom the hub invites the sweep leaves alone: whoever changes the contact reconciles."""
    if by_hand:
        notices.reconcile(light, now=now)
    else:
        notices.sweep(now)


@pytest.mark.parametrize("by_hand", [False, True], ids=["on the morning", "by the hub"])
def test_new_contact_of_an_interest_is_invited_though_the_old_one_was_and_each_once(by_hand: bool) -> None:
    told, now = datetime(2026, 9, 8, 9, tzinfo=UTC), datetime(2026, 11, 5, 9, tzinfo=UTC)
    opens_on = told.date() if by_hand else date(2026, 10, 1)
    offer = make.OfferFactory(is_published=True, opens_on=opens_on, closes_on=date(2027, 6, 1))
    light = make.LightInterestFactory(submitted_at=told, phase=offer.phase, year=offer.year)
    old = (light.contact_name, light.contact_email)
    with clock.fixed(now):
        if by_hand:
            invite_to_apply(interest=light, by=None, now=now)
        notices.reconcile(light, now=now)
        Notice.objects.filter(kind="interest-invited").update(state="sent", sent_at=now)

        changed = with_contact(light, "New Contact", "new@x.example.org")
        _look_again(changed, now, by_hand=by_hand)
        Notice.objects.filter(kind="interest-invited").update(state="sent", sent_at=now)
        _look_again(with_contact(light, *old), now, by_hand=by_hand)

    assert invitations() == [(old[1], "sent"), ("new@x.example.org", "sent")]


def test_hub_invites_a_new_contact_where_the_old_one_was_invited_on_the_morning() -> None:
    told, now = datetime(2026, 9, 8, 9, tzinfo=UTC), datetime(2026, 11, 5, 9, tzinfo=UTC)
    offer = make.OfferFactory(is_published=True, opens_on=date(2026, 10, 1), closes_on=date(2027, 6, 1))
    light = make.LightInterestFactory(submitted_at=told, phase=offer.phase, year=offer.year)
    old = (light.contact_name, light.contact_email)
    with clock.fixed(now):
        notices.reconcile(light, now=now)
        Notice.objects.filter(kind="interest-invited").update(state="sent", sent_at=now)
        with pytest.raises(CannotInvite, match="has been invited to apply already"):
            invite_to_apply(interest=light, by=None, now=now)

        invite_to_apply(interest=with_contact(light, "New Contact", "new@x.example.org"), by=None, now=now)

    assert invitations() == [(old[1], "sent"), ("new@x.example.org", "planned")]
