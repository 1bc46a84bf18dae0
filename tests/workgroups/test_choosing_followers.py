"""Of two schools that became one: whoever was to follow a teacher goes with them to the other place, or is told."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.notices import kinds
from programmes.actions import enrolments, turns
from programmes.models import EnrolledTeacher, Enrolment, keep_turns
from programmes.rules.turns import Turn, carried
from schools import roles
from schools.actions import successors as schools_actions
from schools.models import Person, User
from tests import factories as make
from tests.workgroups.test_changed_schools import became, new_school, sweep
from tests.workgroups.test_replacing import replace
from tests.world import NOW, Side
from workgroups.actions import groups, outlook, taking_effect
from workgroups.models import Participant, Replacement

pytestmark = [pytest.mark.django_db, pytest.mark.once(but="test_whoever_follows_a_teacher_goes_with_them")]
DAY = date(2027, 3, 1)


@pytest.fixture
def change(side: Side) -> Replacement:
    """Ben Bo is to follow the world's teacher, whose school has become part of one in the programme since."""
    teacher = side.users[roles.TEACHER].person
    found = replace(teacher, side.users[roles.HUB_LEAD], from_on=DAY, now=NOW)
    new = new_school(side, name="New Primary")
    going_on = make.EnrolmentFactory(school=new, offer=side.offer, hub=side.hub, status="active")
    make.EnrolledTeacherFactory(enrolment=going_on, person=None)
    make.PlaceFactory(group=side.group, enrolment=going_on, placed_on=NOW.date())
    became(side.school, new, schools_actions.MERGED)
    sweep()
    return found


def address(side: Side) -> str:
    other = Enrolment.objects.get(school__name="New Primary")
    return reverse("workgroups:changed-choose", args=[side.school.pk, other.pk, side.enrolment.pk])


def choose(side: Side, client: Client, teachers: list[EnrolledTeacher]) -> str:
    """The page before, and then it is done."""
    client.force_login(User.objects.get(pk=side.users[roles.HUB_LEAD].pk))
    with clock.fixed(NOW):
        page = client.get(address(side)).content.decode()
        client.post(address(side), {"reason": "One.", "teachers": [one.pk for one in teachers]})
        groups.reconcile_participants(now=NOW)
    return page


def lines(change: Replacement) -> list[str]:
    return [f"{line.words} {line.more}" for line in outlook.lines_of(Replacement.objects.get(pk=change.pk))]


def mail_to(change: Replacement, kind: str) -> str:
    notice = Notice.objects.exclude(state="cancelled").get(kind=kind, recipient=f"person:{change.successor_id}")
    (target,) = kinds()[kind].load_by_key([notice.target]).values()
    return render(kinds()[kind], target, notice)[1]


def test_whoever_follows_a_teacher_goes_with_them(side: Side, change: Replacement, client: Client) -> None:
    teacher = EnrolledTeacher.objects.get(enrolment=side.enrolment, person=change.person)

    page = choose(side, client, [teacher])

    assert (
        f"Ben Bo is to follow {change.person} on 1 March 2027: in the other too where {change.person} is ticked" in page
    )
    place = EnrolledTeacher.objects.get(enrolment__school__name="New Primary", person=change.person)
    kept = [(turn.person_id, turn.since, turn.until) for turn in place.turns.order_by("since")]
    assert kept == [(change.person_id, NOW.date(), date(2027, 2, 28)), (change.successor_id, DAY, None)]
    rows = Participant.objects.filter(place__enrolment=place.enrolment_id, person=change.successor)
    assert list(rows.values_list("since", "until")) == [(DAY, None)]
    assert "You go on" in mail_to(change, "enrolment-merged")
    assert lines(change)[0].startswith("Ben Bo from 1 March 2027")
    assert change.parts.get(kind="place").enrolled == place
    given: dict[str, Any] = {"leaver": change.person, "to": change.successor, "from_on": DAY}
    assert turns.why_not_give_back(enrolled=place, **given) == ""


def test_whoever_was_to_follow_is_told_that_it_ends(side: Side, change: Replacement, client: Client) -> None:
    page = choose(side, client, [])

    assert "else that ends, and Ben Bo is told so by e-mail" in page
    assert "with it the part that you were to have in this programme" in mail_to(change, "enrolment-changed")
    assert lines(change)[0] == "ended on 11 January 2027, before that day The place of New Primary goes on instead."
    with clock.fixed(clock.at_london(DAY)):
        taking_effect.take_effect_due(now=clock.at_london(DAY))
    assert not Notice.objects.filter(kind="invitation", recipient=f"person:{change.successor_id}").exists()


