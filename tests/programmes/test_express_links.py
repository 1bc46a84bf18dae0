"""What is opened later: the headteacher's link, the status, the privacy notice, and the e-mails that lead there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hubportal.core import clock
from hubportal.core.delivery import deliver_due
from hubportal.core.models import JournalEntry, Notice
from programmes.actions import decisions, enrolments
from programmes.actions.asking import ask_head_again
from programmes.actions.interest import confirm_as_head, submit
from programmes.models import Interest, Offer
from programmes.notices.links import head_token
from schools.models import Hub
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_privacy, said_on

pytestmark = [pytest.mark.django_db, pytest.mark.once]

STATUS = "/programmes/express/status/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    cache.clear()
    with clock.fixed(NOW):
        yield


@pytest.fixture
def interest() -> Interest:
    school = make.SchoolFactory(name="Hill & Dale Primary", website="www.hill.example.org")
    return submit(application=make_application(school=school), by=None, now=NOW)


def _page(response: Any) -> str:
    """Its text, without what is different in every visit."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", response.content.decode())
    return " ".join(text.split())


def test_head_link_shows_what_is_agreed_and_changes_nothing(interest: Interest) -> None:
    Offer.objects.update(release_days=6)
    hub = Hub.objects.get()

    response = Client().get(reverse("programmes:head-confirm", args=[head_token(interest)]))

    page = _page(response)
    assert response.status_code == 200
    assert "Robin Contact (Maths lead) has told" in page
    assert "<li>Teachers are released for every meeting.</li>" in page
    assert "The teachers taking part: Sam Teacher, 1 to be named as soon as you know." in page
    assert "Counted over all teachers who take part, that is 6 days of release in the year." in page
    assert f'write to {hub.name} at <a href="mailto:{hub.email}">{hub.email}</a>.' in page
    interest.refresh_from_db()
    assert interest.head_confirmed_at is None


def test_head_button_confirms_once(interest: Interest) -> None:
    path = reverse("programmes:head-confirm", args=[head_token(interest)])

    first = _page(Client().post(path, follow=True))
    second = Client().post(path)

    interest.refresh_from_db()
    assert interest.head_confirmed_at == NOW
    assert "confirmed on Tuesday 8 September 2026." in first
    assert "There is nothing more to do." in first
    assert (second.status_code, "There is nothing more to do." in _page(second)) == (200, True)


def test_headteacher_who_confirms_after_the_decision_waits_for_none(interest: Interest) -> None:
    path, hub = reverse("programmes:head-confirm", args=[head_token(interest)]), interest.hub
    decisions.accept(interest=interest, by=None, now=NOW)

    accepted = _page(Client().post(path, follow=True))
    Interest.objects.update(status="waiting")
    waiting = _page(Client().get(path))

    assert f"Reference: {interest.reference}. {hub} has accepted this.</li>" in accepted
    assert "<p>There is nothing more to do.</p>" in accepted
    assert f"<p>There is nothing more to do. {hub} decides next and writes to you.</p>" in waiting


def test_headteacher_says_no_once_and_may_still_confirm(interest: Interest) -> None:
    client, path = Client(), reverse("programmes:head-confirm", args=[head_token(interest)])

    said = [_page(client.post(path, {"answer": "no", "reason": words}, follow=True)) for words in ("Cover.", "Again.")]
    interest.refresh_from_db()
    refused = (interest.head_refused_at, interest.head_refusal, interest.head_confirmed_at, interest.status)
    looked_up = _page(client.post(STATUS, {"reference": interest.reference, "email": interest.contact_email}))
    confirmed = _page(client.post(path, said_on(path), follow=True))

    interest.refresh_from_db()
    assert refused == (NOW, "Cover.", None, "submitted")
    assert all(
        "You said on Tuesday 8 September 2026 that Hill &amp; Dale Primary does not take part" in one for one in said
    )
    assert "The headteacher has said that your school does not take part." in looked_up
    assert "There is nothing more to do." in confirmed
    assert (interest.head_confirmed_at, interest.head_refused_at, interest.head_refusal) == (NOW, None, "")
    noted = JournalEntry.objects.about(interest).filter(what="Refused by the headteacher")
    assert [entry.note for entry in noted] == ["Cover."]


