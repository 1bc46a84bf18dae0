"""After a merger two hold the headteacher's role: none of them is asked for their word until the hub has settled it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock
from programmes.actions.agreements import agree, is_asked
from programmes.actions.confirming import ask_new_head, confirm
from programmes.models import Enrolment, HeadConfirmation, Interest
from programmes.models.agreements import agreed_text, with_agreed
from schools import roles
from schools.actions import people, successors
from schools.models import Hub, Role, School, User
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def side() -> Iterator[Side]:
    """A school whose headteacher confirmed its application."""
    with clock.fixed(NOW):
        side = make_side()
        head = side.users[roles.HEADTEACHER].person
        said = make.InterestFactory(
            school=side.school, head_name=head.name, head_email=head.email, head_confirmed_at=NOW, status="accepted"
        )
        Enrolment.objects.filter(pk=side.enrolment.pk).update(interest=said)
        yield side


@pytest.fixture
def other(side: Side) -> User:
    """The headteacher of a school that has just become part of it."""
    gone = make.SchoolFactory(authority__hub=side.hub)
    head = make.make_user(roles.HEADTEACHER, school=gone)
    given: dict[str, Any] = {
        "school": gone,
        "successor": School.objects.get(pk=side.school.pk),
        "how": "merged",
        "since": TODAY,
    }
    successors.say_successor(**given, reason="A letter", by=None, now=NOW)
    successors.move_people(now=NOW)
    return User.objects.get(pk=head.pk)


def asked(side: Side, user: User) -> list[tuple[str, bool]]:
    browser = side.browser(roles.OFFICE)
    browser.force_login(user)
    asks = browser.get(reverse("dashboards:asked-list")).context["page_obj"]
    return [(ask.kind, ask.is_own) for ask in asks if ask.kind in {"agree", "anew"}]


def everybody(side: Side, other: User) -> list[list[tuple[str, bool]]]:
    return [asked(side, one) for one in (side.users[roles.HEADTEACHER], side.users[roles.MATHS_LEAD], other)]


def is_asked_on_its_page(side: Side, user: User) -> bool:
    return is_asked(with_agreed(Enrolment.objects.for_list()).get(pk=side.enrolment.pk), user)


def test_nobody_is_asked_while_two_are_headteacher(side: Side, other: User) -> None:
    assert Interest.objects.filter(enrolment=side.enrolment, head_confirmed_at=NOW).exists()
    assert everybody(side, other) == [[], [], []]
    assert not is_asked_on_its_page(side, other)


def leave(side: Side, head: User) -> None:
    held = Role.objects.get(person=head.person, kind=roles.HEADTEACHER, school=side.school, ends_on=None)
    people.end_role(role=held, by=None, today=TODAY)


def test_whoever_stays_is_asked_where_they_have_not_confirmed(side: Side, other: User) -> None:
    leave(side, side.users[roles.HEADTEACHER])

    assert [asked(side, one) for one in (side.users[roles.MATHS_LEAD], other)] == [[("anew", False)], [("anew", True)]]
    assert is_asked_on_its_page(side, other)


def test_whoever_stays_and_has_confirmed_is_not_asked(side: Side, other: User) -> None:
    leave(side, other)

    assert [asked(side, side.users[kind]) for kind in (roles.HEADTEACHER, roles.MATHS_LEAD)] == [[], []]


def test_who_has_confirmed_is_not_told_to_see_what_a_second_head_is_asked(side: Side) -> None:
    second = make.make_user(roles.HEADTEACHER, school=side.school)

    assert everybody(side, second) == [[], [("anew", False)], [("anew", True)]]


def test_only_the_hub_that_may_end_a_role_is_asked_and_its_list_holds_what_it_counted(side: Side, other: User) -> None:
    """The school is another hub's by now; the one that ran something for it reads it on."""
    new_hub = make.HubFactory()
    new_lead = make.make_user(roles.HUB_LEAD, hub=new_hub)
    before = _asked_and_listed(side, side.users[roles.HUB_LEAD])
    School.objects.filter(pk=side.school.pk).update(hub=new_hub)
    people.tie_school(school=side.school, hub=side.hub)

    former, theirs = (_asked_and_listed(side, one) for one in (side.users[roles.HUB_LEAD], new_lead))

    assert School.objects.visible_to(side.users[roles.HUB_LEAD]).for_hub(side.hub).filter(pk=side.school.pk).exists()
    assert (before, former, theirs) == ((1, 1), (0, 0), (1, 1))


def test_staff_of_two_hubs_read_of_each_what_is_its_own(side: Side, other: User) -> None:
    both = side.users[roles.HUB_ADMIN]
    new_hub = make.HubFactory()
    make.RoleFactory(person=both.person, kind=roles.HUB_ADMIN, hub=new_hub)
    School.objects.filter(pk=side.school.pk).update(hub=new_hub)
    people.tie_school(school=side.school, hub=side.hub)

    found = [_asked_and_listed(side, both, hub) for hub in (side.hub, new_hub)]

    assert found == [(0, 0), (1, 1)]


def _asked_and_listed(side: Side, user: User, hub: Hub | None = None) -> tuple[int, int]:
    """How many schools the home counts, and how many are on the list to which its line leads."""
    browser = side.browser(roles.OFFICE)
    browser.force_login(user)
    if hub is not None:
        browser.post(reverse("schools:hub-choose"), {"hub": hub.pk})
    lines = [one for one in browser.get("/").context["sections"][0]["work"] if "two headteachers" in one.title]
    listed = browser.get(reverse("schools:school-list"), {"gap": "two", "whose": "all"})
    return sum(line.count for line in lines), len(listed.context["page_obj"])


@pytest.mark.parametrize("agrees_last", [False, True])
def test_each_of_two_new_heads_is_asked_until_they_have_answered_themselves_by_whichever_way(
    side: Side, agrees_last: bool
) -> None:
    people.end_role(role=Role.objects.get(person=side.users[roles.HEADTEACHER].person), by=None, today=TODAY)
    by_link, in_portal = (make.make_user(roles.HEADTEACHER, school=side.school) for _each in range(2))
    both = {
        user: ask_new_head(school=side.school, person=user.person, by=None, now=NOW) for user in (by_link, in_portal)
    }
    steps: list[Callable[[], None]] = [lambda: _confirm(both[by_link]), lambda: _agree(side, in_portal)]
    readers = (by_link, in_portal, side.users[roles.MATHS_LEAD], side.users[roles.TRUST_LEAD])

    found = [[asked(side, one) for one in readers]]
    for step in steps if agrees_last else steps[::-1]:
        step()
        found.append([asked(side, one) for one in readers])

    own, other = [("anew", True)], [("anew", False)]
    waits = [[], own] if agrees_last else [own, []]
    assert found == [[own, own, other * 2, other * 2], [*waits, other, other], [[], [], [], []]]
    assert [is_asked_on_its_page(side, one) for one in (by_link, in_portal)] == [False, False]


def _confirm(asked: HeadConfirmation | None) -> None:
    assert asked is not None
    confirm(asked=asked, by=None, now=NOW)


def _agree(side: Side, user: User) -> None:
    enrolment = with_agreed(Enrolment.objects.for_list()).get(pk=side.enrolment.pk)
    agree(enrolment=enrolment, text_id=agreed_text(enrolment).pk, by=user, now=NOW)