def place_there(*, person: Person | None, after: list[Turn] | None = None) -> None:
    """Whose the place of the enrolment that goes on is, and the turns before and after, where it passes on."""
    place = EnrolledTeacher.objects.get(enrolment__school__name="New Primary")
    EnrolledTeacher.objects.filter(pk=place.pk).update(person=person)
    keep_turns(place, after or [])


def test_whoever_has_left_the_other_place_is_told_that_it_ends(side: Side, change: Replacement, client: Client) -> None:
    ben, today = change.successor_id, make.PersonFactory()
    assert ben is not None
    place_there(person=today, after=[Turn(ben, None, date(2026, 10, 1)), Turn(today.pk, date(2026, 10, 2))])

    page = choose(side, client, [])

    assert "Ben Bo is told so by e-mail" in page
    assert "with it the part that you were to have in this programme" in mail_to(change, "enrolment-changed")
    assert not Notice.objects.filter(kind="enrolment-merged", recipient=f"person:{ben}").exists()


def test_whoever_has_the_other_place_that_never_passed_on_goes_on(
    side: Side, change: Replacement, client: Client
) -> None:
    place_there(person=change.successor)

    page = choose(side, client, [])

    assert "Ben Bo is to follow" not in page
    assert "You go on" in mail_to(change, "enrolment-merged")
    assert not Notice.objects.filter(kind="enrolment-changed", recipient=f"person:{change.successor_id}").exists()


def test_teacher_of_today_who_comes_to_have_the_other_place_goes_on(
    side: Side, change: Replacement, client: Client
) -> None:
    today = make.PersonFactory()
    place_there(person=today, after=[Turn(today.pk, None, date(2027, 2, 28)), Turn(change.person_id, DAY)])

    page = choose(side, client, [])

    assert "told so by e-mail, unless" not in page
    told = Notice.objects.exclude(state="cancelled").filter(recipient=f"person:{change.person_id}")
    assert [one.kind for one in told if one.kind.startswith("enrolment-")] == ["enrolment-merged"]


def test_whoever_was_to_follow_hears_that_the_school_withdraws(side: Side) -> None:
    teacher = side.users[roles.TEACHER].person
    change = replace(teacher, side.users[roles.HUB_LEAD], from_on=DAY, now=NOW)

    enrolments.withdraw(enrolment=Enrolment.objects.get(pk=side.enrolment.pk), by=None, now=NOW, reason="They left.")

    assert "no longer takes part" in mail_to(change, "enrolment-changed")


def test_whoever_follows_has_one_place_only(side: Side, change: Replacement) -> None:
    other = Enrolment.objects.get(school__name="New Primary")
    make.EnrolledTeacherFactory(enrolment=other, person=change.successor)
    teacher = EnrolledTeacher.objects.get(enrolment=side.enrolment, person=change.person)
    given: dict[str, Any] = {"enrolment": other, "teachers": [teacher], "by": None, "now": NOW}

    with pytest.raises(enrolments.CannotName, match="has a place in the other enrolment already"):
        enrolments.take_over(**given)


def test_office_and_who_books_cover_hear_that_the_teachers_change(
    side: Side, change: Replacement, client: Client
) -> None:
    school = Enrolment.objects.get(school__name="New Primary").school
    for kind in (roles.OFFICE, roles.COVER):
        make.RoleFactory(kind=kind, school=school, person__name=f"The {kind}")

    choose(side, client, [])

    told = Notice.objects.filter(kind="enrolment-merged").exclude(state="cancelled").values_list("name", flat=True)
    assert {"The office", "The cover"} <= set(told)


def test_turns_are_carried_with_their_end_and_who_follows() -> None:
    day = date(2027, 1, 11)
    before = [Turn(1, None, date(2027, 2, 28)), Turn(2, DAY)]

    assert carried([Turn(9, None, date(2027, 1, 10)), Turn(1, day)], before, day=day) == [
        Turn(9, None, date(2027, 1, 10)),
        Turn(1, day, date(2027, 2, 28)),
        Turn(2, DAY),
    ]
