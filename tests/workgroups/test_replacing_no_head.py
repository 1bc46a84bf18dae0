"""A headteacher leaves, nobody follows: nobody is asked about applications; taken back, they are."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, notices, tasks
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import long_day
from programmes.actions import heads
from programmes.actions import interest as applying
from programmes.models import Interest
from programmes.notices.links import head_path
from schools import roles
from schools.models import Person, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import taking_effect
from workgroups.actions.outlook import lines_of, stays_open
from workgroups.models import Replacement

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def owen() -> Person:
    """A headteacher of ten years."""
    held = make.RoleFactory(kind=roles.HEADTEACHER, school=make.SchoolFactory(), starts_on=TODAY - timedelta(days=3650))
    return held.person


@pytest.fixture
def staff(owen: Person) -> User:
    """The lead of the school's hub."""
    school = owen.roles.get().school
    assert school is not None
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def applied(owen: Person, **facts: Any) -> Interest:
    """What Owen's school has applied for, and Owen is asked to confirm since yesterday."""
    named = {"head_name": owen.name, "head_email": owen.email, "head_asked_at": NOW - timedelta(days=1), **facts}
    made = make.InterestFactory(school=owen.roles.get().school, offer=make.OfferFactory(year=2027), **named)
    return Interest.objects.get(pk=made.pk)


def leave(owen: Person, staff: User, days: int = 0) -> Replacement:
    return replace(owen, staff, from_on=TODAY + timedelta(days=days), to=None, leaves=True)


def chases() -> int:
    return Notice.objects.filter(kind="interest-head", state="planned").count()


@pytest.mark.parametrize("status", ["submitted", "accepted"])
def test_head_who_leaves_with_nobody_to_follow_confirms_nothing_and_is_not_chased(
    owen: Person, staff: User, client: Client, status: str
) -> None:
    one = applied(owen, status=status)
    path = head_path(one)
    notices.reconcile(one, now=NOW)
    before = chases()

    change = leave(owen, staff)

    one.refresh_from_db()
    with clock.fixed(LATER):
        client.force_login(staff)
        page = client.get(one.get_absolute_url()).text
        rows = client.get(reverse("programmes:interest-list") + "?status=all&head=nobody&whose=all").text
        client.logout()
        opened = client.get(path)
        client.post(path, {"answer": "yes"})
    assert (before > 0, chases(), one.head_asked, one.head_asked_at) == (True, 0, 2, None)
    assert ("This link has ended" in opened.text, "new link" in opened.text) == (True, False)
    assert "Nobody is asked any more" in page
    assert one.reference in rows
    assert "not asked" in rows
    one.refresh_from_db()
    assert one.head_confirmed_at is None
    title = f"Headteacher of {one.reference}, {one.offer}"
    (line,) = [line for line in lines_of(change) if line.title == title]
    assert line.words == f"nobody is asked to confirm from {long_day(TODAY)}"
    assert any(words.startswith(f"{title}: nobody is asked") for words in stays_open(change))


def test_taken_back_the_head_is_asked_by_the_very_link_that_they_have(owen: Person, staff: User) -> None:
    one = applied(owen)
    notices.reconcile(one, now=NOW)
    before = chases()
    change = leave(owen, staff)

    taking_effect.take_back(change=change, by=staff, now=LATER)

    again = Interest.objects.get(pk=one.pk)
    assert (again.head_asked, again.head_asked_at, chases()) == (one.head_asked, one.head_asked_at, before)
    applying.confirm_as_head(interest=again, asked=one.head_asked, by=None, now=LATER)


def test_head_who_has_left_is_not_asked_again_by_one_press(owen: Person, staff: User, client: Client) -> None:
    """Whoever comes back to it is."""
    one = applied(owen)
    leave(owen, staff)
    client.force_login(staff)
    step = reverse("programmes:interest-ask-head", args=[one.pk])

    with clock.fixed(LATER):
        page = client.get(one.get_absolute_url()).text
        refused = client.post(step, follow=True).text
    nobody = Interest.objects.get(pk=one.pk)
    make.RoleFactory(kind=roles.HEADTEACHER, school=one.school, person=owen, starts_on=TODAY)
    with clock.fixed(LATER):
        again = client.get(one.get_absolute_url()).text
        client.post(step)

    assert ("Correct who it is, and they are asked." in page, step in page) == (True, False)
    assert ("headteacher no more" in refused, nobody.head_asked_at) == (True, None)
    assert step in again
    assert Interest.objects.get(pk=one.pk).head_asked_at == LATER


def test_next_one_at_the_same_address_does_not_let_who_has_left_be_asked_again(owen: Person, staff: User) -> None:
    one = applied(owen)
    leave(owen, staff)

    make.RoleFactory(kind=roles.HEADTEACHER, school=one.school, person__email=owen.email, starts_on=TODAY)

    assert heads.has_left(Interest.objects.get(pk=one.pk), TODAY)


def test_who_was_asked_before_an_update_and_left_is_read_from_the_history(owen: Person, staff: User) -> None:
    """The number alone is raised by a correction, too."""
    left, corrected = applied(owen), applied(owen, head_asked=2, head_asked_at=None)
    leave(owen, staff)
    Interest.objects.update(head_ended_at=None)

    import_module("programmes.migrations.0022_interest_head_ended_at").read_from_history(apps, None)

    ended = dict(Interest.objects.values_list("pk", "head_ended_at"))
    assert ended == {left.pk: NOW, corrected.pk: None}


