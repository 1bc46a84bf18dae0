"""A replacement is taken back while nothing has happened since: not over somebody else who is named by then."""

from datetime import timedelta

import pytest
from django.core import mail

from hubportal.core import clock
from hubportal.core.delivery import deliver_due
from programmes.actions import heads
from programmes.models import Interest, InterestTeacher, Offer
from schools import roles
from schools.models import Person, Role, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import outlook, passing, replacing, taking_effect
from workgroups.actions.duties import duties_of
from workgroups.models import Replacement

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
CAT = replacing.Newcomer(name="Cat Co", email="cat@people.example.org")


@pytest.fixture
def school() -> School:
    """A school with a place in a group."""
    group = make.GroupFactory()
    enrolment = accepted(group)
    place(group, enrolment)
    return enrolment.school


@pytest.fixture
def staff(school: School) -> User:
    """The lead of its hub."""
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def _applied(school: School, kind: str) -> tuple[Person, Interest, InterestTeacher]:
    """Somebody who is headteacher, or maths lead, named as all that an application names."""
    person = make.RoleFactory(kind=kind, school=school).person
    names = {"contact_name": person.name, "contact_email": person.email}
    names |= {"head_name": person.name, "head_email": person.email} if kind == roles.HEADTEACHER else {}
    interest = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), **names)
    teacher = InterestTeacher.objects.create(interest=interest, name=person.name, email=person.email)
    return person, interest, teacher


def _refused(change: Replacement, by: User, words: str) -> None:
    with pytest.raises(taking_effect.CannotTakeBack) as problem:
        taking_effect.take_back(change=change, by=by, now=LATER)
    assert str(problem.value) == words


def test_contact_who_was_named_by_hand_since_stays(school: School, staff: User) -> None:
    mo, interest, _teacher = _applied(school, roles.MATHS_LEAD)
    change = replace(mo, staff, from_on=TODAY)
    Interest.objects.filter(pk=interest.pk).update(contact_name="Cat Co", contact_email="cat@people.example.org")

    _refused(change, staff, f"Cat Co is named as contact of {interest.reference} since. Replace them instead.")

    interest.refresh_from_db()
    assert interest.contact_name == "Cat Co"


def test_contact_of_a_second_replacement_stays_until_that_is_taken_back(school: School, staff: User) -> None:
    mo, interest, _teacher = _applied(school, roles.MATHS_LEAD)
    first = replace(mo, staff, from_on=TODAY)
    ben, by = Person.objects.get(name="Ben Bo"), User.objects.get(pk=staff.pk)
    with clock.fixed(NOW):
        passing = [one for one in duties_of(ben, by=by, today=TODAY) if one.kind == "contact"]
    second = replacing.replace(plan=replacing.Plan(ben, CAT, passing, school, TODAY), by=by, now=NOW)

    _refused(first, by, f"Cat Co is named as contact of {interest.reference} since. Replace them instead.")
    for change in (second, first):
        taking_effect.take_back(change=change, by=by, now=LATER)

    interest.refresh_from_db()
    assert interest.contact_name == mo.name


@pytest.mark.parametrize("is_gone", [False, True])
def test_teacher_who_was_named_since_stays(school: School, staff: User, is_gone: bool) -> None:
    mo, interest, teacher = _applied(school, roles.MATHS_LEAD)
    change = replace(mo, staff, from_on=TODAY)
    rows = InterestTeacher.objects.filter(pk=teacher.pk)
    if is_gone:
        rows.delete()
        words = f"The teachers named in {interest.reference} have been changed since. Change them there instead."
    else:
        rows.update(name="Dee Do", email="dee@people.example.org")
        words = f"Dee Do is named as teacher of {interest.reference} since. Replace them instead."

    _refused(change, staff, words)

    assert [one.name for one in rows] == ([] if is_gone else ["Dee Do"])


