"""The register and the answer page as people press them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from hubportal.core import clock
from schools.roles import BOARD, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import Side, make_side
from workgroups.actions import registers
from workgroups.models import Answer, Attendance, Meeting
from workgroups.notices.links import answer_url

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = datetime(2027, 1, 12, 14, tzinfo=UTC)


@pytest.fixture
def side() -> Iterator[Side]:
    """A world during its meeting, with a second teacher."""
    with clock.fixed(DAY):
        found = make_side()
        found.things["second"] = make.ParticipantFactory(place=found.place, person__name="Una Second").person
        found.things["teacher"] = found.users[TEACHER].person
        yield found


@pytest.fixture
def client(side: Side) -> Client:
    """The leader's browser."""
    browser = Client()
    browser.force_login(side.users[SPECIALIST])
    return browser


def _marks(side: Side) -> dict[int, tuple[str, str]]:
    rows = Attendance.objects.filter(meeting=side.meeting)
    return {row.person_id: (row.mark, row.substitute_name) for row in rows}


def _save(client: Client, side: Side, **data: str) -> int:
    return client.post(f"/groups/meetings/{side.meeting.pk}/register/save/", data).status_code


def test_register_done_without_scripts_keeps_all_marks_and_holds_the_meeting(client: Client, side: Side) -> None:
    """One form, one press."""
    teacher, second = side.teacher.pk, side.second.pk
    data = {f"mark_{teacher}": "present", f"mark_{second}": "substitute", f"name_{second}": "Li Wei", "done": "yes"}

    status = _save(client, side, **data)

    assert status == 302
    assert _marks(side) == {teacher: ("present", ""), second: ("substitute", "Li Wei")}
    assert Meeting.objects.get(pk=side.meeting.pk).status == "held"


def test_register_done_with_somebody_missing_keeps_the_marks_and_names_them(client: Client, side: Side) -> None:
    """Nothing pressed is lost."""
    url = f"/groups/meetings/{side.meeting.pk}/register/save/"

    answer = client.post(url, {f"mark_{side.teacher.pk}": "absent", "done": "yes"})

    assert answer.status_code == 200
    assert "Not marked yet: Una Second." in answer.content.decode()
    assert _marks(side) == {side.teacher.pk: ("absent", "")}
    assert Meeting.objects.get(pk=side.meeting.pk).status == "planned"


def test_register_rest_present_leaves_what_was_marked(client: Client, side: Side) -> None:
    """One press for everybody who simply came."""
    _save(client, side, **{f"mark_{side.second.pk}": "apologies", "rest": "present"})

    assert _marks(side) == {side.teacher.pk: ("present", ""), side.second.pk: ("apologies", "")}


def test_register_of_an_old_page_does_not_undo_anothers_mark(client: Client, side: Side) -> None:
    """The page said present, a colleague corrected it meanwhile, the page is saved as it was."""
    teacher, second = side.teacher.pk, side.second.pk
    marked = {"meeting": side.meeting, "by": side.users[SPECIALIST], "now": DAY}
    registers.mark_person(person=side.teacher, mark="absent", **marked)

    _save(client, side, **{f"mark_{teacher}": "present", f"was_{teacher}": "present", f"mark_{second}": "absent"})

    assert _marks(side) == {teacher: ("absent", ""), second: ("absent", "")}


def test_register_substitute_without_a_name_is_asked_for_and_the_page_kept(client: Client, side: Side) -> None:
    """In words beside the name; the other mark is kept."""
    url = f"/groups/meetings/{side.meeting.pk}/register/save/"
    data = {f"mark_{side.teacher.pk}": "substitute", f"mark_{side.second.pk}": "present", "done": "yes"}

    answer = client.post(url, data)

    assert answer.status_code == 200
    assert f"{side.teacher.name}: say who came as the substitute." in answer.content.decode()
    assert f'id="mark-{side.teacher.pk}-substitute" name="mark_{side.teacher.pk}" value="substitute" checked' in (
        answer.content.decode()
    )
    assert _marks(side) == {side.second.pk: ("present", "")}


def test_register_begins_with_what_people_said(client: Client, side: Side) -> None:
    """Who said before that they cannot come stands at apologies, to be confirmed by Done."""
    Answer.objects.create(meeting=side.meeting, person=side.second, kind="cannot", answered_at=DAY)

    page = client.get(f"/groups/meetings/{side.meeting.pk}/register/").content.decode()

    assert "said: can’t come" in page
    assert 'value="apologies" checked' in page
    assert _marks(side) == {}


def test_register_press_keeps_one_person_and_answers_with_their_row(client: Client, side: Side) -> None:
    """With scripts each press is kept; the answer is that row and the count."""
    data = {"person": str(side.second.pk), f"mark_{side.second.pk}": "present", f"mark_{side.teacher.pk}": "absent"}

    page = client.post(f"/groups/meetings/{side.meeting.pk}/register/mark/", data, headers={"HX-Request": "true"})

    assert _marks(side) == {side.second.pk: ("present", "")}
    assert page.content.decode().count("<fieldset") == 1
    assert "1 came, 1 still to be marked" in page.content.decode()


def test_register_press_on_substitute_waits_for_the_name(client: Client, side: Side) -> None:
    """Nothing is swapped in while the name is typed: it would wipe what is there."""
    data = {"person": str(side.second.pk), f"mark_{side.second.pk}": "substitute", f"name_{side.second.pk}": " "}

    answer = client.post(f"/groups/meetings/{side.meeting.pk}/register/mark/", data)

    assert (answer.status_code, answer.content) == (204, b"")
    assert _marks(side) == {}


