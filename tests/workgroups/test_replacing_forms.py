"""A form that is being filled in is handed on with a replacement: what both read of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from programmes.actions.drafts import ask_to_come_back
from programmes.models import FormDraft
from programmes.notices.links import draft_path
from schools import roles
from schools.models import Person, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import replace
from workgroups.actions import taking_effect
from workgroups.actions.duties import Kind, duties_of
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ELIF = {"name": "Elif Kaya", "email": "elif@people.example.org"}
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def school(group: Group) -> School:
    found: School = group.places.earliest("pk").enrolment.school
    return found


@pytest.fixture
def elif_(school: School) -> Person:
    person: Person = make.PersonFactory(**ELIF)
    make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person=person, starts_on=NOW.date())
    return person


def begun(school: School, offer: Any = None, **data: Any) -> FormDraft:
    """A form for a school that its maths lead asked to come back to."""
    answers = data.pop("answers", {})
    if offer is not None:
        answers["programme"] = {"pairs": [[school.pk, offer.pk]]}
    data = {"kind": "apply", "schools": [school.pk], "answers": answers, **data}
    kept = {"saved_at": NOW, "link_asked_at": NOW, "kept_until": NOW + timedelta(days=30)}
    name = answers.get("contact", {}).get("name", "")
    return FormDraft.objects.create(key="begun", data=data, name=name, email=ELIF["email"], **kept)


def mails() -> list[Notice]:
    with clock.fixed(LATER):
        delivery.deliver_due()
    return list(Notice.objects.filter(kind="form-link", state="sent").order_by("due_at", "pk"))


def test_who_is_handed_a_form_reads_whose_it_was_and_what_it_is_for(school: School, elif_: Person, staff: User) -> None:
    offer = make.OfferFactory(year=2027, title="Primary Development")
    draft = begun(school, offer, answers={"contact": {**ELIF, "phone": "", "job_title": "", "is_head": False}})

    change = replace(elif_, staff, from_on=NOW.date())
    (first,) = mails()
    taking_effect.take_back(change=change, by=staff, now=LATER)
    back = mails()[-1]
    draft.refresh_from_db()
    ask_to_come_back(draft=draft, email=ELIF["email"], now=LATER + timedelta(minutes=30))
    with clock.fixed(LATER + timedelta(minutes=31)):
        delivery.deliver_due()
    own = Notice.objects.filter(kind="form-link").latest("due_at")

    assert (first.name, first.subject) == ("Ben Bo", f"Go on with the form of Elif Kaya: {school}")
    assert first.body.startswith("Dear Ben Bo,")
    what = f"for {school} (Primary Development, 2027/28)"
    assert (
        f"Elif Kaya began a form for a Maths Hub, {what}. You go on with it now, in place of Elif Kaya." in first.body
    )
    assert "If you did not ask for this" not in first.body
    assert (back.name, back.subject) == ("Elif Kaya", f"Your form is yours again: {school}")
    assert f"had been handed to Ben Bo, {what}. It is yours again." in back.body
    assert own.subject == f"Go on with your form: {school}"
    assert ("Elif Kaya" in own.body, "If you did not ask for this" in own.body) == (False, True)


def test_link_that_ended_with_it_says_so(school: School, elif_: Person, staff: User, client: Client) -> None:
    draft = begun(school, answers={"contact": {**ELIF, "phone": "", "job_title": "", "is_head": False}})
    old = draft_path(draft)
    replace(elif_, staff, from_on=NOW.date())

    with clock.fixed(LATER):
        gone, unknown = client.get(old), client.get(draft_path(FormDraft(key="unknown")))

    assert (gone.status_code, unknown.status_code) == (404, 404)
    assert "This form was handed to somebody else" in gone.content.decode()
    assert "no longer kept" not in gone.content.decode()
    assert "no longer kept" in unknown.content.decode()
    assert "Ben Bo" not in gone.content.decode()


def test_form_that_was_put_by_before_the_contact_was_answered_is_handed_on(
    school: School, elif_: Person, staff: User, client: Client
) -> None:
    typed = {"name": ["Elif Kaya"], "email": [ELIF["email"]], "phone": ["01632 960001"], "job_title": [""]}
    draft = begun(school, make.OfferFactory(year=2027), begun={"contact": typed})
    other = make.PersonFactory(name="Olly Other", email=ELIF["email"])
    make.RoleFactory(kind=roles.OFFICE, school=school, person=other, starts_on=NOW.date())

    with clock.fixed(NOW):
        kinds = [[duty.kind for duty in duties_of(one, by=staff, today=NOW.date())] for one in (elif_, other)]
    change = replace(elif_, staff, from_on=NOW.date())
    draft.refresh_from_db()
    passed = draft.data["begun"]["contact"]
    with clock.fixed(LATER):
        client.post(draft_path(draft))
        page = client.get(reverse("programmes:express-contact", args=[draft.key])).content.decode()
    taking_effect.take_back(change=change, by=staff, now=LATER)
    draft.refresh_from_db()

    assert [Kind.DRAFT in found for found in kinds] == [True, False]
    assert (passed["name"], passed["email"]) == (["Ben Bo"], ["ben@people.example.org"])
    assert ('value="Ben Bo"' in page, "Elif" in page) == (True, False)
    assert (draft.data["begun"]["contact"], draft.email) == (typed, ELIF["email"])
