"""What a database says that ran before an upgrade: nobody is written to a second time, or of what they never heard."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.models import Leader, Offer
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, running
from workgroups.actions import leading, leaving
from workgroups.models import CoLeader, Group, ReplacementPart

pytestmark = pytest.mark.django_db


def test_whoever_told_of_an_interest_last_week_is_not_confirmed_a_second_time() -> None:
    """Before their e-mail was kept as sent@day."""
    now = datetime(2026, 9, 8, 9, tzinfo=UTC)
    light = make.LightInterestFactory(submitted_at=now - timedelta(days=2))
    with clock.fixed(now):
        notices.reconcile(light, now=now)
        first = Notice.objects.get(kind="interest-received")
        Notice.objects.filter(pk=first.pk).update(
            state="sent", sent_at=now, occurrence=first.occurrence.replace("told@", "sent@")
        )

        import_module("programmes.migrations.0009_interest_told").tell_apart(apps, None)
        notices.sweep(now)

    assert not Notice.objects.filter(kind="interest-received", state="planned").exists()


def test_schools_do_not_hear_that_all_stays_who_never_heard_of_the_change(group: Group) -> None:
    """Before only the two leaders and the teachers were told of it."""
    other = make.LeaderFactory(hub=group.hub, person__name="Nora New")
    school = group.places.earliest("pk").enrolment.school
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name="Hilda", starts_on=date(2020, 1, 1))
    later = NOW + timedelta(days=2)
    with clock.fixed(NOW + timedelta(hours=2)):
        leading.change_leader(
            group=group,
            leader=other,
            from_on=NOW.date() + timedelta(days=20),
            back_on=None,
            reason="x",
            by=None,
            now=NOW + timedelta(hours=2),
        )
        delivery.deliver_due()
    with clock.fixed(later):
        leading.take_back(group=group, by=None, now=later)
    # As it was then: neither e-mail for the headteacher.
    Notice.objects.filter(name="Hilda", kind__startswith="leader_").delete()
    Notice.objects.filter(kind="leader_stays").update(state="sent", sent_at=later)

    with clock.fixed(later + timedelta(days=1)):
        notices.sweep(later + timedelta(days=1))

    assert not Notice.objects.filter(name="Hilda", kind="leader_stays").exists()


def test_what_was_to_begin_after_a_last_day_is_given_back_of_a_replacement_from_before(group: Group) -> None:
    """Before such a row was taken out, and made anew from what the replacement kept."""
    ann: Leader = make.LeaderFactory(hub=group.hub)
    second: Group = make.GroupFactory(hub=group.hub, offer=group.offer, leader=make.LeaderFactory(hub=group.hub))
    running(second)
    today, last_day = NOW.date(), NOW.date() + timedelta(days=30)
    since = last_day + timedelta(days=30)
    Leader.objects.filter(pk=ann.pk).update(ends_on=last_day)
    change = make.ReplacementFactory(person=ann.person, hub=group.hub)
    was: dict[str, Any] = {"ended_on": str(last_day), "visits": [], "beside": [[999_999, second.pk, str(since), ""]]}
    ReplacementPart.objects.create(replacement=change, kind="leader", label="x", leader=ann, was=was)

    import_module("workgroups.migrations.0005_what_was_told").keep_with_leaders(apps, None)
    with clock.fixed(NOW):
        leaving.end_leader(leader=ann, by=None, today=today, last_day=None, now=NOW)

    assert [(one.since, one.until) for one in CoLeader.objects.filter(leader=ann)] == [(since, None)]


def test_who_never_led_beside_is_taken_out_where_the_portal_goes_back_to_what_ran_before(group: Group) -> None:
    """There no row ends before it begins."""
    today = NOW.date()
    for until in (None, today - timedelta(days=1)):
        leader = make.LeaderFactory(hub=group.hub)
        CoLeader.objects.create(group=group, leader=leader, since=today, until=until, changed_at=NOW)

    import_module("workgroups.migrations.0005_what_was_told").forget_who_never_began(apps, None)

    assert [one.until for one in CoLeader.objects.all()] == [None]


def test_half_a_day_of_release_is_a_whole_one_where_the_portal_goes_back_to_what_ran_before() -> None:
    """There days are whole ones."""
    for days in ("2.5", "3", "3.5"):
        make.OfferFactory(release_days=Decimal(days))

    import_module("programmes.migrations.0016_release_in_halves_and_who_had_begun").round_up(apps, None)

    assert list(Offer.objects.order_by("pk").values_list("release_days", flat=True)) == [3, 3, 4]
