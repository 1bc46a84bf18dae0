"""E-mails that came back: reports in the mailbox, calls of mail services, where the hub sees it."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import BadAddress, Notice
from hubportal.core.records import record_key
from programmes.models import Interest
from schools import roles
from schools.actions import bounces
from schools.adapters.bounces import read_call, read_report
from schools.models import NewsChoice
from schools.rules.bounces import CameBack
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

REPORTS = Path(__file__).parent / "reports"
SECRET = "a-secret-of-a-mail-service"


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture
def now() -> Any:
    with clock.fixed(NOW):
        yield NOW


def _notice(side: Side, **rest: Any) -> Notice:
    given = {"owner": side.hub, "email": "Gone@people.example.org", "sent_at": NOW, **rest}
    found: Notice = make.NoticeFactory(**given)
    return found


def report(name: str, notice: Notice) -> bytes:
    """A mail server's answer to an e-mail."""
    return (
        (REPORTS / f"{name}.eml").read_text().replace("<notice-NOTICE@hubportal.invalid>", notice.message_id).encode()
    )


@pytest.mark.parametrize(
    ("name", "hard"), [("refused", True), ("headers_only", True), ("full", False), ("delayed", None), ("away", None)]
)
def test_reports_in_the_mailbox_are_read(side: Side, now: Any, name: str, hard: bool | None) -> None:
    """As mail servers write them: told twice, it counts once."""
    notice = _notice(side)
    told = read_report(report(name, notice))

    taken = [bounces.take_in(told, now=NOW, is_known=False) for _time in range(2)]

    notice.refresh_from_db()
    found = list(BadAddress.objects.values_list("email", "owner", "is_hard", "times"))
    if hard is None:
        assert (taken, found, notice.bounced_at) == ([0, 0], [], None)
    else:
        assert (taken, notice.bounced_at) == ([1, 0], NOW)
        assert found == [("gone@people.example.org", side.hub.pk, hard, 1)]
        assert notice.problem.startswith("It came back: ")


def test_report_about_what_was_never_sent_is_not_believed(side: Side) -> None:
    notice = _notice(side, sent_at=None, email="other@people.example.org")

    taken = bounces.take_in(read_report(report("refused", notice)), now=NOW, is_known=False)

    assert (taken, BadAddress.objects.count()) == (0, 0)


def test_list_says_who_was_written_to_where_they_are_no_person_of_the_portal(side: Side, now: Any) -> None:
    """Most addresses that do not work were typed into an application."""
    notice = _notice(side, name="Con Tact", about="HP-AAAAAA, Hill Primary School")
    _notice(side, name="Somebody Else", about="what is another hub's", owner=make.HubFactory())

    bounces.take_in([CameBack("gone@people.example.org", is_hard=True, problem="no")], now=NOW, is_known=True)

    page = side.browser(roles.HUB_LEAD).get(reverse("schools:address-list")).text
    sent = side.browser(roles.HUB_LEAD).get(f"{reverse('dashboards:notice-list')}?email={notice.email.lower()}").text
    assert f"email={notice.email.lower()}" in page.replace("%40", "@")
    for page_that_tells in (page, sent):
        assert "Con Tact" in page_that_tells
        assert "HP-AAAAAA, Hill Primary School" in page_that_tells
        assert "Somebody Else" not in page_that_tells


def test_list_leads_to_what_was_written_about_while_the_reader_sees_it(side: Side, now: Any) -> None:
    one = make.InterestFactory(school=side.school, contact_email="gone@people.example.org")
    _notice(side, about=str(one), target=record_key(one))
    bounces.take_in([CameBack(one.contact_email, is_hard=True, problem="no")], now=NOW, is_known=True)
    link = f'Written to about <a href="{one.get_absolute_url()}">{one}</a>'

    ours = side.browser(roles.HUB_LEAD).get(reverse("schools:address-list")).text
    Interest.objects.filter(pk=one.pk).update(hub=make.HubFactory())
    theirs = side.browser(roles.HUB_LEAD).get(reverse("schools:address-list")).text

    assert (link in ours, link in theirs, f"Written to about {one}" in theirs) == (True, False, True)


@pytest.mark.parametrize("forged", ["<notice-{pk}.0000@hubportal.invalid>", "<notice-{pk}@hubportal.invalid>", ""])
def test_report_that_carries_no_id_of_ours_is_not_believed(side: Side, forged: str) -> None:
    """The mailbox's address stands in every e-mail: anybody may write to it, of anybody."""
    notice = _notice(side)
    forgery = report("refused", notice).decode().replace(notice.message_id, forged.format(pk=notice.pk)).encode()

    taken = bounces.take_in(read_report(forgery), now=NOW, is_known=False)

    notice.refresh_from_db()
    assert (taken, BadAddress.objects.count(), notice.bounced_at) == (0, 0, None)


def test_message_id_is_read_with_and_without_its_brackets(side: Side) -> None:
    notice = _notice(side)

    found = [list(Notice.objects.named(text)) for text in (notice.message_id, f" {notice.message_id.strip('<>')} ")]

    assert found == [[notice], [notice]]


def test_mailbox_that_is_full_three_times_does_not_work(side: Side) -> None:
    for _time in range(3):
        standing = BadAddress.objects.standing().exists()
        bounces.take_in(read_report(report("full", _notice(side))), now=NOW, is_known=False)

    assert (standing, BadAddress.objects.standing().exists()) == (False, True)


