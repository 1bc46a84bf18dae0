"""A school goes to another hub: now or from a day, both hubs told once, kept through imports."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from schools import roles
from schools.actions import moves, places
from schools.actions.import_writes import follow_authorities
from schools.actions.imports import import_schools
from schools.adapters.fictional import gias_bytes
from schools.models import Hub, HubMove, School, SchoolUrn, User
from tests import factories as make
from tests.races import at_once, once_held
from tests.schools.test_import_schools import some_rows
from tests.schools.test_school_pages import moving
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = TODAY + timedelta(days=21)


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def move(
    school: School, hub: Hub | None, from_on: date = TODAY, *, takes_interest: bool = True, by: User | None = None
) -> HubMove:
    return moves.move_school(
        school=school, hub=hub, from_on=from_on, reason="Nearer", takes_interest=takes_interest, by=by, now=NOW
    )


def belongs_to(school: School) -> tuple[Hub | None, bool]:
    school.refresh_from_db()
    return school.hub, school.hub_set_by_hand


def test_both_hubs_are_told_of_a_move_by_one_email_each(mailoutbox: list[EmailMessage]) -> None:
    school = make.SchoolFactory(hub__email="old@hubs.example.org", authority__hub__email="old@hubs.example.org")
    no_address, before = make.HubFactory(email=""), school.hub
    lead = make.make_user(roles.HUB_LEAD, hub=no_address)

    move(school, no_address)
    delivery.deliver_due()
    delivery.deliver_due()

    assert belongs_to(school) == (no_address, True)
    assert sorted(mail.to for mail in mailoutbox) == [[f"{lead} <{lead.email}>"], [mailoutbox[0].to[0]]]
    assert {mail.subject for mail in mailoutbox} == {f"{school} goes to {no_address}"}
    assert all("Why: Nearer" in mail.body for mail in mailoutbox)
    pages = {mail.to[0].endswith("<old@hubs.example.org>"): str(mail.body) for mail in mailoutbox}
    assert before.get_absolute_url() in pages[True]
    assert school.get_absolute_url() in pages[False]


@pytest.mark.parametrize("who", ["a new lead", "another address"])
def test_a_move_of_some_days_ago_is_told_to_nobody_anew(who: str) -> None:
    """Neither to a lead who comes later to a hub without an address, nor to the hub's corrected address."""
    hub = make.HubFactory(email="" if who == "a new lead" else "hub@hubs.example.org")
    if who == "a new lead":
        make.make_user(roles.HUB_LEAD, hub=hub)
    move(make.SchoolFactory(hub=make.HubFactory(email="")), hub)
    delivery.deliver_due()

    later = NOW + timedelta(days=5)
    with clock.fixed(later):
        if who == "a new lead":
            make.make_user(roles.HUB_LEAD, hub=hub)
        else:
            places.change_hub_email(hub=hub, email="new@hubs.example.org", by=make.make_user(roles.NATIONAL))
        notices.sweep(later)

    assert list(Notice.objects.filter(kind="hub_move").values_list("state", flat=True)) == ["sent"]


def test_a_move_that_nobody_was_there_to_hear_of_is_no_news_days_later() -> None:
    hub = make.HubFactory(email="")
    move(make.SchoolFactory(hub=make.HubFactory(email="")), hub)

    later = NOW + timedelta(days=5)
    with clock.fixed(later):
        make.make_user(roles.HUB_LEAD, hub=hub)
        notices.sweep(later)

    assert not Notice.objects.filter(kind="hub_move").exists()


def test_planned_move_happens_on_its_day_and_once() -> None:
    school, hub = make.SchoolFactory(), make.HubFactory()
    before = school.hub
    planned = move(school, hub, LATER)

    done_before = moves.do_due_moves(now=NOW)
    stood = belongs_to(school)
    on_the_day = clock.at_london(LATER, 1)
    done = [moves.do_due_moves(now=on_the_day), moves.do_due_moves(now=on_the_day)]

    planned.refresh_from_db()
    assert (done_before, stood, done) == (0, (before, False), [1, 0])
    assert (belongs_to(school), planned.status) == ((hub, True), "done")
    assert Notice.objects.filter(kind="hub_move").count() == 2


@pytest.mark.parametrize("heard", [0, 1, 2])
def test_planned_move_is_taken_back_and_those_hubs_hear_that_who_had_heard_of_it(heard: int) -> None:
    school, hub = make.SchoolFactory(), make.HubFactory()
    planned = move(school, hub, LATER)
    told = Notice.objects.filter(kind="hub_move").order_by("pk")
    told.filter(pk__in=told.values("pk")[:heard]).update(state="sent")

    moves.take_back(move=planned, by=None, now=NOW + timedelta(hours=1))
    notices.sweep(NOW + timedelta(hours=2))

    assert moves.do_due_moves(now=clock.at_london(LATER, 1)) == 0
    rows = [(row.state, row.occurrence.partition("@")[0], row.recipient) for row in told]
    first, second = (recipient for _state, what, recipient in rows if what == "made")
    assert sorted(rows) == sorted(
        [
            ("sent" if heard else "cancelled", "made", first),
            ("sent" if heard > 1 else "cancelled", "made", second),
            *(("planned", "back", one) for one in (first, second)[:heard]),
        ]
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"from_on": TODAY - timedelta(days=1)}, "Choose today or a later day"),
        ({"hub": "own"}, "belongs to"),
        ({"hub": "closed"}, "is closed"),
    ],
)
def test_move_that_cannot_be_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    school = make.SchoolFactory()
    hubs = {"own": None, "closed": make.HubFactory(closed_on=TODAY)}
    hub = hubs[given["hub"]] if "hub" in given else make.HubFactory()

    with pytest.raises(moves.CannotMoveSchool, match=words):
        move(school, hub, given.get("from_on", TODAY))


