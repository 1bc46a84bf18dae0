"""Replacing somebody from a day: attendance stays with the person, expectations with the school."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hubportal.core import clock, notices
from hubportal.core.models import JournalEntry, Notice
from programmes.models import EnrolledTeacher, FormDraft, Interest
from schools import roles
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from workgroups.actions import groups, leading, passing, registers, replacing, taking_effect
from workgroups.actions.duties import duties_of
from workgroups.actions.outlook import stays_open
from workgroups.models import Group, Meeting, Participant, Place, Replacement

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
BEN = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org", job_title="Year 4")


def first_place(group: Group) -> Place:
    return group.places.select_related("enrolment__school").earliest("pk")


def teacher_of(held: Place) -> Person:
    return held.participants.earliest("pk").person


def replace(
    person: Person, by: User, *, from_on: date, to: replacing.Newcomer | None = BEN, now: Any = NOW, **rest: Any
) -> Replacement:
    """All that somebody does passes on."""
    by = User.objects.get(pk=by.pk)
    with clock.fixed(now):
        plan = plan_of(person, by, from_on=from_on, to=to, now=now, **rest)
        return replacing.replace(plan=plan, by=by, now=now)


def plan_of(person: Person, by: User, *, now: Any, to: replacing.Newcomer | None = BEN, **rest: Any) -> replacing.Plan:
    duties = duties_of(person, by=by, today=now.astimezone(clock.LONDON).date())
    school = next((duty.school for duty in duties if duty.school), None)
    return replacing.Plan(**{"person": person, "newcomer": to, "duties": duties, "school": school, **rest})


def names(meeting: Meeting) -> list[str]:
    return sorted(line.person.name for line in registers.register_of(meeting))


def day_of(meeting: Meeting) -> date:
    return meeting.starts_at.astimezone(clock.LONDON).date()


def test_meeting_on_the_day_is_the_newcomers_and_those_before_stay_with_who_left(group: Group, staff: User) -> None:
    """Of a day that is still to come the newcomer has all dates and reminders at once, who leaves only until then."""
    held = first_place(group)
    ada = teacher_of(held)
    first, second, third = group.meetings.order_by("starts_at")

    change = replace(ada, staff, from_on=day_of(second))

    ben = Person.objects.get(name="Ben Bo")
    there = [[name for name in names(one) if name in {ada.name, "Ben Bo"}] for one in (first, second, third)]
    assert there == [[ada.name], ["Ben Bo"], ["Ben Bo"]]
    assert change.status == Replacement.Status.PLANNED
    assert EnrolledTeacher.objects.get(person=ada).enrolment == held.enrolment
    due = Notice.objects.filter(kind="meeting_reminder", state="planned")
    dates = {
        person: {row.occurrence[-10:] for row in due.filter(recipient=f"person:{person.pk}")} for person in (ada, ben)
    }
    assert dates == {ada: {f"{day_of(first)}"}, ben: {f"{day_of(second)}", f"{day_of(third)}"}}
    assert Notice.objects.filter(kind="year_dates", recipient=f"person:{ben.pk}", state="planned").count() == 1
    assert not Notice.objects.filter(kind="invitation", recipient=f"person:{ben.pk}").exists()


def test_planned_replacement_takes_effect_on_its_day_once(group: Group, staff: User) -> None:
    held = first_place(group)
    ada = teacher_of(held)
    day = date(2027, 1, 1)
    make.RoleFactory(person=ada, kind=roles.TEACHER, school=held.enrolment.school)
    replace(ada, staff, from_on=day)
    night = clock.at_london(day, 0)

    done = [taking_effect.take_effect_due(now=night - timedelta(minutes=1))]
    done += [taking_effect.take_effect_due(now=night) for _ in range(2)]
    for _ in range(2):
        groups.reconcile_participants(now=night)

    ben = Person.objects.get(name="Ben Bo")
    assert done == [0, 1, 0]
    assert EnrolledTeacher.objects.get(enrolment=held.enrolment, person__isnull=False).person == ben
    rows = Participant.objects.filter(place=held).order_by("since").values_list("person", "since", "until")
    assert list(rows) == [(ada.pk, TODAY, date(2026, 12, 31)), (ben.pk, day, None)]
    assert Notice.objects.get(kind="invitation", recipient=f"person:{ben.pk}").due_at == clock.at_london(day)
    access = {role.person_id: (role.starts_on, role.ends_on) for role in Role.objects.filter(kind=roles.TEACHER)}
    assert access[ada.pk][1] == date(2026, 12, 31)
    assert access[ben.pk] == (day, None)


def test_past_day_is_refused_where_the_leaver_was_at_a_later_meeting(group: Group, staff: User) -> None:
    """A mark as absent stays in the register with who was expected then; the newcomer is still to be marked."""
    ada = teacher_of(first_place(group))
    first = group.meetings.earliest("starts_at")
    after = first.ends_at + timedelta(days=1)
    registers.mark_person(meeting=first, person=ada, mark="present", by=staff, now=first.ends_at)

    with pytest.raises(passing.CannotReplace, match=f"{ada.name} was at the meeting of "):
        replace(ada, staff, from_on=day_of(first), now=after)
    registers.mark_person(meeting=first, person=ada, mark="absent", by=staff, now=after)
    replace(ada, staff, from_on=day_of(first), now=after)

    lines = {line.person.name: line.mark for line in registers.register_of(first)}
    assert (lines[ada.name], lines["Ben Bo"]) == ("absent", "")
    late = registers.mark_person(
        meeting=first, person=Person.objects.get(name="Ben Bo"), mark="present", by=staff, now=after
    )
    assert late.school == first_place(group).enrolment.school


def test_old_contacts_link_ends_and_their_own_application_stays_theirs(group: Group, staff: User) -> None:
    school = first_place(group).enrolment.school
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__email="mo@people.example.org").person
    theirs = {"school": school, "contact_name": mo.name, "contact_email": mo.email}
    phone = {"contact_phone": "01632 960001", "contact_is_head": True}
    interest = make.InterestFactory(offer=make.OfferFactory(year=2027), **theirs, **phone)
    own = make.InterestFactory(offer=make.OfferFactory(year=2027), for_person=True, trn="1234567", **theirs)

    change = replace(mo, staff, from_on=TODAY)
    found = [Interest.objects.get(pk=one.pk) for one in (interest, own)]
    taking_effect.take_back(change=change, by=staff, now=NOW)
    interest.refresh_from_db()

    assert [(one.contact_name, one.link_number) for one in found] == [("Ben Bo", 2), (mo.name, 1)]
    assert (found[0].contact_phone, found[0].contact_is_head) == ("", False)
    assert found[0].who_agreed == interest.who_agreed == ", ".join(filter(None, (mo.name, interest.contact_job)))
    assert (interest.contact_name, interest.contact_phone, interest.link_number) == (mo.name, "01632 960001", 3)


def test_maths_lead_passes_on_with_open_applications(group: Group, staff: User) -> None:
    school = first_place(group).enrolment.school
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__email="mo@people.example.org").person
    interest = make.InterestFactory(
        school=school, offer=make.OfferFactory(year=2027), contact_name=mo.name, contact_email=mo.email
    )

    replace(mo, staff, from_on=TODAY)

    interest.refresh_from_db()
    held = Role.objects.filter(kind=roles.MATHS_LEAD, school=school).current(TODAY).get()
    assert held.person.name == interest.contact_name == "Ben Bo"
    assert interest.contact_email == "ben@people.example.org"
    assert not School.objects.visible_to(User.objects.create_user("mo@people.example.org", person=mo)).exists()


def test_form_that_is_being_filled_in_passes_on_and_its_old_link_ends(group: Group, staff: User) -> None:
    """What was sent by it, or opened on another day, is not touched; taken back, it is the leaver's again."""
    school = first_place(group).enrolment.school
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__email="mo@people.example.org").person
    contact = {"name": mo.name, "email": mo.email, "phone": "01632 960001", "job_title": "", "is_head": True}
    data = {"schools": [school.pk], "answers": {"contact": contact, "message": {"message": "Soon"}}}
    kept = {"saved_at": NOW, "link_asked_at": NOW, "kept_until": NOW + timedelta(days=30)}
    draft = FormDraft.objects.create(key="begun", data=data, name=mo.name, email=mo.email, **kept)
    other = FormDraft.objects.create(key="other", data={"schools": [school.pk]}, name="Mo Else", email=mo.email, **kept)

    change = replace(mo, staff, from_on=TODAY)
    passed = FormDraft.objects.get(pk=draft.pk)
    taking_effect.take_back(change=change, by=staff, now=NOW + timedelta(hours=1))
    back = FormDraft.objects.get(pk=draft.pk)

    answers = passed.data["answers"]
    assert (passed.name, passed.email, answers["contact"]["is_head"]) == ("Ben Bo", "ben@people.example.org", False)
    assert answers["message"] == {"message": "Soon"}
    assert len({"begun", passed.key, back.key}) == 3
    assert back.data["answers"]["contact"] == contact
    assert set(Notice.objects.filter(kind="form-link").values_list("email", flat=True)) == {
        "ben@people.example.org",
        "mo@people.example.org",
    }
    assert FormDraft.objects.get(pk=other.pk).key == "other"


