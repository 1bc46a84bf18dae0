"""Inviting people, granting and ending roles: what is stored, and the one e-mail that follows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from schools import roles
from schools.actions import people
from schools.models import Person, Role, SchoolTie, User
from tests import factories as make
from tests.world import make_side

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = date(2027, 1, 11)

pytestmark = pytest.mark.django_db


def test_invite_makes_the_person_the_user_and_the_role() -> None:
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub)

    person = people.invite(
        name="Jo  Hill", email="Jo@Hubs.example.org", kind=roles.HUB_ADMIN, by=lead, now=NOW, hub=hub, job_title="Admin"
    )

    assert (person.name, person.email, person.job_title) == ("Jo Hill", "jo@hubs.example.org", "Admin")
    assert (person.user.email, person.user.has_usable_password()) == ("jo@hubs.example.org", False)
    role = person.roles.get()
    assert (role.kind, role.hub, role.starts_on, role.ends_on) == (roles.HUB_ADMIN, hub, TODAY, None)
    said = JournalEntry.objects.values_list("what", "by", "owner").order_by("pk")
    assert list(said) == [("Person added", lead.pk, hub.pk), ("Role given", lead.pk, hub.pk)]


def test_invitation_arrives_once_and_says_who_what_and_how() -> None:
    hub = make.HubFactory(name="Trent & Soar Maths Hub")
    lead = make.make_user(roles.HUB_LEAD, hub=hub, name="Sam O'Neil")
    school = make.SchoolFactory(authority__hub=hub, name="St Anne's School")

    with clock.fixed(NOW):
        people.invite(name="Jo Hill", email="jo@a.example.org", kind=roles.HEADTEACHER, by=lead, now=NOW, school=school)
        people.invite(name="Jo Hill", email="jo@a.example.org", kind=roles.MATHS_LEAD, by=lead, now=NOW, school=school)
        delivery.deliver_due()
        delivery.deliver_due()

    assert [(sent.subject, sent.recipients(), sent.reply_to) for sent in mail.outbox] == [
        ("You are invited to Hub Portal", ["Jo Hill <jo@a.example.org>"], [hub.email])
    ]
    body = mail.outbox[0].body
    for said in (
        "Sam O'Neil has given you access",
        "- Headteacher, St Anne's School",
        "- Maths lead, St Anne's School",
        f"Your hub is Trent & Soar Maths Hub, {hub.email}.",
        "/account/login/",
        "please answer it: the answer goes to Trent & Soar Maths Hub.",
    ):
        assert said in body
    notice = Notice.objects.get()
    assert (notice.state, notice.owner, notice.thread) == (
        "sent",
        hub,
        f"schools.person:{Person.objects.get(name='Jo Hill').pk}",
    )


def test_a_further_role_is_said_in_the_subject() -> None:
    """Else it reads as the same message twice."""
    school = make.SchoolFactory(name="St Anne's School")

    for hours, kind in enumerate((roles.OFFICE, roles.MATHS_LEAD)):
        now = NOW + timedelta(hours=hours)
        with clock.fixed(now):
            people.invite(name="Jo Hill", email="jo@a.example.org", kind=kind, by=None, now=now, school=school)
            delivery.deliver_due()
    with clock.fixed(NOW + timedelta(hours=2)):
        people.invite_again(person=Person.objects.get(), by=None, now=NOW + timedelta(hours=2))
        delivery.deliver_due()

    assert [sent.subject for sent in mail.outbox] == [
        "You are invited to Hub Portal",
        "New for you in Hub Portal: Maths lead, St Anne's School",
        "You are invited to Hub Portal",
    ]


def test_inviting_again_sends_again() -> None:
    hub = make.HubFactory()
    person = people.invite(name="Jo Hill", email="jo@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub)
    with clock.fixed(NOW):
        delivery.deliver_due()

    later = NOW + timedelta(hours=1)
    with clock.fixed(later):
        people.invite_again(person=person, by=None, now=later)
        delivery.deliver_due()

    assert len(mail.outbox) == 2


def test_inviting_pressed_twice_sends_once() -> None:
    hub = make.HubFactory()

    def invite(now: datetime) -> None:
        people.invite(name="Jo Hill", email="jo@a.example.org", kind=roles.BOARD, by=None, now=now, hub=hub)

    steps: list[tuple[int, Callable[[datetime], object]]] = [
        (0, invite),
        (5, invite),
        (10, lambda now: people.invite_again(person=Person.objects.get(), by=None, now=now)),
        (20, lambda now: people.add_role(person=Person.objects.get(), kind=roles.HUB_ADMIN, by=None, now=now, hub=hub)),
        (30, lambda now: Person.objects.update(email="new@a.example.org")),
        (31, lambda now: User.objects.update(email="new@a.example.org")),
        (40, lambda now: people.invite_again(person=Person.objects.get(), by=None, now=now)),
        (101, lambda now: people.invite_again(person=Person.objects.get(), by=None, now=now)),
    ]
    sent = {}

    for seconds, step in steps:
        now = NOW + timedelta(seconds=seconds)
        with clock.fixed(now):
            step(now)
            delivery.deliver_due()
        sent[seconds] = len(mail.outbox)

    assert sent == {0: 1, 5: 1, 10: 1, 20: 2, 30: 2, 31: 2, 40: 3, 101: 4}


def test_invite_knows_a_person_by_address_and_name() -> None:
    user = make.make_user(name="Jo Hill", email="jo@a.example.org")
    hub = make.HubFactory()

    person = people.invite(name="Mrs jo hill", email="JO@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub)

    assert person == user.person
    assert User.objects.count() == 1


def test_invite_at_a_shared_address_makes_no_second_user() -> None:
    office = make.make_user(name="The Office", email="office@a.example.org")
    school = make.SchoolFactory()

    person = people.invite(
        name="Jo Hill", email="office@a.example.org", kind=roles.TEACHER, by=None, now=NOW, school=school
    )

    assert person != office.person
    assert person.school == school
    assert list(User.objects.all()) == [office]
    assert Notice.objects.count() == 0


def test_grant_role_is_given_once_while_it_lasts() -> None:
    person, school = make.PersonFactory(), make.SchoolFactory()

    first = people.grant_role(person=person, kind=roles.TEACHER, by=None, now=NOW, school=school)
    again = people.grant_role(person=person, kind=roles.TEACHER, by=None, now=NOW, school=school)
    placed = people.grant_role(
        person=person, kind=roles.LEADS_SCHOOL, by=None, now=NOW, school=school, source="workgroups.place:1"
    )

    assert first == again
    assert first.given_at == NOW  # the moment of the step, by which it is known who hears of it
    assert list(Role.objects.order_by("pk")) == [first, placed]


def test_grant_role_takes_a_planned_end_back() -> None:
    school = make.SchoolFactory()
    role = make.RoleFactory(kind=roles.TEACHER, school=school, ends_on=date(2027, 3, 1))

    people.grant_role(person=role.person, kind=roles.TEACHER, by=None, now=NOW, school=school)

    role.refresh_from_db()
    assert role.ends_on is None


@pytest.mark.parametrize(
    ("planned_end", "ends_on", "lasts"),
    [
        (None, None, [(TODAY, None)]),
        (None, date(2027, 1, 20), [(TODAY, None)]),
        (date(2027, 3, 1), date(2027, 2, 1), [(TODAY, date(2027, 3, 1))]),
        (None, date(2027, 1, 19), [(TODAY, date(2027, 1, 19)), (date(2027, 1, 21), None)]),
    ],
)
def test_grant_role_brings_a_planned_one_forward(
    planned_end: date | None, ends_on: date | None, lasts: list[tuple[date, date | None]]
) -> None:
    """Else the planned one would come back by itself after today's was ended."""
    school = make.SchoolFactory()
    role = make.RoleFactory(kind=roles.MATHS_LEAD, school=school, starts_on=date(2027, 1, 21), ends_on=planned_end)

    given: dict[str, Any] = {"kind": roles.MATHS_LEAD, "now": NOW, "school": school, "ends_on": ends_on}
    people.grant_role(person=role.person, by=None, **given)

    held = Role.objects.filter(person=role.person).order_by("starts_on")
    assert list(held.values_list("starts_on", "ends_on")) == lasts


