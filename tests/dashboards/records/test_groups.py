"""Groups, people, attendance and visits: what still runs is taken over running, what has been is told to nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from funding.actions import reconcile_awards
from funding.models import Award
from hubportal.core import clock, notices
from hubportal.core.models import Notice
from hubportal.core.records import record_key
from hubportal.dashboards.actions.records import undoing, uploads, work
from programmes.models import Enrolment, Leader
from schools import roles
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.dashboards.records.bringing import bring, bring_in, counts, done, look_at, outcomes, take_back
from tests.world import NOW, Side
from workgroups.actions.groups import reconcile_participants
from workgroups.models import Attendance, Group, Meeting, Participant, Visit

pytestmark = pytest.mark.django_db
HEADINGS = ["Work Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1", "Meeting 2"]


def _school(side: Side, name: str) -> str:
    return str(make.SchoolFactory(name=name, authority=side.school.authority).name)


def _groups(side: Side) -> list[list[str]]:
    phase = side.offer.phase.name
    hill, vale = _school(side, "Hill Top Primary School"), _school(side, "Vale Junior School")
    return [
        HEADINGS,
        ["North", phase, "2026/27", "Lee Leader", hill, "Ann Able; Ben Bold", "6 Oct 2026", "Tue 26 January 2027"],
        ["North", phase, "2026/27", "Lee Leader", vale, "Cat Clay", "6 Oct 2026", "Tue 26 January 2027"],
        ["Old", phase, "2024/25", "Lee Leader", hill, "", "2024-10-08", ""],
    ]


def test_a_running_group_is_taken_over_with_reminders_ahead_and_nothing_of_the_past(side: Side) -> None:
    make.RateFactory(offer=side.offer)
    before = set(Notice.objects.values_list("pk", flat=True))

    upload = bring("groups", _groups(side), hub=side.hub, by=side.users["hub_lead"])
    reconcile_participants(now=NOW)
    reconcile_awards(now=NOW)
    notices.sweep(NOW)

    assert counts(upload) == {"create": 3}
    north, old = Group.objects.get(name="North"), Group.objects.get(name="Old")
    assert (north.status, old.status, north.places_taken) == ("running", "completed", 2)
    assert [(one.number, one.status) for one in north.meetings.order_by("starts_at")] == [(1, "held"), (2, "planned")]
    assert Participant.objects.filter(place__group=north).count() == 3
    told = Notice.objects.exclude(pk__in=before).filter(about__contains="North")
    assert set(told.values_list("kind", flat=True)) == {"meeting_reminder"}
    assert told.filter(due_at__lt=NOW).count() == 0
    new = Notice.objects.exclude(pk__in=before).exclude(about__contains=side.group.name)
    assert new.filter(kind__in=("award_made", "year_dates", "invitation")).count() == 0
    # The award of this year follows, that of the past does not.
    assert list(
        Award.objects.filter(enrolment__places__group__in=(north, old)).values_list("enrolment__offer__year", flat=True)
    ) == [2026, 2026]
    assert not User.objects.filter(person__name="Lee Leader").exists()


def test_running_group_without_meetings_leads_to_planning_them(side: Side) -> None:
    _heads, line, *_rest = _groups(side)
    bring("groups", [HEADINGS[:6], line[:6]], hub=side.hub, by=side.users["hub_lead"])
    north = Group.objects.get(name="North")

    before = side.browser("hub_lead").get(north.get_absolute_url()).text
    make.MeetingFactory(group=north, number=1, starts_at=NOW - timedelta(days=30), status="held")
    after = side.browser("hub_lead").get(north.get_absolute_url()).text

    said = [("No meetings yet" in page, "All meetings are over" in page) for page in (before, after)]
    assert said == [(True, False), (False, True)]
    assert f'class="btn" href="{reverse("workgroups:meeting-plan", args=[north.pk])}"' in before


def test_groups_brought_again_are_there_and_taken_back_are_gone(side: Side) -> None:
    table = _groups(side)
    tables = (Group, Enrolment, Meeting, Participant, Person, Leader, Role, Visit, Award)
    before = [model.objects.count() for model in tables]

    first = bring("groups", table, hub=side.hub, by=side.users["hub_lead"])
    make.RateFactory(offer=side.offer)
    reconcile_awards(now=NOW)
    second = bring("groups", table, hub=side.hub, by=side.users["hub_lead"])
    result = take_back(first).result

    assert counts(second) == {"same": 3}
    assert result["kept"] == 0, [line.kept for line in first.lines.exclude(kept="")]
    assert [model.objects.count() for model in tables] == before


def test_group_that_was_there_has_its_places_again_and_no_reminder_of_a_meeting_that_went(side: Side) -> None:
    group, hill = side.group, _school(side, "Hill Top Primary School")
    Group.objects.filter(pk=group.pk).update(places_taken=1)
    line = [group.name, side.offer.phase.name, "2026/27", str(group.leader), hill, "", "26 January 2027", ""]
    upload = bring("groups", [HEADINGS, line], hub=side.hub, by=side.users["hub_lead"])
    meeting = record_key(Meeting.objects.get(group=group, starts_at__date="2027-01-26"))
    reminders = Notice.objects.filter(target=meeting).values_list("state", flat=True)
    group.refresh_from_db()
    taken, planned = group.places_taken, set(reminders)

    take_back(upload)

    group.refresh_from_db()
    assert (taken, group.places_taken) == (2, 1)
    assert (planned, set(reminders.all())) == ({"planned"}, {"cancelled"})


def test_meetings_with_registers_of_others_stay_however_many_marks_there_are(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "BATCH", 4)
    upload = bring("groups", _groups(side), hub=side.hub, by=side.users["hub_lead"])
    first, second = Group.objects.get(name="North").meetings.order_by("starts_at")
    marks = [
        Attendance.objects.create(meeting=meeting, person=make.PersonFactory(), mark="present", marked_at=NOW).pk
        for meeting in (*[first] * 5, second)
    ]

    take_back(upload)

    assert Attendance.objects.filter(pk__in=marks).count() == len(marks)
    assert set(Meeting.objects.filter(group__name="North")) == {first, second}


def test_who_stays_with_a_group_keeps_the_role_for_it(side: Side) -> None:
    """A register came on top: the group stays whole, with what its leader sees and its teachers are."""
    lead = side.users["hub_lead"]
    upload = bring("groups", _groups(side), hub=side.hub, by=lead)
    register = [["Name", "Group", "Date", "Mark"], ["Ann Able", "North", "6 Oct 2026", "Y"]]
    bring("attendance", register, hub=side.hub, by=lead, constants={"year": "2026/27"})

    take_back(upload)

    hill, vale = Group.objects.get(name="North").places.order_by("pk")
    held = Role.objects.filter(person__name__in=("Lee Leader", "Ann Able", "Cat Clay", "Ben Bold"))
    there = [sorted(one.person.name for one in place.participants.all()) for place in (hill, vale)]
    assert there == [["Ann Able", "Ben Bold"], ["Cat Clay"]]
    assert [str(one.person) for one in vale.enrolment.teachers.all()] == ["Cat Clay"]
    assert set(held.values_list("person__name", "kind", "school")) == {
        ("Lee Leader", "specialist", None),
        *(("Lee Leader", "leads_school", place.enrolment.school_id) for place in (hill, vale)),
        *((name, "teacher", hill.enrolment.school_id) for name in ("Ann Able", "Ben Bold")),
        ("Cat Clay", "teacher", vale.enrolment.school_id),
    }


def test_who_joins_after_the_cut_over_gets_the_dates(side: Side) -> None:
    bring("groups", _groups(side), hub=side.hub, by=side.users["hub_lead"])
    later = datetime(2027, 1, 13, 9, tzinfo=UTC)
    place = Group.objects.get(name="North").places.order_by("pk")[0]

    with clock.fixed(later):
        make.EnrolledTeacherFactory(enrolment=place.enrolment, person=make.PersonFactory(name="New Comer"))
        reconcile_participants(now=later)

    told = Notice.objects.filter(kind="year_dates", about__contains="North")
    assert list(told.values_list("name", flat=True)) == ["New Comer"]


def test_a_register_with_dates_as_headings_and_a_leaver(side: Side) -> None:
    bring("groups", _groups(side), hub=side.hub, by=side.users["hub_lead"])
    table = [
        ["Name", "School", "Group", "6/10/26", "3 Nov 2026", "26/01/2027"],
        ["Ann Able", "Hill Top Primary", "North", "Y", "A", ""],
        ["Cat Clay", "Vale Junior", "North", "yes", "n", ""],
        ["Dee Dent", "Vale Junior", "North", "", "Present", ""],
        ["Ben Bold", "Hill Top Primary", "North", "", "", "P"],
        ["Ben Bold", "Hill Top Primary", "South", "P", "", ""],
    ]

    upload = bring("attendance", table, hub=side.hub, by=side.users["hub_lead"], constants={"year": "2026/27"})
    table[1][4] = "P"
    again = bring("attendance", table, hub=side.hub, by=side.users["hub_lead"], constants={"year": "2026/27"})

    unplanned = "North has no meeting on 3 November 2026: one is entered as held. The nearest is of 6 October 2026."
    assert (upload.counts["unplanned"], again.counts["unplanned"]) == (1, 0)
    assert outcomes(upload)[1][1].splitlines()[1] == unplanned
    # "A" is a mark that nobody has explained.
    assert [outcome for outcome, _words in outcomes(upload)] == ["ask", "create", "create", "error", "error"]
    assert outcomes(upload)[3][1] == "The meeting of 26 January 2027 is still to come."
    assert [outcome for outcome, _words in outcomes(again)] == ["create", "same", "same", "error", "error"]
    marks = Attendance.objects.filter(meeting__group__name="North").order_by("person__name", "meeting__starts_at")
    assert [(one.person.name, one.mark) for one in marks] == [
        ("Ann Able", "present"),
        ("Ann Able", "present"),
        ("Cat Clay", "present"),
        ("Cat Clay", "absent"),
        ("Dee Dent", "present"),
    ]
    numbers = Meeting.objects.filter(group__name="North").order_by("starts_at").values_list("number", "status")
    assert list(numbers) == [(1, "held"), (2, "held"), (3, "planned")]


def test_two_people_of_one_name_are_told_apart_by_their_reference_numbers(side: Side) -> None:
    table = [
        ["Name", "School", "TRN"],
        ["Yas Khan", side.school.name, "1234567"],
        ["Yas Khan", side.school.name, "7654321"],
        ["Yas Khan", side.school.name, "12 34567"],
    ]

    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])

    said = f"Yas Khan has another teacher reference number at {side.school.name}. Are they two people?"
    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "error", "same"]
    assert outcomes(upload)[1][1] == said
    assert Person.objects.get(name="Yas Khan").trn == "1234567"


def test_a_school_of_the_register_is_the_one_from_which_somebody_of_the_name_takes_part(side: Side) -> None:
    """Two schools are called alike; the group has one of them, and is not asked about for those who take part."""
    for town in ("Hinckley", "Barwell"):
        make.SchoolFactory(name="St Mary's Primary School", town=town, authority=side.school.authority)
    phase, lead = side.offer.phase.name, side.users["hub_lead"]
    group = ["North", phase, "2026/27", "Lee Leader", "St Mary's Primary School", "Hinckley", "Ann Able", "6 Oct 2026"]
    headings = ["Work Group", "Programme", "Year", "Leader", "School", "Town", "Teachers", "Meeting"]
    bring("groups", [headings, group], hub=side.hub, by=lead)
    table = [
        ["Name", "School", "Group", "Date", "Mark"],
        ["Ann Able", "St Mary's Primary School", "North", "6 Oct 2026", "Y"],
        ["Bo Bold", "St Mary's Primary School", "North", "6 Oct 2026", "Y"],
    ]

    upload = bring("attendance", table, hub=side.hub, by=lead, constants={"year": "2026/27"})

    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "ask"]


def test_leader_is_who_leads_and_no_namesake(side: Side) -> None:
    """Neither somebody of the same name at another school, nor what is over, is the role that the file tells of."""
    lead, kind, school = side.users["hub_lead"], roles.SPECIALIST, side.school
    again = make.PersonFactory(name="Eve Ended", school=school)
    over = {"starts_on": date(2023, 9, 1), "ends_on": date(2026, 8, 31)}
    make.LeaderFactory(person=again, hub=side.hub, kind=kind, **over)
    make.LeaderFactory(person=make.PersonFactory(name="Lee Long"), hub=side.hub, kind=kind)
    emails = {"Lee Long": "long@people.example.org"}
    bare = make.PersonFactory(name="Bo Bare", email="", school=None)
    make.LeaderFactory(person=bare, hub=side.hub, kind=kind, school=None)
    names = ("Eve Ended", "Lee Long", "Bo Bare")
    lines = ([name, school.name, "Mastery Specialist", emails.get(name, "")] for name in names)
    table = [["Name", "School", "Role", "E-mail"], *lines]

    upload = bring("people", table, hub=side.hub, by=lead)
    second = bring("people", table, hub=side.hub, by=lead)

    made = Leader.objects.filter(person__school=school, person__name__in=names, ends_on=None).order_by("person__name")
    assert [(one.person.name, one.starts_on) for one in made] == [
        ("Eve Ended", date(2026, 9, 1)),
        ("Lee Long", date(2026, 9, 1)),
    ]
    assert made[0].person == again
    assert (
        "Bo Bare is a Mastery Specialist, without school or address on record, and stays so." in outcomes(upload)[2][1]
    )
    assert counts(second) == {"same": 3}


def test_a_visit_takes_the_place_of_the_one_that_was_owed(side: Side) -> None:
    bring("groups", _groups(side), hub=side.hub, by=side.users["hub_lead"])
    table = [
        ["School", "Date of visit", "Visited by", "Notes", "Days"],
        ["Hill Top Primary School", "12th Nov 2026", "Lee Leader", "=HYPERLINK(1)", "0.5"],
        ["Hill Top Primary School", "12/11/2026", "Nobody Known", "", ""],
        ["Vale Junior School", "1.2.27", "", "", ""],
    ]
    before = Visit.objects.filter(group__name="North").count()

    upload = bring("visits", table, hub=side.hub, by=side.users["hub_lead"])
    done = Visit.objects.select_related("log").get(group__name="North", status="done")
    after = Visit.objects.filter(group__name="North").count()
    take_back(upload)

    assert counts(upload) == {"create": 1, "error": 2}
    assert (done.term, done.log.shared, done.half_days) == (1, "=HYPERLINK(1)", 1)
    assert (before, after, Visit.objects.filter(group__name="North", status="to_book").count()) == (
        before,
        before,
        before,
    )


def test_teachers_of_a_group_come_with_their_addresses(side: Side) -> None:
    known = make.PersonFactory(name="Ann Able", email="", school=side.school)
    other = make.PersonFactory(name="Cat Clay", email="old@people.example.org", school=side.school)
    line = ["N", side.offer.phase.name, "2024/25", "Lee Leader", side.school.name]
    table = [
        ["Group", "Programme", "Year", "Leader", "School", "Teacher 1", "Email 1", "Teacher 2", "Email 2"],
        [*line, "Ann Able", "ann@people.example.org", "Ben Bold", "ben@people.example.org"],
        [*line, "Cat Clay", "cat@people.example.org", "", ""],
    ]

    bring("groups", table, hub=side.hub, by=side.users["hub_lead"])

    for one in (known, other):
        one.refresh_from_db()
    made = Person.objects.get(name="Ben Bold")
    assert [one.email for one in (known, made, other)] == [
        "ann@people.example.org",
        "ben@people.example.org",
        "old@people.example.org",
    ]


def test_national_file_that_a_hub_brings_in_is_the_hubs(side: Side) -> None:
    """What is another hub's is brought only where the national team presses too."""
    other = make.SchoolFactory(name="Far Away Primary School")
    table = [
        ["Name", "Email address", "URN", "School"],
        ["Jo Hill", "jo@people.example.org", str(other.urns.get().urn), other.name],
    ]
    upload = look_at("people", table, hub=side.hub, by=side.users["national"])
    before = outcomes(upload)[0][0]

    uploads.bring_in(upload=upload, by=side.users["hub_admin"], now=NOW, seen=uploads.preview_of(upload))
    done(work.APPLY)

    assert (before, outcomes(upload)[0][0]) == ("create", "error")


