"""Pages of letters: from a filtered list to the e-mail, news said no to by a link, addresses that do not work."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import BadAddress, Notice
from schools import roles
from schools.actions import bounces
from schools.adapters.bounces import read_call, read_report
from schools.models import Letter, LetterRecipient, NewsChoice
from schools.notices.letters import news_token
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


def _begin(client: Client, name: str, query: str = "", whom: str = "") -> Letter:
    answer = client.post(reverse(name) + query, {"whom": whom})
    letter = Letter.objects.latest("pk")
    assert answer.headers["Location"] == reverse("schools:letter-write", args=[letter.pk])
    return letter


def test_letter_to_a_filtered_list_goes_to_exactly_those(side: Side, now: Any) -> None:
    lead = side.browser(roles.HUB_LEAD)
    make.make_user(roles.MATHS_LEAD, school=make.SchoolFactory(), name="Another Hub")

    letter = _begin(lead, "schools:person-list", "?kind=maths_lead&page=1")

    person = side.users[roles.MATHS_LEAD].person
    (one,) = letter.recipients.all()
    assert (one.person, one.school, one.why) == (person, side.school, f"Maths lead, {side.school}")
    assert (letter.hub, letter.picked) == (side.hub, "People; Role: Maths lead")
    assert letter.picked_from == "/schools/people/?kind=maths_lead&page=1"


def test_letter_to_schools_lists_those_without_anybody_and_closed_ones(side: Side, now: Any) -> None:
    bare = make.SchoolFactory(authority=side.school.authority, head_name="Mx Head")
    closed = make.SchoolFactory(authority=side.school.authority, gias_status=2)
    make.make_user(roles.HEADTEACHER, school=closed)

    letter = _begin(side.browser(roles.HUB_ADMIN), "schools:school-list", whom="heads")

    found = {one.school_id: (one.name, one.email != "", one.barred) for one in letter.recipients.all()}
    head = side.users[roles.HEADTEACHER].person
    assert found[side.school.pk] == (head.name, True, "")
    assert found[bare.pk] == ("Mx Head", False, "")
    assert found[closed.pk][1:] == (True, "The school is closed")


@pytest.mark.parametrize("kind", [roles.BOARD, roles.SPECIALIST, roles.TRUST_LEAD])
def test_whoever_only_reads_a_list_does_not_write_to_it(side: Side, now: Any, kind: str) -> None:
    page = side.browser(kind).get(reverse("schools:school-list"))
    answer = side.browser(kind).post(reverse("schools:school-list"), {"whom": "heads"})

    assert ("Write to these people" in page.text, answer.status_code, Letter.objects.count()) == (False, 403, 0)


def test_national_team_writes_in_its_own_name(side: Side, now: Any) -> None:
    letter = _begin(side.browser(roles.NATIONAL), "schools:person-list", "?kind=headteacher")

    seen = side.browser(roles.HUB_LEAD).get(letter.get_absolute_url()).status_code
    assert (letter.hub, seen) == (None, 404)


def test_draft_goes_from_text_to_recipients_to_preview_and_out(side: Side, now: Any) -> None:
    lead = side.browser(roles.HUB_LEAD)
    letter = _begin(lead, "schools:school-list", whom="contacts")
    url = letter.get_absolute_url()

    wrong = lead.post(f"{url}text/", {"subject": "S", "text": "Dear {forename}", "kind": "service"})
    text = {"subject": "Spring at {school}", "text": "Dear {first name} of {group}", "kind": "service", "seen": 0}
    lead.post(f"{url}text/", text)
    rows = list(letter.recipients.order_by("pk"))
    kept = rows[0]
    lead.post(f"{url}recipients/", {"shown": [one.pk for one in rows], "ticked": [kept.pk], "go_on": "yes"})
    preview = lead.get(f"{url}preview/?n=99")
    sent = lead.post(f"{url}send/", {"when": "now", "seen": 2}, follow=True)
    again = lead.post(f"{url}send/", {"when": "now", "seen": 2})
    delivery.deliver_due()

    assert "{forename} is no placeholder" in wrong.text
    assert "Dear {forename}" in wrong.text
    assert "Empty</span> for" in preview.text
    assert "{group}" in preview.text
    assert "1 e-mail leaves now." in sent.text
    assert "cannot become sent" in again.text
    assert [one.subject for one in mail.outbox] == [f"Spring at {side.school}"]
    assert kept.person is not None
    for page in (url, reverse("schools:school-letters", args=[side.school.pk]), kept.person.get_absolute_url()):
        assert f"/schools/letters/mails/{kept.pk}/" in lead.get(page).text
    assert f"Dear {kept.person.first_name} of" in lead.get(kept.get_absolute_url()).text


def test_moment_that_has_passed_is_refused_beside_the_day(side: Side, now: Any) -> None:
    letter = make.LetterFactory(hub=side.hub)
    make.LetterRecipientFactory(letter=letter)

    given = {"when": "later", "day": "2027-01-11", "time": "9am", "seen": 0}
    answer = side.browser(roles.HUB_LEAD).post(f"{letter.get_absolute_url()}send/", given)

    assert "This moment has passed" in answer.text
    assert Notice.objects.filter(kind="letter").count() == 0


@pytest.mark.parametrize("bad", ["x", "9" * 30, "\x00", "\udcff"])
def test_forged_keys_tick_nobody(side: Side, now: Any, bad: str) -> None:
    letter = make.LetterFactory(hub=side.hub)
    one, foreign = make.LetterRecipientFactory(letter=letter), make.LetterRecipientFactory()
    data = {"shown": [bad, one.pk, foreign.pk], "ticked": [bad], "seen": [bad]}
    sent = {name: [str(value).encode("utf-8", "replace").decode() for value in many] for name, many in data.items()}

    answer = side.browser(roles.HUB_LEAD).post(f"{letter.get_absolute_url()}recipients/", sent)

    ticked = dict(LetterRecipient.objects.values_list("pk", "is_ticked"))
    assert (answer.status_code, ticked) == (302, {one.pk: False, foreign.pk: True})


@pytest.fixture
def got(side: Side) -> LetterRecipient:
    """News that the world's teacher got."""
    letter = make.LetterFactory(hub=side.hub, status="sent", is_marketing=True)
    person = side.users[roles.TEACHER].person
    found: LetterRecipient = make.LetterRecipientFactory(letter=letter, person=person, email=person.email)
    return found


