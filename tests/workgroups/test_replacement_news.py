"""Whoever is replaced, and who leads the groups, hears of it once; where it is taken back, whoever had heard does."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from hubportal.core.models import Notice
from programmes.models import HeadConfirmation
from schools import roles
from schools.models import Person, School, User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.conftest import running_group
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import BEN, first_place, replace, teacher_of
from tests.workgroups.test_teacher_news import sweep, take_back
from workgroups.actions import replacing
from workgroups.models import Group, Replacement, ReplacementNews

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_whoever_is_replaced_hears_once_what_ends_and_that_it_does_not_after_all"),
]

TODAY, DAY = NOW.date(), date(2027, 1, 1)
SOON = NOW + timedelta(hours=1)
LATER = SOON + timedelta(hours=1)


def told_group() -> int:
    """A running group whose people have all dates."""
    group = running_group()
    sweep(NOW)
    return group


made_group = made_once(told_group)


@pytest.fixture
def school(group: Group) -> School:
    """One of the group."""
    school = first_place(group).enrolment.school
    assert school is not None
    return school


def lead_of(school: School, kind: str) -> Person:
    return make.RoleFactory(
        kind=kind, school=school, person__name="Cara Low", person__email="cara@people.example.org"
    ).person


def told(now: datetime) -> list[tuple[str, str]]:
    """Who has heard of replacements, and in which of the ways."""
    sweep(now)
    rows = Notice.objects.filter(kind=ReplacementNews.KIND, state="sent").order_by("pk")
    return [(row.name, row.occurrence.partition("@")[0]) for row in rows]


def mail_to(name: str) -> Any:
    return [one for one in mail.outbox if one.to[0].startswith(name)][-1]


SCHOOL_ROLES = [roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.COVER]


@pytest.mark.parametrize("kind", SCHOOL_ROLES)
@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY, DAY])
def test_whoever_is_replaced_hears_once_what_ends_and_that_it_does_not_after_all(
    school: School, staff: User, kind: str, day: date
) -> None:
    cara = lead_of(school, kind)
    cara.roles.update(starts_on=TODAY - timedelta(days=30))

    change = replace(cara, staff, from_on=day, now=SOON)
    at_once = [told(SOON), told(SOON + timedelta(minutes=30))]
    body = str(mail_to("Cara Low").body)
    take_back(change.pk, staff, LATER)
    after = told(LATER)

    last = day - timedelta(days=1)
    assert at_once == [[("Cara Low", "passes")]] * 2
    assert f"{'ended' if last < TODAY else 'ends'} for you with {last:%A} {last.day} {last:%B %Y}" in body
    assert "Ben Bo follows you in it." in body
    assert after.count(("Cara Low", "stays")) == 1
    assert "That has been taken back: it stays as it was before." in str(mail_to("Cara Low").body)
    assert told(LATER + timedelta(days=1)) == after


@pytest.mark.parametrize("kind", [roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE])
def test_whoever_followed_and_was_invited_hears_that_it_does_not_stand(school: School, staff: User, kind: str) -> None:
    cara = lead_of(school, kind)

    change = replace(cara, staff, from_on=TODAY, now=SOON)
    told(SOON)
    take_back(change.pk, staff, LATER)

    assert told(LATER) == [("Cara Low", "passes"), ("Cara Low", "stays"), ("Ben Bo", "stays")]
    body = str(mail_to("Ben Bo").body)
    assert "You were to do this in place of Cara Low from Monday 14 September 2026" in body
    assert f"  - {change.parts.get(kind='role').label}" in body
    assert "Cara Low goes on, and you need do nothing." in body


def test_contact_for_cover_who_got_all_dates_hears_that_it_does_not_stand(school: School, staff: User) -> None:
    change = replace(lead_of(school, roles.COVER), staff, from_on=TODAY, now=SOON)
    told(SOON)
    dates = Notice.objects.filter(kind="year_dates", name="Ben Bo", state="sent").exists()
    take_back(change.pk, staff, LATER)

    assert dates
    assert ("Ben Bo", "stays") in told(LATER)


def test_nobody_hears_of_what_was_taken_back_before_an_email_left(school: School, staff: User) -> None:
    change = replace(lead_of(school, roles.HEADTEACHER), staff, from_on=TODAY, now=SOON)
    take_back(change.pk, staff, SOON)

    assert told(SOON) == told(LATER) == []
    assert not [one for one in mail.outbox if one.to[0].startswith("Ben Bo")]


@pytest.mark.parametrize("kind", [roles.MATHS_LEAD, roles.HEADTEACHER])
def test_all_of_one_form_that_does_not_pass_after_all_is_named(school: School, staff: User, kind: str) -> None:
    """One e-mail had told of them all."""
    cara, form = lead_of(school, kind), None
    as_what = "head" if kind == roles.HEADTEACHER else "contact"
    named = {f"{as_what}_name": cara.name, f"{as_what}_email": cara.email, "submitted_at": NOW}
    for _number in range(2):
        one = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), sent_with=form, **named)
        form = form or one
    change = replace(cara, staff, from_on=TODAY, now=SOON)
    told(SOON)
    first = [sent for sent in mail.outbox if "application" in sent.subject and sent.to[0].startswith("Ben Bo")]
    take_back(change.pk, staff, LATER)
    told(LATER)

    parts = change.parts.filter(kind=as_what).values_list("label", flat=True)
    message = mail_to("Ben Bo")
    assert (len(first), len(parts)) == (1, 2)
    assert [label for label in parts if label not in message.subject or label not in message.body] == []


def test_leader_who_was_replaced_hears_by_the_emails_about_their_group_alone(
    group: Group, school: School, staff: User
) -> None:
    leader = group.leader.person

    change = replace(leader, staff, from_on=TODAY, now=SOON)
    first = told(SOON)
    take_back(change.pk, staff, LATER)
    after = told(LATER)

    rows = Notice.objects.filter(kind__in=("leader_changed", "leader_replaced", "leader_stays"), state="sent")
    heard = {(row.name, row.kind) for row in rows if row.name in ("Ben Bo", leader.name)}
    assert first == after == []
    assert heard == {
        ("Ben Bo", "leader_changed"),
        (leader.name, "leader_replaced"),
        ("Ben Bo", "leader_stays"),
        (leader.name, "leader_stays"),
    }


def test_whoever_was_to_follow_on_a_day_to_come_heard_of_nothing(school: School, staff: User) -> None:
    change = replace(lead_of(school, roles.MATHS_LEAD), staff, from_on=DAY, now=SOON)
    told(SOON)
    take_back(change.pk, staff, LATER)

    assert told(LATER) == [("Cara Low", "passes"), ("Cara Low", "stays")]


def test_new_head_who_was_asked_to_confirm_hears_so_also_where_the_invitation_went_before(
    school: School, staff: User
) -> None:
    change = replace(lead_of(school, roles.HEADTEACHER), staff, from_on=TODAY, now=SOON)
    told(SOON)
    Notice.objects.filter(kind="invitation").delete()
    Notice.objects.filter(kind="year_dates", name="Ben Bo").delete()
    asked = HeadConfirmation.objects.get(person__name="Ben Bo")
    take_back(change.pk, staff, LATER)

    assert asked.is_open
    assert ("Ben Bo", "stays") in told(LATER)


def test_whoever_hands_on_what_is_their_own_is_not_told(school: School) -> None:
    head = make.make_user(roles.HEADTEACHER, school=school)

    replace(head.person, head, from_on=DAY, now=SOON)

    assert told(SOON) == []


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY, DAY])
def test_leader_hears_once_who_comes_in_whose_place_and_that_it_stays(
    group: Group, school: School, staff: User, day: date
) -> None:
    teacher, leader = teacher_of(first_place(group)), group.leader.person

    change = replace(teacher, staff, from_on=day, now=SOON)
    first = told(SOON)
    message = mail_to(leader.name)
    take_back(change.pk, staff, LATER)

    assert first == [(leader.name, "passes")]
    assert message.subject == f"Ben Bo takes part in place of {teacher} from {day.day} {day:%B %Y}"
    assert f"  - {group}, {school}" in message.body
    assert told(LATER) == [(leader.name, "passes"), (leader.name, "stays")]
    assert f"That has been taken back: {teacher} goes on." in str(mail_to(leader.name).body)


def test_leader_hears_of_a_place_with_nobody_to_follow(group: Group, school: School, staff: User) -> None:
    teacher, leader = teacher_of(first_place(group)), group.leader.person

    replace(teacher, staff, from_on=DAY, to=None, now=SOON)

    assert told(SOON) == [(leader.name, "passes")]
    assert mail_to(leader.name).subject == f"{teacher} no longer takes part from 1 January 2027"


def test_leader_who_replaces_a_teacher_themselves_is_not_told(group: Group, school: School) -> None:
    leader = make.make_user(roles.HUB_LEAD, hub=group.hub)
    User.objects.filter(pk=leader.pk).update(person=group.leader.person)
    leader.person.roles.update(person=group.leader.person)

    replace(teacher_of(first_place(group)), User.objects.get(pk=leader.pk), from_on=TODAY, now=SOON)

    assert told(SOON) == []


def test_teacher_who_is_maths_lead_too_reads_of_each_once(group: Group, school: School, staff: User) -> None:
    """Of their place by the e-mail about that."""
    teacher = teacher_of(first_place(group))
    Person.objects.filter(pk=teacher.pk).update(name="Ada Able", email="ada@people.example.org")
    make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person=teacher)

    replace(teacher, staff, from_on=DAY, now=SOON)

    assert sorted(told(SOON)) == sorted([("Ada Able", "passes"), (group.leader.person.name, "passes")])
    (row,) = ReplacementNews.objects.filter(person=teacher)
    assert row.what == [f"Maths lead, {school}"]


def test_replacement_that_is_made_again_is_told_again(school: School, staff: User) -> None:
    cara = lead_of(school, roles.MATHS_LEAD)
    change = replace(cara, staff, from_on=DAY, now=SOON)
    told(SOON)
    take_back(change.pk, staff, LATER)
    told(LATER)

    replace(cara, staff, from_on=DAY, to=BEN, now=LATER + timedelta(hours=1))

    assert told(LATER + timedelta(hours=1))[-1] == ("Cara Low", "passes")
    assert Replacement.objects.count() == 2
    assert replacing.Newcomer(name="Ben Bo", email=BEN.email).is_who(Person.objects.get(name="Ben Bo"))
