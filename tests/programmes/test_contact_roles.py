"""What whoever applied becomes at the school: as their job says, or as the hub chooses."""

from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.forms.decisions import WHAT_THEY_SEE
from programmes.models import Enrolment, Interest
from programmes.notices.naming import told_of
from programmes.rules.inviting import CONTACT_KINDS, contact_kind
from schools.models import Role
from schools.roles import HEADTEACHER, HUB_LEAD, MATHS_LEAD, OFFICE, TEACHER
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("job", "has_lead", "kind"),
    [
        *[(job, False, MATHS_LEAD) for job in ("", "Maths lead", "Teacher", "Deputy headteacher")],
        *[(job, True, MATHS_LEAD) for job in ("", "Assistant headteacher", "Head teacher", "KS2 lead teacher")],
        *[(job, True, MATHS_LEAD) for job in ("Maths coordinator", "Head of maths", "Maths lead and office governor")],
        *[(job, True, TEACHER) for job in ("Teacher", "Class teacher, Year 3", "Maths teacher", "Teacher of maths")],
        *[(job, False, OFFICE) for job in ("School office", "School business manager", "Admin assistant", "Secretary")],
        *[(job, False, OFFICE) for job in ("School Business Leader", "PA to the Headteacher", "SBL")],
        *[(job, True, OFFICE) for job in ("Office Lead", "Head's secretary", "Headteacher’s administrator", "SBM")],
        *[(job, False, OFFICE) for job in ("Admin support to the Head of School", "Deputy Head's PA and teacher")],
        *[(job, False, OFFICE) for job in ("SBM and deputy DSL", "Head of Finance", "Head of School's administrator")],
        *[(job, True, MATHS_LEAD) for job in ("Deputy Head and Head of Business", "Headteacher / administrator")],
        *[(job, True, MATHS_LEAD) for job in ("Assistant Head (finance and curriculum)", "Head of Business and ICT")],
        ("Numeracy lead and business studies teacher", True, MATHS_LEAD),
        ("Business studies teacher", True, TEACHER),
    ],
)
def test_contacts_role_follows_their_job(job: str, has_lead: bool, kind: str) -> None:
    assert contact_kind(job, has_lead=has_lead) == kind


def test_contact_becomes_what_their_job_says_and_the_hub_may_choose_otherwise(client: Client) -> None:
    office = make.InterestFactory(contact_job="Office manager")
    teacher, chosen = (
        make.InterestFactory(contact_job="Year 3 teacher"),
        make.InterestFactory(contact_job="Year 3 teacher"),
    )
    lead = make.RoleFactory(kind=MATHS_LEAD, school=teacher.school, person__name="Ann Tate").person
    found = []
    for interest, kind in ((office, ""), (teacher, ""), (chosen, OFFICE)):
        client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))
        page = reverse("programmes:interest-accept", args=[interest.pk])
        with clock.fixed(NOW):
            asked = client.get(page).context["form"].fields["contact_kind"]
            client.post(page, {"contact_kind": kind})
        given = Role.objects.get(school=interest.school, person__name="Robin Contact", kind__in=CONTACT_KINDS).kind
        found.append((asked.initial, given, unescape(asked.help_text).partition(".")[0]))

    accepted = Interest.objects.for_link().get(pk=teacher.pk)
    told = Notice.objects.get(kind="interest-accepted", email=teacher.contact_email)
    with clock.fixed(NOW):
        body = delivery.render(notices.kinds()["interest-accepted"], accepted, told)[1]
    assert "The headteacher or a maths lead names them in the portal" in body
    stays, sees = f"{lead} is maths lead there, and stays so", WHAT_THEY_SEE.partition(".")[0]
    assert found == [(OFFICE, OFFICE, sees), (TEACHER, TEACHER, stays), (MATHS_LEAD, OFFICE, sees)]


def test_where_who_applied_is_of_the_office_it_is_the_headteacher_who_names_teachers() -> None:
    enrolment = make.EnrolmentFactory()
    sent = make.InterestFactory(
        school=enrolment.school, contact_name="Wes Office", contact_email="wes@people.example.org"
    )
    enrolment.interest = sent
    applied = told_of(enrolment, NOW.date())
    wes = make.PersonFactory(name="Wes Office", email="wes@people.example.org")
    head = make.PersonFactory(name="Hilda Head", email="hilda@people.example.org")
    for person, kind in ((wes, OFFICE), (head, HEADTEACHER)):
        make.RoleFactory(person=person, kind=kind, school=enrolment.school, starts_on=date(2026, 9, 1))

    anew = Enrolment.objects.get(pk=enrolment.pk)
    anew.interest = sent
    assert (applied, told_of(anew, NOW.date())) == (
        [("Wes Office", "wes@people.example.org")],
        [("Hilda Head", "hilda@people.example.org")],
    )


@pytest.mark.parametrize(
    ("head_is", "asked"),
    [
        (None, [("Hedda Named", "hedda@people.example.org")]),
        (OFFICE, [("Wes Office", "wes@people.example.org")]),
        ("gone", [("Wes Office", "wes@people.example.org")]),
    ],
)
def test_where_nobody_has_a_role_to_name_teachers_the_applications_headteacher_is_asked_else_who_applied(
    head_is: str | None, asked: list[tuple[str, str]]
) -> None:
    """Not a headteacher who has become its office, or has left."""
    sent = make.InterestFactory(
        contact_name="Wes Office",
        contact_email="wes@people.example.org",
        head_name="Hedda Named",
        head_email="hedda@people.example.org",
    )
    wes = make.PersonFactory(name="Wes Office", email="wes@people.example.org")
    make.RoleFactory(person=wes, kind=TEACHER, school=sent.school, starts_on=date(2026, 9, 1))
    if head_is is not None:
        kind, ends_on = (HEADTEACHER, date(2026, 10, 1)) if head_is == "gone" else (head_is, None)
        named = make.PersonFactory(name="Hedda Named", email="hedda@people.example.org")
        make.RoleFactory(person=named, kind=kind, school=sent.school, starts_on=date(2026, 9, 1), ends_on=ends_on)
    enrolment = make.EnrolmentFactory(school=sent.school, interest=sent)

    assert told_of(enrolment, NOW.date()) == asked
