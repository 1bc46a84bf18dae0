"""A new headteacher is asked about what runs: by a link, chased twice, seen by the hub until it is answered."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.records import record_key
from programmes.actions import confirming
from programmes.models import Enrolment, HeadConfirmation
from programmes.notices.confirming import confirmation_token
from schools.actions.merging import merge
from schools.models import Hub, School
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
OTHERS = {"Old Hub": "old@hubs.example.org", "Led Hub": "", "Silent Hub": ""}


@pytest.fixture
def enrolment() -> Enrolment:
    """A school that takes part."""
    found: Enrolment = make.EnrolmentFactory(status="active", offer__release_days=6)
    return found


@pytest.fixture
def asked(enrolment: Enrolment) -> HeadConfirmation:
    """Its new headteacher is asked."""
    head = make.PersonFactory(name="Nell Newhead")
    found = confirming.ask_new_head(school=enrolment.school, person=head, by=None, now=NOW)
    assert found is not None
    return found


def test_new_head_is_asked_once_and_reminded_twice(asked: HeadConfirmation) -> None:
    again = confirming.ask_new_head(school=asked.school, person=asked.person, by=None, now=NOW)

    notice = Notice.objects.filter(kind="head-confirmation").earliest("due_at")
    body = render(notices.kinds()["head-confirmation"], asked, notice)[1]
    assert again == asked
    assert [row.due_at.date() - NOW.date() for row in Notice.objects.order_by("due_at")] == [
        timedelta(days=days) for days in (0, 7, 14)
    ]
    assert confirmation_token(asked) in body


def test_link_shows_what_was_agreed_and_its_button_confirms_once(
    asked: HeadConfirmation, enrolment: Enrolment, client: Client
) -> None:
    path = f"/programmes/confirm/{confirmation_token(asked)}/"
    with clock.fixed(NOW):
        shown = client.get(path).content.decode()
        first, second = client.post(path, follow=True), client.post(path, follow=True)

    asked.refresh_from_db()
    assert f"What your school has agreed to in {enrolment.offer.title}" in shown
    assert "that is 6 days of release in the year" in shown
    assert [("There is nothing more to do" in page.content.decode()) for page in (first, second)] == [True, True]
    assert asked.confirmed_at == NOW
    assert not Notice.objects.filter(kind="head-confirmation", state="planned").exists()


@pytest.mark.parametrize("token", ["1", "1.forged", "x" * 300, "a\x00b"])
def test_link_that_is_not_ours_shows_nothing(asked: HeadConfirmation, client: Client, token: str) -> None:
    assert client.get(f"/programmes/confirm/{token}/").status_code == 404


def test_next_head_is_asked_instead_and_the_link_before_ends(asked: HeadConfirmation, client: Client) -> None:
    confirming.ask_new_head(school=asked.school, person=make.PersonFactory(), by=None, now=NOW + timedelta(days=1))

    shown = client.get(f"/programmes/confirm/{confirmation_token(asked)}/").content.decode()
    assert "There is nothing to confirm any more" in shown
    with pytest.raises(confirming.CannotConfirmYear):
        confirming.confirm(asked=asked, by=None, now=NOW + timedelta(days=2))


def test_of_two_who_lead_a_school_each_is_asked_for_themselves(asked: HeadConfirmation, client: Client) -> None:
    make.RoleFactory(kind=HEADTEACHER, school=asked.school, person=asked.person, starts_on=NOW.date())
    beside = confirming.ask_new_head(school=asked.school, person=make.PersonFactory(), by=None, now=NOW)

    with clock.fixed(NOW):
        client.post(f"/programmes/confirm/{confirmation_token(asked)}/")

    asked.refresh_from_db()
    assert asked.confirmed_at == NOW
    assert list(HeadConfirmation.objects.open()) == [beside]


def test_two_records_of_one_new_head_are_asked_once(asked: HeadConfirmation) -> None:
    make.RoleFactory(kind=HEADTEACHER, school=asked.school, person=asked.person, starts_on=NOW.date())
    again = make.PersonFactory()
    confirming.ask_new_head(school=asked.school, person=again, by=None, now=NOW)

    with clock.fixed(NOW):
        merge(kept=asked.person, gone=again, by=make.make_user(NATIONAL), now=NOW)

    assert list(HeadConfirmation.objects.open()) == [asked]
    assert HeadConfirmation.objects.exclude(closed_at=None).get().person == asked.person
    assert set(Notice.objects.filter(state="planned").values_list("target", flat=True)) == {record_key(asked)}


def test_new_head_is_listed_no_more_once_nothing_runs(asked: HeadConfirmation, enrolment: Enrolment) -> None:
    closed = []
    for status in ("active", "paused", "completed"):
        Enrolment.objects.filter(pk=enrolment.pk).update(status=status)
        closed += [confirming.close_over(now=NOW)]

    assert closed == [0, 0, 1]
    assert not HeadConfirmation.objects.open().exists()


def test_new_head_of_a_school_that_has_closed_is_not_asked(asked: HeadConfirmation) -> None:
    School.objects.update(gias_status=School.GiasStatus.CLOSED)

    notices.sweep(NOW)

    assert not Notice.objects.filter(kind="head-confirmation", state="planned").exists()


def test_nobody_is_asked_where_nothing_runs() -> None:
    enrolment = make.EnrolmentFactory(status="completed")

    asked = confirming.ask_new_head(school=enrolment.school, person=make.PersonFactory(), by=None, now=NOW)

    assert asked is None


def test_hub_sees_who_has_not_answered_and_enters_an_answer_by_telephone(
    asked: HeadConfirmation, client: Client
) -> None:
    client.force_login(make.make_user(HUB_LEAD, hub=asked.school.hub))
    with clock.fixed(NOW + timedelta(days=15)):
        listed = client.get("/programmes/new-heads/?state=open").content.decode()
        home = client.get("/").content.decode()
        client.post(f"/programmes/new-heads/{asked.pk}/confirmed/")
        rest = client.get("/programmes/new-heads/?state=open").content.decode()

    assert "Not confirmed, reminded twice" in listed
    assert "New headteachers who have not confirmed" in home
    assert "Not confirmed" not in rest.partition("<table")[2]


def test_hub_that_runs_what_a_school_of_another_hub_does_has_the_answer_and_the_list(
    asked: HeadConfirmation, enrolment: Enrolment, client: Client
) -> None:
    """The school has gone to another hub since; what runs has stayed."""
    runs = make.HubFactory(name="Old Hub", email="old@hubs.example.org")
    Enrolment.objects.filter(pk=enrolment.pk).update(hub=runs)
    kind, notice = notices.kinds()["head-confirmation"], Notice.objects.earliest("due_at")

    (alone,) = kind.load_by_key([notice.target]).values()
    assert (kind.reply_to(alone), kind.reply_also(alone)) == ("old@hubs.example.org", [])
    assert "\nOld Hub\n" in render(kind, alone, notice)[1]
    client.force_login(make.make_user(HUB_LEAD, hub=runs))
    with clock.fixed(NOW):
        assert "Nell Newhead" in client.get("/programmes/new-heads/?state=open").content.decode()
        assert "New headteachers who have not confirmed" in client.get("/").content.decode()
        client.post(f"/programmes/new-heads/{asked.pk}/confirmed/")
    asked.refresh_from_db()
    assert asked.confirmed_at == NOW


def test_answer_goes_to_each_hub_that_runs_something_and_the_email_names_no_other(
    asked: HeadConfirmation, enrolment: Enrolment
) -> None:
    """Nobody can be written to at one of the four; at another it is whoever leads it."""
    others = {name: make.HubFactory(name=name, email=email) for name, email in OTHERS.items()}
    for hub in others.values():
        make.EnrolmentFactory(school=enrolment.school, hub=hub, status="active")
    make.make_user(HUB_LEAD, hub=others["Led Hub"], email="lea@hubs.example.org")
    Hub.objects.filter(pk=enrolment.hub_id).update(name="New Hub", email="new@hubs.example.org")

    with clock.fixed(NOW):
        delivery.deliver_due()

    (sent,) = [one for one in mail.outbox if "please confirm" in one.subject]
    assert sent.reply_to == ["new@hubs.example.org", "old@hubs.example.org", "lea@hubs.example.org"]
    assert "answer this e-mail: it goes to New Hub, Old Hub and Led Hub.\n" in sent.body


@pytest.mark.parametrize(("email", "has_lead"), [("", True), ("hub@hubs.example.org", True), ("", False)])
def test_page_names_whom_an_answer_to_the_email_that_led_there_reaches(
    asked: HeadConfirmation, client: Client, email: str, has_lead: bool
) -> None:
    assert asked.hub is not None
    Hub.objects.filter(pk=asked.hub.pk).update(email=email)
    if has_lead:
        make.make_user(HUB_LEAD, hub=asked.hub, email="lead@people.example.org")
    with clock.fixed(NOW):
        delivery.deliver_due()
        page = client.get(f"/programmes/confirm/{confirmation_token(asked)}/").text

    (sent,) = [one for one in mail.outbox if "please confirm" in one.subject]
    [answers_to] = sent.reply_to or [settings.CONTACT_EMAIL]
    assert "answer the e-mail that brought you here, or write to" in page
    assert answers_to in page
    assert ("through the national team" in page) == (not email and not has_lead)
