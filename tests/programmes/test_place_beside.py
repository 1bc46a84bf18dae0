"""A school that has its place in a programme already, beside an application for it: nobody is asked to confirm it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from programmes.actions.heads import correct_head
from programmes.actions.interest import submit
from programmes.figures import known_about
from programmes.figures.bulk import preview, preview_of_asking
from programmes.models import Enrolment, Interest
from programmes.rules.bulk import Step
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


def _enrol(interest: Interest, **given: Any) -> None:
    """As a file of the hub brings it, beside what the school has sent."""
    make.EnrolmentFactory(**{"school": interest.school, "offer": interest.offer, "status": "active", **given})


def _pass(days: range) -> list[str]:
    """What headteachers are asked while days pass, by subject."""
    mail.outbox.clear()
    for day in days:
        with clock.fixed(NOW + day * DAY):
            notices.sweep(clock.now())
            delivery.deliver_due()
    return [str(one.subject) for one in mail.outbox if "confirm" in one.subject]


def _page(interest: Interest, path: str = "", **data: str) -> str:
    client, path = Client(), path or interest.get_absolute_url()
    client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))
    answer = client.post(path, data, follow=True) if data else client.get(path)
    return answer.content.decode()


def test_headteacher_is_reminded_no_more_once_the_school_has_its_place(interest: Interest) -> None:
    asked = _pass(range(2))

    _enrol(interest)

    assert (len(asked), _pass(range(2, 30))) == (1, [])
    assert not Interest.objects.without_answer(NOW + 30 * DAY).exists()


def test_new_headteacher_is_not_asked_where_the_school_has_its_place(interest: Interest) -> None:
    _enrol(interest)
    path = reverse("programmes:interest-head", args=[interest.pk])

    form = _page(interest, path)
    page = _page(interest, path, name="Ann Right", email=interest.head_email)

    assert ("Nobody is asked to confirm" in form, "Correct and ask" in form) == (True, False)
    assert "The headteacher is corrected. Nobody is asked:" in page
    assert "Not asked: the school is already enrolled." in page
    assert _pass(range(30)) == []


def test_headteacher_who_was_not_asked_is_asked_by_the_hub_once_the_place_is_free(interest: Interest) -> None:
    _enrol(interest)
    correct_head(interest=interest, name="Ann Right", email=interest.head_email, by=None, now=NOW)

    interest.school.enrolments.update(status="withdrawn")

    again = reverse("programmes:interest-ask-head", args=[interest.pk])
    assert again in _page(interest)
    assert "Ann Right is asked again" in _page(interest, again, press="1")
    assert len(_pass(range(2))) == 1


@pytest.mark.parametrize("is_corrected", [False, True])
def test_other_programme_of_the_form_is_asked_about_alone(interest: Interest, is_corrected: bool) -> None:
    offer = make.OfferFactory(title="Shape Fun")
    same = {"school": interest.school, "head_email": interest.head_email, "contact_email": interest.contact_email}
    other = submit(application=make_application(offer=offer, sent_with=interest, **same), by=None, now=NOW)
    both = _pass(range(1))
    _enrol(interest)

    if is_corrected:
        correct_head(interest=other, name="Ann Right", email="ann@people.example.com", by=None, now=NOW)
    asked = _pass(range(10))

    of_shapes = f"{interest.school}: please confirm your school's application for Shape Fun"
    assert len(both) == 1
    assert [one.removeprefix("Reminder: ") for one in asked] == [of_shapes] * (3 if is_corrected else 2)
    assert asked[0].startswith("Reminder: ") is not is_corrected
    assert all(interest.programme_title not in str(one.body) for one in mail.outbox if "confirm" in one.subject)


def test_headteacher_is_not_asked_about_what_comes_when_the_school_has_its_place() -> None:
    school, offer = make.SchoolFactory(), make.OfferFactory()
    make.EnrolmentFactory(school=school, offer=offer)

    sent = submit(application=make_application(school=school, offer=offer), by=None, now=NOW, is_by_hub=True)

    assert (sent.status, sent.head_asked_at, _pass(range(30))) == ("submitted", None, [])


def test_headteachers_own_page_does_not_ask_for_it(interest: Interest) -> None:
    head, client = make.make_user(HEADTEACHER, school=interest.school), Client()
    client.force_login(head)
    confirm = reverse("programmes:interest-confirm", args=[interest.pk])

    before = client.get(reverse("dashboards:home")).content.decode()
    _enrol(interest)
    after = client.get(reverse("dashboards:home")).content.decode()

    assert (confirm in before, confirm in after) == (True, False)


STANDINGS = ("accepted", "active", "completed", "paused", "withdrawn")
OFFERS = ("the same", "the version of another hub", "the national one of a version", "another of the phase")
WHOSE = ("the school's", "of somebody who works there", "its own", "another school's", "of somebody for themselves")


@pytest.mark.cases
@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("which", OFFERS)
def test_one_rule_says_everywhere_that_a_school_has_its_place(which: str, whose: str) -> None:
    """Of one application, of many, in two previews, on its page, and on the waiting list."""
    found, expected = {}, {}
    for status in STANDINGS:
        is_alone = whose == WHOSE[4]
        national = make.OfferFactory(enrols="any" if is_alone else "schools")
        version = make.OfferFactory(stands_for=national, hub=make.HubFactory(), phase=national.phase)
        offer, held = [(national, national), (national, version), (version, national), (version, None)][
            OFFERS.index(which)
        ]
        one = make.InterestFactory(offer=offer, phase=offer.phase, status="waiting", for_person=is_alone)
        make.EnrolmentFactory(
            school=make.SchoolFactory() if whose == WHOSE[3] else one.school,
            offer=held or make.OfferFactory(phase=offer.phase),
            hub=one.hub,
            person=make.PersonFactory() if whose == WHOSE[1] else None,
            interest=one if whose == WHOSE[2] else None,
            status=status,
        )
        row = Interest.objects.for_bulk().get(pk=one.pk)
        accepting = preview(Step.ACCEPT, [row], NOW.date()).lines[0].verdict.blocked
        asking = preview_of_asking([row], NOW).lines[0].verdict.blocked

        found[status] = {
            "one": Enrolment.objects.in_place_of(row).exists(),
            "many": row.has_place,  # type: ignore[attr-defined]
            "page": known_about(row, NOW.date()).place_of(row) is not None,
            "accept": accepting == "The school is enrolled already.",
            "ask": "already enrolled" in asking,
            "line": row not in Interest.objects.on_waiting_list(one.school.hub, row.year),
        }
        has_place = whose == WHOSE[0] and which != OFFERS[3] and status != "withdrawn"
        expected[status] = dict.fromkeys(found[status], has_place)

    assert found == expected
