"""Hubs are made, split, merged and get another lead school: from a day, once, with what runs and who may read it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from funding import actions as funding
from funding.models import Rate
from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import following
from programmes.models import Enrolment, HeadConfirmation, HubOffer, Interest, Leader, Target
from schools import roles
from schools.actions import hubs
from schools.actions.import_writes import follow_authorities
from schools.models import Hub, HubChange, Role, School, User
from tests import factories as make
from tests.races import at_once
from tests.world import NOW, Side, make_side
from workgroups.actions import hub_changes
from workgroups.models import CoLeader, Group

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = date(2027, 2, 1)
YEAR_END = date(2027, 8, 31)
Kind = HubChange.Kind


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def other(side: Side) -> Hub:
    """The hub that goes on, with a lead of its own."""
    hub: Hub = make.HubFactory(name="Other Hub")
    make.make_user(roles.HUB_LEAD, hub=hub, email="lead@other.example.org")
    return hub


@pytest.fixture
def side() -> Side:
    return make_side()


def change(hub: Hub, other: Hub | None, kind: str = Kind.MERGER, from_on: date = TODAY, **rest: Any) -> HubChange:
    wish = hubs.Wish(kind=kind, hub=hub, other=other, from_on=from_on, reason="Reorganised", **rest)
    return hubs.plan_change(wish=wish, by=None, now=NOW)


def sweep(now: Any = NOW) -> tuple[int, int, int, int]:
    """As the worker does: the day's changes, what runs, interest, money."""
    return (
        hubs.do_due_changes(now=now),
        hub_changes.follow_hub_changes(now=now),
        following.follow_hubs(now=now),
        funding.follow_hubs(now=now),
    )


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def hub_of(*records: Any) -> list[Hub]:
    return [type(one).objects.select_related("hub").get(pk=one.pk).hub for one in records]


def test_merged_hub_takes_schools_staff_and_what_runs_to_the_other_and_leaves_history(side: Side, other: Hub) -> None:
    done = make.EnrolmentFactory(school=side.school, hub=side.hub, status="completed")
    by_hand = make.SchoolFactory(hub=side.hub, hub_set_by_hand=True)
    for name in (side.group.name, f"{side.group.name} ({side.hub})"):
        make.GroupFactory(hub=other, offer=side.offer, name=name)
    change(side.hub, other, takes_running=True)

    swept = [sweep(), sweep()]

    follow_authorities(by=None, now=NOW)
    assert swept == [(0, 1, 1, 1), (0, 0, 0, 0)]
    assert hub_of(side.school, by_hand, side.enrolment, side.interest, side.group, side.award) == [other] * 6
    assert hub_of(done) == [side.hub]
    group = Group.objects.get(pk=side.group.pk)
    assert (group.name, group.leader.hub) == (f"{side.group.name} ({side.hub} 2)", other)
    for kind in (roles.HUB_LEAD, roles.HUB_ADMIN, roles.BOARD, roles.SPECIALIST, roles.READINESS_LEAD):
        assert other.pk in fresh(side.users[kind]).scope.hub_ids | fresh(side.users[kind]).scope.leader_hub_ids
    lead = fresh(side.users[roles.HUB_LEAD])
    assert lead.scope.staff_hub_ids == {other.pk}
    assert lead.scope.former_hub_ids == {side.hub.pk}
    assert Group.objects.run_by(fresh(side.users[roles.SPECIALIST])).filter(pk=group.pk).exists()
    side.hub.refresh_from_db()
    assert (side.hub.closed_on, side.hub.goes_on_in) == (TODAY, other)
    for record in (side.group, side.award):  # once in a history that is read whole
        assert JournalEntry.objects.about(record).filter(what="Goes on with another hub").count() == 1


def test_hub_that_goes_on_reads_the_merged_ones_history_and_changes_nothing_in_it(
    side: Side, other: Hub, client: Client
) -> None:
    done = make.EnrolmentFactory(school=side.school, hub=side.hub, status="completed")
    change(side.hub, other)
    sweep()
    theirs = User.objects.get(email="lead@other.example.org")
    client.force_login(theirs)

    page = client.get("/").content.decode()

    assert set(Enrolment.objects.visible_to(theirs)) == {done, side.enrolment}
    assert not theirs.scope.staffs(side.hub.pk)
    assert f"{side.hub} (closed)" in page
    assert client.post(reverse("programmes:enrolment-withdraw", args=[side.enrolment.pk])).status_code == 403


