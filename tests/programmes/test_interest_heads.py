"""Who is headteacher, as the hub's pages of an interest show and change it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.models import Enrolment, Interest, InterestTeacher
from schools.models import Role, User
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _get(user: User, name: str, /, *args: Any) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(reverse(f"programmes:{name}", args=args))


def _post(user: User, name: str, /, *args: Any, **data: str) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.post(reverse(f"programmes:{name}", args=args), data, follow=True)


@pytest.fixture
def interest() -> Interest:
    """A school's interest that waits, with a teacher named and one to be named."""
    made: Interest = make.InterestFactory()
    InterestTeacher.objects.create(interest=made, name="Sam Shah", email="sam@people.example.org")
    InterestTeacher.objects.create(interest=made)
    return made


@pytest.fixture
def lead(interest: Interest) -> User:
    """A lead of the hub that the interest came to."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=interest.hub)


def test_detail_says_who_else_is_known_as_headteacher(interest: Interest, lead: User) -> None:
    make.make_user(HEADTEACHER, name="Ann Old", school=interest.school)
    make.make_user(HEADTEACHER, name="Gone Head", school=make.SchoolFactory())
    type(interest.school).objects.filter(pk=interest.school_id).update(head_name="Mrs Gia Sutton")

    page = _get(lead, "interest-detail", interest.pk).content.decode()

    assert "The portal knows Ann Old as headteacher of this school." in page
    assert "The national register names Mrs Gia Sutton." in page
    assert "Gone Head" not in page


def test_detail_knows_the_headteacher_who_is_named_with_the_stored_address(interest: Interest, lead: User) -> None:
    make.make_user(HEADTEACHER, name="Mrs Jo Head", email=interest.head_email, school=interest.school)
    make.make_user(HEADTEACHER, name="Co Head", school=interest.school)

    assert "The portal knows" not in _get(lead, "interest-detail", interest.pk).content.decode()


@pytest.mark.parametrize(
    ("website", "address", "is_sure"),
    [
        ("www.hill.example.org", "jo@hill.example.org", True),
        ("www.hill.example.org", "jo@elsewhere.example.com", False),
        ("", "jo@hill.example.org", False),
    ],
)
def test_who_applied_as_headteacher_is_ticked_only_at_the_schools_own_address(
    interest: Interest, lead: User, website: str, address: str, is_sure: bool
) -> None:
    type(interest.school).objects.filter(pk=interest.school_id).update(website=website)
    said = {"contact_name": "Jo Head", "contact_is_head": True, "contact_email": address, "head_email": address}
    Interest.objects.filter(pk=interest.pk).update(**said, head_confirmed_at=NOW)

    page = _get(lead, "interest-detail", interest.pk).content.decode()

    assert ("✓</span> Jo Head confirmed" in page, "!</span> Jo Head confirmed" in page) == (is_sure, not is_sure)
    assert ("The headteacher has confirmed." in page) is is_sure
    assert ("Jo Head applied as headteacher: make sure that they are." in page) is not is_sure
    outside = "jo@elsewhere.example.com is outside the school&#x27;s own domain"
    assert (outside in page) is ("elsewhere" in address)


def test_confirmation_at_the_contacts_address_is_flagged(interest: Interest, lead: User) -> None:
    Interest.objects.filter(pk=interest.pk).update(head_email=interest.contact_email.upper(), head_confirmed_at=NOW)

    page = _get(lead, "interest-detail", interest.pk).content.decode()

    assert "address is also the contact&#x27;s: the confirmation may not come from the head." in page
    assert "✓</span> Jo Head" not in page


def test_accept_keeps_the_warnings_of_the_interests_page(interest: Interest, lead: User) -> None:
    Interest.objects.filter(pk=interest.pk).update(head_email="jo@gmail.com")

    page = _get(lead, "interest-accept", interest.pk).content.decode()

    for words in ("The headteacher has not confirmed yet.", "jo@gmail.com is outside", "accept all the same"):
        assert words in page
    assert "Who is headteacher?" not in page


def test_accept_asks_who_is_headteacher_and_lists_who_is_invited_either_way(interest: Interest, lead: User) -> None:
    known = make.make_user(HEADTEACHER, name="Ann <Old>", school=interest.school)
    role = known.person.roles.get()

    page = _get(lead, "interest-accept", interest.pk)
    refused = _post(lead, "interest-accept", interest.pk, replaced_heads="999999")
    _post(lead, "interest-accept", interest.pk, replaced_heads=str(role.pk))

    assert "Jo Head is headteacher now instead of Ann &lt;Old&gt;" in page.content.decode()
    assert "The portal knows Ann &lt;Old&gt; as headteacher of this school." in page.content.decode()
    assert [one.name for one in page.context["invited"]] == ["Robin Contact", "Sam Shah"]
    assert [(one.name, one.role) for one in page.context["with_tick"]] == [("Jo Head", "Headteacher")]
    assert refused.status_code == 200
    assert "The school&#x27;s headteacher has changed meanwhile." in refused.content.decode()
    role.refresh_from_db()
    assert role.ends_on is not None
    assert Role.objects.filter(person__name="Jo Head", kind=HEADTEACHER).exists()


def test_accept_without_a_tick_gives_no_headteachers_role(interest: Interest, lead: User) -> None:
    make.make_user(HEADTEACHER, name="Ann Old", school=interest.school)

    _post(lead, "interest-accept", interest.pk)

    assert Enrolment.objects.get().interest == interest
    assert [role.person.name for role in Role.objects.filter(kind=HEADTEACHER)] == ["Ann Old"]


def test_accept_offers_no_tick_to_staff_who_may_not_end_the_role(interest: Interest, lead: User) -> None:
    role = make.make_user(HEADTEACHER, name="Ann Old", school=interest.school).person.roles.get()
    moved = {"was": interest.school.hub, "status": "done", "ended_at": NOW, "takes_interest": False}
    make.HubMoveFactory(school=interest.school, hub=(to := make.HubFactory()), **moved)
    type(interest.school).objects.filter(pk=interest.school_id).update(hub=to)

    page = _get(lead, "interest-accept", interest.pk).content.decode()
    _post(lead, "interest-accept", interest.pk, replaced_heads=str(role.pk))

    assert "instead of Ann Old" not in page
    assert "Only the staff of the school's own hub can change that" in page
    role.refresh_from_db()
    assert role.ends_on is None


def test_accept_says_who_cannot_sign_in(interest: Interest, lead: User) -> None:
    make.make_user(HUB_LEAD, name="Kim Other", email="sam@people.example.org", hub=make.HubFactory())
    Interest.objects.filter(pk=interest.pk).update(head_email=interest.contact_email.upper())

    invited = {one.name: one.shared_with for one in _get(lead, "interest-accept", interest.pk).context["invited"]}
    _post(lead, "interest-accept", interest.pk)

    assert invited == {"Jo Head": "", "Robin Contact": "Jo Head", "Sam Shah": "Kim Other"}
    signs_in = set(User.objects.filter(person__name__in=invited).values_list("person__name", flat=True))
    assert signs_in == {name for name, holder in invited.items() if not holder}


@pytest.mark.parametrize(("answer", "what"), [("yes", "confirmation"), ("no", "refusal")])
def test_answer_that_came_by_phone_is_one_line_of_the_history(
    interest: Interest, lead: User, answer: str, what: str
) -> None:
    came = {"how": "phone", "came_on_0": "7", "came_on_1": "9", "came_on_2": "2026", "note": "Told Priya."}

    _post(lead, "interest-head-answer", interest.pk, answer=answer, asked="1", **came)

    lines = JournalEntry.objects.about(interest).values_list("what", "note")
    assert list(lines) == [(f"Headteacher's {what} entered", f"{interest.head_name}: it came by phone.")]


def test_preview_of_many_says_whom_a_line_before_makes_headteacher(interest: Interest, lead: User) -> None:
    authority = interest.school.authority
    again = make.InterestFactory(school=interest.school, head_email=interest.head_email)
    other = make.InterestFactory(school=interest.school, head_name="Bea Best", head_email="bea@people.example.org")
    apart = make.InterestFactory(school__authority=authority, head_name="Cleo Clay")
    lines: list[Interest] = [interest, again, other, apart]
    client = Client()
    client.force_login(lead)
    page = reverse("programmes:interest-bulk", args=["accept"]) + "?all=1"

    with clock.fixed(NOW):
        shown = client.get(page)
        ticked = {"shown": shown.context["shown"], "line": [one.pk for one in lines]}
        client.post(page, ticked)

    words = "A line before this names Jo Head as headteacher, who stays it once accepted."
    said = {line.interest: line.verdict.warnings for line, _is_ticked in shown.context["lines"]}
    assert [one for one in lines if words in said[one]] == [other]
    heads = Role.objects.filter(kind=HEADTEACHER, school=interest.school)
    assert [role.person.name for role in heads] == ["Jo Head"]
