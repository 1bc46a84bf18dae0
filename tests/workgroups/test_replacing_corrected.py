"""What somebody sent is theirs to hand on also where their name or address was corrected, or their record merged."""

from datetime import timedelta

import pytest

from programmes.models import FormDraft, Interest, InterestTeacher
from schools import roles
from schools.actions import merging, people
from schools.models import Person, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import taking_effect
from workgroups.actions.duties import duties_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LATER = NOW + timedelta(hours=1)
SETH, OFFICE = "seth.barrow@people.example.org", "office@people.example.org"
NEW_ADDRESS = "seth.day@people.example.org"
NEW_NAME = "Seth Barrow-Day"


@pytest.fixture
def school() -> School:
    return make.SchoolFactory()


@pytest.fixture
def staff(school: School) -> User:
    """The lead of its hub."""
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def _known(school: School, name: str, email: str = SETH, kind: str = roles.MATHS_LEAD) -> Person:
    person: Person = make.PersonFactory(name=name, email=email, school=school)
    make.RoleFactory(kind=kind, school=school, person=person, starts_on=TODAY - timedelta(days=99))
    return person


def _applied(school: School, name: str, email: str = SETH) -> Interest:
    named = {"contact_name": name, "contact_email": email}
    interest: Interest = make.InterestFactory(school=school, offer=make.OfferFactory(year=2027), **named)
    return interest


def _correct(person: Person, name: str, by: User, **more: str) -> None:
    people.correct_person(person=person, by=by, facts={"name": name, **more}, now=NOW)


def _records(person: Person, by: User, kind: str) -> list[object]:
    by = User.objects.get(pk=by.pk)
    return [one.record for one in duties_of(person, by=by, today=TODAY) if one.kind == kind]


def _sent_by(person: Person, by: User) -> list[object]:
    return _records(person, by, "contact")


def test_application_under_a_name_that_was_corrected_since_passes_on_and_comes_back(
    school: School, staff: User
) -> None:
    seth, interest = _known(school, "Seth Barrow"), _applied(school, "Seth Barrow")
    InterestTeacher.objects.create(interest=interest, name="Seth Barrow", email=SETH)
    _correct(seth, NEW_NAME, staff)

    change = replace(seth, staff, from_on=TODAY)
    named = [*Interest.objects.values_list("contact_name"), *InterestTeacher.objects.values_list("name")]
    taking_effect.take_back(change=change, by=staff, now=LATER)

    back = [*Interest.objects.values_list("contact_name"), *InterestTeacher.objects.values_list("name")]
    assert named == [("Ben Bo",), ("Ben Bo",)]
    assert back == [("Seth Barrow",), ("Seth Barrow",)]


@pytest.mark.parametrize("has_own_address", [False, True])
def test_application_of_a_record_that_was_merged_since_passes_on(
    school: School, staff: User, has_own_address: bool
) -> None:
    email = "o.radcliff@people.example.org" if has_own_address else SETH
    kept, gone = _known(school, "Owen Radcliffe"), _known(school, "Owen Radcliff", email)
    interest = _applied(school, "Owen Radcliff", email)
    InterestTeacher.objects.create(interest=interest, name="Owen Radcliff", email=email)
    merging.merge(kept=kept, gone=gone, by=staff, now=NOW)

    replace(kept, staff, from_on=TODAY)

    assert Interest.objects.get().contact_name == InterestTeacher.objects.get().name == "Ben Bo"


@pytest.mark.parametrize("email", [SETH, OFFICE])
@pytest.mark.parametrize("is_corrected", [False, True])
def test_of_two_with_one_mailbox_each_keeps_what_they_sent(
    school: School, staff: User, email: str, is_corrected: bool
) -> None:
    seth, una = _known(school, "Seth Barrow", email), _known(school, "Una Office", email, roles.OFFICE)
    his, hers, nobodys = (_applied(school, name, email) for name in ("Seth Barrow", "Una Office", "Cat Unknown"))
    if is_corrected:
        _correct(seth, NEW_NAME, staff)

    assert _sent_by(seth, staff) == [his]
    assert _sent_by(una, staff) == [hers]
    assert Interest.objects.get(pk=nobodys.pk).contact_name == "Cat Unknown"