def test_headteacher_who_says_no_after_the_yes_reads_that_it_was_not_kept(interest: Interest) -> None:
    client, path = Client(), reverse("programmes:head-confirm", args=[head_token(interest)])

    confirmed = _page(client.post(path, follow=True))
    late = _page(client.post(path, {"answer": "no", "reason": "Cover."}))

    interest.refresh_from_db()
    assert (interest.head_confirmed_at, interest.head_refused_at) == (NOW, None)
    words = "Your “no” came too late and was not kept"
    assert (words in confirmed, words in late, "There is nothing more to do" in late) == (False, True, False)


def test_headteacher_who_said_no_is_reminded_by_no_unsent_link_and_can_be_asked_again(interest: Interest) -> None:
    path = reverse("programmes:head-confirm", args=[head_token(interest)])
    Client().post(path, {"answer": "no"})
    unsent = set(Notice.objects.filter(kind="interest-head").values_list("state", flat=True))

    interest.refresh_from_db()
    ask_head_again(interest=interest, by=None, now=NOW + DAY)

    asked = Notice.objects.filter(kind="interest-head", state="planned")
    assert (unsent, interest.head_refused_at) == ({"cancelled"}, None)
    assert asked.order_by("due_at")[0].due_at == NOW + DAY


def test_reason_that_is_too_long_comes_back(interest: Interest) -> None:
    path = reverse("programmes:head-confirm", args=[head_token(interest)])

    page = _page(Client().post(path, {"answer": "no", "reason": "Because. " * 200}))

    interest.refresh_from_db()
    assert ("Because. Because." in page, 'govuk-details" open' in page) == (True, True)
    assert (interest.head_refused_at, interest.head_confirmed_at) == (None, None)


def test_used_link_shows_nobodys_name(interest: Interest) -> None:
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    page = _page(Client().get(reverse("programmes:head-confirm", args=[head_token(interest)])))

    assert [name for name in ("Robin", "Jo Head", "Sam", "@hill") if name in page] == []


def test_expired_link_can_ask_for_a_new_one(interest: Interest) -> None:
    client, token = Client(), head_token(interest)
    path = reverse("programmes:head-confirm", args=[token])
    with clock.fixed(NOW + 15 * DAY):
        expired = _page(client.get(path))
        refused = client.post(path)
        again = _page(client.post(reverse("programmes:head-again", args=[token]), follow=True))

    interest.refresh_from_db()
    assert "This link has expired" in expired
    assert (refused.status_code, interest.head_confirmed_at) == (200, None)
    assert "A new link is on its way" in again
    assert "There is a newer link" in again
    assert (interest.head_asked, interest.head_asked_at) == (2, NOW + 15 * DAY)


def test_link_that_still_works_is_not_sent_again(interest: Interest) -> None:
    Client().post(reverse("programmes:head-again", args=[head_token(interest)]))

    interest.refresh_from_db()
    assert interest.head_asked == 1


def test_older_link_says_that_there_is_a_newer_one(interest: Interest) -> None:
    old = head_token(interest)
    ask_head_again(interest=interest, by=None, now=NOW + DAY)

    page = _page(Client().get(reverse("programmes:head-confirm", args=[old])))

    assert "A newer link was sent to the headteacher who is named now, on Wednesday 9 September 2026." in page


def test_link_of_a_declined_interest_is_calm(interest: Interest) -> None:
    interest.move_to("declined", by=None)

    page = _page(Client().get(reverse("programmes:head-confirm", args=[head_token(interest)])))

    assert "There is nothing to confirm any more" in page


