"""Who has not answered is reminded, then listed for the hub: headteachers, and schools with teachers to name."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.notices import Desired
from hubportal.core.templatetags.portal import long_day
from programmes.actions.asking import ask_head_again
from programmes.actions.decisions import decline
from programmes.actions.interest import confirm_as_head, submit
from programmes.actions.waiting import set_terms
from programmes.models import Enrolment, Interest
from programmes.notices.naming import TO_NAME, to_name
from programmes.notices.sent_links import INVITED
from schools.models import Role, School
from schools.roles import HUB_LEAD, MATHS_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def _pass(days: range) -> list[str]:
    """What goes out while days pass, by subject."""
    mail.outbox.clear()
    for day in days:
        with clock.fixed(NOW + day * DAY):
            notices.sweep(clock.now())
            delivery.deliver_due()
    return [str(one.subject) for one in mail.outbox]


def _listed(interest: Interest, now: timedelta) -> list[str]:
    client = Client()
    client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))
    with clock.fixed(NOW + now):
        page = client.get(reverse("programmes:interest-list"), {"status": "all", "head": "late", "whose": "all"})
    return [row[1] for row in page.context["rows"]]


def test_page_says_on_which_days_the_headteacher_was_reminded() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)
    client = Client()
    client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))
    asked, *chased = (long_day(NOW + days * DAY) for days in (0, *settings.HEAD_CHASE_DAYS))

    _pass(range(15))
    page = client.get(interest.get_absolute_url()).content.decode()
    ask_head_again(interest=interest, by=None, now=NOW + 15 * DAY)
    anew = client.get(interest.get_absolute_url()).content.decode()

    words = f"asked on {asked} at {interest.head_email}, reminded on {' and '.join(chased)}, and has not confirmed yet."
    before = f"Before that they were asked on {asked}, and reminded on {' and '.join(chased)}."
    assert (words in page, len(chased), "Before that" in page) == (True, 2, False)
    assert (f"at {interest.head_email} and has not confirmed yet.</p>" in anew, before in anew) == (True, True)


def test_page_of_what_one_form_sent_beside_another_says_when_the_headteacher_was_reminded() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    beside = make_application(school=first.school, head_email=first.head_email, sent_with=first)
    second = submit(application=beside, by=None, now=NOW)
    client = Client()
    client.force_login(make.make_user(HUB_LEAD, hub=first.hub))

    _pass(range(15))
    page = client.get(second.get_absolute_url()).content.decode()

    assert f"reminded on {long_day(NOW + settings.HEAD_CHASE_DAYS[0] * DAY)} and " in page


def test_page_says_where_no_reminder_has_left() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)
    client = Client()
    client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))

    with clock.fixed(NOW + 3 * DAY):
        early = client.get(interest.get_absolute_url()).content.decode()
    with clock.fixed(NOW + 20 * DAY):
        late = client.get(interest.get_absolute_url()).content.decode()

    assert ("No reminder has left." in early, "No reminder has left." in late) == (False, True)


def test_headteacher_who_never_answers_is_reminded_twice_and_then_listed() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)

    sent = _pass(range(15))

    asked = f"{interest.school}: please confirm your school's application for {interest.programme_title}"
    assert [one for one in sent if "confirm" in one] == [asked, f"Reminder: {asked}", f"Reminder: {asked}"]
    assert (_listed(interest, 13 * DAY), _listed(interest, 15 * DAY)) == ([], [interest.reference])
    assert not Interest.objects.without_answer(NOW + 400 * DAY).exists()
    ask_head_again(interest=interest, by=None, now=NOW + 15 * DAY)
    assert _listed(interest, 16 * DAY) == []


def test_headteacher_who_has_answered_is_not_reminded() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)
    _pass(range(2))

    confirm_as_head(interest=interest, asked=1, by=None, now=NOW + 2 * DAY)

    assert _pass(range(3, 15)) == []


@pytest.mark.parametrize("is_declined", [False, True])
@pytest.mark.parametrize(("day", "reminded"), [(2, "ss"), (5, "bs"), (10, "bb")])
def test_headteacher_asked_for_two_is_not_reminded_anew_where_one_of_them_is_settled(
    day: int, reminded: str, is_declined: bool
) -> None:
    """A reminder that named both (``b``) is none of the second alone (``s``)."""
    first = submit(application=make_application(), by=None, now=NOW)
    beside = {"school": first.school, "head_email": first.head_email, "sent_with": first}
    second = submit(
        application=make_application(offer=make.OfferFactory(title="Shape Fun"), **beside), by=None, now=NOW
    )

    sent = _pass(range(day))
    if is_declined:
        decline(interest=first, reason="Full.", by=None, now=NOW + day * DAY)
    else:
        make.EnrolmentFactory(school=first.school, offer=first.offer, status="active")
    sent += _pass(range(day, 15))

    chases = [one for one in sent if one.startswith("Reminder: ")]
    assert all(second.programme_title in one for one in chases)
    assert ["b" if first.programme_title in one else "s" for one in chases] == list(reminded)


def test_reminder_that_has_not_left_for_both_goes_out_for_the_second() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    beside = {"school": first.school, "head_email": first.head_email, "sent_with": first}
    submit(application=make_application(offer=make.OfferFactory(title="Shape Fun"), **beside), by=None, now=NOW)
    _pass(range(3))
    with clock.fixed(NOW + 4 * DAY):
        notices.sweep(clock.now())
    decline(interest=first, reason="Full.", by=None, now=NOW + 5 * DAY)

    sent = _pass(range(5, 7))

    asked = f"Reminder: {first.school}: please confirm your school's application for Shape Fun"
    assert [one for one in sent if "confirm" in one] == [asked]


def _invited(told: Interest) -> Sequence[Desired]:
    return INVITED.desired(INVITED.load().get(pk=told.pk))


def test_school_that_has_closed_is_neither_asked_nor_invited() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)
    told = make.LightInterestFactory(invited_at=NOW, school=interest.school)
    before = len(_invited(told))
    School.objects.update(gias_status=School.GiasStatus.CLOSED)

    sent = _pass(range(15))

    assert [one for one in sent if "confirm" in one] == []
    assert (before, _invited(told)) == (1, [])


@pytest.fixture
def held() -> Enrolment:
    """A school that was accepted and has a place to name, by 8 October."""
    enrolment: Enrolment = make.EnrolmentFactory(offer__names_by=date(2026, 10, 8), accepted_on=date(2026, 9, 1))
    make.EnrolledTeacherFactory(enrolment=enrolment, person=None)
    make.make_user(MATHS_LEAD, school=enrolment.school, name="Mo Lead", email="mo@people.example.org")
    return enrolment


def test_school_is_reminded_of_its_places_before_the_day_and_then_listed(held: Enrolment) -> None:
    sent = _pass(range(0, 40, 1))
    client = Client()
    client.force_login(make.make_user(HUB_LEAD, hub=held.hub))
    lists = []
    for days in (30, 31):
        with clock.fixed(NOW + days * DAY):
            lists.append(client.get(reverse("programmes:places-to-name"), {"late": "yes"}).context["rows"])

    assert sent == [f"{held.school}: please name a teacher by 8 October 2026"] * 2
    assert [one.to for one in mail.outbox] == [["Mo Lead <mo@people.example.org>"]] * 2
    assert [[row[1] for row in rows] for rows in lists] == [[], [str(held.school)]]


def test_reminder_goes_to_whoever_is_maths_lead_on_its_day_and_to_nobody_at_a_closed_school(held: Enrolment) -> None:
    """One who leaves later is reminded until then; one who starts later from then on; none of a far day is live."""
    Role.objects.filter(kind=MATHS_LEAD).update(ends_on=date(2026, 9, 30))
    nia = make.PersonFactory(name="Nia Next", email="nia@people.example.org")
    make.RoleFactory(person=nia, kind=MATHS_LEAD, school=held.school, starts_on=date(2026, 10, 1))
    rows = [TO_NAME.load().get()]
    live = [TO_NAME.live(TO_NAME.load(), NOW + days * DAY).count() for days in (0, 20, 40)]

    School.objects.update(gias_status=School.GiasStatus.CLOSED)
    rows.append(TO_NAME.load().get())

    told = [[(one.name, one.occurrence[:3]) for one in to_name(row)] for row in rows]
    assert told == [[("Mo Lead", "14d"), ("Nia Next", "3d@")], []]
    assert live == [0, 1, 0]


def test_hub_sets_its_own_day_for_naming_teachers(held: Enrolment) -> None:
    lead = make.make_user(HUB_LEAD, hub=held.hub)
    set_terms(offer=held.offer, hub=held.hub, places=None, owner=None, by=lead, names_by=date(2026, 9, 20))

    sent = _pass(range(14))

    assert sent == [f"{held.school}: please name a teacher by 20 September 2026"] * 2
    assert Enrolment.objects.with_naming().get().named_by == date(2026, 9, 20)  # type: ignore[attr-defined]


def test_school_that_was_accepted_after_a_reminders_day_is_not_sent_it(held: Enrolment) -> None:
    Enrolment.objects.update(accepted_on=date(2026, 10, 1))

    assert len(_pass(range(40))) == 1


def test_school_with_all_teachers_named_is_not_reminded(held: Enrolment) -> None:
    held.teachers.update(person=make.PersonFactory())

    assert _pass(range(40)) == []