def test_what_stays_runs_on_in_the_old_hub_until_the_year_ends(side: Side, other: Hub) -> None:
    change(side.hub, other)
    sweep()

    lead, leader = fresh(side.users[roles.HUB_LEAD]), fresh(side.users[roles.SPECIALIST])
    assert hub_of(side.enrolment, side.group, side.award) == [side.hub] * 3
    assert hub_of(side.school, side.interest) == [other, other]
    assert lead.scope.staff_hub_ids == {side.hub.pk, other.pk}
    ends = Role.objects.filter(hub=side.hub, kind__in=roles.AT_HUB).values_list("ends_on", flat=True)
    assert set(ends) == {YEAR_END}
    assert leader.scope.leader_hub_ids == {side.hub.pk, other.pk}
    assert Leader.objects.get(pk=side.leader.pk).ends_on == YEAR_END
    with clock.fixed(clock.at_london(YEAR_END + timedelta(days=1))):
        assert fresh(side.users[roles.HUB_LEAD]).scope.staff_hub_ids == {other.pk}


@pytest.mark.parametrize("goes", [True, False])
def test_what_decides_goes_with_a_merged_hub(side: Side, other: Hub, client: Client, goes: bool) -> None:
    old, offer = side.hub, side.offer
    own = make.InterestFactory(school=side.school, offer=make.OfferFactory(hub=old), hub=old)
    listed = make.PriorityListingFactory(school=side.school, hub=old)
    head = make.PersonFactory(school=side.school)
    asked = HeadConfirmation.objects.create(school=side.school, person=head, hub=old, asked_at=NOW)
    HeadConfirmation.objects.exclude(pk=asked.pk).update(closed_at=NOW)
    planned = make.ReplacementFactory(school=side.school, hub=old)
    second = make.OfferFactory()
    Target.objects.all().delete()
    HubOffer.objects.all().delete()
    HubOffer.objects.create(offer=offer, hub=old, places=5, names_by=LATER)
    Target.objects.create(offer=offer, hub=other, schools=7)
    HubOffer.objects.create(offer=second, hub=old, places=4)
    Target.objects.create(offer=second, hub=old, schools=3)
    change(old, other, takes_running=goes)

    sweep()

    assert hub_of(own, asked, planned) == [other if goes else old] * 3
    assert hub_of(listed) == [other]
    places = list(HubOffer.objects.filter(hub=other).order_by("places").values_list("offer", "places", "names_by"))
    assert places == ([(second.pk, 4, None), (offer.pk, 12, LATER)] if goes else [])
    wanted = Target.objects.order_by("schools").values_list("hub", "schools")
    assert list(wanted) == [(other.pk if goes else old.pk, 3), (other.pk, 7)]
    if goes:
        client.force_login(User.objects.get(email="lead@other.example.org"))
        client.post(reverse("programmes:confirmation-enter", args=[asked.pk]))
        asked.refresh_from_db()
        assert client.get(reverse("programmes:interest-accept", args=[own.pk])).status_code == 200
        assert asked.confirmed_at == NOW


def test_leader_who_was_to_stop_stops_on_that_day_in_both_hubs(side: Side, other: Hub) -> None:
    Leader.objects.filter(pk=side.leader.pk).update(ends_on=LATER)
    change(side.hub, other)

    sweep()

    ends = Leader.objects.filter(person=side.leader.person).values_list("hub", "ends_on")
    assert sorted(ends) == sorted([(side.hub.pk, LATER), (other.pk, LATER)])
    role = Role.objects.get(person=side.leader.person, kind=side.leader.kind, hub=other)
    assert role.ends_on == LATER