@pytest.mark.parametrize("token", ["1-1.forged", "x", "%00", "a.b.c"])
def test_forged_link_is_explained(token: str, interest: Interest) -> None:
    paths = [f"/programmes/express/confirm/{token}/", f"/programmes/express/confirm/{token}/again/"]

    answers = [Client().get(paths[0]), Client().post(paths[0]), Client().post(paths[1], follow=True)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "This link does not work" in _page(answers[0])


def test_link_of_one_interest_does_not_open_another(interest: Interest) -> None:
    signature = head_token(interest).rpartition(".")[2]

    answer = Client().get(f"/programmes/express/confirm/{interest.pk + 1}-1.{signature}/")

    assert answer.status_code == 404


def test_status_is_told_in_words_to_who_has_reference_and_address(interest: Interest) -> None:
    typed = {"reference": interest.reference.lower().replace("hp-", ""), "email": interest.contact_email.upper()}

    pages = [_page(Client().post(STATUS, typed))]
    for status in ("waiting", "accepted"):
        interest.move_to(status, by=None)
        pages.append(_page(Client().post(STATUS, typed)))

    assert ["<strong>Received.</strong>" in pages[0], "has not answered about this one yet" in pages[0]] == [True, True]
    assert "<strong>On the waiting list.</strong>" in pages[1]
    assert "<strong>Accepted.</strong>" in pages[2]


def test_contacts_address_of_the_portal_is_never_called_the_hubs(interest: Interest, settings: Any) -> None:
    settings.CONTACT_EMAIL = "help@portal.example"
    typed = {"reference": interest.reference, "email": interest.contact_email}
    found = []

    for email in ("", "hub@hubs.example"):
        Hub.objects.update(email=email)
        found.append(strip_tags(_page(Client().post(STATUS, typed))))

    assert f"Write to {interest.hub}, through the national team at help@portal.example." in found[0]
    assert f"Write to {interest.hub} at hub@hubs.example." in found[1]


def test_status_says_of_a_hub_without_an_address_whom_an_answer_to_its_emails_reaches(interest: Interest) -> None:
    Hub.objects.update(email="")
    make.make_user(HUB_LEAD, hub=interest.hub, email="lead@people.example.org")

    page = strip_tags(_page(Client().post(STATUS, {"reference": interest.reference, "email": interest.contact_email})))

    assert f"Write to {interest.hub} at lead@people.example.org." in page


def test_status_of_a_second_copy_says_nothing_of_the_first(interest: Interest) -> None:
    other = make_application(school=interest.school, offer=interest.offer, contact_email="kim@people.example.org")
    second = submit(application=other, by=None, now=NOW)
    before = _page(Client().post(STATUS, {"reference": second.reference, "email": "kim@people.example.org"}))

    interest.move_to("accepted", by=None)

    after = _page(Client().post(STATUS, {"reference": second.reference, "email": "kim@people.example.org"}))
    assert "<strong>Received.</strong>" in before
    assert after.partition("<main")[2] == before.partition("<main")[2]


def test_status_of_a_merged_copy_is_true_though_the_headteacher_confirmed_the_first(interest: Interest) -> None:
    """In the same words as of a first that nobody has confirmed: its sender learns nothing of another."""
    other = make_application(school=interest.school, offer=interest.offer, contact_email="kim@people.example.org")
    second = submit(application=other, by=None, now=NOW)
    alone = _page(Client().post(STATUS, {"reference": interest.reference, "email": interest.contact_email}))
    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    second.move_to("merged", by=None)

    page = _page(Client().post(STATUS, {"reference": second.reference, "email": "kim@people.example.org"}))
    words = "has not answered about this one yet. If they have already said yes to the same application, sent another"
    assert (words in alone, words in page) == (True, True)


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (decisions.accept, "<strong>Accepted.</strong>"),
        (decisions.put_on_waiting_list, "<strong>On the waiting list.</strong>"),
        (decisions.decline, "<strong>Not accepted.</strong>"),
    ],
)
def test_status_of_a_second_copy_says_what_its_sender_was_told(interest: Interest, decide: Any, told: str) -> None:
    other = make_application(school=interest.school, offer=interest.offer, contact_email="kim@people.example.org")
    second = submit(application=other, by=None, now=NOW)
    reason = {} if decide is decisions.accept else {"reason": "Robin knows why."}

    decide(interest=interest, by=None, now=NOW, **reason)

    page = _page(Client().post(STATUS, {"reference": second.reference, "email": "kim@people.example.org"}))
    assert told in page
    assert [word for word in ("Robin", interest.reference, "has not told you") if word in page] == []