def test_second_copy_whose_headteacher_left_asks_nobody_once_it_stands(owen: Person, staff: User) -> None:
    one = applied(owen)
    leave(owen, staff)
    Interest.objects.filter(pk=one.pk).update(status="second", duplicate_of=applied(owen, head_asked_at=None))
    copy = Interest.objects.get(pk=one.pk)

    applying.let_stand(copy=copy, by=staff, now=LATER)

    assert [*Interest.objects.asking_nobody()] == [copy]


def test_what_was_asked_since_stays_when_it_is_taken_back(owen: Person, staff: User) -> None:
    one = applied(owen)
    change = leave(owen, staff)
    new = {"name": "Hilda New", "email": "hilda@people.example.org"}
    heads.correct_head(interest=Interest.objects.get(pk=one.pk), **new, by=staff, now=LATER)

    taking_effect.take_back(change=change, by=staff, now=LATER)

    again = Interest.objects.get(pk=one.pk)
    assert (again.head_asked, again.head_asked_at) == (3, LATER)


def test_what_is_confirmed_by_the_day_stays_and_the_replacement_says_so(owen: Person, staff: User) -> None:
    one = applied(owen)
    day = TODAY + timedelta(days=9)
    change = leave(owen, staff, days=9)
    applying.confirm_as_head(interest=one, asked=1, by=None, now=LATER)

    with clock.fixed(clock.at_london(day)):
        taking_effect.take_effect_due(now=clock.at_london(day))

    one.refresh_from_db()
    change.refresh_from_db()
    assert (one.head_confirmed_at, one.head_asked) == (LATER, 1)
    assert f"stays as it is: {owen} has confirmed it" in [line.words for line in lines_of(change)]
    assert not any(one.reference in words for words in stays_open(change))


def test_application_that_names_another_head_asks_them_still(owen: Person, staff: User) -> None:
    one = applied(owen, head_name="Petra Other", head_email="petra@people.example.org")

    leave(owen, staff)

    one.refresh_from_db()
    assert (one.head_asked, one.head_asked_at is None) == (1, False)


def test_head_to_come_at_the_address_that_the_leaver_has_too_is_asked_still(owen: Person, staff: User) -> None:
    """Schools share a mailbox, and the portal does not know yet who follows."""
    one = applied(owen, head_name="Jo Newhead")

    leave(owen, staff)

    one.refresh_from_db()
    assert (one.head_asked, one.head_asked_at is None) == (1, False)


def test_head_who_is_named_as_they_were_called_before_has_left_all_the_same(owen: Person, staff: User) -> None:
    Person.objects.filter(pk=owen.pk).update(previous_name="Owen Before")
    one = applied(owen, head_name="Mr Owen Before")

    leave(Person.objects.get(pk=owen.pk), staff)

    assert [*Interest.objects.asking_nobody()] == [one]
    assert heads.has_left(Interest.objects.get(pk=one.pk), TODAY)


def test_head_who_stays_after_all_is_asked_as_before_by_a_sweep_too(owen: Person, staff: User) -> None:
    """It is the replacement that ends the link on its day, and so can give it back."""
    one, day = applied(owen, head_asked_at=NOW), clock.at_london(TODAY + timedelta(days=9))
    change = leave(owen, staff, days=9)
    with clock.fixed(day):
        tasks.sweep()
    ended = Interest.objects.get(pk=one.pk)

    taking_effect.take_back(change=change, by=staff, now=day)

    again = Interest.objects.get(pk=one.pk)
    assert [(each.head_asked, each.head_asked_at) for each in (ended, again)] == [(2, None), (1, NOW)]
    assert [*Interest.objects.asking_nobody()] == []


def test_what_one_form_asked_for_is_asked_in_one_once_somebody_is_named(owen: Person, staff: User) -> None:
    one = applied(owen)
    other = applied(owen, sent_with=one)
    notices.reconcile(one, other, now=NOW)
    leave(owen, staff)
    planned = chases()
    first = Interest.objects.get(pk=one.pk)

    heads.correct_head(interest=first, name="Hilda New", email="hilda@people.example.org", by=staff, now=LATER)

    rows = Interest.objects.filter(pk__in=(one.pk, other.pk))
    assert planned == 0
    assert set(rows.values_list("head_name", "head_asked", "head_asked_at")) == {("Hilda New", 3, LATER)}
    targets = Notice.objects.filter(kind="interest-head", state="planned").values_list("target", flat=True)
    assert len(set(targets)) == 1


def test_both_of_one_form_are_asked_as_before_once_it_is_taken_back(owen: Person, staff: User) -> None:
    one = applied(owen)
    other = applied(owen, sent_with=one)
    notices.reconcile(one, other, now=NOW)
    planned = Notice.objects.filter(kind="interest-head", state="planned")
    before = sorted(planned.values_list("target", "occurrence"))
    change = leave(owen, staff)

    taking_effect.take_back(change=change, by=staff, now=LATER)

    rows = Interest.objects.filter(pk__in=(one.pk, other.pk))
    assert set(rows.values_list("head_asked", "head_asked_at")) == {(1, one.head_asked_at)}
    assert sorted(planned.values_list("target", "occurrence")) == before
