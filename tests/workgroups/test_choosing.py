"""Of two schools that became one, one place goes on: read before it is done, and told to those who lose theirs."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments
from programmes.actions.enrolments import CannotName
from programmes.models import EnrolledTeacher, Enrolment
from schools import roles
from schools.actions import successors as schools_actions
from schools.models import Person, Role
from tests import factories as make
from tests.workgroups.test_changed_schools import became, new_school, sweep
from tests.world import NOW, Side
from workgroups.actions import groups, successors
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def ending(side: Side) -> Enrolment:
    """That of the world's school, which has become part of another that is in the programme too, with a free place."""
    new = new_school(side, name="New Primary")
    going_on = make.EnrolmentFactory(school=new, offer=side.offer, hub=side.hub, status="active")
    make.EnrolledTeacherFactory(enrolment=going_on, person=None)
    became(side.school, new, schools_actions.MERGED)
    sweep()
    found: Enrolment = Enrolment.objects.select_related("school__succeeded_by", "offer", "hub").get(
        pk=side.enrolment.pk
    )
    return found


def other_of(ending: Enrolment) -> Enrolment:
    return Enrolment.objects.select_related("offer", "hub", "school").get(school__name="New Primary")


def address_of(ending: Enrolment) -> str:
    return reverse("workgroups:changed-choose", args=[ending.school_id, other_of(ending).pk, ending.pk])


def told(kind: str = "enrolment-changed") -> list[str]:
    rows = Notice.objects.filter(kind=kind).exclude(state="cancelled").order_by("name")
    return list(rows.values_list("name", flat=True))


def test_page_says_what_goes_on_what_ends_and_who_is_told(side: Side, ending: Enrolment, client: Client) -> None:
    client.force_login(side.users[roles.HUB_LEAD])

    page = client.get(address_of(ending)).content.decode()

    names = list(ending.teachers.filter(person__isnull=False).values_list("person__name", flat=True))
    assert names
    assert all(name in page for name in names)
    assert f'href="{side.group.get_absolute_url()}">{side.group}</a>: its place becomes free' in page
    assert "1 place there to be named." in page
    assert Enrolment.objects.get(pk=ending.pk).status == "active"