def test_status_of_a_second_copy_follows_a_school_that_leaves(interest: Interest) -> None:
    other = make_application(school=interest.school, offer=interest.offer, contact_email="kim@people.example.org")
    second = submit(application=other, by=None, now=NOW)
    enrolment = decisions.accept(interest=interest, by=None, now=NOW)

    enrolments.withdraw(enrolment=enrolment, by=None, now=NOW, reason="Both teachers are leaving.")

    page = _page(Client().post(STATUS, {"reference": second.reference, "email": "kim@people.example.org"}))
    assert "<strong>Withdrawn.</strong>" in page


@pytest.mark.parametrize(
    ("reference", "email"),
    [("HP-WRONG1", ""), ("", "other@people.example.org"), ("", "head"), ("\x00", ""), ("x" * 30, "")],
)
def test_status_says_the_same_whatever_is_wrong(reference: str, email: str, interest: Interest) -> None:
    emails = {"": interest.contact_email, "head": interest.head_email}
    typed = {"reference": reference or interest.reference, "email": emails.get(email, email)}

    answer = Client().post(STATUS, typed)

    assert answer.status_code == 200
    assert "We cannot find anything with this reference" in _page(answer) or "\x00" in reference


def test_status_is_checked_so_often_and_no_more(interest: Interest) -> None:
    client = Client()

    pages = [client.post(STATUS, {"reference": "HP-X", "email": "a@b.example"}) for _ in range(62)]

    assert [one.status_code for one in pages] == [200] * 60 + [429] * 2
    assert "your answers are kept" not in _page(pages[-1])  # there are none
    assert client.get(STATUS).status_code == 200


def test_tries_behind_a_proxy_are_counted_by_who_sent_them(interest: Interest, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sent = {"reference": "HP-X", "email": "a@b.example"}
    client = Client()

    answers = [client.post(STATUS, sent, headers={"X-Forwarded-For": "203.0.113.1"}).status_code for _ in range(61)]
    other = client.post(STATUS, sent, headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"})

    assert (answers[-1], other.status_code) == (429, 200)


def test_privacy_notice_shows_its_version() -> None:
    make_privacy(version="7")

    page = _page(Client().get(reverse("programmes:privacy")))

    assert "Version 7, 1 September 2020" in page
    assert "We keep what you send." in page


def test_start_without_a_privacy_notice_offers_nothing() -> None:
    make.OfferFactory()

    page = _page(Client().get(reverse("programmes:express-start")))

    assert "No programme takes applications here yet." in page
    assert _page(Client().get(reverse("programmes:privacy"))).count("No privacy notice has been published yet") == 1


def test_mails_are_sent_in_plain_words(interest: Interest, settings: Any) -> None:
    settings.SITE_URL = "https://portal.demo.example"

    deliver_due()

    head, sender = sorted(mail.outbox, key=lambda message: message.to[0])
    path = reverse("programmes:head-confirm", args=[head_token(interest)])
    assert sender.to == ["Robin Contact <robin@hill.example.org>"]
    assert sender.subject == f"{interest.reference}: we have your application"
    assert "School: Hill & Dale Primary" in sender.body
    assert "https://portal.demo.example/programmes/express/status/" in sender.body
    assert sender.reply_to == [interest.hub.email if interest.hub else ""]
    assert head.to == ["Jo Head <head@hill.example.org>"]
    assert (
        head.subject == f"Hill & Dale Primary: please confirm your school's application for {interest.programme_title}"
    )
    assert f"https://portal.demo.example{path}\n" in head.body
    assert "The link works until Tuesday 22 September 2026" in head.body


def test_second_copys_mail_differs_only_in_its_own_data(interest: Interest) -> None:
    other = make_application(
        school=interest.school, offer=interest.offer, contact_name="Kim Second", contact_email="kim@hill.example.org"
    )
    second = submit(application=other, by=None, now=NOW)

    deliver_due()

    bodies = {message.to[0]: message.body for message in mail.outbox}
    first = bodies["Robin Contact <robin@hill.example.org>"]
    assert bodies["Kim Second <kim@hill.example.org>"] == first.replace("Robin Contact", "Kim Second").replace(
        interest.reference, second.reference
    )
    assert len(mail.outbox) == 3