def test_second_move_waits_for_the_planned_one() -> None:
    school, hub = make.SchoolFactory(), make.HubFactory()
    move(school, hub, LATER)

    with pytest.raises(moves.CannotMoveSchool, match=f"goes to {hub} on 1 February 2027: that is planned already"):
        move(school, make.HubFactory())


def test_school_whose_new_hub_has_merged_meanwhile_goes_where_that_went() -> None:
    school, hub, goes_on = make.SchoolFactory(), make.HubFactory(), make.HubFactory()
    move(school, hub, LATER)
    Hub.objects.filter(pk=hub.pk).update(closed_on=TODAY, goes_on_in=goes_on)

    moves.do_due_moves(now=clock.at_london(LATER, 1))

    assert belongs_to(school) == (goes_on, True)
    why = f"{hub} is closed from {TODAY.day} {TODAY:%B %Y}: it goes on in {goes_on}."
    assert JournalEntry.objects.about(school).filter(note__endswith=why).exists()


def test_no_import_and_no_authority_takes_the_school_back() -> None:
    rows = some_rows(1)
    import_schools(file=io.BytesIO(gias_bytes(rows)), file_name="a.csv", by=None, now=NOW)
    school, hub = School.objects.get(), make.HubFactory()
    move(school, hub)

    rows[0]["Street"] = "1 New Street"
    import_schools(file=io.BytesIO(gias_bytes(rows)), file_name="b.csv", by=None, now=NOW)
    follow_authorities(by=None, now=NOW)

    assert belongs_to(school) == (hub, True)


def test_name_that_changed_is_found_and_shown_as_former(client: Client) -> None:
    rows = some_rows(1)
    for name in ("COLD NORTON INFANTS", "Cold Norton Infants", "Cold Norton Academy"):
        rows[0]["EstablishmentName"] = name
        import_schools(file=io.BytesIO(gias_bytes(rows)), file_name="a.csv", by=None, now=NOW)
    school = School.objects.matching("norton infants").get()
    client.force_login(make.make_user(roles.NATIONAL))

    page = client.get(reverse("schools:school-list"), {"q": "infants"}).content.decode()

    assert (school.name, school.former_names) == ("Cold Norton Academy", "Cold Norton Infants")
    assert "formerly Cold Norton Infants" in page


def test_lead_plans_a_move_and_takes_it_back_by_the_pages(client: Client) -> None:
    school, hub = make.SchoolFactory(), make.HubFactory(name="Other Hub")
    assert school.hub is not None
    client.force_login(make.make_user(roles.HUB_LEAD, hub=school.hub))
    there = {"from_on_0": "1", "from_on_1": "2", "from_on_2": "2027", "hub": hub.pk}

    client.post(reverse("schools:school-hub", args=[school.pk]), moving(**there))
    page = client.get(school.get_absolute_url()).content.decode()
    answer = client.post(reverse("schools:hub-move-take-back", args=[HubMove.objects.get().pk]))

    assert "From 1 February 2027" in page
    assert "Other Hub: Nearer" in page
    assert answer["Location"] == school.get_absolute_url()
    assert HubMove.objects.get().status == "taken_back"
    assert {entry.owner for entry in JournalEntry.objects.about(school)} == {school.hub, hub}


@pytest.mark.parametrize(
    "given", [{"from_on_0": "10"}, {"reason": ""}, {"hub": "999999"}, {"interest": "x"}, {"hub": "x\x00"}]
)
def test_wrong_answers_change_nothing_and_are_kept(client: Client, given: dict[str, str]) -> None:
    school = make.SchoolFactory()
    client.force_login(make.make_user(roles.NATIONAL))

    answer = client.post(
        reverse("schools:school-hub", args=[school.pk]), moving(**{"hub": make.HubFactory().pk, **given})
    )

    assert answer.status_code == 200
    assert (HubMove.objects.count(), bool(answer.context["form"].errors)) == (0, True)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_move_a_school_at_once_move_it_once() -> None:
    school = make.SchoolFactory()
    given = [(School.objects.get(pk=school.pk), make.HubFactory()) for _ in range(3)]

    def step(one: tuple[School, Hub]) -> str:
        with clock.fixed(NOW):
            try:
                return str(move(*one).hub)
            except moves.CannotMoveSchool as problem:
                return str(problem)

    said = at_once(step, given)

    assert sum(words in {str(hub) for _, hub in given} for words in said) == 1
    assert sum("Nothing was done twice" in words for words in said) == 2
    assert SchoolUrn.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_whoever_moves_a_school_second_reads_who_gave_it_to_which_hub() -> None:
    school, lead = make.SchoolFactory(), make.make_user(roles.NATIONAL)
    mine, theirs = (School.objects.get(pk=school.pk) for _ in range(2))
    first, second = make.HubFactory(), make.HubFactory()

    def give() -> str:
        with clock.fixed(NOW), pytest.raises(moves.CannotMoveSchool) as problem:
            move(mine, second)
        return str(problem.value)

    said = once_held(lambda: move(theirs, first, by=lead), give)

    assert said == f"{lead} has just given {school} to {first}. Nothing was done twice."
