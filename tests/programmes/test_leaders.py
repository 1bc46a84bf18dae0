"""Making leaders of groups and ending their time."""

from datetime import date, timedelta

import pytest
from django.test import Client

from hubportal.core.models import JournalEntry, Notice
from programmes.actions import leaders
from programmes.models import Leader
from schools.models import Role
from schools.roles import HUB_LEAD, READINESS_LEAD, SPECIALIST
from tests import factories as make
from tests.races import once_held
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_make_leader_of_somebody_new_gives_the_role_and_invites() -> None:
    hub, school = make.HubFactory(), make.SchoolFactory()

    leader = leaders.make_leader(
        hub=hub,
        kind=READINESS_LEAD,
        by=None,
        now=NOW,
        starts_on=TODAY,
        name="Helen Marsh",
        email="helen@people.example.org",
        school=school,
        max_groups=3,
    )

    assert (leader.kind, leader.school, leader.max_groups, leader.starts_on) == (READINESS_LEAD, school, 3, TODAY)
    assert leader.person.school == school
    assert Role.objects.filter(person=leader.person, kind=READINESS_LEAD, hub=hub).count() == 1
    assert Notice.objects.filter(kind="invitation", recipient=f"person:{leader.person_id}").count() == 1


def test_make_leader_of_somebody_known_keeps_one_person() -> None:
    hub, person = make.HubFactory(), make.PersonFactory()

    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)

    assert leader.person == person
    assert Role.objects.filter(person=person, kind=SPECIALIST, hub=hub).count() == 1


def test_make_leader_twice_is_refused() -> None:
    leader = make.LeaderFactory()

    with pytest.raises(leaders.CannotLead) as problem:
        leaders.make_leader(hub=leader.hub, kind=leader.kind, by=None, now=NOW, starts_on=TODAY, person=leader.person)

    assert str(problem.value) == f"{leader.person.name} is already a Mastery Specialist of this hub."


def test_end_leader_ends_the_role_too_and_lets_them_come_back() -> None:
    hub, person = make.HubFactory(), make.PersonFactory()
    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)
    last_day = date(2027, 7, 21)

    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=last_day)

    leader.refresh_from_db()
    assert leader.ends_on == last_day
    assert Role.objects.get(person=person, kind=SPECIALIST).ends_on == last_day
    assert list(Leader.objects.current(last_day)) == [leader]
    assert list(Leader.objects.current(date(2027, 7, 22))) == []
    leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=date(2027, 9, 1), person=person)
    assert Leader.objects.filter(person=person).count() == 2


def test_end_leader_before_the_start_or_twice_is_refused() -> None:
    leader = make.LeaderFactory(starts_on=TODAY)
    stale = Leader.objects.get(pk=leader.pk)

    with pytest.raises(leaders.CannotLead):
        leaders.end_leader(leader=leader, by=None, now=NOW, last_day=date(2027, 1, 10))
    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=TODAY)
    with pytest.raises(leaders.CannotLead):
        leaders.end_leader(leader=stale, by=None, now=NOW, last_day=TODAY)


@pytest.mark.parametrize(
    ("new", "role_ends"),
    [(date(2027, 8, 31), date(2027, 8, 31)), (date(2027, 3, 25), date(2027, 3, 25)), (None, None)],
)
def test_last_day_is_corrected_or_taken_back_and_the_role_follows(new: date | None, role_ends: date | None) -> None:
    hub, person = make.HubFactory(), make.PersonFactory()
    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)
    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=date(2027, 7, 21))

    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=new)

    assert Leader.objects.get().ends_on == new
    assert Role.objects.get(person=person, kind=SPECIALIST).ends_on == role_ends
    what = JournalEntry.objects.about(leader).first()
    assert what is not None
    assert what.what == ("Last day corrected" if new else "Last day taken back")


def test_last_day_that_has_passed_by_mistake_is_corrected_and_the_role_given_again() -> None:
    hub, person = make.HubFactory(), make.PersonFactory()
    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)
    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=TODAY)
    later = TODAY + timedelta(days=9)

    leaders.end_leader(leader=leader, by=None, now=NOW + timedelta(days=9), last_day=date(2027, 7, 21))

    held = Role.objects.filter(person=person, kind=SPECIALIST).order_by("pk").values_list("starts_on", "ends_on")
    assert list(held) == [(TODAY, TODAY), (later, date(2027, 7, 21))]


