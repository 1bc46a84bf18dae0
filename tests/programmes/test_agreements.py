"""What a school agreed to, in its own words; and a headteacher's word, given in the portal."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from hubportal.core.models import JournalEntry
from programmes.actions.agreements import CHANGED, NOT_ASKED, SETTLED, CannotAgree, agree, answer_as_head, is_asked
from programmes.actions.confirming import ask_new_head, confirm
from programmes.models import Agreement, Enrolment, Interest
from programmes.models.agreements import with_agreed
from programmes.notices.links import head_path
from programmes.rules.agreeing import is_same_head
from programmes.rules.standing import next_words
from schools import roles
from schools.models import User
from tests import factories as make
from tests.world import NOW, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("head", "other", "expected"),
    [
        (("Jo Head", "jo@a.example"), ("Mrs Jo Head", "old@a.example"), True),
        (("Jo Hill", "JO@a.example"), ("Jo Head", "jo@a.example"), True),
        (("Jo Hill", ""), ("Jo Head", ""), False),
        (("Kim New", "kim@a.example"), ("Jo Head", "jo@a.example"), False),
    ],
)
def test_same_name_or_address_is_the_same_headteacher(
    head: tuple[str, str], other: tuple[str, str], expected: bool
) -> None:
    assert is_same_head(head, other) == expected


def loaded(enrolment: Enrolment) -> Enrolment:
    return with_agreed(Enrolment.objects.for_list()).get(pk=enrolment.pk)


def send(side: Side, name: str, pk: int, data: dict[str, Any], kind: str = roles.HEADTEACHER) -> Any:
    browser, url = side.browser(kind), reverse(f"programmes:{name}", args=[pk])
    return browser.post(url, {"as_it_was": browser.get(url).context["as_it_was"], **data})


def test_headteacher_confirms_an_application_without_the_link(side: Side) -> None:
    head = side.users[roles.HEADTEACHER]
    page = side.browser(roles.HEADTEACHER).get(reverse("programmes:interest-confirm", args=[side.interest.pk]))

    answer = send(side, "interest-confirm", side.interest.pk, {"answer": "yes"})

    assert all(line in page.content.decode() for line in side.interest.commitments.lines)
    assert answer.status_code == 302
    kept = Interest.objects.get(pk=side.interest.pk)
    assert (kept.head_name, kept.head_email, kept.head_confirmed_at) == (head.person.name, head.email, NOW)
    entry = JournalEntry.objects.get(what="Confirmed by the headteacher")
    assert (entry.by, entry.owner) == (head, side.hub)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("submitted", "Confirmed. Your hub decides next."),
        ("accepted", "Confirmed. There is nothing more to do."),
    ],
)
def test_headteacher_who_confirms_reads_what_comes_next(side: Side, status: str, told: str) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(status=status)

    answer = send(side, "interest-confirm", side.interest.pk, {"answer": "yes"})

    assert [str(one) for one in get_messages(answer.wsgi_request)] == [told]


def test_of_a_person_the_headteacher_is_asked_about_the_person(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(for_person=True, contact_name="Ali <Assistant>")
    page = side.browser(roles.HEADTEACHER).get(reverse("programmes:interest-confirm", args=[side.interest.pk]))

    text = html.unescape(page.content.decode())
    assert "Confirm that Ali <Assistant> may take part" in text
    assert "No: Ali <Assistant> cannot take part" in text
    assert [words in text for words in ("my school", "Confirm your school", "teachers taking part")] == [False] * 3


def test_headteacher_says_no_with_a_reason_and_may_still_say_yes(side: Side) -> None:
    send(side, "interest-confirm", side.interest.pk, {"answer": "no", "reason": "Not this year"})
    refused = Interest.objects.get(pk=side.interest.pk)
    send(side, "interest-confirm", side.interest.pk, {"answer": "yes"})
    confirmed = Interest.objects.get(pk=side.interest.pk)

    assert (refused.head_refused_at, refused.head_refusal, refused.head_confirmed_at) == (NOW, "Not this year", None)
    assert (confirmed.head_refused_at, confirmed.head_refusal, confirmed.head_confirmed_at) == (None, "", NOW)


def test_answer_is_taken_once_and_of_an_old_page_not_at_all(side: Side) -> None:
    old = Interest.objects.get(pk=side.interest.pk)
    head: dict[str, Any] = {"by": side.users[roles.HEADTEACHER], "now": NOW, "reason": ""}
    answer_as_head(interest=side.interest, takes_part=True, **head)

    with pytest.raises(CannotAgree, match=CHANGED):
        answer_as_head(interest=old, takes_part=False, **head)
    with pytest.raises(CannotAgree, match=SETTLED):
        answer_as_head(interest=side.interest, takes_part=True, **head)


def test_answer_is_asked_for_with_an_error_beside_it(side: Side) -> None:
    page = send(side, "interest-confirm", side.interest.pk, {"reason": "Because \x00"})

    assert list(page.context["form"].errors) != []
    assert Interest.objects.get(pk=side.interest.pk).head_confirmed_at is None


def test_head_of_another_school_of_the_same_user_kind_is_refused(side: Side) -> None:
    """A maths lead here who is headteacher elsewhere sees the application, and confirms nothing of it."""
    user = make.make_user(roles.MATHS_LEAD, school=side.school)
    make.RoleFactory(person=user.person, kind=roles.HEADTEACHER, school=make.SchoolFactory())
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))

    answers = [
        client.post(reverse("programmes:interest-confirm", args=[side.interest.pk]), {"answer": "yes"}),
        client.post(reverse("programmes:enrolment-agree", args=[side.enrolment.pk]), {"agrees": "on"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_headteacher_agrees_once_to_what_the_hub_enrolled_the_school_in(side: Side) -> None:
    text = side.offer.commitments
    data = {"text": text.pk, "agrees": "on"}

    for _pressed_twice in range(2):
        assert send(side, "enrolment-agree", side.enrolment.pk, data).status_code == 302

    kept = Agreement.objects.get()
    assert (kept.enrolment, kept.text, kept.by, kept.at) == (side.enrolment, text, side.users[roles.HEADTEACHER], NOW)
    page = side.browser(roles.OFFICE).get(reverse("programmes:enrolment-commitments", args=[side.enrolment.pk]))
    assert f"{kept.name}<br>agreed in the portal" in page.content.decode()


def test_text_that_is_not_the_one_on_the_page_is_not_agreed_to(side: Side) -> None:
    newer = make.AgreementTextFactory(code=side.offer.commitments.code, version="2")

    pages = [
        send(side, "enrolment-agree", side.enrolment.pk, {"text": text, "agrees": "on"})
        for text in (newer.pk, "x", "9" * 40)
    ]

    assert Agreement.objects.count() == 0
    assert all(page.context["form"].errors for page in pages)


def test_head_who_comes_later_confirms_anew_the_same_words(side: Side) -> None:
    old = side.users[roles.HEADTEACHER]
    agree(enrolment=loaded(side.enrolment), text_id=side.offer.commitments_id, by=old, now=NOW)
    new = make.make_user(roles.HEADTEACHER, school=side.school, name="Nia New")

    agree(enrolment=loaded(side.enrolment), text_id=side.offer.commitments_id, by=new, now=NOW)

    assert [one.name for one in Agreement.objects.all()] == [old.person.name, "Nia New"]


@pytest.mark.parametrize("status", ["completed", "withdrawn", "paused"])
def test_nobody_is_asked_about_a_year_that_does_not_go_on(side: Side, status: str) -> None:
    Enrolment.objects.filter(pk=side.enrolment.pk).update(status=status)

    with pytest.raises(CannotAgree, match=NOT_ASKED):
        agree(
            enrolment=loaded(side.enrolment),
            text_id=side.offer.commitments_id,
            by=side.users[roles.HEADTEACHER],
            now=NOW,
        )


def test_head_who_confirmed_the_application_is_not_asked_again(side: Side) -> None:
    head = side.users[roles.HEADTEACHER]
    Interest.objects.filter(pk=side.interest.pk).update(head_name=head.person.name, head_confirmed_at=NOW)
    Enrolment.objects.filter(pk=side.enrolment.pk).update(interest=side.interest)

    page = side.browser(roles.HEADTEACHER).get(reverse("programmes:enrolment-agree", args=[side.enrolment.pk]))

    assert not page.context["is_open"]
    assert "nothing to agree to" in page.content.decode()


def test_page_has_the_words_that_were_agreed_and_every_version(side: Side) -> None:
    text = side.interest.commitments
    make.AgreementTextFactory(code=text.code, version="2", body="Something newer.")

    page = side.browser(roles.MATHS_LEAD).get(reverse("programmes:interest-commitments", args=[side.interest.pk]))

    body = page.content.decode()
    assert [one.version for one in page.context["versions"]] == ["2", "1"]
    assert body.index(text.lines[0]) < body.index("Something newer.")
    assert side.interest.contact_name in body


def test_new_head_who_confirmed_by_the_link_is_not_asked_again_and_the_other_way_round(side: Side) -> None:
    old = side.users[roles.HEADTEACHER]
    agree(enrolment=loaded(side.enrolment), text_id=side.offer.commitments_id, by=old, now=NOW)
    by_link, in_portal = (make.make_user(roles.HEADTEACHER, school=side.school) for _each in range(2))
    asked = ask_new_head(school=side.school, person=by_link.person, by=None, now=NOW)
    assert asked is not None
    confirm(asked=asked, by=None, now=NOW)
    asked_too = ask_new_head(school=side.school, person=in_portal.person, by=None, now=NOW)
    assert asked_too is not None

    agree(enrolment=loaded(side.enrolment), text_id=side.offer.commitments_id, by=in_portal, now=NOW)

    assert not is_asked(loaded(side.enrolment), by_link)
    asked_too.refresh_from_db()
    assert (asked_too.confirmed_at, asked_too.confirmed_by) == (NOW, in_portal)
    page = side.browser(roles.OFFICE).get(reverse("programmes:enrolment-commitments", args=[side.enrolment.pk]))
    assert f"{by_link.person}<br>confirmed" in page.content.decode()


@pytest.mark.parametrize(
    ("status", "facts", "words"),
    [
        ("interested", {}, "You can apply while applications are open"),
        ("interested", {"is_invited": True}, "Your hub invites you to apply"),
        ("submitted", {}, "Waits for your headteacher, then your hub decides"),
        ("submitted", {"head": True}, "Your hub decides"),
        ("submitted", {"head": None}, "Your headteacher has said no: your hub decides"),
        ("submitted", {"asks": True}, "Your hub has a question: answer it"),
        ("waiting", {}, "Your hub writes as soon as a place is free"),
        ("declined", {}, "You can apply again"),
    ],
)
def test_school_reads_what_happens_next(status: str, facts: dict[str, Any], words: str) -> None:
    assert next_words(status, **{"is_invited": False, "head": False, "asks": False, **facts}) == words


@pytest.mark.parametrize(
    ("kind", "may"), [(roles.HEADTEACHER, True), (roles.TRUST_LEAD, True), (roles.OFFICE, False), (roles.BOARD, False)]
)
def test_leads_of_the_school_change_or_withdraw_what_was_sent(side: Side, kind: str, may: bool) -> None:
    browser = side.browser(kind)
    page = browser.get(side.interest.get_absolute_url())

    url = page.context.get("own_url", "")
    assert bool(url) == may
    assert not may or browser.get(url).status_code == 200


def test_list_of_a_school_says_what_happens_next_the_newest_first(side: Side) -> None:
    make.InterestFactory(school=side.school, status="declined", submitted_at=NOW)

    rows = side.browser(roles.OFFICE).get(reverse("programmes:interest-list") + "?status=all").context["rows"]

    assert [row[-4] for row in rows] == [
        "You can apply again",
        "Waits for your headteacher, then your hub decides",
    ]


def test_link_and_signed_in_page_say_alike_who_is_still_to_be_named(side: Side) -> None:
    """How many, and by when."""
    Interest.objects.filter(pk=side.interest.pk).update(head_asked_at=NOW)
    type(side.interest.offer).objects.update(names_by=(NOW + timedelta(days=9)).date())
    side.interest.teachers.all().delete()
    side.interest.refresh_from_db()
    for name in ("Sam Teacher", "", ""):
        side.interest.teachers.create(name=name)
    browser = side.browser(roles.HEADTEACHER)

    pages = [
        " ".join(browser.get(path).text.split())
        for path in (head_path(side.interest), reverse("programmes:interest-confirm", args=[side.interest.pk]))
    ]

    said = "The teachers taking part: Sam Teacher, 2 to be named by Wednesday 20 January 2027."
    assert [said in page for page in pages] == [True, True]
