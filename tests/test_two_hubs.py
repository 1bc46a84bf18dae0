"""Somebody with a role in one hub and a school in another: there they read and do what the school does, no more."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import journal
from programmes.models import Interest, Target
from schools.models import Person, Role, User
from schools.roles import BOARD, HEADTEACHER, HUB_LEAD, OFFICE, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import NOW, Side
from workgroups.models import Answer, Group, Visit, VisitLog

pytestmark = pytest.mark.django_db

SECRET = "The headteacher is about to resign."


def visitor(side: Side, elsewhere: str, at_school: str = HEADTEACHER) -> Client:
    """Somebody with a role at another hub and one at this hub's school."""
    user = make.make_user(elsewhere, hub=make.HubFactory())
    make.RoleFactory(person=user.person, kind=at_school, school=side.school)
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk))
    return browser


def insider(side: Side) -> Client:
    """On another hub's board, head of a school here, leads groups for this hub (none yet) and has it in the top bar."""
    browser = visitor(side, BOARD)
    user = User.objects.get(pk=browser.session["_auth_user_id"])
    make.RoleFactory(person=user.person, kind=SPECIALIST, hub=side.hub)
    browser.post(reverse("schools:hub-choose"), {"hub": str(side.hub.pk)})
    return browser


def text(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def neighbour(side: Side) -> Person:
    """A teacher of another school in the same group, who cannot come, and of whom the journal speaks."""
    place = make.PlaceFactory(group=side.group, enrolment__school__authority__hub=side.hub)
    teacher = make.ParticipantFactory(place=place, person__name="Nell Neighbour", person__email="nell@n.example.org")
    person: Person = teacher.person
    Answer.objects.create(meeting=side.meeting, person=person, kind="cannot", answered_at=NOW)
    journal.record("Answered: Can't come", on=side.meeting, by=None, note="Nell Neighbour")
    journal.record("School left", on=side.group, by=None, note=SECRET)
    return person


def log_visit(side: Side) -> None:
    """Let the visit have been, with a note for its leader and hub alone."""
    Visit.objects.filter(pk=side.visit.pk).update(status="done", on=NOW.date())
    VisitLog.objects.create(
        visit=side.visit,
        on=NOW.date(),
        half_days=1,
        people_met="Tam Teacher",
        shared="Bar models.",
        private=SECRET,
        written_by=side.users[SPECIALIST],
        written_at=NOW,
    )


@pytest.mark.parametrize("elsewhere", [HUB_LEAD, BOARD, SPECIALIST])
def test_answers_and_history_of_a_meeting_are_the_hubs_own(side: Side, neighbour: Person, elsewhere: str) -> None:
    page = text(visitor(side, elsewhere), side.meeting.get_absolute_url())

    assert (neighbour.name in page, "<h2>History</h2>" in page) == (False, False)


@pytest.mark.parametrize("elsewhere", [HUB_LEAD, BOARD, SPECIALIST])
@pytest.mark.parametrize("name", ["group-history", "group-notices"])
def test_history_and_reminders_of_a_group_are_the_hubs_own(
    side: Side, neighbour: Person, elsewhere: str, name: str
) -> None:
    browser = visitor(side, elsewhere)
    url = reverse(f"workgroups:{name}", args=[side.group.pk])

    answer = browser.get(url)

    assert answer.status_code == 403
    assert SECRET not in answer.content.decode()
    assert url not in text(browser, side.group.get_absolute_url())


@pytest.mark.parametrize("elsewhere", [HUB_LEAD, BOARD])
def test_pages_of_a_group_show_a_school_its_own_things_only(side: Side, neighbour: Person, elsewhere: str) -> None:
    browser = visitor(side, elsewhere)
    other = Group.objects.get(pk=side.group.pk).places.exclude(pk=side.place.pk).get()
    late = make.VisitFactory(place=other, number=1, book_by=datetime(2027, 1, 4, tzinfo=UTC).date())

    overview = text(browser, side.group.get_absolute_url())
    schools = text(browser, reverse("workgroups:group-schools", args=[side.group.pk]))
    funding = browser.get(reverse("funding:group-funding", args=[side.group.pk]))

    assert ("Watch" in overview, late.get_absolute_url() in overview) == (False, False)
    assert (neighbour.email in schools, other.enrolment.school.get_absolute_url() in schools) == (False, False)
    assert funding.status_code == 403


def test_list_of_groups_keeps_how_the_others_visits_stand(side: Side, neighbour: Person) -> None:
    Visit.objects.filter(pk=side.visit.pk).update(book_by=datetime(2027, 1, 4, tzinfo=UTC).date())
    url = reverse("workgroups:group-list")
    board, head = Client(), insider(side)
    board.force_login(side.users[BOARD])

    seen = text(head, url)
    assert "1 visit late" in text(board, url)
    assert (side.group.name in seen, "visit late" in seen) == (True, False)


def test_former_leader_with_a_school_in_the_group_runs_it_no_more(side: Side) -> None:
    """Their role as a leader has ended; as a headteacher they still see the group."""
    person = side.leader.person
    person.roles.filter(kind=SPECIALIST).update(ends_on=datetime(2027, 1, 8, tzinfo=UTC).date())
    make.RoleFactory(person=person, kind=HEADTEACHER, school=side.school)
    browser = Client()
    browser.force_login(User.objects.get(person=person))

    page = text(browser, reverse("workgroups:group-meetings", args=[side.group.pk]))

    assert reverse("workgroups:meeting-move", args=[side.meeting.pk]) not in page


@pytest.mark.parametrize("elsewhere", [HUB_LEAD, BOARD, SPECIALIST])
def test_private_note_of_a_visit_is_for_its_leader_and_hub(side: Side, elsewhere: str) -> None:
    log_visit(side)

    page = text(visitor(side, elsewhere), side.visit.get_absolute_url())

    assert ("Bar models." in page, SECRET in page) == (True, False)


def test_what_the_hub_thinks_of_an_interest_stays_with_it(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(is_outside_domain=True)
    journal.record("Looked at", on=side.interest, by=None, note=SECRET)
    browser = insider(side)
    address = reverse("programmes:interest-list")
    staff = Client()
    staff.force_login(side.users[HUB_LEAD])

    rows = text(browser, f"{address}?status=all")
    sheet = text(browser, f"{address}?status=all&export=csv")
    detail = text(browser, side.interest.get_absolute_url())

    assert (side.interest.reference in rows, "look at the e-mail address" in rows) == (True, False)
    assert (side.interest.reference in sheet, ",yes," in sheet) == (True, False)
    assert (SECRET in detail, "Before you decide" in detail) == (False, False)
    assert "look at the e-mail address" in text(staff, f"{address}?status=all")
    assert ",yes," in text(staff, f"{address}?status=all&export=csv")


def test_leading_groups_for_a_hub_does_not_show_its_targets(side: Side) -> None:
    """A board member of one hub who leads groups for another."""
    offer = make.OfferFactory()
    Target.objects.create(offer=offer, hub=side.hub, schools=31_739)
    user = make.make_user(BOARD, hub=make.HubFactory(name="ZZ Hub"))
    make.RoleFactory(person=user.person, kind=SPECIALIST, hub=side.hub)
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk))

    first = text(browser, "/")
    browser.post(reverse("schools:hub-choose"), {"hub": str(side.hub.pk)})
    pages = [text(browser, url) for url in ("/", reverse("programmes:offer-list"), offer.get_absolute_url())]

    assert "ZZ Hub" in first
    lead = text(side.browser(HUB_LEAD), offer.get_absolute_url())
    assert [bool(re.search("31,?739", page)) for page in (lead, *pages)] == [True, False, False, False]