def test_last_day_is_not_corrected_to_itself_nor_once_somebody_came_back() -> None:
    hub, person = make.HubFactory(), make.PersonFactory()
    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)
    last_day = date(2027, 7, 21)
    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=last_day)

    with pytest.raises(leaders.CannotLead, match="is 21 July 2027 already"):
        leaders.end_leader(leader=leader, by=None, now=NOW, last_day=last_day)
    leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=date(2027, 9, 1), person=person)
    with pytest.raises(leaders.CannotLead, match="came back on 1 September 2027"):
        leaders.end_leader(leader=leader, by=None, now=NOW, last_day=None)


def test_records_of_past_years_that_come_later_are_no_coming_back() -> None:
    hub, person = make.HubFactory(), make.PersonFactory()
    leader = leaders.make_leader(hub=hub, kind=SPECIALIST, by=None, now=NOW, starts_on=TODAY, person=person)
    led_before = {"starts_on": date(2020, 9, 1), "ends_on": date(2021, 8, 31)}
    make.LeaderFactory(hub=hub, kind=SPECIALIST, person=person, **led_before)

    leaders.end_leader(leader=leader, by=None, now=NOW, last_day=date(2027, 7, 21))

    leader.refresh_from_db()
    assert leader.ends_on == date(2027, 7, 21)


def test_base_school_changes_for_the_leader_and_for_who_belongs_there(client: Client) -> None:
    hub = make.HubFactory()
    old, new = (make.SchoolFactory(authority__hub=hub, name=name) for name in ("Old Hill", "New Vale"))
    leader = make.LeaderFactory(hub=hub, school=old, person__school=old)
    client.force_login(make.make_user(HUB_LEAD, hub=hub))

    wrong = client.post(f"/programmes/leaders/{leader.pk}/base/", {"school": "Nowhere"})
    client.post(f"/programmes/leaders/{leader.pk}/base/", {"school": "New Vale"})
    again = client.post(f"/programmes/leaders/{leader.pk}/base/", {"school": "New Vale"})

    leader.refresh_from_db()
    assert "No school of your hub fits this" in wrong.content.decode()
    assert "is based there already" in again.content.decode()
    assert leader.school == leader.person.school == new


def test_how_many_groups_a_year_are_agreed_changes_with_its_history(client: Client) -> None:
    leader = make.LeaderFactory(max_groups=1)
    lead = make.make_user(HUB_LEAD, hub=leader.hub)
    stale = Leader.objects.get(pk=leader.pk)
    client.force_login(lead)
    url = f"/programmes/leaders/{leader.pk}/groups/"

    wrong = client.post(url, {"max_groups": "0"})
    done = client.post(url, {"max_groups": "3"}, follow=True)

    leader.refresh_from_db()
    entry = JournalEntry.objects.about(leader.person).get(what="Groups a year changed")
    assert (wrong.status_code, leader.max_groups) == (200, 3)
    assert "Kept: 3 groups a year for" in done.text
    assert url in done.text
    assert (entry.changed, entry.owner_id) == ({"max_groups": ["1", "3"]}, leader.hub_id)
    for one, words in ((leader, "agreed with .* already"), (stale, f"{lead} has just changed how many groups .* to 3")):
        with pytest.raises(leaders.CannotLead, match=words):
            leaders.agree_groups(leader=one, max_groups=3, by=lead)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_whoever_bases_a_leader_second_reads_who_based_them_where() -> None:
    leader = make.LeaderFactory(school=make.SchoolFactory())
    lead = make.make_user(HUB_LEAD, hub=leader.hub)
    first, second = make.SchoolFactory(), make.SchoolFactory()
    mine, theirs = (Leader.objects.get(pk=leader.pk) for _ in range(2))

    def base() -> str:
        with pytest.raises(leaders.CannotLead) as problem:
            leaders.change_base(leader=mine, school=second, by=None)
        return str(problem.value)

    said = once_held(lambda: leaders.change_base(leader=theirs, school=first, by=lead), base)

    leader.refresh_from_db()
    assert said.startswith(f"{lead} has just changed the base school of {leader} to {first}. Nothing was saved")
    assert leader.school == first
    assert JournalEntry.objects.filter(what="Base school changed").count() == 1
