"""Placing schools in groups: from the group with a filter that keeps the ticks, and from the accepted school."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from programmes.actions import enrolments
from programmes.models import Enrolment
from schools.roles import BOARD, HUB_LEAD
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions import groups
from workgroups.models import Group, without_group

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def lead(side: Side) -> Client:
    """The hub's lead."""
    browser = Client()
    browser.force_login(side.users[HUB_LEAD])
    return browser


def _accepted(side: Side, name: str, **school: Any) -> Enrolment:
    enrolment = make.EnrolmentFactory(
        school=make.SchoolFactory(authority__hub=side.hub, name=name, **school), offer=side.offer, hub=side.hub
    )
    make.EnrolledTeacherFactory(enrolment=enrolment)
    return enrolment


def _names(answer: Any) -> list[str]:
    return [one.school.name for one in answer.context["rows"]]


def test_schools_come_nearest_first_to_those_in_the_group(side: Side, lead: Client) -> None:
    """Without a position at the end; the page says what distances are measured from."""
    type(side.school).objects.filter(pk=side.school.pk).update(easting=458000, northing=304000)
    _accepted(side, "Far", easting=468000, northing=304000)
    _accepted(side, "Nowhere", easting=None, northing=None)
    _accepted(side, "Near", easting=459000, northing=304000)

    answer = lead.get(f"/groups/{side.group.pk}/place/")

    assert _names(answer) == ["Near", "Far", "Nowhere"]
    text = answer.content.decode()
    assert "nearest to the middle of the group&#x27;s schools first" in text
    assert ["0.6 miles" in text, "6.2 miles" in text, "not known" in text] == [True, True, True]


def test_schools_come_nearest_to_the_leaders_school_where_the_group_is_empty(side: Side, lead: Client) -> None:
    """A new group has no schools of its own to measure from."""
    side.leader.school = make.SchoolFactory(name="Base School", easting=458000, northing=304000)
    side.leader.save()
    group = make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)
    _accepted(side, "Far", easting=468000, northing=304000)
    _accepted(side, "Near", easting=459000, northing=304000)

    answer = lead.get(f"/groups/{group.pk}/place/")

    assert _names(answer) == ["Near", "Far"]
    assert "nearest to the leader&#x27;s school, Base School, first" in answer.content.decode()


def test_schools_come_by_authority_and_town_where_no_position_is_known(side: Side, lead: Client) -> None:
    _accepted(side, "B", authority__name="Wold", town="Ay", easting=None, northing=None)
    _accepted(side, "C", authority__name="Fen", town="Zed", easting=None, northing=None)
    _accepted(side, "A", authority__name="Fen", town="Bee", easting=None, northing=None)

    answer = lead.get(f"/groups/{side.group.pk}/place/")

    assert _names(answer) == ["A", "C", "B"]
    assert "by local authority and town" in answer.content.decode()


@pytest.mark.parametrize("words", ["ash", "EXAMPLETON ash", "le1 4", "fenland"])
def test_filter_finds_by_name_town_postcode_and_authority(side: Side, lead: Client, words: str) -> None:
    _accepted(side, "Ash Primary", town="Exampleton", postcode="LE1 4AB", authority__name="Fenland")
    _accepted(side, "Birch Primary", town="Otherby", postcode="NG9 9ZZ", authority__name="Wold")

    answer = lead.get(f"/groups/{side.group.pk}/place/", {"q": words})

    assert _names(answer) == ["Ash Primary"]


def test_filter_finds_by_how_words_begin(side: Side, lead: Client) -> None:
    _accepted(side, "Ash Primary")
    saint = _accepted(side, "St Mary's CofE School")

    for words in ("mary", "saint m", "church"):
        answer = lead.get(f"/groups/{side.group.pk}/place/", {"q": words})
        assert _names(answer) == [saint.school.name]


def test_unticked_school_stays_unticked(side: Side, lead: Client) -> None:
    ash = _accepted(side, "Ash Primary")

    answer = lead.post(f"/groups/{side.group.pk}/place/?tick={ash.pk}&q=ash", {"q": ""})

    assert answer.status_code == 200
    assert (answer.context["ticked"], answer.context["q"]) == (0, "")


def test_filter_keeps_what_is_ticked_and_counts_the_places(side: Side, lead: Client) -> None:
    """Its button leads to an address with the words and the ticks; a ticked school stays though it does not fit."""
    ash, birch = _accepted(side, "Ash Primary"), _accepted(side, "Birch Primary")
    _accepted(side, "Cedar Primary")
    sent = {"find": "yes", "q": "birch\x00", "enrolments": [str(ash.pk)]}

    moved = lead.post(f"/groups/{side.group.pk}/place/", sent)
    answer = lead.get(moved["Location"].replace("?", f"/groups/{side.group.pk}/place/?"))

    assert moved["Location"] == f"?q=birch&tick={ash.pk}"
    assert [(one.school.name, one.is_ticked) for one in answer.context["rows"]] == [
        ("Ash Primary", True),
        ("Birch Primary", False),
    ]
    assert answer.context["would_be"] == 2
    assert Group.objects.get(pk=side.group.pk).places_taken == 1
    assert birch.places.count() == 0


def _give_group_up(side: Side) -> None:
    groups.cancel_group(group=side.group, reason="The leader is ill.", by=None, now=NOW)


def _take_out(side: Side) -> None:
    groups.remove_school(place=side.place, reason="Building works", by=None, now=NOW)


def _pause_and_resume(side: Side) -> None:
    enrolments.pause(enrolment=side.enrolment, by=None, now=NOW, reason="No maths lead")
    groups.reconcile_participants(now=NOW)
    enrolments.resume(enrolment=side.enrolment, by=None, now=NOW)