SHAPES: dict[str, Any] = {
    "ours": {"events": [{"email": "gone@people.example.org", "message_id": "ID", "kind": "hard", "problem": "no"}]},
    "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "Email": "gone@people.example.org", "Description": "no"},
    "mailgun": {
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "recipient": "gone@people.example.org",
            "delivery-status": {"message": "no"},
            "message": {"headers": {"message-id": "ID"}},
        }
    },
    "ses": {
        "Type": "Notification",
        "Message": json.dumps(
            {
                "notificationType": "Bounce",
                "mail": {"commonHeaders": {"messageId": "ID"}},
                "bounce": {
                    "bounceType": "Permanent",
                    "bouncedRecipients": [{"emailAddress": "gone@people.example.org", "diagnosticCode": "smtp; no"}],
                },
            }
        ),
    },
}


def _call(body: Any, **headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(
        reverse("schools:bounce-call"), body, content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_mail_service_tells_and_the_hub_sees_it_where_the_address_is_used(
    side: Side, now: Any, settings: Any, shape: str
) -> None:
    settings.BOUNCE_SECRET = SECRET
    person = side.users[roles.TEACHER].person
    type(person).objects.filter(pk=person.pk).update(email="gone@people.example.org")
    notice = _notice(side)
    body = json.dumps(SHAPES[shape]).replace("ID", notice.message_id)

    answer = _call(body, authorization=f"Bearer {SECRET}")

    lead = side.browser(roles.HUB_LEAD)
    home, pages = lead.get("/"), [person.get_absolute_url(), reverse("schools:address-list")]
    pages += [reverse("schools:school-people", args=[side.school.pk]), reverse("schools:person-list")]
    assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    assert "E-mail addresses that do not work" in home.text
    assert [url for url in pages if "E-mails come back" not in lead.get(url).text] == [pages[1]]
    assert "gone@people.example.org" in lead.get(pages[1]).text
    assert lead.get(pages[-1]).text.count("E-mails come back") == 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, "{}", 403),
        ({"authorization": "Bearer another"}, "{}", 403),
        ({"authorization": "Basic ???"}, "{}", 403),
        ({"authorization": f"Bearer {SECRET}"}, "no json", 400),
        ({"authorization": f"Bearer {SECRET}"}, '{"events": [{"kind": 1}]}', 400),
        ({"authorization": f"Bearer {SECRET}"}, "[" * 5000, 400),
        ({"authorization": f"Bearer {SECRET}"}, '{"events": [{"email": "a@x.org", "kind": ["hard"]}]}', 400),
        ({"authorization": f"Bearer {SECRET}"}, '{"events": [{"email": "a@x.org", "kind": "Hard"}]}', 400),
        (
            {"authorization": f"Bearer {SECRET}"},
            '{"events": [{"email": "a\\ud800@x.org", "kind": "hard", "problem": "\\ud800"}]}',
            200,
        ),
        ({"authorization": "Basic " + base64.b64encode(f"any:{SECRET}".encode()).decode()}, '{"events": []}', 200),
    ],
)
def test_calls_that_are_none_are_refused(settings: Any, headers: dict[str, str], body: str, status: int) -> None:
    settings.BOUNCE_SECRET = SECRET

    assert _call(body, **headers).status_code == status


def test_a_form_is_no_call(settings: Any) -> None:
    settings.BOUNCE_SECRET = SECRET

    answer = Client().post(
        reverse("schools:bounce-call"), {"email": "a"}, headers={"authorization": f"Bearer {SECRET}"}
    )

    assert answer.status_code == 400


def test_cleared_address_is_written_to_again(side: Side, now: Any) -> None:
    address = make.BadAddressFactory(owner=side.hub)
    failed = make.NoticeFactory(owner=side.hub, email=address.email, state="failed")

    side.browser(roles.HUB_LEAD).post(reverse("schools:address-clear", args=[address.pk]))

    failed.refresh_from_db()
    assert (failed.state, BadAddress.objects.standing().exists()) == ("planned", False)


def test_call_that_a_mail_service_repeats_counts_once_a_day_where_it_names_no_e_mail_of_ours(side: Side) -> None:
    told = CameBack(_notice(side).email, "<of-somebody-else@example.org>", problem="452 full")

    for after in (0, 5, 10, 24 * 60):
        bounces.take_in([told], now=NOW + timedelta(minutes=after), is_known=True)

    assert BadAddress.objects.get().times == 2


def test_complaint_is_a_no_to_news(side: Side) -> None:
    notice = _notice(side)
    told = {"events": [{"email": notice.email, "message_id": "", "kind": "complaint"}]}

    bounces.take_in(read_call(json.dumps(told).encode()), now=NOW, is_known=True)

    assert (NewsChoice.objects.get().wants, BadAddress.objects.count()) == (False, 0)


def test_hub_reads_on_an_interest_that_an_address_does_not_work(side: Side, now: Any) -> None:
    make.BadAddressFactory(owner=side.hub, email=side.interest.head_email.lower())

    pages = [side.browser(kind).get(side.interest.get_absolute_url()).text for kind in (roles.HUB_LEAD, roles.OFFICE)]

    assert ["E-mails come back" in page for page in pages] == [True, False]