def test_headteacher_who_was_corrected_since_stays(school: School, staff: User) -> None:
    hal, interest, _teacher = _applied(school, roles.HEADTEACHER)
    change = replace(hal, staff, from_on=TODAY)
    interest = Interest.objects.get(pk=interest.pk)
    # Of one person's several duties, the first that is somebody else's by now is said.
    change.parts.exclude(kind="head").delete()
    heads.correct_head(interest=interest, name="Zoe Third", email="zoe@people.example.org", by=staff, now=NOW)

    _refused(change, staff, f"Zoe Third is named as headteacher of {interest.reference} since. Replace them instead.")

    interest.refresh_from_db()
    assert interest.head_name == "Zoe Third"


@pytest.mark.parametrize("days", [-1, 0])
def test_role_passes_on_from_the_very_day_on_which_the_portal_knows_it(school: School, staff: User, days: int) -> None:
    """Whoever was headteacher for years may have the role only since today's acceptance."""
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=school, starts_on=TODAY, person__name="Hetty Head")
    day = TODAY + timedelta(days=days)
    if days:
        words = (
            "The portal knows Hetty Head as Headteacher since 14 September 2026, so that nobody can follow before 14"
        )
        with pytest.raises(passing.CannotReplace, match=words):
            replace(head.person, staff, from_on=day, to=CAT)
        return

    change = replace(head.person, staff, from_on=day, to=CAT)

    held = Role.objects.current(TODAY).filter(kind=roles.HEADTEACHER, school=school)
    after = [role.person.name for role in held.all()]
    taking_effect.take_back(change=change, by=staff, now=LATER)
    head.refresh_from_db()
    assert (after, [role.person.name for role in held.all()]) == (["Cat Co"], ["Hetty Head"])
    assert (head.starts_on, head.ends_on) == (TODAY, None)


def test_headteacher_who_has_confirmed_since_stays(school: School, staff: User) -> None:
    hal, interest, _teacher = _applied(school, roles.HEADTEACHER)
    change = replace(hal, staff, from_on=TODAY)
    Interest.objects.filter(pk=interest.pk).update(head_confirmed_at=NOW)

    _refused(change, staff, f"Ben Bo has confirmed {interest.reference} since. Replace them instead.")

    interest.refresh_from_db()
    assert (interest.head_name, interest.head_confirmed_at) == ("Ben Bo", NOW)


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_confirmation_of_another_programme_of_the_same_form_is_not_lost(
    school: School, staff: User, is_confirmed: bool
) -> None:
    hal, first, _teacher = _applied(school, roles.HEADTEACHER)
    names = {"head_name": hal.name, "head_email": hal.email, "sent_with": first}
    second = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), **names)
    Interest.objects.update(head_asked_at=NOW)
    change = replace(hal, staff, from_on=TODAY)

    if is_confirmed:
        Interest.objects.filter(pk=second.pk).update(head_confirmed_at=NOW)
        _refused(change, staff, f"Ben Bo has confirmed {second.reference} since. Replace them instead.")
    else:
        taking_effect.take_back(change=change, by=staff, now=LATER)

    found = Interest.objects.filter(pk__in=(first.pk, second.pk)).order_by("pk")
    named = "Ben Bo" if is_confirmed else hal.name
    assert [(one.head_name, one.head_confirmed_at) for one in found] == [
        (named, None),
        (named, NOW if is_confirmed else None),
    ]


def test_correction_of_the_newcomers_own_page_keeps_nothing_from_being_taken_back(school: School, staff: User) -> None:
    hal, interest, teacher = _applied(school, roles.HEADTEACHER)
    change = replace(hal, staff, from_on=TODAY)
    Person.objects.filter(name="Ben Bo").update(name="Ben Bow", email="bow@people.example.org")
    change = Replacement.objects.get(pk=change.pk)

    taking_effect.take_back(change=change, by=staff, now=LATER)

    interest.refresh_from_db()
    teacher.refresh_from_db()
    assert [interest.contact_name, interest.head_name, teacher.name] == [hal.name] * 3


