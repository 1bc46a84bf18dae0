"""Whoever becomes headteacher of a school with something running is asked once, in whichever way they came."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hubportal.core import clock, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from programmes.actions import enrolments, new_heads
from programmes.actions.confirming import ask_new_head, confirm
from programmes.actions.following import move_enrolment
from programmes.models import Enrolment, HeadConfirmation, Interest
from schools import roles
from schools.actions import handing, people, successors
from schools.models import Role, School
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = NOW.date()
LATER = NOW + timedelta(days=1)
MONTHS_LATER = NOW + timedelta(days=100)


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def enrolled(school: School | None = None, *, accepted_on: date = date(2026, 9, 10), **named: Any) -> Enrolment:
    """A school that takes part, whose headteacher confirmed its application."""
    school = school or make.SchoolFactory()
    head = make.PersonFactory(name="Olive Before", email="olive@school.example.org")
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person=head)
    said = {"head_name": head.name, "head_email": head.email, **named}
    interest = make.InterestFactory(school=school, head_confirmed_at=NOW, status="accepted", **said)
    of = {"school": school, "interest": interest, "offer": interest.offer, "accepted_on": accepted_on}
    found: Enrolment = make.EnrolmentFactory(**of, status="active")
    return found


def end(name: str, school: School) -> None:
    people.end_role(role=Role.objects.get(school=school, person__name=name), by=None, today=TODAY)


def end_before(school: School) -> None:
    end("Olive Before", school)


def invite(school: School) -> None:
    """As the school's page offers it."""
    given: dict[str, Any] = {"name": "Nell Newhead", "email": "nell@school.example.org", "kind": roles.HEADTEACHER}
    people.invite(**given, school=school, by=None, now=NOW)


def merge(old: School, school: School) -> None:
    """One school becomes part of another, with its people and what it takes part in, as a sweep does it."""
    successors.say_successor(school=old, successor=school, how="merged", since=TODAY, reason="x", by=None, now=NOW)
    successors.move_people(now=NOW)
    for one in Enrolment.objects.filter(school=old).select_related("school", "offer", "hub", "interest"):
        move_enrolment(enrolment=one, school=school, by=None, now=NOW)


def asked(now: datetime = NOW) -> list[str]:
    new_heads.follow_heads(now=now)
    return list(HeadConfirmation.objects.open().values_list("person__name", flat=True))


@pytest.mark.parametrize("ends_first", [True, False])
def test_invited_head_is_asked_once_by_email_and_chased_twice(ends_first: bool) -> None:
    school = enrolled().school
    if ends_first:
        end_before(school)
    invite(school)

    assert asked() == ["Nell Newhead"]
    assert (new_heads.follow_heads(now=NOW), new_heads.follow_heads(now=LATER)) == (0, 0)
    mails = Notice.objects.filter(kind="head-confirmation").values_list("email", flat=True)
    assert list(mails) == ["nell@school.example.org"] * 3


def test_head_of_a_file_is_asked_and_not_the_first_that_the_portal_knows() -> None:
    """A file of people tells nobody how to sign in, and says of whole hubs who is headteacher."""
    school, first = enrolled().school, make.EnrolmentFactory(status="active")
    end_before(school)
    for place in (school, first.school):
        make.RoleFactory(kind=roles.HEADTEACHER, school=place, starts_on=TODAY, person__name=f"Of {place.pk}")

    assert asked() == [f"Of {school.pk}"]


def test_head_who_stays_after_a_merger_is_asked_once_the_other_has_gone() -> None:
    goes_on = enrolled()
    school = make.SchoolFactory(authority__hub=goes_on.hub)
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name="Mae Merged")
    merge(goes_on.school, school)

    before = asked()
    end_before(school)

    assert (before, asked()) == ([], ["Mae Merged"])
    mail = render(notices.kinds()["head-confirmation"], HeadConfirmation.objects.get(), Notice.objects.all()[0])[1]
    assert f"You are the headteacher of {school}." in mail
    assert "agreed under another headteacher" in mail


def test_head_who_was_there_before_is_asked_about_what_comes_from_a_school_without_one() -> None:
    """Whoever agreed to it has left before the other school became part of this one."""
    goes_on, school = enrolled(), make.SchoolFactory()
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name="Mae Merged")
    end_before(goes_on.school)
    merge(goes_on.school, school)

    assert asked() == ["Mae Merged"]


@pytest.mark.parametrize("leaves_first", [True, False])
def test_head_who_never_changed_is_not_asked_after_a_merger_about_what_was_hers(leaves_first: bool) -> None:
    """What her own school takes part in came with records, so that nobody has agreed to it in the portal."""
    own = make.EnrolmentFactory(interest=None, status="active")
    other = make.SchoolFactory()
    for school, name in ((own.school, "Hilda Always"), (other, "Olive Before")):
        make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name=name)
    if leaves_first:
        end_before(other)
    merge(other, own.school)
    if not leaves_first:
        assert asked() == []
        end_before(own.school)

    assert asked() == []