def test_opening_the_link_changes_nothing_and_its_button_does(got: LetterRecipient) -> None:
    page, url = Client(enforce_csrf_checks=True), reverse("schools:news-choice", args=[news_token(got)])
    opened = page.get(url)
    before = NewsChoice.objects.count()

    page.post(url, {"wants": "no"})
    said_no = set(NewsChoice.objects.values_list("person", "email", "wants"))
    afterwards = page.get(url)
    page.post(url, {"wants": "yes"})

    assert ("Send me no more news" in opened.text, before) == (True, 0)
    assert said_no == {(got.person_id, "", False), (None, got.email, False)}
    assert "Send me news again" in afterwards.text
    assert set(NewsChoice.objects.values_list("wants", flat=True)) == {True}


def test_mail_program_unsubscribes_with_one_click(got: LetterRecipient) -> None:
    url = reverse("schools:news-choice", args=[news_token(got)])

    answer = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, answer.text) == (200, "Done.")
    assert NewsChoice.objects.get(email=got.email).wants is False


@pytest.mark.parametrize("token", ["x", "1.x", "9" * 40])
def test_broken_link_changes_nothing(token: str) -> None:
    answer = Client().post(reverse("schools:news-choice", args=[token]), {"wants": "no"})

    assert (answer.status_code, NewsChoice.objects.count()) == (404, 0)


def test_only_the_person_says_yes_to_news(side: Side, now: Any, got: LetterRecipient) -> None:
    url = reverse("schools:person-news", args=[got.person_id])
    lead, teacher = side.browser(roles.HUB_LEAD), side.browser(roles.TEACHER)

    told = lead.post(url, {"wants": "no"}).status_code
    refused = lead.post(url, {"wants": "yes"}).status_code
    page = lead.get(got.person.get_absolute_url()).text  # type: ignore[union-attr]
    teacher.post(url, {"wants": "yes"})

    assert (told, refused, "told the hub" in page) == (302, 403, True)
    assert set(NewsChoice.objects.values_list("wants", flat=True)) == {True}


def test_recipients_link_is_not_shown_to_the_hub(side: Side, now: Any, got: LetterRecipient) -> None:
    body = f"To get no more: {reverse('schools:news-choice', args=[news_token(got)])}\n"
    key = f"schools.letterrecipient:{got.pk}"
    notice = make.NoticeFactory(
        owner=side.hub, kind="letter", target=key, thread=f"schools.letter:{got.letter_id}", body=body
    )
    lead = side.browser(roles.HUB_LEAD)

    pages = [lead.get(got.get_absolute_url()), lead.get(reverse("dashboards:notice-detail", args=[notice.pk]))]

    assert [news_token(got) in page.text for page in pages] == [False, False]