def test_teachers_who_do_not_go_on_hear_once_that_their_place_ends(
    side: Side, ending: Enrolment, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    """Nobody else of the school does: it goes on; whoever leads the group hears of its place."""
    client.force_login(side.users[roles.HUB_LEAD])

    client.post(address_of(ending), {"reason": "One takes part."})
    for _ in range(2):
        with clock.fixed(NOW):
            groups.reconcile_participants(now=NOW)
            notices.sweep(NOW)
            delivery.deliver_due()

    names = ending.teachers.filter(person__isnull=False).order_by("person__name")
    assert told() == list(names.values_list("person__name", flat=True))
    assert told("place_changed") == [side.group.leader.person.name]
    mail = next(one for one in mailoutbox if "your place ends" in one.subject)
    assert "have become one, New Primary, which takes part with one of the two places" in mail.body
    assert "One takes part." in mail.body


def test_teacher_goes_on_in_a_free_place_and_hears_of_no_end(side: Side, ending: Enrolment, client: Client) -> None:
    client.force_login(side.users[roles.HUB_LEAD])
    going = ending.teachers.filter(person__isnull=False).earliest("pk")

    client.post(address_of(ending), {"reason": "One takes part.", "teachers": [going.pk]})

    places = EnrolledTeacher.objects.filter(enrolment=other_of(ending), person=going.person)
    assert (places.count(), Enrolment.objects.get(pk=ending.pk).status) == (1, "withdrawn")
    assert str(going.person) not in told()
    assert Role.objects.filter(person=going.person, school__name="New Primary", kind=roles.TEACHER).exists()


def test_more_teachers_than_free_places_are_refused_in_words(side: Side, ending: Enrolment) -> None:
    make.EnrolledTeacherFactory(enrolment=ending)
    teachers = list(ending.teachers.filter(person__isnull=False))
    new = other_of(ending)

    with pytest.raises(CannotName, match=r"1 place to be named, but you ticked \d teachers"):
        successors.choose(
            goes_on=new, ends=ending, school=new.school, reason="x", by=None, now=NOW, teachers=teachers * 2
        )

    assert Enrolment.objects.get(pk=ending.pk).status == "active"
    assert Group.objects.get(pk=side.group.pk).places_taken == side.group.places_taken


def test_refused_choice_shows_both_as_they_are(side: Side, ending: Enrolment, client: Client) -> None:
    """Nothing was done: neither is withdrawn, out of its group, or of another school."""
    client.force_login(side.users[roles.HUB_LEAD])
    other = other_of(ending)
    Enrolment.objects.filter(pk=other.pk).update(school=make.SchoolFactory(succeeded_by=other.school))
    make.EnrolledTeacherFactory(enrolment=ending)
    path = reverse("workgroups:changed-choose", args=[ending.school_id, other.pk, ending.pk])
    asked = client.get(path)

    refused = client.post(
        path, {"reason": "One.", "teachers": list(ending.teachers.exclude(person=None).values_list("pk", flat=True))}
    )

    assert "1 place to be named, but you ticked 2 teachers" in refused.content.decode()
    assert refused.context["heading"] == asked.context["heading"]
    assert [str(held) for _one, held in refused.context["both"]] == [str(held) for _one, held in asked.context["both"]]
    assert [one.status for one, _held in refused.context["both"]] == ["active", "active"]


def test_people_page_of_a_closed_school_asks_for_nobody(side: Side, ending: Enrolment, client: Client) -> None:
    client.force_login(side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        page = client.get(reverse("schools:school-people", args=[ending.school_id])).content.decode()

    asked = ("Name the", "Invite a person", "wait for the school", "Keep an address")
    assert [words in page for words in asked] == [False] * len(asked)


def test_leads_of_the_school_and_who_goes_on_read_once_which_enrolment_goes_on(
    side: Side, ending: Enrolment, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(side.users[roles.HUB_LEAD])
    new, going = other_of(ending).school, ending.teachers.filter(person__isnull=False).earliest("pk").person
    make.EnrolledTeacherFactory(enrolment=ending, person__name="Lou Loses")
    make.RoleFactory(kind=roles.HEADTEACHER, school=new, person__name="Hal Head", person__email="hal@new.example.org")
    row = ending.teachers.get(person=going)

    client.post(address_of(ending), {"reason": "One takes part.", "teachers": [row.pk]})
    for _ in range(2):
        with clock.fixed(NOW):
            groups.reconcile_participants(now=NOW)
            notices.sweep(NOW)
            delivery.deliver_due()

    heard = told("enrolment-merged")
    mails = [one for one in mailoutbox if "takes part once" in one.subject]
    by_name = {one.to[0].partition(" <")[0].strip('"'): one.body for one in mails}
    assert {"Hal Head", str(going)} <= set(heard)
    assert len(heard) == len(set(heard)) == len(by_name)
    assert "Lou Loses" not in heard
    assert f"New Primary and {ending.school}, both in" in by_name["Hal Head"]
    assert "The enrolment of New Primary goes on; that of" in by_name["Hal Head"]
    assert f"This teacher takes part: {going}." in by_name["Hal Head"]
    assert "This teacher's place ended: Lou Loses." in by_name["Hal Head"]
    assert "You go on: you have a place in the enrolment that goes on at New Primary." in by_name[str(going)]
    leader = next(one for one in mailoutbox if one.subject.startswith(str(side.group)))
    assert f"{ending.school} and New Primary, both in" in leader.body


def test_enrolment_that_was_withdrawn_since_the_page_was_read_does_not_go_on(side: Side, ending: Enrolment) -> None:
    """Whoever presses is told, and the other one does not end too."""
    going = ending.teachers.filter(person__isnull=False).earliest("pk")
    read = other_of(ending)
    enrolments.withdraw(enrolment=other_of(ending), by=side.users[roles.HUB_LEAD], now=NOW, reason="They left.")

    with pytest.raises(CannotMove) as problem:
        successors.choose(goes_on=read, ends=ending, school=read.school, reason="x", by=None, now=NOW, teachers=[going])

    assert str(problem.value) == (
        "The enrolment of New Primary has been withdrawn by now: it cannot go on. "
        "Nothing was changed. Please look again which of the two takes part."
    )
    assert Enrolment.objects.get(pk=ending.pk).status == "active"
    assert not read.teachers.filter(person=going.person).exists()


def test_teachers_do_not_go_on_in_an_enrolment_that_has_ended_too(side: Side, ending: Enrolment) -> None:
    """One that is completed stands all the same: the other ends."""
    going = list(ending.teachers.filter(person__isnull=False))
    read = other_of(ending)
    enrolments.complete(enrolment=other_of(ending), by=None, today=NOW.date())
    said: dict[str, Any] = {"school": read.school, "reason": "x", "by": None, "now": NOW}

    with pytest.raises(CannotName, match="completed: nobody can be named any more"):
        successors.choose(goes_on=read, ends=ending, teachers=going, **said)
    ending.refresh_from_db()
    successors.choose(goes_on=read, ends=ending, **said)

    assert Enrolment.objects.get(pk=ending.pk).status == "withdrawn"


def test_one_address_of_two_people_gets_one_email_and_none_is_read_up_for(
    side: Side, ending: Enrolment, client: Client, django_assert_num_queries: Any
) -> None:
    """Be it of a lead and a teacher who goes on, or of two teachers who do not."""
    client.force_login(side.users[roles.HUB_LEAD])
    new, row = other_of(ending).school, ending.teachers.filter(person__isnull=False).earliest("pk")
    Person.objects.filter(enrolled=row).update(email="office@new.example.org")
    make.RoleFactory(kind=roles.MATHS_LEAD, school=new, person__name="Mo", person__email="Office@new.example.org")
    for name in ("Lou Loses", "Lev Loses"):
        make.EnrolledTeacherFactory(enrolment=ending, person__name=name, person__email="post@old.example.org")

    client.post(address_of(ending), {"reason": "One takes part.", "teachers": [row.pk]})

    assert "Mo" in told("enrolment-merged")
    assert str(row.person) not in told("enrolment-merged")
    assert len({"Lou Loses", "Lev Loses"} & set(told())) == 1
    rows = Notice.objects.filter(kind__in=("enrolment-merged", "enrolment-changed"), state="planned")
    assert rows.count() > 2
    for notice in rows:
        kind = notices.kinds()[notice.kind]
        (target,) = kind.load_by_key([notice.target]).values()
        with django_assert_num_queries(0):
            kind.context(target, notice)


def test_visits_ahead_of_the_one_that_ended_are_said_to_be_cancelled(
    side: Side, ending: Enrolment, client: Client
) -> None:
    client.force_login(side.users[roles.HUB_LEAD])
    page = reverse("workgroups:changed-school", args=[ending.school_id])
    before = client.get(page).text

    client.post(address_of(ending), {"reason": "One takes part."})
    after = client.get(page).text

    assert [f"Visit {side.visit.number}</a>" in text for text in (before, after)] == [True, True]
    assert ["Being cancelled" in text for text in (before, after)] == [False, True]