def test_split_takes_chosen_authorities_schools_people_and_whole_groups(side: Side, other: Hub) -> None:
    stays = make.SchoolFactory(authority__hub=side.hub)
    chosen = make.SchoolFactory(authority=stays.authority)
    mixed = make.GroupFactory(hub=side.hub, offer=make.OfferFactory())
    beside = [
        make.PlaceFactory(group=mixed, enrolment=make.EnrolmentFactory(school=school, offer=mixed.offer)).enrolment
        for school in (stays, chosen)
    ]
    admin, board = (side.users[kind].person.roles.get() for kind in (roles.HUB_ADMIN, roles.BOARD))
    wish = hubs.Wish(
        kind=Kind.SPLIT,
        hub=side.hub,
        other=other,
        from_on=TODAY,
        reason="Too large",
        takes_running=True,
        authorities=[side.school.authority],
        schools=[chosen],
        leaving=[admin],
        both=[board],
    )
    beside_leader = make.LeaderFactory(hub=side.hub)
    helps = CoLeader.objects.create(group=side.group, leader=beside_leader, since=TODAY)
    counted = hub_changes.counts_of(wish)
    hubs.plan_change(wish=wish, by=None, now=NOW)

    sweep()

    follow_authorities(by=None, now=NOW)
    goes = {"schools": 2, "groups": 1, "mixed": 1, "enrolments": 1, "in_mixed": 1, "interests": 1}
    stays_else = {"stay_groups": 2, "stay_enrolments": 2, "later_groups": 0, "later_enrolments": 0}
    assert counted == goes | stays_else
    assert hub_of(side.school, chosen, stays) == [other, other, side.hub]
    assert hub_of(side.group, side.enrolment, mixed, *beside) == [other, other, side.hub, side.hub, side.hub]
    assert fresh(side.users[roles.HUB_ADMIN]).scope.staff_hub_ids == {other.pk}
    assert fresh(side.users[roles.BOARD]).scope.hub_ids == {side.hub.pk, other.pk}
    assert fresh(side.users[roles.HUB_LEAD]).scope.hub_ids == {side.hub.pk}
    assert Hub.objects.get(pk=side.hub.pk).closed_on is None
    helps.refresh_from_db()
    assert (helps.leader.person, helps.leader.hub) == (beside_leader.person, other)


def test_planned_change_happens_on_its_day_once_and_is_told_once(
    side: Side, other: Hub, mailoutbox: list[EmailMessage]
) -> None:
    planned = change(side.hub, other, from_on=LATER)
    before = sweep()
    on_the_day = clock.at_london(LATER, 1)
    with clock.fixed(on_the_day):
        swept = [sweep(on_the_day), sweep(on_the_day)]
        delivery.deliver_due()

    planned.refresh_from_db()
    assert (before[:2], [one[:2] for one in swept], planned.status) == ((0, 0), [(1, 1), (0, 0)], "done")
    told = [mail for mail in mailoutbox if "goes on in" in mail.subject]
    staff = [side.users[kind].email for kind in (roles.HUB_LEAD, roles.HUB_ADMIN, roles.BOARD)]
    to = sorted(mail.to[0].split("<")[1].rstrip(">") for mail in told)
    assert to == sorted([side.hub.email, other.email, *staff])
    assert set(JournalEntry.objects.about(side.hub).values_list("what", flat=True)) >= {"Merger planned", "Merger"}


def test_planned_change_is_taken_back(side: Side, other: Hub) -> None:
    planned = change(side.hub, other, from_on=LATER)
    hubs.take_back(change=planned, by=None, now=NOW)

    assert sweep(clock.at_london(LATER, 1))[:2] == (0, 0)
    with pytest.raises(CannotMove):
        hubs.take_back(change=planned, by=None, now=NOW)


def test_another_lead_school_ends_and_gives_roles(side: Side) -> None:
    new = make.SchoolFactory(authority=side.school.authority)
    old_lead = side.users[roles.HUB_LEAD]

    change(
        side.hub,
        None,
        Kind.LEAD_SCHOOL,
        lead_school=new,
        lead_name="Nia New",
        lead_email="nia@people.example.org",
        leaving=[old_lead.person.roles.get()],
    )

    side.hub.refresh_from_db()
    assert (side.hub.lead_school, hub_of(side.group)) == (new, [side.hub])
    assert fresh(old_lead).scope.hub_ids == frozenset()
    assert User.objects.get(email="nia@people.example.org").scope.lead_hub_ids == {side.hub.pk}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"from_on": TODAY - timedelta(days=1)}, "Choose today or a later day"),
        ({"into": "itself"}, "Choose another hub"),
        ({"into": "closed"}, "is closed"),
        ({"kind": Kind.SPLIT}, "No school would go"),
        ({"again": True}, "planned for this hub already"),
    ],
)
def test_change_that_cannot_be_is_refused_in_words(side: Side, other: Hub, given: dict[str, Any], words: str) -> None:
    special: dict[str, Hub] = {"itself": side.hub, "closed": make.HubFactory(closed_on=TODAY)}
    into = special.get(given.get("into", ""), other)
    if given.get("again"):
        change(side.hub, other, from_on=LATER)

    with pytest.raises(hubs.CannotChangeHub, match=words):
        change(side.hub, into, given.get("kind", Kind.MERGER), given.get("from_on", TODAY))


def test_what_the_old_hub_still_sends_has_somewhere_to_be_answered(side: Side, other: Hub) -> None:
    change(side.hub, other)
    sweep()
    notices.reconcile(side.meeting, now=NOW)
    kind = notices.kinds()["meeting_reminder"]
    meeting = kind.load().get(pk=side.meeting.pk)

    assert Notice.objects.filter(kind="meeting_reminder", state="planned").exists()
    assert kind.reply_to(meeting) == side.hub.email


