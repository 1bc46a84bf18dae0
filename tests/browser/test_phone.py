"""Register, answer and visit log on a phone: with JavaScript, without it, and for axe."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from programmes.models import HalfTerm
from schools import roles
from schools.models import User
from schools.rules import academic_year
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.steps import axe_finds_nothing
from tests.factories.schools import LONG_AGO
from workgroups.models import Answer, Attendance, Meeting, Participant, Visit, VisitLog
from workgroups.notices.links import answer_url

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@dataclass
class Scene:
    """A running group today: one school, two teachers, a meeting an hour ago, one in a week, a visit to log."""

    leader: User
    head: User
    teachers: list[Participant]
    meeting: Meeting
    next_meeting: Meeting
    visit: Visit


@pytest.fixture
def scene() -> Scene:
    now = clock.now()
    school = make.SchoolFactory(name="Oakfield Primary")
    hub = school.hub
    head = make.make_user(roles.HEADTEACHER, school=school, name="Harriet Head")
    leader = make.make_user(roles.SPECIALIST, hub=hub, name="Leah Leader")
    offer = make.OfferFactory(year=academic_year(clock.today()))
    make.TagFactory(tag_set=offer.visit_tags, name="Variation")
    group = make.GroupFactory(offer=offer, hub=hub, leader=make.LeaderFactory(person=leader.person, hub=hub))
    place = make.PlaceFactory(group=group, enrolment__school=school, placed_on=LONG_AGO)
    names = ("Amira Khan", "Tom Ashby")
    teachers: list[Any] = [make.ParticipantFactory(place=place, person__name=name, since=LONG_AGO) for name in names]
    hour, week = timedelta(hours=1), timedelta(days=7)
    return Scene(
        leader=leader,
        head=head,
        teachers=teachers,
        meeting=make.MeetingFactory(group=group, number=1, starts_at=now - hour, ends_at=now + hour),
        next_meeting=make.MeetingFactory(group=group, number=2, starts_at=now + week, ends_at=now + week + hour),
        visit=make.VisitFactory(place=place, number=1),
    )


@pytest.fixture
def phone_of(new_page: Callable[..., Page], live_server: LiveServer) -> Callable[..., Page]:
    """A phone on which this person is signed in (None: nobody)."""

    def hand_over(user: User | None, *, scripts: bool = True) -> Page:
        options: dict[str, Any] = {"viewport": PHONE, "java_script_enabled": scripts, "base_url": live_server.url}
        page = new_page(**options)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    return hand_over


def _look(page: Page, *, scripts: bool) -> None:
    """Nothing wider than the phone; axe finds nothing (it needs scripts itself)."""
    if scripts:
        axe_finds_nothing(page)


@BOTH
def test_register_is_taken_on_a_phone(scene: Scene, phone_of: Callable[..., Page], *, scripts: bool) -> None:
    amira, tom = (row.person for row in scene.teachers)
    page = phone_of(scene.leader, scripts=scripts)
    page.goto(f"/groups/meetings/{scene.meeting.pk}/register/")
    _look(page, scripts=scripts)

    page.get_by_role("group", name=amira.name).get_by_text("Present").click()
    page.get_by_role("group", name=tom.name).get_by_text("Substitute").click()
    page.get_by_label("Who came instead of Tom?").fill("Li Wei")
    page.get_by_role("button", name="Done").click()

    expect(page.get_by_text("Register complete: 2 of 2 came.")).to_be_visible()
    assert set(Attendance.objects.values_list("person__name", "mark", "substitute_name")) == {
        ("Amira Khan", "present", ""),
        ("Tom Ashby", "substitute", "Li Wei"),
    }


def test_register_keeps_each_press_where_scripts_run(scene: Scene, phone_of: Callable[..., Page]) -> None:
    page = phone_of(scene.leader)
    page.goto(f"/groups/meetings/{scene.meeting.pk}/register/")

    page.get_by_role("group", name="Amira Khan").get_by_text("Apologies").click()

    expect(page.get_by_role("group", name="Amira Khan").get_by_text("✓ kept")).to_be_visible()
    expect(page.get_by_text("0 came, 1 did not, 1 still to be marked")).to_be_visible()
    assert Attendance.objects.get().mark == "apologies"


@BOTH
def test_visit_is_logged_on_a_phone_and_the_school_reads_its_part(
    scene: Scene, phone_of: Callable[..., Page], *, scripts: bool
) -> None:
    page = phone_of(scene.leader, scripts=scripts)
    page.goto(f"/groups/visits/{scene.visit.pk}/log/")
    _look(page, scripts=scripts)

    page.locator(".chip", has_text="Amira Khan").click()
    page.locator(".chip", has_text="Variation").click()
    page.get_by_label("What you saw").fill("Bar models with ease.")
    page.get_by_text("Add a private note").click()
    page.locator("#id_private").fill("A tired team.")
    page.get_by_label("What was agreed").fill("Plan two lessons")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("What was agreed").nth(1).fill("Meet in May")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Visit logged.")).to_be_visible()
    _look(page, scripts=scripts)
    school = phone_of(scene.head, scripts=scripts)
    school.goto(f"/groups/visits/{scene.visit.pk}/")

    for words in ("Bar models with ease.", "Plan two lessons", "Meet in May", "Variation", "Amira Khan"):
        expect(school.get_by_text(words).first).to_be_visible()
    assert "A tired team." not in school.content()
    assert VisitLog.objects.get().private == "A tired team."
    _look(school, scripts=scripts)


@BOTH
def test_teacher_answers_from_the_mail_with_one_press(
    scene: Scene, phone_of: Callable[..., Page], *, scripts: bool
) -> None:
    page = phone_of(None, scripts=scripts)
    page.goto(f"{answer_url(scene.next_meeting, scene.teachers[0].person_id)}?choice=cannot")
    _look(page, scripts=scripts)

    page.get_by_role("button", name="I can’t come").click()

    expect(page.get_by_text("You said that you can’t come.")).to_be_visible()
    assert Answer.objects.get().kind == "cannot"
    _look(page, scripts=scripts)


@BOTH
def test_year_opens_on_today_with_the_names_of_its_rows_in_sight(
    scene: Scene, phone_of: Callable[..., Page], *, scripts: bool
) -> None:
    """Fine without scripts, too: it opens on the autumn, and says that there is more to the side."""
    group, today = scene.meeting.group, clock.today()
    for number in range(1, 7):
        starts_on = today + timedelta(days=(number - 6) * 50 - 10)
        HalfTerm.objects.create(
            year=group.offer.year, number=number, starts_on=starts_on, ends_on=starts_on + timedelta(days=40)
        )
    page = phone_of(scene.leader, scripts=scripts)

    page.goto(group.get_absolute_url())

    expect(page.get_by_text("Swipe sideways to see the whole year.")).to_be_visible()
    page.locator("ul.key").scroll_into_view_if_needed()
    for words in ("Oakfield Primary", "today") if scripts else ("Oakfield Primary",):
        expect(page.locator("svg.picture text", has_text=words)).to_be_in_viewport()
    _look(page, scripts=scripts)


def test_card_of_an_expression_of_interest_is_headed_by_its_school(scene: Scene, phone_of: Callable[..., Page]) -> None:
    school = scene.visit.school
    make.InterestFactory(school=school, is_outside_domain=True)
    lead = make.make_user(roles.HUB_LEAD, hub=school.hub, name="Lena Lead")
    page = phone_of(lead)

    page.goto("/programmes/interest/")

    row = page.locator("table.stacks tbody tr")
    name, sent, flag = (
        row.get_by_text(school.name),
        row.locator("td").first,
        row.get_by_text("look at the e-mail address"),
    )
    boxes: list[Any] = [one.bounding_box() for one in (name, sent, flag)]
    assert boxes[0]["y"] < boxes[1]["y"]
    assert boxes[2]["x"] + boxes[2]["width"] <= PHONE["width"]
    _look(page, scripts=True)