def test_new_head_is_asked_again_and_the_old_link_ends(group: Group, staff: User) -> None:
    school = first_place(group).enrolment.school
    hal = make.RoleFactory(kind=roles.HEADTEACHER, school=school).person
    named = {"head_name": hal.name, "head_email": hal.email, "head_confirmed_at": NOW}
    interest = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), **named)
    asked = Interest.objects.get(pk=interest.pk).head_asked

    replace(hal, staff, from_on=TODAY)

    interest.refresh_from_db()
    assert (interest.head_name, interest.head_confirmed_at, interest.head_asked) == ("Ben Bo", None, asked + 1)
    asked_by_mail = Notice.objects.filter(kind="interest-head", state="planned").order_by("due_at")
    assert {(row.email, row.occurrence.partition("@")[0][-1]) for row in asked_by_mail} == {
        ("ben@people.example.org", str(asked + 1))
    }
    assert asked_by_mail[0].due_at == NOW


def test_whoever_leaves_the_school_does_nothing_there_any_more(group: Group, staff: User) -> None:
    held = first_place(group)
    school, ada = held.enrolment.school, teacher_of(held)
    for kind in (roles.MATHS_LEAD, roles.TEACHER):
        make.RoleFactory(kind=kind, school=school, person=ada)
    Person.objects.filter(pk=ada.pk).update(school=school)

    change = replace(ada, staff, from_on=TODAY, to=None, leaves=True)

    ada.refresh_from_db()
    assert ada.school is None
    assert not Role.objects.filter(person=ada, school=school).current(TODAY).exists()
    assert not Participant.objects.on(TODAY).filter(person=ada).exists()
    assert change.parts.count() == 4