@pytest.mark.parametrize("person", ["", "abc", "0", "99999999999999999999", "\x00", "²"])
def test_register_press_for_nobody_is_not_found(client: Client, side: Side, person: str) -> None:
    """Whatever is sent, never an error page."""
    answer = client.post(f"/groups/meetings/{side.meeting.pk}/register/mark/", {"person": person})

    assert answer.status_code == 404


def test_register_of_a_coming_meeting_is_shut(client: Client, side: Side) -> None:
    """It opens on the day."""
    with clock.fixed(DAY - timedelta(days=1)):
        page = client.get(f"/groups/meetings/{side.meeting.pk}/register/").content.decode()
        status = _save(client, side, **{f"mark_{side.second.pk}": "present"})

    assert "The register opens on its day." in page
    assert status == 200
    assert _marks(side) == {}


def test_register_is_kept_by_nobody_elses_teacher(side: Side) -> None:
    """A specialist whose own school sits in somebody else's group sees the meeting, not its register."""
    guest = make.make_user(SPECIALIST, hub=make.HubFactory())
    make.RoleFactory(person=guest.person, kind=TEACHER, school=side.school)
    browser = Client()
    browser.force_login(guest)

    status = browser.get(f"/groups/meetings/{side.meeting.pk}/register/").status_code

    assert Meeting.objects.visible_to(guest).filter(pk=side.meeting.pk).exists()
    assert status == 404


def _answer_page(side: Side, choice: str = "") -> str:
    path = answer_url(side.meeting, side.teacher.pk)
    return f"{path}?choice={choice}" if choice else path


def test_answer_page_changes_nothing_when_it_is_opened(side: Side) -> None:
    """Mail scanners follow links."""
    with clock.fixed(DAY - timedelta(days=2)):
        page = Client().get(_answer_page(side, "cannot")).content.decode()

    assert "I can’t come" in page
    assert "I’m sending a substitute" in page
    assert not Answer.objects.exists()


def test_answer_is_one_press_without_signing_in(side: Side) -> None:
    """And the page says so calmly."""
    with clock.fixed(DAY - timedelta(days=2)):
        page = Client().post(_answer_page(side), {"kind": "cannot"}, follow=True).content.decode()

    assert Answer.objects.get().kind == "cannot"
    assert "You said that you can’t come." in page
    assert "I’m coming after all" in page


def test_answer_link_of_the_mail_puts_its_choice_first(side: Side) -> None:
    """The button that the mail spoke of is the first one."""
    with clock.fixed(DAY - timedelta(days=2)):
        page = Client().get(_answer_page(side, "substitute")).content.decode()

    assert page.index("I’m sending a substitute") < page.index("I can’t come")


def test_answer_substitute_is_one_press_and_named_later(side: Side) -> None:
    with clock.fixed(DAY - timedelta(days=2)):
        Client().post(_answer_page(side), {"kind": "substitute", "substitute_name": " "})
        page = Client().get(_answer_page(side)).text
        before = Answer.objects.get().substitute_name
        Client().post(_answer_page(side), {"kind": "substitute", "substitute_name": "Li Wei"})

    assert ("You said that somebody comes instead of you." in page, "Keep this name" in page) == (True, True)
    assert (before, Answer.objects.get().substitute_name) == ("", "Li Wei")


@pytest.mark.parametrize(
    "data", [{}, {"kind": "elephant"}, {"kind": "\x00"}, {"kind": "cannot", "substitute_name": "x" * 999}]
)
def test_answer_that_makes_no_sense_is_refused(side: Side, data: dict[str, str]) -> None:
    """Never an error page."""
    with clock.fixed(DAY - timedelta(days=2)):
        status = Client().post(_answer_page(side), data).status_code

    assert status == 200
    assert not Answer.objects.exists()


def test_answer_link_expires_when_the_meeting_starts(side: Side) -> None:
    """The page says why and keeps nothing."""
    page = Client().post(_answer_page(side), {"kind": "cannot"}).content.decode()

    assert "This meeting has started or is over." in page
    assert not Answer.objects.exists()


def test_answer_link_still_works_after_the_meeting_moved(side: Side) -> None:
    """The mail was sent for the old date; the page shows the new one."""
    url = _answer_page(side)
    Meeting.objects.filter(pk=side.meeting.pk).update(
        starts_at=DAY + timedelta(days=7), ends_at=DAY + timedelta(days=7, hours=2)
    )

    page = Client().get(url).content.decode()

    assert "Tuesday 19 January 2027, 2pm" in page
    assert "I can’t come" in page


def test_answer_link_that_was_changed_does_not_work(side: Side) -> None:
    """Nobody answers for others."""
    url = _answer_page(side).replace(f"-{side.teacher.pk}.", f"-{side.second.pk}.")

    opened, pressed = Client().get(url), Client().post(url, {"kind": "cannot"})

    assert (opened.status_code, pressed.status_code) == (404, 404)
    assert not Answer.objects.exists()


def test_register_says_who_marked_it_last(side: Side, client: Client) -> None:
    page = f"{side.meeting.get_absolute_url()}register/"
    before = client.get(page).content.decode()
    registers.mark_person(meeting=side.meeting, person=side.teacher, mark="present", by=side.users[SPECIALIST], now=DAY)

    after = [side.browser(kind).get(page).content.decode() for kind in (SPECIALIST, BOARD)]

    words = f"Last marked by {side.users[SPECIALIST]}: Tuesday 12 January 2027, 2pm."
    assert "Last marked" not in before
    assert [words in text for text in after] == [True, True]