def test_people_are_found_by_name_and_address_and_nobody_is_invited(side: Side) -> None:
    known = make.PersonFactory(name="Dr Jo Hill", email="jo@people.example.org", school=side.school)
    signs_in = side.users["teacher"].person
    Role.objects.filter(kind=roles.HEADTEACHER, school=side.school).delete()
    table = [
        ["Surname", "Forename", "Email address", "School", "Role", "Tel"],
        ["Hill", "Jo", "JO@people.example.org", side.school.name, "HT / Maths lead", "01632 960001"],
        ["New", "Nia", "nia@people.example.org", side.school.name, "TA", ""],
        [
            signs_in.name.split()[1],
            signs_in.name.split()[0],
            "other@people.example.org",
            side.school.name,
            "teacher",
            "",
        ],
        ["Bad", "Bo", "bo at example", side.school.name, "", ""],
        ["Odd", "Ola", "", side.school.name, "Wizard", ""],
    ]
    users = User.objects.count()

    upload = look_at("people", table, hub=side.hub, by=side.users["hub_admin"])
    asked = upload.unknown["words"]
    bring_in(upload)

    known.refresh_from_db()
    signs_in.refresh_from_db()
    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "create", "same", "error", "ask"]
    assert (known.phone, sorted(known.roles.values_list("kind", flat=True))) == (
        "01632 960001",
        ["headteacher", "maths_lead"],
    )
    assert signs_in.email == side.users["teacher"].email
    assert User.objects.count() == users
    assert asked == {"role": {"wizard": 1}}