def test_whoever_leaves_loses_roles_with_a_last_day_too_and_a_cover_contact_is_not_invited(
    group: Group, staff: User
) -> None:
    school = first_place(group).enrolment.school
    cover = make.RoleFactory(kind=roles.COVER, school=school)
    office = make.RoleFactory(kind=roles.OFFICE, school=school, person=cover.person, ends_on=date(2027, 7, 31))
    with clock.fixed(NOW):
        duties = [one for one in duties_of(cover.person, by=staff, today=TODAY) if one.record == cover]

    replacing.replace(plan=replacing.Plan(cover.person, BEN, duties, school, TODAY, leaves=True), by=staff, now=NOW)

    office.refresh_from_db()
    assert office.ends_on == TODAY - timedelta(days=1)
    assert Role.objects.get(person__name="Ben Bo").kind == roles.COVER
    assert not Notice.objects.filter(kind="invitation", name="Ben Bo").exists()


def test_school_and_hub_read_who_leaves_with_nobody_to_follow(group: Group, staff: User, client: Client) -> None:
    school = first_place(group).enrolment.school
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=school).person
    head = make.make_user(roles.HEADTEACHER, school=school)

    change = replace(mo, staff, from_on=date(2027, 1, 1), to=None)

    assert stays_open(change) == [f"Maths lead, {school}: nobody from 1 January 2027"]
    with clock.fixed(NOW):
        client.force_login(head)
        own = client.get(f"/schools/{school.pk}/people/").content.decode()
        client.force_login(staff)
        home, listed = (client.get(path).content.decode() for path in ("/", "/schools/?gap=yes"))
    assert "Maths lead: nobody from 1 January 2027" in own
    assert "Schools whose headteacher or maths lead leaves, nobody follows" in home
    assert "1 school" in listed


def test_history_says_who_replaced_whom_from_when(group: Group, staff: User) -> None:
    held = first_place(group)
    ada = teacher_of(held)

    replace(ada, staff, from_on=date(2027, 1, 1), reason="Moves away")

    told = JournalEntry.objects.filter(note=f"{ada} by Ben Bo, from 1 January 2027: Moves away")
    assert {entry.record.partition(":")[0] for entry in told} == {
        "schools.person",
        "schools.school",
        "programmes.enrolment",
        "workgroups.group",
    }


@pytest.mark.parametrize("from_on", [TODAY - timedelta(days=1), TODAY, date(2027, 1, 1)])
def test_replacement_is_taken_back_as_if_it_had_not_been(group: Group, staff: User, from_on: date) -> None:
    held = first_place(group)
    ada = teacher_of(held)
    Participant.objects.filter(place=held).update(since=date(2026, 9, 1))
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=held.enrolment.school, person=ada)
    change = replace(ada, staff, from_on=from_on)

    taking_effect.take_back(change=change, by=staff, now=NOW + timedelta(hours=1))

    for meeting in group.meetings.all():
        assert "Ben Bo" not in names(meeting)
        assert ada.name in names(meeting)
    mo.refresh_from_db()
    assert mo.ends_on is None
    assert EnrolledTeacher.objects.filter(person=ada).exists()
    assert not Notice.objects.filter(name="Ben Bo", state="planned", kind__startswith="meeting").exists()
    assert not Role.objects.filter(person__name="Ben Bo").current(TODAY).exists()