def test_previous_name_at_a_shared_mailbox_is_theirs_unless_somebody_else_has_it_there(
    school: School, staff: User
) -> None:
    interest, seth = _applied(school, "Seth Barrow", OFFICE), _known(school, NEW_NAME, OFFICE)
    Person.objects.filter(pk=seth.pk).update(previous_name="Seth Barrow")
    seth.refresh_from_db()

    before = _sent_by(seth, staff)
    other = _known(school, "Seth Barrow", OFFICE, roles.OFFICE)

    assert before == [interest]
    assert (_sent_by(seth, staff), _sent_by(other, staff)) == ([], [interest])


def test_what_names_a_colleague_at_their_address_is_not_theirs(school: School, staff: User) -> None:
    """Whose own address whoever filled in the form did not know, also where the portal knows of no such colleague."""
    seth, interest = _known(school, "Seth Barrow"), _applied(school, "Cat Colleague")
    InterestTeacher.objects.create(interest=interest, name="Tess Teacher", email=SETH)
    _correct(seth, NEW_NAME, staff)

    assert (_sent_by(seth, staff), _records(seth, staff, "nominee")) == ([], [])


def test_form_begun_under_a_name_that_was_corrected_since_passes_on(school: School, staff: User) -> None:
    seth = _known(school, "Seth Barrow")
    contact = {"name": "Seth Barrow", "email": SETH, "phone": "", "job_title": "", "is_head": False}
    data = {"kind": "apply", "schools": [school.pk], "answers": {"contact": contact}}
    kept = {"saved_at": NOW, "link_asked_at": NOW, "kept_until": NOW + timedelta(days=30)}
    draft = FormDraft.objects.create(key="begun", data=data, name="Seth Barrow", email=SETH, **kept)
    _correct(seth, NEW_NAME, staff)

    change = replace(seth, staff, from_on=TODAY)
    draft.refresh_from_db()
    passed = draft.name, draft.email
    taking_effect.take_back(change=change, by=staff, now=LATER)
    draft.refresh_from_db()

    assert passed == ("Ben Bo", "ben@people.example.org")
    assert (draft.name, draft.email) == ("Seth Barrow", SETH)


@pytest.mark.parametrize("name", ["Seth Barrow", NEW_NAME])
@pytest.mark.parametrize("is_merged", [False, True])
def test_application_at_an_address_that_was_corrected_since_passes_on_and_comes_back(
    school: School, staff: User, name: str, is_merged: bool
) -> None:
    """Also where it was corrected in a record that is merged into theirs."""
    seth, interest = _known(school, "Seth Barrow"), _applied(school, "Seth Barrow", SETH.upper())
    InterestTeacher.objects.create(interest=interest, name="Seth Barrow", email=SETH)
    _correct(seth, name, staff, email=NEW_ADDRESS)
    if is_merged:
        seth, gone = _known(school, name, "s.barrow@people.example.org"), seth
        merging.merge(kept=seth, gone=gone, by=staff, now=NOW)

    change = replace(seth, staff, from_on=TODAY)
    passed = [Interest.objects.get().contact_name, InterestTeacher.objects.get().name]
    taking_effect.take_back(change=change, by=staff, now=LATER)

    back = Interest.objects.get()
    assert passed == ["Ben Bo", "Ben Bo"]
    assert (back.contact_name, back.contact_email) == ("Seth Barrow", SETH.upper())


def test_what_stands_at_an_address_that_they_had_is_whose_name_and_address_it_is_today(
    school: School, staff: User
) -> None:
    """Also of somebody of the very same name; who shares only the address leaves theirs to both."""
    seth = _known(school, "Seth Barrow", OFFICE)
    his, hers = _applied(school, "Seth Barrow", OFFICE), _applied(school, "Una Office", OFFICE)
    una = _known(school, "Una Office", OFFICE, roles.OFFICE)
    _correct(seth, "Seth Barrow", staff, email=SETH)

    before = (_sent_by(seth, staff), _sent_by(una, staff))
    namesake = _known(school, "Seth Barrow", OFFICE)

    assert before == ([his], [hers])
    assert (_sent_by(seth, staff), _sent_by(namesake, staff)) == ([], [his])
