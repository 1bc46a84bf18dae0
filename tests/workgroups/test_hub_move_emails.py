"""Who hears that a school goes to another hub: both hubs, and whichever runs something for it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from hubportal.core import clock, delivery
from schools import roles
from schools.actions import moves
from schools.actions.people import tie_school
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def test_hub_that_runs_something_for_a_school_reads_where_it_goes_and_the_new_hub_who_runs_what(
    mailoutbox: list[EmailMessage], client: Client
) -> None:
    runs, gets = (make.HubFactory(name=name, email=f"{name.lower()}@hubs.example.org") for name in ("South", "East"))
    over = make.HubFactory(email="over@hubs.example.org")
    school = make.SchoolFactory(hub=None)
    enrolment = make.EnrolmentFactory(school=school, hub=runs, status="active")
    make.EnrolmentFactory(school=school, hub=over, status="completed")
    tie_school(school=school, hub=runs)
    lead, later = make.make_user(roles.HUB_LEAD, hub=runs), NOW.date() + timedelta(days=21)
    client.force_login(lead)

    wish = {"from_on": later, "reason": "Nearer", "takes_interest": True}
    planned = moves.move_school(school=school, hub=gets, by=None, now=NOW, **wish)  # type: ignore[arg-type]
    page = client.get(school.get_absolute_url()).content.decode()
    delivery.deliver_due()
    moves.take_back(move=planned, by=None, now=NOW + timedelta(minutes=5))
    with clock.fixed(NOW + timedelta(minutes=10)):
        delivery.deliver_due()

    to, back = f"{school} goes to East", f"{school} stays with no hub after all"
    assert sorted((mail.to[0].split(" <")[0], mail.subject) for mail in mailoutbox) == [
        ("East", to),
        ("East", back),
        ("South", to),
        ("South", back),
    ]
    words = f"South runs {enrolment.offer} for the school. That stays with South; East sees it too."
    assert [words in str(mail.body) for mail in mailoutbox if mail.subject == to] == [True, True]
    assert "East: Nearer" in page
    assert "Take this back" not in page
