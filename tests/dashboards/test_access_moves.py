"""Who hears that another hub has a school now: both hubs in numbers, applicants, and who works there by then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.actions import following
from programmes.models import Interest
from schools import roles
from schools.actions import hubs, moves
from schools.actions.import_writes import follow_authorities
from schools.models import Hub, HubChange, Role, School, User
from tests import factories as make
from tests.dashboards.test_hub_changes import change, sweep
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
Kind = HubChange.Kind


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def side() -> Side:
    return make_side()


@pytest.fixture
def other() -> Hub:
    return make.HubFactory(name="Other Hub", email="other@hubs.example.org")


@pytest.fixture
def asked(side: Side) -> Interest:
    """An application of one form for two programmes whose headteacher is asked, and reminded from time to time."""
    first = make.InterestFactory(school=side.school, head_asked_at=NOW, contact_email="pat@schools.example.org")
    make.InterestFactory(school=side.school, contact_email=first.contact_email, sent_with=first)
    notices.sweep(NOW)
    delivery.deliver_due()
    return first


def goes(side: Side, other: Hub, how: str) -> None:
    school = School.objects.get(pk=side.school.pk)
    if how == "merger":
        change(side.hub, other)
    elif how == "split":
        change(side.hub, other, Kind.SPLIT, authorities=[school.authority])
    elif how == "by hand":
        given: dict[str, Any] = {"school": school, "hub": other, "from_on": TODAY, "takes_interest": True}
        moves.move_school(**given, reason="Nearer", by=None, now=NOW)
    else:
        type(school.authority).objects.filter(pk=school.authority_id).update(hub=other)
        follow_authorities(by=None, now=NOW)
    sweep()


@pytest.mark.parametrize("how", ["merger", "split", "by hand", "import"])
def test_applicant_hears_once_that_another_hub_decides_and_its_list_has_the_reminders(
    side: Side, other: Hub, asked: Interest, how: str, mailoutbox: list[EmailMessage]
) -> None:
    mailoutbox.clear()

    goes(side, other, how)
    for _again in range(2):
        delivery.deliver_due()
        notices.sweep(NOW)
        following.follow_hubs(now=NOW)

    told = [str(one.body) for one in mailoutbox if asked.contact_email in one.to[0]]
    assert len(told) == 1
    assert f"{other} decides" in told[0]
    assert str(side.hub) in told[0]
    assert all(one.reference in told[0] for one in Interest.objects.filter(contact_email=asked.contact_email))
    chases = Notice.objects.filter(kind="interest-head", state="planned")
    assert set(chases.values_list("owner", flat=True)) == {other.pk}


def test_what_failed_is_for_the_new_hub_to_send_again_and_what_was_sent_stays_read(
    side: Side, other: Hub, asked: Interest
) -> None:
    rows = Notice.objects.filter(kind="interest-head")
    sent, failed = rows.get(state="sent"), rows.filter(state="planned").earliest("pk")
    Notice.objects.filter(pk=failed.pk).update(state="failed", problem="No such mailbox")

    goes(side, other, "split")

    assert dict(rows.filter(pk__in=[sent.pk, failed.pk]).values_list("state", "owner")) == {
        "sent": side.hub.pk,
        "failed": other.pk,
    }


def _moves_by_hand(side: Side, *hubs: Hub) -> None:
    for hub in hubs:
        given: dict[str, Any] = {"school": School.objects.get(pk=side.school.pk), "hub": hub, "from_on": TODAY}
        moves.move_school(**given, takes_interest=True, reason="A slip", by=None, now=clock.now())
        following.follow_hubs(now=clock.now())
        notices.sweep(clock.now())


def test_applicant_hears_of_no_hub_that_had_it_for_a_moment(
    side: Side, other: Hub, asked: Interest, mailoutbox: list[EmailMessage]
) -> None:
    mailoutbox.clear()

    _moves_by_hand(side, other, side.hub)
    delivery.deliver_due()

    assert [one.subject for one in mailoutbox if asked.contact_email in one.to[0]] == []


def test_applicant_hears_from_which_hub_that_they_know_it_came(
    side: Side, other: Hub, asked: Interest, mailoutbox: list[EmailMessage]
) -> None:
    third = make.HubFactory(name="Third Hub", email="third@hubs.example.org")
    mailoutbox.clear()

    _moves_by_hand(side, other, third)
    delivery.deliver_due()

    told = [str(one.body) for one in mailoutbox if asked.contact_email in one.to[0]]
    assert len(told) == 1
    assert f"What you sent to {side.hub} is with another Maths Hub now. {third} decides" in told[0]


def test_applicant_who_has_heard_of_another_hub_hears_that_it_is_back(
    side: Side, other: Hub, asked: Interest, mailoutbox: list[EmailMessage]
) -> None:
    mailoutbox.clear()

    _moves_by_hand(side, other)
    delivery.deliver_due()
    with clock.fixed(NOW + timedelta(minutes=5)):
        _moves_by_hand(side, side.hub)
        delivery.deliver_due()

    told = [str(one.body) for one in mailoutbox if asked.contact_email in one.to[0]]
    assert len(told) == 2
    assert f"What you sent to {side.hub} is with" in told[0]
    assert f"What you sent to {other} is with" in told[1]


def test_nobody_is_told_of_what_stays_with_the_old_hub(side: Side, other: Hub, asked: Interest) -> None:
    given: dict[str, Any] = {"school": School.objects.get(pk=side.school.pk), "hub": other, "from_on": TODAY}
    moves.move_school(**given, takes_interest=False, reason="Nearer", by=None, now=NOW)
    sweep()

    assert not Notice.objects.filter(kind="interest-hub").exists()


@pytest.mark.parametrize("days", [0, 21])
def test_hubs_read_which_schools_and_how_many_applications_go(
    side: Side, other: Hub, asked: Interest, days: int, mailoutbox: list[EmailMessage]
) -> None:
    alone = make.SchoolFactory(name="Lone Primary School", hub=side.hub)
    school = School.objects.get(pk=side.school.pk)
    mailoutbox.clear()

    change(side.hub, other, Kind.SPLIT, TODAY + timedelta(days=days), authorities=[school.authority], schools=[alone])
    sweep()
    delivery.deliver_due()

    body = next(str(one.body) for one in mailoutbox if one.to[0].endswith(f"<{other.email}>"))
    assert f"2 schools of {side.hub} belong to {other}: those of {school.authority}, and Lone Primary School" in body
    undecided = Interest.objects.filter(school=school, status__in=("submitted", "waiting")).count()
    assert f"School. {undecided} applications and interests that are not decided" in body


@pytest.mark.parametrize("which", ["both", "leaving"])
def test_whoever_works_for_another_hub_from_then_on_is_told_once(
    side: Side, other: Hub, which: str, mailoutbox: list[EmailMessage]
) -> None:
    school = School.objects.get(pk=side.school.pk)
    kinds = (roles.HUB_ADMIN, roles.SPECIALIST)
    people = [side.users[kind] for kind in kinds]
    held = Role.objects.filter(person__in=[one.person_id for one in people], hub=side.hub)
    who: dict[str, Any] = {which: list(held)}

    change(side.hub, other, Kind.SPLIT, authorities=[school.authority], **who)
    for _again in range(2):
        sweep()
        delivery.deliver_due()

    for user in people:
        told = [str(one.body) for one in mailoutbox if user.email in one.to[0]]
        assert len(told) == 1, user
        assert str(other) in told[0]
        assert User.objects.get(pk=user.pk).scope.hub_ids | User.objects.get(pk=user.pk).scope.leader_hub_ids


@pytest.mark.parametrize(("had", "is_told"), [(roles.HUB_ADMIN, False), (roles.HUB_LEAD, True)])
def test_whoever_had_the_role_in_the_other_hub_already_is_not_told_of_it(
    side: Side, other: Hub, had: str, is_told: bool, mailoutbox: list[EmailMessage]
) -> None:
    user = side.users[roles.HUB_ADMIN]
    make.RoleFactory(person=user.person, kind=had, hub=other)

    change(side.hub, other)
    sweep()
    delivery.deliver_due()

    told = [one.subject for one in mailoutbox if user.email in one.to[0]]
    assert ("You are invited to Hub Portal" in told) == is_told


def test_nobody_is_invited_by_a_change_of_hubs(side: Side, other: Hub) -> None:
    role = make.RoleFactory(kind=roles.HUB_ADMIN, hub=side.hub)

    change(side.hub, other)
    sweep()

    assert Role.objects.filter(person=role.person, hub=other).exists()
    assert not User.objects.filter(person=role.person).exists()
    assert HubChange.objects.get().kind == hubs.Kind.MERGER