@pytest.mark.parametrize("lose", [_give_group_up, _take_out, _pause_and_resume])
def test_school_that_lost_its_place_waits_for_a_group_again(side: Side, lead: Client, lose: Any) -> None:
    """Its year goes on: the home, the list of groups and the page that places schools all have it."""
    assert without_group(Enrolment.objects.all()).count() == 0
    for record in (side.group, side.enrolment):
        record.refresh_from_db()
    lose(side)
    other = make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader)

    work = {item.title: item.count for item in lead.get("/").context["work"]}
    listed = lead.get("/groups/").context["waiting"]
    page = lead.get(f"/groups/{other.pk}/place/")

    assert Enrolment.objects.get(pk=side.enrolment.pk).status == "active"
    assert work["Schools without a group"] == 1
    assert [one["schools"] for one in listed] == [1]
    assert _names(page) == [side.school.name]


def test_ticks_come_back_without_the_school_that_waits_no_more(side: Side, lead: Client) -> None:
    """One was paused since the page was opened: nobody is placed, the other is still ticked."""
    ash, birch = _accepted(side, "Ash Primary"), _accepted(side, "Birch Primary")
    type(birch).objects.filter(pk=birch.pk).update(status="paused")

    answer = lead.post(f"/groups/{side.group.pk}/place/", {"enrolments": [str(ash.pk), str(birch.pk)]})

    assert (answer.status_code, answer.context["seats_left"], answer.context["ticked"]) == (200, 2, 1)


def test_accepted_school_leads_to_its_place(side: Side, lead: Client) -> None:
    """From the interest to the groups with room, to the place; asked again it leads to the group."""
    interest = make.InterestFactory(school__authority__hub=side.hub, offer=side.offer, status="submitted")
    make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader, name="Full", places_max=0)
    make.GroupFactory(offer=side.offer, name="Elsewhere")
    lead.post(reverse("programmes:interest-accept", args=[interest.pk]))
    enrolment = Enrolment.objects.get(interest=interest)
    page = f"/groups/enrolments/{enrolment.pk}/place/"

    accepted = lead.get(interest.get_absolute_url()).content.decode()
    choice = lead.get(page)
    placed = lead.post(page, {"group": str(side.group.pk)}, follow=True)
    again = lead.get(page)

    assert f'href="{page}"' in accepted
    assert list(choice.context["form"].fields["group"].queryset) == [side.group]
    assert f"{interest.school} has a place in {side.group}." in placed.content.decode()
    assert again["Location"] == f"/groups/{side.group.pk}/schools/"


def test_school_without_a_group_to_join_leads_to_a_new_one(side: Side, lead: Client) -> None:
    """The school for which the group is made comes ticked."""
    ash = _accepted(side, "Ash Primary")
    type(side.group).objects.filter(pk=side.group.pk).update(places_taken=3)

    asked = lead.get(f"/groups/enrolments/{ash.pk}/place/").content.decode()
    made = lead.post(
        f"/groups/new/?offer={side.offer.pk}&tick={ash.pk}", {"name": "New", "leader": str(side.leader.pk)}, follow=True
    )

    assert "No group of this programme has a place left." in asked
    assert f"/groups/new/?offer={side.offer.pk}&amp;tick={ash.pk}" in asked
    assert [(one.school.name, one.is_ticked) for one in made.context["rows"]] == [("Ash Primary", True)]


def test_school_that_lost_its_place_is_placed_from_its_enrolment(side: Side, lead: Client) -> None:
    path = reverse("workgroups:enrolment-place", args=[side.enrolment.pk])

    before = lead.get(path)
    groups.remove_school(place=side.place, by=None, now=NOW, reason="Too far")
    after = lead.get(side.enrolment.get_absolute_url()).content.decode()

    assert before["Location"] == f"/groups/{side.group.pk}/schools/"
    assert path in after
    assert lead.get(path).status_code == 200


@pytest.mark.parametrize("page", ["/groups/{}/place/", "/groups/visits/{}/log/"])
@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000], ids=len)
def test_number_too_long_is_none_of_the_answers(lead: Client, side: Side, page: str, number: str) -> None:
    of = side.visit if "visits" in page else side.group

    answer = lead.post(page.format(of.pk), {"enrolments": [number], "tags": [number]})

    assert answer.status_code == 200
    assert "Choose from the answers shown." in answer.content.decode()


def test_schools_without_a_group_are_a_list_with_the_step(side: Side, lead: Client) -> None:
    """Who waits longest first, of every year; the home's line leads there, and each row to its groups."""
    ash, birch = _accepted(side, "Ash Primary", town="Ash Town"), _accepted(side, "Birch Primary")
    type(birch).objects.filter(pk=birch.pk).update(accepted_on="2026-02-01")
    _accepted(make_side(), "Other Hub's Primary")

    line = next(item for item in lead.get("/").context["work"] if item.title == "Schools without a group")
    answer = lead.get(line.url)

    assert [(row[1], row[-2]) for row in answer.context["rows"]] == [
        ("Birch Primary", "Place"),
        ("Ash Primary", "Place"),
    ]
    assert line.count == 2
    assert reverse("workgroups:enrolment-place", args=[birch.pk]) in answer.content.decode()
    assert [row[1] for row in lead.get(line.url, {"school": "ash town"}).context["rows"]] == ["Ash Primary"]
    assert ash.school.name in lead.get(line.url, {"export": "csv"}).content.decode()


def test_board_reads_who_waits_without_the_step(side: Side, client: Client) -> None:
    _accepted(side, "Ash Primary")
    client.force_login(side.users[BOARD])

    answer = client.get(reverse("workgroups:place-waiting"))

    assert [(row[1], row[-2]) for row in answer.context["rows"]] == [("Ash Primary", "")]
    assert "/place/" not in answer.content.decode()