@pytest.mark.parametrize(("at_school", "elsewhere"), [(OFFICE, BOARD), (HEADTEACHER, HUB_LEAD)])
def test_claim_is_offered_to_whoever_may_raise_it_here(side: Side, at_school: str, elsewhere: str) -> None:
    """The school's office may; staff of another hub whom the award's hub's board has as a member may not."""
    claim, tab = (
        reverse("funding:claim-create", args=[side.award.pk]),
        reverse("funding:school-funding", args=[side.school.pk]),
    )
    user = make.make_user(HUB_LEAD, hub=make.HubFactory())
    make.RoleFactory(person=user.person, kind=BOARD, hub=side.hub)
    board = Client()
    board.force_login(User.objects.get(pk=user.pk))

    assert (claim in text(visitor(side, elsewhere, at_school), tab), claim in text(board, tab)) == (True, False)
    assert board.get(claim).status_code == 403


def test_decision_about_a_claim_is_offered_to_the_awards_hub(side: Side) -> None:
    page = text(visitor(side, HUB_LEAD), side.claim.get_absolute_url())

    assert "Decide" not in page


def test_paused_school_is_taken_up_again_by_the_hub_that_runs_it(side: Side) -> None:
    """Who staffs another hub passes the role check, and sees the enrolment as its school's head."""
    side.enrolment.move_to("paused", by=None, paused_from=side.enrolment.status)
    resume = reverse("programmes:enrolment-resume", args=[side.enrolment.pk])

    refused = visitor(side, HUB_LEAD).post(resume)
    side.enrolment.refresh_from_db()
    after = side.enrolment.status
    side.browser(HUB_LEAD).post(resume)
    side.enrolment.refresh_from_db()

    assert (refused.status_code, after, side.enrolment.status) == (403, "paused", "active")