def test_head_who_came_with_a_merger_is_asked_about_the_rest_when_the_other_leaves_months_later() -> None:
    own, other = enrolled(), make.SchoolFactory()
    make.RoleFactory(kind=roles.HEADTEACHER, school=other, person__name="Alan Other")
    merge(other, own.school)
    assert asked() == []
    with clock.fixed(MONTHS_LATER):
        role = Role.objects.get(school=own.school, person__name="Olive Before")
        people.end_role(role=role, by=None, today=MONTHS_LATER.date())

        assert asked(MONTHS_LATER) == ["Alan Other"]


@pytest.mark.parametrize(("days", "names"), [(59, ["Nell September"]), (61, [])])
def test_who_came_longer_ago_than_a_link_works_is_not_written_to_as_new(days: int, names: list[str]) -> None:
    """As in the first sweep of a portal that did not look for them before."""
    since, enrolment = TODAY - timedelta(days=days), enrolled(accepted_on=date(2026, 6, 1))
    Role.objects.filter(school=enrolment.school).update(ends_on=since - timedelta(days=1))
    make.RoleFactory(kind=roles.HEADTEACHER, school=enrolment.school, starts_on=since, person__name="Nell September")

    assert asked() == names


def test_head_whose_role_was_given_long_before_it_begins_is_asked_when_it_does() -> None:
    school, nell = enrolled().school, make.PersonFactory(name="Nell Newhead")
    handing.give_from(person=nell, kind=roles.HEADTEACHER, school=school, from_on=MONTHS_LATER.date(), by=None, now=NOW)

    with clock.fixed(MONTHS_LATER):
        assert (asked(), asked(MONTHS_LATER)) == ([], ["Nell Newhead"])


def test_head_who_came_in_a_long_pause_is_asked_when_it_ends() -> None:
    enrolment = enrolled()
    enrolments.pause(enrolment=enrolment, by=None, now=NOW, reason="No head.")
    end_before(enrolment.school)
    invite(enrolment.school)
    assert asked() == []
    with clock.fixed(MONTHS_LATER):
        enrolments.resume(enrolment=enrolment, by=None, now=MONTHS_LATER)

        assert asked(MONTHS_LATER) == ["Nell Newhead"]


def test_nobody_is_asked_who_applied_or_has_agreed_or_was_there_before() -> None:
    applied = enrolled(head_email="OLIVE@school.example.org", head_name="O. Before")
    other = enrolled(head_name="Other Named", head_email="other@school.example.org")
    has_said = enrolled().school
    end_before(has_said)
    invite(has_said)
    nell = Role.objects.get(school=has_said, person__name="Nell Newhead").person
    confirmation = ask_new_head(school=has_said, person=nell, by=None, now=NOW)
    assert confirmation is not None
    confirm(asked=confirmation, by=None, now=NOW)

    assert asked() == []
    assert {applied.status, other.status} == {"active"}


def test_head_whose_role_has_ended_is_asked_no_more() -> None:
    school = enrolled().school
    end_before(school)
    invite(school)
    assert asked() == ["Nell Newhead"]
    end("Nell Newhead", school)

    assert asked() == []
    assert not Notice.objects.filter(kind="head-confirmation", state="planned").exists()


def test_headteacher_of_many_years_is_not_asked_as_new_after_a_slip_of_the_hub() -> None:
    """The school came with records: nobody has agreed. Somebody else is made headteacher and ended the same day."""
    enrolment = make.EnrolmentFactory(interest=None, status="active", accepted_on=TODAY - timedelta(days=90))
    school = enrolment.school
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name="Hilda", starts_on=date(2015, 9, 1))
    with clock.fixed(NOW):
        slip = people.invite(
            name="Not Head", email="x@school.example.org", kind=roles.HEADTEACHER, school=school, by=None, now=NOW
        )
        people.end_role(role=Role.objects.get(person=slip, kind=roles.HEADTEACHER), by=None, today=TODAY)

        new_heads.follow_heads(now=NOW)

    assert list(HeadConfirmation.objects.values_list("person__name", flat=True)) == []


def test_headteacher_of_many_years_is_not_asked_as_new_when_the_second_head_leaves() -> None:
    """Two lead the school together; one of them leaves."""
    enrolment = make.EnrolmentFactory(interest=None, status="active", accepted_on=TODAY - timedelta(days=90))
    for name, until in (("Hilda", None), ("Co Head", TODAY - timedelta(days=3))):
        make.RoleFactory(
            kind=roles.HEADTEACHER,
            school=enrolment.school,
            person__name=name,
            starts_on=date(2015, 9, 1),
            ends_on=until,
        )
    with clock.fixed(NOW):
        new_heads.follow_heads(now=NOW)

    assert list(HeadConfirmation.objects.values_list("person__name", flat=True)) == []


def test_of_two_headteachers_who_came_each_is_asked_once() -> None:
    school = enrolled().school
    with clock.fixed(NOW):
        day = NOW.date()
        for name, since in (("Ada First", day - timedelta(days=9)), ("Bo Last", day)):
            make.RoleFactory(kind=roles.HEADTEACHER, school=school, person__name=name, starts_on=since)
        Interest.objects.update(head_confirmed_at=NOW)
        school.enrolments.update(accepted_on=day - timedelta(days=30))

        open_after = []
        for _sweep in range(3):
            new_heads.follow_heads(now=NOW)
            open_after.append(sorted(HeadConfirmation.objects.open().values_list("person__name", flat=True)))

    assert open_after == [["Ada First", "Bo Last"]] * 3