def test_national_plans_a_merger_by_the_pages_after_its_preview(side: Side, other: Hub, client: Client) -> None:
    client.force_login(side.users[roles.NATIONAL])
    address = reverse("dashboards:hub-merge", args=[side.hub.pk])
    sent = {"other": other.pk, "running": "goes", "reason": "Reorganised", "from_on_0": 1, "from_on_1": 2}
    sent |= {"from_on_2": 2027}
    Rate.objects.create(offer=side.offer, hub=side.hub, amount=900, reason="Far away")

    preview = client.post(address, sent)
    planned = HubChange.objects.count()
    answer = client.post(address, {**sent, "confirmed": "yes", "previewed": preview.context["previewed"]})
    made = HubChange.objects.get()
    page = client.get(answer["Location"]).content.decode()
    client.post(reverse("dashboards:hub-change-take-back", args=[made.pk]))

    assert (preview.context["counts"]["enrolments"], planned) == (1, 0)
    assert "Plan this change" in preview.content.decode()
    assert f"Set by hand, stays with {side.hub}" in preview.content.decode()
    assert (made.from_on, made.takes_running, made.status) == (LATER, True, "planned")
    assert "Take this back" in page
    assert HubChange.objects.get().status == "taken_back"


@pytest.mark.parametrize(
    ("page", "sent", "words"),
    [
        ("split", {"schools": "900000\n12"}, "Not a school of this hub: 900000, 12."),
        ("split", {"authorities": "999999"}, "Choose from the answers shown."),
        ("merge", {"other": "x"}, "Choose one of the answers shown."),
        ("lead-school", {"lead_school": "٣"}, "No school has this URN."),
        ("lead-school", {"lead_name": "Nia"}, "Give the name and the e-mail address"),
        ("merge", {"from_on_0": "10"}, "Choose today or a later day."),
    ],
)
def test_wrong_answers_are_said_beside_what_was_typed(
    side: Side, client: Client, page: str, sent: dict[str, str], words: str
) -> None:
    client.force_login(side.users[roles.NATIONAL])
    day = {"from_on_0": "11", "from_on_1": "1", "from_on_2": "2027"}
    whole = {"other": str(make.HubFactory().pk), "running": "stays", "reason": "x", "confirmed": "yes", **day, **sent}

    answer = client.post(reverse(f"dashboards:hub-{page}", args=[side.hub.pk]), whole)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert HubChange.objects.count() == 0


def test_hub_is_made_with_authorities_without_one_and_edited(side: Side, client: Client) -> None:
    authority = make.AuthorityFactory(hub=None)
    school = make.SchoolFactory(authority=authority, urn=555555)
    client.force_login(side.users[roles.NATIONAL])
    facts = {"name": "New Hub", "code": "new-hub", "region": "North", "email": "new@hubs.example.org"}

    client.post(reverse("dashboards:hub-create"), {**facts, "lead_urn": "555555", "authorities": authority.pk})
    hub = Hub.objects.get(code="new-hub")
    taken = client.post(reverse("dashboards:hub-edit", args=[hub.pk]), {**facts, "name": side.hub.name.upper()})
    client.post(reverse("dashboards:hub-edit", args=[hub.pk]), {**facts, "region": "South"})

    hub.refresh_from_db()
    assert (hub.lead_school, hub.region, hub_of(school)) == (school, "South", [hub])
    assert hubs.TAKEN in taken.content.decode()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_plan_and_two_sweeps_at_once_change_a_hub_once() -> None:
    with clock.fixed(NOW):
        side, into = make_side(), make.HubFactory()

    def plan(_number: int) -> str:
        with clock.fixed(NOW):
            try:
                change(Hub.objects.get(pk=side.hub.pk), Hub.objects.get(pk=into.pk), takes_running=True)
            except hubs.CannotChangeHub as problem:
                return str(problem)
        return "planned"

    def follow(_number: int) -> int:
        with clock.fixed(NOW):
            return sweep()[1]

    said = at_once(plan, range(2))
    followed = at_once(follow, range(2))

    assert sorted(said) == [f"{side.hub} is closed.", "planned"]
    assert sorted(followed) == [0, 1]
    assert hub_of(side.enrolment, side.group, Interest.objects.get(pk=side.interest.pk)) == [into] * 3
    assert School.objects.get(pk=side.school.pk).hub == into