def test_place_of_a_teacher_is_freed_by_the_hub_that_runs_it_or_the_school(side: Side) -> None:
    """Who staffs another hub and belongs to the school's office, or reads all as this hub's board, does not."""
    leave = reverse("programmes:teacher-leave", args=[side.enrolled_teacher.pk])
    user = make.make_user(HUB_LEAD, hub=make.HubFactory())
    make.RoleFactory(person=user.person, kind=BOARD, hub=side.hub)
    board = Client()
    board.force_login(User.objects.get(pk=user.pk))

    refused = [browser.post(leave).status_code for browser in (board, visitor(side, HUB_LEAD, TEACHER))]
    side.enrolled_teacher.refresh_from_db()
    still = side.enrolled_teacher.person
    side.browser(HEADTEACHER).post(leave)
    side.enrolled_teacher.refresh_from_db()

    assert (refused, still) == ([403, 403], side.users[TEACHER].person)
    assert side.enrolled_teacher.person is None


def test_visits_are_booked_from_the_list_by_whoever_may(side: Side) -> None:
    """Who reads the visit to their own school in the list finds no button to book it."""
    book = reverse("workgroups:visit-book", args=[side.visit.pk])
    staff = Client()
    staff.force_login(side.users[HUB_LEAD])
    address = reverse("workgroups:visit-list")

    seen = text(insider(side), address)

    assert (side.school.name in seen, book in seen) == (True, False)
    assert book in text(staff, address)


def test_head_who_invites_somebody_known_reads_and_writes_nothing_of_theirs(side: Side) -> None:
    """A hub's lead, invited as a teacher by the head of a school: there they are that teacher and no more."""
    lead = make.make_user(HUB_LEAD, hub=make.HubFactory(name="Faraway Hub")).person
    Person.objects.filter(pk=lead.pk).update(phone="01632 960 961")
    browser = Client()
    browser.force_login(side.users[HEADTEACHER])
    page = reverse("schools:person-detail", args=[lead.pk])
    before = browser.get(page).status_code

    invited = {"name": lead.name, "email": lead.email, "kind": TEACHER, "job_title": "Spy", "phone": "01632 960 999"}
    browser.post(f"{reverse('schools:person-create')}?school={side.school.pk}", invited)
    lead.refresh_from_db()
    shown = text(browser, page)
    yesterday = NOW.date() - timedelta(days=1)
    Role.objects.filter(person=lead, school=side.school).update(starts_on=yesterday, ends_on=yesterday)

    assert (before, lead.school, lead.job_title, lead.phone) == (404, None, "", "01632 960 961")
    assert (side.school.name in shown, "960 961" in shown, "Faraway" in shown) == (True, False, False)
    assert browser.get(page).status_code == 404
