"""Pages of letters: from a filtered list to the e-mail, who reads it, news said no to by a link."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from schools import roles
from schools.models import Letter, LetterRecipient, NewsChoice
from schools.notices.letters import news_token
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


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


@pytest.mark.parametrize("others", [False, True])
def test_letter_to_ticked_schools_goes_to_those_and_to_none_that_is_not_on_the_list(
    side: Side, now: Any, others: bool
) -> None:
    make.SchoolFactory(authority=side.school.authority)
    ticked = make.SchoolFactory() if others else side.school

    side.browser(roles.HUB_LEAD).post(reverse("schools:school-list"), {"pk": ["x", ticked.pk, ""], "whom": "heads"})

    found = Letter.objects.values_list("recipients__school", flat=True)
    assert list(found) == ([] if others else [side.school.pk])


def test_ticked_school_is_written_to_though_it_fits_the_filter_no_more_and_what_is_found_is_counted(
    side: Side, now: Any
) -> None:
    lead, gone = side.browser(roles.HUB_LEAD), make.SchoolFactory()
    sent = {"pk": [side.school.pk, gone.pk], "whom": "heads"}

    lead.post(reverse("schools:school-list") + "?q=nowhere", sent)
    lead.post(reverse("schools:school-list"), {**sent, "all": "1"})

    first, everybody = Letter.objects.order_by("pk")
    assert (first.picked, first.recipients.get().school) == ("Schools, headteachers; 1 ticked", side.school)
    assert everybody.picked == "Schools, headteachers"


@pytest.mark.parametrize("kind", [roles.BOARD, roles.SPECIALIST, roles.TRUST_LEAD])
def test_whoever_only_reads_a_list_does_not_write_to_it(side: Side, now: Any, kind: str) -> None:
    page = side.browser(kind).get(reverse("schools:school-list"))
    answer = side.browser(kind).post(reverse("schools:school-list"), {"whom": "heads"})

    assert ("data-write" in page.text, answer.status_code, Letter.objects.count()) == (False, 403, 0)


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
    again = lead.post(f"{url}send/", {"when": "now", "seen": 2}, follow=True)
    delivery.deliver_due()

    assert "{forename} is no placeholder" in wrong.text
    assert "Dear {forename}" in wrong.text
    assert "Empty</span> for" in preview.text
    assert "{group}" in preview.text
    assert "1 e-mail leaves now." in sent.text
    assert again.redirect_chain == [(url, 302)]
    assert "You have sent it already: 1 e-mail, " in again.text
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


@pytest.mark.usefixtures("now")
def test_page_of_a_letters_email_hides_the_signed_part_of_every_link(side: Side, got: LetterRecipient) -> None:
    """Also of one that whoever wrote the letter put into it."""
    names = ("schools:news-choice", "programmes:head-confirm")
    body = " and ".join(f"http://localhost:8000{reverse(name, args=['AbC.1'])}" for name in names)
    about = {"target": f"schools.letterrecipient:{got.pk}", "thread": f"schools.letter:{got.letter_id}"}
    make.NoticeFactory(owner=side.hub, kind="letter", state="sent", body=body, **about)

    page = side.browser(roles.HUB_LEAD).get(got.get_absolute_url()).content.decode()

    assert ("/schools/news/…/" in page, "/programmes/express/confirm/…/" in page, "AbC" in page) == (True, True, False)


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("state", "facts", "status"),
    [
        *[("sent", {}, 200), ("planned", {}, 404), ("sent", {"is_ticked": False}, 404)],
        ("sent", {"barred": "Left out"}, 404),
    ],
)
def test_only_who_got_a_letter_reads_it_and_its_attachment(
    side: Side, got: LetterRecipient, state: str, facts: dict[str, Any], status: int
) -> None:
    LetterRecipient.objects.filter(pk=got.pk).update(**facts)
    got.letter.attachment = make.stored_file()
    got.letter.save()
    make.NoticeFactory(owner=side.hub, kind="letter", target=f"schools.letterrecipient:{got.pk}", state=state)
    teacher = side.browser(roles.TEACHER)

    pages = [got.get_absolute_url(), reverse("schools:letter-attachment", args=[got.letter_id])]
    answers = [teacher.get(page) for page in pages]
    answers[1].close()

    assert [answer.status_code for answer in answers] == [status, status]


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


def test_template_does_not_take_the_place_of_a_text_that_was_written_in_another_window(side: Side, now: Any) -> None:
    lead = side.browser(roles.HUB_LEAD)
    template = make.LetterTemplateFactory(hub=side.hub, text="Dear {first name}")
    letter = make.LetterFactory(hub=side.hub, subject="", text="")
    url, written = letter.get_absolute_url(), {"subject": "S", "text": "An hour of work", "kind": "service", "seen": 0}
    shown = lead.get(f"{url}text/").text
    lead.post(f"{url}text/", written)
    shown_now = lead.get(f"{url}text/").text

    refused = lead.post(f"{url}template/", {"template": template.pk, "seen": 0}, follow=True).text
    letter.refresh_from_db()
    kept = letter.text
    lead.post(f"{url}template/", {"template": template.pk, "seen": 1})

    letter.refresh_from_db()
    said = [f'<input type="hidden" name="seen" value="{version}">' for version in (0, 1)]
    assert [one in page for one, page in zip(said, (shown, shown_now), strict=True)] == [True, True]
    assert "Look at the letter as it is now, then press again." in refused
    assert (kept, letter.text) == ("An hour of work", "Dear {first name}")