@pytest.mark.parametrize("kind", ["contact", "head"])
def test_whoever_is_named_before_the_day_comes_stays_and_the_replacement_says_so(
    school: School, staff: User, kind: str
) -> None:
    """The school, or the hub, named a third person after the replacement was planned."""
    leaver, interest, _teacher = _applied(school, roles.HEADTEACHER if kind == "head" else roles.MATHS_LEAD)
    change = replace(leaver, staff, from_on=TODAY + timedelta(days=9))
    third = {f"{kind}_name": "Cat Co", f"{kind}_email": "cat@people.example.org"}
    Interest.objects.filter(pk=interest.pk).update(**third)

    taking_effect.take_effect_due(now=NOW + timedelta(days=9))

    interest.refresh_from_db()
    change.refresh_from_db()
    assert (change.status, getattr(interest, f"{kind}_name")) == ("done", "Cat Co")
    assert "stays as it is: Cat Co is named since" in [line.words for line in outlook.lines_of(change)]


def test_teacher_is_found_again_where_the_school_has_sent_its_teachers_anew(school: School, staff: User) -> None:
    """The same people, each a new row."""
    leaver, interest, teacher = _applied(school, roles.MATHS_LEAD)
    change = replace(leaver, staff, from_on=TODAY + timedelta(days=9))
    teacher.delete()
    InterestTeacher.objects.create(interest=interest, name=leaver.name, email=leaver.email, job_title="Lead")

    taking_effect.take_effect_due(now=NOW + timedelta(days=9))

    change.refresh_from_db()
    assert interest.teachers.get().name == str(change.successor)
    taking_effect.take_back(change=change, by=staff, now=LATER + timedelta(days=9))
    assert interest.teachers.get().name == leaver.name


def test_teacher_who_is_no_longer_named_is_not_named_anew(school: School, staff: User) -> None:
    leaver, interest, teacher = _applied(school, roles.MATHS_LEAD)
    change = replace(leaver, staff, from_on=TODAY + timedelta(days=9))
    teacher.delete()

    taking_effect.take_effect_due(now=NOW + timedelta(days=9))

    assert not interest.teachers.exists()
    assert "stays as it is: the teachers have been changed since" in [line.words for line in outlook.lines_of(change)]


@pytest.mark.parametrize("only_tells", [False, True])
def test_headteacher_who_follows_reads_that_they_are_it_now_not_that_they_were_named(
    school: School, staff: User, only_tells: bool
) -> None:
    hal, interest, _teacher = _applied(school, roles.HEADTEACHER)
    if only_tells:
        told = {"enrols": Offer.Enrols.PERSONS, "head_part": Offer.HeadPart.TOLD}
        Offer.objects.filter(interests=interest).update(**told)
    # Replaced from a day before the form was sent, which still named who had left.
    replace(hal, staff, from_on=TODAY - timedelta(days=3))

    with clock.fixed(NOW):
        deliver_due()

    (body,) = [one.body for one in mail.outbox if "Ben Bo" in one.to[0] and interest.reference in one.body]
    assert ("You are the headteacher" in body, "named you" in body) == (True, False)


@pytest.mark.parametrize(
    ("named", "is_asked"),
    [
        (("Rosa Abara", "rosa@people.example.org"), False),
        (("hal HEAD", "office@people.example.org"), True),
        (("H. Head", "HAL@people.example.org"), True),
    ],
)
def test_application_that_named_another_headteacher_is_left_alone(
    school: School, staff: User, named: tuple[str, str], is_asked: bool
) -> None:
    person = make.PersonFactory(name="Hal Head", email="hal@people.example.org")
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person=person)
    name, email = named
    offer = make.OfferFactory(year=2027)
    interest = make.InterestFactory(school=school, offer=offer, head_name=name, head_email=email, head_confirmed_at=NOW)

    change = replace(person, staff, from_on=TODAY)

    interest.refresh_from_db()
    shown = [line.label for line in change.parts.filter(kind="head")]
    assert bool(shown) is is_asked
    assert (interest.head_name, interest.head_confirmed_at) == (("Ben Bo", None) if is_asked else (name, NOW))
