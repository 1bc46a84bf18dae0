"""Two records of one person made one: every row of every app that names the one names the other afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry, Notice
from programmes.models import Agreement, EnrolledTeacher
from schools.actions.merging import CannotMerge, clashes, is_single, label_of, links_to, merge
from schools.models import MergedPerson, NewsChoice, NotSame, Person, Role, User
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL, TEACHER
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.models import Answer, Attendance, Participant


def test_every_link_that_stands_once_only_for_a_person_has_a_rule() -> None:
    """A new one fails here until its app has said what becomes of two rows that meet."""
    ours = {"schools.NotSame.first", "schools.NotSame.second", "schools.User.person"}  # settled by the merge itself
    ours |= {"account.EmailAddress.user", "mfa.Authenticator.user"}
    ours |= {"schools.User_groups.user", "schools.User_user_permissions.user"}
    single = {label_of(field) for one in (Person, User) for field in links_to(one) if is_single(field)}

    assert single == ours | clashes().keys()


@pytest.fixture
def side(db: None) -> Side:
    """A world in which a teacher has done everything."""
    with clock.fixed(NOW):
        return make_side()


def _everything(side: Side, person: Person, **at: Any) -> None:
    """A row of every kind that names this person, where the world makes none."""
    moment = NOW + timedelta(days=at.get("days", 0))
    Answer.objects.create(meeting=side.meeting, person=person, kind=at.get("kind", "coming"), answered_at=moment)
    Attendance.objects.create(
        meeting=side.meeting, person=person, school=side.school, mark=at.get("mark", "present"), marked_at=moment
    )
    NewsChoice.objects.create(person=person, wants=at.get("wants", True), at=moment, how="Asked")


def _left(person: Person, pk: int) -> dict[str, int]:
    found = {
        label_of(field): field.model._base_manager.filter(**{field.name: pk}).count() for field in links_to(Person)
    }
    return {label: number for label, number in found.items() if number}


def test_everything_follows_and_nothing_names_the_record_that_went(side: Side) -> None:
    gone, kept = side.users[TEACHER].person, make.PersonFactory(name="Jo Kept", email="", school=side.school)
    third, was = make.PersonFactory(), side.users[TEACHER]
    _everything(side, gone)
    NotSame.objects.create(first=gone, second=third, at=NOW)
    NotSame.objects.create(first=gone, second=kept, at=NOW)
    make.LetterRecipientFactory(person=gone)
    Notice.objects.create(kind="x", target="y", recipient=f"person:{gone.pk}", occurrence="z", due_at=NOW, name="Jo")
    JournalEntry.objects.create(at=NOW, by=was, what="Tried", record="x:1", label="One")
    before, number = _left(gone, gone.pk), gone.pk
    assert len(before) >= 8

    merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)

    after = {label: count for label, count in _left(kept, kept.pk).items() if not label.startswith("schools.NotSame")}
    assert _left(kept, number) == {}
    assert after == {
        **{label: count for label, count in before.items() if not label.startswith("schools.NotSame")},
        "schools.MergedPerson.kept": 1,
    }
    assert NotSame.objects.filter(first=third, second=kept).exists() or NotSame.objects.filter(first=kept).exists()
    assert User.objects.get(person=kept) == was
    kept.refresh_from_db()
    assert kept.email == was.email
    assert Notice.objects.get(kind="x").recipient == f"person:{kept.pk}"
    assert MergedPerson.objects.get().number == number


def test_rows_that_meet_are_settled_by_what_they_say(side: Side) -> None:
    gone = side.users[TEACHER].person
    kept = make.make_user(TEACHER, name=gone.name, school=side.school).person
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=kept)
    make.ParticipantFactory(place=side.place, person=kept, since=NOW.date())
    _everything(side, kept, mark="absent", kind="coming", wants=True, days=2)
    _everything(side, gone, mark="present", kind="not_coming", wants=False, days=1)
    roles = Role.objects.filter(person__in=(kept, gone)).count()
    theirs = User.objects.get(person=gone).email

    with clock.fixed(NOW):
        merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)
        delivery.deliver_due()

    assert sorted(str(one) for one in EnrolledTeacher.objects.filter(enrolment=side.enrolment)) == [
        str(kept),
        "To be named",
    ]
    assert Participant.objects.filter(place=side.place, person=kept).count() == 1
    assert Attendance.objects.get(person=kept).mark == "present"
    assert Answer.objects.get(person=kept).kind == "coming"
    assert NewsChoice.objects.get(person=kept).wants is False
    assert Role.objects.filter(person=kept).count() == roles - 1
    assert [message.to for message in mail.outbox if theirs in str(message.to)] != []
    assert not User.objects.filter(email=theirs).exists()


def test_place_that_a_register_brought_beyond_the_programme_goes_where_two_were_one(side: Side) -> None:
    """Else the school would be asked, and chased, for a third teacher of a programme for two."""
    gone, kept = (make.PersonFactory(school=side.school) for _ in range(2))
    for person in (kept, gone):
        make.EnrolledTeacherFactory(enrolment=side.enrolment, person=person)
    assert EnrolledTeacher.objects.filter(enrolment=side.enrolment).count() == side.offer.teachers_per_school + 1

    with clock.fixed(NOW):
        merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)

    assert {one.person for one in EnrolledTeacher.objects.filter(enrolment=side.enrolment)} == {
        side.users[TEACHER].person,
        kept,
    }


def test_word_that_both_sign_ins_gave_for_one_enrolment_stays_once_as_given_first(side: Side) -> None:
    gone, kept = side.users[HEADTEACHER], make.make_user(HEADTEACHER, school=side.school)
    text = make.AgreementTextFactory()
    for user, days in ((kept, 0), (gone, -1)):
        Agreement.objects.create(
            enrolment=side.enrolment, text=text, name=user.person.name, by=user, at=NOW + timedelta(days=days)
        )

    merge(kept=kept.person, gone=gone.person, by=side.users[NATIONAL], now=NOW)

    (word,) = Agreement.objects.filter(text=text)
    assert (word.by, word.name, word.at) == (kept, gone.person.name, NOW - timedelta(days=1))


def test_what_no_rule_knew_of_is_said_in_words(side: Side) -> None:
    gone, kept = side.users[TEACHER].person, make.PersonFactory(school=side.school)
    make.EnrolledTeacherFactory(enrolment=make.EnrolmentFactory(school=side.school), person=kept)
    # As a constraint would be that a later version brings and no rule says anything of.
    connection.check_constraints()  # PostgreSQL makes no index while some wait for the end
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX once ON {EnrolledTeacher._meta.db_table} (person_id)")

    with pytest.raises(CannotMerge, match="Nothing was changed"):
        merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)

    assert EnrolledTeacher.objects.filter(person=gone).count() == 1


def test_later_consent_of_an_advocate_stands_and_the_earlier_stays_on_record(side: Side) -> None:
    kept, gone = make.PersonFactory(school=side.school), make.PersonFactory(school=side.school)
    earlier = make.AdvocateFactory(person=kept, school=side.school, given_on=date(2026, 10, 1))
    later = make.AdvocateFactory(person=gone, school=side.school, given_on=date(2026, 11, 1))

    merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)
    earlier.refresh_from_db()
    later.refresh_from_db()

    assert (earlier.person, later.person) == (kept, kept)
    assert (earlier.withdrawn_at, later.withdrawn_at) == (later.entered_at, None)


def test_whoever_took_over_from_somebody_is_not_merged_with_them(side: Side) -> None:
    teacher, other = side.users[TEACHER].person, make.PersonFactory(school=side.school)
    make.ReplacementFactory(person=teacher, successor=other, school=side.school)

    with pytest.raises(CannotMerge, match="One of the two took over from the other"):
        merge(kept=other, gone=teacher, by=side.users[NATIONAL], now=NOW)

    assert Person.objects.filter(pk=teacher.pk).exists()


def test_two_leaders_of_one_hub_are_not_merged(side: Side) -> None:
    other = make.LeaderFactory(hub=side.hub, kind=side.leader.kind)

    with pytest.raises(CannotMerge, match="Both lead groups"):
        merge(kept=side.leader.person, gone=other.person, by=side.users[NATIONAL], now=NOW)

    assert Person.objects.filter(pk=other.person_id).exists()


def test_hub_merges_only_whom_it_may_correct(side: Side) -> None:
    stranger = make.make_user(HUB_LEAD, hub=make.HubFactory()).person

    with pytest.raises(CannotMerge, match="correct the details of both"):
        merge(kept=side.users[TEACHER].person, gone=stranger, by=side.users[HUB_LEAD], now=NOW)


def test_hub_merges_nobody_who_is_to_have_a_mightier_role(side: Side) -> None:
    """A role that begins next term would go to the record that stays."""
    coming = make.PersonFactory(school=side.school)
    make.RoleFactory(person=coming, kind=NATIONAL, starts_on=NOW.date() + timedelta(days=30))

    with pytest.raises(CannotMerge, match="correct the details of both"), clock.fixed(NOW):
        merge(kept=side.users[TEACHER].person, gone=coming, by=side.users[HUB_LEAD], now=NOW)


def test_second_press_says_that_it_is_done(side: Side) -> None:
    kept, gone = make.PersonFactory(), make.PersonFactory()
    again = Person.objects.get(pk=gone.pk)
    merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)

    with pytest.raises(CannotMerge, match="Nothing was done twice"):
        merge(kept=kept, gone=again, by=side.users[NATIONAL], now=NOW)


def test_account_whose_address_has_passed_on_brings_no_address(side: Side) -> None:
    school: Any = side.school
    gone = make.make_user(TEACHER, school=school).person
    User.objects.filter(person=gone).update(email="user-1@passed-on.invalid", is_active=False)
    kept = make.PersonFactory(email="kept@new.example.org", school=school)

    merge(kept=kept, gone=gone, by=side.users[NATIONAL], now=NOW)

    kept.refresh_from_db()
    assert kept.email == "kept@new.example.org"