def _notice(side: Side, **rest: Any) -> Notice:
    given = {"owner": side.hub, "email": "Gone@people.example.org", "sent_at": NOW, **rest}
    found: Notice = make.NoticeFactory(**given)
    return found


def _report(name: str, notice: Notice) -> bytes:
    return (REPORTS / f"{name}.eml").read_text().replace("NOTICE", str(notice.pk)).encode()


@pytest.mark.parametrize(
    ("name", "hard"), [("refused", True), ("headers_only", True), ("full", False), ("delayed", None), ("away", None)]
)
def test_reports_in_the_mailbox_are_read(side: Side, now: Any, name: str, hard: bool | None) -> None:
    """As mail servers write them: told twice, it counts once."""
    notice = _notice(side)
    told = read_report(_report(name, notice))

    taken = [bounces.take_in(told, now=NOW) for _time in range(2)]

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

    taken = bounces.take_in(read_report(_report("refused", notice)), now=NOW)

    assert (taken, BadAddress.objects.count()) == (0, 0)


def test_mailbox_that_is_full_three_times_does_not_work(side: Side) -> None:
    for _time in range(3):
        standing = BadAddress.objects.standing().exists()
        bounces.take_in(read_report(_report("full", _notice(side))), now=NOW)

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
    body = json.dumps(SHAPES[shape]).replace("ID", f"<notice-{notice.pk}@hubportal.invalid>")

    answer = _call(body, authorization=f"Bearer {SECRET}")

    lead = side.browser(roles.HUB_LEAD)
    home, pages = lead.get("/"), [person.get_absolute_url(), reverse("schools:address-list")]
    pages += [reverse("schools:school-people", args=[side.school.pk])]
    assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    assert "E-mail addresses that do not work" in home.text
    assert [url for url in pages if "E-mails come back" not in lead.get(url).text] == [pages[1]]
    assert "gone@people.example.org" in lead.get(pages[1]).text


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, "{}", 403),
        ({"authorization": "Bearer another"}, "{}", 403),
        ({"authorization": "Basic ???"}, "{}", 403),
        ({"authorization": f"Bearer {SECRET}"}, "no json", 400),
        ({"authorization": f"Bearer {SECRET}"}, '{"events": [{"kind": 1}]}', 400),
        ({"authorization": f"Bearer {SECRET}"}, "[" * 5000, 400),
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


def test_complaint_is_a_no_to_news(side: Side) -> None:
    notice = _notice(side)
    told = {"events": [{"email": notice.email, "message_id": "", "kind": "complaint"}]}

    bounces.take_in(read_call(json.dumps(told).encode()), now=NOW)

    assert (NewsChoice.objects.get().wants, BadAddress.objects.count()) == (False, 0)


def test_hub_keeps_templates_and_begins_letters_with_them(side: Side, now: Any) -> None:
    lead = side.browser(roles.HUB_LEAD)
    national = make.LetterTemplateFactory(hub=None, name="National words")
    foreign = make.LetterTemplateFactory(name="Foreign words")
    given = {"name": "Our words", "subject": "News of {hub}", "text": "Dear {first name}", "kind": "news"}
    wrong = lead.post(reverse("schools:template-create"), {**given, "text": "{hubb}"})
    lead.post(reverse("schools:template-create"), given)
    twice = lead.post(reverse("schools:template-create"), given)
    letter = make.LetterFactory(hub=side.hub, subject="", text="")
    url = letter.get_absolute_url()

    page = lead.get(f"{url}text/").text
    refused = lead.post(f"{url}template/", {"template": foreign.pk}).status_code
    lead.post(f"{url}template/", {"template": side.hub.letter_templates.get().pk})

    letter.refresh_from_db()
    assert "{hubb} is no placeholder" in wrong.text
    assert "There is a template of this name already" in twice.text
    assert [name in page for name in ("Our words", national.name, foreign.name)] == [True, True, False]
    assert (refused, letter.subject, letter.is_marketing) == (404, "News of {hub}", True)


def test_hub_reads_on_an_interest_that_an_address_does_not_work(side: Side, now: Any) -> None:
    make.BadAddressFactory(owner=side.hub, email=side.interest.head_email.lower())

    pages = [side.browser(kind).get(side.interest.get_absolute_url()).text for kind in (roles.HUB_LEAD, roles.OFFICE)]

    assert ["E-mails come back" in page for page in pages] == [True, False]
