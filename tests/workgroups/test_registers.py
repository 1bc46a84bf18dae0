"""Answers before a meeting and the register at it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import signing

from hubportal.core.models import JournalEntry
from schools.models import Person, User
from tests import factories as make
from workgroups.actions import answers, registers
from workgroups.models import Answer, Attendance, Meeting, Participant
from workgroups.notices.links import answer_url, read_token
from workgroups.rules.registers import came_words

pytestmark = pytest.mark.django_db

DAY = datetime(2027, 1, 12, 13, 30, tzinfo=UTC)
BEFORE = DAY - timedelta(days=2)
AFTER = DAY + timedelta(hours=3)


@pytest.fixture
def participant() -> Participant:
    """Somebody who takes part in a group with a meeting on 12 January 2027."""
    found: Participant = make.ParticipantFactory(person__name="Tam Teacher")
    make.MeetingFactory(group=found.place.group, number=1)
    return found


@pytest.fixture
def meeting(participant: Participant) -> Meeting:
    """That meeting."""
    return participant.place.group.meetings.get()


@pytest.fixture
def leader() -> User:
    """Somebody who marks."""
    return make.make_user(name="Leah Leader")


def _say(meeting: Meeting, person: Person, kind: str, name: str = "", now: datetime = BEFORE) -> Answer:
    return answers.answer_meeting(meeting=meeting, person=person, kind=kind, substitute_name=name, by=None, now=now)


def _mark(
    meeting: Meeting, person: Person, mark: str, by: User, name: str = "", *, now: datetime = AFTER
) -> Attendance:
    return registers.mark_person(meeting=meeting, person=person, mark=mark, substitute_name=name, by=by, now=now)


def test_answer_is_kept_and_may_be_changed_until_the_start(meeting: Meeting, participant: Participant) -> None:
    """The last one counts; the journal has both."""
    _say(meeting, participant.person, "substitute", " Li Wei ")

    _say(meeting, participant.person, "coming")

    answer = Answer.objects.get()
    assert (answer.kind, answer.substitute_name) == ("coming", "")
    assert list(JournalEntry.objects.about(meeting).values_list("what", "note")) == [
        ("Answered: Coming", "Tam Teacher"),
        ("Answered: Sending a substitute", "Tam Teacher: Li Wei"),
    ]


def test_answer_given_twice_is_journalled_once(meeting: Meeting, participant: Participant) -> None:
    """A second press of the same button changes nothing."""
    _say(meeting, participant.person, "cannot")

    _say(meeting, participant.person, "cannot")

    assert JournalEntry.objects.about(meeting).count() == 1


def test_answer_is_refused_with_a_reason(meeting: Meeting, participant: Participant) -> None:
    """Started, cancelled, left."""
    person = participant.person
    with pytest.raises(answers.CannotAnswer) as problem:
        _say(meeting, person, "cannot", now=DAY)
    said = [str(problem.value)]
    Participant.objects.update(until=date(2027, 1, 11))
    said.append(answers.why_no_answer(meeting, person, BEFORE))
    meeting.move_to("cancelled", by=None)
    said.append(answers.why_no_answer(meeting, person, BEFORE))

    assert said == [
        "This meeting has started or is over. Tell the group's leader if you could not come.",
        "You no longer take part in this group, so nobody expects you at this meeting.",
        "This meeting has been cancelled. There is nothing for you to do.",
    ]
    assert not Answer.objects.exists()


def test_answer_link_names_meeting_and_person_and_nothing_else_fits(meeting: Meeting, participant: Participant) -> None:
    """A link that was changed is not ours."""
    token = answer_url(meeting, participant.person_id).rstrip("/").rpartition("/")[2]

    assert read_token(token) == (meeting.pk, participant.person_id)
    assert read_token(token.replace(f"{meeting.pk}-", f"{meeting.pk + 1}-", 1)) is None
    assert read_token("x") is None
    assert ":" not in token  # some mail programs end a link there


def test_answer_link_that_was_sent_with_a_colon_is_still_good(meeting: Meeting, participant: Participant) -> None:
    """Links in e-mails of before; with another sign between its parts it is none of ours."""
    old = signing.Signer(salt="workgroups.answer").sign(f"{meeting.pk}.{participant.person_id}")

    assert read_token(old) == (meeting.pk, participant.person_id)
    assert read_token(old.replace(":", ".")) is None
    assert read_token(answer_url(meeting, participant.person_id).split("/")[-2].replace(".", ":")) is None


def test_register_lists_who_takes_part_on_that_day_with_what_they_said(
    meeting: Meeting, participant: Participant
) -> None:
    """Not who left before or joins after; somebody with two places once."""
    group = meeting.group
    make.ParticipantFactory(place=participant.place, until=date(2027, 1, 11))
    make.ParticipantFactory(place=participant.place, since=date(2027, 1, 13))
    make.ParticipantFactory(place=make.PlaceFactory(group=group), person=participant.person)
    make.ParticipantFactory()
    _say(meeting, participant.person, "substitute", "Li Wei")

    lines = registers.register_of(meeting)

    assert [(line.person, line.said, line.mark) for line in lines] == [(participant.person, "sends Li Wei", "")]


def test_register_costs_the_same_for_one_person_and_for_many(
    meeting: Meeting, participant: Participant, django_assert_num_queries: object
) -> None:
    """Three queries: people, answers, marks."""
    for _count in range(4):
        make.ParticipantFactory(place=participant.place)

    with django_assert_num_queries(3):  # type: ignore[operator]
        registers.register_of(meeting)


def test_mark_person_can_be_changed(meeting: Meeting, participant: Participant, leader: User) -> None:
    """Thumbs slip; before the register is closed that is nobody's business."""
    _mark(meeting, participant.person, "absent", leader)

    _mark(meeting, participant.person, "substitute", leader, " Li Wei ")

    row = Attendance.objects.get()
    assert (row.mark, row.substitute_name, row.school) == (
        "substitute",
        "Li Wei",
        participant.place.enrolment.school,
    )
    assert not JournalEntry.objects.exists()