def test_end_role_ends_at_once_and_is_journalled() -> None:
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    user = make.make_user(roles.HUB_ADMIN, hub=hub)
    role = user.person.roles.get()

    people.end_role(role=role, by=lead, today=TODAY)
    people.end_role(role=role, by=lead, today=TODAY)

    with clock.fixed(NOW):
        assert User.objects.get(pk=user.pk).scope.kinds == frozenset()
    role.refresh_from_db()
    assert role.ends_on == date(2027, 1, 10)
    assert [entry.what for entry in JournalEntry.objects.about(role)] == ["Role ended"]


def test_end_role_given_today_ends_at_once_too() -> None:
    role = people.grant_role(
        person=make.PersonFactory(), kind=roles.TEACHER, by=None, now=NOW, school=make.SchoolFactory()
    )

    people.end_role(role=role, by=None, today=TODAY)

    assert not Role.objects.current(TODAY).exists()


def test_end_role_with_a_last_day_lasts_through_it() -> None:
    role = make.RoleFactory(kind=roles.TEACHER, school=make.SchoolFactory())

    people.end_role(role=role, by=None, today=TODAY, last_day=date(2027, 2, 12))

    assert Role.objects.current(date(2027, 2, 12)).exists()
    assert not Role.objects.current(date(2027, 2, 13)).exists()


