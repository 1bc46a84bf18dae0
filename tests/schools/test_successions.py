"""Who hears that a school becomes another, where they read it, and what is kept when one record is left of the two."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock, delivery, notices
from schools import roles
from schools.actions import successors
from schools.actions.import_plan import Plan, known_urns, plan_links
from schools.actions.import_writes import Writer
from schools.adapters.gias import Link
from schools.models import Hub, School, Succession
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY, DAY = NOW.date(), date(2027, 2, 1)


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def hubs() -> tuple[Hub, Hub]:
    return make.HubFactory(email="one@hubs.example.org"), make.HubFactory(email="two@hubs.example.org")


def say(old: School, new: School, how: str = "converted", since: date = TODAY) -> Succession:
    given: dict[str, Any] = {"school": old, "successor": new, "how": how, "since": since}
    return successors.say_successor(**given, reason="A letter", by=None, now=NOW)


def links(mails: list[EmailMessage]) -> dict[str, str]:
    """The page that each e-mail names, by the first letters of its address."""
    found = {}
    for one in mails:
        path = next(line for line in str(one.body).splitlines() if line.startswith("http"))
        found[one.to[0].partition("<")[2][:3]] = "/" + path.split("/", 3)[3]
    return found


def test_both_hubs_hear_of_a_conversion_that_leaves_the_other_record(
    hubs: tuple[Hub, Hub], mailoutbox: list[EmailMessage]
) -> None:
    old, new = (make.SchoolFactory(hub=hub) for hub in hubs)
    make.EnrolmentFactory(school=new, hub=hubs[1])

    say(old, new)
    notices.sweep(NOW)
    delivery.deliver_due()

    succession = Succession.objects.get()
    assert not School.objects.filter(pk=old.pk).exists()
    assert (succession.school, succession.status) == (new, "done")
    assert links(mailoutbox) == {"one": hubs[0].get_absolute_url(), "two": new.get_absolute_url()}


@pytest.mark.parametrize("how", ["merged", "converted", "split"])
def test_each_hub_is_led_to_a_page_that_it_may_see(
    hubs: tuple[Hub, Hub], mailoutbox: list[EmailMessage], client: Client, how: str
) -> None:
    old, new = (make.SchoolFactory(hub=hub) for hub in hubs)
    say(old, new, how, since=DAY)
    delivery.deliver_due()

    found = links(mailoutbox)
    seen = []
    for key, hub in zip(("one", "two"), hubs, strict=True):
        client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
        seen.append(client.get(found[key]).status_code)
    assert (found, seen) == ({"one": old.get_absolute_url(), "two": new.get_absolute_url()}, [200, 200])


def test_plan_of_a_school_whose_record_a_file_of_links_joined_to_another_is_kept(hubs: tuple[Hub, Hub]) -> None:
    old, new, third = (make.SchoolFactory(hub=hub) for hub in (*hubs, hubs[0]))
    make.EnrolmentFactory(school=new, hub=hubs[1])
    for school in (old, new):
        say(school, third, "merged", since=DAY)
    urns = {school.pk: school.urns.get().urn for school in (old, new)}

    plan = Plan(known_urns())
    plan_links(plan, [Link(line=2, old_urn=urns[old.pk], new_urn=urns[new.pk], is_merger=False, since=TODAY)])
    Writer(plan, (), by=None, now=NOW).write()

    # Both were to become the third: of two plans that say the same one is left.
    assert list(Succession.objects.values_list("school", flat=True)) == [new.pk]


def test_who_hears_of_many_successions_is_known_by_as_many_queries_as_of_one() -> None:
    counts, kind = [], notices.kinds()["succession"]
    for number in (1, 4):
        for _one in range(number):
            make.SuccessionFactory()
        with CaptureQueriesContext(connection) as asked:
            told = [kind.desired(succession) for succession in kind.load()]
        counts.append(len(asked))

    assert len(told) == 5
    assert counts[0] == counts[1]


def test_what_is_planned_is_said_where_something_else_would_be(hubs: tuple[Hub, Hub], client: Client) -> None:
    old, new = (make.SchoolFactory(hub=hub) for hub in hubs)
    say(old, new, how="merged", since=DAY)
    client.force_login(make.make_user(roles.NATIONAL))

    pages = [client.get(f"/schools/{school.pk}/became/").content.decode() for school in (old, new)]

    said = f"Planned already: from 1 February 2027 {old} becomes part of another school, {new.name}"
    assert [(said in page, "Take this back" in page) for page in pages] == [(True, True), (False, False)]


def test_page_says_before_that_it_cannot_be_undone_and_afterwards_what_to_do_instead(client: Client) -> None:
    old, wrong, right = (make.SchoolFactory(name=name) for name in ("Old Primary", "Wrong Primary", "Right Primary"))
    client.force_login(make.make_user(roles.NATIONAL))

    before = client.get(f"/schools/{old.pk}/became/?became={wrong.pk}").content.decode()
    say(old, wrong, "merged")
    with pytest.raises(successors.CannotFollow) as refused:
        say(old, right, "merged")

    assert "cannot be undone or corrected here: please check that Wrong Primary is the right school" in before
    assert "became Wrong Primary already, and that cannot be undone" in str(refused.value)
    assert "end these people's roles at Wrong Primary" in str(refused.value)


@pytest.mark.parametrize(("many", "is_said"), [(20, False), (21, True)])
def test_search_says_where_more_schools_fit_than_it_shows(client: Client, many: int, is_said: bool) -> None:
    old = make.SchoolFactory(name="Old Primary")
    make.SchoolFactory.create_batch(many, name="St Mary Primary")
    client.force_login(make.make_user(roles.NATIONAL))

    page = client.get(f"/schools/{old.pk}/became/?q=St Mary").content.decode()

    assert page.count("?became=") == 20
    assert ("these are the 20 nearest" in page) == is_said


@pytest.mark.parametrize(
    ("since", "words"), [(date(2027, 1, 4), "themselves, within minutes."), (DAY, "themselves on that day.")]
)
def test_email_says_of_a_past_day_that_it_happens_now(
    hubs: tuple[Hub, Hub], mailoutbox: list[EmailMessage], since: date, words: str
) -> None:
    old, new = (make.SchoolFactory(hub=hub) for hub in hubs)

    say(old, new, "merged", since)
    notices.sweep(NOW)
    delivery.deliver_due()

    assert [words in str(one.body) for one in mailoutbox] == [True, True]