def test_mark_person_is_refused_with_a_reason(meeting: Meeting, participant: Participant, leader: User) -> None:
    """Still to come, nameless substitute, takes no part, cancelled."""
    said = []
    stranger = make.PersonFactory(name="Sid Stranger")
    for person, mark, now in (
        (participant.person, "present", DAY - timedelta(days=1)),
        (participant.person, "substitute", AFTER),
        (stranger, "present", AFTER),
    ):
        with pytest.raises(registers.CannotMark) as problem:
            _mark(meeting, person, mark, leader, now=now)
        said.append(str(problem.value))
    meeting.move_to("cancelled", by=None)
    said.append(registers.why_not_markable(meeting, AFTER))

    assert said == [
        "This meeting is still to come. The register opens on its day.",
        "Say who came as the substitute.",
        "Sid Stranger does not take part in this group on that day.",
        "This meeting has been cancelled: there is no register.",
    ]


def test_close_register_holds_the_meeting_when_everybody_is_marked(
    meeting: Meeting, participant: Participant, leader: User
) -> None:
    """Whoever is missing is named."""
    second = make.ParticipantFactory(place=participant.place, person__name="Una Unmarked")
    _mark(meeting, participant.person, "present", leader)
    with pytest.raises(registers.CannotMark) as problem:
        registers.close_register(meeting=meeting, by=leader, now=AFTER)
    _mark(meeting, second.person, "apologies", leader)

    registers.close_register(meeting=meeting, by=leader, now=AFTER)
    registers.close_register(meeting=meeting, by=leader, now=AFTER)

    meeting.refresh_from_db()
    assert str(problem.value) == "Not marked yet: Una Unmarked."
    assert meeting.status == Meeting.Status.HELD
    assert JournalEntry.objects.about(meeting).get().what == "Register complete"


def test_correction_after_closing_is_journalled(meeting: Meeting, participant: Participant, leader: User) -> None:
    """Who changed what from what."""
    _mark(meeting, participant.person, "absent", leader)
    registers.close_register(meeting=meeting, by=leader, now=AFTER)

    _mark(meeting, participant.person, "substitute", leader, "Li Wei")

    entry = JournalEntry.objects.get(what="Register corrected")
    assert (entry.by, entry.changed) == (leader, {"Tam Teacher": ["Absent", "Substitute (Li Wei)"]})


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((5, 6, 13), "5 came, 1 did not, 7 still to be marked"),
        ((0, 0, 2), "0 came, 2 still to be marked"),
        ((12, 13, 13), "12 came, 1 did not: everybody is marked"),
        ((13, 13), "13 came"),
        ((5, 6), "5 came, 1 did not"),
    ],
)
def test_came_words_say_each_number_once(numbers: tuple[int, ...], said: str) -> None:
    assert came_words(*numbers) == said