@pytest.mark.parametrize("last_day", [date(2027, 1, 20), date(2027, 3, 31)])
def test_end_role_moves_a_last_day_either_way(last_day: date) -> None:
    role = make.RoleFactory(kind=roles.TEACHER, school=make.SchoolFactory(), ends_on=date(2027, 2, 12))

    people.end_role(role=role, by=None, today=TODAY, last_day=last_day)

    role.refresh_from_db()
    assert role.ends_on == last_day
    assert [entry.changed for entry in JournalEntry.objects.about(role)] == [{"ends_on": ["2027-02-12", str(last_day)]}]


def test_end_role_brings_none_back_that_has_ended() -> None:
    role = make.RoleFactory(kind=roles.TEACHER, school=make.SchoolFactory(), ends_on=date(2027, 1, 5))

    with pytest.raises(people.CannotChangePeople, match="has ended already"):
        people.end_role(role=role, by=None, today=TODAY, last_day=date(2027, 2, 12))


def test_last_hub_lead_cannot_leave() -> None:
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    make.make_user(roles.HUB_LEAD, hub=make.HubFactory())
    role = lead.person.roles.get()

    with pytest.raises(people.CannotChangePeople, match="only lead"):
        people.end_role(role=role, by=lead, today=TODAY)

    make.make_user(roles.HUB_LEAD, hub=hub)
    people.end_role(role=role, by=lead, today=TODAY)
    assert not Role.objects.filter(pk=role.pk).current(TODAY).exists()


@pytest.mark.parametrize("last_day", [None, date(2027, 1, 31), date(2027, 3, 1), date(2027, 3, 31)])
def test_hub_lead_cannot_leave_to_one_who_leaves_too(last_day: date | None) -> None:
    hub = make.HubFactory()
    lead, other = make.make_user(roles.HUB_LEAD, hub=hub), make.make_user(roles.HUB_LEAD, hub=hub)
    people.end_role(role=other.person.roles.get(), by=other, today=TODAY, last_day=date(2027, 3, 1))

    with pytest.raises(people.CannotChangePeople, match="only lead"):
        people.end_role(role=lead.person.roles.get(), by=lead, today=TODAY, last_day=last_day)

    # Who leaves already may leave sooner, or later.
    for day in (date(2027, 2, 1), date(2027, 3, 31)):
        people.end_role(role=other.person.roles.get(), by=other, today=TODAY, last_day=day)
        assert other.person.roles.get().ends_on == day


def test_hub_lead_ends_no_role_of_the_only_lead_who_stays() -> None:
    hub = make.HubFactory()
    lead, other = make.make_user(roles.HUB_LEAD, hub=hub), make.make_user(roles.HUB_LEAD, hub=hub)
    people.end_role(role=lead.person.roles.get(), by=lead, today=TODAY, last_day=date(2027, 1, 31))

    with clock.fixed(NOW), pytest.raises(people.CannotChangePeople, match="only lead of the hub who stays"):
        people.end_role(role=other.person.roles.get(), by=lead, today=TODAY)

    with clock.fixed(NOW):
        people.end_role(role=other.person.roles.get(), by=make.make_user(roles.NATIONAL), today=TODAY)
    assert other.person.roles.get().ends_on == date(2027, 1, 10)


