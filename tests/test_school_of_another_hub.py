"""A school has gone to another hub and what runs at it has stayed: its hub of today reads that, the old one runs it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from funding import actions as funding
from hubportal.core import clock, journal
from hubportal.core.models import JournalEntry
from schools.actions import hubs, people
from schools.models import Hub, Person
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, MATHS_LEAD, TEACHER
from tests import factories as make
from tests.test_access import FORMS, LINES
from tests.test_two_hubs import SECRET, log_visit
from tests.world import NOW, Side, make_side
from workgroups.actions import hub_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    """The hub that runs what the school does; beside it in the group a school that has stayed."""
    with clock.fixed(NOW):
        side = make_side()
        side.things["west"] = make.HubFactory(name="West Hub")
        people.tie_school(school=side.school, hub=side.hub)
        split = hubs.Wish(
            kind="split", hub=side.hub, other=side.west, schools=[side.school], from_on=NOW.date(), reason="Too large"
        )
        hubs.plan_change(wish=split, by=None, now=NOW)
        hub_changes.follow_hub_changes(now=NOW)
        funding.follow_hubs(now=NOW)
        side.school.refresh_from_db()
        yield side


@pytest.fixture
def neighbour(side: Side) -> Person:
    """A teacher of the school that has stayed, of whom the journal speaks."""
    place = make.PlaceFactory(group=side.group, enrolment__school__authority__hub=side.hub)
    teacher = make.ParticipantFactory(place=place, person__name="Nell Neighbour", person__email="nell@n.example.org")
    make.AwardFactory(enrolment=place.enrolment, hub=side.hub, label="For the neighbour")
    journal.record("School left", on=side.group, by=None, note=SECRET)
    person: Person = teacher.person
    return person


def at(hub: Hub, kind: str = HUB_LEAD) -> Client:
    browser = Client()
    browser.force_login(make.make_user(kind, hub=hub))
    return browser


def text(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("kind", [HUB_LEAD, HUB_ADMIN, BOARD])
def test_tabs_of_the_school_show_what_another_hub_runs(side: Side, kind: str) -> None:
    west, school = at(side.west, kind), [side.school.pk]

    groups = text(west, reverse("workgroups:school-groups", args=school))
    dates = text(west, reverse("workgroups:school-dates", args=school))
    funding = text(west, reverse("funding:school-funding", args=school))

    assert side.group.get_absolute_url() in groups
    assert f"run by {side.hub}" in groups
    assert side.visit.get_absolute_url() in groups
    assert side.meeting.get_absolute_url() in dates
    assert side.award.get_absolute_url() in funding
    for record in (side.group, side.enrolment, side.award, side.claim):
        assert str(side.hub) in text(west, record.get_absolute_url()), record
    assert side.group.name in text(west, side.meeting.get_absolute_url())
    assert side.school.get_absolute_url() in text(west, side.visit.get_absolute_url())


def test_list_of_groups_names_those_of_another_hub_with_schools_of_ones_own(side: Side) -> None:
    url = reverse("workgroups:group-list")

    seen = text(at(side.west), url)

    assert (side.group.get_absolute_url() in seen, f"run by {side.hub}" in seen) == (True, True)
    assert "run by" not in text(side.browser(HUB_LEAD), url)


def test_group_is_read_as_its_school_reads_it(side: Side, neighbour: Person) -> None:
    """Of the other schools no more than their names and who takes part."""
    west = at(side.west)
    log_visit(side)
    pages = [
        *(reverse(f"workgroups:group-{tab}", args=[side.group.pk]) for tab in ("detail", "schools", "visits")),
        *(one.get_absolute_url() for one in (side.meeting, side.visit, side.enrolment)),
        reverse("funding:award-list"),
    ]
    kept = [
        *(reverse(f"workgroups:group-{tab}", args=[side.group.pk]) for tab in ("history", "notices")),
        reverse("funding:group-funding", args=[side.group.pk]),
        reverse("workgroups:meeting-register", args=[side.meeting.pk]),
    ]

    seen = "".join(text(west, url) for url in pages)

    assert [word for word in (SECRET, neighbour.email, "For the neighbour") if word in seen] == []
    assert neighbour.name in seen
    assert {west.get(url).status_code for url in kept} <= {403, 404}


# What the hub of a school does there, whoever runs its enrolments, and steps of no hub's work.
APPLYING = "interest|express|confirmation|offer|priority|term|target|text"
ITS_OWN = re.compile(rf"^(schools|dashboards):|^programmes:({APPLYING})")
STEPS = [
    (name, line)
    for name, line in [*FORMS, *((name, line) for name, line in LINES if line.method == "post")]
    if line.args and not line.public and not ITS_OWN.match(name) and name != "workgroups:person-replace"
]


@pytest.mark.parametrize("kind", [HUB_LEAD, HUB_ADMIN])
def test_nothing_that_another_hub_runs_is_changed(side: Side, kind: str) -> None:
    """Every step on a group, an enrolment, a place, a meeting, a visit, an award or a claim."""
    west, found = at(side.west, kind), []
    before = JournalEntry.objects.count()

    for name, line in STEPS:
        url = reverse(name, args=line.args(side) if line.args else [])
        data = line.data(side) if line.data else {}
        for method in {line.method, "post"}:
            answer = west.get(url) if method == "get" else west.post(url, data)
            # The step says on the page why it was not taken.
            is_refused = answer.status_code in {403, 404} or name == "funding:claim-approve"
            found += [] if is_refused else [(name, method, answer.status_code)]

    assert found == []
    assert JournalEntry.objects.count() == before
    side.claim.refresh_from_db()
    assert side.claim.status == "raised"


def replaced(browser: Client, url: str, duty: str) -> int:
    """Somebody new from today in one duty; how the confirmed form is answered."""
    given = {"duties": [duty], "who": "new", "name": "Nia New", "email": "nia@new.example.org", "reason": ""}
    today = {f"from_on_{part}": at for part, at in enumerate((NOW.day, NOW.month, NOW.year))}
    return browser.post(url, {**given, **today, "confirm": "yes"}).status_code


def test_hub_that_runs_an_enrolment_replaces_its_teachers_and_the_schools_hub_its_other_roles(side: Side) -> None:
    page = reverse("schools:school-people", args=[side.school.pk])
    teacher, lead = (side.users[kind].person for kind in (TEACHER, MATHS_LEAD))
    urls = {
        one.pk: f"{reverse('workgroups:person-replace', args=[one.pk])}?school={side.school.pk}"
        for one in (teacher, lead)
    }
    south, west = side.browser(HUB_ADMIN), at(side.west, HUB_ADMIN)
    place, role = f"place:{side.enrolled_teacher.pk}", f"role:{lead.roles.get().pk}"

    shown = [[urls[one.pk] in text(browser, page) for one in (teacher, lead)] for browser in (south, west)]
    names = f"names and replaces who takes part in what {side.hub} runs"

    assert shown == [[True, False], [False, True]]
    assert (names in text(south, page), names in text(west, page)) == (True, True)
    assert urls[teacher.pk].partition("?")[0] in text(south, teacher.get_absolute_url())
    assert place not in text(west, urls[teacher.pk])
    assert south.get(urls[lead.pk]).status_code == 403
    assert replaced(south, urls[teacher.pk], place) == 302
    side.enrolled_teacher.refresh_from_db()
    assert side.enrolled_teacher.person.name == "Nia New"
    assert role in text(west, urls[lead.pk])


def test_school_s_hub_replaces_who_takes_part_in_what_it_runs_too(side: Side) -> None:
    """Each of the two hubs passes on the places of its own programme."""
    teacher = side.users[TEACHER].person
    own = make.EnrolledTeacherFactory(enrolment__school=side.school, enrolment__hub=side.west, person=teacher)
    page = reverse("schools:school-people", args=[side.school.pk])
    url = f"{reverse('workgroups:person-replace', args=[teacher.pk])}?school={side.school.pk}"
    south, west = side.browser(HUB_ADMIN), at(side.west, HUB_ADMIN)

    shown = [url in text(browser, page) for browser in (south, west)]
    offered = [
        [f"place:{place.pk}" in text(browser, url) for place in (side.enrolled_teacher, own)]
        for browser in (south, west)
    ]

    assert shown == [True, True]
    assert offered == [[True, False], [False, True]]


def test_hub_that_runs_an_enrolment_names_its_teachers(side: Side) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    url = reverse("programmes:enrolment-teachers", args=[side.enrolment.pk])
    given = {"name": "Nia New", "email": "nia@new.example.org", "job_title": "Year 5 teacher"}

    sent = [browser.post(url, given).status_code for browser in (at(side.west), side.browser(HUB_ADMIN))]

    assert sent == [403, 302]
    assert side.enrolment.teachers.filter(person__name="Nia New").exists()


def test_who_leaves_the_school_keeps_the_place_that_another_hub_runs_and_the_preview_says_so(side: Side) -> None:
    teacher = side.users[TEACHER].person
    url = f"{reverse('workgroups:person-replace', args=[teacher.pk])}?school={side.school.pk}"
    today = {f"from_on_{part}": at for part, at in enumerate((NOW.day, NOW.month, NOW.year))}

    page = at(side.west).post(url, {**today, "who": "nobody", "leaves": "on"}).content.decode()

    assert f"still {teacher}: {side.hub} runs this and says who follows" in page
