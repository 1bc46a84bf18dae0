"""Closed schools: what is open is shown to the hub, goes on at the successor, or ends."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import following
from programmes.actions.following import CannotFollow
from programmes.models import Enrolment, Interest
from schools import roles
from schools.actions import successors as schools_actions
from schools.models import Role, School, SchoolSplit, SchoolTie, SchoolUrn, Succession, without_follower
from tests import factories as make
from tests.races import at_once
from tests.world import NOW, Side, make_side
from workgroups.actions import co_leading, groups, successors
from workgroups.models import Place, Visit, without_group

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
CLOSED = School.GiasStatus.CLOSED


def close(school: School, into: School | None = None) -> School:
    """As an import leaves it."""
    School.objects.filter(pk=school.pk).update(gias_status=CLOSED, closed_on=date(2026, 12, 31), succeeded_by=into)
    school.refresh_from_db()
    return school


def became(school: School, successor: School, how: str, since: date = date(2027, 1, 4)) -> School:
    """Said by hand; the school that goes on, or that has the URN until the day."""
    said = schools_actions.say_successor(
        school=school, successor=successor, how=how, since=since, reason="A letter", by=None, now=NOW
    )
    return School.objects.get(urns__urn=said.successor_urn)


def new_school(side: Side, **given: Any) -> School:
    return make.SchoolFactory(authority=side.school.authority, **given)


def sweep() -> tuple[int, int]:
    """People, then work: how much moved."""
    return schools_actions.move_people(now=NOW), successors.follow_successors(now=NOW)


def test_merged_school_takes_its_people_and_open_work_to_the_successor_once(side: Side) -> None:
    new, old, head = new_school(side), side.school, side.users[roles.HEADTEACHER].person
    Role.objects.filter(kind=roles.LEADS_SCHOOL).update(source=side.place.role_source)
    done = make.EnrolmentFactory(school=old, hub=side.hub, status="completed")
    told = make.InterestFactory(school=old, status="interested", offer=None, phase=side.offer.phase, year=2027,
                                commitments=None, agreed_at=None, head_name="", head_email="")  # fmt: skip
    booked = datetime(2026, 12, 1, 9, tzinfo=UTC)
    past = make.VisitFactory(place=side.place, number=5, status="booked", on=booked.date(), starts_at=booked)
    type(side.hub).objects.filter(pk=side.hub.pk).update(lead_school=old)
    type(side.leader).objects.filter(pk=side.leader.pk).update(school=old)
    became(old, new, schools_actions.MERGED)

    moved = [sweep(), sweep()]

    for record in (side.enrolment, side.interest, told, side.visit, past, done, head, side.hub, side.leader):
        record.refresh_from_db()
    assert (moved[1], side.hub.lead_school, side.leader.school) == ((0, 0), new, new)
    assert {side.enrolment.school, side.interest.school, told.school, side.visit.school, head.school} == {new}
    assert (past.school, done.school, side.participant.place.enrolment_id) == (old, old, side.enrolment.pk)
    held = Role.objects.filter(person=head).order_by("pk").values_list("school", "ends_on")
    assert list(held) == [(old.pk, date(2027, 1, 10)), (new.pk, None)]
    leads = Role.objects.filter(kind=roles.LEADS_SCHOOL).current(TODAY)
    assert list(leads.values_list("school", "source")) == [(new.pk, side.place.role_source)]
    assert side.users[roles.MATHS_LEAD].scope.school_lead_ids == {new.pk}
    assert SchoolTie.objects.filter(school=new, hub=side.hub).exists()


def test_whoever_leads_beside_goes_along_to_the_successor_now_or_later(side: Side) -> None:
    new, now_there, later = new_school(side), make.LeaderFactory(hub=side.hub), make.LeaderFactory(hub=side.hub)
    for leader, since in ((now_there, TODAY), (later, date(2027, 2, 1))):
        co_leading.add_beside(group=side.group, leader=leader, since=since, until=None, by=None, now=NOW)
    became(side.school, new, schools_actions.MERGED)

    sweep()

    held = Role.objects.filter(kind=roles.LEADS_SCHOOL, person__in=(now_there.person, later.person), ends_on=None)
    assert set(held.values_list("person", "school", "starts_on")) == {
        (now_there.person_id, new.pk, TODAY),
        (later.person_id, new.pk, date(2027, 2, 1)),
    }


def test_leader_of_one_persons_course_does_not_see_the_successor(side: Side) -> None:
    new = new_school(side)
    Enrolment.objects.filter(pk=side.enrolment.pk).update(person=side.participant.person)
    became(side.school, new, schools_actions.MERGED)

    sweep()

    side.enrolment.refresh_from_db()
    assert side.enrolment.school == new
    assert not Role.objects.filter(kind=roles.LEADS_SCHOOL, school=new).exists()


def test_closed_school_is_asked_for_nobody_and_placed_nowhere(side: Side) -> None:
    waiting = make.EnrolmentFactory(school=make.SchoolFactory(authority=side.school.authority), hub=side.hub)
    make.RoleFactory(kind=roles.MATHS_LEAD, school=waiting.school, ends_on=TODAY)
    before = without_group(Enrolment.objects.all()).count(), without_follower(School.objects.all(), TODAY).count()
    close(waiting.school)

    after = without_group(Enrolment.objects.all()).count(), without_follower(School.objects.all(), TODAY).count()

    assert (before, after) == ((1, 1), (0, 0))


def test_two_schools_in_one_programme_wait_until_the_hub_has_chosen(side: Side, client: Client) -> None:
    other, new = new_school(side, name="Other Juniors"), new_school(side, name="New Primary")
    theirs = make.EnrolmentFactory(school=other, offer=side.offer, hub=side.hub, status="active")
    for school in (side.school, other):
        became(school, new, schools_actions.MERGED)
    sweep()
    client.force_login(side.users[roles.HUB_ADMIN])

    stayed = [Enrolment.objects.get(pk=one.pk).school for one in (side.enrolment, theirs)]
    page = client.get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()
    choice = reverse("workgroups:changed-choose", args=[side.school.pk, side.enrolment.pk, theirs.pk])
    asked = client.get(choice).content.decode()
    client.post(choice, {"reason": "One takes part."})

    side.enrolment.refresh_from_db()
    theirs.refresh_from_db()
    assert stayed == [side.school, other]
    assert "Other Juniors is in this programme too" in page
    assert f"Both are in {side.offer}, and New Primary takes part once." in asked
    assert (side.enrolment.school, side.enrolment.status) == (new, "active")
    assert (theirs.school, theirs.status, theirs.end_reason) == (other, "withdrawn", "One takes part.")


def test_successor_that_is_in_the_programme_itself_is_chosen_against_in_words(side: Side) -> None:
    new = new_school(side)
    make.EnrolmentFactory(school=new, offer=side.offer, hub=side.hub)
    became(side.school, new, schools_actions.MERGED)

    with pytest.raises(CannotFollow, match="Choose which of the two goes on"):
        successors.go_on_at(enrolment=side.enrolment, school=new, by=None, now=NOW)

    assert sweep()[1] == 1  # its undecided interest
    assert Enrolment.objects.get(pk=side.enrolment.pk).school == side.school


def test_conversion_said_by_hand_is_the_same_school_under_its_new_urn(side: Side) -> None:
    academy = new_school(side, name="Hill Academy", urn=777777)

    went_on = became(side.school, academy, schools_actions.CONVERTED)

    assert went_on.pk == side.school.pk
    assert (went_on.name, went_on.gias_status) == ("Hill Academy", School.GiasStatus.OPEN)
    assert went_on.former_names == side.school.name
    assert set(went_on.urns.values_list("urn", "is_current")) == {(777777, True), (900000 + went_on.pk, False)}
    assert not School.objects.filter(pk=academy.pk).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"itself": True}, "cannot become itself"),
        ({"closed": True}, "is closed itself"),
    ],
)
def test_successor_that_cannot_be_is_refused_in_words(side: Side, change: dict[str, Any], words: str) -> None:
    new = side.school if change.get("itself") else new_school(side)
    if change.get("closed"):
        close(new)

    with pytest.raises(schools_actions.CannotFollow, match=words):
        schools_actions.say_successor(
            school=side.school,
            successor=new,
            how=schools_actions.MERGED,
            since=TODAY,
            reason="x",
            by=None,
            now=NOW,
        )


@pytest.mark.parametrize("how", ["converted", "merged"])
def test_school_becomes_another_by_itself_on_the_day_that_was_planned(
    side: Side, how: str, mailoutbox: list[EmailMessage]
) -> None:
    new = new_school(side, name="Hill Academy", urn=777777, gias_status=School.GiasStatus.PROPOSED)
    other = make.HubFactory(email="other@hubs.example.org")
    School.objects.filter(pk=new.pk).update(hub=other)
    day = date(2027, 2, 1)

    became(side.school, new, how, since=day)
    delivery.deliver_due()
    before = schools_actions.do_due_successions(now=NOW), School.objects.get(pk=side.school.pk).gias_status
    on_the_day = clock.at_london(day, 1)
    done = [schools_actions.do_due_successions(now=on_the_day) for _twice in range(2)]
    successors.follow_successors(now=on_the_day)

    side.enrolment.refresh_from_db()
    goes_on = School.objects.get(urns__urn=777777)
    assert (before, done) == ((0, School.GiasStatus.OPEN), [1, 0])
    assert (side.enrolment.school, goes_on.gias_status) == (goes_on, School.GiasStatus.OPEN)
    assert (goes_on.pk == side.school.pk) is (how == "converted")
    assert {mail.to[0].partition("<")[2] for mail in mailoutbox} >= {"other@hubs.example.org>"}
    assert Notice.objects.filter(kind="succession").count() == 2


def test_planned_successor_is_taken_back_by_hand_or_where_it_cannot_be_any_more(side: Side, client: Client) -> None:
    new, day = new_school(side), date(2027, 2, 1)
    client.force_login(make.make_user(roles.NATIONAL))
    became(side.school, new, "merged", since=day)
    with pytest.raises(schools_actions.CannotFollow, match="planned already"):
        became(side.school, new_school(side), "merged", since=day)
    page = client.get(side.school.get_absolute_url()).content.decode()
    client.post(reverse("schools:succession-take-back", args=[Succession.objects.get().pk]))
    became(side.school, new, "merged", since=day)
    close(new)

    done = schools_actions.do_due_successions(now=clock.at_london(day, 1))

    assert "Take this back" in page
    assert list(Succession.objects.order_by("pk").values_list("status", flat=True)) == ["taken_back"] * 2
    assert (done, School.objects.get(pk=side.school.pk).is_open) == (0, True)
    entry = JournalEntry.objects.filter(what="Becomes no other school: taken back").first()
    assert entry
    assert "is closed itself" in entry.note


def test_file_of_links_that_was_quicker_than_the_plan_is_left_as_it_is(side: Side) -> None:
    new, day = new_school(side, urn=777777), date(2027, 2, 1)
    became(side.school, new, "converted", since=day)
    SchoolUrn.objects.filter(urn=777777).delete()
    SchoolUrn.objects.filter(school=side.school).update(is_current=False)
    SchoolUrn.objects.create(urn=777777, school=side.school)

    done = schools_actions.do_due_successions(now=clock.at_london(day, 1))

    assert (done, School.objects.get(pk=side.school.pk).is_open) == (1, True)


def test_page_of_a_closed_school_says_who_can_say_what_it_became(side: Side, client: Client) -> None:
    close(side.school)
    pages = {}
    for user in (make.make_user(roles.NATIONAL), side.users[roles.HUB_LEAD]):
        client.force_login(user)
        kind = user.person.roles.get().kind
        pages[kind] = client.get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()
    became(side.school, new_school(side, name="Hill Academy"), "merged", since=date(2027, 2, 1))
    planned = client.get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()

    assert reverse("schools:school-successor", args=[side.school.pk]) in pages[roles.NATIONAL]
    assert "the national team says which" in pages[roles.HUB_LEAD]
    assert "1 February 2027 it becomes part of another school: Hill Academy." in planned


def test_closed_school_is_listed_with_what_is_open_and_all_of_it_withdrawn(side: Side, client: Client) -> None:
    close(side.school)
    outside = make_side()
    client.force_login(side.users[roles.HUB_LEAD])

    home = client.get("/").content.decode()
    rows = client.get(reverse("workgroups:changed-list")).context["rows"]
    client.post(reverse("workgroups:changed-end", args=[side.school.pk]), {"reason": "Closed at Christmas"})
    groups.reconcile_participants(now=NOW)
    after = client.get(reverse("workgroups:changed-list")).context["rows"]

    side.enrolment.refresh_from_db()
    side.interest.refresh_from_db()
    assert "Closed schools with something open" in home
    assert [row[1:6] for row in rows] == [
        (side.school.name, side.school.town, "31 December 2026", "not known", "1 application, 1 enrolment, 1 visit")
    ]
    assert (side.enrolment.status, side.enrolment.end_reason) == ("withdrawn", "Closed at Christmas")
    assert (side.interest.status, after) == ("withdrawn", [])
    assert Visit.objects.get(pk=side.visit.pk).status == "cancelled"
    assert Place.objects.get(pk=side.place.pk).left_on == TODAY
    assert Enrolment.objects.get(pk=outside.enrolment.pk).status == "active"


def test_split_school_goes_on_thing_by_thing_where_the_hub_says(side: Side, client: Client) -> None:
    infants, juniors = new_school(side), new_school(side)
    for one in (infants, juniors):
        became(side.school, one, schools_actions.SPLIT)
    sweep()
    client.force_login(side.users[roles.HUB_LEAD])
    address = reverse("workgroups:changed-move", args=[side.school.pk])

    assert Enrolment.objects.get(pk=side.enrolment.pk).school == side.school
    client.post(address, {"enrolment": side.enrolment.pk, "to": juniors.pk})
    answer = client.post(address, {"interest": side.interest.pk, "to": infants.pk})

    assert Enrolment.objects.get(pk=side.enrolment.pk).school == juniors
    assert Interest.objects.get(pk=side.interest.pk).school == infants
    assert answer["Location"] == reverse("workgroups:changed-list")
    assert SchoolSplit.objects.count() == 2


@pytest.mark.parametrize(
    "given",
    [{"to": "x"}, {"to": "99999999"}, {"enrolment": "1e9"}, {"enrolment": "theirs"}, {"interest": "\x00"}, {"to": ""}],
)
def test_forged_steps_find_nothing(side: Side, client: Client, given: dict[str, str]) -> None:
    new = new_school(side)
    close(side.school, into=new)
    theirs = make_side().enrolment
    client.force_login(side.users[roles.HUB_LEAD])
    sent = {"to": new.pk, **{key: theirs.pk if value == "theirs" else value for key, value in given.items()}}

    answer = client.post(reverse("workgroups:changed-move", args=[side.school.pk]), sent)

    assert answer.status_code == 404
    assert Enrolment.objects.get(pk=side.enrolment.pk).school == side.school


def test_people_of_a_closed_school_are_written_to_no_more(side: Side) -> None:
    ours = Notice.objects.filter(target=f"workgroups.meeting:{side.meeting.pk}", state="planned")
    notices.reconcile(side.meeting, now=NOW)
    before = ours.count()

    close(side.school)
    notices.reconcile(side.meeting, now=NOW)

    assert before > 0
    assert list(ours.exclude(recipient=f"person:{side.leader.person_id}")) == []


def test_undecided_interest_follows_its_school_to_another_hub_unless_it_is_to_stay(side: Side) -> None:
    new_hub, accepted = make.HubFactory(), make.InterestFactory(school=side.school, status="accepted")
    stays = make.InterestFactory(school__authority=side.school.authority)
    version = make.OfferFactory(phase=side.interest.phase, hub=new_hub, stands_for=side.interest.offer)
    make.HubMoveFactory(
        school=stays.school, was=side.hub, hub=new_hub, takes_interest=False, status="done", ended_at=NOW
    )
    School.objects.filter(pk__in=[side.school.pk, stays.school_id]).update(hub=new_hub)

    moved = [following.follow_hubs(now=NOW), following.follow_hubs(now=NOW)]

    for one in (side.interest, accepted, stays, side.enrolment):
        one.refresh_from_db()
    assert moved == [1, 0]
    assert (side.interest.hub, side.interest.offer) == (new_hub, version)
    assert [one.hub for one in (accepted, stays, side.enrolment)] == [side.hub] * 3


def test_journey_shows_what_predecessors_and_other_hubs_did(side: Side, client: Client) -> None:
    new_hub = make.HubFactory()
    new = make.SchoolFactory(hub=new_hub)
    make.EnrolmentFactory(school=side.school, hub=side.hub, status="completed", offer=make.OfferFactory(title="Then"))
    became(side.school, new, schools_actions.MERGED)
    sweep()
    outsider = make.make_user(roles.HUB_LEAD, hub=make.HubFactory())
    address = reverse("programmes:school-journey", args=[new.pk])

    pages = {}
    for user in (make.make_user(roles.HUB_LEAD, hub=new_hub), side.users[roles.HUB_LEAD], outsider):
        client.force_login(user)
        pages[user] = client.get(address)

    texts = [page.content.decode() for page in pages.values()]
    assert [page.status_code for page in pages.values()] == [200, 200, 404]
    assert ["Then" in text and f"as {side.school}" in text for text in texts] == [True, True, False]
    assert [str(side.offer.title) in text for text in texts] == [True, True, False]
    detail = reverse("programmes:enrolment-detail", args=[side.enrolment.pk])
    assert [detail in text for text in texts] == [True, True, False]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_and_a_press_at_once_move_an_enrolment_once() -> None:
    with clock.fixed(NOW):
        side = make_side()
        new = new_school(side)
        became(side.school, new, schools_actions.MERGED)

    def step(number: int) -> int:
        with clock.fixed(NOW):
            if number:
                return successors.follow_successors(now=NOW)
            enrolment = Enrolment.objects.select_related("school", "offer", "hub", "interest").get(pk=side.enrolment.pk)
            try:
                successors.go_on_at(enrolment=enrolment, school=new, by=None, now=NOW)
            except (CannotFollow, CannotMove):
                return 0
            return 1

    at_once(step, range(3))

    assert Enrolment.objects.get(pk=side.enrolment.pk).school == new
    assert Role.objects.filter(kind=roles.LEADS_SCHOOL, school=new).count() == 1
