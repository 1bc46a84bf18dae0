"""The demo: refused outside DEMO, complete on any day of the year, and nothing of its past is still to be mailed."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from funding.models import Claim
from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from hubportal.dashboards.actions.demo import cast, ground
from programmes.models import Enrolment, Interest, Offer, PriorityListing
from schools import roles
from schools.figures import candidates
from schools.models import Hub, Person, Role, School, User
from tests import factories as make
from tests.counts.everything import more_of_everything
from tests.world import NOW, make_side
from workgroups.models import Group, Meeting, Visit

pytestmark = pytest.mark.django_db

SATURDAY_IN_SPRING = datetime(2027, 2, 27, 10, 30, tzinfo=UTC)
SUMMER_HOLIDAYS = datetime(2027, 8, 11, 6, 0, tzinfo=UTC)


@pytest.fixture
def in_demo(settings: Any) -> None:
    settings.DEMO = True


def _make_demo(now: datetime) -> str:
    out = StringIO()
    with clock.fixed(now):
        call_command("demo", stdout=out)
    return out.getvalue()


def test_demo_is_refused_where_demo_is_off() -> None:
    school = make.SchoolFactory()

    with pytest.raises(CommandError, match="not a demo"):
        call_command("demo")

    assert School.objects.get() == school


@pytest.mark.usefixtures("in_demo")
def test_demo_if_empty_leaves_alone_what_is_there() -> None:
    school = make.SchoolFactory()

    call_command("demo", if_empty=True)

    assert School.objects.get() == school


def test_demo_begins_without_anything_that_anybody_wrote() -> None:
    """Whatever was tried out: all that points to it goes with it, the catalogue stays."""
    with clock.fixed(NOW):
        side = make_side()
        more_of_everything(side)
        letter = make.LetterFactory(hub=side.hub, attachment=make.stored_file())
        make.LetterRecipientFactory(letter=letter, person=side.users[roles.HEADTEACHER].person, school=side.school)
        make.UploadLineFactory(upload=make.UploadFactory(owner=side.hub))
        make.ReplacementFactory(person=side.users[roles.TEACHER].person, school=side.school)
        make.AdvocateFactory(person=side.users[roles.HEADTEACHER].person, school=side.school)
        make.JobFactory(owner=side.hub)
        make.HubChangeFactory(hub=side.hub)
        Hub.objects.filter(pk=side.hub.pk).update(lead_school=side.school)

        ground.wipe()

    assert {model._meta.label for model in ground._written() if model._base_manager.exists()} == set()
    assert (User.objects.count(), Role.objects.count(), Person.objects.count()) == (0, 0, 0)
    assert Offer.objects.filter(pk=side.offer.pk).exists()
    assert Hub.objects.get(pk=side.hub.pk).lead_school is None
    connection.check_constraints()


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize(
    "now",
    [
        pytest.param(SATURDAY_IN_SPRING, id="saturday", marks=pytest.mark.services),
        pytest.param(SUMMER_HOLIDAYS, id="august", marks=pytest.mark.once),
    ],
)
def test_demo_is_complete_on_any_day(now: datetime) -> None:
    said = _make_demo(now)

    assert said == "The demo is ready. Sign in as lead@demo.example with the password demo-portal.\n"
    hub = Hub.objects.get(code=ground.HUB)
    assert School.objects.count() == ground.SCHOOLS
    assert set(Interest.objects.filter(hub=hub).values_list("status", flat=True)) == {
        *("interested", "submitted", "waiting", "accepted", "declined", "second")
    }
    assert set(Interest.objects.values_list("is_outside_domain", flat=True)) == {True, False}
    offers = Offer.objects.filter(year=2026, hub=None, is_published=True)
    running = Group.objects.filter(offer__year=2026).exclude(status="forming")
    assert set(running.values_list("offer", flat=True)) == set(offers.values_list("pk", flat=True))
    assert set(Enrolment.objects.filter(offer__year=2025).values_list("status", flat=True)) == {"completed"}
    assert set(Claim.objects.values_list("status", flat=True)) == {"raised", "approved", "returned", "paid"}
    assert Meeting.objects.unmarked(now).exists()
    assert Visit.objects.overdue_log(now.date()).exists()
    assert Group.objects.filter(status="forming").get().places_taken == 3
    assert Notice.objects.filter(kind="letter", state="sent").count() == 12
    assert set(Interest.objects.values_list("question", flat=True)) == {"", "asked", "answered"}
    assert Role.objects.filter(kind=roles.COVER).current(now.date()).count() == 1
    assert PriorityListing.objects.filter(hub=hub).count() == 6
    assert {one.reason for one in candidates(User.objects.get(email=cast.LEAD.email), hub)} >= {
        *("Same name at the same school", "Similar names at one school")
    }
    assert Offer.objects.public("persons").taking_applications(now.date()).exists()
    _check_journal_and_outbox(now)
    _check_homes(now)


def _check_journal_and_outbox(now: datetime) -> None:
    """Everything happened before now, and what was due before now has been sent."""
    assert not JournalEntry.objects.filter(at__gt=now).exists()
    assert not Notice.objects.filter(state="planned", due_at__lte=now).exists()
    assert not Notice.objects.filter(state="sent", due_at__gt=now).exists()
    assert Notice.objects.filter(state="failed").exists()
    assert Notice.objects.filter(state="sent").exclude(body="").exists()


def _check_homes(now: datetime) -> None:
    """Each of the eleven signs in with the password and reads a home with something on it."""
    for player in cast.PLAYERS:
        user = User.objects.get(email=player.email)
        assert user.person.name == player.name
        assert user.check_password(cast.PASSWORD)
        client = Client()
        client.force_login(user)
        with clock.fixed(now):
            assert client.get("/").status_code == 200
            assert user.scope.has(player.kind)
