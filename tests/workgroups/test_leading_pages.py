"""Changing a leader, taking a planned change back and ending a leader's time, by their pages."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from hubportal.core.notices import kinds
from programmes.models import Leader
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, SPECIALIST
from tests import factories as make
from tests.workgroups.test_replacing import replace
from tests.world import NOW, Side, make_side
from workgroups.actions import replacing
from workgroups.models import Group, LeaderChange

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = NOW.date()


@pytest.fixture
def side() -> Iterator[Side]:
    """The world on 11 January 2027, its group a week old; its one meeting is tomorrow."""
    with clock.fixed(NOW):
        side = make_side()
        Group.objects.filter(pk=side.group.pk).update(started_at=clock.at_london(date(2027, 1, 4)))
        yield side


@pytest.fixture
def other(side: Side) -> Leader:
    """Somebody else who may lead the group."""
    return make.LeaderFactory(hub=side.hub, person__name="Nora New", person__email="nora@people.example.org")


def _sent(leader: Leader, day: date = TODAY) -> dict[str, str]:
    boxes = {"from_on_0": day.day, "from_on_1": day.month, "from_on_2": day.year}
    return {"leader": str(leader.pk), "reason": "Parental leave", **{name: str(one) for name, one in boxes.items()}}


def _change(side: Side, leader: Leader, day: date = TODAY, kind: str = HUB_LEAD) -> Any:
    url = reverse("workgroups:leader-change", args=[side.group.pk])
    return side.browser(kind).post(url, _sent(leader, day), follow=True)


def _text(notice: Notice) -> str:
    kind = kinds()[notice.kind]
    target = kind.load_by_key([notice.target])[notice.target]
    return "\n".join(delivery.render(kind, target, notice))


def test_staff_change_the_leader(side: Side, other: Leader) -> None:
    make.LeaderFactory(hub=side.hub, person__name="Len Left", ends_on=date(2027, 1, 8))
    page = side.browser(HUB_ADMIN).get(reverse("workgroups:leader-change", args=[side.group.pk])).content.decode()

    answer = _change(side, other, kind=HUB_ADMIN)

    assert "Nora New, leads 0 of 2 this year" in page
    assert ("Len Left" in page, f"{side.leader}, leads" in page) == (False, False)
    assert answer.status_code == 200
    assert "led by Nora New" in answer.content.decode()
    assert (
        "Nora New leads the group now. They are told by e-mail, and so are the teachers and their schools."
        in answer.content.decode()
    )
    assert Group.objects.get(pk=side.group.pk).leader == other


def test_where_nobody_else_could_lead_it_says_what_to_do_and_asks_nothing(side: Side) -> None:
    page = side.browser(HUB_LEAD).get(reverse("workgroups:leader-change", args=[side.group.pk])).content.decode()

    assert "your hub has no other Mastery Specialist" in page
    assert reverse("programmes:leader-create") in page
    assert reverse("workgroups:person-replace", args=[side.leader.person_id]) in page
    assert "From which day?" not in page


def test_what_is_refused_comes_back_with_what_was_typed(side: Side, other: Leader) -> None:
    answer = _change(side, other, date(2026, 8, 31))

    assert answer.status_code == 200
    assert "Choose a day of the group&#x27;s school year, 2026/27." in answer.content.decode()
    assert "Parental leave" in answer.content.decode()


def test_emails_about_a_past_day_say_whose_the_logs_since_are(side: Side, other: Leader) -> None:
    _change(side, other, date(2026, 12, 1))

    mails = {row.recipient: _text(row) for row in Notice.objects.filter(kind__startswith="leader_")}
    new, old = mails[f"person:{other.person_id}"], mails[f"person:{side.leader.person_id}"]
    assert "Visits since Tuesday 1 December 2026 that have no log yet are yours to log." in new
    assert "that have no log yet are Nora New's to log; please log any that you made before." in old


def test_emails_say_who_leads_and_when_the_group_meets_next(side: Side, other: Leader) -> None:
    _change(side, other)

    mails = {row.recipient: _text(row) for row in Notice.objects.filter(kind="leader_changed")}
    new, teacher = mails[f"person:{other.person_id}"], mails[f"person:{side.participant.person_id}"]
    assert new.startswith(f"You lead {side.group.name} now\n")
    assert f"You now lead {side.group.name} in place of {side.leader}." in new
    assert "  1. Tuesday 12 January 2027, 1.30pm to 4pm" in new
    assert teacher.startswith(f"Nora New leads {side.group.name} now\n")
    assert "The next meeting is number 1:\n\nWhen: Tuesday 12 January 2027, 1.30pm, until 4pm" in teacher
    (old,) = [_text(row) for row in Notice.objects.filter(kind="leader_replaced")]
    assert old.startswith(f"Nora New leads {side.group.name} now\n")
    assert f"Nora New now leads {side.group.name} in your place." in old
    assert "Parental leave" not in new + teacher + old


def test_planned_change_shows_on_the_group_and_is_taken_back(side: Side, other: Leader) -> None:
    planned = _change(side, other, date(2027, 2, 1)).content.decode()
    mails = [_text(row) for row in Notice.objects.filter(kind="leader_changed").order_by("name")]
    page = side.browser(HUB_LEAD).get(reverse("workgroups:leader-change", args=[side.group.pk])).content.decode()
    (replaced,) = [_text(row) for row in Notice.objects.filter(kind="leader_replaced")]
    Notice.objects.filter(kind__in=("leader_changed", "leader_replaced")).update(state="sent")

    url = reverse("workgroups:leader-change-take-back", args=[side.group.pk])
    answer = side.browser(HUB_LEAD).post(url, follow=True).content.decode()

    assert "(from 1 February 2027: Nora New)" in planned
    assert "Nora New leads the group from 1 February 2027. They are told" in planned
    assert all("from 1 February 2027\n" in mail for mail in mails)
    assert "Nora New leads it from Monday 1 February 2027." in page
    assert 'name="leader"' not in page
    assert ("The change is taken back." in answer, "Nora New" in answer) == (True, False)
    stays = [_text(row) for row in Notice.objects.filter(kind="leader_stays")]
    assert "Until then you lead it" in replaced
    # All who had been told that she would, and whoever was to be replaced.
    assert len(stays) == len(mails) + 1 > 3
    assert sum(f"{side.leader} goes on leading it" in mail for mail in stays) == len(mails)
    assert sum("You go on leading" in mail and "you go on leading it" in mail for mail in stays) == 1
    assert LeaderChange.objects.get().status == "taken_back"


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_group_that_has_ended_announces_no_next_leader(side: Side, other: Leader, status: str) -> None:
    _change(side, other, date(2027, 2, 1))
    Group.objects.get(pk=side.group.pk).move_to(status, by=None)

    page = side.browser(HUB_LEAD).get(side.group.get_absolute_url()).content.decode()

    assert (f"led by {side.leader.person.name}" in page, "Nora New" in page) == (True, False)


def test_planned_change_stays_where_the_old_leader_leaves(side: Side, other: Leader) -> None:
    _change(side, other, date(2027, 2, 1))
    Leader.objects.filter(pk=side.leader.pk).update(ends_on=date(2027, 1, 31))

    url = reverse("workgroups:leader-change-take-back", args=[side.group.pk])
    answer = side.browser(HUB_LEAD).post(url, follow=True)

    assert str(next(iter(answer.context["messages"]))) == (
        f"{side.leader}'s last day is Sunday 31 January 2027, before the group's year is over."
        " Once Nora New leads it, give the group to somebody else. Nothing was taken back."
    )
    page = side.browser(HUB_LEAD).get(reverse("workgroups:leader-change", args=[side.group.pk])).content.decode()
    assert ("give the group to somebody else." in page, url in page) == (True, False)


def test_change_that_came_with_a_replacement_is_taken_back_there(side: Side, other: Leader) -> None:
    """Whoever leads it now has a last day by that replacement; one group alone cannot be taken back."""
    lead = side.users[HUB_LEAD]
    change = replace(
        side.leader.person, lead, from_on=date(2027, 2, 1), to=replacing.Newcomer(person=other.person), now=NOW
    )
    names = ("leader-change", "leader-change-take-back")
    step, back = (reverse(f"workgroups:{name}", args=[side.group.pk]) for name in names)
    browser = side.browser(HUB_LEAD)

    page = browser.get(step).content.decode()
    refused = browser.post(back, follow=True)
    there = browser.get(change.get_absolute_url()).content.decode()

    words = f"Both came with the replacement “{change}”: take that back."
    assert (words in page, back in page, change.get_absolute_url() in page) == (True, False, True)
    assert f"{words} Nothing was taken back." in str(next(iter(refused.context["messages"])))
    assert reverse("workgroups:replacement-take-back", args=[change.pk]) in there
    assert LeaderChange.objects.get().status == "planned"


@pytest.mark.parametrize(("kind", "shown"), [(HUB_LEAD, True), (BOARD, False), (SPECIALIST, False)])
def test_step_is_offered_to_whoever_may_take_it(side: Side, kind: str, shown: bool) -> None:
    url = reverse("workgroups:leader-change", args=[side.group.pk])

    page = side.browser(kind).get(side.group.get_absolute_url()).content.decode()

    assert (url in page) is shown


def test_step_is_not_there_for_a_group_that_has_ended(side: Side) -> None:
    Group.objects.get(pk=side.group.pk).move_to("completed", by=None)
    url = reverse("workgroups:leader-change", args=[side.group.pk])

    answer = side.browser(HUB_LEAD).get(url)

    assert answer.status_code == 403
    assert url not in side.browser(HUB_LEAD).get(side.group.get_absolute_url()).content.decode()


def _end(side: Side, leader: Leader) -> Any:
    sent = {"last_day_0": "31", "last_day_1": "8", "last_day_2": "2027"}
    return side.browser(HUB_LEAD).post(reverse("workgroups:leader-end", args=[leader.pk]), sent, follow=True)


def test_leader_with_groups_is_kept_and_the_page_leads_to_the_step(side: Side, other: Leader) -> None:
    refused = _end(side, side.leader)
    _change(side, other)
    ended = _end(side, side.leader)

    assert refused.status_code == 200
    assert f"{side.leader} still leads {side.group.name}. Change the leader of each first" in refused.content.decode()
    assert reverse("workgroups:leader-change", args=[side.group.pk]) in refused.content.decode()
    assert "Their last day is 31 August 2027." in ended.content.decode()
    assert Leader.objects.get(pk=side.leader.pk).ends_on == date(2027, 8, 31)


def _offered(side: Side, url: str) -> str:
    return side.browser(HUB_LEAD).get(url).content.decode()


def test_leader_who_begins_in_september_is_given_a_group_in_june(side: Side) -> None:
    with clock.fixed(clock.at_london(date(2027, 6, 15))):
        Leader.objects.update(ends_on=date(2027, 8, 31))
        offer = make.OfferFactory(year=2027, leader_kind=SPECIALIST)
        url = f"/groups/new/?offer={offer.pk}"
        nobody = _offered(side, url)
        coming = make.LeaderFactory(hub=side.hub, person__name="Nora New", starts_on=date(2027, 9, 1))

        page = _offered(side, url)
        made = side.browser(HUB_LEAD).post(url, {"name": "North", "leader": str(coming.pk)}, follow=True)

    assert "Your hub has no Mastery Specialist who is there for 2027/28 yet." in nobody
    assert "Nora New, from 1 September 2027, leads 0 of 2 this year" in page
    assert "Group made." in made.content.decode()
    assert Group.objects.get(name="North").leader == coming


def test_leader_who_leaves_before_the_year_is_over_is_not_offered(side: Side, other: Leader) -> None:
    Leader.objects.filter(pk=other.pk).update(ends_on=date(2027, 4, 1))

    pages = [_offered(side, f"/groups/{path}") for path in (f"new/?offer={side.offer.pk}", f"{side.group.pk}/leader/")]

    assert ["Nora New" in page for page in pages] == [False, False]


def test_groups_that_somebody_is_to_take_over_count_when_leaders_are_offered(side: Side, other: Leader) -> None:
    Leader.objects.filter(pk=other.pk).update(max_groups=1)
    _change(side, other, date(2027, 3, 1))

    page = _offered(side, f"/groups/new/?offer={side.offer.pk}")

    assert "they lead as many groups as they can: Nora New." in page
    assert LeaderChange.objects.get().status == "planned"


def test_last_day_is_corrected_and_taken_back_on_its_page(side: Side, other: Leader) -> None:
    browser, url = side.browser(HUB_ADMIN), reverse("workgroups:leader-end", args=[other.pk])
    _end(side, other)

    listed = browser.get(reverse("programmes:leader-list")).content.decode()
    page = browser.get(url).content.decode()
    sent = {"last_day_0": "21", "last_day_1": "7", "last_day_2": "2027"}
    corrected = browser.post(url, sent, follow=True).content.decode()
    again = browser.post(url, sent)
    stays = browser.post(url, {}, follow=True).content.decode()

    assert f'href="{url}">Correct<' in listed
    assert ("Leave it empty if they stay." in page, 'value="2027"' in page) == (True, True)
    assert "Their last day is 21 July 2027." in corrected
    assert (again.status_code, "is 21 July 2027 already" in again.content.decode()) == (200, True)
    assert "They stay: no last day is set." in stays
    assert Leader.objects.get(pk=other.pk).ends_on is None