@pytest.mark.parametrize("heading", ["School", "URN"])
def test_a_school_is_found_by_the_number_in_its_cell(side: Side, heading: str) -> None:
    """Whatever column it stands in; a number that is nobody's is said, and beside a name the name is looked for."""
    School.objects.filter(pk=side.school.pk).update(establishment_number=2001)
    urn, la = str(side.school.urns.get().urn), side.school.authority.code
    cells = [urn, f"{la}/2001", f"{la}2001", "999999", "999/9999"]
    if heading == "School":
        cells += [f"{urn} Another Name", f"999999 {side.school.name}"]
    table = [["Name", heading], *([f"Nia New {'abcdefg'[at]}", cell] for at, cell in enumerate(cells))]

    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])

    said = ["No school has the URN 999999.", "No school has the number 999/9999."]
    assert [words for outcome, words in outcomes(upload) if outcome == "error"] == said
    assert Person.objects.filter(name__startswith="Nia New", school=side.school).count() == len(cells) - 2


def test_an_old_number_leads_to_the_school_that_kept_it(side: Side) -> None:
    before = make.SchoolFactory(authority=side.school.authority, succeeded_by=side.school)
    School.objects.filter(pk__in=(before.pk, side.school.pk)).update(establishment_number=2001)
    table = [["School", "Programme", "Year"], [f"{side.school.authority.code}/2001", side.offer.phase.name, "2024/25"]]

    bring("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert Enrolment.objects.get(offer__year=2024).school == side.school