@pytest.mark.parametrize("last_day", [None, date(2027, 3, 1)])
def test_last_national_who_signs_in_stays(last_day: date | None) -> None:
    national = make.make_user(roles.NATIONAL)
    make.RoleFactory(kind=roles.NATIONAL)  # known by name only
    make.RoleFactory(person=make.make_user().person, kind=roles.NATIONAL, ends_on=date(2027, 5, 1))
    role = national.person.roles.get()

    with pytest.raises(people.CannotChangePeople, match="can sign in"):
        people.end_role(role=role, by=national, today=TODAY, last_day=last_day)

    other = make.make_user(roles.NATIONAL)
    people.end_role(role=role, by=other, today=TODAY, last_day=last_day)
    assert national.person.roles.get().ends_on == (last_day or date(2027, 1, 10))


def test_national_may_leave_to_a_superuser() -> None:
    national = make.make_user(roles.NATIONAL)
    User.objects.create_superuser("set.up@ncetm.example.org", "a-password-of-theirs")

    people.end_role(role=national.person.roles.get(), by=national, today=TODAY)

    assert not Role.objects.current(TODAY).exists()


def test_end_roles_from_ends_what_came_from_one_thing() -> None:
    person, school = make.PersonFactory(), make.SchoolFactory()
    for source in ("workgroups.place:1", "workgroups.place:2"):
        people.grant_role(person=person, kind=roles.LEADS_SCHOOL, by=None, now=NOW, school=school, source=source)

    people.end_roles_from(source="workgroups.place:1", by=None, today=TODAY)

    assert [role.source for role in Role.objects.current(TODAY)] == ["workgroups.place:2"]


def test_tie_school_ties_once() -> None:
    school, hub = make.SchoolFactory(), make.HubFactory()

    people.tie_school(school=school, hub=hub)
    people.tie_school(school=school, hub=hub)

    assert SchoolTie.objects.count() == 1


def test_correcting_the_address_moves_the_sign_in() -> None:
    national = make.make_user(roles.NATIONAL)
    user = make.make_user(roles.BOARD, hub=make.HubFactory(), email="old@a.example.org")

    people.correct_person(
        person=user.person, by=national, facts={"email": "new@a.example.org", "phone": "0116 496"}, now=NOW
    )

    user.refresh_from_db()
    assert user.email == "new@a.example.org"
    entry = JournalEntry.objects.get()
    assert entry.changed == {"email": ["old@a.example.org", "new@a.example.org"], "phone": ["", "0116 496"]}


def test_correcting_to_an_address_in_use_is_refused() -> None:
    national = make.make_user(roles.NATIONAL)
    user = make.make_user(roles.BOARD, hub=make.HubFactory())

    with pytest.raises(people.CannotChangePeople, match="already signs in"):
        people.correct_person(person=user.person, by=national, facts={"email": national.email}, now=NOW)


def test_correcting_is_refused_to_who_may_not_give_the_roles() -> None:
    head = make.make_user(roles.HEADTEACHER, school=make.SchoolFactory())
    other = make.make_user(roles.TEACHER, school=make.SchoolFactory(), email="old@a.example.org")

    with clock.fixed(NOW), pytest.raises(people.CannotChangePeople, match="Only people who may give"):
        people.correct_person(person=other.person, by=head, facts={"email": "new@a.example.org"}, now=NOW)

    other.refresh_from_db()
    assert other.email == "old@a.example.org"


def test_what_could_not_reach_somebody_goes_to_the_new_address_at_once() -> None:
    side = make_side()
    teacher = side.users[roles.TEACHER].person
    with clock.fixed(NOW):
        notices.reconcile(side.meeting, now=NOW)
        reminder = Notice.objects.get(recipient=f"person:{teacher.pk}", kind="meeting_reminder")
        Notice.objects.filter(pk=reminder.pk).update(state="failed", problem="No such mailbox.", attempts=1)

        people.correct_person(
            person=teacher, by=side.users[roles.HUB_LEAD], facts={"email": "new@a.example.org"}, now=NOW
        )

    reminder.refresh_from_db()
    assert (reminder.state, reminder.email, reminder.attempts) == ("planned", "new@a.example.org", 0)
