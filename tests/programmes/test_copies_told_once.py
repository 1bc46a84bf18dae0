"""Whoever sent a second copy hears of one decision once, whatever is known of them, or of their school, by then."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.actions import decisions
from programmes.actions.interest import submit
from programmes.models import Interest
from schools.models import Role, School
from schools.roles import TEACHER
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
STRANGER = "lee@elsewhere.example.com"
ACCEPTED, SETTLED = "has decided", "Settled with another one"


@pytest.fixture
def copy() -> Interest:
    """Of an application that is not decided yet."""
    first = submit(application=make_application(), by=None, now=NOW)
    again = make_application(school=first.school, offer=first.offer, contact_name="Lee Curious", contact_email=STRANGER)
    return submit(application=again, by=None, now=NOW)


def _accept(copy: Interest) -> None:
    with clock.fixed(NOW + DAY):
        decisions.accept(interest=Interest.objects.get(seconds=copy), by=None, now=clock.now())
        delivery.deliver_due()


def _sweep(days: int) -> None:
    with clock.fixed(NOW + days * DAY):
        notices.sweep(clock.now())
        delivery.deliver_due()


def _told() -> list[str]:
    left = Notice.objects.filter(kind="interest-second", state="sent").order_by("pk")
    return [subject for one in left for subject in (ACCEPTED, SETTLED) if subject in one.subject]


def _gets_role(copy: Interest) -> None:
    make.RoleFactory(kind=TEACHER, school=copy.school, person__email=STRANGER)


def _loses_role(copy: Interest) -> None:
    Role.objects.filter(person__email=STRANGER).update(ends_on=(NOW + 2 * DAY).date())


def _website_comes(copy: Interest) -> None:
    School.objects.filter(pk=copy.school_id).update(website="www.elsewhere.example.com")


@pytest.mark.parametrize(
    ("before", "later", "told"),
    [
        (None, _gets_role, SETTLED),
        (None, _website_comes, SETTLED),
        (_gets_role, _loses_role, ACCEPTED),
    ],
)
def test_sender_of_a_copy_is_not_told_anew_once_they_are_known_or_no_more(
    copy: Interest, before: Callable[[Interest], None] | None, later: Callable[[Interest], None], told: str
) -> None:
    if before:
        before(copy)
    _accept(copy)

    later(copy)
    _sweep(7)

    assert _told() == [told]


def test_words_are_for_whoever_its_sender_is_when_the_email_leaves(copy: Interest) -> None:
    with clock.fixed(NOW + DAY):
        decisions.accept(interest=Interest.objects.get(seconds=copy), by=None, now=clock.now())
        _gets_role(copy)

        delivery.deliver_due()

    assert _told() == [ACCEPTED]


@pytest.mark.parametrize("beside", ["", "planned", "cancelled", "sent"])
def test_stranger_who_was_told_before_an_upgrade_is_not_told_again(copy: Interest, beside: str) -> None:
    """Until then what they were told was kept as settled@day, beside what they were told once somebody knew them."""
    _accept(copy)
    kept = Notice.objects.get(kind="interest-second")
    Notice.objects.filter(pk=kept.pk).update(occurrence=kept.occurrence.replace("accepted@", "settled@"))
    if beside:
        kept.pk, kept.state, kept.subject = None, beside, "Hub has decided"
        kept.save()

    import_module("programmes.migrations.0019_second_copies_told").name_the_decision(apps, None)
    _gets_role(copy)
    _sweep(7)

    assert _told() == [SETTLED] + [ACCEPTED] * (beside == "sent")