def test_replacement_stays_once_the_newcomer_stands_in_a_register(group: Group, staff: User) -> None:
    ada = teacher_of(first_place(group))
    first = group.meetings.earliest("starts_at")
    change = replace(ada, staff, from_on=TODAY)
    ben = Person.objects.get(name="Ben Bo")
    registers.mark_person(meeting=first, person=ben, mark="present", by=staff, now=first.ends_at)

    with pytest.raises(taking_effect.CannotTakeBack, match="Ben Bo stands in a register since"):
        taking_effect.take_back(change=change, by=staff, now=first.ends_at)


def test_school_hands_on_its_own_people_and_nobody_but_head_and_trust_the_head(group: Group) -> None:
    """Nor a group that one of them leads."""
    school = first_place(group).enrolment.school
    School.objects.filter(pk=school.pk).update(trust=make.TrustFactory())
    school.refresh_from_db()
    head = make.make_user(roles.HEADTEACHER, school=school)
    maths_lead = make.make_user(roles.MATHS_LEAD, school=school)
    trust = make.make_user(roles.TRUST_LEAD, trust=school.trust)
    make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person=head.person)
    make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person=group.leader.person)

    own = {by: {duty.label for duty in duties_of(head.person, by=by, today=TODAY)} for by in (head, maths_lead, trust)}
    led = [duty.label for duty in duties_of(group.leader.person, by=head, today=TODAY)]

    both = {f"Headteacher, {school}", f"Maths lead, {school}"}
    assert own == {head: both, maths_lead: {f"Maths lead, {school}"}, trust: both}
    assert led == [f"Maths lead, {school}"]


@pytest.mark.parametrize(("days", "lands"), [(0, "/"), (30, "replacement")])
def test_head_names_who_follows_and_reads_what_they_still_may(
    group: Group, client: Client, days: int, lands: str
) -> None:
    """From today on they are nothing there any more: home says that it is done."""
    school = first_place(group).enrolment.school
    head = make.make_user(roles.HEADTEACHER, school=school)
    role, day = Role.objects.get(person=head.person), TODAY + timedelta(days=days)
    given: dict[str, Any] = {
        "who": "new",
        "name": "Ben Bo",
        "email": "ben@people.example.org",
        "duties": f"role:{role.pk}",
    }
    given |= {"from_on_0": day.day, "from_on_1": day.month, "from_on_2": day.year, "confirm": "yes"}
    client.force_login(head)
    with clock.fixed(NOW):
        own = client.get(f"/schools/{school.pk}/people/").content.decode()
        answer = client.post(f"/groups/people/{head.person_id}/replace/?school={school.pk}", given, follow=True)

    assert f"/groups/people/{head.person_id}/replace/" in own
    assert answer.status_code == 200
    assert f"Ben Bo for {head.person}: this takes effect" in answer.content.decode()
    assert (answer.redirect_chain[-1][0] == "/") == (lands == "/")
    assert Role.objects.get(person__name="Ben Bo").starts_on == day


def test_slip_in_the_address_of_whoever_comes_is_asked_about(group: Group, staff: User, client: Client) -> None:
    person = teacher_of(first_place(group))
    given: dict[str, Any] = {"who": "new", "name": "Nina New", "email": "nina@gmial.com", "leaves": "on"}
    given |= {"from_on_0": 1, "from_on_1": 1, "from_on_2": 2027}
    client.force_login(staff)

    with clock.fixed(NOW):
        pages = [
            client.post(f"/groups/people/{person.pk}/replace/", {**given, **more}).content.decode()
            for more in ({}, {"is_right": "on"})
        ]

    assert ["Did you mean nina@gmail.com?" in page for page in pages] == [True, False]
    assert "What will happen" in pages[1]


def test_sweeps_change_nothing_of_a_planned_replacement(group: Group, staff: User) -> None:
    replace(teacher_of(first_place(group)), staff, from_on=date(2027, 1, 1))
    before = list(Notice.objects.order_by("pk").values_list("pk", "state", "recipient", "occurrence"))

    changed = groups.reconcile_participants(now=NOW + timedelta(hours=1))
    notices.sweep(NOW + timedelta(hours=1))

    assert changed == 0
    assert list(Notice.objects.order_by("pk").values_list("pk", "state", "recipient", "occurrence")) == before
    assert leading.hand_over_due(now=NOW) == 0
